"""The shells that tapes are typed into: a plain prompt, and nothing of what its user has set up."""

import os
import sys
from collections.abc import Iterable

_PROMPT = "\\[\\e[1;34m\\]>\\[\\e[m\\] "
_FISH_PROMPT = "function fish_prompt; set_color -o blue; echo -n '> '; set_color normal; end"
COMMANDS = {
    "bash": ["bash", "--noprofile", "--norc", "+o", "history"],
    "zsh": ["zsh", "--no-rcs", "--histnostore"],
    "fish": ["fish", "--no-config", "--private", "-C", "function fish_greeting; end", "-C", _FISH_PROMPT],
    "sh": ["sh"],
}
_VARIABLES = {
    "bash": {"PS1": _PROMPT, "HISTFILE": "", "INPUTRC": os.devnull, "BASH_SILENCE_DEPRECATION_WARNING": "1"},
    "zsh": {"PROMPT": "%B%F{blue}>%f%b "},
    "fish": {},
    "sh": {"PS1": "> ", "ENV": "", "HISTFILE": ""},
}
_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
_THEME = {"GDTUI_THEME": "gdtui-dark"}  # not the one that whoever plays the tape has chosen
_LEFT_OUT = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI", "BASH_ENV", "PROMPT_COMMAND", "TMUX", "STY")


def environment(shell: str, env: Iterable[tuple[str, str]]) -> dict[str, str]:
    """This process's environment as a login to a modern terminal has it, with what the tape sets."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith("TEXTUAL") and name not in _LEFT_OUT
    }
    here = os.path.dirname(sys.executable)  # the gdtui that plays is the gdtui that is played
    own["PATH"] = os.pathsep.join([here, own.get("PATH", os.defpath)])
    return {**own, **_TERMINAL, **_THEME, **_VARIABLES[shell], **dict(env)}

"""What a shell completes of a command line, by argcomplete: it alone of its kind knows bash, zsh and fish. The shell
asks gdtui itself at each tab, so that what is offered is what the parsers say. Imported only when a shell asks."""

import argparse
import os
from collections.abc import Iterable, Sequence
from typing import Any

from argcomplete.completers import FilesCompleter, SuppressCompleter
from argcomplete.finders import CompletionFinder
from argcomplete.shell_integration import shellcode

from gdtui.settings import BUILT_IN_SETS, INITS, LESSONS

TABLES = ("csv", "tsv", "npz", "npy", "parquet")
FILES = {"data": TABLES, "run": ("jsonl",), "runs": ("jsonl",), "save": ("jsonl",), "record": ("cast",),
         "tape": ("tape",), "output": ("cast", "gif", "svg", "txt", "ascii"), "o": ("csv", "json", "md"),
         "lesson": ("toml",), "preset": ("toml",)}  # fmt: skip
"""How the names of files end that an option takes; folders go too."""
WORDS = {"data": BUILT_IN_SETS, "init": INITS, "speed": ("max",), "lesson": LESSONS,
         "preset": LESSONS}  # fmt: skip
"""What an option takes besides."""


def script(shell: str) -> str:
    """What makes a shell complete gdtui's command lines."""
    return shellcode(["gdtui"], shell=shell)


def command_asked_for(commands: Iterable[str]) -> list[str]:
    """The command whose options are asked for, if one is there already: argcomplete takes it for the program."""
    line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    words = line.split(maxsplit=2)
    if len(words) > 1 and words[1] in commands and not line.endswith(words[1]):
        os.environ["_ARGCOMPLETE"] = "2"
        return words[1:2]
    return []


def complete(parser: argparse.ArgumentParser, commands: Sequence[str] = ()) -> None:
    """Tell the shell what can come next, and end the program."""
    if commands:
        parser.add_argument("command", nargs="?", choices=commands)
    for action in parser._actions:
        if action.dest in FILES or action.dest in WORDS:
            action.completer = _Either(WORDS.get(action.dest, ()), FILES.get(action.dest))  # type: ignore[attr-defined]
    CompletionFinder()(parser, always_complete_options=False, default_completer=SuppressCompleter())


class _Either:
    """Completes words, and files whose names end so, if any do."""

    def __init__(self, words: Sequence[str], endings: Sequence[str] | None) -> None:
        self._words, self._files = words, endings and FilesCompleter(endings)

    def __call__(self, prefix: str, **_: Any) -> list[str]:
        words = [word for word in self._words if word.startswith(prefix)]
        return [*words, *self._files(prefix)] if self._files else words

"""What a terminal's encoding can carry, and what stands for the rest: each character has one of as many columns.

Nothing that draws knows of this: it is done where Python encodes what is written, and costs nothing where all can be.
"""

import codecs
import io
import os
import re
import sys
import unicodedata
from collections.abc import Mapping

_STAND_INS = {
    **dict.fromkeys("─╌╍┄┅┈┉╴╶╺╼╾▔–—−‐‑‒", "-"),
    **dict.fromkeys("━═╸", "="),  # a bar that fills is told from its rest
    **dict.fromkeys("│┃║╎╏┆┇┊┋╵╷╹╻╽╿▏▎▍▌▐▕▋▊▉‖", "|"),
    **dict.fromkeys("●○◉•◦◯∘", "o"),
    **dict.fromkeys("▲△▴▵↑", "^"),
    **dict.fromkeys("▼▽▾▿↓", "v"),
    **dict.fromkeys("▶▷►▸▹→↦❯›", ">"),
    **dict.fromkeys("◀◁◄◂◃←❮‹", "<"),
    # As matplotlib calls its markers.
    **dict.fromkeys("■▪▫", "s"),
    **dict.fromkeys("◆◇◈", "d"),
    **dict.fromkeys("★☆⋆", "*"),
    **dict.fromkeys("✚⁺", "+"),
    **dict.fromkeys("♥♡", "h"),
    **dict.fromkeys("▁▂▃▄_", "_"),
    **dict.fromkeys("“”„«»▀", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("·…⋯░", "."),
    **{
        "╱": "/",
        "╲": "\\",
        "╳": "X",
        "✓": "+",
        "✗": "x",
        "×": "x",
        "▒": ":",
        "▓": "%",
        "🔎": "> ",
        **dict(zip("αβελπσµ√∛⌊⌋°◎", "abelpsuV3[]dX", strict=True)),
        "Σ": "S",
        "≤": "<",
        "≥": ">",
    },
    "≈": "~",
    # Hollow markers, which are told from full ones.
    **dict(zip("○△□◊▽✩✛◁▷♡", "OASDVWPLRH", strict=True)),
}
_ARROWS = {"↑": "up", "↓": "down", "←": "left", "→": "right"}
_ABOVE, _BELOW = 0x1B, 0xE4
"""The braille dots of a cell's upper and lower half."""


def stand_in(char: str) -> str:
    """ASCII for a character, as many columns wide."""
    code = ord(char)
    if char in _STAND_INS:
        return _STAND_INS[char]
    if 0x2500 <= code < 0x2580:
        return "+"
    if 0x2580 <= code < 0x25A0:
        return "#"
    if 0x2800 <= code < 0x2900:
        return " '.:"[bool(code & _ABOVE) + 2 * bool(code & _BELOW)]
    letter, columns = unicodedata.normalize("NFKD", char)[0], _columns(char)
    return f"{letter:{columns}}"[:columns] if " " <= letter <= "~" else "?" * columns


def _columns(char: str) -> int:
    from wcwidth import wcwidth

    return max(0, wcwidth(char)) if char.isprintable() or unicodedata.category(char) == "Zs" else 1


def _translated(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(stand_in, error.object[error.start : error.end])), error.end


codecs.register_error("stand-in", _translated)


def named(keys: str) -> str:
    """Keys with the names of arrows, where the screen cannot show those: what stands for them are keys too, < and >."""
    try:
        "←".encode(getattr(sys.__stdout__, "encoding", None) or "utf-8")
    except (LookupError, UnicodeError):
        apart = re.sub("(?<=[↑↓←→])(?=[↑↓←→])", "/", keys)
        return re.sub("[↑↓←→]", lambda arrow: _ARROWS[arrow[0]], apart)
    return keys


def fit_streams(is_ascii: bool) -> None:
    """From here on, what is printed or drawn is what the terminal can show; or ASCII, where that is asked for.

    Raises:
        ValueError: the locale names an encoding that cannot be written.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if is_ascii:
            stream.reconfigure(encoding="ascii", errors="stand-in")
        elif stream.isatty():
            stream.reconfigure(encoding=encoding_of(os.environ) or stream.encoding, errors="stand-in")
        elif stream is sys.stdout:
            stream.reconfigure(errors="stand-in")


def can_show(char: str) -> bool:
    """Whether what is drawn shows this character itself, and nothing that stands for it."""
    try:
        char.encode(getattr(sys.__stdout__, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def encoding_of(environ: Mapping[str, str]) -> str | None:
    """The encoding that the locale names, be that installed here or not; None where Python is to choose.

    Python takes C for UTF-8, where it may: as LC_CTYPE, which it then sets itself. Only LC_ALL=C is an order.

    Raises:
        ValueError: it is not known, or has no ASCII in it, as escape codes need.
    """
    if environ.get("PYTHONIOENCODING") or environ.get("PYTHONUTF8"):
        return None
    name = next(filter(None, map(environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    encoding = "ascii" if name in ("C", "POSIX") else name.partition(".")[2].partition("@")[0]
    letters = "\x1b" + "".join(map(chr, range(32, 127)))
    try:
        if not encoding or letters.encode(encoding) == letters.encode():
            return encoding or None
    except (LookupError, ValueError):
        pass
    raise ValueError(f"the locale {name} has an encoding that cannot be written; set LC_ALL, or give --ascii")

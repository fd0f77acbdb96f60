"""Tapes: scripts of what to type into a terminal, in the language of VHS (https://github.com/charmbracelet/vhs).

A tape is parsed whole before anything of it runs, so what is wrong with it is told at once, with its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from gdtui.recording.lexer import Place, TapeError
from gdtui.recording.themes import DEFAULT, Theme

__all__ = ["Command", "Output", "Place", "Tape", "TapeError", "TapeSettings", "columns_and_rows"]

MAX_SIDE = 1000
"""Columns or rows, at the most."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do; `place` is where the tape says so."""

    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Type(Command):
    """Type a text, with so many seconds between its characters."""

    text: str
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Press(Command):
    """Press a key (see `gdtui.recording.keys`) so many times."""

    key: str
    modifiers: tuple[str, ...] = ()
    speed: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Sleep(Command):
    seconds: float


@dataclass(frozen=True, slots=True)
class Hide(Command):
    """What follows is not recorded, and takes no time in the recording."""


@dataclass(frozen=True, slots=True)
class Show(Command):
    """What follows is recorded again."""


@dataclass(frozen=True, slots=True)
class Wait(Command):
    """Wait until the cursor's line, or the whole screen, matches."""

    scope: str = "Line"
    timeout: float | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Screenshot(Command):
    path: str


@dataclass(frozen=True, slots=True)
class Copy(Command):
    """Put a text on the tape's own clipboard."""

    text: str


@dataclass(frozen=True, slots=True)
class Paste(Command):
    """Type what is on it."""


@dataclass(frozen=True, slots=True)
class Change(Command):
    """Set TypingSpeed, WaitTimeout or WaitPattern, from here on."""

    setting: str
    value: float | str


@dataclass(frozen=True, slots=True)
class Output:
    """A file to make."""

    place: Place = field(compare=False)
    path: str


@dataclass(frozen=True, slots=True)
class Require:
    """A program that must be there."""

    place: Place = field(compare=False)
    program: str


@dataclass(frozen=True, slots=True)
class TapeSettings:
    """What `Set` has said before the first command; VHS's defaults."""

    shell: str = "bash"
    font_size: float = 22
    width: float = 1200
    height: float = 600
    padding: float = 60
    margin: float = 0
    margin_fill: str = ""
    window_bar: str = ""
    window_bar_size: float = 30
    line_height: float = 1.0
    letter_spacing: float = 1.0
    theme: Theme = DEFAULT
    typing_speed: float = 0.05
    playback_speed: float = 1.0
    wait_timeout: float = 15.0
    wait_pattern: str = ">$"


@dataclass(frozen=True, slots=True)
class Tape:
    """A whole tape."""

    file: str
    size: tuple[int, int]
    """Columns and rows."""
    settings: TapeSettings
    env: tuple[tuple[str, str], ...]
    requires: tuple[Require, ...]
    outputs: tuple[Output, ...]
    commands: tuple[Command, ...]


_SIZE = re.compile(r"^[ \t]*#[ \t]*gdtui:[ \t]*(.*?)[ \t]*$", re.MULTILINE)


def columns_and_rows(text: str, file: str, settings: TapeSettings) -> tuple[int, int]:
    """What a comment `# gdtui: 120x40` says, or what VHS's pixels make."""
    stated = _SIZE.search(text)
    if stated is None:
        return _from_pixels(file, settings)
    place = Place(file, text.count("\n", 0, stated.start()) + 1, 1)
    sides = re.fullmatch(r"([0-9]{1,4})x([0-9]{1,4})", stated[1])
    if sides is None or not (2 <= int(sides[1]) <= MAX_SIDE and 1 <= int(sides[2]) <= MAX_SIDE):
        raise TapeError(place, f"{stated[1]!r} is no size in columns and rows, as in `# gdtui: 120x40`")
    return int(sides[1]), int(sides[2])


def _from_pixels(file: str, settings: TapeSettings) -> tuple[int, int]:
    """VHS leaves the terminal what padding, margin and bar leave, and xterm.js fills it with whole cells.

    A cell of its first font, JetBrains Mono, is 0.6 font sizes wide, cut to pixels, and 1.32 high, rounded up.
    """
    frame = 2 * settings.padding + (2 * settings.margin if settings.margin_fill else 0)
    bar = settings.window_bar_size if settings.window_bar else 0
    cell_width = int(0.6 * settings.font_size + 1e-9) + round(settings.letter_spacing)
    cell_height = int(-(-1.32 * settings.font_size // 1) * settings.line_height)
    if cell_width < 1 or cell_height < 1:
        raise TapeError(Place(file, 1, 1), "FontSize, LetterSpacing and LineHeight leave no room for a character")
    columns = int((settings.width - frame) // cell_width)
    rows = int((settings.height - frame - bar) // cell_height)
    if not (2 <= columns <= MAX_SIDE and 1 <= rows <= MAX_SIDE):
        raise TapeError(
            Place(file, 1, 1),
            f"Width and Height come to {columns}x{rows} characters; state the size, as in `# gdtui: 120x40`",
        )
    return columns, rows


def read(path: str) -> str:
    """A tape's text; TapeError where there is none."""
    place = Place(path, 1, 1)
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise TapeError(place, f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise TapeError(place, "this is not UTF-8 text") from None

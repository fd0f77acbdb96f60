"""Tapes: scripts of what to type into a terminal, in the language of VHS (https://github.com/charmbracelet/vhs).

A tape is parsed whole before anything of it runs, so what is wrong with it is told at once, with its place.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdtui.recording.lexer import Place, TapeError
from gdtui.recording.themes import DEFAULT, Theme

MAX_SIDE = 1000
"""Columns or rows, at the most."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a tape says: `Type@50ms ls` is named Type and has the arguments (0.05, "ls").

    The arguments of what is played are those of the method of `gdtui.recording.play.Player` that has its name; Output
    and Require have a file's and a program's name. `place` is where the tape says so.
    """

    place: Place = field(compare=False)
    name: str
    arguments: tuple[Any, ...] = ()


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
    requires: tuple[Command, ...]
    outputs: tuple[Command, ...]
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

"""Tapes: scripts of what to type into a terminal, in the language of VHS (https://github.com/charmbracelet/vhs).

A tape is parsed whole before anything of it runs, so what is wrong with it is told at once, with its place.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from gdtui.recording.themes import DEFAULT, Theme

LONGEST = 2**20
"""Characters of a tape, at the most."""
MAX_SIDE = 1000
"""Columns or rows, at the most."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a tape; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class TapeError(ValueError):
    """A tape that cannot be used; the message says where and why."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is string, regex, json, number, word, symbol, or end (of a line); `text` is without its quotes."""

    kind: str
    text: str
    place: Place
    glued: bool
    """Whether it follows the token before it without a blank, as `ms` in `500ms`."""

    def fail(self, message: str) -> NoReturn:
        raise TapeError(self.place, message)


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do: `Type@50ms ls` is named Type and has the arguments (0.05, "ls").

    They are those of the method of `gdtui.recording.play.Player` that has its name. `place` is where the tape says so.
    """

    place: Place = field(compare=False)
    name: str
    arguments: tuple[Any, ...]


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
    requires: tuple[tuple[Place, str], ...]
    outputs: tuple[tuple[Place, str], ...]
    """Programs that must be there, and files to make, each with its place in the tape."""
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
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except OSError as error:
        raise TapeError(place, f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise TapeError(place, "this is not UTF-8 text") from None
    if len(text) > LONGEST:
        raise TapeError(place, f"has more than {LONGEST:,} characters; this is no tape")
    return text


_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+|\#[^\n]*)
    |(?P<end>)\n
    |(?P<quote>["'`])(?P<string>(?:(?!(?P=quote))[^\n])*)(?P=quote)
    |/(?P<regex>(?:[^/\\\n]|\\[^\n])*)/
    |(?P<json>\{[^}]*\})
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<word>[A-Za-z._][-A-Za-z0-9._/%]*)
    |(?P<symbol>[@+=%^\\\[\]-])
    |(?P<wrong>.)""",
    re.VERBOSE,
)
_TORN = {'"': "string", "'": "string", "`": "string", "/": "regular expression", "{": "JSON object"}


def tokens(text: str, file: str) -> list[Token]:
    """All tokens of a tape, with an end after each line."""
    found: list[Token] = []
    line, begin, glued = 1, 0, False
    for match in _TOKEN.finditer(text.removeprefix("\ufeff") + "\n"):
        kind, place = str(match.lastgroup), Place(file, line, match.start() - begin + 1)
        if kind == "wrong":
            char, torn = match[0], _TORN.get(match[0])
            message = f"{char!r} means nothing here; put text in quotes"
            if torn is not None:
                message = f"this {torn} has no end; it ends with {'}' if char == '{' else char} on the same line"
            raise TapeError(place, message)
        if kind != "blank":
            found.append(Token(kind, match[kind], place, glued))
        glued = kind not in ("blank", "end")
        newlines = match[0].count("\n")
        if newlines:
            line, begin = line + newlines, match.start() + match[0].rindex("\n") + 1
    return found

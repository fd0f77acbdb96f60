"""A screen as the bytes that draw it anew, so that a recording can begin in the middle."""

from __future__ import annotations

from itertools import groupby

from pyte.screens import Char

from gdtui.recording.emulator import Emulator
from gdtui.recording.pyte_screen import Grid

_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_ATTRIBUTES = {"bold": 1, "italics": 3, "underscore": 4, "blink": 5, "reverse": 7, "strikethrough": 9}


def repaint(emulator: Emulator) -> str:
    """What makes a fresh terminal of this size, or one that shows anything else, look like this one."""
    parts = ["\x1b[?1049l\x1b[?7h", _drawn(emulator.main)]
    if emulator.is_alternate:
        parts += ["\x1b[?1049h", _drawn(emulator.alt)]
    parts.append("\x1b[?25l" if emulator.screen.cursor.hidden else "\x1b[?25h")
    return "".join(parts)


def _drawn(grid: Grid) -> str:
    parts = ["\x1b[m\x1b[r\x1b[H\x1b[2J"]
    for y in range(grid.lines):
        cells = [grid.buffer[y][x] for x in range(grid.columns)]
        while cells and cells[-1] == grid.default_char:
            cells.pop()
        if cells:
            parts.append(f"\x1b[{y + 1}H{_row(cells)}")
    if grid.margins is not None:
        parts.append(f"\x1b[{grid.margins.top + 1};{grid.margins.bottom + 1}r")
    parts.append(f"\x1b[{grid.cursor.y + 1};{grid.at + 1}H")
    if grid.cursor.x >= grid.columns:  # the next character begins a new line, but only after one in the last column
        last = grid.buffer[grid.cursor.y][grid.at]
        wide = not last.data  # its text is in its left half
        last = grid.buffer[grid.cursor.y][grid.at - wide]
        parts.append("\b" * wide + look_codes(last) + last.data)
    parts.append(look_codes(grid.cursor.attrs))
    return "".join(parts)


def _row(cells: list[Char]) -> str:
    runs = groupby(cells, key=lambda cell: cell._replace(data=""))
    return "".join(look_codes(look) + "".join(cell.data for cell in run) for look, run in runs)


def look_codes(cell: Char) -> str:
    """The codes for a cell's colours and attributes, from nothing."""
    codes = ["0", *(str(code) for name, code in _ATTRIBUTES.items() if getattr(cell, name))]
    codes += [*_colour(cell.fg, 30), *_colour(cell.bg, 40)]
    return f"\x1b[{';'.join(codes)}m"


def _colour(name: str, base: int) -> list[str]:
    if name == "default":
        return []
    if name in _COLOURS:
        return [str(base + _COLOURS.index(name))]
    if name.startswith(("bright", "bfight")):  # pyte 0.8.2 says bfightmagenta for a bright magenta background
        return [str(base + 60 + _COLOURS.index(name[6:]))]
    return [str(base + 8), "2", *(str(int(name[at : at + 2], 16)) for at in (0, 2, 4))]

"""A drawing as a grid of cells, each with a character, a role and a ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from wcwidth import wcwidth

from gdtui.charts.roles import GROUNDS, Ground

Chars = NDArray[np.str_]
Codes = NDArray[np.uint8]


def cells_of(text: str) -> list[str]:
    """A text as cells: a letter of two columns has an empty cell behind it, one of none is left out."""
    if text.isascii():
        return list(text)
    return [part for char in text if (columns := wcwidth(char)) for part in (char, *[""] * (columns - 1))]


def shortened(text: str, columns: int) -> str:
    """A text in so many columns at the most; what is cut has a mark."""
    cells = cells_of(text)
    if len(cells) <= columns:
        return text
    end = max(columns - 1, 0)
    while end and not cells[end]:  # of a wide letter there is no half
        end -= 1
    return "".join(cells[:end]) + "…" * (columns > 0)


@dataclass(frozen=True)
class Chart:
    """A drawing of height × width cells.

    Attributes:
        chars: one character a cell, each one column wide.
        roles: a `Role` a cell.
        grounds: a `Ground` a cell.
    """

    chars: Chars
    roles: Codes
    grounds: Codes

    @classmethod
    def blank(cls, width: int, height: int) -> Chart:
        shape = (max(height, 0), max(width, 0))
        return cls(np.full(shape, " ", dtype="<U1"), np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))

    @property
    def width(self) -> int:
        return int(self.chars.shape[1])

    @property
    def height(self) -> int:
        return int(self.chars.shape[0])

    def copy(self) -> Chart:
        return Chart(self.chars.copy(), self.roles.copy(), self.grounds.copy())

    def write(self, row: int, column: int, text: str, role: int) -> None:
        """Write text into a row, with nothing behind it, cut off at the edges. For the one who makes the drawing."""
        cells = cells_of(text)
        begin, end = max(column, 0), min(column + len(cells), self.width)
        if 0 <= row < self.height and begin < end:
            if end - column < len(cells) and not cells[end - column]:  # of a wide letter there is no half
                cells[end - column - 1] = " "
            self.chars[row, begin:end] = [
                cell or " " * (not at) for at, cell in enumerate(cells[begin - column : end - column])
            ]
            self.roles[row, begin:end] = role
            self.grounds[row, begin:end] = Ground.NONE

    def lines(self) -> list[str]:
        """The characters alone, a string a row."""
        return ["".join(row) for row in self.chars.tolist()]

    def looks(self) -> NDArray[np.uint16]:
        """A number a cell for how it looks: its role times `GROUNDS`, and its ground."""
        return self.roles.astype(np.uint16) * np.uint16(GROUNDS) + self.grounds

    def changes(self, before: Chart) -> Iterator[tuple[int, int, int]]:
        """(column, row, cells) for the part of each row in which this differs from another of the same size."""
        differ = (self.chars != before.chars) | (self.roles != before.roles) | (self.grounds != before.grounds)
        rows = np.flatnonzero(differ.any(axis=1))
        if not len(rows):
            return
        first, after = differ[rows].argmax(axis=1), self.width - differ[rows, ::-1].argmax(axis=1)
        yield from zip(first.tolist(), rows.tolist(), (after - first).tolist(), strict=True)

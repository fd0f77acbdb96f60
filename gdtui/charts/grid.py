"""A drawing as a grid of cells, each with a character, a role and a ground."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Chars = NDArray[np.str_]
Codes = NDArray[np.uint8]


class Role(IntEnum):
    """What a cell's character stands for. A front end gives each role its colour, so that a change of theme
    needs no new drawing, and no colour is decided here."""

    BLANK = 0
    AXIS = 1
    LABEL = 2
    CLASS_0 = 3
    CLASS_1 = 4
    BOUNDARY = 5
    CURVE = 6
    MARK = 7
    NOTE = 8


class Ground(IntEnum):
    """What is behind a cell."""

    NONE = 0
    CLASS_0 = 1
    """Where the unit predicts class 0."""
    CLASS_1 = 2


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

    def write(self, row: int, column: int, text: str, role: Role) -> None:
        """Write text into a row, cut off at the edges. For the one who makes the drawing."""
        if not 0 <= row < self.height:
            return
        for offset, char in enumerate(text):
            if 0 <= column + offset < self.width:
                self.chars[row, column + offset] = char
                self.roles[row, column + offset] = role

    def lines(self) -> list[str]:
        """The characters alone, a string a row."""
        return ["".join(row) for row in self.chars.tolist()]

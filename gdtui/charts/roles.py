"""What the cells of a drawing stand for. Apart from the drawings themselves, since these names cost nothing to
import, and the style sheet is wanted before NumPy is."""

from __future__ import annotations

from enum import IntEnum


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
    OTHER_CURVE = 9
    """The curve of a branch that is not the current one."""
    CURSOR = 10

    @property
    def css(self) -> str:
        """The name in a style sheet."""
        return f"chart--{self.name.lower().replace('_', '-')}"


class Ground(IntEnum):
    """What is behind a cell."""

    NONE = 0
    CLASS_0 = 1
    """Where the unit predicts class 0."""
    CLASS_1 = 2

    @property
    def css(self) -> str:
        """The name in a style sheet."""
        return f"chart--ground-{self.name.lower().replace('_', '-')}"

"""What the cells of a drawing stand for. Apart from the drawings themselves, since these names cost nothing to
import, and the style sheet is wanted before NumPy is."""

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
    # Runs that are compared, in the order of their names on the command line.
    RUN_1 = 11
    RUN_2 = 12
    RUN_3 = 13
    RUN_4 = 14
    RUN_5 = 15
    RUN_6 = 16

    @property
    def css(self) -> str:
        """The name in a style sheet."""
        return f"chart--{self.name.lower().replace('_', '-')}"


RUNS = (Role.RUN_1, Role.RUN_2, Role.RUN_3, Role.RUN_4, Role.RUN_5, Role.RUN_6)


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

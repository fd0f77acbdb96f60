"""What the cells of a drawing stand for. Apart from the drawings themselves, since these names cost nothing to
import, and the style sheet is wanted before NumPy is."""

from enum import IntEnum
from typing import Any


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
    """Also that of the first of several runs or branches; those of the others follow."""
    MARK = 7
    NOTE = 8
    TEST = 9
    """The curve of what is kept for testing."""
    CURSOR = 10
    PAPER = 11
    """What lies behind the drawing: of the part of a cell that is left bare where its ground is another."""
    # Branches, or runs that are compared, in the order of their names on the command line.
    RUN_2 = 12
    RUN_3 = 13
    RUN_4 = 14
    RUN_5 = 15
    RUN_6 = 16
    # Points that are predicted to be of another class.
    WRONG_0 = 17
    WRONG_1 = 18
    RUN_7 = 40
    RUN_8 = 41
    RUN_9 = 42
    RUN_10 = 43
    TEXT = 19
    """What is to be read, and stands out from labels."""
    # In front of a ramp.
    BALL = 44
    """Where a descent stands on the loss."""
    OPTIMUM = 45
    GRADIENT = 46
    """Of the next step, what the gradient alone makes of it."""
    MOMENTUM = 47
    """The same of the steps before."""


CLASSES = (Role.CLASS_0, Role.CLASS_1, *range(20, 28))
WRONGS = (Role.WRONG_0, Role.WRONG_1, *range(30, 38))
"""Points of each class, and those of them that are taken for another."""
RUNS = (Role.CURVE, *(role for role in Role if role.name.startswith("RUN_")))
PATHS = tuple(range(64, 64 + len(RUNS)))
"""The paths of `RUNS`, in front of a ramp."""

FAINTS = tuple(range(100, 100 + len(RUNS)))
"""The curves of `RUNS` as they lie behind their averages."""


class Ground(IntEnum):
    """What is behind a cell: nothing, or a tone of the field, from class 0 for certain to class 1 for certain. Those of
    more classes follow: see `BY_CLASS`."""

    NONE = 0
    TONE_0 = 1
    TONE_1 = 2
    TONE_2 = 3
    TONE_3 = 4
    TONE_4 = 5
    TONE_5 = 6
    TONE_6 = 7
    TONE_7 = 8
    TONE_8 = 9
    TONE_9 = 10
    SOLID_0 = 52
    """The colour of the points of class 0; those of the others follow, ten in all."""
    SOLID_1 = 53


STEPS = 5
"""Tones a class."""
BY_CLASS = ((5, 4, 3, 2, 1), *(tuple(range(1 + STEPS * number, 1 + STEPS * (number + 1))) for number in range(1, 10)))
"""The tones of each class, from hardly sure to certain."""
TONES = tuple(ground for ground in Ground if ground.name.startswith("TONE"))
"""Those of two classes."""
HEIGHTS, LIGHTS = 12, 5
"""Of the ramp: how many heights it tells apart, and how many lights that they stand in."""
RAMP = 64
"""The ground of the lowest height in the least light; see `ramp`."""
SHADES = tuple(range(80, 80 + HEIGHTS))
"""The characters that stand for the heights of the ramp where there are no tones."""
FLAT = 3
"""The light of what is level, or has no shape. The first is for what is turned away: sides, and lines on a surface."""
UPPER = 128
"""A role of `UPPER` + a ground is that of a character in the colour of that ground: of the upper half of a cell whose
lower half is another tone, say."""

GROUNDS = 256
"""As many as there may be."""


def ramp(height: Any, light: Any = FLAT) -> Any:
    """The ground of a height, 0 to HEIGHTS − 1, in a light, 0 to LIGHTS − 1; of arrays of them an array."""
    return RAMP + LIGHTS * height + light

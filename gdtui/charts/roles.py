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
    """Also that of the first of several runs or branches; those of the others follow."""
    MARK = 7
    NOTE = 8
    CURSOR = 10
    # Branches, or runs that are compared, in the order of their names on the command line.
    RUN_2 = 12
    RUN_3 = 13
    RUN_4 = 14
    RUN_5 = 15
    RUN_6 = 16
    # Points that are predicted to be of the other class.
    WRONG_0 = 17
    WRONG_1 = 18


RUNS = (Role.CURVE, Role.RUN_2, Role.RUN_3, Role.RUN_4, Role.RUN_5, Role.RUN_6)


class Ground(IntEnum):
    """What is behind a cell: nothing, or a tone of the field, from class 0 for certain to class 1 for certain."""

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
    SOLID_1 = 11
    """The colour of the points of class 1."""


TONES = tuple(ground for ground in Ground if ground.name.startswith("TONE"))
UPPER = 64
"""A role of `UPPER` + a ground is that of a character in the colour of that ground: of the upper half of a cell whose
lower half is another tone, say."""

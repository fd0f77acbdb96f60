"""Bars: counts as heights, in eighths of cells."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import CLASSES, Ground, Role
from gdtui.numbers import short
from gdtui.types import Floats

_UP = np.array(list(" ▁▂▃▄▅▆▇█"))
"""By how many eighths of a cell are full from below."""
_HATCHED = np.array(list(" ░░░▒▒▒▒▒"))
"""The same from above, for terminals of few colours or none: there are no such blocks, but hatches tell the sides
apart."""
_CLASSES = np.array(CLASSES)


class Side(NamedTuple):
    """Bars beside one another that grow one way from a line.

    Attributes:
        rows: of the canvas, how many there are from the first one on, for the longest bar.
        first: the row at the line.
        step: −1 where the bars grow upwards, 1 where downwards.
    """

    rows: int
    first: int
    step: int


def bar(chart: Chart, canvas: Canvas, side: Side, shares: Floats, kinds: NDArray[np.intp], is_hatched: bool) -> None:
    """Draw a bar in each column of a canvas, over what is there.

    Args:
        shares: of the longest bar, shape (width,): 0 for none; the least of all others can be seen.
        kinds: the number of the class that each bar has the colour of, shape (width,).
        is_hatched: whether there are few colours or none.
    """
    chars, roles, grounds = (layer[canvas.area] for layer in (chart.chars, chart.roles, chart.grounds))
    heights = np.where(shares > 0, np.clip(np.rint(8 * side.rows * shares), 1, 8 * side.rows), 0).astype(np.intp)
    for number in range(math.ceil(heights.max(initial=0) / 8)):
        row = side.first + side.step * number
        eighths = np.clip(heights - 8 * number, 0, 8)
        at = np.flatnonzero(eighths)
        full, of = eighths[at], kinds[at]
        roles[row, at] = _CLASSES[of]
        if side.step < 0:
            chars[row, at] = _UP[full]
        elif is_hatched:
            chars[row, at] = _HATCHED[full]
        else:  # there are no such blocks from above: the rest of the cell is drawn on its ground
            chars[row, at] = np.where(full == 8, " ", _UP[8 - full])
            roles[row, at], grounds[row, at] = Role.PAPER, Ground.SOLID_0 + of


def mark(chart: Chart, canvas: Canvas, side: Side, most: float) -> None:
    """Write beside the axis how many the longest bar stands for."""
    row, text = canvas.top + side.first + side.step * (side.rows - 1), short(most)
    chart.write(row, canvas.left - 1 - len(text), text, Role.LABEL)
    chart.write(row, canvas.left - 1, "┤", Role.AXIS)

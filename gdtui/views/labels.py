"""Where texts have room in a drawing of losses."""

from collections.abc import Iterator
from textwrap import wrap

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart, cells_of
from gdtui.charts.roles import Role
from gdtui.charts.strokes import Dots

Place = tuple[int, int]
"""A row and a column inside the axes."""
FARTHEST = 2
"""Rows from the end of a curve to its name at the most: further away it would be another's."""
LONGEST = 60
"""Columns of a line of words."""


def value(loss: float) -> str:
    """Four digits of it."""
    text = f"{loss:#.4g}".removesuffix(".")
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def words(text: str, width: int, height: int) -> Chart:
    """A text in the middle of a drawing that has nothing else in it."""
    chart = Chart.blank(width, height)
    tell(chart, (slice(0, height), slice(0, width)), text)
    return chart


def tell(chart: Chart, area: tuple[slice, slice], text: str) -> None:
    """Write why there is nothing to be seen into the middle of this part of a drawing, in lines as long as it takes, as
    many as there is room for."""
    rows, columns = area
    room, height = columns.stop - columns.start, rows.stop - rows.start
    lines = [f" {line} " for line in wrap(text, max(1, min(room - 2, LONGEST)))][:height]
    for row, line in enumerate(lines, rows.start + (height - len(lines)) // 2):
        chart.write(row, columns.start + max(0, room - len(cells_of(line))) // 2, line, Role.NOTE)


def label(chart: Chart, canvas: Canvas, end: Place, text: str, role: Role, anywhere: bool = False) -> bool:
    """Write text beside the end of a curve, as near as it covers nothing. Returns whether there was room for it.

    Args:
        anywhere: whether it is to be further away, rather than not at all.
    """
    free = is_free(chart, canvas)
    for row, begin in _places(end, len(text), canvas):
        if free[row, max(begin - 1, 0) : begin + len(text) + 1].all():
            write(chart, canvas, row, begin, text, role)
            return True
    if anywhere and text and len(text) < canvas.width:
        beside = np.pad(free, ((0, 0), (1, 1)), constant_values=True)
        rows, begins = np.nonzero(sliding_window_view(beside, len(text) + 2, axis=1).all(axis=-1))
        if len(rows):
            nearest = np.lexsort((-begins, np.abs(rows - end[0])))[0]
            write(chart, canvas, int(rows[nearest]), int(begins[nearest]), text, role)
            return True
    return False


def is_free(chart: Chart, canvas: Canvas) -> Dots:
    """The cells that a text may cover, shape (height, width): lines from top to bottom too, not their labels."""
    chars = chart.chars[canvas.area]
    return np.asarray((chart.roles[canvas.area] == Role.BLANK) | (chars == "┊") | (chars == "│"))


def _places(end: Place, length: int, canvas: Canvas) -> Iterator[Place]:
    """Rows and first columns for a text beside the end of a curve, the nearest first."""
    row, column = end
    right, left = column + 2, max(0, column - length)
    for begins in ((right, left), (left - length - 2,)):  # the last beside another such text
        for distance in range(FARTHEST + 1):
            for near in dict.fromkeys((row - distance, row + distance)):
                for begin in begins:
                    if 0 <= near < canvas.height and 0 <= begin <= canvas.width - length:
                        yield near, begin


def write(chart: Chart, canvas: Canvas, row: int, column: int, text: str, role: Role) -> None:
    """Write text inside the axes, where it fits there."""
    if 0 <= row < canvas.height and column >= 0 and column + len(text) <= canvas.width:
        chart.write(canvas.top + row, canvas.left + column, text, role)

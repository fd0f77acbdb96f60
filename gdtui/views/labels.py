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


def label(
    chart: Chart, canvas: Canvas, end: Place, text: str, role: Role, anywhere: bool = False, among: Dots | None = None
) -> bool:
    """Write text beside the end of a curve, as near as it covers nothing. Returns whether there was room for it.

    Args:
        anywhere: whether it is to be further away, rather than not at all.
        among: cells that are not to be between it and the curve, shape (height, width).
    """
    free = is_free(chart, canvas)
    for row, begin in _places(end, len(text), canvas):
        between = slice(min(row, end[0]) + 1, max(row, end[0])), slice(begin, begin + len(text))
        is_parted = among is not None and among[between].any()
        if free[row, max(begin - 1, 0) : begin + len(text) + 1].all() and not is_parted:
            write(chart, canvas, row, begin, text, role)
            return True
    if anywhere and text and len(text) < canvas.width:
        rows, begins = np.nonzero(_fits(chart, canvas, len(text)))
        if len(rows):
            nearest = np.lexsort((-begins, np.abs(rows - end[0])))[0]
            write(chart, canvas, int(rows[nearest]), int(begins[nearest]), text, role)
            return True
    return False


def label_curve(chart: Chart, canvas: Canvas, end: Place, text: str, role: Role) -> bool:
    """Write text beside the end of a curve among others, where none of these is between, nor the name of one, or else
    above or below it, where most of it touches that curve and least of it others, or else where it touches none.
    Returns whether there was room: beside another curve it would be taken for that one's name."""
    if not 0 < len(text) <= canvas.width:
        return False
    is_own = chart.roles[canvas.area] == role
    is_others = ~is_free(chart, canvas) & ~is_own
    if label(chart, canvas, end, text, role, among=is_others):
        return True
    own, others = (_touched(cells, len(text)) for cells in (_is_curve(chart, canvas) & is_own, is_others))
    rows, begins = np.nonzero(_fits(chart, canvas, len(text)) & ((own > others) | (others == 0)))
    if len(rows):
        away = np.abs(rows - end[0])
        best = np.lexsort((-begins, away, others[rows, begins] - own[rows, begins]))[0]
        write(chart, canvas, int(rows[best]), int(begins[best]), text, role)
    return len(rows) > 0


def label_line(chart: Chart, canvas: Canvas, text: str, role: Role) -> None:
    """Write text beside what is to be seen of the line of that role, as far up as it covers nothing, if anywhere."""
    free, own = is_free(chart, canvas), _is_curve(chart, canvas) & (chart.roles[canvas.area] == role)
    for row in np.flatnonzero(own.any(axis=1)).tolist() if text else ():
        columns = np.flatnonzero(own[row])
        for begin in (int(columns[-1]) + 2, int(columns[0]) - len(text) - 1):
            is_within = 0 <= begin <= canvas.width - len(text)
            if is_within and free[row, max(begin - 1, 0) : begin + len(text) + 1].all():
                write(chart, canvas, row, begin, text, role)
                return


def _touched(cells: Dots, length: int) -> np.ndarray:
    """How many of these cells are right above or below a text of that length, by its row and first column."""
    counts = np.pad(sliding_window_view(cells, length, axis=1).sum(axis=-1), ((1, 1), (0, 0)))
    return np.asarray(counts[:-2] + counts[2:])


def _fits(chart: Chart, canvas: Canvas, length: int) -> Dots:
    """Where a text of that length has room, by its row and first column."""
    beside = np.pad(is_free(chart, canvas), ((0, 0), (1, 1)), constant_values=True)
    return np.asarray(sliding_window_view(beside, length + 2, axis=1).all(axis=-1))


def _is_curve(chart: Chart, canvas: Canvas) -> Dots:
    """The cells that have a curve's dots in them, shape (height, width)."""
    codes = chart.chars[canvas.area].view(np.uint32)  # numbers are compared faster than letters
    return np.asarray((codes > 0x2800) & (codes <= 0x28FF))


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

"""Lines in braille: eight dots to a cell, two across and four down."""

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.types import Floats

ACROSS, DOWN = 2, 4
# The bit of each dot, by row and column within the cell (Unicode 15, block Braille Patterns).
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

Dots = NDArray[np.bool_]


def segment(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> Dots:
    """The dots, shape (4 · height, 2 · width), of a straight line between two points of the data, both within the
    canvas's limits."""
    x = canvas.columns(np.array([start[0], end[0]]), ACROSS)
    y = canvas.rows(np.array([start[1], end[1]]), DOWN)
    steps = int(max(abs(x[1] - x[0]), abs(y[1] - y[0]))) + 2
    columns, rows = np.linspace(x[0], x[1], steps), np.linspace(y[0], y[1], steps)
    dots = np.zeros((canvas.height * DOWN, canvas.width * ACROSS), dtype=bool)
    row = np.clip(rows.astype(np.intp), 0, dots.shape[0] - 1)
    dots[row, np.clip(columns.astype(np.intp), 0, dots.shape[1] - 1)] = True
    return dots


def extents(canvas: Canvas, low: Floats, high: Floats) -> Dots:
    """The dots, shape (4 · height, 2 · width), of a curve given by the lowest and highest y in each column of dots,
    joined from column to column.

    Args:
        low, high: shape (2 · width,); NaN where the curve has nothing.
    """
    known = np.isfinite(low) & np.isfinite(high)
    top, bottom = canvas.rows(np.where(known, high, 0.0), DOWN), canvas.rows(np.where(known, low, 0.0), DOWN)
    top, bottom = np.where(known, top, np.nan), np.where(known, bottom, np.nan)
    # Meet each neighbour half way, so that a steep curve has no gaps.
    for here, there in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        both = known[here] & known[there]
        middle = np.where(both, (top[here] + bottom[here] + top[there] + bottom[there]) / 4, np.nan)
        with np.errstate(invalid="ignore"):
            top[here] = np.fmin(top[here], np.maximum(middle, bottom[there]))
            bottom[here] = np.fmax(bottom[here], np.minimum(middle, top[there]))
    rows = np.arange(canvas.height * DOWN)[:, None]
    first = np.clip(np.floor(np.where(known, top, 0)), 0, len(rows) - 1)
    last = np.clip(np.floor(np.where(known, bottom, -1)), -1, len(rows) - 1)
    dots: Dots = (rows >= first) & (rows <= last) & known
    return dots


def stamp(chart: Chart, canvas: Canvas, dots: Dots, role: Role, over: tuple[Role, ...] = ()) -> None:
    """Write the dots into the chart as braille, on blank cells and on those with a role in `over`."""
    codes = np.zeros((canvas.height, canvas.width), dtype=np.uint32)
    for row in range(DOWN):
        for column in range(ACROSS):
            codes |= dots[row::DOWN, column::ACROSS].astype(np.uint32) * _BITS[row][column]
    free = np.isin(chart.roles[canvas.area], (Role.BLANK, *over)) & (codes > 0)
    chart.chars[canvas.area][free] = (codes[free] + 0x2800).view("<U1")
    chart.roles[canvas.area][free] = role

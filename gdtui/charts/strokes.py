"""Lines: in braille, eight dots to a cell, two across and four down, or as solid blocks, four to a cell."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chars, Chart
from gdtui.charts.roles import Ground, Role
from gdtui.types import Floats

ACROSS, DOWN = 2, 4
FAR = 10
"""Canvases away from the edge, beyond which it does not matter where anything is."""
_QUARTERS = np.array(list(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"))
"""By which quarters are full: upper left 1, upper right 2, lower left 4, lower right 8."""

Dots = NDArray[np.bool_]


def straight(canvas: Canvas, line: tuple[float, float, float], down: int = 2) -> Dots:
    """The quarters of cells, shape (2 · height, 2 · width), through which c0 + cx·x + cy·y = 0 goes: one in each row
    or in each column of quarters, whichever it crosses more of, so that it has no gaps; or, where there are four
    `down` a cell, the dots.

    Args:
        line: c0, cx and cy, none of them beyond 1.
    """
    with np.errstate(all="ignore"):
        x, y = line[1] * canvas.x_centres(2), line[2] * canvas.y_centres(down)
        value = line[0] + x[None, :] + y[:, None]
        step = max(abs(x[1] - x[0]), abs(y[1] - y[0]))  # how much it changes from one quarter to the next
        quarters: Dots = (value > -step / 2) & (value <= step / 2)
    return quarters


def extents(canvas: Canvas, low: Floats, high: Floats) -> Dots:
    """The dots, shape (4 · height, 2 · width), of a curve given by the lowest and highest y in each column of dots,
    joined from column to column, and straight across columns of which nothing is known.

    Args:
        low, high: shape (2 · width,); NaN where nothing is known.
    """
    dots = np.zeros((canvas.height * DOWN, canvas.width * ACROSS), dtype=bool)
    top, bottom = canvas.rows(high, DOWN), canvas.rows(low, DOWN)
    known = np.isfinite(top) & np.isfinite(bottom)
    if not known.any():
        return dots
    columns = np.flatnonzero(known)
    part = slice(int(columns[0]), int(columns[-1]) + 1)
    if part.stop - part.start > len(columns):
        every = np.arange(part.start, part.stop)
        top, bottom = (np.interp(every, columns, edge[columns]) for edge in (top, bottom))
    else:
        top, bottom = top[part].copy(), bottom[part].copy()
    # Meet each neighbour half way, so that a steep curve has no gaps.
    for here, there in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        middle = (top[here] + bottom[here] + top[there] + bottom[there]) / 4
        top[here] = np.minimum(top[here], np.maximum(middle, bottom[there]))
        bottom[here] = np.maximum(bottom[here], np.minimum(middle, top[there]))
    rows = np.arange(len(dots))[:, None]
    first = np.clip(np.floor(top), 0, len(rows) - 1).astype(np.intp)
    last = np.clip(np.floor(bottom), 0, len(rows) - 1).astype(np.intp)
    dots[:, part] = (rows >= first) & (rows <= last)
    return dots


def trace(canvas: Canvas, x: Floats, y: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The dots that a line goes through from each of its points, shape (n,), to the next: their rows and columns, and
    the number of the stretch that each is on, all of shape (m,). Those beyond the canvas are in it too."""
    with np.errstate(invalid="ignore"):
        columns = np.clip(canvas.columns(x, ACROSS), -FAR * canvas.width, FAR * canvas.width)
        rows = np.clip(canvas.rows(y, DOWN), -FAR * canvas.height, FAR * canvas.height)
    steps = np.maximum(np.abs(np.diff(columns)), np.abs(np.diff(rows)))
    each = np.maximum(np.ceil(steps), 1).astype(np.intp)
    stretch = np.repeat(np.arange(len(each)), each)
    share = (np.arange(len(stretch)) - np.repeat(np.cumsum(each) - each, each)) / each[stretch]
    found = [np.floor(at[stretch] + share * (at[stretch + 1] - at[stretch])) for at in (rows, columns)]
    last = [np.floor(at[-1:]) for at in (rows, columns)]
    down, across = (np.append(*both).astype(np.intp) for both in zip(found, last, strict=True))
    return down, across, np.append(stretch, len(each))


def dots_of(canvas: Canvas, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Dots:
    """Those dots, as far as they are on the canvas: shape (4 · height, 2 · width)."""
    dots = np.zeros((canvas.height * DOWN, canvas.width * ACROSS), dtype=bool)
    inside = (rows >= 0) & (rows < len(dots)) & (columns >= 0) & (columns < dots.shape[1])
    dots[rows[inside], columns[inside]] = True
    return dots


def stamp(chart: Chart, canvas: Canvas, dots: Dots, role: int, over: Sequence[int] = ()) -> None:
    """Write the dots into the chart as braille, on blank cells and on those with a role in `over`."""
    # The dots of a cell are the bits of its character (Unicode 15, block Braille Patterns): 0, 1 and 2 from the top of
    # the left column down, 3, 4 and 5 beside them, then 6 and 7 in the lowest row. Both of a row are taken at once.
    pairs = np.ascontiguousarray(dots).view("<u2").reshape(canvas.height, DOWN, canvas.width)
    three = (pairs | pairs >> 5) & 0b1001
    codes = three[:, 0] | three[:, 1] << 1 | three[:, 2] << 2 | ((pairs[:, 3] | pairs[:, 3] >> 7) & 0b11) << 6
    _put(chart, canvas, codes > 0, (codes.astype(np.uint32) + 0x2800).view("<U1"), role, over)


def stamp_thick(chart: Chart, canvas: Canvas, quarters: Dots, role: int, over: Sequence[int] = ()) -> None:
    """The same with quarters of cells, shape (2 · height, 2 · width), as solid blocks with nothing behind them."""
    four = quarters[0::2, 0::2], quarters[0::2, 1::2], quarters[1::2, 0::2], quarters[1::2, 1::2]
    codes = np.zeros((canvas.height, canvas.width), dtype=np.intp)
    for bit, part in enumerate(four):
        codes |= part.astype(np.intp) << bit
    _put(chart, canvas, codes > 0, _QUARTERS[codes], role, over)
    chart.grounds[canvas.area][chart.roles[canvas.area] == role] = Ground.NONE


def _put(chart: Chart, canvas: Canvas, wanted: Dots, chars: Chars, role: int, over: Sequence[int]) -> None:
    is_free = np.zeros(256, dtype=bool)  # a table, in a fifth of the time that isin takes
    is_free[[Role.BLANK, *over]] = True
    free = is_free[chart.roles[canvas.area]] & wanted
    chart.chars[canvas.area][free] = chars[free]
    chart.roles[canvas.area][free] = role

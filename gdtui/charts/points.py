"""Points of two classes, as the markers of the cells that hold them."""

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Ground, Role
from gdtui.types import Floats

MARKERS = (("●", Role.CLASS_0), ("▲", Role.CLASS_1))
WRONG = "✗"
BOTH = "&"
"""Points of both classes in one cell, where the two colours of one cell cannot be seen."""
_SIZES = np.array([list("∘•●"), list("▵▴▲")])
_FULL, _SMALL = 0.25, 0.04
"""Shares of what the fullest cells hold: from the first on a marker has its full size, from the second a smaller one,
and below that the smallest."""
_BOTH = 0.25
"""The share of a cell's points from which on the class that has fewer of them is shown as well."""
TRIED = 20_000
"""Points that are looked at for wrong ones, beside one of each cell: all of them, unless there are more."""


class Points:
    """Which cells of a canvas hold points. A million cost what few do, since they are binned once a size.

    Args:
        canvas: where they are drawn.
        places: their coordinates, shape (N, 2).
        X: their design matrix, shape (N, d + 1).
        y: their labels, 0 or 1, shape (N,).
    """

    def __init__(self, canvas: Canvas, places: Floats, X: Floats, y: Floats) -> None:
        columns = np.clip(canvas.columns(places[:, 0]).astype(np.intp), 0, canvas.width - 1)
        rows = np.clip(canvas.rows(places[:, 1]).astype(np.intp), 0, canvas.height - 1)
        cells = rows * canvas.width + columns
        every, ones = np.bincount(cells), np.bincount(cells, weights=y)
        self._used = np.flatnonzero(every)
        self._at = canvas.top + self._used // canvas.width, canvas.left + self._used % canvas.width
        self._counts, self._shares = every[self._used], ones[self._used] / every[self._used]
        one_each = np.zeros(len(every), dtype=np.intp)
        one_each[cells] = np.arange(len(cells))
        spread = np.arange(0, len(cells), 1 + (len(cells) - 1) // TRIED if len(cells) else 1)
        tried = np.union1d(spread, one_each[self._used])
        self._X, self._labels = X[tried], y[tried] > 0
        self._cell = np.searchsorted(self._used, cells[tried])
        self._tried = np.bincount(self._cell, minlength=len(self._used))

    def mark(self, chart: Chart, is_hatched: bool = False) -> None:
        """Put into each cell that holds points the marker of the class that has more of them there, the larger the
        more there are; where the other class has nearly as many, one that has both colours, or a sign for both where
        there are few colours or none."""
        if not len(self._used):
            return
        kinds = (self._shares > 0.5).astype(np.intp)
        filled = self._counts / np.percentile(self._counts, 95)
        sizes = (filled >= _SMALL).astype(np.intp) + (filled >= _FULL)
        chart.chars[self._at] = _SIZES[kinds, sizes]
        chart.roles[self._at] = np.where(kinds, Role.CLASS_1, Role.CLASS_0)
        mixed = np.minimum(self._shares, 1 - self._shares) >= _BOTH
        both = self._at[0][mixed], self._at[1][mixed]
        if is_hatched:
            chart.chars[both] = BOTH
        else:
            chart.chars[both], chart.roles[both], chart.grounds[both] = "▚", Role.CLASS_0, Ground.SOLID_1

    def cross(self, chart: Chart, weights: Floats) -> None:
        """Cross out the cells most of whose points the unit with these weights, shape (d + 1,), takes for the other
        class."""
        with np.errstate(all="ignore"):
            predicted = self._X @ weights >= 0
        wrong = np.bincount(self._cell[predicted != self._labels], minlength=len(self._used))
        bad = 2 * wrong > self._tried
        at = self._at[0][bad], self._at[1][bad]
        chart.chars[at], chart.grounds[at] = WRONG, Ground.NONE
        chart.roles[at] = np.where(self._shares[bad] > 0.5, Role.WRONG_1, Role.WRONG_0)

"""Points of some classes, as the markers of the cells that hold them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chars, Chart
from gdtui.charts.roles import CLASSES, WRONGS, Ground
from gdtui.learning.weights import logits
from gdtui.types import Floats

HOLLOW = np.array(list("○△□◊▽✩✛◁▷♡"))
"""Points of each class that are kept for testing; in ASCII they are capital letters."""
WRONG = "✗"
BOTH = "&"
"""Points of several classes in one cell, where the two colours of one cell cannot be seen."""
_SIZES = np.array(list(map(list, ("∘•●", "▵▴▲", "▫▪■", "◇◈◆", "▿▾▼", "⋆⋆★", "⁺+✚", "◃◂◀", "▹▸▶", "♡♥♥"))))
"""A shape for each class, from small to full size; in ASCII they are o ^ s d v * + < > h. Those of the smallest size
look hollow, and are not used where hollow ones tell what is kept for testing."""
MARKERS = tuple((sizes[-1], role) for sizes, role in zip(_SIZES.tolist(), CLASSES, strict=True))
_CLASSES, _WRONGS = np.array(CLASSES), np.array(WRONGS)
_FULL, _SMALL = 0.25, 0.04
"""Shares of what the fullest cells hold: from the first on a marker has its full size, from the second a smaller one,
and below that the smallest."""
_BOTH = 0.25
"""The share of a cell's points from which on the class that comes second there is shown as well."""
TRIED = 20_000
"""Points that are looked at for wrong ones, beside one of each cell: all of them, unless there are more."""


def sized(counts: NDArray[np.intp], kinds: NDArray[np.intp], full: float, are_large: bool = False) -> Chars:
    """Markers of the classes of these numbers for so many points each, the larger the more; both of shape (n,).

    Args:
        full: what the fullest cells hold.
        are_large: whether none may look hollow, as those of the smallest size do.
    """
    sizes = ((counts >= _SMALL * full) | are_large).astype(np.intp) + (counts >= _FULL * full)
    chars: Chars = _SIZES[kinds, sizes]
    return chars


class Points:
    """Which cells of a canvas hold points. A million cost what few do, since they are binned once a size.

    Args:
        canvas: where they are drawn.
        places: their coordinates, shape (N, 2).
        X: their design matrix, shape (N, d + 1).
        y: their labels, 0 to classes − 1, shape (N,).
    """

    def __init__(self, canvas: Canvas, places: Floats, X: Floats, y: Floats, classes: int = 2) -> None:
        self._room = canvas, classes
        self._hollow: Points | None = None
        self._is_hollow = False
        columns = np.clip(canvas.columns(places[:, 0]).astype(np.intp), 0, canvas.width - 1)
        rows = np.clip(canvas.rows(places[:, 1]).astype(np.intp), 0, canvas.height - 1)
        cells, labels = rows * canvas.width + columns, y.astype(np.intp)
        room = classes * canvas.width * canvas.height
        each = np.bincount(cells * classes + labels, minlength=room).reshape(-1, classes)
        self._used = np.flatnonzero(each.any(axis=1))
        self._at = canvas.top + self._used // canvas.width, canvas.left + self._used % canvas.width
        each = each[self._used]
        self._counts, self._kinds = each.sum(axis=1), each.argmax(axis=1)
        others = each.copy()
        others[np.arange(len(each)), self._kinds] = -1
        self._seconds = others.argmax(axis=1)
        self._mixed = others.max(axis=1, initial=-1) >= _BOTH * self._counts
        one_each = np.zeros(room // classes, dtype=np.intp)
        one_each[cells] = np.arange(len(cells))
        spread = np.arange(0, len(cells), 1 + (len(cells) - 1) // TRIED if len(cells) else 1)
        tried = np.union1d(spread, one_each[self._used])
        self._X, self._labels = X[tried], labels[tried]
        self._cell = np.searchsorted(self._used, cells[tried])
        self._tried = np.bincount(self._cell, minlength=len(self._used))
        self._is_shown = np.ones(len(self._used), dtype=bool)

    def add_hollow(self, places: Floats, X: Floats, y: Floats) -> None:
        """Have others beside these, in whose cells there are hollow markers where they hold as many of them."""
        canvas, classes = self._room
        self._hollow = other = Points(canvas, places, X, y, classes)
        other._is_hollow = True
        _, mine, theirs = np.intersect1d(self._used, other._used, return_indices=True)
        is_mine = self._counts[mine] > other._counts[theirs]
        self._is_shown[mine], other._is_shown[theirs] = is_mine, ~is_mine

    def mark(self, chart: Chart, is_hatched: bool = False) -> None:
        """Put into each cell that holds points the marker of the class that has most of them there, the larger the
        more there are; where another class has nearly as many, one that has both colours, or a sign for both where
        there are few colours or none."""
        if self._hollow is not None:
            self._hollow.mark(chart, is_hatched)
        if not len(self._used):
            return
        full = float(np.percentile(self._counts, 95))
        sizes = sized(self._counts, self._kinds, full, self._hollow is not None)
        shown, mixed = self._is_shown, self._is_shown & self._mixed
        at = self._at[0][shown], self._at[1][shown]
        chart.chars[at] = (HOLLOW[self._kinds] if self._is_hollow else sizes)[shown]
        chart.roles[at] = _CLASSES[self._kinds][shown]
        both = self._at[0][mixed], self._at[1][mixed]
        if is_hatched:
            chart.chars[both] = BOTH
            return
        first, second = self._kinds[mixed], self._seconds[mixed]
        chart.chars[both], chart.roles[both] = "▚", _CLASSES[np.minimum(first, second)]
        chart.grounds[both] = Ground.SOLID_0 + np.maximum(first, second)

    def cross(self, chart: Chart, weights: Floats) -> None:
        """Cross out the cells most of whose points are taken for another class with these weights, shape (d + 1,) or
        that for each class."""
        if self._hollow is not None:
            self._hollow.cross(chart, weights)
        with np.errstate(all="ignore"):
            z = logits(self._X, weights)
            wrong = ((z >= 0) if z.ndim == 1 else z.argmax(axis=0)) != self._labels
        bad = self._is_shown & (2 * np.bincount(self._cell[wrong], minlength=len(self._used)) > self._tried)
        at = self._at[0][bad], self._at[1][bad]
        chart.chars[at], chart.grounds[at] = WRONG, Ground.NONE
        chart.roles[at] = _WRONGS[self._kinds[bad]]

"""Calibration: how often rows of about one activation are positive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gdtui.analysis.measures import BINS, Calibration, bins_of, calibration_of
from gdtui.charts.axes import Canvas, axes, nice_ticks
from gdtui.charts.bars import Side, bar, mark
from gdtui.charts.chart import Chart, shortened
from gdtui.charts.field import Shading
from gdtui.charts.roles import CLASSES, Role
from gdtui.charts.strokes import ACROSS, Dots, extents, stamp
from gdtui.numbers import short
from gdtui.session.snapshot import Snapshot
from gdtui.views.figures import Line, figure, place
from gdtui.views.labels import tell
from gdtui.views.rows import RowsView, Rung, by_column, class_told, of_class, put, role_in_front, stamp_diagonal
from gdtui.views.view import Titles

UNIT = (0.0, 1.0)


class CalibrationView(RowsView):
    """The share of positive rows over the activation, in bins, at the moment shown: on the diagonal, activations are
    probabilities. How many rows of each class each bin has stands below."""

    def __init__(self) -> None:
        super().__init__()
        self._most = Rung(2.0, (1, 1.5, 2, 3, 4, 6, 8, 10))

    def titles(self, snapshot: Snapshot) -> Titles:
        return Titles(self.title(snapshot, "Calibration", True))

    def trouble(self, snapshot: Snapshot) -> str:
        if snapshot.run.objective.is_score:
            return "a hinge's scores are no probabilities"
        return super().trouble(snapshot)

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        rows = height - 2 - (height >= 9)
        each = 0 if rows < 10 else rows // 7
        upper = rows - 2 * each - (each > 0)
        step = 1 / max(1, upper - 1)
        yticks = (0.0, "   0"), (0.5, " 0.5"), (1.0, "   1")
        ylim, xticks = (1 - (rows - 1) * step, 1.0), nice_ticks(UNIT, max(2, width // 12))
        framed = axes(width, height, UNIT, ylim, xticks, yticks, "activation")
        if framed is None or framed[1].height != rows:
            return Chart.blank(width, height)
        chart, canvas, trouble = framed[0].copy(), framed[1], self.trouble(snapshot)
        sides = (Side(each, upper + each, -1), Side(each, upper + each + 1, 1)) if each else ()
        if not trouble:
            trouble = self._bins(chart, canvas, snapshot, upper, sides)
        if trouble:
            tell(chart, canvas.area, trouble)
        return chart

    def _bins(self, chart: Chart, canvas: Canvas, snapshot: Snapshot, upper: int, sides: tuple[Side, ...]) -> str:
        """Draw them. Returns what stands in the way of that, if anything does."""
        data, number = snapshot.data, self.number(snapshot)
        found = [
            (rows, p if p.ndim == 1 else p[number]) for rows, p in self.activations(snapshot, snapshot.shown.weights)
        ]
        if not found:
            return "the activations are not numbers"
        known = [calibration_of(rows.y == number, p) for rows, p in found]
        roles = role_in_front(snapshot) if data.units == 1 else int(CLASSES[number]), Role.TEST
        for one, role in zip(known, roles, strict=False):
            stamp(chart, canvas, _dots(canvas, one), role)
        for one, role, marker in reversed([*zip(known, roles, "●○", strict=False)]):
            for place_of_bin in zip(one.predicted.tolist(), one.share.tolist(), strict=True):
                put(chart, canvas, place_of_bin, marker, role)
        stamp_diagonal(chart, canvas)
        name = shortened(data.class_names[number], 16)
        place(chart, replace(canvas, height=upper), _told(name, [one.brier for one in known]), is_above=True)
        if sides:
            rows, p = found[0]
            counts = by_column(rows.y, bins_of(p), len(data.class_names), BINS)
            self._bars(chart, canvas, sides, of_class(counts, number))
        return ""

    def _bars(
        self, chart: Chart, canvas: Canvas, sides: tuple[Side, ...], parts: tuple[NDArray[np.intp], NDArray[np.intp]]
    ) -> None:
        """How many rows of the class looked at, and of the others, each bin has, with their sum above."""
        bins, has_gaps = bins_of(canvas.x_centres()), canvas.width >= 3 * BINS
        is_gap = np.append(bins[1:] != bins[:-1], False) & has_gaps
        most = self._most.over(float(max(part.sum(axis=0).max() for part in parts)))
        for side, part in zip(sides, parts, strict=True):
            shares = np.where(is_gap, 0, (part.sum(axis=0) / most)[bins])
            bar(chart, canvas, side, shares, part.argmax(axis=0)[bins], self.shading is Shading.HATCHED)
            mark(chart, canvas, side, most)
        texts = [short(float(count)) for count in sum(part.sum(axis=0) for part in parts)]
        rooms = np.bincount(bins[~is_gap], minlength=BINS)
        if all(len(text) + (not has_gaps) <= room for text, room in zip(texts, rooms, strict=True)):
            for first, room, text in zip(np.searchsorted(bins, range(BINS)), rooms, texts, strict=True):
                begin = canvas.left + int(first) + int(room - len(text)) // 2
                chart.write(canvas.top + sides[0].first - sides[0].rows, begin, text, Role.LABEL)


def _told(name: str, scores: list[float]) -> Iterator[list[Line]]:
    """What goes up, and the Brier scores, of the rows trained on and tested on, in fewer and fewer columns."""
    what: Line = [(f"share that is {class_told(name)}", Role.LABEL)]
    train: Line = [(f"Brier {figure(scores[0])}", Role.LABEL)]
    tests: list[Line] = [[(f"test  {figure(score)}", Role.TEST)] for score in scores[1:]]
    yield [what, [*train, *((f"  test {figure(score)}", Role.TEST) for score in scores[1:])]]
    yield [what, train, *tests]
    yield [train, *tests]
    yield [train]


def _dots(canvas: Canvas, known: Calibration) -> Dots:
    """A line from point to point."""
    at, x = np.flatnonzero(known.counts), canvas.x_centres(ACROSS)
    y = np.interp(x, known.predicted[at], known.share[at], np.nan, np.nan)
    return extents(canvas, y, y)

"""ROC: which share of each class is called positive, at every threshold; and accuracy, precision, recall and F1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gdtui.analysis.measures import Roc, point_of, roc_of
from gdtui.charts.axes import Canvas, axes, nice_ticks
from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.points import MARKERS
from gdtui.charts.roles import Role
from gdtui.charts.strokes import ACROSS, DOWN, Dots, extents, stamp
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.figures import Line, beside, figure, place, tables
from gdtui.views.labels import tell
from gdtui.views.rows import Rows, RowsView, put, stamp_diagonal
from gdtui.views.view import Titles, role_of

UNIT = (0.0, 1.0)


class Curve(NamedTuple):
    """One of several curves, and what it is called."""

    name: str
    role: int
    roc: Roc


class Known(NamedTuple):
    """What is known of some rows at some weights.

    Attributes:
        rocs: of each class against the rest; of two classes that of class 1 alone.
        point: where the threshold is on that of the class looked at.
    """

    rocs: list[Roc]
    point: tuple[float, float]

    @classmethod
    def of(cls, rows: Rows, activations: Floats, threshold: float, number: int) -> Known:
        """From activations, shape (n,), or (k, n) for k classes."""
        values = activations.reshape(-1, len(rows))
        first = 1 if len(values) == 1 else 0
        rocs = [roc_of(rows.y == label, each) for label, each in enumerate(values, first)]
        return cls(rocs, point_of(rows.y == number, values[number - first] >= threshold))


class RocView(RowsView):
    """The ROC curve of the moment shown, of the rows trained on and of those kept for testing, and in a race those of
    the others as well. Of more than two classes each has a curve against the rest."""

    def titles(self, snapshot: Snapshot) -> Titles:
        return Titles(self.title(snapshot, "ROC", True))

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        ticks = nice_ticks(UNIT, max(2, width // 12)), nice_ticks(UNIT, max(2, height // 4))
        framed = axes(width, height, UNIT, UNIT, *ticks, "false positive rate")
        if framed is None:
            return Chart.blank(width, height)
        chart, canvas, trouble = framed[0].copy(), framed[1], self.trouble(snapshot)
        known = [] if trouble else self._known(snapshot, snapshot.shown.weights)
        if not (known or trouble):
            trouble = "the activations are not numbers"
        every, front = self._every(snapshot, known)
        if known:
            _draw(chart, canvas, every, front, known)
        stamp_diagonal(chart, canvas)
        place(chart, canvas, self._blocks(snapshot, known, every))
        beside(chart, canvas, range(canvas.height // 2), canvas.left + 2, "true positive rate", Role.LABEL)
        if trouble:
            tell(chart, canvas.area, trouble)
        return chart

    def _known(self, snapshot: Snapshot, weights: Floats, most: int = 2) -> list[Known]:
        """Of the rows trained on, and of those kept for testing, where there are any; nothing where activations are not
        numbers."""
        threshold, number = snapshot.run.objective.threshold, self.number(snapshot)
        return [Known.of(rows, p, threshold, number) for rows, p in self.activations(snapshot, weights, most)]

    def _every(self, snapshot: Snapshot, known: list[Known]) -> tuple[list[Curve], int]:
        """The curves of all classes, or of all who race, and which of them is in front."""
        if not known:
            return [], 0
        data, curves, front = snapshot.data, list[Curve](), 0
        if data.units > 1:
            looks = zip(MARKERS, data.class_names, known[0].rocs, strict=False)
            curves = [Curve(f"{marker}{shortened(name, 10)}", int(role), roc) for (marker, role), name, roc in looks]
            return curves, self.number(snapshot)
        for racer in snapshot.race:
            is_front = racer.curve is snapshot.run.history
            front = len(curves) if is_front else front
            found = known if is_front else self._known(snapshot, racer.shown.weights, most=1)
            curves += [Curve(racer.name, role_of(racer), one.rocs[0]) for one in found[:1]]
        return curves or [Curve("", Role.CURVE, known[0].rocs[0])], front

    def _blocks(self, snapshot: Snapshot, known: list[Known], every: list[Curve]) -> Iterator[list[Line]]:
        """The figures, in fewer and fewer cells."""
        data, shown = snapshot.data, snapshot.shown
        confusions = [shown.confusion] if data.test is None else [shown.confusion, shown.test_confusion]
        areas = [[roc.area for roc in one.rocs] for one in known] or [[math.nan] * data.units] * 2
        named = [curve for curve in every if curve.name]
        width = max((len(cells_of(curve.name)) for curve in named), default=0)
        pads = [" " * (1 + width - len(cells_of(curve.name))) for curve in named]
        each = [(f"{one.name}{pad}{figure(one.roc.area)}", one.role) for one, pad in zip(named, pads, strict=True)]
        return tables(data.class_names, self.number(snapshot), [*zip(confusions, areas, strict=False)], each)


def _draw(chart: Chart, canvas: Canvas, every: list[Curve], front: int, known: list[Known]) -> None:
    """That in front over that of what is kept for testing, and both over those of others, with the points of their
    thresholds."""
    at, looks = front if len(known[0].rocs) > 1 else 0, ((every[front].role, "●"), (int(Role.TEST), "○"))
    for one, (role, _) in zip(known, looks, strict=False):
        stamp(chart, canvas, _dots(canvas, one.rocs[at]), role)
    for curve in every[:front] + every[front + 1 :]:
        stamp(chart, canvas, _dots(canvas, curve.roc), curve.role)
    for one, (role, marker) in reversed([*zip(known, looks, strict=False)]):
        put(chart, canvas, one.point, marker, role)


def _dots(canvas: Canvas, roc: Roc) -> Dots:
    """Those of a curve that never falls: in each column of dots from where it comes in to where it leaves."""
    if math.isnan(roc.area):
        return np.zeros((canvas.height * DOWN, canvas.width * ACROSS), dtype=bool)
    x = canvas.x_edges(ACROSS)
    after = np.clip(np.searchsorted(roc.false, x, side="right"), 1, len(roc.false) - 1)
    begin, end, low, high = roc.false[after - 1], roc.false[after], roc.true[after - 1], roc.true[after]
    with np.errstate(all="ignore"):
        share = np.where(end > begin, np.clip((x - begin) / (end - begin), 0, 1), x >= end)
    heights = low + share * (high - low)  # where it rises at once, after that
    return extents(canvas, heights[:-1], heights[1:])

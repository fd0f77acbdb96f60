"""ROC: which share of each class is called positive, at every threshold; and accuracy, precision, recall and F1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gdtui.charts.axes import Canvas, axes, nice_ticks
from gdtui.charts.chart import Chart
from gdtui.charts.roles import CLASSES, Role
from gdtui.charts.strokes import ACROSS, DOWN, Dots, extents, stamp, straight
from gdtui.learning.measures import Roc, point_of, roc_of
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.figures import Line, beside, place, tables
from gdtui.views.rows import Rows, RowsView, activations_of, role_in_front, tell
from gdtui.views.view import Titles, role_of

UNIT = (0.0, 1.0)


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
        if known:
            self._curves(chart, canvas, snapshot, known)
        stamp(chart, canvas, _diagonal(canvas), Role.AXIS)
        place(chart, canvas, self._blocks(snapshot, known))
        beside(chart, canvas, range(canvas.height // 2), canvas.left + 2, "true positive rate", Role.LABEL)
        if trouble:
            tell(chart, canvas.area, trouble)
        return chart

    def _known(self, snapshot: Snapshot, weights: Floats) -> list[Known]:
        """Of the rows trained on, and of those kept for testing, where there are any; nothing where activations are not
        numbers."""
        objective, number = snapshot.run.objective, self.number(snapshot)
        every = [rows for rows in self.rows(snapshot.data) if rows is not None]
        found = [activations_of(rows, weights, objective) for rows in every]
        if any(np.isnan(activations).any() for activations in found):
            return []
        both = zip(every, found, strict=True)
        return [Known.of(rows, activations, objective.threshold, number) for rows, activations in both]

    def _curves(self, chart: Chart, canvas: Canvas, snapshot: Snapshot, known: list[Known]) -> None:
        """That in front over that of what is kept for testing, and both over those of others."""
        number = self.number(snapshot)
        if snapshot.data.units == 1:
            at, role = 0, int(role_in_front(snapshot))
            racers = [racer for racer in snapshot.race if racer.curve is not snapshot.run.history]
            rivals = ((self._known(snapshot, racer.shown.weights), role_of(racer)) for racer in racers)
            others = [(found[0].rocs[0], int(role)) for found, role in rivals if found]
        else:
            at, role = number, int(CLASSES[number])
            others = [(roc, int(CLASSES[label])) for label, roc in enumerate(known[0].rocs) if label != at]
        front = [(one.rocs[at], one_role) for one, one_role in zip(known, (role, Role.TEST), strict=False)]
        for roc, one_role in (*front, *others):
            stamp(chart, canvas, _dots(canvas, roc), one_role)
        for one, one_role, marker in reversed([*zip(known, (role, Role.TEST), "●○", strict=False)]):
            _mark(chart, canvas, one.point, marker, one_role)

    def _blocks(self, snapshot: Snapshot, known: list[Known]) -> Iterator[list[Line]]:
        """The figures, in fewer and fewer cells."""
        data, shown = snapshot.data, snapshot.shown
        confusions = [shown.confusion] if data.test is None else [shown.confusion, shown.test_confusion]
        areas = [[roc.area for roc in one.rocs] for one in known] or [[math.nan] * data.units] * 2
        return tables(data.class_names, self.number(snapshot), [*zip(confusions, areas, strict=False)])


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


def _diagonal(canvas: Canvas) -> Dots:
    """What guessing comes to, dotted."""
    dots = straight(canvas, (0.0, 1.0, -1.0), DOWN)
    dots[:, 1::2] = False
    return dots


def _mark(chart: Chart, canvas: Canvas, point: tuple[float, float], marker: str, role: int) -> None:
    """The point of the threshold, where there is one."""
    if not any(map(math.isnan, point)):
        column, row = canvas.columns(np.array([point[0]]))[0], canvas.rows(np.array([point[1]]))[0]
        chart.write(canvas.top + int(row), canvas.left + int(column), marker, role)

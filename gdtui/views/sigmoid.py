"""The sigmoid: what becomes of scores, with every row on its curve, and the scores of the classes as histograms."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.analysis.measures import against_rest
from gdtui.charts.bars import bar, mark
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.points import HOLLOW, MARKERS, WRONG, sized
from gdtui.charts.roles import CLASSES, WRONGS, Role
from gdtui.data.dataset import Dataset
from gdtui.learning.moment import Moment
from gdtui.learning.objective import Objective
from gdtui.runs.samples import predictions
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.data import legend
from gdtui.views.figures import beside
from gdtui.views.labels import tell
from gdtui.views.rows import Rows, RowsView, Rung, by_column, of_class, role_in_front
from gdtui.views.score_axes import Frame, Look, framed
from gdtui.views.view import Titles

BINS = 48
"""Of a histogram, about: of more columns several are a bin."""
FARTHEST = 1e300
"""Scores beyond are drawn here."""
_CLASSES, _WRONGS = np.array(CLASSES), np.array(WRONGS)
Counts = NDArray[np.intp]


class Scored(NamedTuple):
    """Some rows at one moment.

    Attributes:
        scores: of the class looked at, shape (n,).
        y: the numbers of the classes, shape (n,).
        wrong: whether they are taken for another, shape (n,).
    """

    scores: Floats
    y: Counts
    wrong: NDArray[np.bool_]


def scored(rows: Rows, weights: Floats, objective: Objective, number: int) -> Scored:
    """What the weights make of rows. Of several units the score is that of one class against the rest: see
    `gdtui.analysis.measures`; a hinge's units are each one class against the rest by themselves."""
    z = rows.logits(weights)
    with np.errstate(all="ignore"):
        wrong = predictions(objective.activations(z.copy()), objective.threshold) != rows.y
    if z.ndim > 1:
        z = z[number] if objective.is_score else against_rest(z, number)
    return Scored(np.clip(z, -FARTHEST, FARTHEST), rows.y, wrong)


class Columns(NamedTuple):
    """How many rows there are in each column of a canvas.

    Attributes:
        each: of each class, shape (classes, width).
        wrong: those of them that are taken for another class, likewise.
    """

    each: Counts
    wrong: Counts

    @classmethod
    def of(cls, found: Scored, reach: float, width: int, classes: int) -> Columns:
        """With an axis from −reach to reach, whose ends are in the middle of the outermost columns."""
        columns = np.floor((found.scores / reach + 1) / 2 * (width - 1) + 0.5).astype(np.intp)
        wrong = found.wrong
        each, crossed = (
            by_column(found.y, columns, classes, width),
            by_column(found.y[wrong], columns[wrong], classes, width),
        )
        return cls(each, crossed)

    def parted(self, number: int) -> tuple[Columns, Columns]:
        """Those of that class, and those of the rest."""
        both = zip(of_class(self.each, number), of_class(self.wrong, number), strict=True)
        one, rest = (Columns(each, wrong) for each, wrong in both)
        return one, rest


class SigmoidView(RowsView):
    """The S-curve over the scores at the moment shown. All rows are on that curve: so that both classes can be seen,
    those of one stand on it, and those of the other hang from it."""

    def __init__(self) -> None:
        super().__init__()
        self._reach, self._most = Rung(1.0), Rung(2.0, (1, 1.5, 2, 3, 4, 6, 8, 10))
        self._of: tuple[Dataset, int, int] | None = None
        """What the axes are of: which data, class and width."""
        self._look: Look | None = None
        self._frame: Frame | None = None

    def titles(self, snapshot: Snapshot) -> Titles:
        data = snapshot.data
        what = "Hinge loss" if snapshot.run.objective.is_score else "Sigmoid"
        title = self.title(snapshot, what)
        if not self.trouble(snapshot) and not snapshot.run.objective.is_score:
            sign = MARKERS[self.number(snapshot)][0]
            title += f"  ·  {sign} on it, {MARKERS[0][0] if data.units == 1 else 'others'} under it"
        return Titles(title, legend(data.class_names, data.test is not None))

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        run, number, trouble = snapshot.run, self.number(snapshot), self.trouble(snapshot)
        found: list[Scored] = []
        if not trouble:
            every = (rows for rows in self.rows(snapshot.data) if rows is not None)
            found = [scored(rows, snapshot.shown.weights, run.objective, number) for rows in every]
            if any(np.isnan(one.scores).any() for one in found):
                found, trouble = [], "the scores are not numbers"
        if self._of != (of := (snapshot.data, number, width)):
            self._of = of
            self._reach.forget()
            self._most.forget()
        farthest = max((float(np.abs(one.scores).max(initial=0)) for one in found), default=5.0)
        is_score = run.objective.is_score
        reach = self._reach.over(max(farthest, 2.0) if is_score else farthest)
        look = Look(
            width, height, reach, is_score, snapshot.data.class_names, number, len(found) > 1, role_in_front(snapshot)
        )
        if look != self._look:
            self._look, self._frame = look, framed(look)
        if self._frame is None:
            return Chart.blank(width, height)
        chart, canvas = self._frame.chart.copy(), self._frame.canvas
        binned = [Columns.of(one, reach, canvas.width, len(snapshot.data.class_names)) for one in found]
        for place, columns in reversed([*enumerate(binned)]):  # what is trained on covers what is tested
            _samples(chart, self._frame, columns.parted(number), place, len(binned) > 1)
        if binned:
            self._bars(chart, self._frame, binned[0].parted(number))
            within = int(np.count_nonzero(np.abs(found[0].scores) < 1)) if is_score else None
            _told(chart, self._frame, snapshot.shown, within)
        if trouble:
            tell(chart, canvas.area, trouble)
        return chart

    def _bars(self, chart: Chart, frame: Frame, parts: tuple[Columns, Columns]) -> None:
        """The histograms, with the axis of their counts."""
        canvas = frame.canvas
        grouped = [in_bins(part.each) for part in parts]
        most = self._most.over(float(max(each.sum(axis=0).max() for each in grouped)))
        for side, each in zip(frame.sides, grouped, strict=False):
            bar(chart, canvas, side, each.sum(axis=0) / most, each.argmax(axis=0), self.shading is Shading.HATCHED)
            mark(chart, canvas, side, most)
        if frame.sides:
            top = frame.sides[0].first - frame.sides[0].rows + 1
            beside(chart, canvas, range(top, top + 1), canvas.left + 1, "rows", Role.LABEL)


def in_bins(each: Counts) -> Counts:
    """Counts in columns, shape (classes, width), as those of the bins which these columns are in, likewise: there are
    some `BINS` of them, and one begins in the middle, where the decision is made."""
    width = each.shape[1]
    bins = np.arange(width) - width // 2
    bins = bins // max(1, width // BINS)
    bins -= bins[0]
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    return np.asarray(np.add.reduceat(each, starts, axis=1)[:, bins])


def _samples(chart: Chart, frame: Frame, parts: tuple[Columns, Columns], place: int, has_tests: bool) -> None:
    """A marker in each column that has rows of a part, so many cells further from the curve: crossed out where most of
    them are wrong."""
    chars, roles = chart.chars[frame.canvas.area], chart.roles[frame.canvas.area]
    counts = [part.each.sum(axis=0) for part in parts]
    both = np.concatenate(counts)
    full = float(np.percentile(both[both > 0], 95))
    for part, count, track in zip(parts, counts, frame.tracks, strict=True):
        at = np.flatnonzero(count)
        kinds, row = part.each.argmax(axis=0)[at], track.beside(place)[at]
        wrong = 2 * part.wrong.sum(axis=0)[at] > count[at]
        chars[row, at] = np.where(wrong, WRONG, HOLLOW[kinds] if place else sized(count[at], kinds, full, has_tests))
        roles[row, at] = np.where(wrong, _WRONGS[kinds], _CLASSES[kinds])


def _told(chart: Chart, frame: Frame, moment: Moment, within: int | None) -> None:
    """How many of all rows are wrong, and how many of those trained on that are looked at are within the margins of a
    hinge, beside the threshold, where that covers nothing."""
    texts = []
    for name, confusion in (("", moment.confusion), ("test: ", moment.test_confusion)):
        if confusion is not None:
            every = sum(confusion)
            wrong = every - sum(confusion[:: math.isqrt(len(confusion)) + 1])
            texts.append(f"{name}{wrong:,} of {every:,} wrong")
    if within is not None:
        texts.append(f"{within:,} within the margins")
    for text in texts[:: frame.texts.step]:
        beside(chart, frame.canvas, frame.texts, frame.begin, text, Role.LABEL)

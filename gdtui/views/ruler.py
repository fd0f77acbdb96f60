"""The ruler: where alpha stands between the limits at which descent is stable, and what a range test found."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from gdtui.analysis.range_test import RangeTest, range_test
from gdtui.analysis.stability import Limits, limits, unknown
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.data.dataset import Dataset
from gdtui.learning.objective import Objective
from gdtui.numbers import nearest_rung, share_told
from gdtui.session.commands import Command, SetAlpha
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.alpha import fork_of
from gdtui.views.alphas import FLAT, Mark, Span, limit_in, limit_passed, marks_of
from gdtui.views.figures import Line, place
from gdtui.views.labels import tell
from gdtui.views.later import Later
from gdtui.views.scale import Scale, framed, up_of
from gdtui.views.track import sample_of
from gdtui.views.view import Aim, Titles, Touch, View

RESTS, RESTS_ALONE = 9.0, 1.0
"""For how many times as long as it worked the thread rests, while a run goes on and while it stands still."""
WIDE = 56
"""Columns from which on there is room for whole sentences."""


class Tested(NamedTuple):
    """What a range test found.

    Attributes:
        moment: the curve and the epoch from whose weights on.
        rows: of how many rows of the data.
    """

    found: RangeTest
    moment: tuple[object, int]
    data: Dataset
    rows: int


class RulerView(View):
    """Alpha's ladder, with the zones that the limits of the moment shown make, and a mark for each alpha. A range test
    is shown where it was made, and, until there is another, everywhere else."""

    looks = (*View.looks, "log")

    def __init__(self) -> None:
        super().__init__()
        self.log: bool | None = None
        """Whether the axis of losses is logarithmic, where somebody has chosen."""
        self._later: Later[tuple[object, Limits]] = Later(lambda: self.wake())
        self._testing: Later[Tested] = Later(lambda: self.wake())
        self._is_asked = False
        """Whether a range test is to be begun."""
        self._trouble = ""
        """Why the last that was asked for was not."""
        self._tests: dict[tuple[object, int], Tested] = {}
        """By their moments; the newest is the last."""
        self._span = Span()
        self._scale: Scale | None = None
        self._width, self._row = WIDE, 0
        """That of the drawing, and where the last mark is in it."""

    @property
    def is_busy(self) -> bool:
        return self._later.is_busy or self._testing.is_busy

    def begin_test(self) -> None:
        """Have a range test made from the weights that are shown next."""
        self._is_asked = True

    def toggle_log(self, snapshot: Snapshot) -> bool:
        test = self._shown(snapshot)
        if test is not None:
            self.log = not up_of(test.found, self.log).log
        return test is not None

    def titles(self, snapshot: Snapshot) -> Titles:
        self._test(snapshot)
        found, alpha = self._limits(snapshot), marks_of(snapshot)[-1].alpha
        limit, is_wide, told = None if found is None else limit_in(found), self._width >= WIDE, ["Ruler"]
        if limit is not None and alpha > 0:
            what = f"{alpha:.4g} is {share_told(alpha, limit)} {'the stable limit ' * is_wide}{limit:.3g}"
            told = ["Ruler", what] if is_wide else [f"Ruler: {what}"]
        elif found is not None and found.why_not:
            told.append("no limit is known")
        if snapshot.race:
            told.append(snapshot.names[snapshot.front])
        return Titles("  ·  ".join(told), self._below(snapshot, found or Limits()))

    def _below(self, snapshot: Snapshot, known: Limits) -> str:
        """Of which moment the range test is, and what the signs mean; of both, of how many rows, where not of all."""
        test, is_of_some = self._shown(snapshot), 0 < known.rows < len(snapshot.data)
        signs = f"▼ alpha  ┊ limits{f', {known.rows:,} rows' * is_of_some}"
        if self._trouble:
            return f"no range test: {self._trouble}"
        if test is not None:
            told = f"{'range ' * (self._width >= WIDE)}test at epoch {test.moment[1]:,}"
            told += f", {test.rows:,} rows" * (test.rows < len(test.data))
            if limit_passed(test.found, known) is not None:
                why = ", since the loss fell there" * (self._width >= WIDE)
                return f"suggested beyond the limit{why}  ·  {told}"
            return f"{told}  ·  {signs}"
        return "range test …" if self._testing.is_busy else f"{signs}  ·  F range test"

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        self._test(snapshot)
        self._width, found, test = width, self._limits(snapshot) or Limits(), self._shown(snapshot)
        marks = marks_of(snapshot)
        reach = [limit for limit in (found.sure, found.here) if limit is not None and limit < FLAT]
        alphas = [alpha for mark in marks for alpha in (mark.alpha, mark.chosen) if alpha > 0]
        if test is not None:
            reach += test.found.alphas[[0, -1]].tolist()
        xlim = self._span.holding((snapshot.curves[0], test is None, *(mark.chosen for mark in marks)), alphas, reach)
        up = None if test is None else up_of(test.found, self.log)
        self._scale = scale = framed(width, height, xlim, up, not found.why_not)
        if scale is None:
            return Chart.blank(width, height)
        chart = scale.empty.copy()
        if found.sure is not None:
            scale.draw_zones(chart, found, self.shading)
        if test is not None:
            scale.draw_test(chart, test.found)
            marks += _suggested(test.found)
        self._row = scale.draw_marks(chart, marks)[-1]
        if test is not None:
            scale.label_test(chart, test.found)
        scale.label_limits(chart, found)
        if found.why_not and test is None:
            tell(chart, scale.above, f"no limit is known: {found.why_not}")
        elif test is None:
            place(chart, scale.canvas, _blocks(snapshot, found, marks), is_above=True)
        return chart

    def _limits(self, snapshot: Snapshot) -> Limits | None:
        """Those of the moment shown, by the recipe of the next step; None until they are known."""
        data, recipe, loss = snapshot.data, snapshot.recipe, snapshot.run.settings.loss
        if snapshot.missing:
            return Limits(why_not=snapshot.missing)
        if fork_of(snapshot) is None:
            return snapshot.limits
        if why_not := unknown(loss, recipe, len(data)):
            return Limits(why_not=why_not)
        weights = snapshot.shown.weights
        key = data, loss, recipe.optimizer, recipe.momentum, recipe.l2, recipe.l1, weights.tobytes()
        if not (snapshot.phase.moves and self._later.is_busy):  # else what is under way would be given up, ever again
            self._later.ask(key, partial(_limits, key[0], key, recipe, weights.copy()))
        found = self._later.found
        return found[1] if found is not None and found[0] == key else None

    def _test(self, snapshot: Snapshot) -> None:
        """Begin a range test where one was asked for, and keep what was found of it."""
        if self._is_asked:  # it may be asked for again at any time, by another thread
            self._is_asked = False
            is_finite = bool(np.isfinite(snapshot.shown.weights).all())
            self._trouble = snapshot.missing or ("" if is_finite else "the weights are not finite")
            if not self._trouble:
                moment: tuple[object, int] = snapshot.run.history, snapshot.shown.epoch
                task = snapshot.data, snapshot.run.objective, snapshot.recipe, snapshot.shown.weights.copy()
                rest = RESTS if snapshot.phase.moves else RESTS_ALONE
                self._testing.ask(object(), partial(_tests, moment, *task), rest)
        found = self._testing.found
        if found is None or self._tests.get(found.moment) is found:
            return
        self._tests.pop(found.moment, None)
        self._tests[found.moment] = found
        for old in [*self._tests][:-MOST]:
            del self._tests[old]

    def _shown(self, snapshot: Snapshot) -> Tested | None:
        """The range test made from the moment shown, or the newest, where it was made with the same data."""
        here = self._tests.get((snapshot.run.history, snapshot.shown.epoch))
        newest = here or next(reversed(self._tests.values()), None)
        return newest if newest is not None and newest.data is snapshot.data else None

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        if touch.kind != "press" or self._scale is None or snapshot.watched is not None:
            return None
        canvas = self._scale.canvas
        column, row = touch.column - canvas.left, touch.row - canvas.top
        if not (0 <= column < canvas.width and 0 <= row < canvas.height):
            return None
        alpha = nearest_rung(float(canvas.x_centres()[column]))
        return None if alpha == snapshot.alpha else SetAlpha(alpha)

    @property
    def aim(self) -> Aim | None:
        """Where the newest range test, once it is done, suggests an alpha."""
        test, scale = next(reversed(self._tests.values()), None), self._scale
        if test is None or scale is None or self._testing.is_busy or test.found.suggested is None:
            return None
        return Aim(test, scale.canvas.left + scale.column(test.found.suggested), self._row)


MOST = 16
"""Range tests that are kept."""


def _limits(data: Dataset, key: tuple[object, ...], recipe: Recipe, weights: Floats) -> Iterator[tuple[object, Limits]]:
    yield key, limits(data, str(key[1]), recipe, weights, sample_of(data))


def _tests(
    moment: tuple[object, int], data: Dataset, objective: Objective, recipe: Recipe, weights: Floats
) -> Iterator[Tested]:
    some = sample_of(data)
    for found in range_test(some, objective, recipe, weights):
        if len(found.alphas):
            yield Tested(found, moment, data, len(some))


def _suggested(test: RangeTest) -> list[Mark]:
    alpha = test.suggested
    return [] if alpha is None else [Mark(f"suggested {alpha:g}", alpha, alpha, Role.NOTE)]


def _blocks(snapshot: Snapshot, found: Limits, marks: list[Mark]) -> Iterator[list[Line]]:
    """What is known, in lines, and in fewer of them."""
    if found.sure is None:
        return
    epoch = "held" if snapshot.phase is Phase.HELD else f"epoch {snapshot.shown.epoch:,}"
    here = "not known" if found.here is None else f"{found.here:.4g}" if found.here < FLAT else "none"
    limit = limit_in(found)
    shares: list[Line] = [
        [(f"{mark.name}: {share_told(mark.alpha, limit)} {limit:.3g}", mark.role)]
        for mark in marks
        if limit is not None and mark.alpha > 0
    ]
    for before, each, middle in (("stable at ", "those of ", "alpha below "), ("", "", "")):
        rows = [(f"{before}any weights", f"{found.sure:.4g}"), (f"{before}{each}{epoch}", here)]
        first = max(len(name) for name, _ in rows)
        lines: list[Line] = [[(f"{name:<{first}}  {middle}{value}", Role.LABEL)] for name, value in rows]
        if len(marks) > 1:
            yield [*lines, *shares]
        yield lines

"""The ruler: where alpha stands between the limits at which descent is stable."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.data.dataset import Dataset, rows_told
from gdtui.learning.stability import Limits, limits, unknown
from gdtui.numbers import nearest_rung, share_told
from gdtui.session.commands import Command, SetAlpha
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.figures import Line, place
from gdtui.views.labels import tell
from gdtui.views.later import Later
from gdtui.views.scale import Mark, Scale, Span, framed, marks_of
from gdtui.views.track import sample_of
from gdtui.views.view import Titles, Touch, View

RESTS = 9.0
"""For how many times as long as it worked the thread rests, while a run goes on."""
FLAT = 1e12
"""Limits beyond are beyond all alphas that can be stepped to."""


WIDE = 56
"""Columns from which on there is room for whole sentences."""


class RulerView(View):
    """Alpha's ladder, with the zones that the limits of the moment shown make, and a mark for each alpha."""

    def __init__(self) -> None:
        super().__init__()
        self._later: Later[tuple[Dataset, Limits]] = Later(lambda: self.wake())
        self._span = Span()
        self._scale: Scale | None = None
        self._width = WIDE

    @property
    def is_busy(self) -> bool:
        return self._later.is_busy

    def titles(self, snapshot: Snapshot) -> Titles:
        found, front = self._limits(snapshot), _front(snapshot)
        told = ["Ruler"]
        limit = None if found is None else _limit_in(found)
        if found is not None and found.why_not:
            told.append("no limit is known")
        elif limit is not None and front.alpha > 0:
            what = "the stable limit " if self._width >= WIDE else ""
            told.append(f"{front.alpha:.4g} is {share_told(front.alpha, limit)} {what}{limit:.3g}")
        if snapshot.race:
            told.append(snapshot.names[snapshot.front])
        if found is not None and found.rows:
            told.append(rows_told(found.rows, snapshot.data))
        return Titles("  ·  ".join(filter(None, told)), "▼ alpha  ┊ limits")

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        found = self._limits(snapshot) or Limits()
        self._width, marks = width, marks_of(snapshot)
        bounds = [limit for limit in (found.sure, found.here) if limit is not None and limit < FLAT]
        alphas = [alpha for mark in marks for alpha in (mark.alpha, mark.chosen) if alpha > 0]
        xlim = self._span.holding((snapshot.curves[0], *(mark.chosen for mark in marks)), alphas, bounds)
        self._scale = scale = framed(width, height, xlim)
        if scale is None:
            return Chart.blank(width, height)
        chart = scale.empty.copy()
        if found.sure is not None:
            scale.draw_zones(chart, found, self.shading)
        scale.draw_marks(chart, marks)
        scale.label_limits(chart, found)
        if found.why_not:
            tell(chart, scale.above, f"no limit is known: {found.why_not}")
        else:
            place(chart, scale.canvas, _blocks(snapshot, found, marks), is_above=True)
        return chart

    def _limits(self, snapshot: Snapshot) -> Limits | None:
        """Those of the moment shown, or, while it moves on, of one shortly before; None until there are any."""
        data, recipe, loss = snapshot.data, snapshot.recipe, snapshot.run.settings.loss
        if snapshot.missing:
            return Limits(why_not=snapshot.missing)
        if why_not := unknown(loss, recipe, len(data)):
            return Limits(why_not=why_not)
        moves, weights = snapshot.phase.moves, snapshot.shown.weights
        if not (moves and self._later.is_busy):  # else what is under way would be given up, again and again
            key = data, loss, recipe.optimizer, recipe.momentum, recipe.l2, recipe.l1, weights.tobytes()
            self._later.ask(key, partial(_computed, data, loss, recipe, weights.copy()), RESTS if moves else 0.0)
        found = self._later.found
        return found[1] if found is not None and found[0] is data else None

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        if touch.kind != "press" or self._scale is None or snapshot.watched is not None:
            return None
        canvas = self._scale.canvas
        column, row = touch.column - canvas.left, touch.row - canvas.top
        if not (0 <= column < canvas.width and 0 <= row < canvas.height):
            return None
        alpha = nearest_rung(float(canvas.x_centres()[column]))
        return None if alpha == snapshot.alpha else SetAlpha(alpha)


def _computed(data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> Iterator[tuple[Dataset, Limits]]:
    yield data, limits(data, loss, recipe, weights, sample_of(data))


def _limit_in(found: Limits) -> float | None:
    """That of these weights, or, where nothing curves there, or it is not known, that of any."""
    return found.here if found.here is not None and found.here < FLAT else found.sure


def _front(snapshot: Snapshot) -> Mark:
    return next(mark for mark in marks_of(snapshot) if mark.is_front)


def _blocks(snapshot: Snapshot, found: Limits, marks: list[Mark]) -> Iterator[list[Line]]:
    """What is known, in lines, and in fewer of them."""
    if found.sure is None:
        return
    epoch = "held" if snapshot.phase is Phase.HELD else f"epoch {snapshot.shown.epoch:,}"
    here = "not known" if found.here is None else f"{found.here:.4g}" if found.here < FLAT else "none"
    limit = _limit_in(found)
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

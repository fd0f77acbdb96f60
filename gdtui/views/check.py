"""The two gradients: by differences against the formula, weight by weight, and how far off with which h."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from functools import partial
from textwrap import wrap
from typing import NamedTuple

import numpy as np

from gdtui.analysis import differences
from gdtui.analysis.differences import CENTRAL, FORWARD, Compared, Point
from gdtui.charts.axes import Canvas, Limits, axes, log_ticks, ticks_along
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.charts.strokes import ACROSS, extents, stamp
from gdtui.data.dataset import Dataset, names_of_weights, rows_told, weight_told
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views import check_table
from gdtui.views.check_table import write_table
from gdtui.views.curves import front_told
from gdtui.views.figures import beside
from gdtui.views.labels import label, words
from gdtui.views.later import Later
from gdtui.views.track import RESTS, sample_of
from gdtui.views.view import Titles, View

SIZES = [10.0 ** (-half / 2) for half in range(2, 25)]
"""The h that are tried: two in each power of ten."""
AT_ONCE, EVERY = 0.02, 1.0
"""Seconds of work between two drawings; and while a run goes on, from one check to the next."""
PLOT, FEW = 6, 2
"""Rows that the curves have at the least, and weights that the table has."""
LEAST = -17
"""Errors are drawn from ten to that on: 0 has no place on a logarithmic axis."""


class Found(NamedTuple):
    """What is known by now.

    Attributes:
        data: the rows that it is of.
        checked: of each function its title, its gradients, and the errors over h.
        of: of which rows the errors over h are, and weights, in words.
    """

    epoch: int
    data: Dataset
    loss: str
    recipe: Recipe
    checked: list[tuple[str, Compared, list[Point]]]
    of: str


class CheckView(View):
    """The gradient at the weights shown; with the article's loss that of what is printed, and that which is
    followed."""

    def __init__(self) -> None:
        super().__init__()
        self._later: Later[Found] = Later(lambda: self.wake())
        self._key: object = None
        self._at = -math.inf
        """When it was asked for last."""
        self._trouble = ""
        self._drawn: tuple[Found, int, int, Chart] | None = None
        """What was drawn last, in how many columns and rows, and the drawing."""

    @property
    def is_busy(self) -> bool:
        return self._later.is_busy

    def titles(self, snapshot: Snapshot) -> Titles:
        self._ask(snapshot)
        found = None if self._trouble else self._later.found
        if found is None:
            return Titles(f"Gradient by differences{front_told(snapshot)}")
        told = [f"Gradient by differences, epoch {found.epoch:,}", rows_told(len(found.data), snapshot.data)]
        return Titles("  ·  ".join(filter(None, told)) + front_told(snapshot), found.of)

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        self._ask(snapshot)
        found = self._later.found
        if self._trouble or found is None:
            return words(self._trouble or "the gradient is checked", width, height)
        if self._drawn is None or self._drawn[0] is not found or self._drawn[1:3] != (width, height):
            self._drawn = found, width, height, _chart(found, width, height)
        return self._drawn[3]

    def _ask(self, snapshot: Snapshot) -> None:
        """Have it computed for the moment shown, unless that was done, or another is shown soon."""
        data, shown, moves = snapshot.data, snapshot.shown, snapshot.phase.moves
        self._trouble = snapshot.missing or ("" if len(data) else "there are no rows yet")
        if not self._trouble and not np.isfinite(shown.weights).all():
            self._trouble = "diverged: the weights are not finite, and have no gradient"
        if self._trouble:
            return
        past = None if snapshot.phase is Phase.HELD else snapshot.past
        recipe = snapshot.recipe if past is None else snapshot.run.history.recipe_at(past)
        loss, weights = snapshot.run.settings.loss, shown.weights.copy()
        key = data, loss, recipe.l2, recipe.l1, recipe.batch_size, weights.tobytes()
        now = time.monotonic()
        if key == self._key or (moves and (self._later.is_busy or now < self._at + EVERY)):
            return
        self._key, self._at = key, now
        work = partial(_found, Found(shown.epoch, sample_of(data), loss, recipe, [], ""), weights)
        self._later.ask(key, work, RESTS if moves else 0.0)


def _chart(found: Found, width: int, height: int) -> Chart:
    """The table, what is told of it, and the curves."""
    chart = Chart.blank(width, height)
    names = [weight_told(*name) for name in names_of_weights(found.data)]
    told = [wrap(text, max(1, width - 1)) for text in _told(found)]
    lines = [line for sentence in told for line in sentence]
    lead, few = len(found.checked) + 1, min(len(names), FEW)
    above = height - max(PLOT, height // 2) if height >= lead + few + PLOT else height
    table = min(above, lead + max(few, min(len(names), above - lead - len(lines))))
    write_table(chart, names, [one[:2] for one in found.checked], table)
    ends = np.cumsum([len(sentence) for sentence in told])
    lines = lines[: max([end for end in ends if end <= above - table], default=0)]  # none is cut
    for row, line in enumerate(lines, table):
        chart.write(row, 0, line, Role.LABEL)
    _draw_errors(chart, table + len(lines), found.checked[-1][2])
    return chart


def _found(begun: Found, weights: Floats) -> Iterator[Found]:
    """The gradients, and then the errors for one h after the other."""
    swept_rows = differences.sample_of(begun.data)
    every, some = (differences.functions(rows, begun.loss, begun.recipe) for rows in (begun.data, swept_rows))
    checked = [(one.title, differences.compared(one, weights), list[Point]()) for one in every]
    found = begun._replace(checked=checked, of=differences.swept_told(begun.data))
    yield found
    since, sweep = time.perf_counter(), list[Point]()
    for point in differences.swept(some[-1], weights, SIZES):
        sweep.append(point)
        if time.perf_counter() - since > AT_ONCE:
            yield found._replace(checked=[*checked[:-1], (*checked[-1][:2], [*sweep])])
            since = time.perf_counter()
    yield found._replace(checked=[*checked[:-1], (*checked[-1][:2], [*sweep])])


def _told(found: Found) -> list[str]:
    """What is to be known of it, in sentences."""
    *printed, (title, followed, _) = found.checked
    _, ahead, both = followed.evaluations
    told = [f"Of {title}: forward takes {ahead:,} losses, central {both:,}."]
    for _, one, _ in printed:
        told = [" ".join(differences.apart_told(found.data, one.analytic, followed.analytic)), *told]
    return [*told, *differences.caveats(found.data, found.loss, found.recipe, followed.weights)]


def _draw_errors(chart: Chart, top: int, points: Sequence[Point]) -> None:
    """Draw the errors over h from that row on, where there is room."""
    h, ahead, both = np.array(points).reshape(-1, 3).T
    xlim, ylim = (-12.0, -1.0), _decades(np.concatenate([ahead, both]))
    height = chart.height - top
    yticks = log_ticks(ylim, max(2, height // 3))
    framed = axes(chart.width, height, xlim, ylim, ticks_along(xlim, True, chart.width - 8), yticks, "h", True, True)
    if framed is None:
        return
    part, canvas = framed[0].copy(), framed[1]
    for best, name in ((FORWARD, "√ε"), (CENTRAL, "∛ε")):
        column = int(canvas.columns(np.array([best]))[0])
        part.chars[canvas.area][:, column], part.roles[canvas.area][:, column] = "┊", Role.MARK
        beside(part, canvas, range(1), canvas.left + column + 2, name, Role.MARK)
    for values, role, name in ((ahead, check_table.FORWARD, "forward"), (both, check_table.CENTRAL, "central")):
        _draw_curve(part, canvas, h, values, role, name)
    for of, to in ((part.chars, chart.chars), (part.roles, chart.roles), (part.grounds, chart.grounds)):
        to[top:] = of


def _draw_curve(chart: Chart, canvas: Canvas, h: Floats, values: Floats, role: Role, name: str) -> None:
    known = np.isfinite(values)
    if not known.any():
        return
    x, y = np.log10(h[known])[::-1], np.log10(np.maximum(values[known], 10.0**LEAST))[::-1]
    along = 10.0 ** np.interp(np.log10(canvas.x_centres(ACROSS)), x, y, np.nan, np.nan)
    stamp(chart, canvas, extents(canvas, along, along), role, over=(Role.MARK,))
    column, row = canvas.columns(10.0 ** x[-1:])[0], canvas.rows(10.0 ** y[-1:])[0]
    label(chart, canvas, (int(row), int(column)), name, role, anywhere=True)


def _decades(values: Floats) -> Limits:
    """Limits that hold these, and move by three powers of ten at a time."""
    known = np.log10(np.maximum(values[np.isfinite(values)], 10.0**LEAST))
    low, high = (known.min(initial=-12.0), known.max(initial=0.0))
    return 3.0 * math.floor(low / 3), 3.0 * math.ceil(min(high, 30.0) / 3)

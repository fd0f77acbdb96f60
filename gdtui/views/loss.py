"""The loss curve: that of the branch shown, over those of the others."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.charts.strokes import ACROSS, DOWN, Dots, extents, stamp
from gdtui.recipe_options import rule_of
from gdtui.runs.curve import Curve, Losses
from gdtui.runs.recipes import mark
from gdtui.session.commands import Command, GoTo
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.gap import mark_gap
from gdtui.views.labels import FARTHEST, Place, is_free, label, value, write
from gdtui.views.loss_axes import LARGEST, Across, Look, Scales, framed, scales_of
from gdtui.views.view import Titles, Touch, View

DASH = 3
"""Cells in a row that each of several curves in the same place has to itself."""


class LossView(View):
    """The loss curve; a press of the mouse looks at an epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.log: bool | None = None
        """Whether the loss is on a logarithmic scale, where somebody has chosen."""
        self.across = Across.WHOLE

    def toggle_log(self, snapshot: Snapshot) -> bool:
        self.log = not scales_of(snapshot.run.history, self._look(snapshot)).ylog
        return True

    def turn_epochs(self) -> bool:
        self.across = self.across.next
        return True

    def titles(self, snapshot: Snapshot) -> Titles:
        run = snapshot.run
        shown = title(scales_of(run.history, self._look(snapshot)), run.objective.title)
        told = shown if len(snapshot.names) == 1 else f"{shown}  ·  {snapshot.names[snapshot.front]}"
        is_scaled = snapshot.data.test is not None and not run.objective.is_mean
        scaled = f"  ·  test: the sum as of {len(snapshot.data)} rows" * is_scaled
        return Titles(told, rule_of(snapshot.recipe) + scaled)

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        return loss_chart(snapshot.run.history, self._look(snapshot), width, height)

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        look = self._look(snapshot)
        epoch = epoch_at(touch.column, touch.width, touch.height, snapshot.run.history, look)
        return None if touch.kind == "release" or epoch in (None, snapshot.past) else GoTo(epoch)

    def _look(self, snapshot: Snapshot) -> Look:
        curves = snapshot.curves
        front = snapshot.front
        behind = [number for number in range(len(curves)) if number != front]
        diverged = {racer.number for racer in snapshot.race if racer.is_diverged} - {front}
        names = [f"{name} diverged" if number in diverged else name for number, name in enumerate(snapshot.names)]
        roles = [Role.LABEL if number in diverged else RUNS[number % len(RUNS)] for number in (front, *behind)]
        return Look(
            snapshot.most_epochs,
            self.log,
            snapshot.past,
            tuple((curves[number], names[number]) for number in behind),
            tuple(roles),
            self.across,
            snapshot.shown.loss,
            names[front] if snapshot.race else "",
            math.nan if snapshot.shown.test_loss is None else snapshot.shown.test_loss,
        )


def title(scales: Scales, of: str = "") -> str:
    """What the chart shows, and what is special about the axis of the losses."""
    return f"Loss{scales.told and f' ({scales.told})'}  {of}".rstrip()


def run_roles(numbers: Iterable[int]) -> tuple[Role, ...]:
    """What the curves of runs with these numbers are drawn as."""
    return tuple(RUNS[number % len(RUNS)] for number in numbers)


def loss_chart(history: Curve, look: Look, width: int, height: int) -> Chart:
    """The losses so far over their epochs, with a mark wherever alpha was changed.

    Each column of dots spans the smallest and largest loss of its epochs, so that no spike is thinned away.
    """
    empty = framed(history, look, width, height)
    if empty is None:
        return Chart.blank(width, height)
    chart, canvas = empty[0].copy(), empty[1]
    changes = _mark_alphas(chart, canvas, history)
    roles = look.roles or run_roles(range(1 + len(look.others)))
    tests = [history.tested] if len(history.tested) else []
    curves = [history, *tests, *(other for other, _ in look.others)]
    ends = _curves(chart, canvas, curves, (roles[0], *[Role.TEST] * len(tests), *roles[1:]))
    if look.cursor is not None:
        _cursor(chart, canvas, look.cursor)
    shown = [(look.name or "train" * len(tests), look.loss, roles[0]), ("test", look.test_loss, Role.TEST)]
    shown = shown[: 1 + len(tests)]
    heads = [_head(chart, canvas, history, loss, look.cursor, role) for _, loss, role in reversed(shown)]
    _label_alphas(chart, canvas, changes)
    for (name, loss, role), head, end in zip(shown, reversed(heads), ends, strict=False):
        told = f"{name} {value(loss)}".lstrip()
        if not (head is not None and label(chart, canvas, head, told, role)) and end is not None:
            label(chart, canvas, end, name, role)
    if tests:
        mark_gap(chart, canvas, history)
    for end, (_, name), role in zip(ends[1 + len(tests) :], look.others, roles[1:], strict=True):
        if end is not None:
            label(chart, canvas, end, name, role)
    return chart


def epoch_at(column: int, width: int, height: int, history: Curve, look: Look, last: int | None = None) -> int | None:
    """The epoch drawn in that column of the chart of that size, kept within 1 … last, which is the history's where no
    other is given; None without a chart."""
    empty = framed(history, look, width, height)
    last = len(history) if last is None else last
    if empty is None or not last:
        return None
    canvas = empty[1]
    place = min(max(column - canvas.left, 0), canvas.width - 1)
    return min(max(round(float(canvas.x_centres()[place])), 1), last)


def _curves(chart: Chart, canvas: Canvas, curves: Sequence[Losses], roles: Sequence[Role]) -> list[Place | None]:
    """Draw the curves, the first in front of the others, and thicker where there are any. Returns where each ends."""
    ends: list[Place | None] = []
    counts = np.zeros((canvas.height, canvas.width), dtype=np.uint16)
    columns = [_columns(curve, canvas) for curve in curves]
    for number, (both, role) in enumerate(zip(columns, roles, strict=True)):
        dots = extents(canvas, *both)
        ends.append(_end(dots))
        if number:
            dots[:, : _shared(columns[0], both)] = False
            _take_turns(chart, canvas, dots, counts)
        elif len(curves) > 1:
            _thicken(dots, canvas)
            counts += _cells(dots, canvas)
        stamp(chart, canvas, dots, role, over=(Role.MARK,))
    return ends


def _cells(dots: Dots, canvas: Canvas) -> np.ndarray:
    """The cells that have dots, shape (height, width)."""
    rows = np.asarray(dots.reshape(canvas.height, DOWN, -1).any(axis=1))
    return rows[:, ::ACROSS] | rows[:, 1::ACROSS]


def _end(dots: Dots) -> Place | None:
    """Where a curve ends, if there is one."""
    used = np.flatnonzero(dots.any(axis=0))
    return (int(dots[:, used[-1]].argmax()) // DOWN, int(used[-1]) // ACROSS) if len(used) else None


def _thicken(dots: Dots, canvas: Canvas) -> None:
    """Add a dot below each, or above it where that is another cell's: more cells would be more to send."""
    cells = dots.reshape(canvas.height, DOWN, -1)
    cells[:, 2] |= cells[:, 3]
    cells[:, 1:] |= cells[:, :-1].copy()


def _shared(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> int:
    """How many columns of dots two branches have in common, up to the last epoch before they part: the stroke that
    leads away from it is each one's own."""
    differ = (one[0] != other[0]) & ~(np.isnan(one[0]) & np.isnan(other[0]))
    common = np.flatnonzero(~np.isnan(one[0][: int(differ.argmax())]))
    return int(common[-1]) // ACROSS * ACROSS if len(common) else 0


def _take_turns(chart: Chart, canvas: Canvas, dots: Dots, counts: np.ndarray) -> None:
    """Make room for a curve, by turns, where it goes along in the same cells with some of those drawn before it.

    Args:
        counts: how many curves have been in each cell so far, shape (height, width).
    """
    cells = _cells(dots, canvas)
    both = cells & (counts > 0)
    along = np.asarray(both.any(axis=0))
    for _ in range(2):  # to cross is not to go along
        along[1:-1] &= along[:-2] & along[2:]
    turn = np.arange(canvas.width, dtype=np.uint16) // DASH % (counts + 1) == counts
    chart.roles[canvas.area][both & along & turn] = Role.BLANK
    counts += cells


def _columns(history: Losses, canvas: Canvas) -> tuple[Floats, Floats]:
    """The smallest and largest loss in each column of dots, shape (2 · width,); NaN where none is known."""
    edges = canvas.x_edges(ACROSS)
    # Epoch k is at index k − 1.
    cuts = np.clip(np.ceil(edges) - 1, 0, len(history)).astype(np.intp)
    both = np.clip(np.array(_stretches(history, cuts, canvas.xlog)), -LARGEST, LARGEST)
    if canvas.ylog:  # no loss at all is at the bottom; a negative one, which other programs may have, is nowhere
        both = np.where(both < 0, np.nan, np.maximum(both, 10.0 ** canvas.ylim[0]))
    return both[0], both[1]


def _stretches(history: Losses, cuts: np.ndarray, xlog: bool) -> tuple[Floats, Floats]:
    """The smallest and largest loss of each stretch. Those of very different lengths, as on a logarithmic axis, are
    read one group after another, since edges are rounded to suit the longest."""
    if not xlog:
        return history.stretches(cuts)
    groups = np.log2(np.maximum(np.diff(cuts), 64)).astype(np.intp) // 3
    bounds = [0, *(np.flatnonzero(np.diff(groups)) + 1).tolist(), len(groups)]
    parts = [history.stretches(cuts[begin : end + 1]) for begin, end in pairwise(bounds) if end > begin]
    return np.concatenate([low for low, _ in parts]), np.concatenate([high for _, high in parts])


def _cursor(chart: Chart, canvas: Canvas, epoch: int) -> None:
    """A line from top to bottom that leaves the curve to be seen, and the epoch beside it."""
    column = math.floor(canvas.columns(np.array([float(epoch)]))[0])
    if not 0 <= column < canvas.width:
        return
    chars, roles = chart.chars[canvas.area], chart.roles[canvas.area]
    free = ~np.isin(roles[:, column], (*RUNS, Role.TEST))
    chars[free, column], roles[free, column] = "│", Role.CURSOR
    text = f"epoch {epoch}"
    begin = column + 1 if column + 1 + len(text) <= canvas.width else column - len(text)
    beside = roles[:, max(begin, 0) : begin + len(text)]
    bare = np.flatnonzero((beside == Role.BLANK).all(axis=1))
    row = int(bare[-1]) if len(bare) else canvas.height - 1
    write(chart, canvas, row, begin, text, Role.CURSOR)


def _head(chart: Chart, canvas: Canvas, history: Curve, loss: float, cursor: int | None, role: Role) -> Place | None:
    """A dot at the loss looked at; returns where it is, if there is one."""
    epoch = len(history) if cursor is None else cursor
    if not (epoch and math.isfinite(loss) and (loss > 0 or not canvas.ylog)):
        return None
    row = float(canvas.rows(np.array([min(max(loss, -LARGEST), LARGEST)]))[0])
    column = math.floor(canvas.columns(np.array([float(epoch)]))[0])
    if not 0 <= column < canvas.width:
        return None
    place = min(max(math.floor(row), 0), canvas.height - 1), column
    write(chart, canvas, *place, "●", role)
    return place


def _mark_alphas(chart: Chart, canvas: Canvas, history: Curve) -> list[tuple[int, str]]:
    """A dotted line at each change of the recipe; returns their columns inside the axes, and what to write there. Of
    several in one column the last is marked: the work is bounded by the columns, however many changes."""
    recipes = history.trained
    changes = recipes[1:]
    epochs = np.fromiter((epoch for epoch, _ in changes), np.float64, len(changes))
    places = np.floor(canvas.columns(epochs)).astype(np.intp)
    last = np.flatnonzero(np.diff(places, append=canvas.width + 1))
    last = last[(places[last] >= 0) & (places[last] < canvas.width)]
    chart.chars[canvas.area][:, places[last]], chart.roles[canvas.area][:, places[last]] = "┊", Role.MARK
    found = zip(places[last].tolist(), last.tolist(), strict=True)
    return [(column, mark(recipes[at][1], changes[at][1])) for column, at in found]


def _label_alphas(chart: Chart, canvas: Canvas, labels: list[tuple[int, str]]) -> None:
    """Write the changes beside their lines, each as high in the upper half as it covers nothing, with a cell between
    two; nowhere, where there is no room."""
    free = is_free(chart, canvas)[: canvas.height // 2]
    for column, text in labels:
        for begin in (at for gap in range(FARTHEST + 1) for at in (column + 1 + gap, column - len(text) - gap)):
            rows = free[:, max(begin, 0) : begin + len(text)].all(axis=1)
            if 0 <= begin <= canvas.width - len(text) and rows.any():
                row = int(rows.argmax())
                write(chart, canvas, row, begin, text, Role.MARK)
                free[row, max(begin - 1, 0) : begin + len(text) + 1] = False
                break

"""Curves over the epochs: what every drawing of them has, whatever they tell."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.charts.strokes import ACROSS, DOWN, Dots, extents, stamp
from gdtui.learning.moment import Moment
from gdtui.runs.curve import Losses
from gdtui.runs.history import History
from gdtui.runs.recipes import Recipes, mark
from gdtui.session.commands import Command, GoTo
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.labels import FARTHEST, Place, is_free, write
from gdtui.views.loss_axes import LARGEST, Across
from gdtui.views.view import Touch, View, role_of

DASH = 3
"""Cells in a row that each of several curves in the same place has to itself."""


class Branch(NamedTuple):
    """A branch to be drawn.

    Attributes:
        role: as what.
        shown: the moment that is shown of it; None where none is.
        goes_on: whether it has not ended.
    """

    history: History
    name: str
    role: Role
    shown: Moment | None
    goes_on: bool

    @property
    def epoch(self) -> int:
        """That of the moment shown, or the newest."""
        return len(self.history) if self.shown is None else self.shown.epoch


def branches_of(snapshot: Snapshot, most: int | None = None) -> list[Branch]:
    """The branches, or so many of them, the newest, that in front first, with what is known of those who race with
    it."""
    racers = {racer.number: racer for racer in snapshot.race}
    found: list[Branch] = []
    for number, (curve, name) in enumerate(zip(snapshot.curves, snapshot.names, strict=True)):
        racer, role = racers.get(number), RUNS[number % len(RUNS)]
        history = cast("History", curve)
        if number == snapshot.front:
            found.insert(0, Branch(history, name, role, snapshot.shown, snapshot.stop is None))
        elif racer is None:
            found.append(Branch(history, name, role, None, False))
        else:
            told = f"{name} diverged" if racer.is_diverged else name
            found.append(Branch(history, told, role_of(racer), racer.shown, racer.stop is None))
    return found if most is None or len(found) <= most else [found[0], *found[1 - most :]]


def front_told(snapshot: Snapshot) -> str:
    """The name of the branch in front, for a title; empty where there is no other."""
    return f"  ·  {snapshot.names[snapshot.front]}" if len(snapshot.names) > 1 else ""


class EpochsView(View):
    """A view with an axis of epochs; a press of the mouse looks at an epoch."""

    looks = (*View.looks, "log", "across")

    def __init__(self) -> None:
        super().__init__()
        self.log: bool | None = None
        """Whether the other axis is logarithmic, where somebody has chosen."""
        self.across = Across.WHOLE

    def turn_epochs(self) -> bool:
        self.across = self.across.next
        return True

    def epoch_at(self, snapshot: Snapshot, touch: Touch) -> int | None:
        """The epoch drawn there, if there is one."""
        raise NotImplementedError

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        epoch = self.epoch_at(snapshot, touch)
        return None if touch.kind == "release" or epoch in (None, snapshot.past) else GoTo(epoch)


def epoch_on(canvas: Canvas, column: int, last: int) -> int | None:
    """The epoch drawn in that column of the chart, kept within 1 … last; None where there are no epochs."""
    place = min(max(column - canvas.left, 0), canvas.width - 1)
    return min(max(round(float(canvas.x_centres()[place])), 1), last) if last else None


def draw_curves(
    chart: Chart, canvas: Canvas, curves: Sequence[Losses], roles: Sequence[Role], has_front: bool = True
) -> list[Place | None]:
    """Draw the curves; where several lie in the same cells, they take turns. Returns where each ends.

    Args:
        has_front: whether the first is that looked at, in front of others, which are branches of it, and thicker where
            there are any.
    """
    ends: list[Place | None] = []
    counts = np.zeros((canvas.height, canvas.width), dtype=np.uint16)
    columns = [extremes(curve, canvas) for curve in curves]
    for number, (both, role) in enumerate(zip(columns, roles, strict=True)):
        dots = extents(canvas, *both)
        ends.append(end_of(dots))
        if number and has_front and role != Role.TEST:
            dots[:, : _shared(columns[0], both)] = False
        if number:
            take_turns(chart, canvas, dots, counts)
        elif len(curves) > 1:
            if has_front:
                thicken(dots, canvas)
            counts += filled(dots, canvas)
        stamp(chart, canvas, dots, role, over=(Role.MARK,))
    return ends


def filled(dots: Dots, canvas: Canvas) -> np.ndarray:
    """The cells that have dots, shape (height, width)."""
    rows = np.asarray(dots.reshape(canvas.height, DOWN, -1).any(axis=1))
    return rows[:, ::ACROSS] | rows[:, 1::ACROSS]


def end_of(dots: Dots) -> Place | None:
    """Where a curve ends, if there is one."""
    used = np.flatnonzero(dots.any(axis=0))
    return (int(dots[:, used[-1]].argmax()) // DOWN, int(used[-1]) // ACROSS) if len(used) else None


def thicken(dots: Dots, canvas: Canvas) -> None:
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


def take_turns(chart: Chart, canvas: Canvas, dots: Dots, counts: np.ndarray) -> None:
    """Make room for a curve, by turns, where it goes along in the same cells with some of those drawn before it.

    Args:
        counts: how many curves have been in each cell so far, shape (height, width).
    """
    cells = filled(dots, canvas)
    both = cells & (counts > 0)
    along = np.asarray(both.any(axis=0))
    for _ in range(2):  # to cross is not to go along
        along[1:-1] &= along[:-2] & along[2:]
    turn = np.arange(canvas.width, dtype=np.uint16) // DASH % (counts + 1) == counts
    chart.roles[canvas.area][both & along & turn] = Role.BLANK
    counts += cells


def extremes(history: Losses, canvas: Canvas) -> tuple[Floats, Floats]:
    """The smallest and largest loss in each column of dots, shape (2 · width,); NaN where none is known."""
    edges = canvas.x_edges(ACROSS)
    # Epoch k is at index k − 1.
    cuts = np.clip(np.ceil(edges) - 1, 0, len(history)).astype(np.intp)
    return on_canvas(canvas, _stretches(history, cuts, canvas.xlog))


def on_canvas(canvas: Canvas, columns: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The smallest and largest values of columns as they can be drawn."""
    both = np.clip(np.array(columns), -LARGEST, LARGEST)
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


def draw_cursor(chart: Chart, canvas: Canvas, epoch: float, text: str = "") -> None:
    """A line from top to bottom that leaves the curve to be seen, and the epoch beside it, or another text."""
    column = math.floor(canvas.columns(np.array([float(epoch)]))[0])
    if not 0 <= column < canvas.width:
        return
    chars, roles = chart.chars[canvas.area], chart.roles[canvas.area]
    free = ~np.isin(roles[:, column], (*RUNS, Role.TEST))
    chars[free, column], roles[free, column] = "│", Role.CURSOR
    text = text or f"epoch {epoch}"
    begin = column + 1 if column + 1 + len(text) <= canvas.width else column - len(text)
    beside = roles[:, max(begin, 0) : begin + len(text)]
    bare = np.flatnonzero((beside == Role.BLANK).all(axis=1))
    row = int(bare[-1]) if len(bare) else canvas.height - 1
    write(chart, canvas, row, begin, text, Role.CURSOR)


def draw_head(chart: Chart, canvas: Canvas, epoch: int, value: float, role: Role) -> Place | None:
    """A dot at the value looked at; returns where it is, if there is one."""
    return head_at(chart, canvas, float(epoch), value, role) if epoch else None


def head_at(chart: Chart, canvas: Canvas, x: float, value: float, role: Role) -> Place | None:
    """The same anywhere along the axis."""
    if not (math.isfinite(value) and (value > 0 or not canvas.ylog)):
        return None
    with np.errstate(all="ignore"):
        row = float(canvas.rows(np.array([min(max(value, -LARGEST), LARGEST)]))[0])
    column = math.floor(canvas.columns(np.array([x]))[0])
    if math.isnan(row) or not 0 <= column < canvas.width:  # axes that span less than numbers can tell
        return None
    place = min(max(math.floor(row), 0), canvas.height - 1), column
    write(chart, canvas, *place, "●", role)
    return place


def mark_changes(chart: Chart, canvas: Canvas, recipes: Recipes) -> list[tuple[int, str]]:
    """A dotted line at each change of the recipe; returns their columns inside the axes, and what to write there. Of
    several in one column the last is marked: the work is bounded by the columns, however many changes."""
    changes = recipes[1:]
    found = mark_places(chart, canvas, [float(epoch) for epoch, _ in changes])
    return [(column, mark(recipes[at][1], changes[at][1])) for column, at in found]


def mark_places(chart: Chart, canvas: Canvas, along: Sequence[float]) -> list[tuple[int, int]]:
    """The same at places in ascending order; returns the columns, and which of the places each is."""
    if not along:
        return []
    places = np.floor(canvas.columns(np.array(along, dtype=np.float64))).astype(np.intp)
    last = np.flatnonzero(np.diff(places, append=canvas.width + 1))
    last = last[(places[last] >= 0) & (places[last] < canvas.width)]
    chart.chars[canvas.area][:, places[last]], chart.roles[canvas.area][:, places[last]] = "┊", Role.MARK
    return [*zip(places[last].tolist(), last.tolist(), strict=True)]


def label_changes(chart: Chart, canvas: Canvas, labels: list[tuple[int, str]]) -> None:
    """Write the changes beside their lines, each as high in the upper half as it covers nothing, with a cell between
    two; nowhere, where there is no room."""
    free = is_free(chart, canvas)[: canvas.height // 2] if labels else np.empty((0, 0), dtype=bool)
    for column, text in labels:
        for begin in (at for gap in range(FARTHEST + 1) for at in (column + 1 + gap, column - len(text) - gap)):
            rows = free[:, max(begin, 0) : begin + len(text)].all(axis=1)
            if 0 <= begin <= canvas.width - len(text) and rows.any():
                row = int(rows.argmax())
                write(chart, canvas, row, begin, text, Role.MARK)
                free[row, max(begin - 1, 0) : begin + len(text) + 1] = False
                break

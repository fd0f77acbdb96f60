"""Views of several curves over the epochs, each with its name where it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from gdtui.charts.axes import Canvas, Limits
from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.roles import Role
from gdtui.charts.strokes import extents, stamp
from gdtui.data.dataset import weight_told
from gdtui.runs.curve import KnownLosses, Losses
from gdtui.runs.envelope import reduced
from gdtui.runs.recipes import Recipes
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.curves import (
    EpochsView,
    draw_cursor,
    draw_curves,
    draw_head,
    epoch_on,
    extremes,
    label_changes,
    mark_changes,
)
from gdtui.views.labels import Place, label, words
from gdtui.views.loss_axes import WIDE, Look, Scales, framed, linear_limits, scales_of
from gdtui.views.track import Tracks
from gdtui.views.view import Touch

FEW = 2
"""Curves up to which each has its name beside its end; those of more stand in a column of their own, so that none
moves."""
NARROW, ROOMY = 36, 84
"""Columns below which there is no such column, and from which it tells values too."""
FAIR = 0.25
"""A fair part of the values; see `is_wide`."""
VALUE = 8
"""Columns of a value."""
ZERO = "┈"


@dataclass(frozen=True, slots=True)
class Line:
    """A curve.

    Attributes:
        name: of what it is, and `of` that of the class.
        epoch, value: where it has a dot: the moment shown; NaN for none.
        told: that value in words.
        to_come: how it goes on.
    """

    name: str
    role: Role
    path: KnownLosses
    epoch: int = 0
    value: float = math.nan
    told: str = ""
    of: str = ""
    to_come: KnownLosses | None = None

    def named(self, room: int) -> str:
        """Its name in so many columns at the most, of which a class has a third."""
        whole = weight_told(self.of, self.name)
        if self.of and len(cells_of(whole)) > room:
            whole = weight_told(shortened(self.of, max(3, room // 3)), self.name)
        return shortened(whole, room)


def is_wide(curves: Sequence[Floats]) -> bool:
    """Whether curves, none below 0, are best seen on a logarithmic axis: because of more than what a few epochs have,
    such as those at the end of a schedule that falls to 0."""
    values = [curve[np.isfinite(curve)] for curve in curves]
    lows = [float(np.quantile(curve, FAIR)) for curve in values if curve.size]
    return min(lows, default=1.0) * WIDE < max((float(curve.max()) for curve in values if curve.size), default=1.0)


def told(value: float) -> str:
    """A value in few letters."""
    return f"{value:.3g}"


def path_of(epochs: Floats, values: Floats) -> KnownLosses:
    """A curve through these, both of shape (n,)."""
    path = KnownLosses()
    path.extend(epochs, values)
    return path


class Swings(KnownLosses):
    """A curve of which pairs of neighbouring epochs are known, here and there: what a column has of a pair it has as
    high and as low as both, so that an oscillation from epoch to epoch is seen as a band.

    Args:
        epochs, values: shape (n,).
    """

    def __init__(self, epochs: Floats, values: Floats) -> None:
        super().__init__()
        self.extend(epochs, values)
        self._ends = []
        near = np.diff(epochs) == 1
        for extreme in (np.fmin, np.fmax):
            both, ends = extreme(values[1:], values[:-1]), values.copy()
            if not near.all():  # of every epoch that is known the drawing makes itself what it needs
                ends[1:] = np.where(near, both, ends[1:])
                ends[:-1] = np.where(near, extreme(both, ends[:-1]), ends[:-1])
            self._ends.append((extreme, ends))

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        cuts = np.searchsorted(self.known()[0], edges + 1)
        low, high = (reduced(extreme, ends, cuts) for extreme, ends in self._ends)
        return low, high


class LinesView(EpochsView):
    """Several curves over the epochs."""

    has_log = has_front = True
    """Whether there is anything to be seen on a logarithmic axis, and whether the first curve is that of the branch in
    front of others."""

    def __init__(self) -> None:
        super().__init__()
        self._of: Snapshot | None = None
        self._lines: list[Line] = []

    def lines(self, snapshot: Snapshot) -> list[Line]:
        """The curves, one at the least: that in front first. Called where histories may be read."""
        raise NotImplementedError

    def why_not(self, snapshot: Snapshot) -> str:
        """Why nothing can be drawn, in words; empty where something can."""
        return ""

    def is_log(self, lines: Sequence[Line]) -> bool | None:
        """Whether the axis is logarithmic where nobody has chosen; None leaves it to the values."""
        return None if self.has_log else False

    def limits(self, low: float, high: float, is_settled: bool) -> Limits:
        """See `Look.linear`."""
        return linear_limits(low, high, is_settled)

    def forget(self) -> None:
        self._of = None  # there are other curves to be shown

    def drawn(self, snapshot: Snapshot) -> list[Line]:
        """The curves of a snapshot, found once."""
        if self._of is not snapshot:
            self._of, self._lines = snapshot, [] if self.why_not(snapshot) else self.lines(snapshot)
        return self._lines

    def toggle_log(self, snapshot: Snapshot) -> bool:
        if not self.has_log or not self._lines:
            return False
        self.log = not self.scales(snapshot).ylog
        self.forget()
        return True

    def scales(self, snapshot: Snapshot) -> Scales:
        """The axes."""
        return scales_of(self._lines[0].path, self._look(snapshot))

    def scale_told(self, snapshot: Snapshot) -> str:
        """What is special about the axis of the values, for a title."""
        told = self.drawn(snapshot) and self.scales(snapshot).told
        return f" ({told})" if told else ""

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        lines = self.drawn(snapshot)
        if not lines:
            return words(self.why_not(snapshot), width, height)
        has_front = self.has_front and len(snapshot.names) > 1
        return lines_chart(lines, self._look(snapshot), width, height, snapshot.run.history.trained, has_front)

    def epoch_at(self, snapshot: Snapshot, touch: Touch) -> int | None:
        if not self._lines:
            return None
        room = names_room(self._lines, touch.width)
        empty = framed(self._lines[0].path, self._look(snapshot), touch.width - room, touch.height)
        return None if empty is None else epoch_on(empty[1], touch.column, snapshot.done)

    def _look(self, snapshot: Snapshot) -> Look:
        lines = self._lines
        paths = [line.path for line in lines] + [line.to_come for line in lines if line.to_come is not None]
        # Weights that are held by hand, and what is measured at them, may lie off all curves.
        paths += [path_of(np.array([line.epoch]), np.array([line.value])) for line in lines if line.epoch]
        return Look(
            snapshot.most_epochs,
            self.is_log(lines) if self.log is None else self.log,
            snapshot.past,
            tuple((path, "") for path in paths[1:]),
            across=self.across,
            done=(snapshot.done, max(map(len, snapshot.curves))),
            linear=self.limits,
        )


class TrackedView(LinesView):
    """Curves of which tracks tell more than the histories."""

    needs_data = ""
    """What there is none of without the rows of the data, in words."""

    def __init__(self) -> None:
        super().__init__()
        self._tracks = Tracks(lambda: self.wake())

    @property
    def is_busy(self) -> bool:
        return self._tracks.is_busy

    def why_not(self, snapshot: Snapshot) -> str:
        return f"{self.needs_data}: {snapshot.missing}" if self.needs_data and snapshot.missing else ""


def names_room(lines: Sequence[Line], width: int) -> int:
    """Columns beside the axes for the names, with a blank before them; 0 where they stand beside the curves."""
    if len(lines) <= FEW or width < NARROW:
        return 0
    longest = max(len(cells_of(line.named(width))) for line in lines)
    return 1 + min(longest + (1 + VALUE) * (width >= ROOMY), 2 * width // 5)


def lines_chart(
    lines: Sequence[Line], look: Look, width: int, height: int, trained: Recipes, has_front: bool = False
) -> Chart:
    """The curves over their epochs, with a mark wherever the recipe was changed, as `trained` tells; see
    `draw_curves`."""
    room = names_room(lines, width)
    empty = framed(lines[0].path, look, width - room, height)
    if empty is None:
        return Chart.blank(width, height)
    chart, canvas = Chart.blank(width, height), empty[1]
    for whole, part in zip((chart.chars, chart.roles), (empty[0].chars, empty[0].roles), strict=True):
        whole[:, : width - room] = part
    changes = mark_changes(chart, canvas, trained)
    _zero(chart, canvas)
    roles = [line.role for line in lines]
    ends = draw_curves(chart, canvas, [line.path for line in lines], roles, has_front)
    for line in lines:
        if line.to_come is not None:
            _dotted(chart, canvas, line.to_come, line.role)
    if look.cursor is not None:
        draw_cursor(chart, canvas, look.cursor)
    heads = [draw_head(chart, canvas, line.epoch, line.value, line.role) for line in reversed(lines)][::-1]
    label_changes(chart, canvas, changes)
    if room:
        _name_beside(chart, canvas, lines, ends, room)
        return chart
    for line, head, end in zip(lines, heads, ends, strict=True):
        name = line.named(max(4, canvas.width // 2))
        told = f"{name} {line.told}".strip()
        is_told = head is not None and label(chart, canvas, head, told, line.role)
        if not is_told and end is not None and not label(chart, canvas, end, name, line.role) and len(lines) > 1:
            label(chart, canvas, end, told if head else name, line.role, anywhere=True)
    return chart


def _zero(chart: Chart, canvas: Canvas) -> None:
    """A line where the values are 0, if they are on both sides of it."""
    if not canvas.ylog and canvas.ylim[0] < 0 < canvas.ylim[1]:
        row = math.floor(float(canvas.rows(np.zeros(1))[0]))
        here = chart.roles[canvas.area][row] == Role.BLANK
        chart.chars[canvas.area][row, here], chart.roles[canvas.area][row, here] = ZERO, Role.MARK


def _dotted(chart: Chart, canvas: Canvas, path: Losses, role: Role) -> None:
    dots = extents(canvas, *extremes(path, canvas))
    dots[:, 1::2] = False
    stamp(chart, canvas, dots, role, over=(Role.MARK,))


def _name_beside(chart: Chart, canvas: Canvas, lines: Sequence[Line], ends: Sequence[Place | None], room: int) -> None:
    """Write the names beside the axes, from top to bottom as the curves end, each as near to its end as it can be."""
    ended = [(end[0], -line.value, line) for line, end in zip(lines, ends, strict=True) if end is not None]
    ended.sort(key=itemgetter(0, 1))
    values = VALUE + 1 if chart.width >= ROOMY else 0
    for row, (*_, line) in zip(apart([row for row, *_ in ended], canvas.height), ended, strict=False):
        name = line.named(room - 1 - values)
        told = line.told.rjust(room - 1 - len(cells_of(name))) if values else ""
        chart.write(canvas.top + row, chart.width - room + 1, name + told, line.role)


def apart(rows: Sequence[int], room: int) -> list[int]:
    """Ascending rows, each moved as little as leaves it one of its own in that room, as many as have one."""
    found: list[int] = []
    for row in rows[:room]:
        found.append(max(row, found[-1] + 1) if found else row)
    last = room
    for number in range(len(found) - 1, -1, -1):
        last = found[number] = min(found[number], last - 1)
    return found

"""The loss curve: that of the branch shown, over those of the others."""

import math
from collections.abc import Iterable

from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.recipe_options import rule_of
from gdtui.runs.curve import Curve
from gdtui.session.snapshot import Snapshot
from gdtui.views.curves import (
    EpochsView,
    branches_of,
    draw_cursor,
    draw_curves,
    draw_head,
    epoch_on,
    front_told,
    label_changes,
    mark_changes,
)
from gdtui.views.gap import mark_gap
from gdtui.views.labels import label, label_curve, value
from gdtui.views.loss_axes import Look, Scales, framed, scales_of
from gdtui.views.view import Titles, Touch


class LossView(EpochsView):
    """The loss curve; a press of the mouse looks at an epoch."""

    def toggle_log(self, snapshot: Snapshot) -> bool:
        self.log = not scales_of(snapshot.run.history, self._look(snapshot)).ylog
        return True

    def titles(self, snapshot: Snapshot) -> Titles:
        run = snapshot.run
        told = title(scales_of(run.history, self._look(snapshot)), run.objective.title) + front_told(snapshot)
        is_scaled = snapshot.data.test is not None and not run.objective.is_mean
        scaled = f"  ·  test: the sum as of {len(snapshot.data)} rows" * is_scaled
        return Titles(told, rule_of(snapshot.recipe) + scaled)

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        return loss_chart(snapshot.run.history, self._look(snapshot), width, height)

    def epoch_at(self, snapshot: Snapshot, touch: Touch) -> int | None:
        return epoch_at(touch.column, touch.width, touch.height, snapshot.run.history, self._look(snapshot))

    def _look(self, snapshot: Snapshot) -> Look:
        front, *behind = branches_of(snapshot)
        return Look(
            snapshot.most_epochs,
            self.log,
            snapshot.past,
            tuple((one.history, one.name) for one in behind),
            tuple(one.role for one in (front, *behind)),
            self.across,
            snapshot.shown.loss,
            front.name if snapshot.race else "",
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
    changes = mark_changes(chart, canvas, history.trained)
    roles = look.roles or run_roles(range(1 + len(look.others)))
    tests = [history.tested] if len(history.tested) else []
    curves = [history, *tests, *(other for other, _ in look.others)]
    ends = draw_curves(chart, canvas, curves, (roles[0], *[Role.TEST] * len(tests), *roles[1:]))
    if look.cursor is not None:
        draw_cursor(chart, canvas, look.cursor)
    shown = [(look.name or "train" * len(tests), look.loss, roles[0]), ("test", look.test_loss, Role.TEST)]
    shown = shown[: 1 + len(tests)]
    epoch = len(history) if look.cursor is None else look.cursor
    heads = [draw_head(chart, canvas, epoch, loss, role) for _, loss, role in reversed(shown)]
    label_changes(chart, canvas, changes)
    for (name, loss, role), head, end in zip(shown, reversed(heads), ends, strict=False):
        told = f"{name} {value(loss)}".lstrip()
        if not (head is not None and label(chart, canvas, head, told, role)) and end is not None:
            label(chart, canvas, end, name, role)
    if tests:
        mark_gap(chart, canvas, history)
    named = label_curve if look.name else label  # who races is told by name, also where there is little room
    for end, (_, name), role in zip(ends[1 + len(tests) :], look.others, roles[1:], strict=True):
        if end is not None:
            named(chart, canvas, end, name, role)
    return chart


def epoch_at(column: int, width: int, height: int, history: Curve, look: Look, last: int | None = None) -> int | None:
    """The epoch drawn in that column of the chart of that size, kept within 1 … last, which is the history's where no
    other is given; None without a chart."""
    empty = framed(history, look, width, height)
    return None if empty is None else epoch_on(empty[1], column, len(history) if last is None else last)

"""All charts of other people's runs, and the table of those: what is in them, found once for each size and moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.logs.groups import Group, groups_of, matching
from gdtui.logs.places_along import Along
from gdtui.session.logs import LogsShown
from gdtui.text import printable
from gdtui.types import Floats
from gdtui.views.labels import value, words
from gdtui.views.log_title import title_of
from gdtui.views.metric_axes import Across, ways
from gdtui.views.metric_chart import Look, Stroke, draw_metrics, framed, place_at, value_at, write_free
from gdtui.views.standings import Order, Standing, best_of, ordered, standings
from gdtui.views.traces import Traces

BY_PART = {"train": 0, "": 0, "val": 1, "test": 2}
"""Which of the runs' colours a metric of a single run has."""
OVER = {"ended", "crashed", "at rest", "unreadable"}
"""States of runs to which nothing is added any more."""
SHORT = 6
"""Letters of a name where there is little room."""
MANY = 5
"""Runs from which on each has one curve in a chart: that by which the table tells them apart."""
FEW = 8
"""Runs up to which what is smoothed is to be seen behind each; of more it would be noise behind noise."""
Legends = tuple[list[tuple[str, int]], ...]
"""Texts, each with the role that it is coloured as, in ever fewer letters."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody wants to see.

    Attributes:
        across: None for the axis that the most metrics have.
        weight: of the smoothing.
        wanted: see `matching`.
        logs: whether the values are on a logarithmic axis, of the groups of which somebody has chosen.
        order: of the table.
    """

    across: Across | None = None
    weight: float = 0.0
    wanted: str = ""
    logs: tuple[tuple[str, bool], ...] = ()
    order: Order = Order.NEWEST


class Drawn(NamedTuple):
    """A chart.

    Attributes:
        title, legends: what stands above it.
        canvas: where the curves are in it; None where there are none.
        is_log: whether the values are on a logarithmic axis.
    """

    title: str
    legends: Legends
    chart: Chart
    canvas: Canvas | None = None
    is_log: bool = False


class Metrics:
    """Draws what a session shows. All that it is asked for takes a moment when nothing is new."""

    def __init__(self) -> None:
        self._traces = Traces()
        self._named: tuple[tuple[str, ...], list[Group]] = (), []

    def groups(self, shown: LogsShown, wanted: str = "") -> list[Group]:
        """What there is to be drawn."""
        names = tuple(dict.fromkeys(name for run in shown.runs for name in run.metrics))
        if names != self._named[0]:
            self._named = names, groups_of(names)
        found = matching(self._named[1], wanted)
        return found if len(shown.seen) < MANY else [_told_apart(group, shown) for group in found]

    def ways(self, shown: LogsShown) -> list[Across]:
        """The axes along the training that there are, that of which the most is told first."""
        counts: dict[Along, int] = {}
        for run in shown.runs:
            for metric in run.metrics.values():
                for along in metric.along:
                    counts[along] = counts.get(along, 0) + 1
        order = list(Along)
        told = sorted((along for along in counts), key=order.index)
        best = max((along for along in told), key=lambda along: (counts[along], -order.index(along)), default=None)
        return ways([] if best is None else [best, *(along for along in told if along is not best)])

    def across(self, shown: LogsShown, seen: Seen) -> Across:
        """The axis along the training."""
        every = self.ways(shown)
        return seen.across if seen.across in every and seen.across else every[0] if every else Across()

    def records(self, shown: LogsShown, along: Along) -> Floats:
        """Where the records of the run in front are."""
        return self._traces.records(shown.runs[shown.front], along) if shown.runs else np.empty(0)

    def draw(self, group: Group, shown: LogsShown, seen: Seen, width: int, height: int, tells: bool) -> Drawn:
        """The chart of a group, in so many cells; the values stand in it where they are nowhere else (`tells`)."""
        across = self.across(shown, seen)
        cursor, goes_on = self._traces.cursor(shown, across.along), not {*shown.states} <= OVER
        strokes = self._strokes(group, shown, seen, across.along)
        log, chosen = dict(seen.logs).get(group.name), printable(shown.runs[shown.front].chosen)
        marks = self._traces.changes(shown.runs[shown.front], across.along)
        look = Look(across, log, cursor, goes_on, tells, group.is_better_low, chosen, marks)
        title, legend = printable(group.name), self._legends(group, shown, across.along, seen.weight, cursor)
        if not strokes:
            has_any = any(one.name in shown.runs[number].metrics for number in shown.seen for one in group.members)
            where = f"nothing says at which {across.along.value} these were measured"
            text = where if has_any else "none of the runs that are shown has this"
            return Drawn(title, (), words(text, width, height))
        frame = framed(strokes, look, width, height)
        if frame is None:
            return Drawn(title, legend, Chart.blank(width, height))
        draw_metrics(frame, strokes, look)
        ylog = frame.canvas.ylog
        title = f"{title} (log)" if ylog else title
        if tells:  # there is no frame for it
            write_free(frame.chart, frame.canvas, title)
        return Drawn(title, legend, frame.chart, frame.canvas, ylog)

    def blank(self, shown: LogsShown, seen: Seen, width: int, height: int) -> Drawn:
        """What stands where there is no chart yet."""
        if seen.wanted and self._named[1]:
            text = f"no metric is called {printable(seen.wanted)}; escape shows all"
        elif any(run.metrics for run in shown.runs):
            text = "there is no metric to be shown"
        else:
            text = shown.line.text or "nothing has come yet"
        return Drawn("", (), words(text, width, height))

    def title(self, shown: LogsShown, seen: Seen, what: str, page: str) -> str:
        """What stands at the top of the screen."""
        weight = f"smoothed by {seen.weight:g}" if seen.weight > 0 else ""
        return title_of(shown, what, page, weight, seen.wanted and f"/{seen.wanted}")

    def _legends(self, group: Group, shown: LogsShown, along: Along, weight: float, cursor: float | None) -> Legends:
        """The metrics of the run in front, with their values; then the same in ever fewer letters."""
        run, found = shown.runs[shown.front], list[tuple[str, float | None, int]]()
        for number, member in enumerate(group.members):
            trace = self._traces.of(run, member.name, along, weight)
            if trace is not None:
                now = None if cursor is not None and cursor < trace.x[0] else value_at(trace, cursor)
                found.append((printable(member.label), now, _role(shown, shown.front, group, number)))
        full = [(f"{name} {_told(now)}".strip(), role) for name, now, role in found]
        brief = [(f"{name} {_told(now, True)}".strip(), role) for name, now, role in found]
        shortest = [(f"{_cut(name)} {_told(now, True)}".strip(), role) for name, now, role in found]
        return full, brief, shortest

    def _strokes(self, group: Group, shown: LogsShown, seen: Seen, along: Along) -> list[Stroke]:
        """The curves: that in front, the best, and then the others as the table has them, since the first have their
        names."""
        found, are_many, weight = [], len(shown.runs) > 1, seen.weight
        numbers = [number for number in ordered(group, shown, seen.order, self._traces, along) if number in shown.seen]
        best = best_of(group, shown.runs, self._traces, along) if are_many else None
        for number in sorted(numbers, key=lambda number: (number != shown.front, number != best)):
            run, is_named = shown.runs[number], False
            for place, member in enumerate(group.members):
                trace = self._traces.of(run, member.name, along, weight)
                if trace is None:
                    continue
                role, is_front = _role(shown, number, group, place), are_many and number == shown.front
                has_raw = weight and (is_front or len(shown.seen) <= FEW)
                raw = self._traces.of(run, member.name, along, 0.0) if has_raw else None
                name = run.name if are_many and not is_named else member.label if not are_many or is_front else ""
                is_named = True
                is_dotted, is_best = are_many and place > 0, number == best
                found.append(Stroke(trace, role, printable(name), raw, is_dotted, is_front, is_best))
        return found

    def table(self, group: Group | None, shown: LogsShown, seen: Seen) -> list[Standing]:
        """The runs, told apart by what a group is about."""
        return standings(group, shown, seen.order, self._traces, self.across(shown, seen).along)

    def order(self, group: Group | None, shown: LogsShown, seen: Seen) -> list[int]:
        """The numbers of the runs as the table has them."""
        return ordered(group, shown, seen.order, self._traces, self.across(shown, seen).along)


def record_at(records: Floats, drawn: Drawn, column: int) -> int | None:
    """Which of the records at these places is nearest to that column of a drawing; None where there is none."""
    if drawn.canvas is None or not len(records):
        return None
    place = place_at(column, drawn.canvas)
    after = int(records.searchsorted(place))
    near = [at for at in (after - 1, after) if 0 <= at < len(records)]
    return 1 + min(near, key=lambda at: abs(float(records[at]) - place))


def _told_apart(group: Group, shown: LogsShown) -> Group:
    """A group without what is measured on other rows than its main metric, where all runs have that."""
    theirs = tuple(member for member in group.members if member.part == group.main.part)
    have = [{*run.metrics} & {member.name for member in group.members} for run in shown.runs]
    has_all = all(names & {member.name for member in theirs} for names in have if names)
    return group._replace(members=theirs) if has_all else group


def _role(shown: LogsShown, run: int, group: Group, member: int) -> Role:
    if len(shown.runs) > 1:
        return RUNS[run % len(RUNS)]
    parts = [BY_PART[one.part] for one in group.members]
    own = parts[member]
    if own in parts[:member]:  # another of the same rows: a colour that none of them has
        free = [number for number in range(len(RUNS)) if number not in parts]
        own = free[sum(parts[at] in parts[:at] for at in range(member)) % len(free)]
    return RUNS[own]


def _told(number: float | None, is_brief: bool = False) -> str:
    """A value, also one that is no number; what is not known yet is a dash."""
    return "–" if number is None else f"{number:.2g}" if is_brief else value(number)


def _cut(name: str) -> str:
    """A name in few letters: its last part, where it has several."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1] or name
    return last if len(last) <= SHORT else f"{last[: SHORT - 1]}…"

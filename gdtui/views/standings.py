"""The table of other people's runs: how each stands in what a chart is about, and in which order they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from gdtui.charts.roles import RUNS
from gdtui.logs.groups import Group
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.logs.told import place_told
from gdtui.session.guide import guide_of
from gdtui.session.logs import LogsShown
from gdtui.text import printable
from gdtui.views.traces import Traces


class Order(Enum):
    """By what the runs are sorted; the values say so."""

    NEWEST = ""
    BEST = "best first"
    LAST = "by the last value"

    @property
    def next(self) -> Order:
        """The one that a key goes on to."""
        every = list(Order)
        return every[(every.index(self) + 1) % len(every)]


class Standing(NamedTuple):
    """A run in the table.

    Attributes:
        number: which one it is.
        role: that of its curves.
        cells: what is said of it, by the titles of the columns; the first is its name.
    """

    number: int
    role: int
    cells: dict[str, str]
    is_front: bool
    is_hidden: bool


def best_of(group: Group, runs: Sequence[LogRun], traces: Traces, along: Along) -> int | None:
    """The number of the run that has come to the best value; None where none has any, or there is no other, or nobody
    knows what is better."""
    if not group.has_best:
        return None
    values = {number: _best(run, group, traces, along) for number, run in enumerate(runs)}
    known = {number: value for number, value in values.items() if math.isfinite(value)}
    if len(known) < 2 or len({*known.values()}) < 2:
        return None
    return (min if group.is_better_low else max)(known, key=known.__getitem__)


def ordered(group: Group | None, shown: LogsShown, order: Order, traces: Traces, along: Along) -> list[int]:
    """The numbers of the runs as the table has them; those of which nothing is known are the last."""
    numbers = [*range(len(shown.runs))]
    if group is None or order is Order.NEWEST:
        return numbers
    cursor, sign = traces.cursor(shown, along), 1 if group.is_better_low else -1

    def place(number: int) -> tuple[bool, float]:
        run = shown.runs[number]
        value = _best(run, group, traces, along) if order is Order.BEST else _now(run, group, traces, along, cursor)
        return (True, 0.0) if math.isnan(value) else (False, sign * value)

    return sorted(numbers, key=place)


def standings(group: Group | None, shown: LogsShown, order: Order, traces: Traces, along: Along) -> list[Standing]:
    """The runs, told apart by what a group is about."""
    numbers, cursor = ordered(group, shown, order, traces, along), traces.cursor(shown, along)
    best = None if group is None else best_of(group, shown.runs, traces, along)
    found = []
    for number in numbers:
        run, guide = shown.runs[number], guide_of(shown.runs[number])
        cells = {"run": printable(run.name), "state": shown.states[number] if number < len(shown.states) else ""}
        cells["records"] = f"{0 if guide is None else len(guide):,}"
        if group is not None:
            cells |= _measured(run, group, traces, along, cursor, number == best)
        is_front, is_hidden = number == shown.front, number not in shown.seen
        found.append(Standing(number, RUNS[number % len(RUNS)], cells, is_front, is_hidden))
    return found


def _measured(
    run: LogRun, group: Group, traces: Traces, along: Along, cursor: float | None, is_best: bool
) -> dict[str, str]:
    """What is told of a metric: its last value, that where one looks, and the best."""
    trace = traces.of(run, group.main.name, along)
    last, (at, best) = (math.nan, (math.nan, math.nan))
    if trace is not None:
        last, (at, best) = trace.last(), trace.best(group.is_better_low)
    cells = {printable(group.main.name): _told(last)}
    if cursor is not None:
        cells[f"at {place_told(cursor, along, is_named=False)}"] = _told(_now(run, group, traces, along, cursor))
    if not group.has_best:
        return cells
    cells["lowest" if group.is_better_low else "highest"] = f"{'best ' * is_best}{_told(best)}"
    cells[f"at {along.value}"] = place_told(at, along, is_named=False) if math.isfinite(at) else "–"
    return cells


def _best(run: LogRun, group: Group, traces: Traces, along: Along) -> float:
    trace = traces.of(run, group.main.name, along)
    return math.nan if trace is None else trace.span[0 if group.is_better_low else 1]


def _now(run: LogRun, group: Group, traces: Traces, along: Along, cursor: float | None) -> float:
    """The last value up to where one looks; none where the run was over before."""
    trace = traces.of(run, group.main.name, along)
    if trace is None or cursor is None:
        return math.nan if trace is None else trace.last()
    records = traces.records(run, along)
    end = max(float(trace.x[-1]), float(records[-1]) if len(records) else -math.inf)
    return math.nan if cursor > end else trace.at(cursor)


def _told(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:.5g}"

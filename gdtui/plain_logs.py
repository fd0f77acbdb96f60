"""The logs of other programs where there is no screen: a line a record, then how the runs stand."""

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TextIO

import numpy as np

from gdtui.file_lines import each_of
from gdtui.logs.groups import Group, groups_of
from gdtui.logs.metric import Metric
from gdtui.logs.places import WAITED, LogPlaces
from gdtui.logs.places_along import Along
from gdtui.logs.records import NewRecords, place_of
from gdtui.logs.rows import LogError
from gdtui.logs.run import LogRun
from gdtui.logs.script_log import Marks
from gdtui.logs.standard_input import BESIDE, NAME
from gdtui.numbers import counted, due
from gdtui.session.guide import begun_again, set_to
from gdtui.session.line import judged
from gdtui.session.logged import losses_of, state_line
from gdtui.text import complain, tell
from gdtui.why.logged import judge_logged

POLL = 0.1
"""Seconds between two looks at the logs."""
TEXT = 10
"""Lines that are printed of a log that tells no metric."""


def watch(
    whats: Sequence[str],
    x: str | None = None,
    y: Sequence[str] = (),
    follow: bool = False,
    every: int | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Print what is in these logs, of standard input to its end; with `follow`, of all of them. Returns the exit code:
    1 where all of these trainings have crashed, 2 where one cannot be read, or none tells a metric.

    Args:
        whats, x, y: see `LogPlaces`, also for what is raised.
        every: of the records of a run, each so-manieth has its line; None for all, or, of many, the ladder.
    """
    there = whats if follow else _there(whats)
    out, marks, places, said = sys.stdout, Marks(), LogPlaces(there, x, y), set[str]()
    told: dict[LogRun, Records] = {}
    try:
        while True:
            places.poll()
            is_last = not places.has_more and not _goes_on(places, follow)
            told = {run: told.get(run) or Records(run) for run in places.runs}
            _print_new(told.values(), every, is_last, out)
            for run, text in marks.news(places.runs):
                tell(f"[INFO] {text} ({run.name})" if len(told) > 1 else f"[INFO] {text}", out)
            out.flush()
            _complain_once(places, said, follow)
            if is_last:
                return _sum_up(places, out) or 2 * (len(there) < len(whats))
            sleep(0.0 if places.has_more else POLL)
    except KeyboardInterrupt:
        _sum_up(places, out)
        raise


def _there(whats: Sequence[str]) -> list[str]:
    """Those that there are; it is said which there are not. Raises LogError where there is none."""
    there = [what for what in whats if what == NAME or os.path.exists(what)]
    for what in whats:
        if what not in there:
            wrong = f"{what}: no such file; with --follow it is waited for"
            if not there:
                raise LogError(wrong)
            complain(wrong)
    return there


def _print_new(told: Collection["Records"], every: int | None, is_last: bool, out: TextIO) -> None:
    for one in told:
        _print_prose(one.run, out)
        for line in one.new_lines(every, is_last):
            tell(f"{line} ({one.run.name})" if len(told) > 1 else line, out)


def _print_prose(run: LogRun, out: TextIO) -> None:
    """What a program that is piped in prints beside its records, such as what went wrong with it."""
    prose = getattr(run.reader, "prose", ()) if run.path == NAME else ()
    while prose:
        tell(prose.popleft(), out)


def _goes_on(places: LogPlaces, follow: bool) -> bool:
    is_piped = any(run.path == NAME and not run.is_over for run in places.runs)
    return is_piped or (follow and not places.is_over)


def _complain_once(places: LogPlaces, said: set[str], follow: bool) -> None:
    notes = places.notes if follow else [note.removesuffix(WAITED) for note in places.notes]
    for note in [*notes, *(run.error for run in places.runs if run.error is not None)]:
        if note not in said:
            complain(note)
            said.add(note)


class Records:
    """What has been printed of a run."""

    def __init__(self, run: LogRun) -> None:
        self.run = run
        self._readings = 0
        self._taken: dict[str, int] = {}
        """Values of each metric, also those that were said again."""
        self._count = 0
        self._held = ""
        """The last record, where it has no line."""

    def new_lines(self, every: int | None, is_last: bool) -> Iterator[str]:
        """A line for each new record that is due, and in the end for the last of all."""
        reader = self.run.reader
        if reader is not None and reader.readings != self._readings:
            self._readings, self._taken, self._count = reader.readings, {}, 0
        records = self._new_records()
        first, last = self._count + 1, self._count + len(records)
        wanted = {*due(first, last, each_of(last, every))} if records else set[int]()
        for number in sorted(wanted | ({1} if records and first == 1 else set())):
            yield _line(*records[number - first])
        if records:
            self._count = last
            self._held = "" if last in wanted else _line(*records[-1])
        if is_last and self._held:
            yield self._held

    def _new_records(self) -> NewRecords:
        """What is new, also of what was said again."""
        counts = {}
        for name, metric in self.run.metrics.items():
            total = len(metric) + metric.replaced
            counts[name] = min(len(metric), total - self._taken.get(name, 0))
            self._taken[name] = total
        return NewRecords(self.run.metrics, counts)


def _line(place: tuple[Along, float], values: dict[str, float]) -> str:
    said = ", ".join(f"{name} {value:.6g}" for name, value in values.items())
    return f"{place[0].value} {_figure(place[1])}: {said}"


def _figure(place: float) -> str:
    return str(int(place)) if place.is_integer() and abs(place) < 1e15 else f"{place:.6g}"


def _sum_up(places: LogPlaces, out: TextIO) -> int:
    runs = places.runs
    if any(run.metrics for run in runs):
        _print_table(runs, out)
    for run in runs:
        if not run.metrics and run.path != NAME:
            for line in [*getattr(run.reader, "text", ())][-TEXT:]:
                tell(line, out)
    for line in _read_as(runs):
        tell(line, out)
    for run in runs:
        for line in _told_of(run):
            tell(line, out)
    for run in runs:
        losses = losses_of(run, len)
        if run.failure or losses is not None:
            line = state_line(run) if losses is None or run.failure else judged(judge_logged(losses))
            tell(f"[INFO] verdict{f' on {run.name}' if len(runs) > 1 else ''}: {line.whole}", out)
    for run in () if any(run.metrics for run in runs) else runs:
        if run.error is None:
            complain(_no_metric_in(run))
    if any(run.error is not None for run in runs) or not any(run.metrics for run in runs):
        return 2
    return 1 if all(run.failure for run in runs) else 0


def _no_metric_in(run: LogRun) -> str:
    if run.reader is None:
        return f"{run.path}: is empty"
    first, read_as = run.reader.first_skipped, f"it was read as {run.reader.format}"
    if run.path == NAME:
        read_as = BESIDE
    return run.not_chosen or f"{run.path}: tells no metric; {read_as}{first and f': {first}'}"


def _read_as(runs: Sequence[LogRun]) -> Iterator[str]:
    """By which reader the runs were read, and what their records are counted by, as far as that was a guess."""
    alike: dict[str, list[str]] = {}
    for run in runs:
        if run.reader is not None and run.metrics:
            longest = max(run.metrics.values(), key=len)
            along, _ = place_of(longest, len(longest))
            alike.setdefault(f"read as {run.reader.format}, by {along.value}", []).append(run.name)
    for how, names in alike.items():
        yield f"[INFO] {how}" + (f": {', '.join(names)}" if len(alike) > 1 else "")


def _told_of(run: LogRun) -> Iterator[str]:
    """What is to be said of how it was read."""
    reader = run.reader
    if reader is None or run.error is not None or not run.metrics:
        return
    if run.not_chosen:
        yield f"[INFO] {run.not_chosen}"
    if config := set_to(run):
        yield f"[INFO] {run.name}: {config}"
    if reader.skipped:
        yield f"[INFO] {run.name}: {_were(reader.skipped, 'record')} passed over; the first: {reader.first_skipped}"
    if lost := getattr(reader, "lost", 0):
        yield f"[INFO] {run.name}: {_were(lost, 'byte')} passed over: they came too fast"
    if run.gaps:
        yield f"[INFO] {run.name}: {'1 value is no number' if run.gaps == 1 else f'{run.gaps:,} values are no numbers'}"
    again = max((metric.replaced for metric in run.metrics.values()), default=0)
    if anew := begun_again(run):
        yield f"[INFO] {run.name}: {anew}"
    elif again:
        yield f"[INFO] {run.name}: went on from before its end: {_were(again, 'record')} told again"


def _were(number: int, what: str) -> str:
    """So many of them to whom something was done."""
    return f"{counted(number, what)} {'was' if number == 1 else 'were'}"


def _print_table(runs: Sequence[LogRun], out: TextIO) -> None:
    from rich.table import Table
    from rich.text import Text

    from gdtui.report import print_plain

    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("run", "metric", "last", "best", "at", "values"):
        table.add_column(head, justify="left" if head in ("run", "metric") else "right", no_wrap=True)
    for run in runs:
        name = run.name
        for group in groups_of(run.metrics):
            for member in group.members:
                table.add_row(Text(name), Text(member.name), *_standing(run.metrics[member.name], group))
                name = ""
    print_plain(table, out)


def _standing(metric: Metric, group: Group) -> tuple[str, ...]:
    values = metric.values
    finite = np.where(np.isfinite(values), values, np.nan)
    if np.isnan(finite).all() or not group.has_best:
        return f"{values[-1]:.6g}", "–", "", f"{len(metric):,}"
    best = int(np.nanargmin(finite) if group.is_better_low else np.nanargmax(finite))
    along, place = place_of(metric, best + 1)
    at = f"{along.value} {_figure(place)}"
    return f"{values[-1]:.6g}", f"{values[best]:.6g}", at, f"{len(metric):,}"

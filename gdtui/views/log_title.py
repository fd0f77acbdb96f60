"""What stands at the top of the screen of other people's runs."""

from __future__ import annotations

import math
import os

from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.logs.told import place_told, time_told
from gdtui.numbers import counted
from gdtui.session.guide import guide_of
from gdtui.session.log_pace import Progress
from gdtui.session.logs import LogsShown
from gdtui.text import printable

LONGEST = 32
"""Letters of a path that is shown whole."""


def title_of(shown: LogsShown, what: str, page: str, *seen: str) -> str:
    """All that is to be said, what matters most first.

    Args:
        what: is looked at.
        page: which charts are to be seen, where that is not all.
        seen: how they are looked at.
    """
    told, progress = [printable(what)], shown.progress
    if len(shown.runs) == 1:
        guide, far = guide_of(shown.runs[0]), far_told(progress)
        told = [f"{_path(shown.runs[0])}  {shown.states[0] if shown.states else ''}".rstrip()]
        told += [page] * bool(page) + ([] if guide is None else [far or counted(len(guide), "record")])
    elif shown.runs:
        counts = {state: shown.states.count(state) for state in dict.fromkeys(shown.states)}
        left_out = f", {shown.left_out:,} left out" if shown.left_out else ""
        told = [
            counted(len(shown.runs), "run") + left_out,
            ", ".join(f"{count} {state}" for state, count in counts.items()),
        ]
        told += [page] * bool(page)
    name = f"{shown.runs[shown.front].name}: " if len(shown.runs) > 1 else ""
    if shown.wheel.state:
        told.append(printable(name + shown.wheel.state))
    gaps, skipped = sum(run.gaps for run in shown.runs), sum(run.reader.skipped for run in shown.runs if run.reader)
    told += [counted(gaps, "gap")] * (gaps > 0) + [f"{counted(skipped, 'line')} passed over"] * (skipped > 0)
    told += filter(None, seen)
    if name and shown.state == "following" and (far := far_told(progress)):
        told.append(printable(name + far))
    if not name and (pace := pace_told(progress, shown.state == "following")):
        told.append(pace)
    return f"gdtui  {'  ·  '.join(told)}"


def far_told(progress: Progress) -> str:
    """How far a run is, and what is left to it; empty where its log does not say where it ends."""
    if math.isnan(progress.end):
        return ""
    at, end = (place_told(place, progress.along, is_named=False) for place in (_cut(progress), progress.end))
    left = "" if math.isnan(progress.left) else f", {_rounded(progress.left)} left"
    return f"{progress.along.value} {at}/{end}{left}"


def pace_told(progress: Progress, goes_on: bool) -> str:
    """How long a run has taken, and how fast it is; empty where nothing is known of that."""
    elapsed = "" if math.isnan(progress.elapsed) else _rounded(progress.elapsed)
    told = [f"{elapsed} so far" if goes_on else f"took {elapsed}"] * bool(elapsed)
    if progress.rate >= 1:
        told.append(f"{float(f'{progress.rate:.2g}'):,.6g} records/s")
    elif progress.rate > 0:
        told.append(f"{_rounded(1 / progress.rate)} a record")
    return ", ".join(told)


def _cut(progress: Progress) -> float:
    """Parts of epochs in two digits."""
    return math.floor(100 * progress.at) / 100 if progress.along is Along.EPOCH else progress.at


def _rounded(seconds: float) -> str:
    return time_told(float(f"{seconds:.2g}"))


def _path(run: LogRun) -> str:
    """The end of its path, where names of files are often the same, and the run's own name, where it has one."""
    parts = run.path.split(os.sep)
    ends = (run.path, os.sep.join(["…", *parts[-2:]]), parts[-1])
    path = next((end for end in ends if len(end) <= LONGEST), parts[-1])
    return printable(f"{path}: {run.run}" if run.run else path)

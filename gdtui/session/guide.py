"""What is looked at in other people's logs, record by record, and what is to be said of how they are read."""

from __future__ import annotations

import numpy as np

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.records import along_of
from gdtui.logs.run import LogRun
from gdtui.logs.script_log import ScriptLog


def guide_of(run: LogRun) -> Metric | None:
    """The metric by whose records one goes through a run: that of the most; None where there is none yet."""
    return max(run.metrics.values(), key=len, default=None)


def same_place(before: Metric, record: int, after: Metric) -> int | None:
    """The record of another metric that is where this one's is along the training; None beyond its last."""
    along = along_of(before, after)
    found = int(np.searchsorted(after.at(along), before.at(along)[record - 1], side="left")) + 1
    return found if found <= len(after) else None


def notes_of(run: LogRun) -> tuple[str, ...]:
    """What is to be said of what went wrong in reading a run, where anything did."""
    reader, error = run.reader, run.error or run.not_chosen
    skipped = f"passed over: {reader.first_skipped}" if reader is not None and reader.skipped else ""
    return error.removeprefix(f"{run.path}: "), skipped, begun_again(run)


def begun_again(run: LogRun) -> str:
    """What is to be said of a log that holds several trainings one after the other, such as folds; else empty."""
    guide = guide_of(run)
    if guide is None or not guide.begins_again:
        return ""
    along = Along.EPOCH if Along.EPOCH in guide.along else Along.STEP
    return f"begins again from its first {along.value}: what came before that is left out (--x record shows all)"


def how_read(run: LogRun) -> str:
    """As what a run is read, and what is taken to tell the places of its records; empty where nothing is known yet."""
    guide = guide_of(run)
    if run.reader is None or guide is None:
        return ""
    told = ", ".join(run.called.get(along, along.value) for along in guide.along if along is not Along.RECORD)
    along = (
        f"places are told by {told}" if told else "nothing tells places (--x names what does), so records are counted"
    )
    count = len(run.metrics)
    return f"read as {run.reader.format}; {count} metric{'s' * (count > 1)}; {along}"


def set_to(run: LogRun) -> str:
    """What the training was set to, where its log says so; else empty."""
    config = run.reader.config if isinstance(run.reader, ScriptLog) else {}
    return f"set to {', '.join(f'{name}={value}' for name, value in config.items())}" if config else ""


def fresh(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The lines that have come behind those before, of which the first may have gone."""
    for begin in (0, 1):  # a first line may say how much was left out
        for gone in range(len(before)):
            end = begin + len(before) - gone
            if after[begin:end] == before[gone:]:
                return after[end:]
    return after

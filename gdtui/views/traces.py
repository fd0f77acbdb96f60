"""The metrics of runs along the training, each read on as it grows, and where one looks."""

from __future__ import annotations

from operator import itemgetter
from weakref import WeakKeyDictionary

import numpy as np

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.logs.script_log import ScriptLog
from gdtui.logs.trace import Trace
from gdtui.session.guide import guide_of
from gdtui.session.logs import LogsShown
from gdtui.types import Floats


class Traces:
    """All that have been asked for, as long as there are their metrics."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Metric, dict[tuple[Along, float], Trace]] = WeakKeyDictionary()

    def of(self, run: LogRun, name: str, along: Along, weight: float = 0.0) -> Trace | None:
        """A metric of a run along that, smoothed by so much; None where there is none, or its places along that are not
        told, or no value is."""
        metric = run.metrics.get(name)
        trace = None if metric is None else self.along(metric, along, weight)
        return trace if trace is not None and len(trace) else None

    def along(self, metric: Metric | None, along: Along, weight: float = 0.0) -> Trace | None:
        """A metric along that; None where its places along that are not told."""
        if metric is None or along not in metric.along:
            return None
        known = self._known.setdefault(metric, {})
        trace = known.get((along, weight))
        if trace is None:
            trace = known[along, weight] = Trace(metric, along, weight)
        trace.read_on()
        return trace

    def records(self, run: LogRun, along: Along) -> Floats:
        """Where the records of a run are."""
        trace = self.along(guide_of(run), along)
        return np.empty(0) if trace is None else trace.x

    def cursor(self, shown: LogsShown, along: Along) -> float | None:
        """Where one looks, along the training; None for the newest."""
        records = self.records(shown.runs[shown.front], along) if shown.runs and shown.at is not None else ()
        return float(records[min(shown.at or 1, len(records)) - 1]) if len(records) else None

    def changes(self, run: LogRun, along: Along) -> tuple[tuple[float, str], ...]:
        """Where along that alpha was changed, ascending, and to what, as the log of a run tells it."""
        guide = guide_of(run)
        if guide is None or not isinstance(run.reader, ScriptLog):
            return ()
        trace, found = self.along(guide, along), list[tuple[float, str]]()
        for told in run.reader.told if trace is not None and len(trace) else ():
            counted = Along.STEP if told.place == "step" else Along.EPOCH
            if not told.mark or told.at is None or trace is None:
                continue
            if counted is along:
                found.append((float(told.at), told.mark))
            elif counted in guide.along:
                record = int(np.searchsorted(guide.at(counted), told.at))
                found.append((float(trace.x[min(record, len(trace) - 1)]), told.mark))
        return (*sorted(found, key=itemgetter(0)),)

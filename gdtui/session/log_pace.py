"""How far other people's runs are, and how fast: by what their logs tell of time, or else by how they were seen to
grow."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.session.guide import guide_of
from gdtui.types import Floats

RECENT = 50
"""Records, or looks at a log that had grown, by which it is told how fast a run is."""
PAUSE = 5.0
"""What is longer than so many times the usual time from record to record is a pause."""
SHORTEST = 1.0
"""Seconds of looking on from which that is told."""


class Progress(NamedTuple):
    """How far a run is.

    Attributes:
        at, end: where along the training it is, and where it ends, counted by `along`; NaN where the log does not say.
        elapsed: seconds since its first record.
        rate: records a second; NaN where nothing is known of that.
        left: seconds.
    """

    along: Along = Along.EPOCH
    at: float = math.nan
    end: float = math.nan
    elapsed: float = math.nan
    rate: float = math.nan
    left: float = math.nan


class Paces:
    """Watches runs grow.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: WeakKeyDictionary[LogRun, deque[tuple[float, int]]] = WeakKeyDictionary()
        """When a run had grown, and to how many records."""

    def of(self, run: LogRun) -> Progress:
        """How far a run is now; to be asked for often, since it is seen to grow by that."""
        guide = guide_of(run)
        if guide is None:
            return Progress()
        seen = self._seen.setdefault(run, deque(maxlen=RECENT))
        if not seen or seen[-1][1] != len(guide):
            seen.append((self._clock(), len(guide)))
        times = _known(guide, Along.TIME)
        rate = _rate_told(times) if len(times) > 2 else _rate_seen(seen)
        elapsed = float(times[-1] - times[0]) if len(times) > 1 else math.nan
        along, end = run.end or (Along.EPOCH, math.nan)
        counted = max((metric for metric in run.metrics.values() if along in metric.along), key=len, default=None)
        places = np.empty(0) if counted is None else _known(counted, along)
        if not len(places) or not math.isfinite(end):
            return Progress(elapsed=elapsed, rate=rate)
        at, goes_on = float(places[-1]), run.state == "following"
        left = _left(places, end, rate * len(counted or ()) / len(guide)) if goes_on else math.nan
        return Progress(along, at, end, elapsed, rate, left)


def _left(places: Floats, end: float, rate: float) -> float:
    """Seconds to the end, at so many records a second."""
    recent = places[-RECENT:]
    step = float(recent[-1] - recent[0]) / max(1, len(recent) - 1)
    return max(0.0, end - float(places[-1])) / (step * rate) if step > 0 and rate > 0 else math.nan


def _known(metric: Metric, along: Along) -> Floats:
    if along not in metric.along:
        return np.empty(0)
    places = metric.at(along)
    return places[np.isfinite(places)]


def _rate_told(times: Floats) -> float:
    """By the times of the latest records, without the pauses between them."""
    steps = np.diff(times[-RECENT:])
    usual = float(np.median(steps))
    mean = float(np.mean(steps[steps <= PAUSE * usual] if usual > 0 else steps))  # 0: several come at once
    return 1 / mean if mean > 0 else math.nan


def _rate_seen(seen: deque[tuple[float, int]]) -> float:
    (first, before), (last, after) = seen[0], seen[-1]
    return (after - before) / (last - first) if last - first >= SHORTEST and after > before else math.nan

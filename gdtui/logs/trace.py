"""A metric along the training, as drawings want it: also of many values in little time."""

from __future__ import annotations

import math

import numpy as np

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.smoothing import Smoothing
from gdtui.runs.envelope import reduced
from gdtui.runs.series import Series
from gdtui.types import Floats

ABSOLUTE = 1e8
"""Seconds from which on a time is taken to be since 1970, and not since the beginning of the training."""


class Trace:
    """The values of a metric over their places along the training, smoothed or not. It grows as the metric does, when
    it is read on; what was computed for a drawing stands until there is more.

    Args:
        weight: of the smoothing, see `Smoothing`; 0 for none.
    """

    def __init__(self, metric: Metric, along: Along, weight: float = 0.0) -> None:
        self._metric, self._along, self._weight = metric, along, weight
        self._begin()
        self.read_on()

    def _begin(self) -> None:
        self._places, self._held = Series(1), Series(1)
        self._is_as_told = not self._weight and self._along is not Along.TIME
        """Whether its places and values are the metric's, all of them, which are not copied then."""
        self._smoothing = Smoothing(self._weight)
        self._read, self._replaced, self._origin = 0, self._metric.replaced, math.nan
        self._low, self._high = math.inf, -math.inf
        self._edges, self._columns, self._drawn = np.empty(0), (np.empty(0), np.empty(0)), 0
        self.gaps = 0
        """Values that are no numbers."""

    def read_on(self) -> None:
        """Take in what the metric has more."""
        metric = self._metric
        if metric.replaced != self._replaced or len(metric) < self._read:
            self._begin()
        if len(metric) == self._read:
            return
        before, fresh = slice(self._read), slice(self._read, len(metric))
        places, values = metric.at(self._along)[fresh], metric.values[fresh]
        self._read = len(metric)
        told = np.isfinite(places)
        if not told.all():
            if self._is_as_told:
                self._is_as_told = False
                self._hold(metric.at(self._along)[before], metric.values[before])
            places, values = places[told], values[told]
        if not len(places):
            return
        if self._along is Along.TIME:
            places = self._since_begin(places)
        self.gaps += int(np.count_nonzero(np.isnan(values)))
        values = self._smoothing.extend(values) if self._weight else values
        finite = values[np.isfinite(values)]
        self._low = min(self._low, float(finite.min(initial=math.inf)))
        self._high = max(self._high, float(finite.max(initial=-math.inf)))
        if not self._is_as_told:
            self._hold(places, values)

    def _hold(self, places: Floats, values: Floats) -> None:
        self._places.extend(places[:, None])
        self._held.extend(values[:, None])

    def _since_begin(self, times: Floats) -> Floats:
        """Seconds since the beginning, ascending: clocks are set back at times."""
        if math.isnan(self._origin):
            self._origin = float(times[0]) if times[0] > ABSOLUTE else 0.0
        last = self.x[-1] if len(self) else -math.inf
        return np.asarray(np.maximum.accumulate(np.maximum(times - self._origin, last)))

    def __len__(self) -> int:
        return self._read if self._is_as_told else len(self._held)

    @property
    def x(self) -> Floats:
        """Where it is known, ascending, shape (n,)."""
        return self._metric.at(self._along)[: self._read] if self._is_as_told else self._places.view()[:, 0]

    @property
    def values(self) -> Floats:
        """Its values there; NaN for a gap."""
        return self._metric.values[: self._read] if self._is_as_told else self._held.view()[:, 0]

    @property
    def span(self) -> tuple[float, float]:
        """The smallest and the largest value that are finite; (NaN, NaN) where there is none."""
        return (self._low, self._high) if self._low <= self._high else (math.nan, math.nan)

    def span_within(self, first: float, last: float) -> tuple[float, float]:
        """The same of a part."""
        begin, end = np.searchsorted(self.x, (first, last), side="left"), np.searchsorted(self.x, last, side="right")
        part = self.values[int(begin[0]) : int(end)]
        finite = part[np.isfinite(part)]
        return (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)

    def least_positive(self) -> float:
        """The smallest value above 0; infinite where there is none."""
        values = self.values
        return float(values[values > 0].min(initial=math.inf))

    def at(self, x: float) -> float:
        """The value there, or the last before it; NaN where there is none."""
        place = int(np.searchsorted(self.x, x, side="right")) - 1
        return float(self.values[place]) if place >= 0 else math.nan

    def last(self) -> float:
        """The newest value; NaN where there is none."""
        return float(self.values[-1]) if len(self) else math.nan

    def best(self, is_low: bool) -> tuple[float, float]:
        """Where the best value was first, and that value; (NaN, NaN) where there is none."""
        best = self.span[0 if is_low else 1]
        places = np.flatnonzero(self.values == best)
        return (float(self.x[places[0]]), best) if len(places) else (math.nan, math.nan)

    def between(self, edges: Floats) -> tuple[Floats, Floats]:
        """The smallest and largest values of each stretch from one edge to the next, NaN where none is known.

        Args:
            edges: ascending, shape (n + 1,).
        """
        x, values, begin = self.x, self.values, 0
        if len(edges) != len(self._edges) or not np.array_equal(edges, self._edges):
            self._edges, self._drawn = edges, 0
            self._columns = np.full(len(edges) - 1, np.nan), np.full(len(edges) - 1, np.nan)
        elif self._drawn == len(x):
            return self._columns
        if self._drawn:  # only from the stretch on in which it had ended
            begin = max(0, int(np.searchsorted(edges, x[self._drawn - 1], side="right")) - 1)
        cuts = np.searchsorted(x, edges[begin:])
        with np.errstate(invalid="ignore"):
            for held, extreme in zip(self._columns, (np.fmin, np.fmax), strict=True):
                held[begin:] = reduced(extreme, values, cuts)
        self._drawn = len(x)
        return self._columns

    def gaps_between(self, edges: Floats) -> Floats:
        """How many values of each stretch are no numbers, shape (n,)."""
        cuts = np.searchsorted(self.x, edges)
        return np.nan_to_num(reduced(np.add, np.isnan(self.values).astype(np.float64), cuts))

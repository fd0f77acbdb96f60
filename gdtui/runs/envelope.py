"""Minima and maxima over stretches of a long series, without reading all of it again each time."""

from __future__ import annotations

import math

import numpy as np

from gdtui.learning.objective import Floats
from gdtui.runs.series import Series

BLOCK = 64
"""Values summed up in one entry of the next level."""
FINE = 512
"""A stretch of up to this many entries is read from the finest level that has no more."""


class Envelope:
    """A growing series with its minima and maxima over blocks of 64, 4096, … values."""

    def __init__(self) -> None:
        self.values = Series()
        self._lows = [Series(), Series(), Series()]
        self._highs = [Series(), Series(), Series()]
        self._span = math.inf, -math.inf

    def __len__(self) -> int:
        return len(self.values)

    def extend(self, values: Floats) -> None:
        self.values.extend(values)
        finite = values[np.isfinite(values)]
        if len(finite):
            self._span = min(self._span[0], float(finite.min())), max(self._span[1], float(finite.max()))
        lower_low = lower_high = self.values
        for low, high in zip(self._lows, self._highs, strict=True):
            begin, end = len(low) * BLOCK, len(lower_low) // BLOCK * BLOCK
            if end == begin:
                break
            low.extend(np.fmin.reduce(lower_low.view()[begin:end].reshape(-1, BLOCK), axis=1))
            high.extend(np.fmax.reduce(lower_high.view()[begin:end].reshape(-1, BLOCK), axis=1))
            lower_low, lower_high = low, high

    def span(self) -> tuple[float, float]:
        """The smallest and the largest value that are finite; (NaN, NaN) where there is none."""
        return self._span if self._span[0] <= self._span[1] else (math.nan, math.nan)

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """The smallest and largest values of each stretch [edges[i], edges[i + 1]), NaN where it is empty.

        Where stretches are long, their edges are moved to the nearest block's: by at most 1/8 of a stretch.

        Args:
            edges: ascending indices within 0 … len, evenly spaced but for their ends, shape (n + 1,).
        """
        lows, highs, scale = self.values.view(), self.values.view(), 1
        longest = int(np.diff(edges).max(initial=0))
        for low, high in zip(self._lows, self._highs, strict=True):
            if longest // scale <= FINE or not len(low):
                break
            lows, highs, scale = low.view(), high.view(), scale * BLOCK
        last = len(self) if scale == 1 else len(lows) * scale
        tail = edges[-1] > last  # values past the last whole block are read one by one
        cuts = np.minimum((edges + scale // 2) // scale, len(lows))
        smallest, largest = _reduce(np.fmin, lows, cuts), _reduce(np.fmax, highs, cuts)
        if tail:
            rest = self.values.view()[last : edges[-1]]
            smallest[-1] = np.fmin(smallest[-1], np.fmin.reduce(rest))
            largest[-1] = np.fmax(largest[-1], np.fmax.reduce(rest))
        return smallest, largest


def _reduce(operation: np.ufunc, values: Floats, cuts: np.ndarray) -> Floats:
    """`operation` over each [cuts[i], cuts[i + 1]); NaN for an empty one."""
    found = np.full(len(cuts) - 1, np.nan)
    filled = cuts[1:] > cuts[:-1]
    if filled.any():
        # reduceat runs from each index to the next, so only the filled stretches may be named.
        begins = cuts[:-1][filled]
        end = int(cuts[1:][filled][-1])
        found[filled] = operation.reduceat(values[:end], begins)
    return found

"""A long series of losses: minima and maxima over stretches, in bounded memory."""

from __future__ import annotations

import math

import numpy as np

from gdtui.runs.series import Series
from gdtui.types import Floats

CAPACITY = 2**20
"""Entries kept at the most (16 MiB); beyond that each stands for 2, 4, 8 … values."""
BLOCK = 64
"""Entries summed up in one block."""
FINE = 512
"""A stretch of more entries than this is read from the blocks."""


class Envelope:
    """A growing series, as minima and maxima over `stride` values each.

    The stride is 1, so that every value is kept, until `capacity` of them are there; then neighbours are merged
    and the stride doubles, again and again. No minimum or maximum that is finite is ever lost: an infinite value
    counts only until it is merged.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.stride = 1
        self._capacity = capacity
        self._count = 0
        self._low, self._high = Series(), Series()
        self._block_low, self._block_high = Series(), Series()
        self._span = math.inf, -math.inf

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Floats:
        """The values themselves; where the stride is more than 1, the smallest of each `stride` of them."""
        return self._low.view()

    def extend(self, values: Floats) -> None:
        """Append values, shape (n,)."""
        finite = values[np.isfinite(values)]
        if len(finite):
            self._span = min(self._span[0], float(finite.min())), max(self._span[1], float(finite.max()))
        if self.stride == 1:
            self._low.extend(values)
            self._high.extend(values)
        else:
            self._extend_merged(values)
        self._count += len(values)
        while len(self._low) > self._capacity:
            self._merge()
        self._sum_up()

    def _extend_merged(self, values: Floats) -> None:
        values = _finite(values)
        into_last = min(len(values), -self._count % self.stride)
        if into_last:
            low, high = self._low.view(), self._high.view()
            low[-1] = np.fmin(low[-1], np.fmin.reduce(values[:into_last]))
            high[-1] = np.fmax(high[-1], np.fmax.reduce(values[:into_last]))
        rest = _in_rows(values[into_last:], self.stride)
        self._low.extend(np.fmin.reduce(rest, axis=1))
        self._high.extend(np.fmax.reduce(rest, axis=1))

    def _merge(self) -> None:
        """Let each entry stand for twice as many values."""
        for series, operation in ((self._low, np.fmin), (self._high, np.fmax)):
            merged = _in_pairs(operation, series.view())
            series.clear()
            series.extend(merged)
        self._block_low.clear()
        self._block_high.clear()
        self.stride *= 2

    def _sum_up(self) -> None:
        """Make the blocks whose entries are complete."""
        begin, end = len(self._block_low) * BLOCK, self._count // self.stride // BLOCK * BLOCK
        if end > begin:
            self._block_low.extend(np.fmin.reduce(self._low.view()[begin:end].reshape(-1, BLOCK), axis=1))
            self._block_high.extend(np.fmax.reduce(self._high.view()[begin:end].reshape(-1, BLOCK), axis=1))

    def prefix(self, count: int, capacity: int | None = None) -> Envelope:
        """A copy of the first `count` values, with another capacity where one is given. Where the last entry stands
        for more values than that, its minimum and maximum are taken over."""
        copy = Envelope(capacity or self._capacity)
        entries = -(-count // self.stride)
        low, high = self._low.view()[:entries], self._high.view()[:entries]
        copy.stride, copy._count = self.stride, count
        while len(low) > copy._capacity:
            low, high = _in_pairs(np.fmin, low), _in_pairs(np.fmax, high)
            copy.stride *= 2
        copy._low.extend(low)
        copy._high.extend(high)
        low, high = low[np.isfinite(low)], high[np.isfinite(high)]
        if len(low) and len(high):
            copy._span = float(low.min()), float(high.max())
        copy._sum_up()
        return copy

    def span(self) -> tuple[float, float]:
        """The smallest and the largest value that are finite; (NaN, NaN) where there is none."""
        return self._span if self._span[0] <= self._span[1] else (math.nan, math.nan)

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """The smallest and largest values of each stretch [edges[i], edges[i + 1]), NaN where it is empty.

        Where stretches are long, their edges are moved to the nearest entry's or block's: by at most 1/8 of a
        stretch.

        Args:
            edges: ascending indices within 0 … len, evenly spaced but for their ends, shape (n + 1,).
        """
        longest = int(np.diff(edges).max(initial=0))
        lows, highs, scale = self._low.view(), self._high.view(), self.stride
        in_blocks = longest // scale > FINE and len(self._block_low) > 0
        if in_blocks:
            lows, highs, scale = self._block_low.view(), self._block_high.view(), scale * BLOCK
        cuts = np.minimum((edges + scale // 2) // scale, len(lows))
        if edges[-1] == self._count:
            cuts[-1] = len(lows)
        smallest, largest = reduced(np.fmin, lows, cuts), reduced(np.fmax, highs, cuts)
        if in_blocks and edges[-1] > len(lows) * scale:  # entries past the last whole block are read one by one
            rest = slice(len(lows) * BLOCK, -(-int(edges[-1]) // self.stride))
            smallest[-1] = np.fmin(smallest[-1], np.fmin.reduce(self._low.view()[rest]))
            largest[-1] = np.fmax(largest[-1], np.fmax.reduce(self._high.view()[rest]))
        return smallest, largest


def _finite(values: Floats) -> Floats:
    """Values with NaN for what is infinite."""
    return np.where(np.isfinite(values), values, np.nan)


def _in_rows(values: Floats, width: int) -> Floats:
    """Values in rows of that width, the last filled up with NaN."""
    padded = np.full(-(-len(values) // width) * width, np.nan)
    padded[: len(values)] = values
    return padded.reshape(-1, width)


def _in_pairs(operation: np.ufunc, values: Floats) -> Floats:
    """`operation` over each two neighbours, of those that are finite."""
    merged: Floats = operation.reduce(_in_rows(_finite(values), 2), axis=1)
    return merged


def reduced(operation: np.ufunc, values: Floats, cuts: np.ndarray) -> Floats:
    """`operation` over each [cuts[i], cuts[i + 1]); NaN for an empty one."""
    found = np.full(len(cuts) - 1, np.nan)
    filled = cuts[1:] > cuts[:-1]
    if filled.any():
        # reduceat runs from each index to the next, so only the filled stretches may be named.
        begins = cuts[:-1][filled]
        end = int(cuts[1:][filled][-1])
        found[filled] = operation.reduceat(values[:end], begins)
    return found

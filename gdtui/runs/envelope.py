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
        # Rows of (minimum, −maximum), so that the smaller one counts in both columns.
        self._entries, self._blocks = Series(2, order="F"), Series(2, order="F")
        self._least = np.full(2, np.inf)

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Floats:
        """The values themselves; where the stride is more than 1, the smallest of each `stride` of them."""
        return self._entries.view()[:, 0]

    def known(self) -> tuple[Floats, Floats]:
        """See `Losses`."""
        return 1 + self.stride * np.arange(len(self._entries), dtype=np.float64), self.values

    def extend(self, values: Floats) -> None:
        """Append values, shape (n,)."""
        rows = np.stack((values, -values)).T
        self._least = np.fmin(self._least, np.fmin.reduce(_finite(rows), initial=np.nan))
        if self.stride == 1:
            self._entries.extend(rows)
        else:
            rows = _finite(rows)
            into_last = min(len(rows), -self._count % self.stride)
            if into_last:
                last = self._entries.view()[-1:]
                last[:] = np.fmin(last, np.fmin.reduce(rows[:into_last]))
            self._entries.extend(_merged(rows[into_last:], self.stride))
        self._count += len(values)
        while len(self._entries) > self._capacity:
            self._thin_out()
        self._sum_up()

    def extend_some(self, at: np.ndarray, values: Floats, count: int) -> None:
        """Append `count` values of which some are known: it takes no more room than they do, however many there are.

        Args:
            at: which of them are known, ascending indices below `count`, shape (n,).
            values: those, shape (n,).
        """
        begin, self._count = self._count, self._count + count
        while -(-self._count // self.stride) > self._capacity:
            self._thin_out()
        self._entries.extend(np.full((-(-self._count // self.stride) - len(self._entries), 2), np.nan))
        rows = np.stack((values, -values)).T
        self._least = np.fmin(self._least, np.fmin.reduce(_finite(rows), initial=np.nan))
        owners, firsts = np.unique((begin + at) // self.stride, return_index=True)
        least = np.fmin.reduceat(rows if self.stride == 1 else _finite(rows), firsts)
        entries = self._entries.view()
        entries[owners] = np.fmin(entries[owners], least)
        self._sum_up()

    def _thin_out(self) -> None:
        """Merge neighbours, so that each entry stands for twice as many values."""
        self._entries.halve(lambda rows: _merged(_finite(rows), 2))
        self._blocks = Series(2, order="F")
        self.stride *= 2

    def _sum_up(self) -> None:
        """Make the blocks whose entries are complete."""
        begin, end = len(self._blocks) * BLOCK, self._count // self.stride // BLOCK * BLOCK
        if end > begin:
            self._blocks.extend(_merged(self._entries.view()[begin:end], BLOCK))

    def prefix(self, count: int, capacity: int | None = None) -> Envelope:
        """A copy of the first `count` values, with another capacity where one is given. Where the last entry stands
        for more values than that, its minimum and maximum are taken over."""
        copy = Envelope(capacity or self._capacity)
        rows = self._entries.view()[: -(-count // self.stride)]
        copy.stride, copy._count = self.stride, count
        while len(rows) > copy._capacity:
            rows = _merged(_finite(rows), 2)
            copy.stride *= 2
        copy._entries.extend(rows)
        copy._least = np.fmin(copy._least, np.fmin.reduce(_finite(rows), initial=np.nan))
        copy._sum_up()
        return copy

    def span(self) -> tuple[float, float]:
        """The smallest and the largest value that are finite; (NaN, NaN) where there is none."""
        low, high = float(self._least[0]), -float(self._least[1])
        return (low, high) if low <= high else (math.nan, math.nan)

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """The smallest and largest values of each stretch [edges[i], edges[i + 1]), NaN where it is empty.

        Where stretches are long, their edges are moved to the nearest entry's or block's: by at most 1/8 of a
        stretch.

        Args:
            edges: ascending indices within 0 … len, evenly spaced but for their ends, shape (n + 1,).
        """
        longest = int(np.diff(edges).max(initial=0))
        rows, scale = self._entries.view(), self.stride
        in_blocks = longest // scale > FINE and len(self._blocks) > 0
        if in_blocks:
            rows, scale = self._blocks.view(), scale * BLOCK
        cuts = np.minimum((edges + scale // 2) // scale, len(rows))
        if edges[-1] == self._count:
            cuts[-1] = len(rows)
        found = reduced(np.fmin, rows, cuts)
        if in_blocks and edges[-1] > len(rows) * scale:  # entries past the last whole block are read one by one
            rest = self._entries.view()[len(rows) * BLOCK : -(-int(edges[-1]) // self.stride)]
            found[-1] = np.fmin(found[-1], np.fmin.reduce(rest))
        return found[:, 0], -found[:, 1]


def _finite(values: Floats) -> Floats:
    """Values with NaN for what is infinite."""
    return np.where(np.isfinite(values), values, np.nan)


def _merged(rows: Floats, width: int) -> Floats:
    """The smallest of each `width` rows, column by column; the last may be of fewer."""
    merged: Floats = np.fmin.reduceat(rows, np.arange(0, len(rows), width))
    return merged


def reduced(operation: np.ufunc, values: Floats, cuts: np.ndarray) -> Floats:
    """`operation` over each [cuts[i], cuts[i + 1]) of the first axis; NaN for an empty one."""
    found = np.full((len(cuts) - 1, *values.shape[1:]), np.nan)
    filled = cuts[1:] > cuts[:-1]
    if filled.any():
        # reduceat runs from each index to the next, so only the filled stretches may be named.
        begins = cuts[:-1][filled]
        end = int(cuts[1:][filled][-1])
        found[filled] = operation.reduceat(values[:end], begins)
    return found

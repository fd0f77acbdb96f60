"""A pass over all rows in batches: an epoch of stochastic gradient descent (Robbins and Monro, 1951).

The rows' order is another each epoch, and follows from the seed and the epoch's number alone, so that any epoch can be
done again.
"""

from collections.abc import Iterator

import numpy as np

from gdtui.data.rows import Rows
from gdtui.learning.kernel import Kernel
from gdtui.learning.parts import Part, part_of

AT_ONCE, MOST = 256, 2**22
"""Batches whose rows are brought into their order at a time, and the numbers in these, at the most, unless they are one
batch."""
ORDERS, NUMBERS = 64, 2**16
"""Epochs whose orders are drawn at a time, at the most, and the numbers that they have in all: to set up a generator
takes as long as an epoch of a small set."""


class Batches:
    """The rows of a kernel, in batches of one size but for the last.

    Args:
        kernel: whose rows.
        size: rows a batch.
        seed: of their order.
    """

    def __init__(self, kernel: Kernel, size: int, seed: int) -> None:
        self._kernel, self._seed = kernel, seed
        self._rows = rows = len(kernel.X)
        self._group: int = size * max(1, min(AT_ONCE, MOST // (size * kernel.X.shape[1])))
        room = min(self._group, rows)
        self._X, self._targets = np.empty((room, kernel.X.shape[1])), np.empty((room, *kernel.targets.shape[1:]))
        self._are_numbers = isinstance(kernel.targets, np.ndarray) and kernel.targets.dtype == np.float64
        self._whole = self._parts(room, size)
        self._rest = self._parts(rows % self._group if rows > self._group else 0, size)
        self.count = len(self._whole) * (rows // self._group or 1) + len(self._rest)
        """How many there are."""
        self.each, self.groups = len(self._whole), -(-rows // self._group)
        """How many there are in each group but the last, and how many groups; see `in_groups`."""
        self._stretch = max(1, min(ORDERS, NUMBERS // rows))
        self._block, self._orders = -1, np.empty((0, 0), dtype=np.intp)

    def in_groups(self, epoch: int, first: int = 0) -> Iterator[list[Part]]:
        """The batches of that epoch, as many at a time as are brought into their order at once, from the group of that
        number on; each group is to be used before the next is asked for."""
        order, group = self.order(epoch), self._group
        X, targets, parts = self._X, self._targets, self._whole
        if isinstance(self._kernel.X, Rows):
            self._kernel.X.expect_any_order()
        for begin in range(first * group, self._rows, group):
            rows = order if group >= self._rows else order[begin : begin + group]
            if len(rows) < len(X):
                X, targets, parts = X[: len(rows)], targets[: len(rows)], self._rest
            self._kernel.X.take(rows, 0, X, "clip")
            if self._are_numbers:
                self._kernel.targets.take(rows, 0, targets, "clip")
            else:
                targets[:] = self._kernel.targets.take(rows, 0)
            yield parts

    def order(self, epoch: int) -> np.ndarray:
        """The numbers of the rows, in the order of that epoch."""
        block, place = divmod(epoch - 1, self._stretch)
        if block != self._block:
            generator = np.random.default_rng([self._seed, block])
            self._orders = np.empty((self._stretch, self._rows), np.int32 if NUMBERS < self._rows < 2**31 else np.intp)
            self._orders[:] = np.arange(self._rows, dtype=self._orders.dtype)
            generator.permuted(self._orders, axis=1, out=self._orders)
            self._block = block
        return self._orders[place]  # type: ignore[no-any-return]

    def _parts(self, rows: int, size: int) -> list[Part]:
        cuts = [slice(at, min(at + size, rows)) for at in range(0, rows, size)]
        return [part_of(self._X[cut], self._targets[cut], self._kernel.objective) for cut in cuts]

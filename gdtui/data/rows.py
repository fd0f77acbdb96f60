"""Rows that do not live in an array: a design matrix that is looked at block by block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtui.types import Floats

BLOCK = 2048
"""Rows in a block: with 30 features half a MiB, which a core's second-level cache holds."""
DRAWN = 2**22
"""Numbers in the rows that stand for all where all would not fit into memory (32 MiB)."""

Numbers = NDArray[np.intp]


class Rows(ABC):
    """A design matrix of shape (N, d + 1) whose first column is ones, wherever its rows live.

    It stands where NumPy's arrays do and has as much of them as is asked of a design matrix: its shape, some of its
    rows by a slice or by their numbers, and `take`. What needs all rows goes through the blocks. All of it can be used
    by several threads at once, and raises `DataError` where rows cannot be had.
    """

    ndim, dtype = 2, np.dtype(np.float64)
    moments: tuple[Floats, Floats] | None = None
    """The means of the features, shape (d,), and their covariances, shape (d, d), where these are known."""
    hashed: Any = None
    """What hashlib has made of all rows, as `Dataset.digest` begins, where that is known."""

    def __init__(self, rows: int, width: int) -> None:
        self.shape = rows, width

    @abstractmethod
    def block(self, number: int) -> Floats:
        """The rows from BLOCK · number on, as `Dataset.blocks` has them: features in rows, shape (d + 1, n), C order.
        It is not to be written to, and good until the same thread asks for another."""

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def blocks(self) -> Sequence[Floats]:
        """All blocks; each is made when it is asked for."""
        return _Blocks(self)

    def __getitem__(self, which: slice | Numbers | int) -> Floats:
        """Some rows, an array of shape (n, d + 1), or one, of shape (d + 1,)."""
        if isinstance(which, slice):
            begin, end, step = which.indices(len(self))
            return self._between(begin, end) if step == 1 else self.take(np.arange(begin, end, step))
        numbers = np.asarray(which)
        return self.take(np.flatnonzero(numbers) if numbers.dtype == bool else numbers)

    def take(self, numbers: Numbers, axis: int = 0, out: Floats | None = None, mode: str = "raise") -> Floats:
        """The rows of these numbers, in that order; as `numpy.take` with axis 0."""
        del axis, mode
        numbers = np.asarray(numbers)
        found = np.empty((*numbers.shape, self.shape[1])) if out is None else out
        flat, rows = numbers.reshape(-1) % max(1, len(self)), found.reshape(-1, self.shape[1])
        order = np.argsort(flat, kind="stable")  # so that each block is asked for once
        places = flat[order]
        cuts = np.flatnonzero(np.diff(places // BLOCK)) + 1
        for here, among in zip(np.split(order, cuts), np.split(places, cuts), strict=True):
            if len(here):
                rows[here] = self.block(int(among[0]) // BLOCK)[:, among % BLOCK].T
        return found

    def expect_any_order(self) -> None:  # noqa: B027 - to most it makes no difference
        """They are going to be taken in any order, again and again."""

    def _between(self, begin: int, end: int) -> Floats:
        found = np.empty((max(0, end - begin), self.shape[1]))
        at = begin
        while at < end:
            number, first = divmod(at, BLOCK)
            part = self.block(number)[:, first : first + end - at].T
            found[at - begin : at - begin + len(part)] = part
            at += len(part)
        return found

    @cached_property
    def drawn(self) -> tuple[Numbers, Floats]:
        """Rows that stand for all where those cannot be looked at in time: their numbers, evenly spread and always the
        same ones, ascending, and the rows themselves, shape (n, d + 1). Of few rows these are all."""
        numbers = drawn_numbers(*self.shape)
        return numbers, self.take(numbers)


def drawn_numbers(rows: int, width: int) -> Numbers:
    """Those of `Rows.drawn`."""
    return np.linspace(0, rows - 1, min(rows, max(1, DRAWN // width))).astype(np.intp)


class _Blocks(Sequence[Floats]):
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return -(-len(self._rows) // BLOCK)

    def __getitem__(self, number):  # type: ignore[no-untyped-def]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        return self._rows.block(number % len(self))


def partitioned(blocks: int, partitions: int) -> list[slice]:
    """So many blocks in so many stretches, as even as can be, but in no more than there are blocks. Their sums are made
    first, and then added in this order: wherever a stretch is evaluated, the bits are the same."""
    count = max(1, min(blocks, partitions))
    return [slice(blocks * at // count, blocks * (at + 1) // count) for at in range(count)]


class Wanted:
    """What each of k units is to give for each row, 1 or 0: an array of shape (N, k), of which rows are made when they
    are asked for."""

    def __init__(self, y: Floats, units: int) -> None:
        self._y, self._units, self.shape = y, np.arange(units)[:, None], (len(y), units)

    def __getitem__(self, rows: slice | Numbers) -> Floats:
        return np.equal(self._y[rows], self._units).astype(np.float64).T

    def take(self, rows: Numbers, axis: int = 0) -> Floats:
        return self[rows]

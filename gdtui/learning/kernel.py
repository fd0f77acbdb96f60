"""Loss and gradient over a whole data set, from one forward pass, in buffers made once.

Data that fits into a core's cache is taken whole, in the article's own order of operations. Larger data is taken
in blocks of rows: each block stays in the cache for both of its products, so that X is read from memory once an
epoch and not twice, and the blocks are shared out among the cores. Sums are taken block by block in one order,
so the number of cores changes no bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import lru_cache
from threading import get_ident

import numpy as np
from numpy import divide

from gdtui.data.dataset import Dataset
from gdtui.data.rows import BLOCK, Rows, Wanted, partitioned
from gdtui.learning.objective import Objective
from gdtui.types import Confusion, Floats

_POOL = ThreadPoolExecutor(thread_name_prefix="descent")  # has no threads before it has work


@lru_cache(maxsize=4 * (os.cpu_count() or 1))
def _buffers(thread: int, shape: tuple[int, ...]) -> list[Floats]:
    """Four that stay in the cache of a thread's core, whatever it evaluates."""
    return [*np.empty((4, *shape))]


class Kernel:
    """Evaluates one objective on one design matrix.

    Its buffers are overwritten by every call, so a kernel belongs to one thread; make another for another.

    Args:
        X: the design matrix, shape (N, d + 1), whose first column is ones.
        y: the labels, 0.0 or 1.0, shape (N,).
        objective: what to evaluate.
        shape: of the activations that are kept, where that is not the one of y.
    """

    held_out: Kernel | None = None
    """The same on the rows kept for testing, where there are any: a sum is that of as many rows as these."""

    def __init__(self, X: Floats, y: Floats, objective: Objective, shape: tuple[int, ...] | None = None) -> None:
        self.X, self.y, self.objective = X, y, objective
        self.size = X.shape[1]
        """How many weights there are."""
        self.targets = y
        """What the objective takes for the labels; its rows are those of X."""
        self._rows = float(len(y))
        self._share = np.array(self._rows)
        if not isinstance(X, Rows):
            self._logits, self._back = X.dot, X.T.dot
        self._loss_and_signal = objective.loss_and_signal
        self._is_mean, self._least = objective.is_mean, objective.threshold
        self._p, self._z, self._signal, self._scratch = np.empty((4, *(y.shape if shape is None else shape)))

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        """The loss at `weights`, shape (size,); writes its gradient into `gradient`, of the same shape."""
        # The same as in a `SummedKernel`, but each call more would take a twentieth of an epoch of a small set.
        self._logits(weights, self._z)
        loss = self._loss_and_signal(self._z, self.y, self._p, self._signal, self._scratch)
        self._back(self._signal, gradient)
        divide(gradient, self._share, gradient)
        return loss / self._rows if self._is_mean else loss

    def sums(self, weights: Floats, gradient: Floats) -> float:
        """The same before they are divided by the number of rows: sums, of which several can be added. Who asks sees to
        it that BLAS has one thread: to say so takes as long as some blocks."""
        self._logits(weights, self._z)
        loss = self._loss_and_signal(self._z, self.y, self._p, self._signal, self._scratch)
        self._back(self._signal, gradient)
        return loss

    def loss(self, weights: Floats) -> float:
        """The loss alone."""
        self._logits(weights, self._z)
        loss = self._loss_and_signal(self._z, self.y, self._p, self._signal, self._scratch)
        return loss / self._rows if self._is_mean else loss

    def again(self, data: Dataset, objective: Objective) -> Kernel:
        """The same of other data, whose rows are to live where this one's do."""
        return kernel_for(data, objective)

    def confusion(self) -> Confusion:
        """Of each pair of true and predicted class, how many rows there are at the weights of the last call of
        `loss_gradient`."""
        return self._counted(self._p, self.y)

    def _counted(self, p: Floats, y: Floats) -> Confusion:
        """The same of rows with these activations and labels."""
        predicted, actual = p >= self._least, y > 0
        called, positives, true_positive = map(int, map(np.count_nonzero, (predicted, actual, predicted & actual)))
        false_positive = called - true_positive
        return len(y) - positives - false_positive, false_positive, positives - true_positive, true_positive


class SummedKernel(Kernel):
    """One that gives its sums, and all else by those."""

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        loss = self.sums(weights, gradient)
        np.divide(gradient, self._rows, gradient)
        return loss / self._rows if self._is_mean else loss

    def loss(self, weights: Floats) -> float:
        return self.loss_gradient(weights, np.empty(self.size))


class BlockedKernel(SummedKernel):
    """The same for data beyond the cache, block by block on all cores, and for more than two classes, a unit for each:
    what is a number a row for one unit is a row for each of several, and their weights are one after the other. Where X
    is a `Rows`, nothing is kept of its rows, and predictions are counted as they pass.

    Args:
        y: the labels, 0.0 or 1.0; of several units, 0.0 to units − 1.
        blocks: X again, in the shape `Dataset.blocks` has it; shared by the kernels of one data set. None where X is
            taken whole.
        threads: how many to share the blocks out to; None for one a core.
        units: how many there are.
        partitions: how many sums are made of the blocks' before these are added; see `partitioned`. 0 for none.
    """

    def __init__(
        self, X: Floats, y: Floats, objective: Objective, blocks: Sequence[Floats], threads: int | None = None,
        units: int = 1, partitions: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(X, y, objective, (0,))
        self.size, self._units, self._shape = units * X.shape[1], units, (units, X.shape[1])[units == 1 :]
        self._is_kept, self._is_whole = not isinstance(X, Rows), not blocks
        if units > 1:
            self.targets = Wanted(y, units)[:] if self._is_kept else Wanted(y, units)  # type: ignore[assignment]
        self._blocks, self._length = (blocks, BLOCK) if blocks else ([X.T], len(y))
        self._p = np.empty((units, len(y) if self._is_kept else 0)[units == 1 :])
        if units == 1 and self._is_kept:  # predictions, which take an eighth of what activations do
            self._p, self._least = np.empty(len(y), dtype=bool), True
        self._counts = np.zeros((len(self._blocks), max(2, units) ** 2), dtype=np.int64)
        """Of each block, where they are counted as they pass."""
        self._parts = np.empty((len(self._blocks), self.size))
        self._losses = np.empty(len(self._blocks))
        self._threads = min(threads or os.cpu_count() or 1, len(self._blocks))
        self._cuts = partitioned(len(blocks), partitions) if 0 < partitions < len(blocks) else []
        self._views = [self._viewed(index) for index in range(len(self._blocks))] if self._is_kept else []

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        # The threads of BLAS and ours would fight for the cores.
        with nullcontext() if self._is_whole else single_blas():
            return super().loss_gradient(weights, gradient)

    def sums(self, weights: Floats, gradient: Floats) -> float:
        if self._is_whole:
            loss = self._evaluate(0, weights.reshape(self._shape))
            gradient[:] = self._parts[0]
            return loss
        # Whoever is free takes the next block: a thread that has to lend its core to the screen takes fewer.
        numbers = iter(range(len(self._blocks)))
        others = [_POOL.submit(self._work, weights, numbers) for _ in range(self._threads - 1)]
        self._work(weights, numbers)
        for other in others:
            other.result()
        parts, losses = self._parts, self._losses
        if self._cuts:
            parts = np.array([np.add.reduce(parts[cut], axis=0) for cut in self._cuts])
            losses = np.array([np.add.reduce(losses[cut]) for cut in self._cuts])
        np.add.reduce(parts, axis=0, out=gradient)
        return np.add.reduce(losses)  # type: ignore[no-any-return]

    def _work(self, weights: Floats, numbers: Iterator[int]) -> None:
        """Evaluate blocks until there is none left."""
        weights = weights.reshape(self._shape)
        # Warnings are a thread's own matter: the caller's settings do not reach here.
        with np.errstate(over="ignore", invalid="ignore"):
            for index in numbers:
                self._losses[index] = self._evaluate(index, weights)

    def _viewed(self, index: int) -> tuple[Floats, ...]:
        """A block, its rows, what is wanted of them, and where their gradient and, if they are kept, activations go."""
        columns, where = self._blocks[index], slice(index * self._length, (index + 1) * self._length)
        wanted = self.targets[where].T.astype(np.float64, copy=False)
        return columns, columns.T, wanted, self._parts[index].reshape(self._shape), self._p[..., where]

    def _evaluate(self, index: int, weights: Floats) -> float:
        """The loss of a block, summed over its rows; writes its gradient, also summed."""
        columns, rows, wanted, gradient, kept = self._views[index] if self._is_kept else self._viewed(index)
        z, signal, scratch, p = _buffers(get_ident(), wanted.shape)
        p = kept if self._is_kept and self._units > 1 else p
        np.dot(weights, columns, z)
        loss = self._loss_and_signal(z, wanted, p, signal, scratch)
        np.dot(signal, rows, gradient)
        if not self._is_kept:
            self._counts[index] = self._counted(p, self.y[index * BLOCK : (index + 1) * BLOCK])
        elif self._units == 1:
            np.greater_equal(p, self.objective.threshold, kept)
        return loss

    def confusion(self) -> Confusion:
        return super().confusion() if self._is_kept else tuple(self._counts.sum(axis=0).tolist())

    def _counted(self, p: Floats, y: Floats) -> Confusion:
        if self._units == 1:
            return super()._counted(p, y)
        pairs = y.astype(np.intp) * self._units + p.argmax(axis=0)
        return tuple(np.bincount(pairs, minlength=self._units**2).tolist())


def single_blas() -> AbstractContextManager[object]:
    """Within it BLAS has one thread."""
    return _blas().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _blas():  # type: ignore[no-untyped-def]
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


Kernels = Callable[[Dataset, Objective], Kernel]
"""Makes what evaluates an objective on a data set, wherever its rows are."""


def kernel_for(data: Dataset, objective: Objective) -> Kernel:
    """An evaluation of an objective on a data set, and on its test set; one for each thread that evaluates."""
    kernel = _kernel(data, objective, data.partitions)
    if data.test is not None:
        kernel.held_out = _kernel(data.test, objective.scaled(data.test_factor), data.partitions)
    return kernel


def _kernel(data: Dataset, objective: Objective, partitions: int) -> Kernel:
    if data.is_small and isinstance(data.X, Rows):
        data = replace(data, X=data.X[:], y=data.y.astype(np.float64))
    blocks = [] if data.is_small else data.blocks
    return kernel_over(data.X, data.y, objective, data.units, blocks, partitions=partitions)


def kernel_over(
    X: Floats, y: Floats, objective: Objective, units: int, blocks: Sequence[Floats], threads: int | None = None,
    partitions: int = 0,
) -> Kernel:  # fmt: skip
    """The kernel of these rows, for so many units; where there are blocks, of those."""
    if units == 1 and not blocks:
        return Kernel(X, y, objective)
    return BlockedKernel(X, y, objective, blocks, threads, units, partitions)

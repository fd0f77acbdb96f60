"""Loss and gradient over a whole data set, from one forward pass, in buffers made once.

Data that fits into a core's cache is taken whole, in the article's own order of operations. Larger data is taken
in blocks of rows: each block stays in the cache for both of its products, so that X is read from memory once an
epoch and not twice, and the blocks are shared out among the cores. Sums are taken block by block in one order,
so the number of cores changes no bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from gdtui.data.dataset import BLOCK, Dataset
from gdtui.learning.objective import Objective
from gdtui.types import Confusion, Floats

WHOLE = 2**18
"""Numbers in X up to which it is taken whole (2 MiB); of several units, multiplications, which BLAS then does on one
core: it waits for others, be they busy or not."""
SHARE = 16
"""Blocks that a thread takes at a time: about a millisecond's work."""
_POOL = ThreadPoolExecutor(thread_name_prefix="descent")  # has no threads before it has work


class Kernel:
    """Evaluates one objective on one design matrix.

    Its buffers are overwritten by every call, so a kernel belongs to one thread; make another for another.

    Args:
        X: the design matrix, shape (N, d + 1), whose first column is ones.
        y: the labels, 0.0 or 1.0, shape (N,).
        objective: what to evaluate.
        shape: of the activations, where there are more than those of one unit.
    """

    held_out: Kernel | None = None
    """The same on the rows kept for testing, where there are any: a sum is that of as many rows as these."""

    def __init__(self, X: Floats, y: Floats, objective: Objective, shape: tuple[int, ...] = ()) -> None:
        self.X, self.y, self.objective = X, y, objective
        self.size = X.shape[1]
        """How many weights there are."""
        self.targets = y
        """What the objective takes for the labels; its rows are those of X."""
        self._transposed = X.T
        self._rows = float(len(y))
        self._loss_and_signal = objective.loss_and_signal
        self._is_mean = objective.is_mean
        shape = shape or y.shape
        self._p = np.empty(shape)
        self._z, self._signal, self._scratch = np.empty((3, *shape))  # takes no memory until it is written to
        self._threshold, self._actual = objective.threshold, y > 0
        self._positives = int(np.count_nonzero(self._actual))

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        """The loss at `weights`, shape (d + 1,); writes its gradient into `gradient`, of the same shape."""
        np.dot(self.X, weights, self._z)
        loss = self._loss_and_signal(self._z, self.y, self._p, self._signal, self._scratch)
        np.dot(self._transposed, self._signal, gradient)
        np.divide(gradient, self._rows, gradient)
        return loss / self._rows if self._is_mean else loss

    def loss(self, weights: Floats) -> float:
        """The loss alone."""
        np.dot(self.X, weights, self._z)
        loss = self._loss_and_signal(self._z, self.y, self._p, self._signal, self._scratch)
        return loss / self._rows if self._is_mean else loss

    def part(self, X: Floats, targets: Floats) -> Part:
        """A kernel for the gradient alone, of rows of X with their targets; both are read anew at each call."""
        return Part(len(X), _gradient_of(X, targets, self.objective))

    def confusion(self) -> Confusion:
        """Of each pair of true and predicted class, how many rows there are at the weights of the last call of
        `loss_gradient`."""
        predicted = self._p >= self._threshold
        called = int(np.count_nonzero(predicted))
        true_positive = int(np.count_nonzero(predicted & self._actual))
        false_positive, false_negative = called - true_positive, self._positives - true_positive
        return len(self.y) - self._positives - false_positive, false_positive, false_negative, true_positive


Gradient = Callable[[Floats, Floats], None]
"""Takes weights, and writes their gradient into the second, both of a kernel's size."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows: a batch. It belongs to one thread, as a kernel does.

    Attributes:
        rows: how many.
        gradient: the mean over them.
    """

    rows: int
    gradient: Gradient


def _gradient_of(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    """That of one unit, of rows of X, shape (n, d + 1), and targets, shape (n,), which are read anew at each call."""
    z, share = np.empty(len(targets)), np.array(1.0 / len(targets))
    dot, back, signal, multiply = X.dot, X.T.dot, objective.signal(), np.multiply

    def gradient_of(weights: Floats, gradient: Floats) -> None:
        dot(weights, z)
        signal(z, targets)
        back(z, gradient)
        multiply(gradient, share, gradient)

    return gradient_of


def _gradient_of_units(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    """The same of k units, whose targets have the shape (n, k)."""
    transposed, wanted, shape = X.T, targets.T, (targets.shape[1], X.shape[1])
    z, share, signal = np.empty(wanted.shape), np.array(1.0 / len(targets)), objective.signal()

    def gradient_of(weights: Floats, gradient: Floats) -> None:
        np.dot(weights.reshape(shape), transposed, z)
        signal(z, wanted)
        np.dot(z, X, gradient.reshape(shape))
        np.multiply(gradient, share, gradient)

    return gradient_of


class BlockedKernel(Kernel):
    """The same for data beyond the cache, block by block on all cores.

    Args:
        blocks: X again, in the shape `Dataset.blocks` has it; shared by the kernels of one data set.
        threads: how many to share the blocks out to; None for one a core.
        units: how many there are; see `UnitsKernel`.
    """

    def __init__(
        self, X: Floats, y: Floats, objective: Objective, blocks: list[Floats], threads: int | None = None,
        units: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(X, y, objective, (units, len(y)) if units > 1 else ())
        self.size = units * X.shape[1]
        starts = range(0, len(blocks) * BLOCK, BLOCK)
        self._blocks = [(block, block.T, slice(at, at + BLOCK)) for at, block in zip(starts, blocks, strict=True)]
        self._parts = np.empty((len(blocks), self.size))
        self._losses = np.empty(len(blocks))
        self._threads = min(threads or os.cpu_count() or 1, len(blocks))
        self._shares = [range(at, min(at + SHARE, len(blocks))) for at in range(0, len(blocks), SHARE)]

    def loss(self, weights: Floats) -> float:
        return self.loss_gradient(weights, np.empty(self.size))

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        with _blas().limit(limits=1, user_api="blas"):  # its threads and ours would fight for the cores
            # Whoever is free takes the next share: a thread that has to lend its core to the screen takes fewer.
            shares = iter(self._shares)
            others = [_POOL.submit(self._work, weights, shares) for _ in range(self._threads - 1)]
            self._work(weights, shares)
            for other in others:
                other.result()
        np.add.reduce(self._parts, axis=0, out=gradient)
        np.divide(gradient, self._rows, gradient)
        loss = np.add.reduce(self._losses)
        return loss / self._rows if self._is_mean else loss  # type: ignore[no-any-return]

    def _work(self, weights: Floats, shares: Iterator[range]) -> None:
        """Evaluate blocks, share by share, until there is none left."""
        buffers = np.empty((3, self.size // self.X.shape[1] * BLOCK))  # so small that they stay in the cache
        # Warnings are a thread's own matter: the caller's settings do not reach here.
        with np.errstate(over="ignore", invalid="ignore"):
            for index in chain.from_iterable(shares):
                self._losses[index] = self._evaluate(*self._blocks[index], weights, buffers, self._parts[index])

    def _evaluate(
        self, columns: Floats, rows: Floats, where: slice, weights: Floats, buffers: Floats, gradient: Floats
    ) -> float:
        """The loss of a block, summed over its rows; writes its gradient, also summed."""
        z, signal, scratch = buffers[:, : len(rows)]
        np.dot(rows, weights, z)
        loss = self._loss_and_signal(z, self.y[where], self._p[where], signal, scratch)
        np.dot(columns, signal, gradient)
        return loss


class UnitsKernel(BlockedKernel):
    """The same for more than two classes: a unit for each. What is in the binary kernels a number a row is here a row
    for each class; weights are those of the units one after the other.

    Args:
        y: the labels, 0.0 to units − 1.
        blocks: as above; none where X is taken whole.
    """

    def __init__(
        self, X: Floats, y: Floats, objective: Objective, units: int, blocks: list[Floats], threads: int | None = None
    ) -> None:
        super().__init__(X, y, objective, blocks, threads, units)
        self._units, self._shape = units, (units, X.shape[1])
        self._actual = y.astype(np.intp)
        self._wanted = np.equal(y, np.arange(units)[:, None]).astype(np.float64)
        self.targets = self._wanted.T
        self._whole = np.empty((3, 0 if blocks else units * len(y)))

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        if self._blocks:
            return super().loss_gradient(weights, gradient)
        loss = self._evaluate(self._transposed, self.X, slice(None), weights, self._whole, gradient)
        np.divide(gradient, self._rows, gradient)
        return loss / self._rows if self._is_mean else loss

    def _evaluate(
        self, columns: Floats, rows: Floats, where: slice, weights: Floats, buffers: Floats, gradient: Floats
    ) -> float:
        z, signal, scratch = buffers[:, : self._units * len(rows)].reshape(3, self._units, len(rows))
        np.dot(weights.reshape(self._shape), columns, z)
        loss = self._loss_and_signal(z, self._wanted[:, where], self._p[:, where], signal, scratch)
        np.dot(signal, rows, gradient.reshape(self._shape))
        return loss

    def part(self, X: Floats, targets: Floats) -> Part:
        return Part(len(X), _gradient_of_units(X, targets, self.objective))

    def confusion(self) -> Confusion:
        pairs = self._actual * self._units + self._p.argmax(axis=0)
        return tuple(np.bincount(pairs, minlength=self._units**2).tolist())


def kernel_for(data: Dataset, objective: Objective) -> Kernel:
    """An evaluation of an objective on a data set, and on its test set; one for each thread that evaluates."""
    kernel = _kernel(data, objective)
    if data.test is not None:
        kernel.held_out = _kernel(data.test, objective.scaled(len(data) / max(1, len(data.test))))
    return kernel


def _kernel(data: Dataset, objective: Objective) -> Kernel:
    is_small = data.units * data.X.size <= WHOLE
    if data.units > 1:
        return UnitsKernel(data.X, data.y, objective, data.units, [] if is_small else data.blocks)
    if is_small:
        return Kernel(data.X, data.y, objective)
    return BlockedKernel(data.X, data.y, objective, data.blocks)


@lru_cache(maxsize=1)
def _blas():  # type: ignore[no-untyped-def]
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()

"""A kernel whose rows are with workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdtui.cluster.placed import Placed
from gdtui.data.dataset import Dataset
from gdtui.data.rows import Wanted
from gdtui.learning.kernel import Kernel, SummedKernel, single_blas
from gdtui.learning.objective import Objective
from gdtui.types import Confusion, Floats

if TYPE_CHECKING:
    from gdtui.cluster.workers import Workers


class ClusterKernel(SummedKernel):
    """Weights go out, and sums come back, which are added in the order of their stretches. Batches are evaluated in
    this process, and so is everything while there is no worker: the bits are the same.

    Args:
        data: the rows.
        objective: as it is to be evaluated of them.
        placed: where they are.
        workers: who holds them.
    """

    def __init__(self, data: Dataset, objective: Objective, placed: Placed, workers: Workers) -> None:
        super().__init__(data.X, data.y, objective, (0,))
        self.size = data.units * data.X.shape[1]
        if data.units > 1:
            self.targets = Wanted(data.y, data.units)  # type: ignore[assignment]
        self._placed, self._workers = placed, workers
        self._at = np.empty(0)
        self._confusion: list[int] | None = None

    def again(self, data: Dataset, objective: Objective) -> Kernel:
        return self._workers.kernel(data, objective)

    def sums(self, weights: Floats, gradient: Floats) -> float:
        self._at, self._confusion = weights.copy(), None
        found = np.empty((len(self._placed.where), 1 + self.size))
        answers = self._workers.ask(self._placed, "sums", self._at)
        if answers is None:
            self._evaluate_here(found)
        for numbers, answer in answers or ():
            found[numbers] = answer
        np.add.reduce(np.ascontiguousarray(found[:, 1:]), axis=0, out=gradient)
        return np.add.reduce(np.ascontiguousarray(found[:, 0]))  # type: ignore[no-any-return]

    def confusion(self) -> Confusion:
        if self._confusion is None:
            answers = self._workers.ask(self._placed, "confusion", self._at)
            if answers is not None:
                return tuple(np.sum([answer for _, answer in answers], axis=0).tolist())
            self._evaluate_here(np.empty((len(self._placed.where), 1 + self.size)))
        assert self._confusion is not None
        return tuple(self._confusion)

    def _evaluate_here(self, found: Floats) -> None:
        """Stretch by stretch, of which none is kept: there may be more than fits into this process."""
        counts = []
        for number, row in enumerate(found):
            kernel = self._placed.task.kernel(*self._placed.rows(number))
            with single_blas():
                row[0] = kernel.sums(self._at, row[1:])
            counts.append(kernel.confusion())
        self._confusion = np.sum(counts, axis=0).tolist()

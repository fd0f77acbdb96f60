"""What a worker does: it holds some rows, and evaluates them by the same code as any other process."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakMethod

import numpy as np
from numpy.typing import NDArray

from gdtui import __version__
from gdtui.cluster.line import listen
from gdtui.data.dataset import blocks_of
from gdtui.learning.kernel import Kernel, kernel_over, single_blas
from gdtui.learning.objective import objective_named
from gdtui.types import Floats

PIECE = 2**22
"""Numbers that memory is taken for at a time (32 MiB): stretches by themselves are too small for large pages."""
QUESTIONS = frozenset({"sums", "confusion"})
"""The methods of a `Holder` that take a `Question`."""
_alone = Lock()
"""BLAS has as many threads for all of a process."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is evaluated of some rows.

    Attributes:
        loss: the objective's name.
        classes: how many there are.
        factor: see `Objective.scaled`.
        is_whole: whether these are all rows there are, and so few that they are in no blocks.
    """

    loss: str
    classes: int
    factor: float
    is_whole: bool

    def kernel(self, X: Floats, y: Floats, memory: Callable[[int], Floats] = np.empty) -> Kernel:
        """What evaluates these rows in one thread; see `blocks_of`."""
        objective = objective_named(self.loss, self.classes)
        if self.factor != 1:
            objective = objective.scaled(self.factor)
        units = 1 if self.classes == 2 else self.classes
        blocks = [] if self.is_whole else blocks_of(X, memory)
        y = y.astype(np.float64, copy=False)
        # Of an empty view of X, all of it would be kept.
        return kernel_over(X if self.is_whole else X[:0].copy(), y, objective, units, blocks, threads=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker is asked about stretches that it holds. It goes over the wire as one object: Dask looks at each
    number of a list by itself, which takes longer than all else.

    Attributes:
        key: of the data set and the task.
        numbers: of the stretches.
        weights: shape (size,).
    """

    key: str
    numbers: tuple[int, ...]
    weights: Floats


def versions() -> dict[str, str]:
    """Of what has to be the same wherever rows are evaluated."""
    return {"gdtui": __version__, "Python": ".".join(platform.python_version_tuple()[:2]), "NumPy": np.__version__}


class Holder:
    """A Dask actor, one a worker. Rows of one data set and task have a key, and are in stretches with numbers."""

    def __init__(self) -> None:
        self._kernels: dict[str, dict[int, Kernel]] = {}
        self._seen: dict[str, bytes] = {}
        """At which weights each key was evaluated last: what confusions are counted of."""
        self._left = np.empty(0)
        """Memory that no rows are in yet."""

    def versions(self) -> dict[str, str]:
        return versions()

    def listen(self, address: str) -> tuple[int, bytes]:
        """Answer questions by a line, too; see `line.listen`. It ends with this object."""
        return listen(address, WeakMethod(self._answer))

    def _answer(self, function: str, arguments: Sequence[Any]) -> Any:
        try:
            return getattr(self, function)(*arguments)
        except Exception as error:  # whoever asked is told
            return error

    def hold(self, key: str, number: int, task: Task, X: Floats, y: Floats) -> None:
        """Have these rows, shape (n, d + 1), with their labels, shape (n,)."""
        self._kernels.setdefault(key, {})[number] = task.kernel(X, y, self._memory)
        self._seen.pop(key, None)

    def _memory(self, size: int) -> Floats:
        """Room for so many numbers. A piece goes when none of what is in it is needed any more."""
        if len(self._left) < size:
            self._left = np.empty(max(size, PIECE))
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def drop(self, key: str, numbers: Sequence[int] | None = None) -> None:
        """Have these stretches no longer, or nothing of that key."""
        if numbers is None:
            self._kernels.pop(key, None)
        for number in numbers or ():
            self._kernels.get(key, {}).pop(number, None)
        self._seen.pop(key, None)

    def sums(self, asked: Question) -> Floats:
        """Of each stretch the loss and the gradient, summed over its rows, shape (n, 1 + size). Raises KeyError where
        one of them is not here."""
        kernels, weights = self._kernels_of(asked), asked.weights
        found = np.empty((len(kernels), 1 + len(weights)))
        with _alone, single_blas(), np.errstate(over="ignore", invalid="ignore"):
            for row, kernel in zip(found, kernels, strict=True):
                row[0] = kernel.sums(weights, row[1:])
        self._seen[asked.key] = weights.tobytes()
        return found

    def confusion(self, asked: Question) -> NDArray[np.int64]:
        """Of all these stretches, how many rows there are of each pair of true and predicted class. Raises as
        `sums`."""
        if self._seen.get(asked.key) != asked.weights.tobytes():
            self.sums(asked)
        return np.sum([kernel.confusion() for kernel in self._kernels_of(asked)], axis=0)  # type: ignore[no-any-return]

    def _kernels_of(self, asked: Question) -> list[Kernel]:
        return [self._kernels[asked.key][number] for number in asked.numbers]

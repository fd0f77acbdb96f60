"""The gradient of some rows: a batch; and what units are to give for rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdtui.learning.objective import Objective
from gdtui.types import Floats

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


def gradient_of(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    """That of one unit, of rows of X, shape (n, d + 1), and targets, shape (n,), which are read anew at each call."""
    z, share = np.empty(len(targets)), np.array(1.0 / len(targets))
    dot, back, signal, multiply = X.dot, X.T.dot, objective.signal(), np.multiply

    def gradient_at(weights: Floats, gradient: Floats) -> None:
        dot(weights, z)
        signal(z, targets)
        back(z, gradient)
        multiply(gradient, share, gradient)

    return gradient_at


def gradient_of_units(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    """The same of k units, whose targets have the shape (n, k)."""
    transposed, wanted, shape = X.T, targets.T, (targets.shape[1], X.shape[1])
    z, share, signal = np.empty(wanted.shape), np.array(1.0 / len(targets)), objective.signal()

    def gradient_at(weights: Floats, gradient: Floats) -> None:
        np.dot(weights.reshape(shape), transposed, z)
        signal(z, wanted)
        np.dot(z, X, gradient.reshape(shape))
        np.multiply(gradient, share, gradient)

    return gradient_at


class Wanted:
    """What each of k units is to give for each row, 1 or 0: an array of shape (N, k), of which rows are made when they
    are asked for."""

    def __init__(self, y: Floats, units: int) -> None:
        self._y, self._units, self.shape = y, np.arange(units)[:, None], (len(y), units)

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> Floats:
        return np.equal(self._y[rows], self._units).astype(np.float64).T

    def take(self, rows: NDArray[np.intp], axis: int = 0) -> Floats:
        return self[rows]

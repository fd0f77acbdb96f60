"""The gradient of some rows: a batch; and what units are to give for rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import multiply, subtract
from numpy.typing import NDArray

from gdtui.learning.objective import Objective, residual
from gdtui.types import Floats

Gradient = Callable[[Floats, Floats], None]
"""Takes weights, and writes their gradient into the second, both of a kernel's size."""


class Part:
    """Some rows: a batch. It belongs to one thread, as a kernel does.

    Args:
        rows: how many.
        total: writes the sum of their gradients.
    """

    def __init__(self, rows: int, total: Gradient) -> None:
        self.rows, self.total, self.share = rows, total, 1.0 / rows
        self._share = np.array(self.share)

    def gradient(self, weights: Floats, gradient: Floats) -> None:
        """Write the mean of their gradients."""
        self.total(weights, gradient)
        multiply(gradient, self._share, gradient)


def gradient_of(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    """The sum for one unit, of rows of X, shape (n, d + 1), and targets, shape (n,), which are read anew at each
    call."""
    z, dot, back, signal = np.empty(len(targets)), X.dot, X.T.dot, objective.signal()

    def gradient_at(weights: Floats, gradient: Floats) -> None:
        dot(weights, z)
        signal(z, targets)
        back(z, gradient)

    if objective.signal is not residual:
        return gradient_at
    from scipy.special import expit

    def gradient_of_residual(weights: Floats, gradient: Floats) -> None:  # the same, and a call less
        dot(weights, z)
        subtract(expit(z, z), targets, z)
        back(z, gradient)

    return gradient_of_residual


def gradient_of_units(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    """The same of k units, whose targets have the shape (n, k)."""
    transposed, wanted, shape = X.T, targets.T, (targets.shape[1], X.shape[1])
    z, signal = np.empty(wanted.shape), objective.signal()

    def gradient_at(weights: Floats, gradient: Floats) -> None:
        np.dot(weights.reshape(shape), transposed, z)
        signal(z, wanted)
        np.dot(z, X, gradient.reshape(shape))

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

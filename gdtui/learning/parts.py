"""The gradient of some rows: a batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import multiply, subtract

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


def part_of(X: Floats, targets: Floats, objective: Objective) -> Part:
    """Rows of X, shape (n, d + 1), with their targets: shape (n,) for one unit, (n, k) for k of them. Both are read
    anew at each call."""
    gradient = _gradient_of if targets.ndim == 1 else _gradient_of_units
    return Part(len(X), gradient(X, targets, objective))


def _gradient_of(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    z, dot, back, signal = np.empty(len(targets)), X.dot, X.T.dot, objective.signal

    def gradient_at(weights: Floats, gradient: Floats) -> None:
        dot(weights, z)
        signal(z, targets)
        back(z, gradient)

    if signal is not residual:
        return gradient_at
    from scipy.special import expit

    def gradient_of_residual(weights: Floats, gradient: Floats) -> None:  # the same, and a call less
        dot(weights, z)
        subtract(expit(z, z), targets, z)
        back(z, gradient)

    return gradient_of_residual


def _gradient_of_units(X: Floats, targets: Floats, objective: Objective) -> Gradient:
    transposed, wanted, shape = X.T, targets.T, (targets.shape[1], X.shape[1])
    z, signal = np.empty(wanted.shape), objective.signal

    def gradient_at(weights: Floats, gradient: Floats) -> None:
        np.dot(weights.reshape(shape), transposed, z)
        signal(z, wanted)
        np.dot(z, X, gradient.reshape(shape))

    return gradient_at

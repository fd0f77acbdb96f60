"""Loss and gradient over a whole data set, from one forward pass, in buffers made once."""

from __future__ import annotations

import numpy as np

from gdtui.learning.objective import THRESHOLD, Floats, Objective, sigmoid


class Kernel:
    """Evaluates one objective on one design matrix.

    Its buffers are overwritten by every call, so a kernel belongs to one thread; make another for another.

    Args:
        X: the design matrix, shape (N, d + 1), whose first column is ones.
        y: the labels, 0.0 or 1.0, shape (N,).
        objective: what to evaluate.
    """

    def __init__(self, X: Floats, y: Floats, objective: Objective) -> None:
        self.X, self.y, self.objective = X, y, objective
        self._transposed = X.T
        self._rows = float(len(y))
        self._loss_and_signal = objective.loss_and_signal
        self._is_mean = objective.is_mean
        self._z, self._p, self._signal, self._scratch = np.empty((4, len(y)))

    def loss_gradient(self, weights: Floats, gradient: Floats) -> float:
        """The loss at `weights`, shape (d + 1,); writes its gradient into `gradient`, of the same shape."""
        np.dot(self.X, weights, self._z)
        loss = self._loss_and_signal(self._z, self.y, self._p, self._signal, self._scratch)
        np.dot(self._transposed, self._signal, gradient)
        np.divide(gradient, self._rows, gradient)
        return loss / self._rows if self._is_mean else loss

    def confusion(self) -> tuple[int, int, int, int]:
        """True negatives, false positives, false negatives and true positives at the weights of the last
        call of `loss_gradient`."""
        return confusion(self._p, self.y)

    def activations(self, weights: Floats, rows: np.ndarray | slice = slice(None)) -> Floats:
        """sigmoid(X·W) for some rows, shape (n,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return sigmoid(self.X[rows] @ weights)


def confusion(p: Floats, y: Floats) -> tuple[int, int, int, int]:
    """Counts of (true negative, false positive, false negative, true positive) for activations `p`."""
    predicted = p >= THRESHOLD
    actual = y >= THRESHOLD
    positives = int(np.count_nonzero(actual))
    true_positive = int(np.count_nonzero(predicted & actual))
    false_positive = int(np.count_nonzero(predicted)) - true_positive
    false_negative = positives - true_positive
    return len(y) - positives - false_positive, false_positive, false_negative, true_positive

"""The largest learning rates at which descent is stable: for sure wherever it is, and here and now.

A step of gradient descent along a valley whose curvature is λ multiplies the distance from its floor by 1 − α·λ: beyond
α = 2/λ it grows. The curvature of the mean cross-entropy is H = Xᵀ·diag(p(1 − p))·X / N, plus the L2 penalty's; since
p(1 − p) ≤ 1/4, that of Xᵀ·X / 4N is never less. With k classes, the rows of the softmax contribute (diag(p) − p·pᵀ) ⊗
x·xᵀ, at most ½ of x·xᵀ. Momentum β widens the limit by 1 + β (heavy ball), or by (1 + β) / (1 + 2β) (Nesterov).

Sources: Nesterov, *Introductory Lectures on Convex Optimization*, 2004, section 1.2.3; Polyak, "Some methods of
speeding up the convergence of iteration methods", 1964; Böhning, "Multinomial logistic regression algorithm", 1992 (the
bounds ¼ and ½); Lessard, Recht and Packard, "Analysis and design of optimization algorithms via integral quadratic
constraints", 2016 (Nesterov's method); Lanczos by ARPACK: Lehoucq, Sorensen and Yang, *ARPACK Users' Guide*, 1998.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.learning.softmax import softmax
from gdtui.learning.weights import logits
from gdtui.settings import Recipe
from gdtui.types import Floats

ROWS = 2**14
"""Rows that are multiplied at once: products with all would not fit."""
DENSE = 24
"""Weights up to which the curvature is written down as a matrix."""
TOLERANCE = 1e-9
"""Of the largest eigenvalue, as a share."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest stable learning rates, before the schedule.

    Attributes:
        sure: that below which descent is stable wherever it is; None where that is not known.
        here: that below which it is stable at these weights; infinite where nothing curves there.
        why_not: why there are none, in words; empty where there are.
        rows: of how many rows they are.
    """

    sure: float | None = None
    here: float | None = None
    why_not: str = ""
    rows: int = 0


def limits(data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> Limits:
    """Those of a descent with that loss by that recipe, at weights of shape (size,).

    With ``article`` they are those of the cross-entropy, whose gradient it follows."""
    if why_not := unknown(loss, recipe, len(data)):
        return Limits(why_not=why_not)
    curved = [curvature(data, recipe.l2, at) for at in (None, weights)]
    with np.errstate(divide="ignore"):
        sure, here = np.divide(widening(recipe), curved).tolist()
    return Limits(sure, None if math.isnan(here) else here, rows=len(data))


def unknown(loss: str, recipe: Recipe, rows: int) -> str:
    """Why no limits are known for such a descent, in words; empty where they are."""
    if loss == "hinge":
        return "the hinge has corners, and no curvature to tell a limit from"
    if loss == "squared-error":
        return "the squared error is not convex, and no limit holds everywhere"
    if recipe.optimizer in ("rmsprop", "adam"):
        return f"{recipe.optimizer} scales each weight's step by itself"
    if recipe.batch_size is not None and recipe.batch_size < rows:
        return "steps by batches follow another gradient each"
    return ""


def widening(recipe: Recipe) -> float:
    """α·λ up to which steps by this recipe are stable: 2 in plain descent."""
    beta = recipe.momentum
    if recipe.optimizer == "momentum":
        return 2 * (1 + beta)
    return 2 * (1 + beta) / (1 + 2 * beta) if recipe.optimizer == "nesterov" else 2.0


def curvature(data: Dataset, l2: float = 0.0, weights: Floats | None = None) -> float:
    """The largest eigenvalue of the mean cross-entropy's Hessian at weights of shape (size,), or, where there are none,
    of the matrix that no Hessian exceeds; with the L2 penalty's share. NaN where weights are not finite."""
    if weights is not None and not np.isfinite(weights).all():
        return math.nan
    width, units = data.X.shape[1], data.units
    size, penalty = width * units, np.full(width * units, l2)
    penalty[::width] = 0.0
    times = _bound(data.X, units) if weights is None else _hessian(data.X, units, weights)

    def product(vectors: Floats) -> Floats:
        columns = vectors.reshape(size, -1)
        found = times(columns.T.reshape(-1, units, width)).reshape(-1, size).T / len(data)
        return (found + penalty[:, None] * columns).reshape(vectors.shape)

    if size <= DENSE:
        whole = product(np.eye(size))
        return float(np.linalg.eigvalsh((whole + whole.T) / 2)[-1])
    from scipy.sparse.linalg import LinearOperator, eigsh

    operator = LinearOperator((size, size), product, matmat=product, dtype=np.float64)
    begin = np.random.default_rng(0).normal(size=size)
    return float(eigsh(operator, 1, which="LA", v0=begin, tol=TOLERANCE, return_eigenvectors=False)[0])


Times = Callable[[Floats], Floats]
"""The product of a matrix, N times too large, with m vectors, shape (m, units, width), of that shape."""


def _bound(X: Floats, units: int) -> Times:
    share = 0.25 if units == 1 else 0.5

    def times(vectors: Floats) -> Floats:
        flat, found = vectors.reshape(-1, X.shape[1]), np.zeros((len(vectors) * units, X.shape[1]))
        for rows in _blocks(X):
            found += (rows @ flat.T).T @ rows
        return share * found.reshape(vectors.shape)

    return times


def _hessian(X: Floats, units: int, weights: Floats) -> Times:
    z = logits(X, weights)
    with np.errstate(over="ignore"):
        p = 1 / (1 + np.exp(-z)) if units == 1 else softmax(z.copy())
    spread = p * (1 - p) if units == 1 else p

    def times(vectors: Floats) -> Floats:
        found = np.zeros_like(vectors)
        for begin, rows in zip(range(0, len(X), ROWS), _blocks(X), strict=True):
            along = vectors @ rows.T  # (m, units, n)
            here = spread[..., begin : begin + len(rows)]
            if units > 1:
                along = along - (here * along).sum(axis=1, keepdims=True)
            found += (here * along) @ rows
        return found

    return times


def _blocks(X: Floats) -> list[Floats]:
    return [X[begin : begin + ROWS] for begin in range(0, len(X), ROWS)]

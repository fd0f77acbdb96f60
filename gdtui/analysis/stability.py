"""The largest learning rates at which descent is stable: for sure wherever it is, and here and now.

A step of gradient descent along a valley whose curvature is λ multiplies the distance from its floor by 1 − α·λ: beyond
α = 2/λ it grows. The curvature of the mean cross-entropy is H = Xᵀ·diag(p(1 − p))·X / N, plus the L2 penalty's; since
p(1 − p) ≤ 1/4, that of Xᵀ·X / 4N is never less. With k classes, the rows of the softmax contribute (diag(p) − p·pᵀ) ⊗
x·xᵀ, at most ½ of x·xᵀ. Momentum β widens the limit by 1 + β (heavy ball), or by (1 + β) / (1 + 2β) (Nesterov).

Plain descent with an alpha below the limit of all weights descends from wherever it begins. With momentum it is stable
near any minimum; there are functions on which a heavy ball goes round for ever all the same (Lessard et al.).

Sources: Nesterov, *Introductory Lectures on Convex Optimization*, 2004, section 1.2.3; Polyak, "Some methods of
speeding up the convergence of iteration methods", 1964; Böhning, "Multinomial logistic regression algorithm", 1992 (the
bounds ¼ and ½); Lessard, Recht and Packard, "Analysis and design of optimization algorithms via integral quadratic
constraints", 2016 (Nesterov's method); Lanczos by ARPACK: Lehoucq, Sorensen and Yang, *ARPACK Users' Guide*, 1998.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.learning.softmax import softmax
from gdtui.learning.weights import ALONE, logits
from gdtui.settings import Recipe
from gdtui.types import Floats

LEAST = 64
"""Rows that are multiplied at once, at the least."""
DENSE = 64
"""Weights up to which the curvature is written down as a matrix."""
TOLERANCE = 1e-7
"""Of the largest eigenvalue, as a share."""
_BOUNDS: WeakKeyDictionary[Dataset, dict[float, float]] = WeakKeyDictionary()
"""The largest curvature there can be with each L2 penalty, which no weights change."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest stable learning rates, before the schedule.

    Attributes:
        sure: that below which descent is stable wherever it is; None where that is not known.
        here: that below which it is stable at these weights; infinite where nothing curves there.
        why_not: why there are none, in words; empty where there are.
        rows: of how many rows that at these weights is.
    """

    sure: float | None = None
    here: float | None = None
    why_not: str = ""
    rows: int = 0


def limits(data: Dataset, loss: str, recipe: Recipe, weights: Floats, some: Dataset | None = None) -> Limits:
    """Those of a descent with that loss by that recipe, at weights of shape (size,).

    With ``article`` they are those of the cross-entropy, whose gradient it follows.

    Args:
        some: rows of the data that stand for all at these weights, where all would take too long; else those that are
            drawn, which are all where they are in memory. That wherever it is is of all rows, and computed once.
    """
    if why_not := unknown(loss, recipe, len(data)):
        return Limits(why_not=why_not)
    some = data.drawn if some is None else some
    curved = [curvature(data, recipe.l2), curvature(some, recipe.l2, weights, recipe.l1)]
    if not math.isfinite(curved[0]):
        return Limits(why_not="the features are too large for their squares to be added up")
    with np.errstate(divide="ignore"):
        sure, here = np.divide(widening(recipe), curved).tolist()
    return Limits(sure, None if math.isnan(here) else here, rows=len(some))


def unknown(loss: str, recipe: Recipe, rows: int) -> str:
    """Why no limits are known for such a descent, in words; empty where they are."""
    if not rows:
        return "there are no rows"
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


def curvature(data: Dataset, l2: float = 0.0, weights: Floats | None = None, l1: float = 0.0) -> float:
    """The largest eigenvalue of the mean cross-entropy's Hessian at weights of shape (size,), or, where there are none,
    of the matrix that no Hessian exceeds; with the L2 penalty's share, and, with an L1 penalty, without the weights
    that it holds at 0. NaN where weights or activations are not finite."""
    if weights is None:
        of_data = _BOUNDS.setdefault(data, {})
        if l2 not in of_data:  # the matrix has a part for each unit, all alike
            share = 0.25 if data.units == 1 else 0.5
            moments = getattr(data.X, "moments", None)
            if moments is not None:
                of_data[l2] = _largest_of(share, moments[0], moments[1], l2)
            else:
                spread = np.broadcast_to(share, (1, len(data)))
                of_data[l2] = _largest(data.X, spread, l2, np.ones(data.X.shape[1]))
        return of_data[l2]
    data = data.drawn
    if not np.isfinite(weights).all():
        return math.nan
    is_free = np.ones(len(weights))
    if l1:
        is_free = np.where(weights != 0, 1.0, 0.0)
        is_free[:: data.X.shape[1]] = 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        z = logits(data.X, weights)
        p = 1 / (1 + np.exp(-z)) if data.units == 1 else softmax(z)
    if not np.isfinite(p).all():
        return math.nan
    return _largest(data.X, (p * (1 - p))[None] if data.units == 1 else p, l2, is_free)


def _largest_of(share: float, means: Floats, covariances: Floats, l2: float) -> float:
    """The largest eigenvalue of that share of Xᵀ·X / N, whose features have these means and covariances, with the
    penalty's share; NaN where its numbers are not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        middle = np.append(1.0, means)
        whole = np.outer(middle, middle)
        whole[1:, 1:] += covariances
        whole *= share
        np.fill_diagonal(whole[1:, 1:], whole.diagonal()[1:] + l2)
        return float(np.linalg.eigvalsh(whole)[-1]) if np.isfinite(whole).all() else math.nan


def _largest(X: Floats, spread: Floats, l2: float, is_free: Floats) -> float:
    """The largest eigenvalue of Xᵀ·S·X / N with the penalty's share; NaN where its numbers are not finite.

    Args:
        spread: shape (units, N): the diagonal of S, or, of several units, the softmax that it is made of.
        is_free: of each weight 1, or 0 where it is left out, shape (size,).
    """
    (units, rows), width = spread.shape, X.shape[1]
    size, penalty = units * width, l2 * is_free
    penalty[::width] = 0.0

    def product(vectors: Floats) -> Floats:
        columns = (is_free * vectors.reshape(size, -1).T).reshape(-1, units, width)
        found = np.zeros_like(columns)
        # Whatever is larger BLAS shares out among cores, and then waits for one that trains.
        step = max(LEAST, ALONE // columns.size)
        for begin in range(0, rows, step):
            block, here = X[begin : begin + step], spread[:, begin : begin + step]
            along = (columns.reshape(-1, width) @ block.T).reshape(-1, units, len(block))
            if units > 1:
                along -= (here * along).sum(axis=1, keepdims=True)
            along *= here
            found += (along.reshape(-1, len(block)) @ block).reshape(found.shape)
        flat = found.reshape(-1, size) * is_free / rows + penalty * columns.reshape(-1, size)
        return np.asarray(flat.T.reshape(vectors.shape))

    with np.errstate(over="ignore", invalid="ignore"):
        if size <= DENSE:
            whole = product(np.eye(size))
            whole = whole / 2 + whole.T / 2
            return float(np.linalg.eigvalsh(whole)[-1]) if np.isfinite(whole).all() else math.nan
        from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

        operator = LinearOperator((size, size), product, matmat=product, dtype=np.float64)
        begin = np.random.default_rng(0).normal(size=size)
        try:
            return float(eigsh(operator, 1, which="LA", v0=begin, tol=TOLERANCE, return_eigenvectors=False)[0])
        except ArpackError:
            return math.nan

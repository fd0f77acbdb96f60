"""How near a state is to the optimum: what is left to gain, estimated from the gradient and the curvature there."""

from __future__ import annotations

import math

import numpy as np

from gdtui.learning.softmax import softmax
from gdtui.learning.weights import logits
from gdtui.types import Floats

PRODUCTS = 2**20
"""Multiplications that the curvature may take; more than that is not cheap."""


def left_to_gain(X: Floats, y: Floats, weights: Floats, l2: float = 0.0) -> float:
    """Which share of the mean cross-entropy a step to the floor of the valley would take off: half of gᵀ·H⁻¹·g, the
    Newton decrement (Boyd and Vandenberghe, *Convex Optimization*, 2004, section 9.5.1), where g is the gradient and H
    the curvature. The nearer the optimum, the more exact it is. NaN where it is not cheap to know.

    Args:
        X: shape (N, d + 1).
        y: labels, shape (N,).
        weights: shape (size,).
    """
    width, size = X.shape[1], len(weights)
    if not len(X) or len(X) * size * size > PRODUCTS or not np.isfinite(weights).all():
        return math.nan
    loss, gradient, curvature = _bowl(X, y, weights, size // width)
    penalty = np.full(size, l2)
    penalty[::width] = 0.0
    gradient += penalty * weights
    loss += float(0.5 * (penalty * weights) @ weights)
    curvature.flat[:: size + 1] += penalty + 1e-12 * np.trace(curvature) / size  # a softmax has a flat direction
    try:
        gain = 0.5 * float(gradient @ np.linalg.solve(curvature, gradient))
    except np.linalg.LinAlgError:
        return math.nan
    return gain / loss if loss > 0 and gain >= 0 else math.nan


def _bowl(X: Floats, y: Floats, weights: Floats, units: int) -> tuple[float, Floats, Floats]:
    """The mean cross-entropy, its gradient, and its curvature."""
    z = logits(X, weights)
    with np.errstate(over="ignore"):
        if units == 1:
            p = 1 / (1 + np.exp(-z))
            loss = float(np.logaddexp(0.0, (1 - 2 * y) * z).mean())
            return loss, X.T @ (p - y) / len(X), (X.T * (p * (1 - p))) @ X / len(X)
        p = softmax(z.copy())
    wanted = np.equal(y, np.arange(units)[:, None])
    loss = float(-np.log(np.maximum(p[wanted.nonzero()[0], wanted.nonzero()[1]], 1e-300)).mean())
    gradient = ((p - wanted) @ X / len(X)).ravel()
    blocks = [[(X.T * (p[i] * ((i == j) - p[j]))) @ X / len(X) for j in range(units)] for i in range(units)]
    return loss, gradient, np.block(blocks)

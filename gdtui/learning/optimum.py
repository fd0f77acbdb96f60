"""Where a descent is going: its next epochs at today's recipe, and the optimum, where there is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import Kernel
from gdtui.learning.landscape import Heights, finite
from gdtui.learning.objective import objective_named
from gdtui.settings import Recipe
from gdtui.types import Floats

SECONDS, EPOCHS = 0.1, 20_000
"""What the next epochs may take, and how many they are at the most."""
TRIES = 2_000
"""Evaluations after which an optimum is not looked for any longer."""
STILL = 1e-6
"""The largest entry of the gradient at an optimum."""


def continuation(kernel: Kernel, state: State, recipe: Recipe, epochs: int, seconds: float = SECONDS) -> Floats:
    """The weights, shape (n, size), of the next epochs, so many or as many as there is time for, from those of the
    state on."""
    wanted = state.done + min(epochs, EPOCHS)
    batch = Descent(kernel, state, recipe, wanted).advance(EPOCHS, seconds)
    return finite(np.concatenate([state.weights[None], batch.weights]))


class Optimum:
    """The least of what a descent follows.

    Attributes:
        weights: where it is, shape (size,); None where there is none, or it was not found.
        is_parted: whether there is none since the classes can be parted: the larger the weights, the less the loss.
    """

    def __init__(self, weights: Floats | None = None, is_parted: bool = False) -> None:
        self.weights, self.is_parted = weights, is_parted


def optimum(data: Dataset, loss: str, recipe: Recipe, start: Floats, most_rows: int) -> Optimum:
    """The optimum of what a descent with that loss follows, on so many rows at the most: for ``article`` that is the
    cross-entropy, whose gradient it takes. A hinge has corners and often no single optimum: none is looked for."""
    from scipy.optimize import minimize

    if loss == "hinge" or not np.isfinite(start).all():
        return Optimum()
    objective = objective_named("cross-entropy" if loss == "article" else loss, len(data.class_names))
    # The second penalty has no gradient at 0: each weight is written as the difference of two that are not negative,
    # whose sum it costs.
    heights = Heights(data, objective, replace(recipe, l1=0.0), most_rows)
    kernel, size = heights.kernel, len(start)
    costs = np.full(size, recipe.l1)
    costs[:: kernel.X.shape[1]] = 0.0
    gradient = np.empty(size)

    def whole(both: Floats) -> tuple[float, Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            value = heights.loss_gradient(both[:size] - both[size:], gradient)
        return value + float(costs @ (both[:size] + both[size:])), np.concatenate([gradient + costs, costs - gradient])

    def plain(weights: Floats) -> tuple[float, Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            return heights.loss_gradient(weights, gradient), gradient.copy()

    options = {"maxiter": TRIES, "maxfun": TRIES, "gtol": STILL / 1e4, "ftol": 0.0, "maxcor": 20}
    if recipe.l1:
        both = np.concatenate([np.maximum(start, 0.0), np.maximum(-start, 0.0)])
        found = minimize(whole, both, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * (2 * size), options=options)
        weights, slope = found.x[:size] - found.x[size:], _projected(found.x, whole(found.x)[1])
    else:
        found = minimize(plain, start, jac=True, method="L-BFGS-B", options=options)
        weights, slope = found.x, plain(found.x)[1]
    is_found = bool(np.isfinite(weights).all()) and float(np.abs(slope).max()) <= STILL
    if not (recipe.l1 or recipe.l2):
        if _parts(kernel, weights):
            return Optimum(is_parted=True)
        is_found &= heights.loss(1.1 * weights) >= heights.loss(weights)  # else it is on its way to infinity
    return Optimum(weights if is_found else None)


def _projected(x: Floats, gradient: Floats) -> Floats:
    """The part of a gradient that does not lead out of x ≥ 0."""
    return np.where(x > 0, gradient, np.minimum(gradient, 0.0))


def _parts(kernel: Kernel, weights: Floats) -> bool:
    """Whether all rows are on their own side of these weights' boundary."""
    with np.errstate(over="ignore", invalid="ignore"):
        kernel.loss_gradient(weights, np.empty(len(weights)))
    confusion = np.array(kernel.confusion())
    classes = round(len(confusion) ** 0.5)
    return bool(confusion.reshape(classes, classes).trace() == len(kernel.y))

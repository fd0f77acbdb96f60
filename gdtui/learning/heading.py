"""Where a descent goes: its next step, its next epochs by today's recipe, and the optimum, where there is one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import Kernel
from gdtui.learning.landscape import LARGEST, Heights
from gdtui.learning.objective import objective_named
from gdtui.settings import Recipe
from gdtui.types import Floats

SECONDS, EPOCHS = 0.1, 20_000
"""What the next epochs may take, and how many they are at the most."""
PATIENCE = 0.4
"""Seconds of the thread's time after which an optimum is not looked for any longer."""
STILL = 1e-6
"""The largest entry of the gradient at an optimum."""
WITH_VELOCITY = ("momentum", "nesterov", "adam")
"""Optimisers with momentum: their first slot is a sum of the gradients before, to which the step is proportional."""


class Step(NamedTuple):
    """A step, shape (size,), and, where the optimiser has momentum, the part of it that comes from the current
    gradient: the rest is momentum."""

    whole: Floats
    gradient: Floats | None


def next_step(kernel: Kernel, state: State, recipe: Recipe) -> Step:
    """That which a descent takes from a state; with batches all of an epoch."""
    whole = _stepped(kernel, state, recipe)
    is_batched = recipe.batch_size is not None and recipe.batch_size < len(kernel.X)
    if recipe.optimizer not in WITH_VELOCITY or not len(state.memory) or is_batched:
        return Step(whole, None)
    memory = state.memory.copy()
    memory[1 : 1 + kernel.size] = 0.0
    return Step(whole, _stepped(kernel, replace(state, memory=memory), recipe))


def _stepped(kernel: Kernel, state: State, recipe: Recipe) -> Floats:
    descent = Descent(kernel, state, recipe, state.done + 1)
    descent.advance(1)
    return descent.weights - state.weights


def continuation(
    kernel: Kernel, state: State, recipe: Recipe, epochs: int, then: Recipe | None = None, seconds: float = SECONDS
) -> Floats:
    """The weights before each of the next epochs, so many, or as many as take so long of the thread's time, and after
    the last: shape (n, size), up to the first that are too large to be drawn.

    Args:
        then: the recipe of the first of these steps, where that is another.
    """
    descent = Descent(kernel, state, then or recipe, state.done + min(epochs, EPOCHS))
    first = descent.advance(1)
    descent.follow(recipe)
    others = descent.advance(EPOCHS, seconds, time.thread_time, _let_others)
    path = np.concatenate([first.weights, others.weights, descent.weights[None]])
    with np.errstate(invalid="ignore"):
        is_place = (np.abs(path) < LARGEST).all(axis=1)
    return path if is_place.all() else path[: int(is_place.argmin())]


def _let_others() -> bool:
    """Let other threads run for a moment."""
    time.sleep(0)
    return False


@dataclass(frozen=True)
class Optimum:
    """The minimum of the function whose gradient a descent follows.

    Attributes:
        weights: where it is, shape (size,); None where there is none, or it was not found.
        is_parted: whether there is none since the classes are linearly separable: the larger the weights, the smaller
            the loss.
    """

    weights: Floats | None = None
    is_parted: bool = False


def optimum(data: Dataset, loss: str, recipe: Recipe, start: Floats, rest: float = 0.0) -> Optimum:
    """The minimum of the function whose gradient a descent with that loss follows, searched from some weights on: for
    ``article`` that is the cross-entropy. A hinge has corners, and often no single minimum: none is searched.

    Args:
        rest: for how many times as long as each look took the thread rests after it.
    """
    import scipy.optimize  # noqa: F401 - takes a while, which is not to count

    if loss == "hinge":
        return Optimum()
    objective = objective_named("cross-entropy" if loss == "article" else loss, len(data.class_names))
    heights = Heights(data, objective, replace(recipe, l1=0.0))
    weights, slope = _least(heights, recipe.l1, start, rest)
    is_found = bool(np.isfinite(weights).all()) and float(np.abs(slope).max()) <= STILL
    if not (recipe.l1 or recipe.l2):
        if _parts(heights.kernel, weights):
            return Optimum(is_parted=True)
        is_found &= heights.loss(1.1 * weights) >= heights.loss(weights)  # else it goes to infinity
    return Optimum(weights if is_found else None)


def _least(heights: Heights, l1: float, start: Floats, rest: float) -> tuple[Floats, Floats]:
    """The weights of the smallest loss, with that L1 penalty, and the gradient there; both of shape (m,)."""
    size, gradient = len(start), np.empty(len(start))
    last, deadline = [start], time.thread_time() + PATIENCE

    def plain(weights: Floats) -> tuple[float, Floats]:
        began = time.thread_time()
        if began > deadline:
            raise TimeoutError
        last[0] = weights.copy()
        with np.errstate(over="ignore", invalid="ignore"):
            loss = heights.loss_gradient(weights, gradient)
        time.sleep(rest * (time.thread_time() - began))
        return loss, gradient.copy()

    try:
        if not l1:
            weights = _minimum(plain, start)
            return weights, plain(weights)[1]
        # The penalty has no gradient at 0: each weight is written as the difference of two that are not negative, whose
        # sum is what it costs.
        costs = np.full(size, l1)
        costs[:: heights.kernel.X.shape[1]] = 0.0

        def both(parts: Floats) -> tuple[float, Floats]:
            value, slope = plain(parts[:size] - parts[size:])
            return value + float(costs @ (parts[:size] + parts[size:])), np.append(costs + slope, costs - slope)

        parts = _minimum(both, np.append(np.maximum(start, 0.0), np.maximum(-start, 0.0)), (0.0, None))
        slope = both(parts)[1]
        return parts[:size] - parts[size:], np.where(parts > 0, slope, np.minimum(slope, 0.0))
    except TimeoutError:
        return last[0], np.array([np.inf])


def _minimum(
    function: Callable[[Floats], tuple[float, Floats]], start: Floats, bounds: tuple[float, None] | None = None
) -> Floats:
    from scipy.optimize import minimize

    options = {"maxiter": 10_000, "maxfun": 10_000, "gtol": STILL / 1e4, "ftol": 0.0, "maxcor": 20}
    limits = None if bounds is None else [bounds] * len(start)
    return np.asarray(minimize(function, start, jac=True, method="L-BFGS-B", bounds=limits, options=options).x)


def _parts(kernel: Kernel, weights: Floats) -> bool:
    """Whether these weights classify all rows correctly."""
    with np.errstate(over="ignore", invalid="ignore"):
        kernel.loss_gradient(weights, np.empty(len(weights)))
    confusion = np.array(kernel.confusion())
    classes = round(len(confusion) ** 0.5)
    return bool(confusion.reshape(classes, classes).trace() == len(kernel.y))

"""The minimum of the function whose gradient a descent follows, where it has one.

Sources: Nocedal and Wright, *Numerical Optimization*, 2006, section 7.2 (L-BFGS); Bennett and Mangasarian, "Robust
linear programming discrimination of two linearly inseparable sets", 1992 (the hinge as a linear programme); Cortes and
Vapnik, "Support-vector networks", 1995 (the hinge with the L2 penalty).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gdtui.analysis.landscape import Heights
from gdtui.data.dataset import Dataset
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import objective_named
from gdtui.settings import Recipe
from gdtui.types import Floats

PATIENCE = 0.4
"""Seconds of the thread's time after which an optimum is not looked for any longer."""
STILL = 1e-6
"""The largest entry of the gradient at an optimum, with features of one scale; and how much the loss of a hinge may be
larger than the least, as a share."""
MOST_STEPS = 200_000
"""Steps of the solver for a hinge with the L2 penalty, at the most: it looks at no clock."""


@dataclass(frozen=True)
class Optimum:
    """The minimum of the function whose gradient a descent follows.

    Attributes:
        weights: where it is, shape (size,); None where there is none, or it was not found. The loss of a hinge may have
            many minima: one of them.
        is_parted: whether there is none since the classes are linearly separable: the larger the weights, the smaller
            the loss.
        is_sought: whether one was looked for.
    """

    weights: Floats | None = None
    is_parted: bool = False
    is_sought: bool = True


def optimum(data: Dataset, loss: str, recipe: Recipe, start: Floats, rest: float = 0.0) -> Optimum:
    """The minimum of the function whose gradient a descent with that loss follows, searched from some weights on: for
    ``article`` that is the cross-entropy. With a hinge and both penalties none is searched.

    Args:
        rest: for how many times as long as each look took the thread rests after it.
    """
    import scipy.optimize  # noqa: F401 - takes a while, which is not to count

    with np.errstate(all="ignore"):  # where numbers are beyond all bounds nothing is found
        return _optimum(data, loss, recipe, start, rest)


def _optimum(data: Dataset, loss: str, recipe: Recipe, start: Floats, rest: float) -> Optimum:
    if loss == "hinge":
        is_sought = not (recipe.l1 and recipe.l2)
        return Optimum(_least_hinge(data, recipe) if is_sought else None, is_sought=is_sought)
    objective = objective_named("cross-entropy" if loss == "article" else loss, len(data.class_names))
    heights = Heights(data, objective, replace(recipe, l1=0.0))
    weights, slope = _least(heights, recipe.l1, start, rest)
    is_found = bool(np.isfinite(weights).all()) and float(np.abs(slope).max()) <= STILL
    if not (recipe.l1 or recipe.l2):
        if _parts(heights.kernel, weights):
            return Optimum(is_parted=True)
        is_found &= heights.loss(1.1 * weights) >= heights.loss(weights)  # else it goes to infinity
    return Optimum(weights if is_found else None)


@dataclass(frozen=True)
class _Scales:
    """Weights of features that have the mean 0 and the standard deviation 1, in place of those of the features as they
    are. With these, the loss is a valley as narrow as the scales differ."""

    means: Floats
    deviations: Floats

    @classmethod
    def of(cls, X: Floats) -> _Scales:
        deviations = X.std(axis=0)
        deviations[~(deviations > 0) | ~np.isfinite(deviations)] = 1.0
        means = np.where(np.isfinite(means := X.mean(axis=0)), means, 0.0)
        means[0] = 0.0
        return cls(means, deviations)

    def scaled(self, weights: Floats) -> Floats:
        rows = weights.reshape(-1, len(self.means)).copy()
        rows[:, 0] += rows @ self.means
        return np.asarray((rows * self.deviations).ravel())

    def plain(self, scaled: Floats) -> Floats:
        rows = scaled.reshape(-1, len(self.means)) / self.deviations
        rows[:, 0] -= rows @ self.means
        return np.asarray(rows.ravel())

    def slope(self, gradient: Floats) -> Floats:
        """The gradient by the scaled weights, of that by the weights themselves."""
        rows = gradient.reshape(-1, len(self.means))
        return np.asarray(((rows - rows[:, :1] * self.means) / self.deviations).ravel())


def _least(heights: Heights, l1: float, start: Floats, rest: float) -> tuple[Floats, Floats]:
    """The weights of the smallest loss, with that L1 penalty, and the gradient there by the scaled weights; both of
    shape (size,)."""
    size, gradient = len(start), np.empty(len(start))
    scales = _Scales.of(heights.kernel.X)
    last, deadline = [start], time.thread_time() + PATIENCE

    def smooth(scaled: Floats) -> tuple[float, Floats]:
        began = time.thread_time()
        if began > deadline:
            raise TimeoutError
        last[0] = scales.plain(scaled)
        loss = heights.loss_gradient(last[0], gradient)
        time.sleep(rest * (time.thread_time() - began))
        return loss, scales.slope(gradient)

    try:
        if not l1:
            scaled = _minimum(smooth, scales.scaled(start))
            return scales.plain(scaled), smooth(scaled)[1]
        # The penalty has no gradient at 0: each weight is written as the difference of two that are not negative, whose
        # sum is what it costs.
        costs = np.resize(l1 / scales.deviations, size)
        costs[:: len(scales.means)] = 0.0

        def both(parts: Floats) -> tuple[float, Floats]:
            value, slope = smooth(parts[:size] - parts[size:])
            return value + float(costs @ (parts[:size] + parts[size:])), np.append(costs + slope, costs - slope)

        begin = scales.scaled(start)
        parts = _minimum(both, np.append(np.maximum(begin, 0.0), np.maximum(-begin, 0.0)), (0.0, None))
        slope = both(parts)[1]
        return scales.plain(parts[:size] - parts[size:]), np.where(parts > 0, slope, np.minimum(slope, 0.0))
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
    kernel.loss_gradient(weights, np.empty(len(weights)))
    confusion = np.array(kernel.confusion())
    classes = round(len(confusion) ** 0.5)
    return bool(confusion.reshape(classes, classes).trace() == len(kernel.y))


def _least_hinge(data: Dataset, recipe: Recipe) -> Floats | None:
    """The weights of the smallest hinge, of each unit by itself, shape (size,); None where they are not found."""
    number = len(data.class_names)
    kinds = [data.y == 1] if number == 2 else [data.y == kind for kind in range(number)]
    if not np.isfinite(data.X).all() or any(is_one.all() or not is_one.any() for is_one in kinds):
        return None
    solve = _machine if recipe.l2 else _programme
    found = [solve(data.X, np.where(is_one, 1.0, -1.0), recipe, PATIENCE / len(kinds)) for is_one in kinds]
    return None if any(each is None for each in found) else np.concatenate(found)  # type: ignore[arg-type]


def _programme(X: Floats, signs: Floats, recipe: Recipe, seconds: float) -> Floats | None:
    """Of one unit, by a linear programme in both parts of each weight, and what each row lacks to a margin of 1."""
    from scipy.optimize import linprog
    from scipy.sparse import eye, hstack

    rows, width = X.shape
    cost = np.full(width, recipe.l1)
    cost[0] = 0.0
    signed = signs[:, None] * X
    enough = hstack([signed, -signed, eye(rows)], format="csc")
    costs = np.concatenate([cost, cost, np.full(rows, 1 / rows)])
    found = linprog(costs, -enough, np.full(rows, -1.0), method="highs", options={"time_limit": seconds})
    return found.x[:width] - found.x[width : 2 * width] if found.status == 0 else None


def _machine(X: Floats, signs: Floats, recipe: Recipe, _: float) -> Floats | None:
    """Of one unit with the L2 penalty: the linear support vector machine, if its duality gap says that it is."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import SVC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine = SVC(kernel="linear", C=1 / (len(X) * recipe.l2), tol=STILL, max_iter=MOST_STEPS)
        try:
            machine.fit(X[:, 1:], signs)
        except ValueError:  # where numbers are beyond all bounds
            return None
    weights = np.append(machine.intercept_, machine.coef_)
    square = float(weights[1:] @ weights[1:])
    least = recipe.l2 * (float(np.abs(machine.dual_coef_).sum()) - square / 2)
    loss = recipe.l2 * square / 2 + float(np.maximum(1 - signs * (X @ weights), 0).mean())
    return weights if loss - least <= STILL * max(1.0, loss) else None

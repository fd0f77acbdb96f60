"""The gradient by differences, held against the one by formula: an approximation, and slow.

The article takes (L(W + h) − L(W)) / h for each weight, which needs a loss more than there are weights; the central
difference (L(W + h) − L(W − h)) / 2h takes two for each, and is far nearer. Where h is large the loss bends between the
two (truncation: the error grows as h, and as h² in the central one); where it is small the two losses are the same
number but for their last digits (rounding: it grows as ε/h). Both together are least near h = √ε and h = ∛ε, where
losses, weights and curvature are near 1.

Sources: Press, Teukolsky, Vetterling and Flannery, *Numerical Recipes*, third edition, 2007, section 5.7; Nocedal and
Wright, *Numerical Optimization*, 2006, section 8.1.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np

from gdtui.data.dataset import Dataset, some_rows
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import objective_named
from gdtui.learning.penalty import Penalty, loss_gradient_of
from gdtui.learning.weights import logits
from gdtui.settings import Recipe
from gdtui.types import Floats

EPSILON = float(np.finfo(np.float64).eps)
FORWARD, CENTRAL = EPSILON ** (1 / 2), EPSILON ** (1 / 3)
"""The h that is best by theory."""
AGREES = 1e-5
"""The relative error of the central difference, at the best h, below which it agrees with the formula."""
SLACK = 8
"""By how many of its last bits a loss may be wrong."""
MOST, NUMBERS = 24, 2**18
"""While h is swept: weights, and multiplications a loss, at the most."""
LONG, LONGER = 0.02, 0.2
"""Seconds below which something is timed again, and below which it is where that has been done only twice: the first
call may have to wait for memory, or for another program."""

Loss = Callable[[Floats], float]


class Function(NamedTuple):
    """A function of the weights, shape (size,), with its gradient by formula."""

    title: str
    loss: Loss
    gradient: Callable[[Floats], Floats]


def functions(data: Dataset, loss: str, recipe: Recipe) -> list[Function]:
    """What is printed, where that is another, and, last, the function whose gradient a descent follows, with the L2
    penalty. The L1 penalty is left out: it has no gradient at 0, and its part of a step is taken without one."""
    if loss != "article":
        return [_function(data, loss, recipe)]
    return [_printed(data), _function(data, "cross-entropy", recipe)]


def _function(data: Dataset, loss: str, recipe: Recipe) -> Function:
    objective = objective_named(loss, len(data.class_names))
    kernel, smooth = kernel_for(data, objective), replace(recipe, l1=0.0)
    penalty, loss_gradient = Penalty(smooth, kernel), loss_gradient_of(kernel, smooth)

    def gradient_of(weights: Floats) -> Floats:
        gradient = np.empty(kernel.size)
        loss_gradient(weights, gradient)
        return gradient

    title = f"{objective.title} + {recipe.l2:g}/2 · Σ w²" if recipe.l2 else objective.title
    return Function(title, lambda weights: float(kernel.loss(weights) + penalty.loss(weights)), gradient_of)


def _printed(data: Dataset) -> Function:
    """The sum that the article prints, which is N times the mean squared error."""
    kernel = kernel_for(data, objective_named("article", len(data.class_names)))
    mean = _function(data, "squared-error", Recipe())
    return Function("Σ (p − y)²", lambda at: float(kernel.loss(at)), lambda at: len(data) * mean.gradient(at))


def forward(loss: Loss, weights: Floats, h: float, which: Iterable[int] | None = None) -> Floats:
    """(L(W + h) − L(W)) / h for each of these weights, or for all.

    What is divided by is the difference of the two weights as they are stored, which is not h to the last bit."""
    before = loss(weights)
    return _differences(weights, which, lambda at, by: (loss(_moved(weights, at, by)) - before, by), h)


def central(loss: Loss, weights: Floats, h: float, which: Iterable[int] | None = None) -> Floats:
    """(L(W + h) − L(W − h)) / 2h for each of these weights, or for all."""

    def of(at: int, by: float) -> tuple[float, float]:
        return loss(_moved(weights, at, by)) - loss(_moved(weights, at, -by)), 2 * by

    return _differences(weights, which, of, h)


def _differences(
    weights: Floats, which: Iterable[int] | None, of: Callable[[int, float], tuple[float, float]], h: float
) -> Floats:
    numbers = range(len(weights)) if which is None else which
    steps = (weights + h) - weights
    with np.errstate(all="ignore"):
        pairs = np.array([of(number, float(steps[number])) for number in numbers])
        return np.asarray(pairs[:, 0] / pairs[:, 1])


def _moved(weights: Floats, number: int, by: float) -> Floats:
    moved = weights.copy()
    moved[number] += by
    return moved


def error(numeric: Floats, analytic: Floats) -> float:
    """The length of the difference over the length of the analytic one; 0 where both are 0."""
    with np.errstate(all="ignore"):
        off, length = float(np.linalg.norm(numeric - analytic)), float(np.linalg.norm(analytic))
        return 0.0 if off == 0 else float(np.divide(off, length))


def errors(numeric: Floats, analytic: Floats) -> Floats:
    """The same of each weight alone, over the larger of the two."""
    with np.errstate(all="ignore"):
        off, size = np.abs(numeric - analytic), np.maximum(np.abs(numeric), np.abs(analytic))
        return np.divide(off, size, out=np.zeros_like(off), where=off != 0)


class Compared(NamedTuple):
    """The gradients of a function at some weights, each of shape (size,).

    Attributes:
        seconds: that the analytic one, the forward and the central differences took.
        loss: there.
    """

    weights: Floats
    analytic: Floats
    forward: Floats
    central: Floats
    seconds: tuple[float, float, float]
    loss: float

    @property
    def evaluations(self) -> tuple[int, int, int]:
        """How often each looks at all rows."""
        return 1, len(self.analytic) + 1, 2 * len(self.analytic)


def compared(function: Function, weights: Floats, clock: Callable[[], float] = time.perf_counter) -> Compared:
    """All three, the differences with the h that is best by theory."""
    with np.errstate(all="ignore"):
        found = [
            _timed(call, clock)
            for call in (
                lambda: function.gradient(weights),
                lambda: forward(function.loss, weights, FORWARD),
                lambda: central(function.loss, weights, CENTRAL),
            )
        ]
        (analytic, one), (ahead, two), (both, three) = found
        return Compared(weights, analytic, ahead, both, (one, two, three), function.loss(weights))


def _timed(call: Callable[[], Floats], clock: Callable[[], float]) -> tuple[Floats, float]:
    """What comes of it, and how long it takes: the least of several times, where it is short."""
    least, begun = np.inf, clock()
    for done in count(1):
        before = clock()
        found = call()
        now = clock()
        least = min(least, now - before)
        if now - begun >= (LONG if done > 2 else LONGER) or now <= before:
            break
    return found, least


def largest(found: Compared, most: int) -> list[int]:
    """The numbers of the weights, ascending; of many so many of those whose differences are furthest off."""
    off = np.nan_to_num(
        np.maximum(errors(found.forward, found.analytic), errors(found.central, found.analytic)), nan=9.0
    )
    return sorted(np.argsort(-off, kind="stable")[:most].tolist())


class Point(NamedTuple):
    """The relative errors of both differences at a step of size h."""

    h: float
    forward: float
    central: float


def swept(function: Function, weights: Floats, sizes: Iterable[float]) -> Iterator[Point]:
    """The errors for each of these h, over the weights of `some_of`."""
    which = some_of(len(weights))
    with np.errstate(all="ignore"):
        analytic = function.gradient(weights)[which]
    for h in sizes:
        with np.errstate(all="ignore"):
            numeric = (differ(function.loss, weights, h, which) for differ in (forward, central))
            yield Point(h, *(error(found, analytic) for found in numeric))


def some_of(size: int) -> list[int]:
    """The numbers of the weights that h is swept for: of many some, evenly spread."""
    return np.unique(np.linspace(0, size - 1, min(size, MOST)).astype(int)).tolist()  # type: ignore[no-any-return]


def sample_of(data: Dataset) -> Dataset:
    """The rows that h is swept for: of many some, evenly spread and always the same."""
    return some_rows(data, max(1, NUMBERS // (data.units * data.X.shape[1])))


def agrees(found: Compared, points: Iterable[Point]) -> bool:
    """Whether the central difference comes to the same as the formula, for any h, or is as near as losses in floating
    point tell."""
    if not (np.isfinite(found.analytic).all() and np.isfinite(found.loss)):
        return False
    tells = SLACK * EPSILON * abs(found.loss) / CENTRAL
    is_near = bool((np.abs(found.central - found.analytic) <= tells).all())
    return is_near or min((point.central for point in points), default=np.inf) <= AGREES


def apart_told(data: Dataset, printed: Floats, followed: Floats) -> list[str]:
    """How far the article's two gradients are apart, in lines."""
    with np.errstate(all="ignore"):
        lengths = [np.linalg.norm(one) for one in (printed, followed)]
        cosine = printed @ followed / lengths[0] / lengths[1]
        degrees, ratio = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), lengths[0] / lengths[1]
    if not np.isfinite([degrees, ratio]).all():  # one of them is 0, or beyond all numbers
        return ["Steps follow the mean cross-entropy, not the squared error that is printed."]
    times = f"{ratio:,.0f} ×" if 100 <= ratio < 1e6 else f"{ratio:.3g} ×"
    return [
        "Steps follow the mean cross-entropy, not the squared error that is printed:",
        f"the gradient of that, a sum over {len(data):,} rows, is {times} as long, {degrees:.1f}° off.",
    ]


def time_told(seconds: float) -> str:
    """In three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


BEST_TOLD = f"best h by theory: √ε = {FORWARD:.1e} and ∛ε = {CENTRAL:.1e} (Numerical Recipes, 5.7)"


def swept_told(data: Dataset) -> str:
    """Of what the errors over h are."""
    size = data.units * data.X.shape[1]
    weights, rows = len(some_of(size)), len(sample_of(data))
    of = [f"{weights} of {size} weights"] * (weights < size) + [f"{rows:,} of {len(data):,} rows"] * (rows < len(data))
    return f"relative error for each h, of {' and '.join(of)}" if of else "relative error for each h"


def caveats(data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> list[str]:
    """What else is to be known of that gradient, in lines."""
    found = []
    if recipe.l1:
        found.append("l1 is left out: |w| has no gradient at 0; each step shrinks weights by itself")
    if loss == "hinge" and (rows := at_corners(data, weights, CENTRAL)):
        found.append(
            f"at a corner of the hinge there is no gradient: {rows:,} of the rows {'is' if rows == 1 else 'are'} at one"
        )
    if recipe.batch_size is not None and recipe.batch_size < len(data):
        found.append(f"of all rows; each step follows the gradient of a batch of {recipe.batch_size}")
    return found


def at_corners(data: Dataset, weights: Floats, h: float) -> int:
    """How many rows have a corner of the hinge within a step of h along any weight: there a difference is none of a
    gradient. Of rows that are not in memory those are counted that are drawn."""
    data = data.drawn
    wanted = data.y if data.units == 1 else np.equal(data.y, np.arange(data.units)[:, None])
    with np.errstate(over="ignore", invalid="ignore"):
        away = np.abs(1.0 - (2.0 * wanted - 1.0) * logits(data.X, weights))
    near = away <= h * np.abs(data.X).max(axis=1)
    return int(np.count_nonzero(near if data.units == 1 else near.any(axis=0)))

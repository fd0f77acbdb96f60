"""A step taken apart: all that comes between the weights before and those after, computed as training computes it, so
that the weights after are the same to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gdtui.learning.batches import Batches
from gdtui.learning.descent import State
from gdtui.learning.kernel import Kernel
from gdtui.learning.optimizer import optimizer_of, share_slots
from gdtui.learning.parts import Gradient
from gdtui.learning.penalty import Penalty, loss_gradient_of
from gdtui.learning.schedule import alpha_at
from gdtui.learning.steps import NOTHING
from gdtui.learning.weights import logits
from gdtui.settings import Recipe
from gdtui.types import Floats

SHOWN = 8
"""Rows that are shown one by one, at the most."""
LOOKED_THROUGH = 2**20
"""Rows of a step among which these are looked for, at the most."""


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Some of the rows of a step.

    Attributes:
        numbers: which, counted from 0, shape (m,).
        X: shape (m, d + 1).
        z, p, y, errors: logits, activations, targets, and what the gradient is made of, each of shape (units, m).
    """

    numbers: NDArray[np.intp]
    X: Floats
    z: Floats
    p: Floats
    y: Floats
    errors: Floats


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an epoch; vectors have shape (size,).

    Attributes:
        epoch: counted from 1.
        number: of the step in it, from 1.
        count: how many there are in it: the batches.
        rows: how many it is along the gradient of.
        taken: how many steps the optimiser had taken before.
        alpha: what the schedule makes of it.
        loss: of all rows at the epoch's beginning, with the penalties.
        weights: before it.
        slope: the gradient of the loss.
        gradient: the same with the pull of the L2 penalty.
        before, after: what the optimiser remembered, and remembers now, shape (slots, size).
        moved: the weights after it.
        result: the same after the shrinking of the L1 penalty.
    """

    recipe: Recipe
    epoch: int
    number: int
    count: int
    rows: int
    taken: int
    alpha: float
    loss: float
    weights: Floats
    slope: Floats
    gradient: Floats
    before: Floats
    after: Floats
    moved: Floats
    result: Floats
    some: ShownRows


def steps_of(kernel: Kernel, state: State, recipe: Recipe) -> Iterator[Step]:
    """The steps of the epoch that begins with a state, as `gdtui.learning.steps.Steps` takes them.

    Raises:
        ValueError: the recipe names an optimiser or a schedule that there is none of.
    """
    size, epoch, alpha = kernel.size, state.done + 1, alpha_at(recipe, state.done + 1)
    optimizer, penalty = optimizer_of(recipe, size), Penalty(recipe, kernel)
    memory = state.memory if share_slots(state.optimizer, recipe.optimizer) else NOTHING
    taken = int(memory[0]) if len(memory) else 0
    before = memory[1:].reshape(-1, size) if len(memory) else np.zeros((optimizer.slots, size))
    at, slope = state.weights, np.empty(size)
    with np.errstate(all="ignore"):
        loss = float(loss_gradient_of(kernel, recipe)(at, np.empty(size)))
        for number, (rows, size_of, gradient_of, count) in enumerate(_parts(kernel, recipe, epoch), 1):
            gradient_of(at, slope)
            optimizer.gradient[:] = slope
            if recipe.l2 or recipe.l1:
                penalty.pull(at, optimizer.gradient)
            gradient, after, moved = optimizer.gradient.copy(), np.zeros_like(before), np.empty(size)
            optimizer.step(at, np.array(-alpha), moved, optimizer.views(before), optimizer.views(after), taken)
            result = moved.copy()
            if recipe.l1:
                penalty.shrink(result, alpha)
            some = _some_of(kernel, rows, at)
            yield Step(
                recipe, epoch, number, count, size_of, taken, alpha, loss,
                at, slope.copy(), gradient, before, after, moved, result, some,
            )  # fmt: skip
            at, before, taken = result, after, taken + 1


def _parts(kernel: Kernel, recipe: Recipe, epoch: int) -> Iterator[tuple[NDArray[np.intp], int, Gradient, int]]:
    """Of each step its rows, or of very many some, how many rows it has, their gradient, and how many steps there
    are."""
    every, size = len(kernel.X), recipe.batch_size
    if size is None or size >= every:
        some = np.arange(0, every, 1 + every // LOOKED_THROUGH)
        yield some, every, lambda at, gradient: _ignored(kernel.loss_gradient(at, gradient)), 1
        return
    batches = Batches(kernel, size, recipe.seed)
    order = batches.order(epoch).copy()
    for number, part in enumerate(chain.from_iterable(batches.in_groups(epoch))):
        rows = order[number * size : (number + 1) * size]
        yield rows, len(rows), part.gradient, batches.count


def _ignored(loss: float) -> None:
    """The gradient alone was wanted."""


def _some_of(kernel: Kernel, rows: NDArray[np.intp], weights: Floats) -> ShownRows:
    """Of these rows some of each class, by turns: those in the middle first."""
    labels, places = kernel.y[rows], []
    for one in np.flatnonzero(np.bincount(labels.astype(np.intp))):
        of_class = np.flatnonzero(labels == one)
        shares = (np.arange(SHOWN) * 0.618 + 0.5) % 1  # anywhere, but not in the same place twice
        places.append(list(dict.fromkeys((shares * len(of_class)).astype(int).tolist())))
        places[-1] = of_class[places[-1]].tolist()
    turns = [place for turn in range(SHOWN) for each in places for place in each[turn : turn + 1]][:SHOWN]
    numbers = rows[turns]
    X, targets = kernel.X[numbers], kernel.targets[numbers]
    z = np.atleast_2d(logits(X, weights))
    y = np.ascontiguousarray(np.atleast_2d(targets.T), dtype=np.float64)
    p, errors, scratch = np.empty((3, *z.shape))
    # Of one unit everything has a dimension less.
    whole = (lambda array: array) if len(z) > 1 else (lambda array: array[0])
    kernel.objective.loss_and_signal(*map(whole, (z.copy(), y, p, errors, scratch)))
    return ShownRows(numbers, X, z, p, y, errors)

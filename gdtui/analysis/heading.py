"""Where a descent goes: its next step, and its next epochs by today's recipe."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from gdtui.analysis.landscape import LARGEST
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import Kernel
from gdtui.settings import Recipe
from gdtui.types import Floats

SECONDS, EPOCHS = 0.1, 20_000
"""What the next epochs may take, and how many they are at the most."""
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

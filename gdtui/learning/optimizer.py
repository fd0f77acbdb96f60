"""What a step makes of the gradient: five optimisers, one small class each.

In their rules g is the gradient, W are the weights, α is the learning rate after its schedule, β is `Recipe.momentum`
and β₂ `Recipe.beta2`. What an optimiser remembers are its slots: as many rows of the weights' size, zero at first.

Sources: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; Nesterov, "A method for
solving the convex programming problem with convergence rate O(1/k²)", 1983, in the form of Sutskever et al., "On the
importance of initialization and momentum in deep learning", 2013; Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012;
Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
"""

from math import sqrt as sqrt_of
from typing import Any

import numpy as np
from numpy import add, divide, multiply, sqrt  # a name less to look up in each step

from gdtui.learning.parts import Part
from gdtui.settings import Recipe
from gdtui.types import Floats

Slots = Any
"""What an optimiser makes of its slots, see `Optimizer.views`."""


class Optimizer:
    """Plain gradient descent, as the article does it.

    W ← W − α·g

    Args:
        recipe: its constants.
        size: how many weights there are.
    """

    slots, has_squares = 0, False
    """How many there are, and whether the last of them has means of squares, which are never negative."""

    def __init__(self, recipe: Recipe, size: int) -> None:
        self.gradient = np.empty(size)
        """Where the gradient is to be put before a step."""
        self._step = np.empty(size)

    def views(self, slots: Floats) -> Slots:
        """What `step` takes for slots, shape (slots, size): views, which are made once."""
        return list(slots)

    def step(self, at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int) -> None:
        """Take a step along `gradient`.

        Args:
            at: the weights, shape (size,).
            rate: −α, of shape ().
            to: where the weights after the step are put; it may be `at`.
            before: the slots before the step, as `views` has them.
            after: where those after the step are put; they may be the same.
            taken: how many steps were taken before.
        """
        multiply(self.gradient, rate, self._step)
        add(at, self._step, to)

    def walk(
        self, parts: list[Part], at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int
    ) -> None:
        """Take a step for each of these parts, one after the other; see `step`."""
        for number, part in enumerate(parts, taken):
            part.gradient(at, self.gradient)
            self.step(at, rate, to, before, after, number)
            at, before = to, after


class Momentum(Optimizer):
    """Polyak's heavy ball: the steps' velocity decays, and the gradient pushes it.

    v ← β·v + g;  W ← W − α·v
    """

    slots = 1

    def __init__(self, recipe: Recipe, size: int) -> None:
        super().__init__(recipe, size)
        self._kept = np.array(recipe.momentum)

    def step(self, at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int) -> None:
        velocity = after[0]
        multiply(before[0], self._kept, velocity)
        add(velocity, self.gradient, velocity)
        multiply(velocity, rate, self._step)
        add(at, self._step, to)


class Nesterov(Momentum):
    """Nesterov's momentum: the step looks ahead along the velocity.

    v ← β·v + g;  W ← W − α·(β·v + g)
    """

    def step(self, at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int) -> None:
        velocity, step = after[0], self._step
        multiply(before[0], self._kept, velocity)
        add(velocity, self.gradient, velocity)
        multiply(velocity, self._kept, step)
        add(step, self.gradient, step)
        multiply(step, rate, step)
        add(at, step, to)


class RMSProp(Optimizer):
    """Each weight's gradient is divided by the root of its mean square over the last steps.

    s ← β₂·s + (1 − β₂)·g²;  W ← W − α·g / (√s + ε)
    """

    slots, has_squares = 1, True

    def __init__(self, recipe: Recipe, size: int) -> None:
        super().__init__(recipe, size)
        beta2 = 0.9 if recipe.beta2 is None else recipe.beta2
        self._kept, self._new, self._epsilon = np.array(beta2), np.array(1 - beta2), np.array(recipe.epsilon)

    def step(self, at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int) -> None:
        squares, step = after[0], self._step
        multiply(self.gradient, self.gradient, step)
        multiply(step, self._new, step)
        multiply(before[0], self._kept, squares)
        add(squares, step, squares)
        sqrt(squares, step)
        add(step, self._epsilon, step)
        divide(self.gradient, step, step)
        multiply(step, rate, step)
        add(at, step, to)


class Adam(Optimizer):
    """Momentum and mean squares, both corrected for having begun at zero: m̂ and ŝ.

    m ← β·m + (1 − β)·g;  s ← β₂·s + (1 − β₂)·g²;  W ← W − α·m̂ / (√ŝ + ε)
    """

    slots, has_squares = 2, True

    def __init__(self, recipe: Recipe, size: int) -> None:
        super().__init__(recipe, size)
        self._betas = recipe.momentum, 0.999 if recipe.beta2 is None else recipe.beta2
        # g and g² in one array, as m and s are, so that one operation serves both.
        self._both = np.empty((2, size))
        self.gradient, self._squares = self._both
        self._fresh = np.empty((2, size))
        self._kept = np.repeat(np.array(self._betas)[:, None], size, axis=1)
        self._new = 1 - self._kept
        self._epsilon = recipe.epsilon
        self._little, self._rate = np.empty(()), np.empty(())  # numbers in arrays are taken faster than plain ones

    def views(self, slots: Floats) -> Slots:
        return slots, *slots

    def step(self, at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int) -> None:
        means, mean, squares = after
        step = self._step
        multiply(self.gradient, self.gradient, self._squares)
        multiply(self._both, self._new, self._fresh)
        multiply(before[0], self._kept, means)
        add(means, self._fresh, means)
        # Section 2 of the paper: with the corrections moved out of m̂ and ŝ, fewer operations on arrays are left.
        beta, beta2 = self._betas
        root = sqrt_of(1 - beta2 ** (taken + 1))
        self._little[()], self._rate[()] = self._epsilon * root, float(rate) * root / (1 - beta ** (taken + 1))
        sqrt(squares, step)
        add(step, self._little, step)
        divide(mean, step, step)
        multiply(step, self._rate, step)
        add(at, step, to)


class PlainOfFew(Optimizer):
    """Plain gradient descent, whose steps along batches are taken number by number."""

    def walk(
        self, parts: list[Part], at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int
    ) -> None:
        weights, gradient, far, places = at.tolist(), self.gradient, float(rate), range(len(at))
        to[:] = at
        for part in parts:
            part.total(to, gradient)
            slopes, share = gradient.tolist(), part.share
            for place in places:
                to[place] = weights[place] = weights[place] + slopes[place] * share * far


class AdamOfFew(Adam):
    """Adam, number by number."""

    def __init__(self, recipe: Recipe, size: int) -> None:
        super().__init__(recipe, size)
        beta, beta2 = self._betas
        self._numbers = beta, 1 - beta, beta2, 1 - beta2, recipe.epsilon
        self._places = [(place, size + place) for place in range(size)]

    def views(self, slots: Floats) -> Slots:
        return slots.reshape(-1)

    def step(self, at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int) -> None:
        beta, new, beta2, new2, epsilon = self._numbers
        root = sqrt_of(1 - beta2 ** (taken + 1))
        little, far = epsilon * root, float(rate) * root / (1 - beta ** (taken + 1))
        slots, slopes, weights = before.tolist(), self.gradient.tolist(), at.tolist()
        for one, other in self._places:
            slope = slopes[one]
            after[one] = mean = slots[one] * beta + slope * new
            after[other] = square = slots[other] * beta2 + slope * slope * new2
            to[one] = weights[one] + mean / (sqrt_of(square) + little) * far


OPTIMIZERS = {"gd": Optimizer, "momentum": Momentum, "nesterov": Nesterov, "rmsprop": RMSProp, "adam": Adam}
FEW, OF_FEW = 4, {"gd": PlainOfFew, "adam": AdamOfFew}
"""Up to so many weights, it is faster to take them one by one than to call NumPy for all of them: by the same
operations in the same order, so to the same bits."""
LEAST = 1e-200
"""An ε below this may vanish, and Python divides nothing by 0."""
VELOCITY = ("momentum", "nesterov")
"""Whose slots mean the same."""


def optimizer_of(recipe: Recipe, size: int) -> Optimizer:
    """The optimiser that a recipe names, for so many weights. Raises ValueError where there is none of that name."""
    if recipe.optimizer not in OPTIMIZERS:
        raise ValueError(f"no such optimizer: {recipe.optimizer!r}; there are {', '.join(OPTIMIZERS)}")
    is_few = size <= FEW and recipe.epsilon > LEAST
    kinds = {**OPTIMIZERS, **OF_FEW} if is_few else OPTIMIZERS
    return kinds[recipe.optimizer](recipe, size)


def share_slots(one: str, other: str) -> bool:
    """Whether what one optimiser remembers is of use to another."""
    return one == other or (one in VELOCITY and other in VELOCITY)

"""How alpha changes from epoch to epoch, as a factor of the alpha that was chosen.

n counts the epochs from 0 on since the schedule was chosen, and `every` is `Recipe.decay_every`. Sources: Robbins and
Monro, "A stochastic approximation method", 1951, for steps that become smaller; Loshchilov and Hutter, "SGDR:
stochastic gradient descent with warm restarts", 2017, for the cosine; Goyal et al., "Accurate, large minibatch SGD",
2017, for the warm-up.
"""

from collections.abc import Callable
from math import cos, pi

from gdtui.settings import Recipe

_FACTORS: dict[str, Callable[[int, int, float], float]] = {
    "constant": lambda n, every, decay: 1.0,
    "step": lambda n, every, decay: decay ** (n // every),
    "exponential": lambda n, every, decay: decay ** (n / every),
    "cosine": lambda n, every, decay: 0.5 * (1 + cos(pi * min(n, every) / every)),
    "inverse": lambda n, every, decay: 1 / (1 + decay * n / every),
}


def alpha_at(recipe: Recipe, epoch: int) -> float:
    """The alpha with which the step of that epoch is taken; the recipe is `settled`. Raises ValueError where there is
    no schedule of that name."""
    if recipe.schedule not in _FACTORS:
        raise ValueError(f"no such schedule: {recipe.schedule!r}; there are {', '.join(_FACTORS)}")
    n = max(0, epoch - recipe.since)
    alpha = recipe.alpha * _FACTORS[recipe.schedule](n, recipe.decay_every or 1, recipe.decay)
    return alpha * (n + 1) / recipe.warmup if n < recipe.warmup else alpha


def is_constant(recipe: Recipe) -> bool:
    """Whether each epoch has the alpha that was chosen."""
    return recipe.schedule == "constant" and not recipe.warmup

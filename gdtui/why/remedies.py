"""What may help: remedies that can be tried, as forks from an epoch that is known."""

from __future__ import annotations

import math

import numpy as np

from gdtui.learning.optimizer import VELOCITY
from gdtui.learning.schedule import alpha_at
from gdtui.numbers import ladder_step, next_on_ladder
from gdtui.why.course import Course
from gdtui.why.evidence import Evidence
from gdtui.why.verdict import Remedy

SAFE = 0.9
"""Which share of a limit a remedy may have."""
MOST = 1e9
"""Beyond this, a limit is none."""


def lowest(course: Course) -> int:
    """The epoch of the lowest loss; of a long course, about."""
    begin, end = 0, len(course)
    while end - begin > 1:
        edges = np.unique(np.linspace(begin, end, 65).round().astype(np.intp))
        lows = course.stretches(edges)[0]
        if np.isnan(lows).all():
            break
        place = int(np.nanargmin(lows))
        begin, end = int(edges[place]), int(edges[place + 1])
    return course.first + begin


def rung(limit: float) -> float:
    """The largest of … 0.1, 0.2, 0.5 … that is at most so much."""
    return ladder_step(limit * (1 + 1e-6), up=False)


def smaller(found: Evidence, since: int, limit: float) -> Remedy | None:
    """A smaller alpha, from before the epoch since which it is too large: below that limit, and those of where the loss
    was lowest and of where the fork begins; a tenth where no limit is known, or it is not too large by those."""
    recipe, epoch = found.recipe, max(found.data_since, min(since - 1, found.run.done), 1)
    factor = max(alpha_at(recipe, epoch), found.alpha) / recipe.alpha
    places = [found.weights_at(at) for at in (epoch, found.lowest_of_late)]
    limit = min([limit if limit > 0 else math.inf, *(found.stable_at(at) for at in places if at is not None)])
    safe = (0.5 if recipe.optimizer in VELOCITY else SAFE) * limit / factor
    alpha = rung(safe if safe < recipe.alpha else recipe.alpha / 10)
    return Remedy(epoch, (("alpha", alpha),)) if alpha < recipe.alpha else None


def middle(found: Evidence) -> int:
    """The epoch half way since the recipe changed."""
    return max(1, (found.begin + min(found.epoch, found.run.done)) // 2)


def larger(found: Evidence, halving: float) -> Remedy | None:
    """A larger alpha, from half way since the recipe changed: as large as is stable for sure, or, where that is not
    known, as large as halves the loss in the epochs from there on, which now takes so many."""
    epoch, recipe = middle(found), found.recipe
    factor = max(alpha_at(recipe, epoch), found.alpha) / recipe.alpha
    limit = found.bound / factor * ((1 - recipe.momentum) / 2 if recipe.optimizer in VELOCITY else 1)
    if found.alpha_limit.sure is None or not limit < MOST:
        limit = min(limit, recipe.alpha * max(10.0, halving / max(1, found.epoch - epoch)))
    if recipe.optimizer in ("rmsprop", "adam"):
        limit = min(limit, 0.1 / SAFE)
    alpha = rung(SAFE * limit)
    return Remedy(epoch, (("alpha", alpha),)) if alpha > recipe.alpha else None


def adaptive(found: Evidence) -> Remedy:
    """Adam, whose steps are as large where the gradient is small: large enough to undo the weights half as soon."""
    epoch = middle(found)
    largest = float(np.abs(found.moment.weights).max())
    alpha = max(0.1, next_on_ladder(4 * largest / max(1, found.epoch - epoch)))
    return Remedy(epoch, (("optimizer", "adam"), ("alpha", alpha)))


def penalty(found: Evidence, best: int) -> Remedy:
    """The L2 penalty, from the epoch of the best test loss on."""
    return Remedy(best, (("l2", max(0.01, 10 * found.recipe.l2)),), "test_loss")

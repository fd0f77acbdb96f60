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

SAFE, SAFE_WITH_VELOCITY = 0.9, 0.5
"""Which share of a limit a remedy may have: with a velocity, what is near it comes to rest late."""
LEAST, ADAMS = 10.0, 0.1
"""How many times as large an alpha is tried, at the least, where no limit is known; and the largest that is tried of
optimisers whose steps are as long as that."""
MOST = 1e9
"""Beyond this, a limit is none."""
WEIGHT_COST = 0.01
"""The L2 penalty that is tried first."""


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


def _factor(found: Evidence, epoch: int) -> float:
    """What the schedule makes of alpha, at that epoch or now, whichever is more; 1 where it makes nothing of it."""
    return max(alpha_at(found.recipe, epoch), found.alpha) / found.recipe.alpha or 1.0


def smaller(found: Evidence, since: int, limit: float) -> Remedy | None:
    """A smaller alpha, from before the epoch since which it is too large: below that limit, and those of where the loss
    was lowest and of where the fork begins; a tenth where no limit is known, or it is not too large by those."""
    recipe, epoch = found.recipe, max(found.data_since, min(since - 1, found.run.done), 1)
    places = [found.weights_at(at) for at in (epoch, found.lowest_of_late)]
    known = [limit if limit > 0 else math.inf, *(found.stable_at(at) for at in places if at is not None)]
    share = SAFE_WITH_VELOCITY if recipe.optimizer in VELOCITY else SAFE
    least = min(known)
    if least > MOST and not math.isnan(found.sure):  # far out, where the sigmoid is flat, nothing curves
        least = found.sure
    safe = share * least / _factor(found, epoch)
    alpha = rung(safe if safe < recipe.alpha else recipe.alpha / LEAST)
    return Remedy(epoch, (("alpha", alpha),)) if 0 < alpha < recipe.alpha else None


def middle(found: Evidence) -> int:
    """The epoch half way since it began."""
    return max(1, (found.begin + min(found.epoch, found.run.done)) // 2)


def has_fallen(found: Evidence) -> bool:
    """Whether its schedule has made little of alpha."""
    return found.alpha < found.recipe.alpha / LEAST and found.recipe.schedule != "constant"


def constant(found: Evidence, epoch: int) -> Remedy:
    """No schedule, from that epoch on: alpha as it was chosen, or what is stable anywhere, where that is less, or far
    more."""
    most = rung(SAFE * found.measure)
    alpha = most if found.recipe.alpha * LEAST < most < MOST else min(found.recipe.alpha, most)
    return Remedy(epoch, (("alpha", alpha), ("schedule", "constant")))


def larger(found: Evidence, more: float) -> Remedy | None:
    """A larger alpha, from half way since it began: as large as is stable anywhere, or, where that is not known, as
    large as gets there in time, which now takes so many epochs more. One that fell by its schedule does not fall."""
    epoch, recipe = middle(found), found.recipe
    if has_fallen(found):
        return constant(found, epoch)
    limit = found.measure / _factor(found, epoch)
    if recipe.optimizer in VELOCITY:
        limit *= (1 - recipe.momentum) / 2
    if math.isnan(found.sure) or limit > MOST:
        limit = min(limit, recipe.alpha * max(LEAST, more / max(1, found.epoch - epoch)) / SAFE)
    if recipe.optimizer in ("rmsprop", "adam"):
        limit = min(limit, ADAMS / SAFE)
    alpha = rung(SAFE * limit)
    return Remedy(epoch, (("alpha", alpha),)) if alpha > recipe.alpha else None


def adaptive(found: Evidence) -> Remedy | None:
    """Adam, whose steps are as long where the gradient is small: long enough to undo the weights in half the time; None
    where the gradient is next to nothing even for that."""
    epoch, gradient = middle(found), found.moment.gradient_norm
    if gradient is not None and gradient < found.recipe.epsilon:
        return None
    largest = float(np.abs(found.moment.weights).max())
    alpha = max(ADAMS, next_on_ladder(4 * largest / max(1, found.epoch - epoch)))
    return Remedy(epoch, (("optimizer", "adam"), ("alpha", alpha)))


def penalty(found: Evidence, best: int) -> Remedy:
    """The L2 penalty, or ten times as much of it, from the epoch of the best test loss on."""
    return Remedy(best, (("l2", max(WEIGHT_COST, 10 * found.recipe.l2)),), "test_loss")

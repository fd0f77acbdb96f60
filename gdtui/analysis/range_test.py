"""The range test: alpha is raised from step to step, on a copy of the weights, until the loss blows up.

Before that, somewhere, it falls fastest, and somewhere it is smallest: an alpha below that is a good one. Nothing is
changed of the run whose weights they are. The optimiser and the batches are the run's own; the optimiser remembers
nothing at first, and with batches alpha is raised from epoch to epoch.

Sources: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3, where alpha rises by equal
amounts; here it does by equal factors, as in the learning rate finder of Howard and Gugger, "fastai: a layered API for
deep learning", 2020, section 2.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdtui.analysis.stability import curvature, widening
from gdtui.data.dataset import Dataset
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import Objective
from gdtui.numbers import ladder_step
from gdtui.settings import Recipe
from gdtui.types import Floats

EACH = 32
"""Steps in which alpha becomes ten times as large."""
BELOW, ABOVE = 3, 6
"""Decades from where alpha begins to where it may become unstable, and from there to where it ends at the latest."""
OWN_SCALE = -2
"""The decade where alpha may become so with optimisers that give each weight's step a size by itself."""
AT_ONCE = 16
"""Steps between two looks at what came of them."""
BACK, MORE = 0.5, 0.5
"""Of what the loss has fallen, and of the smallest loss, the shares by which a loss is larger that has blown up."""
AFTER = 6
"""Steps that are taken then."""
AROUND = 4
"""Steps to both sides over which the slope of the loss is taken."""


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What came of the steps.

    Attributes:
        alphas: of the steps, ascending, shape (n,).
        losses: after each of them, shape (n,); the last may not be finite.
        first: the loss before all of them.
    """

    alphas: Floats
    losses: Floats
    first: float

    @cached_property
    def blow_up(self) -> float | None:
        """The alpha from which on the loss blows up; None where it has not."""
        best = np.minimum.accumulate(np.append(self.first, self.losses))[:-1]
        most = best + np.maximum(BACK * (self.first - best), MORE * np.abs(best))
        beyond = np.flatnonzero(~(self.losses <= most))
        return float(self.alphas[beyond[0]]) if len(beyond) else None

    @cached_property
    def smallest(self) -> float | None:
        """The alpha after whose step the loss is smallest, of those that are not blown up; None where it never fell."""
        losses = self.losses[: self._ends]
        at = int(losses.argmin()) if len(losses) else 0
        return float(self.alphas[at]) if len(losses) and losses[at] < self.first else None

    @cached_property
    def steepest(self) -> float | None:
        """The alpha at which the loss falls fastest, over equal factors of alpha; None where it never fell."""
        if self.smallest is None:
            return None
        losses = np.append(self.first, self.losses)[: np.searchsorted(self.alphas, self.smallest) + 2]
        around = min(AROUND, (len(losses) - 1) // 2)
        if not around:
            return self.smallest
        return float(self.alphas[int((losses[: -2 * around] - losses[2 * around :]).argmax()) + around - 1])

    @cached_property
    def suggested(self) -> float | None:
        """The largest of … 1, 2, 5, 10 … that is not beyond a tenth of the alpha of the smallest loss, as Howard and
        Gugger take it. Where the loss never blew up, the smallest is no more than where the test ended: then not beyond
        where it falls fastest. None where the loss never fell."""
        if self.smallest is None or self.steepest is None:
            return None
        most = self.smallest / 10 if self.blow_up is not None else min(self.smallest / 10, self.steepest)
        return ladder_step(most * (1 + 1e-6), up=False)

    @cached_property
    def _ends(self) -> int:
        """How many of the steps are before it blows up."""
        blow_up = self.blow_up
        return len(self.alphas) if blow_up is None else int(np.searchsorted(self.alphas, blow_up))


def range_test(data: Dataset, objective: Objective, recipe: Recipe, weights: Floats) -> Iterator[RangeTest]:
    """Test from weights of shape (size,) on, and yield what is known after some steps, and after more. Nothing is known
    where the weights are not finite, or there are no rows: then nothing is yielded.

    Args:
        recipe: its alpha and its schedule do not matter.
    """
    if not len(data) or not np.isfinite(weights).all():
        return
    first = math.floor(EACH * math.log10(_edge(data, recipe))) - EACH * BELOW
    low = 10.0 ** (first / EACH)
    steps = EACH * (BELOW + ABOVE) + 1
    rising = replace(
        recipe, alpha=low, schedule="exponential", decay=10.0, decay_every=EACH, warmup=0, since=1
    )  # a schedule whose factor is above 1 lets alpha rise
    descent = Descent(kernel_for(replace(data, test=None), objective), State(weights), rising, steps)
    losses: list[Floats] = []
    while descent.stop is None:
        losses.append(descent.advance(AT_ONCE).losses)
        known = np.concatenate(losses)
        alphas = 10.0 ** ((first + np.arange(len(known) - 1)) / EACH)
        found = RangeTest(alphas, known[1:], float(known[0]))
        blow_up = found.blow_up
        if blow_up is not None:
            end = int(np.searchsorted(alphas, blow_up)) + AFTER
            found = RangeTest(alphas[:end], known[1 : end + 1], found.first)
        yield found
        if blow_up is not None and len(alphas) >= end:
            return


def _edge(data: Dataset, recipe: Recipe) -> float:
    """The alpha about which a descent becomes unstable, near enough to begin below it."""
    if recipe.optimizer in ("rmsprop", "adam"):
        return 10.0**OWN_SCALE
    curved = curvature(data, recipe.l2)
    return widening(recipe) / curved if curved > 0 and math.isfinite(curved) else 1.0

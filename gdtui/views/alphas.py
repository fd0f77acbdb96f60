"""The alphas that the ruler marks, and the ends of its scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gdtui.analysis.range_test import RangeTest
from gdtui.analysis.stability import Limits as Stability
from gdtui.charts.axes import Limits
from gdtui.charts.roles import RUNS
from gdtui.learning.schedule import alpha_at
from gdtui.session.snapshot import Snapshot
from gdtui.views.alpha import fork_of
from gdtui.views.view import role_of

NARROWEST = 4
"""Decades that are shown at the least."""
MARGIN = 0.3
"""Of a decade, that is free on both sides of what is shown."""
FLAT = 1e12
"""Limits beyond are beyond all alphas that can be stepped to."""
FARTHEST = 300
"""Decades from 1, beyond which nothing is shown."""


class Mark(NamedTuple):
    """An alpha.

    Attributes:
        name: whose it is, or how much.
        alpha: what the next step is taken with; `chosen` is that before the schedule.
    """

    name: str
    alpha: float
    chosen: float
    role: int


def limit_in(known: Stability) -> float | None:
    """That of these weights, or, where nothing curves there, or it is not known, that of any."""
    return known.here if known.here is not None and known.here < FLAT else known.sure


def limit_passed(found: RangeTest, known: Stability) -> float | None:
    """The limit that the alpha which a range test suggests is beyond, if it is beyond one. Both are right: the limit is
    of the curvature at these weights, and a loss may fall all the same where the steps lead to others that curve
    less."""
    limit, alpha = limit_in(known), found.suggested
    return limit if alpha is not None and limit is not None and alpha > limit else None


def marks_of(snapshot: Snapshot) -> list[Mark]:
    """That of the run in front, or one for each racer; that in front comes last."""
    front = RUNS[snapshot.front % len(RUNS)]
    alpha, chosen = snapshot.effective_alpha, snapshot.alpha
    marks = [
        Mark(racer.name, alpha_at(racer.recipe, max(1, racer.shown.epoch)), racer.recipe.alpha, role_of(racer))
        for racer in snapshot.race
        if racer.number != snapshot.front
    ]
    is_racer = snapshot.race and fork_of(snapshot) is None
    name = snapshot.names[snapshot.front] if is_racer else f"alpha {alpha:.4g}"
    return [*marks, Mark(name, alpha, chosen, front)]


class Span:
    """The ends of the scale, which stand still: they move by decades, and only outwards while the same is chosen."""

    def __init__(self) -> None:
        self._of: object = None
        self._ends = (0, 0)

    def holding(self, of: object, alphas: Sequence[float], bounds: Sequence[float]) -> Limits:
        """The exponents at both ends, with all of these between them.

        Args:
            of: where that is another than before, the ends are where these values want them.
        """
        known = np.log10([value for value in (*alphas, *bounds) if 0 < value < math.inf] or [1.0])
        low = max(math.floor(known.min() - MARGIN), -FARTHEST)
        high = min(math.ceil(known.max() + MARGIN), FARTHEST)
        if of == self._of:
            low, high = min(low, self._ends[0]), max(high, self._ends[1])
        while high - low < NARROWEST:
            low, high = (low - 1, high) if (high - low) % 2 else (low, high + 1)
        self._of, self._ends = of, (low, high)
        return float(low), float(high)

"""The loss over a plane of weights, at many places: at once of few of them, and then of all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdtui.analysis.landscape import Heights, Plane
from gdtui.charts.relief import between
from gdtui.charts.roles import HEIGHTS
from gdtui.numbers import next_on_ladder
from gdtui.types import Floats

COARSE = 24
"""Places along each side that are computed at once."""
WIDE = 10.0
"""The largest loss over the smallest, beyond which logarithms are shown by themselves."""
FLATTEST = 1e-9
"""On a logarithmic scale, the smallest loss that is told from smaller ones, as a share of the largest."""
LARGEST = 1e300
"""Losses beyond are as good as infinite."""
OFTEN = 0.3
"""Seconds between two times that what is finished so far is shown."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The loss over a plane.

    Attributes:
        a, b: ascending, shapes (n,) and (m,).
        losses: shape (m, n), b upwards; infinite where they overflow.
        is_fine: whether all of it has been computed at every place; else most is interpolated.
    """

    plane: Plane
    a: Floats
    b: Floats
    losses: Floats
    is_fine: bool

    @property
    def is_wide(self) -> bool:
        """Whether logarithms show more of it: the largest of the losses is many times the smallest."""
        low, high = self.span
        return 0 < WIDE * low < high

    @property
    def span(self) -> tuple[float, float]:
        """The smallest and the largest loss, as far as they are finite; (0, 1) where none is."""
        known = self.losses[np.isfinite(self.losses) & (np.abs(self.losses) < LARGEST)]
        return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


@dataclass(frozen=True)
class Levels:
    """The losses at which one tone of a surface ends and the next begins.

    Attributes:
        edges: ascending, HEIGHTS − 1 at the most.
        is_log: whether they are evenly spread on a logarithmic scale; else they are so in roots of the loss above the
            least, which gives a valley as many as its slopes.
    """

    edges: Floats
    is_log: bool

    @classmethod
    def of(cls, surface: Surface, is_log: bool | None = None) -> Levels:
        """Of a surface, with logarithms or without, or as suits it."""
        low, high = surface.span
        is_log = low > 0 and (surface.is_wide if is_log is None else is_log)
        shares = np.arange(1, HEIGHTS) / HEIGHTS
        if is_log:
            edges = np.geomspace(max(low, high * FLATTEST), high, HEIGHTS + 1)[1:-1]
        else:
            edges = low + (high - low) * shares**2
        return cls(np.unique(_rounded(edges)), bool(is_log))

    @property
    def lines(self) -> Floats:
        """The edges that are drawn as contour lines."""
        return self.edges[1::3]

    def heights(self, losses: Floats) -> NDArray[np.intp]:
        """Which of the HEIGHTS of the ramp each loss has."""
        return np.searchsorted(self.edges, losses)


def _rounded(edges: Floats) -> Floats:
    """Each rounded to as few digits as leave it near where it is, between the ones beside it."""
    gaps = np.diff(edges, prepend=2 * edges[0] - edges[1])
    steps = np.array([next_on_ladder(0.2 * gap) for gap in gaps])
    return np.asarray([float(f"{value:.12g}") for value in np.round(edges / steps) * steps])


def surfaces(
    heights: Heights, plane: Plane, a: Floats, b: Floats, rest: float = 0.0, often: float = OFTEN
) -> Iterator[Surface]:
    """The loss over a plane: at once of few places, then row by row of all, as far as they are finished every so many
    seconds.

    Args:
        rest: for how many times as long as each row took the thread rests after it.
    """
    few_a, few_b = (_few(every) for every in (a, b))
    few = np.array([*heights.over(plane, few_a, few_b)])
    is_fine = len(few_a) == len(a) and len(few_b) == len(b)
    losses = few if is_fine else _interpolated(few, len(a), len(b))
    yield Surface(plane, a, b, losses.copy(), is_fine)
    if is_fine:
        return
    began, shown = time.thread_time(), time.perf_counter()
    for index, row in enumerate(heights.over(plane, a, b)):
        losses[index] = row
        time.sleep(rest * (time.thread_time() - began))  # or for no time, which lets others have the interpreter
        began = time.thread_time()
        if time.perf_counter() - shown > often:
            yield Surface(plane, a, b, losses.copy(), False)
            shown = time.perf_counter()
    yield Surface(plane, a, b, losses, True)


def _few(places: Floats) -> Floats:
    """As many as are computed at once, from the first to the last."""
    return places if len(places) <= COARSE else np.linspace(places[0], places[-1], COARSE)


def _interpolated(losses: Floats, across: int, up: int) -> Floats:
    """At so many places, evenly spaced, between those that are known: of logarithms where all are positive, so that a
    valley is no hill."""
    is_log = bool((losses > 0).all())
    losses = np.nan_to_num(losses, nan=np.finfo(float).max, posinf=np.finfo(float).max)
    with np.errstate(all="ignore"):
        places = np.meshgrid(np.linspace(-1, 1, across), np.linspace(-1, 1, up))
        found = between(np.log(losses) if is_log else losses, *places)
        return np.asarray(np.exp(found) if is_log else found)

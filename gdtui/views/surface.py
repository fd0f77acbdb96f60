"""The loss over a plane of weights, at many places: at once of few of them, and then of all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdtui.learning.landscape import Heights, Plane
from gdtui.types import Floats

COARSE = 24
"""Places along each side that are computed at once."""
OFTEN = 0.05
"""Seconds between two times that what is finished so far is shown."""


@dataclass(frozen=True)
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

    def at(self, places: Floats) -> Floats:
        """The losses at places, shape (n, 2), interpolated between those around them: shape (n,). What is beyond the
        edges has the edges' losses."""
        return _interpolated(self.a, self.b, self.losses, places[:, 0], places[:, 1])


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
    grid_a, grid_b = np.meshgrid(a, b)
    losses = _interpolated(few_a, few_b, few, grid_a, grid_b)
    is_fine = len(few_a) == len(a) and len(few_b) == len(b)
    yield Surface(plane, a, b, losses, is_fine)
    if is_fine:
        return
    began = shown = time.perf_counter()
    for index, row in enumerate(heights.over(plane, a, b)):
        losses[index] = row
        time.sleep(rest * (time.perf_counter() - began))
        began = time.perf_counter()
        if began - shown > often:
            yield Surface(plane, a, b, losses.copy(), False)
            shown = time.perf_counter()
    yield Surface(plane, a, b, losses, True)


def _few(places: Floats) -> Floats:
    """As many as are computed at once, from the first to the last."""
    return places if len(places) <= COARSE else np.linspace(places[0], places[-1], COARSE)


def _interpolated(a: Floats, b: Floats, losses: Floats, x: Floats, y: Floats) -> Floats:
    """Between the four places around each, of logarithms where all are positive, so that a valley is no hill."""
    is_log = bool((losses > 0).all())
    losses = np.nan_to_num(losses, nan=np.finfo(float).max, posinf=np.finfo(float).max)
    with np.errstate(all="ignore"):
        heights = np.log(losses) if is_log else losses
        column, row = (np.clip(np.searchsorted(at, to) - 1, 0, len(at) - 2) for at, to in ((a, x), (b, y)))
        right = np.clip((x - a[column]) / (a[column + 1] - a[column]), 0, 1)
        up = np.clip((y - b[row]) / (b[row + 1] - b[row]), 0, 1)
        low = heights[row, column] * (1 - right) + heights[row, column + 1] * right
        high = heights[row + 1, column] * (1 - right) + heights[row + 1, column + 1] * right
        found = low * (1 - up) + high * up
        return np.asarray(np.exp(found) if is_log else found)

"""Averages that forget: what a noisy metric does on the whole."""

from __future__ import annotations

import math

import numpy as np

from gdtui.types import Floats

TINY = 1e-18
"""What weighs less changes no sum."""


class Smoothing:
    """The debiased exponential average of a series, as TensorBoard and W&B have it: of n values each counts `weight`
    times as much as the next, and the first is not pulled towards 0. Values come piece by piece.

    Args:
        weight: above 0, below 1.
    """

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self._last, self._count = 0.0, 0

    def extend(self, values: Floats) -> Floats:
        """The averages at the next values, shape (n,). What is not finite is left as it is, and counts nothing."""
        known = np.isfinite(values)
        if not known.all():
            averages = values.copy()
            averages[known] = self.extend(values[known])
            return averages
        if not len(values):
            return values
        averages = decayed(values * (1 - self._weight), self._weight)
        reach = min(len(values), math.ceil(math.log(TINY) / math.log(self._weight)))
        fading = self._weight ** np.arange(1.0, reach + 1)
        averages[:reach] += fading * self._last
        self._last = float(averages[-1])
        averages[:reach] /= 1 - self._weight**self._count * fading
        self._count += len(values)
        return np.asarray(averages)


def decayed(values: Floats, weight: float) -> Floats:
    """Of each value the sum of it and those before it, each times `weight` as often as it is further back; shape (n,).
    SciPy has a filter for this, in a module that takes a second to import."""
    sums, reach = values.copy(), 1
    while reach < len(sums) and weight**reach > TINY:  # each sum is of twice as many values as before
        sums[reach:] += weight**reach * sums[:-reach]
        reach *= 2
    return sums

"""Everything that determines a run, as plain values. Imports nothing heavy: the command line reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass

TWO_FEATURE_SETS = ("blobs", "moons", "circles", "xor")
BUILT_IN_SETS = (*TWO_FEATURE_SETS, "iris", "breast-cancer")
LOSSES = ("article", "cross-entropy", "squared-error")
INITS = ("uniform", "zeros", "ones")

MOST_EPOCHS = 10**12
"""Epochs that can be asked for."""
MAX_SPEED = math.inf
"""A speed in epochs a second that means: as fast as the machine goes."""


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which data to learn from; see `gdtui.learning.data.load`."""

    source: str = "blobs"
    samples: int | None = None
    noise: float | None = None
    seed: int = 20
    target: str | None = None
    features: tuple[str, ...] | None = None
    classes: tuple[str, str] | None = None
    standardize: bool | None = None


@dataclass(frozen=True, slots=True)
class StopRules:
    """When training ends, beside the number of epochs. None switches a rule off."""

    target_loss: float | None = None
    target_accuracy: float | None = None
    patience: int | None = None
    min_delta: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run is determined by, and how it is shown."""

    data: DataSettings = DataSettings()
    epochs: int = 100
    alpha: float = 0.01
    loss: str = "article"
    init: str | tuple[float, ...] = "uniform"
    seed: int = 0
    stop: StopRules = StopRules()
    speed: float | None = None
    sample_size: int = 10
    fps: float | None = None
    calm: bool = False
    detach: bool = False
    """Whether training outlives its terminal."""


@dataclass(frozen=True, slots=True)
class CastSettings:
    """How the screen is recorded.

    Attributes:
        path: the asciicast to write from the start, if any.
        version: of the format, 2 or 3.
        idle_limit: seconds that a pause takes in it, at the most.
        force: overwrite what is there.
    """

    path: str | None = None
    version: int = 2
    idle_limit: float | None = None
    force: bool = False


def watchable_speed(epochs: int) -> float:
    """Epochs a second at which a run of this length can be watched: 20 (the default 100 epochs take 5 s), or
    as many more as end it in about 20 s."""
    return max(20.0, float(next_on_ladder(epochs / 20.0)))


def next_on_ladder(value: float) -> float:
    """The smallest of … 1, 2, 5, 10, 20, 50 … that is not below `value`."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    for step in (1, 2, 5, 10):
        if step * decade >= value * (1 - 1e-9):
            return float(f"{step * decade:.3g}")
    return float(f"{10 * decade:.3g}")


def ladder_step(value: float, up: bool) -> float:
    """The neighbour of `value` on the 1-2-5 ladder, upwards or downwards; a value between two rungs goes to
    the nearer one in that direction. Values beyond 1e-12 … 1e12 stay where they are.
    """
    rungs = [float(f"{step}e{decade}") for decade in range(-12, 12) for step in (1, 2, 5)] + [1e12]
    if up:
        return next((rung for rung in rungs if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(rungs) if rung < value * (1 - 1e-9)), value)


def whole_number(text: str) -> int:
    """A whole number, as typed: also as 1e6. Raises ValueError."""
    try:
        return int(text)
    except ValueError:
        value = float(text)
        if "e" not in text.lower() or not value.is_integer():
            raise
        return int(value)

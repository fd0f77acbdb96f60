"""Losses by formulas, of which it is known how they go: what another program's file may hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtui.runs.curve import KnownLosses
from gdtui.types import Floats
from gdtui.why.verdict import Kind

Made = tuple[Floats, Floats | None, Kind]
"""Losses of the epochs from 1 on, those on rows kept for testing, and what is true of them."""


def curve_of(name: str, seed: int) -> tuple[KnownLosses, Kind]:
    """The curve of that name and seed; of every third seed, every tenth epoch alone is known."""
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    losses, tested, kind = CURVES[name](rng)
    step = 10 if seed % 3 == 0 and len(losses) >= 400 and name != "bounces" else 1
    curve = KnownLosses()
    epochs = np.arange(1, len(losses) + 1)[::step]
    curve.extend(epochs, losses[::step], [] if tested is None else tested[::step].tolist())
    return curve, kind


def times(rng: np.random.Generator, begin: float, end: float, least: int = 20) -> tuple[Floats, float]:
    """Epochs from 0 on, and how many a decay takes of which they are so many."""
    decays, count = rng.uniform(begin, end), int(10 ** rng.uniform(np.log10(least), 4))
    return np.arange(float(count)), count / decays


def falls(rng: np.random.Generator) -> Made:
    """Exponentially, and not far yet."""
    at, decay = times(rng, 0.5, 1.5)
    return rng.uniform(0, 0.3) + rng.uniform(1, 3) * np.exp(-at / decay), None, Kind.FALLING


def falls_noisily(rng: np.random.Generator) -> Made:
    """The same, by batches: each loss is up to 3 % off."""
    losses, _, kind = falls(rng)
    return losses * (1 + rng.uniform(-0.03, 0.03, len(losses))), None, kind


def levels(rng: np.random.Generator) -> Made:
    """Exponentially, down to a fiftieth of the way and less."""
    at, decay = times(rng, 4, 8, 100)
    return rng.uniform(0.5, 1) + rng.uniform(1, 3) * np.exp(-at / decay), None, Kind.LEVELLING


def levels_noisily(rng: np.random.Generator) -> Made:
    losses, _, kind = levels(rng)
    return losses * (1 + rng.uniform(-0.03, 0.03, len(losses))), None, kind


def crawls(rng: np.random.Generator) -> Made:
    """A straight line that has lost less than a thirtieth."""
    at, decay = times(rng, 0.001, 0.03)
    return rng.uniform(0.5, 100) * (1 - at / decay), None, Kind.CRAWLING


def bounces(rng: np.random.Generator) -> Made:
    """Falls, then alternates about as far as it is high, not quite regularly."""
    at, decay = times(rng, 5, 20, 60)
    swing = rng.uniform(0.3, 1) * (1 + 0.3 * rng.random(len(at))) * (-1) ** at
    losses = 3 * np.exp(-at / decay) + 1.5 + np.where(at > len(at) // 3, swing, 0.0)
    return losses, None, Kind.BOUNCING


def diverges(rng: np.random.Generator) -> Made:
    """Grows by a factor each epoch; of some the last is infinite."""
    factor, count = rng.uniform(1.1, 2), int(rng.integers(20, 80))
    losses = rng.uniform(0.5, 2) + 0.01 * factor ** np.arange(float(count))
    losses *= max(1.0, 30 / losses[-1])
    if rng.random() < 0.3:
        losses[-1] = np.inf
    elif losses[-1] < 10 * losses[0]:
        losses = losses[0] * factor ** np.arange(float(count))
    return losses, None, Kind.DIVERGING


def overfits(rng: np.random.Generator) -> Made:
    """The test loss turns at a fifth to a half of the epochs, and has risen by a fifth of it or more in the end."""
    at, decay = times(rng, 2, 5, 60)
    turn, share = rng.uniform(0.2, 0.5), at / len(at)
    tested = 1 + np.where(share < turn, 2 * (turn - share), rng.uniform(0.4, 2) * (share - turn))
    return 0.1 + np.exp(-at / decay), tested, Kind.OVERFITTING


CURVES: dict[str, Callable[[np.random.Generator], Made]] = {
    "falls": falls, "falls noisily": falls_noisily, "levels": levels, "levels noisily": levels_noisily,
    "crawls": crawls, "bounces": bounces, "diverges": diverges, "overfits": overfits,
}  # fmt: skip

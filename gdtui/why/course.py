"""How the losses of some epochs in a row go: what is measured of them, in little time however many they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gdtui.runs.curve import Losses
from gdtui.runs.envelope import Envelope
from gdtui.runs.recipes import Recipes
from gdtui.types import Floats

RECENT = 64
"""Losses at the end that are looked at one by one."""
BACK = 4096
"""Epochs that are looked back over one by one to find where something began."""
LASTING = 0.6
"""Which share of how far it swung a swing keeps that does not come to rest."""
PARTS = 120
"""Stretches of which means are taken, at the most."""


@dataclass(frozen=True)
class Wording:
    """How places and stretches of a course are told.

    Attributes:
        at: where that is which has this number.
        units: what the course is a series of.
        each: how many of them each of its numbers stands for.
    """

    at: Callable[[int], str] = lambda epoch: f"epoch {epoch:,}"
    units: str = "epochs"
    each: int = 1

    @property
    def each_told(self) -> str:
        """What each of its numbers stands for, in the plural."""
        return self.units if self.each == 1 else f"means of {self.each:,} {self.units}"


EPOCHS = Wording()


@dataclass(frozen=True, eq=False)
class Course:
    """The losses of the epochs `first` to `last`, of which no later one is looked at; itself a `Curve`.

    Attributes:
        tested: those on the rows kept for testing.
        words: how it is told, where these are not the losses of epochs.
    """

    curve: Losses
    first: int
    last: int
    tested: Losses = field(default_factory=Envelope)
    words: Wording = EPOCHS

    @property
    def trained(self) -> Recipes:
        """Not told."""
        return []

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """See `Losses`: index 0 is epoch `first`."""
        lows, highs = self.curve.stretches(edges + (self.first - 1))
        return lows, highs

    def span(self) -> tuple[float, float]:
        """See `Losses`."""
        if not len(self):
            return math.nan, math.nan
        lows, highs = self.stretches(np.array([0, len(self)]))
        return float(lows[0]), float(highs[0])

    def known(self) -> tuple[Floats, Floats]:
        """See `Losses`; of all but the last `BACK` epochs, none."""
        begin = max(0, len(self) - BACK)
        lows, _ = self.stretches(np.arange(begin, len(self) + 1))
        known = np.flatnonzero(~np.isnan(lows))
        return np.asarray(known + self.first + begin, dtype=np.float64), lows[known]

    @cached_property
    def recent(self) -> tuple[Floats, Floats, int]:
        """The smallest and largest losses of the last stretches, of which some are known, at most `RECENT`, and how
        many epochs are in each: 1 wherever every epoch is known."""
        step = 1
        while True:
            begin = max(0, len(self) - RECENT * step)
            edges = np.append(np.arange(begin, len(self), step), len(self))
            lows, highs = self.stretches(edges)
            known = ~np.isnan(lows)
            if begin == 0 or np.count_nonzero(known) > RECENT // 2:
                return lows[known], highs[known], step
            step *= 4

    @cached_property
    def middles(self) -> Floats:
        """Half way between the smallest and the largest loss of each of at most `PARTS` equal stretches of it."""
        edges = np.linspace(0, len(self), min(PARTS, len(self)) + 1).astype(np.intp)
        lows, highs = self.stretches(edges)
        return (lows + highs) / 2

    def mean(self, begin: float, end: float) -> float:
        """The mean between two places in it, which are shares of it, 0 to 1; NaN where none is known."""
        count = len(self.middles)
        first = min(count - 1, round(begin * count))
        part = self.middles[max(0, first) : max(first + 1, round(end * count))]
        known = part[np.isfinite(part)]
        return float(known.sum() / len(known)) if len(known) else math.nan

    @property
    def window(self) -> int:
        """The last epochs by which the pace is told: a tenth, but at least 10."""
        return min(len(self) - 1, max(10, len(self) // 10))

    @cached_property
    def fall(self) -> float:
        """Which share of the loss the last epochs (`window`) took off; below 0 where it has risen."""
        share = self.window / max(1, len(self))
        before, now = self.mean(1 - 1.25 * share, 1 - 0.75 * share), self.mean(1 - 0.25 * share, 1)
        fall = (before - now) / (0.875 * abs(before)) if before else 0.0
        return 0.0 if math.isnan(fall) else fall

    @cached_property
    def taken(self) -> float:
        """The same, from the first of these epochs to the last; where losses are noisy, on average, as above."""
        ends = self.stretches(np.array([len(self) - 1 - self.window, len(self) - self.window]))[0]
        now = self.stretches(np.array([len(self) - 1, len(self)]))[0]
        share = float((ends[0] - now[0]) / abs(ends[0])) if ends[0] else math.nan
        is_smooth = self.rises(self.window)[0] <= 2 and math.isfinite(share)
        return share if is_smooth else min(self.fall, 0.99)

    @cached_property
    def holding(self) -> float:
        """How much of its pace the fall keeps: what the last sixth took off, as a share of what the sixth before did.
        1 is a straight line, less is levelling out; NaN where nothing falls."""
        one, two, three = (self.mean(0.5 + at / 6, 0.5 + (at + 1) / 6) for at in range(3))
        return (two - three) / (one - two) if one > two else math.nan

    @cached_property
    def is_flat(self) -> bool:
        """Whether the last half has changed nothing that can be told."""
        before, now = self.mean(0.45, 0.55), self.mean(0.9, 1)
        return abs(before - now) <= 1e-3 * abs(before)

    def rises(self, count: int) -> tuple[int, int]:
        """In how many of the last steps from one loss to the next that is known it rose, and how many steps these
        are: at most `count`."""
        lows, highs, _ = self.recent
        lows, highs = lows[-count - 1 :], highs[-count - 1 :]
        return int(np.count_nonzero(highs[1:] > lows[:-1])), len(lows) - 1

    def peaks(self, last: int) -> int:
        """How often the last losses, at most so many, rise and then fall again."""
        rises = np.diff(self._middles(last)) > 0
        return int(np.count_nonzero(rises[:-1] & ~rises[1:]))

    def goes_on_swinging(self, last: int) -> bool:
        """Whether the second half of the last losses, at most so many, swings about as far as the first: what comes to
        rest swings less and less."""
        middles = self._middles(last)
        halves = middles[: len(middles) // 2], middles[len(middles) // 2 :]
        if len(halves[0]) < 3:
            return False
        steps = [float(np.median(np.abs(np.diff(half)))) for half in halves]
        spans = [float(np.ptp(half)) for half in halves]
        return steps[1] >= LASTING * steps[0] or spans[1] >= LASTING * spans[0]

    def sinks(self, last: int) -> float:
        """Which share the second half of the last losses, at most so many, is lower on average than the first."""
        middles = self._middles(last)
        before, now = middles[: len(middles) // 2].mean(), middles[len(middles) // 2 :].mean()
        return float((before - now) / max(abs(before), 1e-300))

    def swing(self, last: int) -> float:
        """How far the second half of the last losses, at most so many, goes up again, as a share of the lowest."""
        late = self._middles(last)[-(last // 2) :]
        ups = late - np.minimum.accumulate(late)
        return float(ups.max()) / max(abs(float(late.min())), 1e-300)

    def _middles(self, last: int) -> Floats:
        lows, highs, _ = self.recent
        return (lows[-last:] + highs[-last:]) / 2

    def rising_since(self, quiet: int) -> int | None:
        """The epoch of the first rise of those after which there were never so many steps in a row without one; None
        where not every loss is known."""
        if self.recent[2] > 1:
            return None
        epochs, losses = self.known()
        rises = np.flatnonzero(losses[1:] > losses[:-1])
        if not len(rises):
            return self.last
        gaps = np.flatnonzero(np.diff(rises) > quiet)
        if len(gaps) or rises[0] >= quiet or len(epochs) == len(self):
            return int(epochs[rises[gaps[-1] + 1 if len(gaps) else 0] + 1])
        before, begun = RECENT, len(self) - BACK  # it began between these, unless it has come and gone before
        while begun - before > RECENT:
            middle = (before + begun) // 2
            if Course(self.curve, self.first, self.first + middle - 1).rises(RECENT)[0]:
                begun = middle
            else:
                before = middle
        return Course(self.curve, self.first, self.first + begun - 1).rising_since(quiet)

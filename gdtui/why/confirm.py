"""How a remedy stood the test: the run and its fork, at the same epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gdtui.learning.moment import Moment
from gdtui.why.verdict import Remedy

BETTER = 1e-3
"""By which share of the loss it must be less, for a remedy to be confirmed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a remedy.

    Attributes:
        text: the sentence, which begins with "confirmed" or "refuted".
    """

    is_confirmed: bool
    text: str


def confirm(remedy: Remedy, before: Moment, after: Moment) -> Outcome:
    """Hold a fork by a remedy against the run it comes from.

    Args:
        before: of the run, at the epoch of the verdict.
        after: of the fork at the same epoch; or its last, where a rule has ended it earlier.
    """
    name = "test loss" if remedy.measure == "test_loss" else "loss"
    was, now = value_of(remedy, before), value_of(remedy, after)
    where = f"at epoch {after.epoch:,}" + (" already" if after.epoch < before.epoch else "")
    if not math.isfinite(now):
        return Outcome(False, f"refuted: the {name} is not finite {where}")
    if not math.isfinite(was):
        return Outcome(True, f"confirmed: {name} {told(now)} instead of one that is not finite {where}")
    is_better = was - now >= BETTER * abs(was)
    digits = next((digits for digits in range(3, 8) if told(now, digits) != told(was, digits)), 3)
    figures = f"{name} {told(now, digits)} instead of {told(was, digits)} {where}"
    if is_better:
        return Outcome(True, f"confirmed: {figures}")
    return Outcome(False, f"refuted: {figures}" if now > was else f"refuted: {figures}, less than 0.1 % better")


def value_of(remedy: Remedy, moment: Moment) -> float:
    """What a remedy is judged by, of a moment; NaN where that is not known."""
    value = moment.test_loss if remedy.measure == "test_loss" else moment.loss
    return math.nan if value is None else value


def told(value: float, digits: int = 3) -> str:
    """A loss in words."""
    return f"{value:.{digits}g}"

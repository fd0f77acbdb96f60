"""When training ends: the rules, held against the epochs of a chunk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from gdtui.settings import StopRules
from gdtui.types import Floats

_OPTIONS = {"target-loss": "target_loss", "target-accuracy": "target_accuracy", "patience": "patience"}


@dataclass(frozen=True, slots=True)
class Stop:
    """Why training ended."""

    rule: str
    """One of epochs, target-loss, target-accuracy, patience, diverged."""
    message: str

    @property
    def diverged(self) -> bool:
        return self.rule == "diverged"


class Best(NamedTuple):
    """The best loss so far, and its epoch: what the patience rule remembers."""

    loss: float = math.inf
    epoch: int = 0


NOTHING = Best()
"""Before the first epoch."""


def is_droppable(rule: str) -> bool:
    """Whether training can go on past that rule, once it is dropped."""
    return rule in _OPTIONS


def without(rules: StopRules, rule: str) -> StopRules:
    """The rules without one, which `Stop.rule` names."""
    changes: dict[str, Any] = {_OPTIONS[rule]: None} if rule in _OPTIONS else {}
    return replace(rules, **changes)


def bests(losses: Floats, first: int, best: Best, min_delta: float) -> list[Best]:
    """The best so far after each of these epochs, of which `first` is the first; better is lower by over min_delta."""
    found = []
    for epoch, loss in enumerate(losses.tolist(), first):
        if loss < best.loss - min_delta:
            best = Best(loss, epoch)
        found.append(best)
    return found


def first_stop(
    rules: StopRules, first: int, alpha: float, losses: Floats, accuracies: list[float], best: Sequence[Best]
) -> tuple[int, Stop] | None:
    """The first of these epochs at which a rule holds, as an index, and why it ends there.

    Args:
        first: the number of the first of them.
        losses: theirs, shape (n,).
        accuracies: theirs, where a rule asks for accuracy.
        best: see `bests`, where a rule asks for patience.
    """
    held: list[tuple[int, Stop]] = []

    def hold(at: int | None, rule: str, message: str) -> None:
        if at is not None:
            held.append((at, Stop(rule, message.format(epoch=first + at))))

    bad = _index_of(~np.isfinite(losses))
    if bad is not None:
        what = "infinite" if np.isinf(losses[bad]) else "not a number"
        hold(bad, "diverged", f"loss became {what} at epoch {{epoch}}; alpha {alpha:g} is too large")
    if rules.target_loss is not None:
        at = _index_of(losses <= rules.target_loss)
        hold(at, "target-loss", f"loss reached {rules.target_loss:g} at epoch {{epoch}}")
    if rules.target_accuracy is not None:
        at = _index_of(np.array(accuracies) >= rules.target_accuracy)
        hold(at, "target-accuracy", f"accuracy reached {rules.target_accuracy:.4g} at epoch {{epoch}}")
    if rules.patience is not None:
        at = next((at for at, known in enumerate(best) if first + at - known.epoch >= rules.patience), None)
        since = best[at].epoch if at is not None else 0
        hold(at, "patience", f"no better loss in {rules.patience} epochs, since epoch {since}")
    return min(held, key=lambda pair: pair[0], default=None)


def _index_of(holds: np.ndarray) -> int | None:
    """The first index at which this holds."""
    found = int(holds.argmax())
    return found if holds[found] else None

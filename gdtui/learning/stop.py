"""When training ends: the rules, held against the epochs of a chunk."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gdtui.settings import StopRules
from gdtui.types import Floats

DROPPABLE = ("target-loss", "target-accuracy", "patience")
"""The rules past which training can go on, once they are dropped."""


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


def without(rules: StopRules, rule: str) -> StopRules:
    """The rules without one, which `Stop.rule` names."""
    return replace(rules, **{rule.replace("-", "_"): None}) if rule in DROPPABLE else rules  # type: ignore[arg-type]


def bests(losses: Floats, first: int, best: Best, min_delta: float) -> list[Best]:
    """The best so far after each of these epochs, of which `first` is the first; better is lower by over min_delta."""
    found = []
    for epoch, loss in enumerate(losses.tolist(), first):
        if loss < best.loss - min_delta:
            best = Best(loss, epoch)
        found.append(best)
    return found


def first_stop(
    rules: StopRules, first: int, alpha: float, losses: Floats, accuracies: list[float], best: Sequence[Best],
    of: str = "",
) -> tuple[int, Stop] | None:  # fmt: skip
    """The first of these epochs at which a rule holds, as an index, and why it ends there.

    Args:
        first: the number of the first of them.
        losses: theirs, shape (n,).
        accuracies: theirs, where a rule asks for accuracy.
        best: see `bests`, where a rule asks for patience.
        of: what to call those accuracies and bests by, with a blank: "test ", say.
    """
    held: dict[str, np.ndarray] = {"diverged": ~np.isfinite(losses)}
    if rules.target_loss is not None:
        held["target-loss"] = losses <= rules.target_loss
    if rules.target_accuracy is not None:
        held["target-accuracy"] = np.array(accuracies) >= rules.target_accuracy
    if rules.patience is not None:
        held["patience"] = np.array([at - known.epoch >= rules.patience for at, known in enumerate(best, first)])
    found = [(int(holds.argmax()), rule) for rule, holds in held.items() if holds.any()]
    if not found:
        return None
    at, rule = min(found, key=lambda pair: pair[0])
    epoch, loss = first + at, losses[at]
    if rule == "diverged":
        became = "infinite" if np.isinf(loss) else "not a number"
        message = f"loss became {became} at epoch {epoch}; alpha {alpha:g} is too large"
    elif rule == "target-loss":
        message = f"loss reached {rules.target_loss:g} at epoch {epoch}"
    elif rule == "target-accuracy":
        message = f"{of}accuracy reached {rules.target_accuracy:.4g} at epoch {epoch}"
    else:
        message = f"no better {of}loss in {rules.patience} epochs, since epoch {best[at].epoch}"
    return at, Stop(rule, message)

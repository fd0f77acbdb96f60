"""Gradient descent that is pulled: a front end asks for some epochs, gets records, and may steer in between.

Nothing here knows of a screen, a thread or a queue. Between two calls of `Descent.advance` the caller may
change `alpha` and `epochs`; within a call the descent is that call's alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import THRESHOLD
from gdtui.settings import StopRules
from gdtui.types import Floats

CHUNK = 256
"""Epochs taken between two looks at the clock and the stop rules, at the most."""

_DROPPED: dict[str, dict[str, Any]] = {
    "target-loss": {"target_loss": None},
    "target-accuracy": {"target_accuracy": None},
    "patience": {"patience": None},
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is known at one set of weights, all from one evaluation."""

    loss: float
    gradient_norm: float
    confusion: tuple[int, int, int, int]
    """Counts of (true negative, false positive, false negative, true positive)."""

    @property
    def accuracy(self) -> float:
        """See `accuracy_of`."""
        return accuracy_of(self.confusion)


def accuracy_of(confusion: tuple[int, int, int, int]) -> float:
    """The share of right predictions, 0 to 1."""
    true_negative, false_positive, false_negative, true_positive = confusion
    right = true_negative + true_positive
    return right / (right + false_positive + false_negative)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why training ended."""

    rule: str
    """One of epochs, target-loss, target-accuracy, patience, diverged."""
    message: str

    @property
    def diverged(self) -> bool:
        return self.rule == "diverged"


@dataclass(frozen=True, slots=True)
class Batch:
    """The epochs of one pull; epoch `first + i` has row i."""

    first: int
    alpha: float
    losses: Floats
    """Shape (n,): each epoch's loss, measured before its step."""
    weights: Floats
    """Shape (n, d + 1): the weights at which it was measured."""
    last: Measurement | None
    """The last epoch in full; None where the batch is empty."""
    stop: Stop | None

    def __len__(self) -> int:
        return len(self.losses)


class Descent:
    """Gradient descent on one objective: W ← W − alpha · gradient.

    Args:
        kernel: loss and gradient of the data; this descent's own.
        weights: where to start, shape (d + 1,); copied.
        alpha: the learning rate; may be changed between pulls.
        epochs: how many to train; may be changed between pulls.
        rules: what else ends the training.
        done: epochs already done, for a descent that goes on from the middle of a run.
    """

    def __init__(
        self,
        kernel: Kernel,
        weights: Floats,
        alpha: float,
        epochs: int,
        rules: StopRules | None = None,
        done: int = 0,
    ) -> None:
        self.kernel = kernel
        self.alpha = alpha
        self.epochs = epochs
        self.rules = rules or StopRules()
        self.done = done
        self.stop: Stop | None = None
        self._best = math.inf
        self._best_epoch = done
        self._gradient = np.empty(len(weights))
        self._step = np.empty(len(weights))
        self._block = np.empty((CHUNK + 1, len(weights)))
        self._rows = list(self._block)  # made once: a view costs as much as an addition of three numbers
        self._rows[0][:] = weights
        self._seconds_per_epoch = 0.0

    @property
    def weights(self) -> Floats:
        """The weights after the last epoch done; a copy, shape (d + 1,)."""
        return self._rows[0].copy()

    def extend(self, epochs: int) -> None:
        """Train until `epochs` are done, also where a stop rule had ended it: that rule is then dropped, since
        it would end it again at once. A descent that diverged stays stopped.
        """
        self.epochs = epochs
        if self.stop is None or self.stop.diverged or epochs <= self.done:
            return
        self.rules = replace(self.rules, **_DROPPED.get(self.stop.rule, {}))
        self.stop = None

    def advance(self, epochs: int, seconds: float = math.inf, clock: Callable[[], float] = time.perf_counter) -> Batch:
        """Train up to `epochs` more, for about `seconds` at the most (one epoch at the least).

        Ends early where a stop rule says so, which `Batch.stop` and `stop` then tell; see `extend`.
        """
        first, alpha, deadline = self.done + 1, self.alpha, clock() + seconds
        losses: list[Floats] = []
        weights: list[Floats] = []
        last: Measurement | None = None
        left = min(epochs, self.epochs - self.done)
        while left > 0 and self.stop is None:
            begun = clock()
            if losses and begun >= deadline:
                break
            count = min(left, self._affordable(deadline - begun))
            chunk = self._chunk(count, alpha)
            self._seconds_per_epoch = (clock() - begun) / count
            losses.append(chunk.losses)
            weights.append(chunk.weights)
            last = chunk.last
            left -= len(chunk)
        if self.stop is None and self.done >= self.epochs:
            self.stop = self._at_the_end()
        return Batch(
            first,
            alpha,
            np.concatenate(losses) if losses else np.empty(0),
            np.concatenate(weights) if weights else np.empty((0, len(self._gradient))),
            last,
            self.stop,
        )

    def _affordable(self, seconds: float) -> int:
        """How many epochs fit into that time, by the pace so far; 1 while the pace is unknown."""
        if self._seconds_per_epoch == 0.0:
            return 1
        return max(1, min(CHUNK, int(min(seconds / self._seconds_per_epoch, CHUNK))))

    def _chunk(self, count: int, alpha: float) -> Batch:
        """Take `count` epochs, at most CHUNK, then hold them against the stop rules."""
        rows, gradient, step, factor = self._rows, self._gradient, self._step, -alpha
        loss_gradient, multiply, add = self.kernel.loss_gradient, np.multiply, np.add
        found: list[float] = []
        rights: list[float] = []
        wants_accuracy = self.rules.target_accuracy is not None
        with np.errstate(over="ignore", invalid="ignore"):
            for index in range(count):
                row = rows[index]
                found.append(loss_gradient(row, gradient))
                if wants_accuracy:
                    rights.append(self._accuracy())
                multiply(gradient, factor, step)
                add(row, step, rows[index + 1])
            losses = np.array(found)
            stop_at, stop = self._stop_within(losses, rights, alpha)
            if stop_at is not None and stop_at + 1 < count:
                # The batch ends here: measure that epoch again, for what the later ones overwrote.
                count = stop_at + 1
                loss_gradient(rows[count - 1], gradient)
            last = Measurement(float(losses[count - 1]), float(np.sqrt(gradient @ gradient)), self.kernel.confusion())
        self._note_best(losses[:count])
        chunk = Batch(self.done + 1, alpha, losses[:count], self._block[:count].copy(), last, stop)
        # An epoch that could not be measured is recorded, and takes no step.
        rows[0][:] = rows[count - 1] if stop is not None and stop.diverged else rows[count]
        self.done += count
        self.stop = stop
        return chunk

    def _accuracy(self) -> float:
        true_negative, _, _, true_positive = self.kernel.confusion()
        return (true_negative + true_positive) / len(self.kernel.y)

    def _stop_within(self, losses: Floats, accuracies: list[float], alpha: float) -> tuple[int | None, Stop | None]:
        """The first of these epochs at which a rule holds, as an index, and the rule."""
        candidates = [
            self._diverged(losses, alpha),
            self._reached_loss(losses),
            self._reached_accuracy(accuracies),
            self._lost_patience(losses),
        ]
        found = [candidate for candidate in candidates if candidate is not None]
        return min(found, key=lambda pair: pair[0], default=(None, None))

    def _diverged(self, losses: Floats, alpha: float) -> tuple[int, Stop] | None:
        bad = np.flatnonzero(~np.isfinite(losses))
        if not len(bad):
            return None
        what = "infinite" if np.isinf(losses[bad[0]]) else "not a number"
        epoch = self.done + int(bad[0]) + 1
        return int(bad[0]), Stop("diverged", f"loss became {what} at epoch {epoch}; alpha {alpha:g} is too large")

    def _reached_loss(self, losses: Floats) -> tuple[int, Stop] | None:
        target = self.rules.target_loss
        if target is None:
            return None
        reached = np.flatnonzero(losses <= target)
        if not len(reached):
            return None
        epoch = self.done + int(reached[0]) + 1
        return int(reached[0]), Stop("target-loss", f"loss reached {target:g} at epoch {epoch}")

    def _reached_accuracy(self, accuracies: list[float]) -> tuple[int, Stop] | None:
        target = self.rules.target_accuracy
        for index, accuracy in enumerate(accuracies):
            if target is not None and accuracy >= target:
                epoch = self.done + index + 1
                return index, Stop("target-accuracy", f"accuracy reached {target:.4g} at epoch {epoch}")
        return None

    def recall(self, epochs: list[int], losses: list[float]) -> None:
        """Take earlier epochs into account for the patience rule, for a descent that goes on from a file."""
        for epoch, loss in zip(epochs, losses, strict=True):
            if loss < self._best - self.rules.min_delta:
                self._best, self._best_epoch = loss, epoch

    def _lost_patience(self, losses: Floats) -> tuple[int, Stop] | None:
        patience = self.rules.patience
        if patience is None:
            return None
        for index, (epoch, best_epoch, _) in enumerate(self._bests(losses)):
            if epoch - best_epoch >= patience:
                return index, Stop("patience", f"no better loss in {patience} epochs, since epoch {best_epoch}")
        return None

    def _note_best(self, losses: Floats) -> None:
        """Remember the best of the epochs that are kept: another rule may have cut off those after."""
        if self.rules.patience is not None:
            _, self._best_epoch, self._best = list(self._bests(losses))[-1]

    def _bests(self, losses: Floats) -> Iterator[tuple[int, int, float]]:
        """For each of these epochs its number, and the best so far with its loss; better is by over min_delta."""
        best, best_epoch = self._best, self._best_epoch
        for epoch, loss in enumerate(losses.tolist(), self.done + 1):
            if loss < best - self.rules.min_delta:
                best, best_epoch = loss, epoch
            yield epoch, best_epoch, best

    def _at_the_end(self) -> Stop:
        if not np.isfinite(self._rows[0]).all():
            return Stop(
                "diverged",
                f"weights became infinite after epoch {self.done}; alpha {self.alpha:g} is too large",
            )
        return Stop("epochs", "1 epoch done" if self.epochs == 1 else f"all {self.epochs} epochs done")


def measure(kernel: Kernel, weights: Floats) -> Measurement:
    """Loss, gradient norm and confusion at `weights`, shape (d + 1,)."""
    gradient = np.empty(len(weights))
    with np.errstate(over="ignore", invalid="ignore"):
        loss = float(kernel.loss_gradient(weights, gradient))
        return Measurement(loss, float(np.sqrt(gradient @ gradient)), kernel.confusion())


def predictions(activations: Floats) -> np.ndarray:
    """1 where the activation is at least 0.5, else 0."""
    return (activations >= THRESHOLD).astype(np.int64)

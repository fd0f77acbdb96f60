"""One run: a data set, a descent on it, and its history. What every front end holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from gdtui.data.dataset import Dataset
from gdtui.learning.descent import Batch, Descent, Measurement, Stop, accuracy_of, measure
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.objective import objective_named
from gdtui.learning.weights import initial_weights
from gdtui.runs.history import History
from gdtui.settings import Settings
from gdtui.types import Floats


@dataclass(frozen=True, slots=True)
class Moment:
    """One state of the unit, and what is known of it."""

    epoch: int
    weights: Floats
    loss: float
    gradient_norm: float | None = None
    """None where it is not known any more, as `confusion`."""
    confusion: tuple[int, int, int, int] | None = None

    @classmethod
    def measured(cls, epoch: int, weights: Floats, at: Measurement) -> Moment:
        """A state of which all is known."""
        return cls(epoch, weights, at.loss, at.gradient_norm, at.confusion)

    @property
    def accuracy(self) -> float | None:
        """The share of right predictions, 0 to 1."""
        return None if self.confusion is None else accuracy_of(self.confusion)


class Run:
    """A training run that can be pulled and steered.

    Args:
        settings: what determines it.
        data: the data set that `settings.data` names.

    Raises:
        ValueError: `settings.init` does not fit the data.
    """

    def __init__(self, settings: Settings, data: Dataset) -> None:
        self.settings = settings
        self.data = data
        self.objective = objective_named(settings.loss)
        self.start = start = initial_weights(settings.init, data.X.shape[1], settings.seed)
        self.descent = Descent(self.new_kernel(), start, settings.alpha, settings.epochs, settings.stop)
        self._looking = self.new_kernel()  # for whatever is measured beside the descent, in another thread
        self.history = History(self._looking)
        self.parent: Run | None = None
        self.forked_at: int | None = None
        """The first epoch that is not shared with the run it was forked from."""

    def new_kernel(self) -> Kernel:
        """An evaluation of the objective on the data, for one more thread."""
        return kernel_for(self.data, self.objective)

    @property
    def done(self) -> int:
        """Epochs done, and remembered."""
        return len(self.history)

    @property
    def epochs(self) -> int:
        """Epochs wanted."""
        return self.descent.epochs

    @property
    def alpha(self) -> float:
        """The learning rate of the next epoch."""
        return self.descent.alpha

    @property
    def stop(self) -> Stop | None:
        """Why it ended, or None while there is more to do."""
        return self.descent.stop

    @property
    def weights(self) -> Floats:
        """The weights after the last step, shape (d + 1,)."""
        return self.descent.weights

    def advance(self, epochs: int, seconds: float = math.inf, clock: Callable[[], float] = time.perf_counter) -> Batch:
        """Pull epochs from the descent (see `Descent.advance`) and remember them."""
        batch = self.descent.advance(epochs, seconds, clock)
        self.remember(batch)
        return batch

    def remember(self, batch: Batch) -> None:
        """Take in epochs that were pulled from `descent` in another thread: only the descent works there, so
        that whatever is shown of the run can be read without a lock."""
        self.history.append(batch)

    def set_alpha(self, alpha: float) -> None:
        """Steer: `alpha` counts from the next epoch on. Raises ValueError unless it is positive and finite."""
        if not (alpha > 0 and math.isfinite(alpha)):
            raise ValueError(f"alpha must be a positive number, not {alpha:g}")
        self.descent.alpha = alpha

    def set_epochs(self, epochs: int) -> None:
        """Steer: train until that many are done (see `Descent.extend`). Raises ValueError where fewer than 1."""
        if epochs < 1:
            raise ValueError(f"epochs must be at least 1, not {epochs}")
        self.descent.extend(max(epochs, self.descent.done))

    def measure(self, weights: Floats | None = None) -> Measurement:
        """Loss, accuracy and gradient norm at `weights`, or where the descent stands now."""
        return measure(self._looking, self.weights if weights is None else weights)

    def first(self) -> Moment:
        """The state before the first epoch."""
        return Moment.measured(0, self.start, self.measure(self.start))

    def moment(self, epoch: int) -> Moment:
        """That epoch (1 to done) as it was, before its step. Raises IndexError."""
        weights = self.history.weights_at(epoch)
        return Moment.measured(epoch, weights, self.measure(weights))

    def newest(self) -> Moment | None:
        """The last epoch; of a run that has ended, the state after its step. None before the first."""
        if not self.done:
            return None
        if self.stop is None:
            return self.moment(self.done)
        return Moment.measured(self.done, self.weights, self.measure())

    def reachable(self, epoch: int, forward: bool) -> int:
        """The epoch (1 to done) that can be shown for that one: where not all can be, the next or the one before."""
        return epoch

    def forked(self, epoch: int, alpha: float | None = None) -> Run:
        """A new run that shares all epochs before `epoch` (1 to done + 1) with this one, and takes that epoch's step
        with another alpha. Raises ValueError for an epoch or alpha that cannot be."""
        if not 1 <= epoch <= self.done + 1:
            raise ValueError(f"epoch {epoch} is not in 1 … {self.done + 1}")
        weights = self.weights if epoch == self.done + 1 else self.history.weights_at(epoch)
        fork = Run(replace(self.settings, epochs=max(self.epochs, epoch)), self.data)
        fork.descent = Descent(
            fork.new_kernel(), weights, self.alpha, fork.settings.epochs, self.settings.stop, done=epoch - 1
        )
        fork.set_alpha(self.alpha if alpha is None else alpha)
        fork.history = self.history.prefix(epoch - 1)
        losses = fork.history.losses.tolist()
        stride = fork.history.envelope.stride
        fork.descent.recall(list(range(1, 1 + stride * len(losses), stride)), losses)
        fork.forked_at, fork.parent = epoch, self
        return fork

    def restarted(self, seed: int | None = None) -> Run:
        """A new run from the start, with today's alpha and epochs; from other weights where a seed is given."""
        settings = replace(self.settings, alpha=self.alpha, epochs=self.epochs)
        if seed is not None:
            settings = replace(settings, seed=seed, init="uniform")
        return Run(settings, self.data)

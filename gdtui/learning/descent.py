"""Gradient descent that is pulled: a front end asks for some epochs, gets records, and may steer in between.

Nothing here knows of a screen, a thread or a queue. Between two calls of `Descent.advance` the caller may
change `alpha` and `epochs`; within a call the descent is that call's alone.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gdtui.learning.kernel import Kernel
from gdtui.learning.moment import Moment, accuracy_of, evaluated
from gdtui.learning.optimizer import share_slots
from gdtui.learning.steps import NOTHING, Steps
from gdtui.learning.stop import DROPPABLE, Best, Stop, bests, first_stop, without
from gdtui.settings import Recipe, StopRules
from gdtui.types import Floats

CHUNK = 256
"""Epochs taken between two looks at the clock and the stop rules, at the most."""


@dataclass(frozen=True, slots=True)
class State:
    """What the next epoch depends on, beside the data, the recipe and the rules: a descent begun from it goes on to the
    same bits.

    Attributes:
        weights: shape (size,), as the kernel has them.
        done: epochs done.
        best: what the patience rule remembers of them.
        memory: what the optimiser remembers: the steps it has taken, then its slots, shape (1 + slots · size,); of
            length 0 where it remembers nothing.
        optimizer: whose memory that is.
    """

    weights: Floats
    done: int = 0
    best: Best = Best()  # noqa: RUF009 - immutable
    memory: Floats = field(default_factory=lambda: NOTHING)
    optimizer: str = "gd"


@dataclass(frozen=True, slots=True)
class Batch:
    """The epochs of one pull; epoch `first + i` has row i."""

    first: int
    losses: Floats
    """Shape (n,): each epoch's loss, measured before its step."""
    weights: Floats
    """Shape (n, size): the weights at which it was measured."""
    last: Moment | None
    """The last epoch in full; None where the batch is empty."""
    stop: Stop | None
    bests: tuple[Best, ...] = ()
    """What the patience rule remembered before each epoch; empty where there is no such rule."""
    end: Moment | None = None
    """The state after the last step, where this batch ended the run."""
    memory: Floats = field(default_factory=lambda: np.empty((0, 0)))
    """Shape (n, m): the optimiser's memory before each epoch (see `State`)."""
    tested: Floats = field(default_factory=lambda: NOTHING)
    """Shape (n,): each epoch's loss on the rows kept for testing, at the same weights; (0,) where there are none."""

    def __len__(self) -> int:
        return len(self.losses)


class Descent:
    """Gradient descent on one objective, by a recipe.

    Args:
        kernel: loss and gradient of the data; not used by another thread meanwhile.
        state: where to start; its weights are copied.
        recipe: how steps are taken; may be changed between pulls, by `follow`.
        epochs: how many to train; may be changed between pulls.
        rules: what else ends the training.

    Raises:
        ValueError: the recipe names an optimiser or a schedule that there is none of.
    """

    def __init__(
        self, kernel: Kernel, state: State, recipe: Recipe, epochs: int, rules: StopRules | None = None
    ) -> None:
        self.kernel = kernel
        self.epochs = epochs
        self.rules = rules or StopRules()
        self.done = state.done
        self.stop: Stop | None = None
        self._best = state.best
        self._block = np.empty((CHUNK + 1, len(state.weights)))
        self._rows = list(self._block)  # made once: a view costs as much as an addition of three numbers
        self._rows[0][:] = state.weights
        self._remembered = state.optimizer, state.memory
        """By which optimiser the last step was taken, and what that remembers: it is kept until the next step, since
        another may be chosen and the first again before it."""
        self._steps = self._steps_by(recipe)
        self.seconds_per_epoch = 0.0
        """What one takes, as it was last seen; 0 before that."""
        self._spent = 0.0
        """Seconds that the epoch which is under way has taken so far."""

    @property
    def recipe(self) -> Recipe:
        """How the next steps are taken."""
        return self._steps.recipe

    def follow(self, recipe: Recipe) -> None:
        """Take the next steps by that recipe. Raises ValueError where it names what there is not."""
        if recipe != self.recipe:
            self._steps = self._steps_by(recipe)

    def _steps_by(self, recipe: Recipe) -> Steps:
        """What an optimiser remembers is of use to one of its kind only."""
        optimizer, memory = self._remembered
        return Steps(self.kernel, recipe, self._rows, memory if share_slots(optimizer, recipe.optimizer) else NOTHING)

    @property
    def is_midway(self) -> bool:
        """Whether an epoch is under way, of whose steps some are taken; see `advance`."""
        return self._steps.is_midway

    @property
    def weights(self) -> Floats:
        """The weights after the last epoch done; a copy, shape (size,)."""
        return self._rows[0].copy()

    @property
    def state(self) -> State:
        """What the next epoch begins with."""
        optimizer, memory = self._remembered
        return State(self.weights, self.done, self._best, memory, optimizer)

    def extend(self, epochs: int) -> str | None:
        """Train until `epochs` are done, also where a stop rule had ended it: that rule is then dropped, since
        it would end it again at once, and its name returned. A descent that diverged stays stopped.
        """
        self.epochs = epochs
        if self.stop is None or self.stop.diverged or epochs <= self.done:
            return None
        rule, self.stop = self.stop.rule, None
        self.rules = without(self.rules, rule)
        return rule if rule in DROPPABLE else None

    def advance(
        self,
        epochs: int,
        seconds: float = math.inf,
        clock: Callable[[], float] = time.perf_counter,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> Batch:
        """Train up to `epochs` more, for about `seconds` at the most (one epoch at the least), or until somebody
        says, between two chunks, that it `is_enough`. An epoch of very many batches is broken off then: the next call
        goes on with it, unless another recipe is followed, by which it begins anew.

        Ends early where a stop rule says so, which `Batch.stop` and `stop` then tell; see `extend`.
        """
        first, deadline = self.done + 1, clock() + seconds
        chunks: list[Batch] = []
        left = min(epochs, self.epochs - self.done)
        while left > 0 and self.stop is None:
            begun = clock()
            if chunks and (begun >= deadline or is_enough()):
                break
            pace = self.seconds_per_epoch
            affordable = min((deadline - begun) / pace, CHUNK) if pace else 1
            count = min(left, max(1, int(affordable)))
            chunk = self._chunk(count, lambda: clock() >= deadline or is_enough())
            self._spent += clock() - begun
            if chunk is None:
                break
            chunks.append(chunk)
            self.seconds_per_epoch, self._spent = self._spent / len(chunk), 0.0
            left -= len(chunk)
        if self.stop is None and self.done >= self.epochs:
            self.stop = self._at_the_end()
        return self._joined(first, chunks)

    def _joined(self, first: int, chunks: list[Batch]) -> Batch:
        if not chunks:
            return Batch(first, NOTHING, self._block[:0], None, self.stop)
        arrays = zip(*((chunk.losses, chunk.weights, chunk.memory, chunk.tested) for chunk in chunks), strict=True)
        losses, weights, memory, tested = map(np.concatenate, arrays)
        known = tuple(best for chunk in chunks for best in chunk.bests)
        return Batch(first, losses, weights, chunks[-1].last, self.stop, known, memory=memory, tested=tested)

    def _chunk(self, count: int, is_enough: Callable[[], bool]) -> Batch | None:
        """Take `count` epochs, at most CHUNK, then hold them against the stop rules: up to the first at which one
        holds. None where it is enough before the first is done."""
        rules, first, rows, steps = self.rules, self.done + 1, self._rows, self._steps
        gradient, loss_gradient, held_out = steps.gradient, steps.loss_gradient, self.kernel.held_out
        with np.errstate(over="ignore", invalid="ignore"):
            found, rights = self._taken(count, is_enough)
            count = len(found)
            if not count:
                return None
            losses, tested = np.array(found), self._tested(count, rights)
            judged, of = (losses, "") if held_out is None else (tested, "test ")
            after = [] if rules.patience is None else bests(judged, first, self._best, rules.min_delta)
            ends = first_stop(rules, first, self.recipe.alpha, losses, rights, after, of)
            at, self.stop = ends or (count - 1, None)
            if at < count - 1:  # again, for what the later epochs overwrote
                loss_gradient(rows[at], gradient)
                if steps.held_out_loss is not None:
                    steps.held_out_loss(rows[at])
            weights = self._block[: at + 1].copy()
            test_loss = None if held_out is None else float(tested[at])
            last = evaluated(self.kernel, first + at, weights[-1], float(losses[at]), gradient, test_loss)
        before, memory = (self._best, *after[:at]) if after else (), steps.memories(at + 1)
        self._best = after[at] if after else self._best
        self.done += at + 1
        # An epoch that could not be measured is recorded, and takes no step.
        steps.keep(at if self.stop is not None and self.stop.diverged else at + 1)
        self._remembered = self.recipe.optimizer, steps.memory
        return Batch(first, losses[: at + 1], weights, last, self.stop, before, memory=memory, tested=tested[: at + 1])

    def _taken(self, count: int, is_enough: Callable[[], bool]) -> tuple[list[float], list[float]]:
        """Take the steps of so many epochs, or of those that are done before it is enough; returns the losses before
        these, and the accuracies, where a rule asks for those of the rows that are trained on."""
        steps, rows, kernel, losses, rights = self._steps, self._rows, self.kernel, list[float](), list[float]()
        gradient, loss_gradient, is_batched = steps.gradient, steps.loss_gradient, steps.is_batched
        wants_accuracy = self.rules.target_accuracy is not None and kernel.held_out is None
        take = steps.taking(self.done + 1, count, is_enough)
        # Where steps do without the gradient of all rows, measuring comes after them: in turn, each would throw the
        # other out of the core's cache, and what is broken off would be measured each time that it is gone on with.
        if is_batched:
            count = next((index for index in range(count) if not take(index)), count)
        for index in range(count):
            losses.append(loss_gradient(rows[index], gradient))
            if wants_accuracy:
                rights.append(accuracy_of(kernel.confusion()))
            if not is_batched:
                take(index)
        return losses, rights

    def _tested(self, count: int, rights: list[float]) -> Floats:
        """The losses of the first rows' weights on the rows kept for testing, one by one: bits must not depend on how
        many are asked for. Adds the accuracies there, where a rule asks for them."""
        loss, held_out, losses = self._steps.held_out_loss, self.kernel.held_out, []
        if loss is None or held_out is None:
            return NOTHING
        wants_accuracy = self.rules.target_accuracy is not None
        for row in self._rows[:count]:
            losses.append(loss(row))
            if wants_accuracy:
                rights.append(accuracy_of(held_out.confusion()))
        return np.array(losses)

    def _at_the_end(self) -> Stop:
        if not np.isfinite(self._rows[0]).all():
            reason = f"weights became infinite after epoch {self.done}; alpha {self.recipe.alpha:g} is too large"
            return Stop("diverged", reason)
        return Stop("epochs", "1 epoch done" if self.epochs == 1 else f"all {self.epochs} epochs done")

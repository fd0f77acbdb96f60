"""One run: a data set, a descent on it, and its history. What every front end holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.edits import base_of, edited
from gdtui.learning.descent import Batch, Descent, State
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.moment import Moment, measure
from gdtui.learning.objective import objective_named
from gdtui.learning.stop import Best, Stop
from gdtui.learning.weights import initial_weights
from gdtui.runs.events import EpochsWanted, Event, Proved, RuleDropped, Steered, Tried, changed
from gdtui.runs.history import History
from gdtui.runs.recipes import difference, from_start, steered
from gdtui.settings import DataEdit, Recipe, Settings
from gdtui.types import Floats


class Shown:
    """A run as far as it can be looked at. It is not for two threads at once.

    Args:
        settings: what determines it.
        data: the data set that `settings.data` names.
        kernel: evaluates the objective on the data, where there is one already.

    Raises:
        ValueError: `settings.init` does not fit the data.
    """

    epochs: int
    """Epochs wanted."""
    recipe: Recipe
    """How the next step is taken."""
    stop: Stop | None
    """Why it ended, or None while there is more to do."""
    weights: Floats
    """The weights after the last step, shape (d + 1,)."""

    def __init__(self, settings: Settings, data: Dataset, kernel: Kernel | None = None) -> None:
        self.settings = settings
        self.data = data
        self.objective = objective_named(settings.loss, len(data.class_names))
        self.kernel = kernel or kernel_for(data, self.objective)
        self.start = initial_weights(settings.init, self.kernel.size, settings.seed, data.units)
        self.history = History(self.kernel, settings.recipe, settings.stop)
        self.parent: Shown | None = None
        self.forked_at: int | None = None
        """The first epoch that is not shared with the run it was forked from."""
        self.begun_with: Floats | None = None
        """The weights that somebody has chosen for it to begin with, shape (size,)."""
        self.tried: Tried | None = None
        self.proved: Proved | None = None
        """What it tries, if it does, and what came of that, once something has."""
        self._race: tuple[Shown, ...] = ()

    @property
    def race(self) -> tuple[Shown, ...]:
        """The runs that descend together, epoch by epoch, of which this is one; alone, it is a race of one."""
        return self._race or (self,)

    def owner(self, epoch: int) -> Shown:
        """The branch that epoch is an epoch of its own of: this one, or one that it comes from."""
        run = self
        while run.parent is not None and run.forked_at is not None and epoch < run.forked_at:
            run = run.parent
        return run

    @property
    def has_begun(self) -> bool:
        """Whether it has epochs of its own."""
        return self.done >= (self.forked_at or 1)

    def _change(self, edits: tuple[DataEdit, ...], state: State) -> None:
        """Have its own epochs, of which there are none yet, begin with that state, on data with these changes, of which
        the rules remember no loss; with the changes of the epochs before, as if there had never been others. Raises
        DataError where the data cannot be changed so."""
        first, data = self.forked_at or 1, edited(base_of(self.data), edits)
        self.settings = replace(self.settings, data=replace(self.settings.data, edits=edits))
        owner = None if self.parent is None else self.parent.owner(first)
        if owner is None or edits != owner.settings.data.edits:
            self.data, self.kernel = data, self.kernel.again(data, self.objective)
            self.history.begin(first, replace(state, best=Best()), self.kernel)
            return
        self.data, self.kernel = owner.data, owner.kernel
        self.history.breaks.pop(first, None)
        if self.begun_with is not None:
            self.history.begin(first, State(self.begun_with, first - 1), self.kernel)
        elif first in owner.history.breaks:
            self.history.breaks[first] = owner.history.breaks[first]

    def join(self, race: tuple[Shown, ...]) -> None:
        """Be in that race from now on, of which this run is one."""
        self._race = race

    @property
    def alpha(self) -> float:
        """The learning rate of the next epoch, before its schedule."""
        return self.recipe.alpha

    @property
    def done(self) -> int:
        """Epochs done, and remembered."""
        return len(self.history)

    def moment(self, epoch: int) -> Moment:
        """That epoch (1 to done) as it was, before its step; 0 is the state before the first. Raises IndexError."""
        weights, at = self.history.weights_at(epoch) if epoch else self.start, max(1, epoch)
        return measure(self.history.kernel_at(at), weights, epoch, self.history.recipe_at(at))

    def end(self) -> Moment:
        """The state after the last step, with the penalties that it was taken with."""
        return measure(self.kernel, self.weights, self.done, self.history.recipe_at(max(1, self.done)))

    def newest(self) -> Moment:
        """The last epoch; of a run that has ended, the state after its step; before the first, the start, and of a
        branch that begins otherwise than the epoch before it ended, what it begins with."""
        if self.stop is not None:
            return self.end()
        begun = self.history.breaks.get(self.done + 1)
        if begun is None:
            return self.moment(self.done)
        return measure(begun.kernel, begun.state.weights, self.done, self.history.recipe_at(self.done + 1))

    def reachable(self, epoch: int, forward: bool) -> int:
        """The epoch (1 to done) that can be shown for that one: where not all can be, the next or the one before."""
        return epoch


class Run(Shown):
    """A training run that can be pulled and steered. What steers it returns what came of that, as events."""

    def __init__(self, settings: Settings, data: Dataset, kernel: Kernel | None = None) -> None:
        super().__init__(settings, data, kernel)
        self.descent = Descent(self.kernel, State(self.start), settings.recipe, settings.epochs, settings.stop)
        self.dropped: list[str] = []
        """The rules that had ended it, and do not count any more."""
        self._newest: Moment | None = None

    @property
    def epochs(self) -> int:  # type: ignore[override]
        """How many it is to have done in all."""
        return self.descent.epochs

    @property
    def recipe(self) -> Recipe:  # type: ignore[override]
        """By what it takes its next step."""
        return self.descent.recipe

    @property
    def stop(self) -> Stop | None:  # type: ignore[override]
        """Why it has ended; None while it goes on."""
        return self.descent.stop

    @property
    def weights(self) -> Floats:  # type: ignore[override]
        """Those before its next step, as its kernel has them."""
        return self.descent.weights

    def advance(
        self,
        epochs: int,
        seconds: float = math.inf,
        clock: Callable[[], float] = time.perf_counter,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> Batch:
        """Pull epochs from the descent (see `Descent.advance`) and remember them."""
        batch = self.descent.advance(epochs, seconds, clock, is_enough)
        self.history.append(batch)
        if batch.stop is not None:
            batch = replace(batch, end=self.end())
        self._newest = batch.end or batch.last or self._newest
        return batch

    def newest(self) -> Moment:
        if self._newest is None:
            self._newest = super().newest()
        return self._newest

    def set_alpha(self, alpha: float) -> list[Event]:
        """Steer: `alpha` counts from the next epoch on. Raises ValueError unless it is positive and finite."""
        if not (alpha > 0 and math.isfinite(alpha)):
            raise ValueError(f"alpha must be a positive number, not {alpha:g}")
        return self.steer(alpha=alpha)

    def steer(self, **changes: Any) -> list[Event]:
        """Steer: these parts of the recipe count from the next epoch on. Raises ValueError where there are no such
        parts, or they cannot be so."""
        before, since = self.recipe, self.descent.done + 1
        recipe = steered(before, changes, since, self.epochs - self.descent.done)
        self.descent.follow(recipe)
        self.history.steer(since, recipe)
        if not self.done or since in self.history.breaks:
            self._newest = None  # the start is measured with the penalties of the first step
        return [Steered(difference(before, recipe), since, difference(recipe, before))] if recipe != before else []

    def set_epochs(self, epochs: int) -> list[Event]:
        """Steer: train until that many are done (see `Descent.extend`). Raises ValueError where fewer than 1."""
        if epochs < 1:
            raise ValueError(f"epochs must be at least 1, not {epochs}")
        before, epochs = self.epochs, max(epochs, self.descent.done)
        dropped = self.descent.extend(epochs)
        if self.stop is None and self._newest is not None and self.done:
            self._newest = None  # the state after the last step is the next epoch's now
        events: list[Event] = []
        if dropped is not None:
            self.dropped.append(dropped)
            events.append(RuleDropped(dropped))
        return [*events, EpochsWanted(epochs, before)] if epochs != before else events

    def forked(
        self, epoch: int, alpha: float | None = None, recipe: Recipe | None = None, weights: Floats | None = None
    ) -> Run:
        """A new run that shares all epochs before `epoch` (1 to done + 1) with this one, and takes that epoch's step
        with another alpha, or by another recipe, or from other weights, shape (size,), of which neither optimiser nor
        rules remember anything. Raises ValueError for an epoch, an alpha or weights that cannot be."""
        if not 1 <= epoch <= self.done + 1:
            raise ValueError(f"epoch {epoch} is not in 1 … {self.done + 1}")
        owner, state = self.owner(epoch), self._state_before(epoch)
        fork = Run(owner.settings, owner.data, owner.kernel)
        if weights is not None:
            if weights.shape != self.start.shape or not np.isfinite(weights).all():
                raise ValueError(f"these are no {len(self.start)} finite weights")
            fork.begun_with, state = weights, State(weights, epoch - 1)
            if epoch == 1:
                fork.start, fork.settings = weights, replace(fork.settings, init=tuple(weights.tolist()))
        recipe = recipe or self.recipe
        recipe = replace(recipe, since=min(recipe.since, epoch))  # a schedule that was chosen later begins there
        fork.descent = Descent(fork.kernel, state, recipe, max(self.epochs, epoch), self.settings.stop)
        fork.history = self.history.prefix(epoch - 1, recipe)
        if weights is not None:
            fork.history.begin(epoch, state)
        if alpha is not None:
            fork.set_alpha(alpha)
        fork.forked_at, fork.parent = epoch, self
        return fork

    def change(self, edits: tuple[DataEdit, ...]) -> list[Event]:
        """Train on data with these changes, all that there are, from the first epoch of its own on. Raises ValueError
        where it has epochs of its own, or the data cannot be changed so."""
        if self.has_begun:
            raise ValueError("the data is changed of a run that has epochs")
        before, was = self.settings.data.edits, self.descent
        self._change(edits, self._state_before(self.done + 1))
        state = self.history.next_state or State(self.start)
        self.descent = Descent(self.kernel, state, was.recipe, was.epochs, was.rules)
        self.descent.stop, self._newest = was.stop, None
        return changed(before, edits)

    def _state_before(self, epoch: int) -> State:
        """What that epoch (1 to done + 1) begins with. It is as it was after the step before: another optimiser may
        have been chosen for that epoch, and remember nothing."""
        if epoch in self.history.breaks:
            return self.history.breaks[epoch].state
        if epoch == self.done + 1:
            return self.descent.state
        return State(self.start) if epoch == 1 else self.history.state_after(epoch - 1)

    def restarted(self, seed: int | None = None) -> Run:
        """A new run from the start, by today's recipe, for as many epochs; from other weights where a seed is given."""
        recipe = from_start(self.recipe, self.settings, self.epochs)
        settings = replace(self.settings, epochs=self.epochs, **asdict(recipe))
        if seed is not None:
            settings = replace(settings, seed=seed, init="uniform")
        return Run(settings, self.data, self.kernel)

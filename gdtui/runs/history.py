"""Every epoch of a run, to be shown again exactly, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from gdtui.learning.descent import Batch, Descent, State
from gdtui.learning.kernel import Kernel
from gdtui.learning.optimizer import OPTIMIZERS
from gdtui.learning.steps import NOTHING
from gdtui.learning.stop import Best
from gdtui.runs import recipes
from gdtui.runs.envelope import Envelope
from gdtui.runs.series import Series
from gdtui.settings import Recipe, StopRules
from gdtui.types import Floats

KEYFRAME_BYTES = 16 * 2**20
"""Weights are kept for every epoch until they fill this, then for every 2nd, 4th …; see `History`."""

FORK_BYTES, FORK_LOSSES = 2 * 2**20, 2**17
"""The same for a branch, and the losses it keeps one by one: forks are many, and repeat what their parent holds."""

AT_ONCE, NUMBERS = 50_000, 2**20
"""Epochs computed again in one batch, at the most, and the weights that they have in all."""
PATH, PATH_NUMBERS = 512, 2**16
"""Of a path that is looked at as a whole, keyframes of the first epochs, and of each later part that is twice as long,
and the weights that they have in all."""
SLOTS = max(kind.slots for kind in OPTIMIZERS.values())
"""Of the optimiser that remembers most."""
NONE = np.empty((0, 0))
FOREVER = 2**62
"""A patience that is never lost: the best loss is remembered, and ends nothing."""


class Break(NamedTuple):
    """Where an epoch does not begin with the state that the one before ended with.

    Attributes:
        state: what it begins with instead.
        kernel: evaluates the data from there on.
    """

    state: State
    kernel: Kernel


class History:
    """The losses of all epochs, the recipes, and keyframes of the states.

    What lies between two keyframes is computed again from the one before, or from a break between them, by the same
    arithmetic in the same order, so that it is equal to the last bit.

    Args:
        kernel: evaluates the data; not shared with another thread.
        recipe: that of the first step.
        rules: of the run, since the patience rule's memory is part of a state.
        capacity: keyframes to keep at the most; the default is as many as fill `KEYFRAME_BYTES`.
    """

    def __init__(
        self, kernel: Kernel, recipe: Recipe, rules: StopRules | None = None, capacity: int | None = None
    ) -> None:
        size = kernel.size
        self._kernel = kernel
        self._rules = StopRules()
        if rules is not None and rules.patience is not None:
            self._rules = StopRules(patience=FOREVER, min_delta=rules.min_delta)
        self._capacity = capacity or max(64, KEYFRAME_BYTES // (8 * size))
        self.envelope = Envelope()
        """The losses, with their minima and maxima over stretches."""
        self.tested = Envelope()
        """See `Curve`."""
        self._keyframes = Series(size)
        self._bests = Series(2)  # of each keyframe; empty without the patience rule
        self._memories = Series(1 + SLOTS * size)  # of each keyframe; empty while no optimiser remembers anything
        self._frame_epochs = Series()  # the epoch of each keyframe, ascending
        self._stride = 1
        self.steered = [(1, recipe)]
        """(first epoch, recipe) for each stretch of one recipe, that of the next epoch included."""
        self.breaks: dict[int, Break] = {}
        """By epoch, ascending."""

    def __len__(self) -> int:
        return len(self.envelope)

    @property
    def losses(self) -> Floats:
        """The loss of epoch k at index k − 1, a view. Of runs beyond 2²⁰ epochs, the smallest loss of each 2, 4 …
        epochs (see `Envelope`); `weights_at` gives every epoch of any run."""
        return self.envelope.values

    @property
    def alphas(self) -> list[tuple[int, float]]:
        """(first epoch, alpha) for each stretch of one alpha that was trained with, in order."""
        return recipes.alphas(self.trained)

    @property
    def trained(self) -> recipes.Recipes:
        """See `Curve`."""
        return self.steered[: bisect_right(self.steered, len(self), key=itemgetter(0))]

    @property
    def keyframes(self) -> tuple[Floats, Floats]:
        """The epochs whose states are kept, ascending, shape (n,), and their weights, shape (n, d + 1); views."""
        return self._frame_epochs.view(), self._keyframes.view()

    def span(self) -> tuple[float, float]:
        """See `Curve`."""
        return self.envelope.span()

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """See `Curve` and `Envelope.stretches`."""
        return self.envelope.stretches(edges)

    def known(self) -> tuple[Floats, Floats]:
        """See `Curve`."""
        return self.envelope.known()

    def steer(self, since: int, recipe: Recipe) -> None:
        """The step of epoch `since`, which is the next or a later one, is the first by that recipe."""
        recipes.steer(self.steered, since, recipe)

    def begin(self, epoch: int, state: State, kernel: Kernel | None = None) -> None:
        """Epoch `epoch`, which is the next or a later one, begins with that state, and with another kernel, where one
        is given."""
        self.breaks[epoch] = Break(state, kernel or self.kernel_at(epoch))

    def append(self, batch: Batch) -> None:
        """Take in the next epochs."""
        skip = -len(self.envelope) % self._stride
        epochs = np.arange(batch.first + skip, batch.first + len(batch), self._stride, dtype=float)
        self._keep(
            epochs,
            batch.weights[skip :: self._stride],
            batch.bests[skip :: self._stride],
            batch.memory[skip :: self._stride],
        )
        self._test(epochs=np.arange(batch.first, batch.first + len(batch)), losses=batch.tested)
        self.envelope.extend(batch.losses)

    def append_records(
        self, epochs: np.ndarray, losses: Floats, weights: Floats, bests: Sequence[Best] = (), memory: Floats = NONE,
        tested: Floats = NOTHING,
    ) -> None:  # fmt: skip
        """Take in some epochs, as a file keeps them: the losses between are not known, the weights between are
        computed again when they are asked for.

        Args:
            epochs: ascending, all beyond the last, shape (n,).
            losses: shape (n,).
            weights: shape (n, d + 1).
            bests: what the patience rule remembered before each of them.
            memory: what the optimiser remembered, shape (n, m).
            tested: the losses on the rows kept for testing, shape (n,) or (0,).
        """
        self._keep(epochs.astype(float), weights, bests, memory)
        self._test(epochs, tested)
        self.envelope.extend_some(epochs - len(self) - 1, losses, int(epochs[-1]) - len(self))

    def _test(self, epochs: np.ndarray, losses: Floats) -> None:
        """Take in the losses of these epochs on the rows kept for testing, if there are any."""
        if len(losses):
            done = len(self.tested)
            self.tested.extend_some(epochs - done - 1, losses, int(epochs[-1]) - done)

    def _keep(self, epochs: Floats, weights: Floats, bests: Sequence[Best], memory: Floats) -> None:
        if memory.size and not len(self._memories):
            self._memories.extend(np.zeros((len(self._keyframes), self._memories.view().shape[1])))
            self._capacity = max(64, self._capacity // (1 + SLOTS))
        if memory.size or len(self._memories):
            rows = np.zeros((len(weights), self._memories.view().shape[1]))
            rows[:, : memory.shape[1]] = memory[: len(weights)] if memory.size else 0.0
            self._memories.extend(rows)
        self._keyframes.extend(weights)
        self._frame_epochs.extend(epochs)
        if self._rules.patience is not None:
            self._bests.extend(np.array(bests or [Best()] * len(epochs), dtype=float).reshape(-1, 2))
        while len(self._keyframes) > self._capacity:
            for series in (self._keyframes, self._frame_epochs, self._bests, self._memories):
                series.halve(lambda rows: rows[::2])
            self._stride *= 2

    def prefix(self, epochs: int, recipe: Recipe) -> History:
        """A copy that ends with that epoch, for a run that goes on from there by that recipe. It keeps fewer keyframes
        and losses."""
        numbers = self._kernel.size * (1 + SLOTS if len(self._memories) else 1)
        capacity = min(self._capacity, max(64, FORK_BYTES // (8 * numbers)))
        copy = History(self._kernel, self.steered[0][1], self._rules, capacity)
        copy.envelope = self.envelope.prefix(epochs, FORK_LOSSES)
        copy.tested = self.tested.prefix(min(epochs, len(self.tested)), FORK_LOSSES)
        frames = int(np.searchsorted(self._frame_epochs.view(), epochs, side="right"))
        thinner = 1
        while frames > capacity * thinner:
            thinner *= 2
        copy._stride = self._stride * thinner
        copy._keyframes.extend(self._keyframes.view()[:frames:thinner])
        copy._frame_epochs.extend(self._frame_epochs.view()[:frames:thinner])
        copy._bests.extend(self._bests.view()[:frames:thinner])
        copy._memories.extend(self._memories.view()[:frames:thinner])
        copy.breaks = {at: known for at, known in self.breaks.items() if at <= epochs + 1}
        copy.steered = list(self.steered)
        copy.steer(epochs + 1, recipe)
        return copy

    def recipe_at(self, epoch: int) -> Recipe:
        """How that epoch's step was taken, or is to be taken."""
        return self.steered[self._stretch(epoch)][1]

    def kernel_at(self, epoch: int) -> Kernel:
        """What evaluates the data of that epoch."""
        since = self._broken_at(epoch)
        return self.breaks[since].kernel if since else self._kernel

    def weights_at(self, epoch: int) -> Floats:
        """The weights at which that epoch (1 to len) was measured, shape (d + 1,). Raises IndexError."""
        return self.state_at(epoch).weights

    @property
    def stride(self) -> int:
        """Of so many epochs the state of one is kept, and that of the others computed again."""
        return self._stride

    def path(self) -> tuple[Floats, Floats]:
        """Epochs, ascending, and the weights at which they were measured, shapes (n,) and (n, size): of what is kept
        all of the first, and then ever fewer pairs of neighbours, so that oscillations are seen. They
        are the same ones whenever it is asked for, and some more."""
        count, dense = len(self._frame_epochs), max(64, min(PATH, PATH_NUMBERS // self._kernel.size))
        parts, begin, step = [np.arange(min(dense, count))], dense, 2
        while begin < count:
            firsts = np.arange(begin, min(2 * begin, count), step)
            parts.append(np.column_stack([firsts, firsts + 1]).ravel())
            begin, step = 2 * begin, 2 * step
        frames = np.concatenate(parts)
        frames = frames[frames < count]
        return self._frame_epochs.view()[frames], self._keyframes.view()[frames]

    def state_at(self, epoch: int) -> State:
        """The state before that epoch (1 to len) was measured. Raises IndexError."""
        if not 1 <= epoch <= len(self):
            raise IndexError(f"epoch {epoch} is not in 1 … {len(self)}")
        frame = int(np.searchsorted(self._frame_epochs.view(), epoch, side="right")) - 1
        best = Best()
        if len(self._bests):
            loss, of = self._bests.view()[frame].tolist()
            best = Best(loss, int(of))
        begin, since = int(self._frame_epochs.view()[frame]), self._broken_at(epoch)
        if since >= begin:
            return self._after(self.breaks[since].state, epoch - 1)
        name, memory = self.recipe_at(begin).optimizer, NOTHING
        if len(self._memories) and OPTIMIZERS[name].slots:
            memory = self._memories.view()[frame, : 1 + OPTIMIZERS[name].slots * self._kernel.size].copy()
        state = State(self._keyframes.view()[frame].copy(), begin - 1, best, memory, name)
        return self._after(state, epoch - 1)

    def state_after(self, epoch: int) -> State:
        """The state after that epoch's step. Raises IndexError where it was not."""
        return self._after(self.state_at(epoch), epoch)

    @property
    def next_state(self) -> State | None:
        """The state before the next epoch; None before the first, where that begins with nothing else than the run."""
        begun = self.breaks.get(len(self) + 1)
        return begun.state if begun is not None else self.state_after(len(self)) if len(self) else None

    def _after(self, state: State, until: int) -> State:
        for _, later in self.redo(state, until):
            state = later
        return state

    def redo(self, state: State, until: int) -> Iterator[tuple[Batch, State]]:
        """Train from a state of this run on, by the recipes of the time and over its breaks, until so many epochs are
        done: each stretch of one recipe, as much of it as is computed at once, and the state after it."""
        at_once = max(1, min(AT_ONCE, NUMBERS // self._kernel.size))
        while state.done < until:
            epoch = state.done + 1
            state = self.breaks[epoch].state if epoch in self.breaks else state
            stretch = self._stretch(epoch)
            later = (at for at in (*(at for at, _ in self.steered[stretch + 1 :][:1]), *self.breaks) if at > epoch)
            end = min([until, *(at - 1 for at in later)])
            descent = Descent(self.kernel_at(epoch), state, self.steered[stretch][1], end, self._rules)
            batch = descent.advance(at_once)
            state = descent.state
            yield replace(batch, stop=None), state  # its end is not the run's

    def _broken_at(self, epoch: int) -> int:
        """The epoch of the last break up to that one; 0 where there is none."""
        return max((at for at in self.breaks if at <= epoch), default=0)

    def _stretch(self, epoch: int) -> int:
        return bisect_right(self.steered, epoch, key=itemgetter(0)) - 1

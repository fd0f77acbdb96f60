"""What a run's history does not hold of its epochs, computed again for some of them, evenly spread: gradients, steps,
accuracies."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from gdtui.data.dataset import Dataset, rows_told, some_rows
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.moment import evaluated
from gdtui.learning.objective import Objective
from gdtui.learning.penalty import loss_gradient_of
from gdtui.runs.history import History
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.later import Later

MOST, LEAST, NUMBERS = 256, 32, 2**20
"""Epochs of a branch at the most, fewer where there are many branches or weights, but not fewer than these; and the
numbers that are kept of them. With each comes the one after it: of every second epoch alone, an oscillation
would look smooth."""
LARGE, ROWS, FEWEST = 5 * 2**18, 2**13, 2**10
"""Multiplications up to which all rows are evaluated, which takes some milliseconds; and of a sample, which takes a
quarter of that, the rows at the most and at the least."""
AT_ONCE = 0.005
"""Seconds of work between two looks at what is asked for."""
A_FRAME, RESTS = 32, 9.0
"""While a run goes on: how many pairs of epochs are begun with in a frame, which takes time of training, and for how
many times as long as it works the thread rests, so that training has nine tenths of the time."""


class Known(NamedTuple):
    """What is known of an epoch.

    Attributes:
        weights: before its step, shape (size,).
        gradient: at those weights, with the penalties of its recipe, shape (size,).
        step: by what they were changed, shape (size,); NaN where that is not known.
        step_length: the Euclidean norm of the step, and `ratio` that over the norm of the weights; NaN where these are
            all 0.
        accuracy, test_accuracy: at those weights, as shares; NaN where there is none.
    """

    weights: Floats
    gradient: Floats
    step: Floats
    step_length: float
    ratio: float
    accuracy: float
    test_accuracy: float


class Track(NamedTuple):
    """What is known of some epochs of a branch.

    Attributes:
        epochs: ascending, shape (n,).
        known: of each.
    """

    epochs: Floats
    known: list[Known]

    def at(self, epoch: int) -> tuple[int, Known | None]:
        """The last epoch up to that one of which anything is known, and that; 0 and None where there is none."""
        place = int(np.searchsorted(self.epochs, epoch, side="right")) - 1
        return (int(self.epochs[place]), self.known[place]) if place >= 0 else (0, None)


class Epoch(NamedTuple):
    """What has to be known of an epoch to find out the rest.

    Attributes:
        state: that it begins with; None for what the step before, which was taken again, came to.
        recipe: of its step.
        after: the weights after that, shape (size,), where they are kept.
        kernel: what evaluated the data then; it belongs to another thread.
    """

    state: State | None
    recipe: Recipe
    after: Floats | None
    kernel: Kernel


Job = tuple[dict[int, Known], list[Epoch]]
"""Where what is found goes, and the epochs, one after the other."""
_KNOWN: WeakKeyDictionary[History, dict[int, Known]] = WeakKeyDictionary()
"""Of each branch what was found by any view: none computes what another has."""


class Tracks:
    """Computes the tracks of branches in a thread of its own.

    Args:
        wake: called, in that thread, when there is more to be seen.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._later: Later[None] = Later(wake)
        self._key: object = None
        """What was asked for last."""
        self._kernels: WeakKeyDictionary[Kernel, Kernel] = WeakKeyDictionary()
        """This thread's own, for each of those whose data is evaluated: a branch may have other data than the epochs
        before it."""

    @property
    def is_busy(self) -> bool:
        """Whether there is more to come."""
        return self._later.is_busy

    def of(
        self, data: Dataset, objective: Objective, branches: Sequence[tuple[History, int]], moves: bool
    ) -> list[Track]:
        """What is known by now of each of these branches. To be called where their histories may be read.

        Args:
            branches: each with an epoch that is wanted too, and first: the one shown.
            moves: whether a run goes on meanwhile; then those epochs are others soon, and not wanted.
        """
        if moves:
            branches = [(history, 0) for history, _ in branches]
        is_part = is_sampled(data)
        most = 2 * MOST // (1 + len(branches))
        wanted = [wanted_of(history, epoch, is_part, most) for history, epoch in branches]
        found = [_KNOWN.setdefault(history, {}) for history, _ in branches]
        missing = [
            (history, epochs)
            for (history, shown), known, several in zip(branches, found, wanted, strict=True)
            for epochs in coarse_to_fine(several, shown)
            if not known.keys() >= {*epochs}
        ]
        key = moves, [(history, several) for (history, _), several in zip(branches, wanted, strict=True)]
        if missing and (key != self._key or not self.is_busy):
            for known, several in zip(found, wanted, strict=True):
                _forget(known, several)
            jobs = [_begin(*one) for one in missing[: A_FRAME if moves else None]]
            self._key = key
            self._later.ask(object(), lambda: self._found(data, objective, jobs), RESTS if moves else 0.0)
        tracks = []
        for known, several in zip(found, wanted, strict=True):
            here = [epoch for epochs in several for epoch in epochs if epoch in known]
            tracks.append(Track(np.array(here, dtype=float), [known[epoch] for epoch in here]))
        return tracks

    def _found(self, data: Dataset, objective: Objective, jobs: Sequence[Job]) -> Iterator[None]:
        began = time.perf_counter()
        for known, epochs in jobs:
            state = None
            for epoch in epochs:
                begins = epoch.state or state
                if begins is None:
                    break
                kernel = self._own(data, objective, epoch.kernel)
                known[begins.done + 1], state = _known(kernel, begins, epoch, len(kernel.X) == len(epoch.kernel.X))
            if time.perf_counter() - began > AT_ONCE:
                yield
                began = time.perf_counter()
        yield

    def _own(self, data: Dataset, objective: Objective, kernel: Kernel) -> Kernel:
        """One for this thread, of what that one evaluates, or of a sample of it."""
        if kernel not in self._kernels:
            test, other = data.test, kernel.held_out
            if test is not None and other is not None:
                test = replace(test, X=other.X, y=other.y)
            whole = data if kernel.X is data.X else replace(data, X=kernel.X, y=kernel.y, test=test)
            self._kernels[kernel] = kernel_for(sample_of(whole), objective)
        return self._kernels[kernel]


def wanted_of(history: History, epoch: int, of_sample: bool = False, most: int = MOST) -> list[tuple[int, ...]]:
    """Epochs of a branch whose states are kept, evenly spread, each with the one after it, ascending; and among them
    that epoch, if the branch has it.

    Args:
        of_sample: whether only a sample is evaluated: then no step can be taken again, and only those are wanted whose
            state is kept, but not the newest, whose step is not known before the epoch after it.
        most: epochs beside those after them.
    """
    epochs, weights = history.keyframes
    most = max(LEAST, min(most, NUMBERS // (6 * weights.shape[1])))
    last = len(history) - of_sample
    firsts = [int(first) for first in epochs[:: stride_of(len(epochs), most)] if first <= last]
    firsts += [epoch] if 1 <= epoch <= last else []
    taken = {*firsts}
    wanted: list[tuple[int, ...]] = []
    for first in sorted(taken):
        follows = first < last and first + 1 not in taken and not (of_sample and _place(history, first + 1) is None)
        wanted.append((first, first + 1) if follows else (first,))
    return wanted


def stride_of(count: int, most: int) -> int:
    """Of so many, every how many to take for so many at the most: while there come to be more, the same are taken, and
    others, until every second of them is left out."""
    stride = 1
    while count > most * stride:
        stride *= 2
    return stride


def coarse_to_fine(wanted: Sequence[tuple[int, ...]], shown: int) -> list[tuple[int, ...]]:
    """What has the one shown, if any has, every 64th, then those between, and those between."""
    order = [epochs for epochs in wanted if shown in epochs]
    for stride in (64, 16, 4, 1):
        order += wanted[::stride]
    return [*dict.fromkeys(order)]


def _forget(known: dict[int, Known], wanted: Sequence[tuple[int, ...]]) -> None:
    """Keep no more than is wanted, and as much again."""
    if len(known) > 4 * len(wanted) + LEAST:
        for epoch in {*known} - {epoch for epochs in wanted for epoch in epochs}:
            del known[epoch]


def _begin(history: History, epochs: tuple[int, ...]) -> Job:
    """What is needed to find out about epochs that follow each other."""
    return _KNOWN[history], [_epoch(history, epoch, epoch == epochs[0]) for epoch in epochs]


def _epoch(history: History, epoch: int, is_first: bool) -> Epoch:
    is_known = is_first or epoch in history.breaks or _place(history, epoch) is not None
    after = _place(history, epoch + 1)
    return Epoch(
        history.state_at(epoch) if is_known else None,
        history.recipe_at(epoch),
        None if after is None or epoch + 1 in history.breaks else history.keyframes[1][after].copy(),
        history.kernel_at(epoch),
    )


def _place(history: History, epoch: int) -> int | None:
    """Where that epoch is among those whose states are kept, if it is."""
    epochs = history.keyframes[0]
    place = int(np.searchsorted(epochs, epoch))
    return place if place < len(epochs) and epochs[place] == epoch else None


def is_sampled(data: Dataset) -> bool:
    """Whether so much data is evaluated on some of its rows only."""
    return data.units * data.X.size > LARGE


def sample_of(data: Dataset) -> Dataset:
    """The data, or, where that is large, some of its rows, and of its test set as many."""
    count = max(FEWEST, min(ROWS, LARGE // (4 * data.units * data.X.shape[1])))
    return some_rows(data, count) if is_sampled(data) else data


def sample_told(data: Dataset) -> str:
    """Of which rows that is, in words; empty where it is of all."""
    return rows_told(len(sample_of(data)), data)


def _known(kernel: Kernel, state: State, epoch: Epoch, is_whole: bool) -> tuple[Known, State | None]:
    """Of the epoch that begins with that state, and, where its step is taken again, the state after it. What a sample's
    step would be is not what was taken."""
    weights, gradient, later = state.weights, np.empty(kernel.size), None
    step = np.full(kernel.size, np.nan)
    with np.errstate(all="ignore"):
        loss = float(loss_gradient_of(kernel, epoch.recipe)(weights, gradient))
        tested = None if kernel.held_out is None else float(kernel.held_out.loss(weights))
        moment = evaluated(kernel, state.done + 1, weights, loss, gradient, tested)
        if epoch.after is not None:
            step = epoch.after - weights
        elif is_whole and math.isfinite(loss):
            descent = Descent(kernel, state, epoch.recipe, state.done + 1)
            descent.advance(1)
            later = descent.state
            step = later.weights - weights
        length, size = (math.sqrt(vector @ vector) for vector in (step, weights))
    shares = (math.nan if one is None else one for one in (moment.accuracy, moment.test_accuracy))
    return Known(weights, gradient, step, length, length / size if size else math.nan, *shares), later

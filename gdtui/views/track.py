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

from gdtui.data.dataset import Dataset
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
"""Epochs of a branch at the most, fewer where there are many weights, but not fewer than these; and the numbers that
are kept of them."""
LARGE, ROWS, FEWEST = 2**20, 2**13, 2**10
"""Multiplications up to which all rows are evaluated, which takes some milliseconds; and of a sample, which takes a
quarter of that, the rows at the most and at the least."""
AT_ONCE = 0.005
"""Seconds of work between two looks at what is asked for."""
A_FRAME, RESTS = 64, 9.0
"""While a run goes on: how many epochs are begun with in a frame, which takes time of training, and for how many times
as long as it works the thread rests, so that training has nine tenths of the time."""


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


Job = tuple[dict[int, Known], State, Recipe, Floats | None]
"""Where what is found goes, the state before an epoch, the recipe of its step, and the weights after it, where they are
known."""
_KNOWN: WeakKeyDictionary[History, dict[int, Known]] = WeakKeyDictionary()
"""Of each branch what was found by any view: none computes what another has."""


class Tracks:
    """Computes the tracks of branches of one data set at a time, in a thread of its own.

    Args:
        wake: called, in that thread, when there is more to be seen.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._later: Later[None] = Later(wake)
        self._key: object = None
        """What was asked for last."""
        self._kernel: tuple[Dataset, Objective, Kernel] | None = None

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
        wanted = [wanted_of(history, epoch) for history, epoch in branches]
        if is_sampled(data):  # the newest step is not known before the epoch after it
            wanted = [
                [epoch for epoch in epochs if epoch < len(history)]
                for epochs, (history, _) in zip(wanted, branches, strict=True)
            ]
        found = [_KNOWN.setdefault(history, {}) for history, _ in branches]
        missing = [
            (history, epoch)
            for (history, shown), known, epochs in zip(branches, found, wanted, strict=True)
            for epoch in coarse_to_fine(epochs, shown)
            if epoch not in known
        ]
        key = moves, [(history, epochs) for (history, _), epochs in zip(branches, wanted, strict=True)]
        if missing and (key != self._key or not self.is_busy):
            for known, epochs in zip(found, wanted, strict=True):
                _forget(known, epochs)
            jobs = [_begin(*one) for one in missing[: A_FRAME if moves else None]]
            self._key = key
            self._later.ask(object(), lambda: self._found(data, objective, jobs), RESTS if moves else 0.0)
        tracks = []
        for known, epochs in zip(found, wanted, strict=True):
            here = [epoch for epoch in epochs if epoch in known]
            tracks.append(Track(np.array(here, dtype=float), [known[epoch] for epoch in here]))
        return tracks

    def _found(self, data: Dataset, objective: Objective, jobs: Sequence[Job]) -> Iterator[None]:
        if self._kernel is None or self._kernel[0] is not data or self._kernel[1] is not objective:
            self._kernel = data, objective, kernel_for(sample_of(data), objective)
        kernel, began = self._kernel[2], time.perf_counter()
        for known, state, recipe, after in jobs:
            known[state.done + 1] = _known(kernel, state, recipe, after, len(kernel.X) == len(data))
            if time.perf_counter() - began > AT_ONCE:
                yield
                began = time.perf_counter()
        yield


def wanted_of(history: History, epoch: int) -> list[int]:
    """Epochs of a branch whose states are kept, evenly spread, and that one, if it has it."""
    epochs, weights = history.keyframes
    most = max(LEAST, min(MOST, NUMBERS // (3 * weights.shape[1])))
    found = epochs[:: stride_of(len(epochs), most)].astype(int).tolist()
    return sorted({*found, epoch}) if 1 <= epoch <= len(history) else found


def stride_of(count: int, most: int) -> int:
    """Of so many, every how many to take for so many at the most: while there come to be more, the same are taken, and
    others, until every second of them is left out."""
    stride = 1
    while count > most * stride:
        stride *= 2
    return stride


def coarse_to_fine(epochs: Sequence[int], shown: int) -> list[int]:
    """The one shown, if it is among them, every 64th, then those between, and those between."""
    order = [epoch for epoch in epochs if epoch == shown]
    for stride in (64, 16, 4, 1):
        order += epochs[::stride]
    return [*dict.fromkeys(order)]


def _forget(known: dict[int, Known], epochs: Sequence[int]) -> None:
    """Keep no more than is wanted, and as much again."""
    if len(known) > 2 * len(epochs) + LEAST:
        for epoch in {*known} - {*epochs}:
            del known[epoch]


def _begin(history: History, epoch: int) -> Job:
    """What is needed to find out about an epoch."""
    epochs, weights = history.keyframes
    place = int(np.searchsorted(epochs, epoch + 1))
    is_kept = place < len(epochs) and epochs[place] == epoch + 1
    after = weights[place].copy() if is_kept else None
    return _KNOWN[history], history.state_at(epoch), history.recipe_at(epoch), after


def is_sampled(data: Dataset) -> bool:
    """Whether so much data is evaluated on some of its rows only."""
    return data.units * data.X.size > LARGE


def sample_of(data: Dataset) -> Dataset:
    """The data, or, where that is large, some of its rows, evenly spread, and of its test set as many."""
    if not is_sampled(data):
        return data
    count = max(FEWEST, min(ROWS, LARGE // (4 * data.units * data.X.shape[1])))
    test = None if data.test is None else _spread(data.test, count)
    return replace(_spread(data, count), test=test)


def sample_told(data: Dataset) -> str:
    """Of which rows that is, in words; empty where it is of all."""
    return f"over {len(sample_of(data)):,} of {len(data):,} rows" if is_sampled(data) else ""


def _spread(data: Dataset, count: int) -> Dataset:
    rows = np.linspace(0, len(data) - 1, min(count, len(data))).astype(np.intp)
    return replace(data, X=data.X[rows], y=data.y[rows])


def _known(kernel: Kernel, state: State, recipe: Recipe, after: Floats | None, is_whole: bool) -> Known:
    """Of the epoch that begins with that state. What a sample's step would be is not what was taken."""
    weights, gradient = state.weights, np.empty(kernel.size)
    step = np.full(kernel.size, np.nan)
    with np.errstate(all="ignore"):
        loss = float(loss_gradient_of(kernel, recipe)(weights, gradient))
        tested = None if kernel.held_out is None else float(kernel.held_out.loss(weights))
        moment = evaluated(kernel, state.done + 1, weights, loss, gradient, tested)
        if after is not None:
            step = after - weights
        elif is_whole and math.isfinite(loss):
            descent = Descent(kernel, state, recipe, state.done + 1)
            descent.advance(1)
            step = descent.weights - weights
        length, size = (math.sqrt(vector @ vector) for vector in (step, weights))
    shares = (math.nan if one is None else one for one in (moment.accuracy, moment.test_accuracy))
    return Known(weights, gradient, step, length, length / size if size else math.nan, *shares)

"""Runs that can only be looked at: branches of a run file, which somebody else may be writing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.edits import added
from gdtui.learning.descent import State
from gdtui.learning.kernel import Kernels, kernel_for
from gdtui.learning.moment import Moment
from gdtui.learning.objective import objective_named
from gdtui.learning.optimizer import OPTIMIZERS
from gdtui.learning.stop import Best
from gdtui.runs import recipes
from gdtui.runs.events import Branch
from gdtui.runs.history import SLOTS
from gdtui.runs.kept import all_kept
from gdtui.runs.lost import LostData
from gdtui.runs.reader import OnlyLossesError, RunFileError
from gdtui.runs.run import Shown
from gdtui.settings import Settings
from gdtui.types import Floats

MOST_LEFT_OUT = 10_000
"""Epochs that may be left out at any place of a file; see `can_be_bridged`."""


def can_be_bridged(epoch: int, later: int, size: int) -> bool:
    """Whether what lies between two epochs of a file can be computed again: gdtui leaves out less than a thousandth of
    what came before, or a hundredth where there are many weights, and more might take for ever."""
    return later - epoch <= max(MOST_LEFT_OUT, later * 10 // all_kept(size))


class ArchivedRun(Shown):
    """A branch of a run file. With its data every epoch can be shown, since what lies between those that were kept is
    computed again; without it, those that were kept, as far as the file tells them.

    Args:
        settings: what determined it.
        data: its data, or what is left of that.
        branch: its records, as far as they have been read; see `read_on`.
        others: the branches before it in the file.
        kernels: makes what evaluates the data.
    """

    def __init__(
        self,
        settings: Settings,
        data: Dataset,
        branch: Branch,
        others: Sequence[ArchivedRun],
        kernels: Kernels = kernel_for,
    ) -> None:
        kernel = kernels(data, objective_named(settings.loss, len(data.class_names))) if not others else None
        if branch.forked_at is not None:
            owner = others[branch.parent].owner(branch.forked_at)
            settings, data, kernel = owner.settings, owner.data, owner.kernel
            if branch.begun_with is not None and branch.forked_at == 1:
                settings = replace(settings, init=tuple(branch.begun_with))
        super().__init__(settings, data, kernel)
        self.branch = branch
        self._is_lost = isinstance(data, LostData)
        if branch.forked_at is not None:
            self._fork(branch.forked_at, others[branch.parent])

    def _fork(self, epoch: int, parent: ArchivedRun) -> None:
        """Share the epochs before that one."""
        branch, self.forked_at, self.parent = self.branch, epoch, parent
        kept = min(epoch - 1, parent.done)
        if self._is_lost and not (branch.epochs and branch.epochs[0] <= kept):
            kept = 0
        self.history = parent.history.prefix(kept, recipes.at(branch.recipes, kept + 1) or self.settings.recipe)
        # Where the file leaves epochs out, there may be breaks between those that are kept and the fork.
        self.history.breaks.update((at, known) for at, known in parent.history.breaks.items() if at <= epoch)
        if branch.begun_with is not None:
            self.begun_with = np.array(branch.begun_with)
            self.history.begin(epoch, State(self.begun_with, epoch - 1))

    @property
    def weights(self) -> Floats:  # type: ignore[override]
        if self.branch.end is not None or self._is_lost:
            return self.end().weights
        state = self.history.next_state
        return self.start if state is None else state.weights

    def read_on(self, where: str) -> None:
        """Take in what the branch holds by now. Raises OnlyLossesError where it holds no weights, of a file that is
        called so, or leaves out too many epochs."""
        branch, history = self.branch, self.history
        for since, recipe in branch.recipes:
            if since > self.done:
                history.steer(since, recipe)
        if branch.edits != self.settings.data.edits:
            self._edit(where)
        new = range(bisect_right(branch.epochs, self.done), len(branch.epochs))
        if new and branch.weights[0] is None:
            raise OnlyLossesError(f"{where}: holds no weights")
        # Where a run diverges, weights are not finite, and not written: nothing can be drawn of those.
        places = [place for place in new if branch.weights[place] is not None]
        if places:
            epochs = [branch.epochs[place] for place in places]
            for epoch, later in pairwise([self.done, *epochs]):
                if not (self._is_lost or can_be_bridged(epoch, later, self.kernel.size)):
                    raise OnlyLossesError(f"{where}: leaves out too much between the epochs {epoch} and {later}")
            if not self.done and branch.epochs[0] > 1:  # what is left out at first is computed from the start
                history.append_records(np.array([1]), np.array([np.nan]), self.start[None])
            history.append_records(
                np.array(epochs),
                np.array([branch.losses[place] for place in places]),
                np.array([branch.weights[place] for place in places], dtype=np.float64),
                self._bests(places),
                self._memories(places, where),
                self._tested(places),
            )
        self.epochs, self.stop = max(branch.wanted, self.done), branch.stop
        self.tried, self.proved = branch.tried, branch.proved
        self.recipe = branch.recipes[-1][1] if branch.recipes else self.settings.recipe

    def _edit(self, where: str) -> None:
        """Its own epochs, of which none has been taken in, are trained on other data. Raises as `read_on`."""
        begun, edits = (self.forked_at or 1) - 1, self.branch.edits
        if isinstance(self.data, LostData):
            self.data = replace(self.data, rows=self.data.rows + added(self.settings.data.edits, edits))
            self.settings = replace(self.settings, data=replace(self.settings.data, edits=edits))
            return
        if not can_be_bridged(self.done, begun, self.kernel.size):
            raise OnlyLossesError(f"{where}: leaves out too much between the epochs {self.done} and {begun}")
        state = self.history.next_state or State(self.start)
        for _, later in self.history.redo(state, begun):
            state = later
        known = self.history.breaks.get(begun + 1)
        try:
            self._change(edits, state if known is None else known.state)
        except DataError as error:
            raise RunFileError(f"{where}: {error}") from None

    def _memories(self, places: Sequence[int], where: str) -> Floats:
        """What the optimiser remembered before each of these records; zeros where it remembered nothing. Raises
        RunFileError where that is of the wrong size."""
        found = [self.branch.memories[place] for place in places]
        if not any(found):
            return np.empty((0, 0))
        size = self.kernel.size
        rows = np.zeros((len(found), 1 + SLOTS * size))
        for place, row, memory in zip(places, rows, found, strict=True):
            epoch = self.branch.epochs[place]
            optimizer = OPTIMIZERS[self.history.recipe_at(epoch).optimizer]
            slots = optimizer.slots
            memory = memory or []
            if memory and len(memory) != (1 + slots * size if slots else 0):
                raise RunFileError(f"{where}: epoch {epoch} has a memory of {len(memory)} numbers, which does not fit")
            never_negative = memory[:1] + memory[-size:] * optimizer.has_squares
            if memory and not (np.isfinite(memory).all() and min(never_negative) >= 0):
                raise RunFileError(f"{where}: epoch {epoch} has a memory that no optimiser can have")
            row[: len(memory)] = memory
        return rows

    def _tested(self, places: Sequence[int]) -> Floats:
        """The losses of these records on the rows kept for testing; none where the file tells none."""
        found = [self.branch.tested[place] for place in places]
        return np.array(found if found.count(None) < len(found) else (), dtype=np.float64)

    def _bests(self, places: Sequence[int]) -> list[Best]:
        """What the patience rule remembered before each of these records. Version 1 says it by their losses alone, and
        a file of that version that was gone on with says it from there on."""
        rules, best, found = self.settings.stop, Best(), []
        if rules.patience is None:
            return []
        judged = self.branch.losses if self.data.test is None else self.branch.tested
        for epoch, loss, told in zip(self.branch.epochs, judged, self.branch.bests, strict=True):
            best = told or (Best() if epoch in self.history.breaks else best)
            found.append(best)
            if loss is not None and loss < best.loss - rules.min_delta:
                best = Best(loss, epoch)
        return [found[place] for place in places]

    def end(self) -> Moment:
        if self.branch.end is not None:
            return replace(self.branch.end, epoch=self.done)
        return self.moment(self.done) if self._is_lost else super().end()

    def moment(self, epoch: int) -> Moment:
        if not self._is_lost:
            return super().moment(epoch)
        if not 0 <= epoch <= self.done:
            raise IndexError(f"epoch {epoch} is not in 1 … {self.done}")
        return self._kept(epoch) if epoch else Moment(0, self.start, np.nan)

    def _kept(self, epoch: int) -> Moment:
        """The last record up to that epoch."""
        index = max(0, bisect_right(self.branch.epochs, epoch) - 1)
        at, weights = self.branch.epochs[index], np.array(self.branch.weights[index], dtype=np.float64)
        loss, test = self.branch.losses[index], self.branch.tested[index]
        return self.branch.measured.get(at) or Moment(at, weights, loss, test_loss=test)

    def newest(self) -> Moment:
        begun = self.history.breaks.get(self.done + 1)
        if self._is_lost and self.stop is None and begun is not None:
            return Moment(self.done, begun.state.weights, np.nan)
        return super().newest()

    def reachable(self, epoch: int, forward: bool) -> int:
        if not self._is_lost:
            return epoch
        kept = self.branch.epochs
        return min(kept[bisect_left(kept, epoch)] if forward else self._kept(epoch).epoch, self.done)

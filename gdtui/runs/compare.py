"""Several run files side by side, and files of which there is no more than losses."""

import math
import os
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import numpy as np

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.edits import base_of, edited
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.moment import NO_PENALTY, Moment, measure
from gdtui.learning.objective import objective_named
from gdtui.runs.curve import Curve, KnownLosses
from gdtui.runs.events import Branch
from gdtui.runs.race import names_in
from gdtui.runs.reader import OnlyLossesError, RunFile
from gdtui.runs.reopen import data_of, settings_of
from gdtui.settings import DataEdit
from gdtui.text import printable


class Row(Protocol):
    """What a table of runs side by side has of each: a file among others, or one who races."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def state(self) -> str:
        """In a word."""

    @property
    def curve(self) -> Curve:
        """Its losses."""

    @property
    def loss(self) -> float:
        """The last, or the one that is shown; NaN where there is none."""

    @property
    def accuracy(self) -> float | None:
        """At the same weights; None where it is not known."""

    @property
    def test_loss(self) -> float | None:
        """Of the rows that are kept for testing, where there are any."""

    @property
    def test_accuracy(self) -> float | None:
        """The same."""

    @property
    def task(self) -> tuple[str, str]:
        """The objective and the name of the data; empty where nobody says."""


class Entrant(RunFile):
    """One run file among others: the branch that it ends with.

    Raises:
        RunFileError: it is no run file.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.short = printable(os.path.basename(path).removesuffix(".jsonl"))
        """The file's name, as far as it is needed."""
        self._show()

    def _set_up(self) -> None:
        self.note: str | None = None
        """Why there are only losses."""
        self.curve = KnownLosses()
        self._front = self.current
        self.front: Branch
        """The branch it ends with; of several that descend together, always the same one. Of a file that cannot be read
        any more it is what was read."""
        self._data: Dataset | None = None
        self._kernel: Kernel | None = None
        self._edits = self._begun_with = tuple[DataEdit, ...]()
        """What was changed by hand of the data that the kernel evaluates, and of that which the digest is of."""
        self.accuracy: float | None = None
        """At the weights of `loss`; None where the data or the weights are not to be had."""
        self.test_loss: float | None = None
        self.test_accuracy: float | None = None
        """There too, on the rows kept for testing."""
        try:
            settings = settings_of(self)
            self._data = data = data_of(self, settings, is_shown=True)
            self._objective = objective_named(settings.loss, len(data.class_names))
            self._kernel = kernel_for(data, self._objective)
            self._edits = self._begun_with = settings.data.edits
        except OnlyLossesError as error:
            self.note = str(error).removeprefix(f"{self.path}: ")

    @property
    def name(self) -> str:
        """That of the file, and of a race, who of those in it is shown."""
        race = self.front.race
        if len(race) < 2:
            return self.short
        return f"{self.short}: {names_in(self.branches, race)[race.index(self._front)]}"

    @property
    def state(self) -> str:
        """As `RunFile.state`, or unreadable, or the rule that ended it."""
        if self.error is not None:
            return "unreadable"
        stop = self.front.stop
        return super().state if stop is None else {"epochs": "done"}.get(stop.rule, stop.rule)

    @property
    def loss(self) -> float:
        """The last epoch's, or that after its step where the run has ended and the file tells it; NaN where there is
        none."""
        losses, end = self.curve.known()[1], self.front.end
        return end.loss if end is not None else float(losses[-1]) if len(losses) else math.nan

    def _take_in(self) -> None:
        if self.current not in (self._front, *self.branches[self._front].race):
            self._front, self.curve = self.current, KnownLosses()
        self.front = branch = self.branches[self._front]
        begin = bisect_right(branch.epochs, len(self.curve))
        self.curve.extend(branch.epochs[begin:], branch.losses[begin:], branch.tested[begin:])
        # One that was chosen and not trained with yet is none of the curve's.
        self.curve.trained = [pair for pair in branch.recipes if pair[0] <= max(1, len(self.curve))]
        known = self._measure()
        self.accuracy, self.test_loss, self.test_accuracy = known.accuracy, known.test_loss, known.test_accuracy

    def _measure(self) -> Moment:
        branch = self.front
        if self._data is not None and branch.edits != self._edits:
            with suppress(DataError):  # then nothing is measured
                self._kernel, self._edits = None, branch.edits
                self._kernel = kernel_for(edited(base_of(self._data), branch.edits), self._objective)
        kernel = self._kernel
        weights = branch.weights[-1] if branch.weights else None
        if branch.end is not None or kernel is None or weights is None or len(weights) != kernel.size:
            return branch.last()
        recipe = branch.recipes[-1][1] if branch.recipes else NO_PENALTY
        return measure(kernel, np.array(weights), recipe=recipe)

    @property
    def task(self) -> tuple[str, str]:
        """The objective and the name of the data; empty where the file does not say."""
        told = self.header
        return printable(str(told.get("loss", ""))), printable(str(told.get("name", "")))

    @property
    def edits(self) -> tuple[DataEdit, ...]:
        """The changes by hand of the data it ends with; none where it ends with that which it began with."""
        return () if self.front.edits == self._begun_with else self.front.edits

    @property
    def wanted(self) -> int:
        """Epochs wanted, or done where the file does not say."""
        return max(self.front.wanted, len(self.curve))


def entrants_of(paths: list[str]) -> list[Entrant]:
    """The files, each with a name that tells it from the others: the shortest end of its path that no other has.

    Raises:
        RunFileError: one of them is no run file.
    """
    entrants = [Entrant(path) for path in paths]
    parts = [os.path.normpath(path).removesuffix(".jsonl").split(os.sep) for path in paths]
    for entrant, own in zip(entrants, parts, strict=True):
        length = 1
        while length < len(own) and sum(other[-length:] == own[-length:] for other in parts) > 1:
            length += 1
        entrant.short = printable(os.sep.join(own[-length:]))
    return entrants


def tasks_differ(entrants: Sequence[Entrant]) -> bool:
    """Whether some have another objective than others, or other data: then their losses are not of one kind."""
    known = [entrant for entrant in entrants if "digest" in entrant.header]
    told = {(entrant.task[0], str(entrant.header["digest"]), entrant.edits) for entrant in known}
    return len(told) > 1


def fair_target(entrants: Sequence[Row]) -> float:
    """A loss to ask of all: the lowest that each run which does not diverge has been down to."""
    lowest = [entrant.curve.span()[0] for entrant in entrants if entrant.state != "diverged"]
    return max(filter(math.isfinite, lowest), default=math.nan)

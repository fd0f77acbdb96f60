"""The log of a branch: the article's lines as the epochs come, and what was steered between them."""

from bisect import bisect_right
from collections import deque
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gdtui.learning.descent import Batch
from gdtui.learning.stop import Stop
from gdtui.runs.archive import ArchivedRun
from gdtui.runs.events import EpochsWanted, Event, Steered
from gdtui.runs.run import Shown

KEPT = 10_000
"""Lines to scroll back to."""
LINES_AT_ONCE = 50
"""Where a pull brings more epochs than this, the log shows its last only."""
RECALLED = 5_000
"""Epochs before those of this session that the log begins with, at the most."""


class Entry(NamedTuple):
    """A line of the log."""

    text: str
    epoch: int | None = None
    """The epoch whose loss it tells; None where it tells what was done."""


def epoch_entry(epoch: int, loss: float) -> Entry:
    """An epoch's line, as the article prints it."""
    return Entry(f"[INFO] epoch #{epoch}, loss={loss:.7f}", epoch)


class Log:
    """The log of one branch.

    Args:
        run: the branch; what it has done already is told as far as each epoch's loss is known.
        marks: the session's; lines that a recording marks are added to it.
    """

    def __init__(self, run: Shown, marks: list[str]) -> None:
        self.run = run
        self._marks: list[str] = []
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.added = 0
        """Entries ever added: old ones leave at the top, so they are told apart by their number among these."""
        self._choice: Steered | None = None
        """What the last entry says of alpha, until the epoch comes from which on it counts."""
        self._last = 0
        """The last epoch told."""
        self._told: Stop | None = None
        """The end that has been told."""
        self.add("[INFO] starting training...")
        self._recall()
        self._marks = marks

    def add(self, text: str, is_marked: bool = False) -> None:
        """Say what was done."""
        self._append(Entry(text))
        if is_marked:
            self._marks.append(text)

    def _append(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.added += 1
        self._choice = None
        self._last = entry.epoch or self._last

    def take(self, event: Event) -> None:
        """Tell what happened in the branch."""
        match event:
            case Batch():
                self._batch(event)
            case Steered():
                self._steered(event)
            case EpochsWanted(epochs, before):
                self.add(f"epochs {before} → {epochs}")

    def _batch(self, batch: Batch) -> None:
        losses = batch.losses.tolist()
        shown = range(len(losses)) if len(losses) <= LINES_AT_ONCE else [len(losses) - 1]
        for index in shown:
            self._append(epoch_entry(batch.first + index, losses[index]))
        self._end()

    def _steered(self, event: Steered) -> None:
        """An alpha that is changed again before any epoch came of it is told as one change, or as none."""
        before = event.before
        if self._choice is not None:
            before = self._choice.before
            self.entries.pop()
            self.added -= 1
            self._choice = None
        if before is not None and before != event.alpha:
            self.add(_alpha_line(before, event.alpha, event.since), is_marked=True)
            self._choice = Steered(event.alpha, event.since, before)

    def read_on(self) -> None:
        """Tell the epochs that have come into the branch of a file since, the last of many."""
        epochs, losses = self._known()
        begin = max(bisect_right(epochs, self._last), len(epochs) - LINES_AT_ONCE)
        for epoch, loss in zip(epochs[begin:], losses[begin:], strict=True):
            self._append(epoch_entry(epoch, loss))
        self._end()

    def _end(self) -> None:
        if self.run.stop is not None and self.run.stop != self._told:
            self.add(self.run.stop.message, is_marked=True)
        self._told = self.run.stop

    def _recall(self) -> None:
        epochs, losses = self._known()
        if epochs and epochs[0] > 1:
            self.add(f"the log begins at epoch {epochs[0]}")
        changes = [
            (old, new, since)
            for (_, old), (since, new) in pairwise(self.run.history.alphas)
            if epochs and since >= epochs[0]
        ]
        for epoch, loss in zip(epochs, losses, strict=True):
            while changes and changes[0][2] <= epoch:
                self.add(_alpha_line(*changes.pop(0)))
            self._append(epoch_entry(epoch, loss))
        self._end()

    def _known(self) -> tuple[list[int], list[float]]:
        """The last epochs of which each one's loss is known, and their losses."""
        done, history = self.run.done, self.run.history
        if isinstance(self.run, ArchivedRun):
            end = bisect_right(self.run.branch.epochs, done)
            last = slice(max(0, end - RECALLED), end)
            return self.run.branch.epochs[last], self.run.branch.losses[last]
        if history.envelope.stride > 1:  # each loss stands for several epochs
            return [], []
        first = max(0, done - RECALLED)
        recent = history.losses[first:]
        known = np.flatnonzero(~np.isnan(recent))
        return (known + first + 1).tolist(), recent[known].tolist()


def _alpha_line(old: float, new: float, since: int) -> str:
    return f"alpha {old:g} → {new:g} from epoch {since}"

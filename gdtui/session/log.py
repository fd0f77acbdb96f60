"""The log of a branch or a file: the article's lines as the epochs come, and what was steered between them."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from textwrap import wrap
from typing import NamedTuple

import msgspec
import numpy as np

from gdtui.learning.descent import Batch
from gdtui.learning.stop import Stop
from gdtui.runs.archive import ArchivedRun
from gdtui.runs.events import Branch, EpochsWanted, Event, Proved, Steered, Tried
from gdtui.runs.recipes import change_told, chosen, difference
from gdtui.runs.run import Shown
from gdtui.session.line import tried_told
from gdtui.text import printable

KEPT = 10_000
"""Lines to scroll back to."""
LINES_AT_ONCE = 50
"""Where a pull brings more epochs than this, the log shows its last only."""
TOLD_WIDTH = 76
"""Columns for what is told of the data: the log of a terminal of 80, which cuts what is longer."""
RECALLED = 5_000
"""Epochs before those of this session that the log begins with, at the most."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A line of the log. There may be many, which the garbage collector need not look through."""

    text: str
    epoch: int | None = None
    """The epoch whose loss it tells; None where it tells what was done."""
    is_quiet: bool = False
    """Whether it may be passed over, though it tells of no epoch."""


class Said(NamedTuple):
    """What came of a command, for the person who gave it."""

    text: str
    is_error: bool = False


class Marked(NamedTuple):
    """A line of the log that a recording marks: a change of alpha, a branch, an end."""

    text: str


Happened = Event | Said | Marked


def epoch_told(epoch: int, loss: float, test: float | None = None) -> str:
    """An epoch in a line, as the article prints it, with the loss on the rows kept for testing, where it is known."""
    return f"[INFO] epoch #{epoch}, loss={loss:.7f}" + ("" if test is None else f", test_loss={test:.7f}")


def epoch_entry(epoch: int, loss: float, test: float | None = None) -> Entry:
    """That line as an entry."""
    return Entry(epoch_told(epoch, loss, test), epoch)


class Log:
    """A log, empty at first.

    Args:
        happened: lines that a recording marks are added to it.
    """

    def __init__(self, happened: list[Happened]) -> None:
        self.happened = happened
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.added = 0
        """Entries ever added: old ones leave at the top, so they are told apart by their number among these."""
        self._change: Steered | None = None
        """What the last entry tells of, where that is a change of the recipe."""
        self._last = 0
        """The last epoch told."""
        self._told: Stop | None = None
        """The end that has been told."""
        self.told_trial: tuple[Tried | None, Proved | None] = None, None
        """What was tried, and what came of it, as far as that has been told."""

    def add(self, text: str, is_marked: bool = False) -> None:
        """Say what was done."""
        text = printable(text)
        self.append(Entry(text))
        if is_marked:
            self.happened.append(Marked(text))

    def append(self, entry: Entry) -> None:
        """Add a line."""
        self.entries.append(entry)
        self.added += 1
        self._change = None
        self._last = entry.epoch or self._last

    def take(self, event: Event) -> None:
        """Tell what happened in the branch. What is steered again before any epoch came of it is told as one change,
        or as none."""
        match event:
            case Batch(first, losses):
                shown = losses if len(losses) <= LINES_AT_ONCE else losses[-1:]
                tests = event.tested[-len(shown) :].tolist() or [None] * len(shown)
                for place, (loss, test) in enumerate(zip(shown.tolist(), tests, strict=True)):
                    self.append(epoch_entry(first + len(losses) - len(shown) + place, loss, test))
                self.end(event.stop)
            case Steered(now, since, before):
                if self._change is not None:
                    now, before = {**self._change.now, **now}, {**before, **self._change.before}
                    self.entries.pop()
                    self.added -= 1
                    self._change = None
                now = {name: value for name, value in now.items() if value != before.get(name)}
                if before and chosen(now):
                    self.add(change_told(before, now, since), is_marked=True)
                    self._change = Steered(now, since, before)
            case EpochsWanted(epochs, others):
                self.add(f"epochs {others} → {epochs}")
            case Tried():
                self.told_trial = event, None
            case Proved():
                self.told_trial = self.told_trial[0], event
                self.add(event.told, is_marked=True)

    def read_on(self, branch: Branch, done: int, most: int = LINES_AT_ONCE) -> None:
        """Tell the epochs up to `done` that have come into the branch of a file since: of many, the last, `most`."""
        self._last = min(self._last, done)  # it may be another branch than before
        end = bisect_right(branch.epochs, done)
        begin = max(bisect_right(branch.epochs, self._last), end - most)
        known = branch.epochs, branch.losses, branch.tested
        before, self.told_trial = self.told_trial, (branch.tried, branch.proved)
        if branch.tried is not None and branch.tried != before[0]:
            self.add(tried_told(branch.tried, branch.forked_at), is_marked=True)
        for told in zip(*(series[begin:end] for series in known), strict=True):
            self.append(epoch_entry(*told))
        if branch.proved is not None and branch.proved != before[1]:
            self.add(branch.proved.told, is_marked=True)
        self.end(branch.stop)

    def end(self, stop: Stop | None) -> None:
        """Say why training ended, if it did, unless that has been said."""
        if stop is not None and stop != self._told:
            self.add(stop.message, is_marked=True)
        self._told = stop


def log_of(run: Shown, happened: list[Happened]) -> Log:
    """A log that begins with what a run has done already, as far as each epoch's loss is known; none of that is marked.
    For `happened` see `Log`."""
    log = Log([])
    for line in wrap(run.data.told, TOLD_WIDTH, subsequent_indent="  "):
        log.add(line)
    log.add("[INFO] starting training...")
    epochs, losses, tests = _known(run)
    if epochs and epochs[0] > 1:
        log.add(f"the log begins at epoch {epochs[0]}")
    changes = [
        (since, change_told(difference(new, old), difference(old, new), since))
        for (_, old), (since, new) in pairwise(run.history.trained)
        if epochs and since >= epochs[0] and chosen(difference(old, new))
    ]
    changes = sorted(changes + _trial(run), key=itemgetter(0))
    for epoch, loss, test in zip(epochs, losses, tests, strict=True):
        while changes and changes[0][0] <= epoch:
            log.add(changes.pop(0)[1])
        log.append(epoch_entry(epoch, loss, test))
    for _, text in changes:
        log.add(text)
    log.told_trial = run.tried, run.proved
    log.end(run.stop)
    log.happened = happened
    return log


def _trial(run: Shown) -> list[tuple[int, str]]:
    """What a run tries, and what came of it, each with the epoch before which that is told."""
    if run.tried is None:
        return []
    begun = [(run.forked_at or 1, tried_told(run.tried, run.forked_at))]
    return begun + ([] if run.proved is None else [(run.tried.until + 1, run.proved.told)])


def _known(run: Shown) -> tuple[list[int], list[float], Sequence[float | None]]:
    """The last epochs of which each one's loss is known, and their losses, also on rows kept for testing."""
    if isinstance(run, ArchivedRun):
        end = bisect_right(run.branch.epochs, run.done)
        last = slice(max(0, end - RECALLED), end)
        return run.branch.epochs[last], run.branch.losses[last], run.branch.tested[last]
    if run.history.envelope.stride > 1:  # each loss stands for several epochs
        return [], [], []
    first = max(0, run.done - RECALLED)
    recent = run.history.losses[first:]
    known = np.flatnonzero(~np.isnan(recent))
    tested = run.history.tested.values[first:]
    tests = tested[known].tolist() if len(tested) == len(recent) else [None] * len(known)
    return (known + first + 1).tolist(), recent[known].tolist(), tests

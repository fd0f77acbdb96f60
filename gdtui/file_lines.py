"""The lines that are printed of a run file, also while it is written."""

import math
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter

from gdtui.numbers import due
from gdtui.runs.events import Branch
from gdtui.runs.race import names_in
from gdtui.runs.reader import RunFile
from gdtui.runs.recipes import chosen, difference, now_told
from gdtui.session.log import epoch_told
from gdtui.settings import Recipe

ALL_OF = 1_000
"""Epochs of a run, or records of a log, of which each has its line, unless said otherwise."""


def each_of(epochs: int, every: int | None) -> int | None:
    """What `due` is to be told of a run of so many epochs or records, where that was asked for."""
    return 1 if every is None and epochs <= ALL_OF else every


class Printed:
    """What has been printed of a file: how many epochs of each of its branches."""

    def __init__(self, file: RunFile) -> None:
        self._file = file
        self._counts: dict[int, int] = {}

    def begin_at_fork(self, number: int) -> int:
        """What that branch shares with another has been printed; returns the first epoch that is its own."""
        branch = self._file.branches[number]
        since = branch.forked_at or 1
        self._counts[number] = bisect_left(branch.epochs, since)
        return since

    def new_lines(self, front: int, follow: bool, every: int | None, is_last: bool) -> list[str]:
        """Those of a branch, and of all that race with it, by their epochs."""
        branches = self._file.branches
        race, found = branches[front].race or (front,), []
        names = names_in(branches, race)
        for number, name in zip(race, names, strict=True):
            branch = branches[number]
            if number not in self._counts and self._counts:
                self.begin_at_fork(number)
            epochs = max(branch.wanted if follow else 0, *branch.epochs[-1:], 0)
            lines = _lines(branch, self._counts.get(number, 0), each_of(epochs, every), is_last)
            found += [(epoch, f"{line} ({name})" if len(race) > 1 else line) for epoch, line in lines]
            self._counts[number] = len(branch.epochs)
        return [line for _, line in sorted(found, key=itemgetter(0))]


def _lines(branch: Branch, begin: int, every: int | None, is_last: bool) -> Iterator[tuple[int, str]]:
    """The epochs of a branch of a file that are due, from the one at that place on, and before them what was
    steered, each with its epoch. The file may leave epochs out: the next one stands for one that is due."""
    last = branch.epochs[begin - 1] if begin else 1
    seen = bisect_right(branch.recipes, last, key=itemgetter(0))
    known = branch.recipes[max(0, seen - 1) : seen] or [(0, Recipe(alpha=math.nan))]
    changes = deque(pairwise([*known, *branch.recipes[seen:]]))
    for place, epoch in enumerate(branch.epochs[begin:], begin):
        while changes and changes[0][1][0] <= epoch:
            (_, old), (since, new) = changes.popleft()
            if chosen(now := difference(old, new)):
                yield since, f"[INFO] {now_told(now, since)}"
        before = branch.epochs[place - 1] if place else 0
        if not place or (is_last and place == len(branch.epochs) - 1) or due(before + 1, epoch, every):
            yield epoch, epoch_told(epoch, branch.losses[place], branch.tested[place])

"""What happened in runs before their file was begun, as the events that would have been written."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from gdtui.learning.descent import Batch
from gdtui.runs.events import EpochsWanted, Event, Forked, Raced, RuleDropped, Steered, Switched, changed
from gdtui.runs.recipes import difference
from gdtui.runs.run import Run


def so_far(run: Run, branches: Sequence[Run]) -> Iterator[Event]:
    """What happened in all branches before their file was begun, of which `run` is the one that trains."""
    for branch in branches:
        since, settings = branch.forked_at or 1, branch.settings
        recipe = branch.history.recipe_at(since)
        if branch.parent is not None:
            now = difference(branch.parent.history.recipe_at(since), recipe)
            weights = None if branch.begun_with is None else branch.begun_with.tolist()
            yield Forked(since, branches.index(branch.parent), now, weights)
            yield EpochsWanted(branch.epochs)
            yield from changed(branch.parent.owner(since).settings.data.edits, settings.data.edits)
            yield from filter(None, (branch.tried,))
        else:
            if branch.epochs != settings.epochs:
                yield EpochsWanted(branch.epochs, settings.epochs)
            if recipe != settings.recipe:
                yield Steered(difference(settings.recipe, recipe), since)
        yield from _past(branch)
    races = (tuple(map(branches.index, branch.race)) for branch in branches)
    yield from (Raced(numbers) for numbers in dict.fromkeys(races) if len(numbers) > 1)
    if run is not branches[-1]:
        yield Switched(branches.index(run))


def _past(run: Run) -> Iterator[Event]:
    """What happened in a run before its file was begun, from where it was forked on."""
    history, since = run.history, run.forked_at or 1
    pairs = pairwise(history.steered)
    changes = [Steered(difference(old, new), first) for (_, old), (first, new) in pairs if first > since]
    if run.done >= since:
        for batch, _ in history.redo(history.state_at(since), run.done):
            yield batch
            while changes and changes[0].since <= batch.first + len(batch):
                yield changes.pop(0)
    yield from changes
    yield from filter(None, (run.proved,))
    yield from (RuleDropped(rule) for rule in run.dropped)
    if run.stop is not None:
        yield Batch(run.done + 1, np.empty(0), np.empty((0, len(run.start))), None, run.stop, end=run.end())

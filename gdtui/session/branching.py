"""New branches: forks, and what begins by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdtui.runs.events import MOST_BRANCHES, EpochsWanted, Forked
from gdtui.runs.recipes import difference, recipe_told
from gdtui.runs.run import Run
from gdtui.session.snapshot import Phase
from gdtui.settings import MOST_EPOCHS
from gdtui.types import Floats

if TYPE_CHECKING:
    from gdtui.session.session import Session


def fork(session: Session, run: Run) -> None:
    """Train on from the epoch of the past that is shown."""
    if session.past is None:
        session.say("f trains on from an epoch of the past; ← goes there first", is_logged=False)
    elif branch(session, run):
        recipe = session.recipe
        told = ", ".join(filter(None, (f"alpha {recipe.alpha:g}", recipe_told(recipe))))
        session.log.add(f"{_begun(session)}, {told}", is_marked=True)
        session.phase = Phase.TRAINING


def begin(session: Session, run: Run, weights: tuple[float, ...]) -> None:
    """Train on from these weights, from the epoch shown on."""
    chosen = np.array(weights, dtype=np.float64)
    if chosen.shape != run.start.shape or not np.isfinite(chosen).all():
        session.say(f"the run has {len(run.start)} weights, all of them finite", is_error=True, is_logged=False)
    elif branch(session, run, chosen):
        session.log.add(f"{_begun(session)}, from weights chosen by hand", is_marked=True)
        session.phase = Phase.TRAINING


def branch(session: Session, run: Run, weights: Floats | None = None) -> bool:
    """Show a new branch, which stands still: of the epoch of the past that is shown, or of the one that is next; where
    the run has ended, with as many epochs more as it was begun with. Returns whether there is room for it."""
    if len(session.runs) >= MOST_BRANCHES:
        session.say(f"a run has {MOST_BRANCHES:,} branches at the most", is_error=True, is_logged=False)
        return False
    epoch, recipe, stop = session.past or run.done + 1, session.recipe, run.stop
    if session.past is None and stop is not None and stop.diverged:
        epoch = max(1, run.done)  # the epoch at which it did has no step, and weights that may not be finite
    new, of = run.forked(epoch, recipe=recipe, weights=weights), session.runs.index(run)
    wanted = min(epoch - 1 + run.settings.epochs, MOST_EPOCHS)
    is_over = session.past is None and stop is not None and wanted > new.epochs
    if is_over:
        new.set_epochs(wanted)
    session.enter(new)
    told = None if weights is None else weights.tolist()
    session.tell(Forked(epoch, of, difference(run.history.recipe_at(epoch), recipe), told))
    if is_over:
        session.tell(EpochsWanted(wanted, run.epochs))
    return True


def _begun(session: Session) -> str:
    """The branch shown, which is new, in words."""
    return f"fork {session.runs.index(session.run)} from epoch {session.run.forked_at}"

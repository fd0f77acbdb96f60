"""New branches: forks, and what begins by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdtui.data.dataset import DataError
from gdtui.data.edits import base_of, edited
from gdtui.data.edits import told as edit_told
from gdtui.runs.events import MOST_BRANCHES, EpochsWanted, Forked, in_turn
from gdtui.runs.recipes import difference, recipe_told
from gdtui.runs.run import Run
from gdtui.session.snapshot import Phase
from gdtui.settings import MOST_EPOCHS, DataEdit
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
    chosen = chosen_by_hand(session, run, weights)
    if chosen is not None and branch(session, run, chosen):
        session.log.add(f"{_begun(session)}, from weights chosen by hand", is_marked=True)
        session.phase = Phase.TRAINING


def chosen_by_hand(session: Session, run: Run, weights: tuple[float, ...]) -> Floats | None:
    """These weights, if the run can have them; else it is said that it cannot."""
    chosen = np.array(weights, dtype=np.float64)
    if chosen.shape == run.start.shape and np.isfinite(chosen).all():
        return chosen
    session.say(f"the run has {len(run.start)} weights, all of them finite", is_error=True, is_logged=False)
    return None


def branch(session: Session, run: Run, weights: Floats | None = None) -> bool:
    """Show a new branch, which stands still: of the epoch of the past that is shown, or of the one that is next; where
    the run has ended, with as many epochs more as it was begun with. Returns whether there is room for it."""
    if len(session.runs) >= MOST_BRANCHES:
        session.say(f"a run has {MOST_BRANCHES:,} branches at the most", is_error=True, is_logged=False)
        return False
    epoch, recipe, stop = _next_epoch(session, run), session.recipe, run.stop
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


def _next_epoch(session: Session, run: Run) -> int:
    """The first epoch that a branch from what is shown would have of its own."""
    if session.past is None and run.stop is not None and run.stop.diverged:
        return max(1, run.done)  # the epoch at which it did has no step, and weights that may not be finite
    return session.past or run.done + 1


def edit(session: Session, run: Run, changes: tuple[DataEdit, ...]) -> None:
    """Change the data, from the epoch shown on."""
    known = run.owner(_next_epoch(session, run)).settings.data.edits
    _change(session, run, (*known, *changes), changes)


def undo(session: Session, run: Run) -> None:
    """Take back the change of the data that was made last, from the epoch shown on."""
    known = run.owner(_next_epoch(session, run)).settings.data.edits
    if known:
        _change(session, run, known[:-1], known[-1:], "taken back: ")
    else:
        session.say("there is no change of the data to take back", is_logged=False)


def _change(
    session: Session, run: Run, edits: tuple[DataEdit, ...], about: tuple[DataEdit, ...], done: str = ""
) -> None:
    """Train on data with these changes, all that there are: in a new branch, or in the one shown and those that race
    with it, where they have no epochs of their own yet. The log tells what was done about some of them."""
    try:
        edited(base_of(run.data), edits)
    except DataError as error:
        session.say(str(error), is_error=True, is_logged=False)
        return
    told = done + "; ".join(edit_told(one, run.data) for one in about)
    is_training = (session.phase if session.hand is None else session.phase_before) is Phase.TRAINING
    racers = [one for one in run.race if isinstance(one, Run)]
    is_new = session.past is not None or any(racer.has_begun or racer.stop is not None for racer in racers)
    if is_new and not branch(session, run):
        return
    run, front = session.run, session.runs.index(session.run)  # type: ignore[assignment]
    for racer in [run] if is_new else racers:
        session.tell(*in_turn(session.runs.index(racer), front, racer.change(edits)), of=racer)
    session.log.add(f"{_begun(session)}: {told}" if is_new else told, is_marked=True)
    session.seen = None
    if is_new:
        session.phase = session.phase_before = Phase.TRAINING if is_training else Phase.PAUSED
    if session.hand is not None:
        session.phase = Phase.HELD


def _begun(session: Session) -> str:
    """The branch shown, which is new, in words."""
    return f"fork {session.runs.index(session.run)} from epoch {session.run.forked_at}"

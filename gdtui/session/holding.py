"""Weights that are held by hand: they are shown while nothing is trained, and then trained on from as a branch, or
given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.learning.moment import Moment, measure
from gdtui.runs.run import Run
from gdtui.session import commands as ask
from gdtui.session.branching import chosen_by_hand
from gdtui.session.snapshot import Phase

if TYPE_CHECKING:
    from gdtui.session.session import Session

LETTING_GO = (ask.Do.PAUSE, ask.Do.FORK, ask.Do.TRY, ask.Do.STEP)
"""The commands that train on from them."""
KEEPING = (
    *(ask.Hold, ask.Edit, ask.SetAlpha, ask.StepAlpha, ask.Change, ask.ChangeSpeed, ask.Save, ask.Note),
    *(ask.Do.UNDO, ask.Do.LEAVE),
)
"""The commands that leave them held; all others give them up first."""


def hold(session: Session, run: Run, weights: tuple[float, ...] | None) -> None:
    """Show these weights at the epoch shown; None gives up those that are held."""
    if weights is None:
        give_up(session)
    elif (chosen := chosen_by_hand(session, run, weights)) is not None:
        if session.hand is None:
            session.phase_before = session.phase
        session.hand, session.phase = chosen, Phase.HELD
        session.seen = None


def give_up(session: Session) -> None:
    """Show again what was shown before; what was going on then goes on."""
    if session.hand is not None:
        session.hand, session.phase = None, session.phase_before
        session.seen = None


def taken(session: Session, command: ask.Command) -> ask.Command:
    """What a command comes to while weights are held."""
    if session.hand is None or command in KEEPING or type(command) in KEEPING:
        return command
    weights = session.hand
    give_up(session)
    return ask.Begin(tuple(weights.tolist())) if command in LETTING_GO else command


def held(session: Session) -> Moment | None:
    """What is known of the weights that are held; None where there are none."""
    if session.hand is None:
        return None
    epoch = session.run.done if session.past is None else session.past
    kernel = session.run.kernel if session.past is None else session.run.owner(session.past).kernel
    return measure(kernel, session.hand, epoch, session.recipe)

"""The paths of the branches through the space of weights, as a landscape shows them, and where each goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gdtui.analysis.landscape import LARGEST
from gdtui.learning.descent import State
from gdtui.learning.moment import Moment
from gdtui.learning.optimizer import OPTIMIZERS
from gdtui.runs.history import History
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats

MOST = 16
"""Of branches that are not in front, the newest are shown, so many at the most."""
AGAIN = 2**23
"""Multiplications at the most that are done again to find out what an optimiser remembered."""


@dataclass(frozen=True)
class Walk:
    """The path of one branch.

    Attributes:
        number: of the branch.
        walked: the weights of its epochs up to the one shown, shape (n, size).
        later: the weights of its epochs after that, shape (m, size).
        at: the weights at the moment shown, shape (size,); None where none is shown, or they are not finite.
        gaps, later_gaps: the indices in `walked`, and in `later`, of weights that no step led to: they were chosen by
            hand.
    """

    number: int
    walked: Floats
    later: Floats
    at: Floats | None
    is_diverged: bool = False
    gaps: tuple[int, ...] = ()
    later_gaps: tuple[int, ...] = ()

    @property
    def end(self) -> Floats:
        """The weights at the moment shown, or the last that are known, shape (size,)."""
        return self.walked[-1] if self.at is None else self.at


class Start(NamedTuple):
    """Where a branch goes on from.

    Attributes:
        number: of the branch.
        state: what the next step begins with; it is taken by the recipe `then`, and all later ones by `recipe`.
        epochs: how many are still wanted.
    """

    number: int
    state: State
    then: Recipe
    recipe: Recipe
    epochs: int


def walks(snapshot: Snapshot) -> tuple[Walk, ...]:
    """The paths of all branches that are shown; the one in front comes last."""
    front, shown = snapshot.front, {racer.number: racer for racer in snapshot.race}
    others = [number for number in range(len(snapshot.curves)) if number != front]
    found = []
    for number in [*others[-MOST:], front]:
        curve, racer = snapshot.curves[number], shown.get(number)
        moment = snapshot.shown if number == front else None if racer is None else racer.shown
        if isinstance(curve, History):
            is_held = number == front and snapshot.phase is Phase.HELD
            walk = _walk(curve, number, moment, racer is not None and racer.is_diverged, is_held)
            if len(walk.walked) or number == front:
                found.append(walk)
    return tuple(found)


def _walk(curve: History, number: int, moment: Moment | None, is_diverged: bool, is_held: bool) -> Walk:
    epochs, weights = curve.path()
    with np.errstate(invalid="ignore"):
        known = (np.abs(weights) < LARGEST).all(axis=1)
        at = None if moment is None or not (np.abs(moment.weights) < LARGEST).all() else moment.weights
    epochs, weights = epochs[known], weights[known]
    here = len(epochs) if moment is None else int(np.searchsorted(epochs, moment.epoch, side="right"))
    stand, later = weights[:0] if at is None else at[None], weights[here:]
    gaps = [*np.searchsorted(epochs, [*curve.breaks]).tolist(), *[here] * is_held]
    return Walk(
        number,
        np.concatenate([weights[:here], stand]),
        np.concatenate([stand, later]) if len(later) and not is_held else later,
        at,
        is_diverged,
        tuple(gap for gap in gaps if gap > 0),
        tuple(gap - here + len(stand) for gap in gaps if gap >= here),
    )


def is_retold(snapshot: Snapshot) -> bool:
    """Whether what is shown is the past, and what came of it is known: nothing else was chosen there."""
    if snapshot.past is None or snapshot.phase is Phase.HELD:
        return False
    return snapshot.recipe == snapshot.run.history.recipe_at(snapshot.past)


def in_hand(snapshot: Snapshot) -> bytes:
    """Something that is another for other weights that are held by hand; empty where none are."""
    return snapshot.shown.weights.tobytes() if snapshot.phase is Phase.HELD else b""


def standing(snapshot: Snapshot) -> Start | None:
    """Where the branch in front goes on from, or would if it had not ended; None where to find that out takes too
    long."""
    is_over = snapshot.past is None and snapshot.stop is not None
    return _start(snapshot, snapshot.front, snapshot.run.history, snapshot.shown, snapshot.recipe, is_over)


def headings(snapshot: Snapshot) -> tuple[object, ...]:
    """What the steps to come depend on, apart from the epoch: while it stays equal, they need not be computed again."""
    if is_retold(snapshot):
        return ()
    if snapshot.past is not None or not snapshot.race or snapshot.phase is Phase.HELD:
        return snapshot.run.history, snapshot.recipe, snapshot.stop, snapshot.past, in_hand(snapshot)
    return tuple((racer.curve, racer.recipe, racer.stop) for racer in snapshot.race)


def starts(snapshot: Snapshot) -> list[Start]:
    """Where each branch goes on from that has not ended."""
    if is_retold(snapshot):
        return []
    is_held = snapshot.phase is Phase.HELD
    if snapshot.past is not None or not snapshot.race or is_held:
        alone, is_over = standing(snapshot), snapshot.past is None and snapshot.stop is not None
        return [] if alone is None or (is_over and not is_held) else [alone]
    found = [
        _start(snapshot, racer.number, racer.curve, racer.shown, racer.recipe)
        for racer in snapshot.race
        if racer.stop is None and isinstance(racer.curve, History)
    ]
    return [start for start in found if start is not None]


def _start(
    snapshot: Snapshot, number: int, curve: History, moment: Moment, recipe: Recipe, is_over: bool = False
) -> Start | None:
    """Where a branch goes on from at a moment.

    Args:
        recipe: of the next step, where the step of the epoch shown is not the next.
        is_over: whether that has been taken, and none is to follow.
    """
    is_held = number == snapshot.front and snapshot.phase is Phase.HELD
    has_begun_anew = moment.epoch == len(curve) and moment.epoch + 1 in curve.breaks
    is_taken = snapshot.past is None and (is_over or is_held or has_begun_anew)
    is_then = snapshot.past is None and not is_taken and moment.epoch > 0
    then = curve.recipe_at(moment.epoch) if is_then else recipe
    done = moment.epoch if is_taken else max(0, moment.epoch - 1)
    wanted = done + snapshot.run.settings.epochs if is_over and is_held else snapshot.epochs
    if not (np.isfinite(moment.weights).all() and (np.abs(moment.weights) < LARGEST).all()):
        return None
    state = State(moment.weights, done)
    if OPTIMIZERS[then.optimizer].slots and moment.epoch:
        data = snapshot.data
        if curve.stride * data.units * data.X.size > AGAIN:
            return None
        known = curve.next_state if is_taken else curve.state_at(moment.epoch)
        if known is not None and np.array_equal(known.weights, moment.weights):  # else they were chosen by hand
            state = known
    return Start(number, state, then, recipe, max(0, wanted - done))

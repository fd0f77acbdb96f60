"""Training: those who race descend together, epoch by epoch. A run alone is a race of one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gdtui.learning.descent import Batch
from gdtui.learning.moment import Moment
from gdtui.runs.events import MOST_BRANCHES, Forked, Raced, Switched
from gdtui.runs.race import Standing, join, lasting, names_of, state_of
from gdtui.runs.recipes import difference, steered
from gdtui.runs.run import Run, Shown
from gdtui.session.snapshot import Phase
from gdtui.settings import MOST_RACERS

if TYPE_CHECKING:
    from gdtui.session.session import Session

AT_ONCE = 0.2
"""Seconds that a step may take in the turn that asks for it."""


def pull(session: Session, count: int, seconds: float = math.inf) -> int:
    """Let those who race train so many epochs, for about so long at the most, or until something is asked for. Those
    who are behind, after a kill or since they have just joined, catch up first. Returns how many epochs each trained
    that did; an epoch of many batches may be broken off, and is gone on with the next time."""
    deadline, trained, has_pulled = session.clock() + seconds, 0, False
    while going := [run for run in session.run.race if isinstance(run, Run) and run.stop is None]:
        left = deadline - session.clock()
        if has_pulled and (left <= 0 or session.is_asked.is_set()):
            break
        has_pulled, goal = True, _goal(session)
        least = min(run.done for run in going)
        behind = [run for run in going if run.done == least]
        ahead = min((run.done for run in going if run.done > least), default=None)
        count = count if goal is None else max(0, goal - least)
        batches = _advanced(session, behind, count if ahead is None else ahead - least, left)
        _tell(session, batches)
        if ahead is None:  # catching up is no progress
            trained = max(map(len, batches.values()))
            break
    _end_step(session)
    return trained


def is_midway(session: Session) -> bool:
    """Whether an epoch of those who race is under way: of one of many batches a turn takes only some."""
    return any(isinstance(run, Run) and run.descent.is_midway for run in session.run.race)


def step(session: Session, run: Run) -> None:
    """Train one epoch and stand still. Of one that takes long, this takes some, and the turns that follow the rest."""
    if session.lacks_points():
        return
    session.phase = Phase.PAUSED
    session.stepping = run.race[0], 1 + max(racer.done for racer in run.race if racer.stop is None)
    session.pull(1, AT_ONCE)
    if session.stepping is not None:
        session.phase = Phase.TRAINING


def _goal(session: Session) -> int | None:
    """The epoch to which a step is under way, if one is."""
    first, goal = session.stepping or (None, None)
    return goal if first is session.run.race[0] else None


def _end_step(session: Session) -> None:
    goal = _goal(session)
    if goal is not None and all(racer.stop is not None or racer.done >= goal for racer in session.run.race):
        session.stepping, session.phase = None, session.standing()


def _advanced(session: Session, runs: list[Run], count: int, seconds: float) -> dict[Run, Batch]:
    """Train these by so many epochs. Where they are several, none is ahead of the others afterwards: they take as many
    as there is time for, and nothing interrupts them but where that is one, which may take long."""
    if len(runs) > 1 and math.isfinite(seconds):
        each = sum(run.descent.seconds_per_epoch for run in runs)
        count = min(count, max(1, int(seconds / each)) if each else 1)
    if len(runs) == 1 or count == 1:
        return {run: run.advance(count, seconds / len(runs), is_enough=session.is_asked.is_set) for run in runs}
    return {run: run.advance(count) for run in runs}


def _tell(session: Session, batches: dict[Run, Batch]) -> None:
    """Tell what was trained, each in its branch, and last in the one in front."""
    front = told = session.run
    for run in sorted(batches, key=lambda run: run is front):
        batch = batches[run]
        if not len(batch) and batch.stop is None:
            continue
        if run is not told:
            session.tell(Switched(session.runs.index(run)))
        session.tell(batch, of=run)
        told = run
        if run is not front and batch.stop is not None:
            session.log.add(f"{session.name(run)}: {batch.stop.message}", is_marked=True)
    if told is not front:
        session.tell(Switched(session.runs.index(front)))


def add(session: Session, run: Run, parts: dict[str, Any]) -> None:
    """Have another race with a run, by its recipe with these parts changed: from the epoch of the past that is shown
    on, or from the present."""
    epoch = run.done + 1 if session.past is None else session.past
    if session.past is None and run.stop is not None:
        session.say("the run has ended; go back first (Home is its start), or add epochs (+)", is_logged=False)
        return
    if len(run.race) >= MOST_RACERS or len(session.runs) >= MOST_BRANCHES:
        session.say(f"{MOST_RACERS} race at the most", is_error=True, is_logged=False)
        return
    before = run.history.recipe_at(epoch)
    recipe = steered(session.recipe, parts, epoch, run.epochs - epoch + 1)  # what was chosen there counts too
    if recipe == before:
        session.say("it would be the same; give another alpha, say", is_error=True, is_logged=False)
        return
    racer = run.forked(epoch, recipe=recipe)
    was_past = session.past is not None
    session.runs.append(racer)
    session.tell(Forked(epoch, session.runs.index(run), difference(before, recipe)))
    join([*run.race, racer])
    session.tell(Raced(tuple(map(session.runs.index, run.race))), Switched(session.runs.index(run)))
    session.log.add(f"{session.name(racer)} races from epoch {epoch} on", is_marked=True)
    if was_past:
        session.go(run.done + 1)
        session.phase = Phase.TRAINING


def name_of(run: Shown) -> str:
    """What a run that races is called."""
    recipes = (lasting(racer.stop, racer.history.trained, racer.done) or racer.recipe for racer in run.race)
    return names_of(tuple(recipes))[run.race.index(run)]


def standings(session: Session) -> tuple[Standing, ...]:
    """How those who race stand at the epoch shown; empty where nobody races."""
    front, race = session.run, session.run.race
    if len(race) == 1:
        return ()
    going = "training" if session.phase is Phase.TRAINING else session.standing().value
    found = []
    for racer in race:
        stop = racer.stop
        shown = session.moment() if racer is front else _moment(session, racer)
        found.append(
            Standing(
                session.runs.index(racer),
                name_of(racer),
                state_of(stop, going),
                racer.recipe,
                racer.history,
                shown,
                stop,
            )
        )
    return tuple(found)


def _moment(session: Session, racer: Shown) -> Moment:
    """The epoch shown, of another racer; of one that has not come so far, its newest."""
    past = session.past
    if past is not None and past > racer.done:
        past = None
    key = racer.done, racer.stop, racer.recipe, racer.kernel, past
    known = session.rivals.get(racer)
    if known is None or known[0] != key:
        moment = racer.newest() if past is None else racer.moment(racer.reachable(past, forward=False))
        session.rivals[racer] = known = key, moment
    return known[1]

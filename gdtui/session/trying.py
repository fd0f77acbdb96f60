"""A remedy is tried: as a fork that runs as many epochs as the run has, and is then held against it. What came of it
is told in the log and the file, and belongs to the fork."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gdtui.learning.moment import Moment
from gdtui.runs.curve import Losses, loss_at
from gdtui.runs.events import Proved, Tried, in_turn
from gdtui.runs.recipes import NAMES, SCHEDULE, steered
from gdtui.runs.run import Run, Shown
from gdtui.session import branching
from gdtui.session.line import Line, Mood, judged, proved, remedy_of, tried_told
from gdtui.session.snapshot import Phase
from gdtui.why.confirm import confirm, told, value_of
from gdtui.why.verdict import Verdict

if TYPE_CHECKING:
    from gdtui.session.session import Session

CAME = {"confirmed": "confirmed", "refuted": "refuted", "off": "given up"}
"""What came of a remedy, in words."""
FRESH = 10.0
"""Seconds for which an outcome stays in the line of a run that goes on."""


class Trials:
    """What a session knows of its remedies, beside what its runs know of them."""

    def __init__(self) -> None:
        self.stands_after: Shown | None = None
        """The run that stands still once it has tried one."""
        self.last: Shown | None = None
        self.told = -math.inf
        """The last run that has, and when that was."""

    def is_fresh(self, session: Session) -> bool:
        """Whether the run shown has just tried one."""
        return self.last is session.run and session.clock() - self.told < FRESH


def try_remedy(session: Session, run: Run) -> None:
    """Try what the verdict on the epoch shown proposes; where it proposes nothing, fork in the past."""
    session.judging.look(session)
    verdict, remedy = session.judging.verdict, session.judging.line.remedy
    until = session.moment().epoch  # the verdict may be of a moment ago, when there was less to be held against
    if verdict is None or remedy is None or not 1 <= remedy.epoch <= until <= run.done:
        if session.past is not None:
            branching.fork(session, run)
        elif run.tried is not None and run.proved is None:
            session.say("a remedy is being tried", is_logged=False)
        else:
            session.say("there is no remedy to try", is_logged=False)
        return
    was, is_still = (session.past, session.fork_recipe), session.phase is not Phase.TRAINING
    before = run.history.recipe_at(remedy.epoch)
    session.past = remedy.epoch
    session.fork_recipe = steered(before, dict(remedy.parts), remedy.epoch, run.epochs - remedy.epoch + 1)
    if not branching.branch(session, run):
        session.past, session.fork_recipe = was
        return
    against = value_of(remedy, run.moment(until))
    finite = against if math.isfinite(against) else None
    fork = session.run
    fork.tried = Tried(until, verdict.kind.value, verdict.text, dict(remedy.parts), finite, remedy.measure)
    session.tell(fork.tried)
    session.log.add(f"fork {session.runs.index(fork)}: {tried_told(fork.tried, remedy.epoch)}", is_marked=True)
    session.trials.stands_after = fork if is_still else None
    session.phase = Phase.TRAINING


def is_open(run: Shown) -> bool:
    """Whether it tries a remedy, and nothing has come of that yet."""
    return run.tried is not None and run.proved is None


def left(session: Session, count: int) -> int:
    """Of so many epochs those that are to be trained before an outcome is told."""
    ends = [run.tried.until - run.done for run in session.run.race if run.tried is not None and run.proved is None]
    return min([count, *(end for end in ends if end > 0)])


def settle(session: Session) -> None:
    """Tell what came of the remedies that are tried, of those that have come to their end, or were steered."""
    for run in session.run.race:
        if isinstance(run, Run) and is_open(run) and (outcome := _outcome(run)) is not None:
            run.proved = outcome
            front = session.runs.index(session.run)
            session.tell(*in_turn(session.runs.index(run), front, [outcome]), of=run)
            session.trials.last, session.trials.told = run, session.clock()
            if session.trials.stands_after is run:
                session.trials.stands_after = None
                if session.past is None and session.phase is Phase.TRAINING and outcome.outcome != "off":
                    session.phase = session.standing()


def _outcome(run: Run) -> Proved | None:
    tried = run.tried
    assert tried is not None
    if is_steered(run):
        return Proved("off", f"no longer trying {remedy_of(tried, run.forked_at).told}: the run was steered")
    if run.done < tried.until and (run.stop is None or run.stop.rule == "epochs"):
        return None
    against = math.nan if tried.against is None else tried.against
    before = Moment(tried.until, run.start, against, test_loss=against)
    after = run.moment(tried.until) if run.done >= tried.until else replace(run.end(), epoch=run.done)
    found = confirm(remedy_of(tried, run.forked_at), before, after)
    return Proved("confirmed" if found.is_confirmed else "refuted", found.text)


def is_steered(run: Shown) -> bool:
    """Whether a run that tries a remedy has had another recipe meanwhile, or other data than the one it is held
    against."""
    tried, first = run.tried, run.forked_at or 1
    assert tried is not None
    begun, parent = run.history.recipe_at(first), run.parent or run
    was, owner = parent.history.recipe_at(first), parent.owner(first)
    follows = {"since", "decay_every"} if {*SCHEDULE} & {*tried.now} else {"since"}  # from when the schedule counts
    parts = {*NAMES} - follows | {*tried.now}
    return (
        any(getattr(begun, name) != tried.now.get(name, getattr(was, name)) for name in parts)
        or any(first < since <= tried.until for since, _ in run.history.steered)
        or owner.settings.data.edits != run.settings.data.edits
    )


def line(session: Session, verdict: Verdict | None) -> Line:
    """What is said of what is shown."""
    run, epoch = session.run, session.moment().epoch
    if run.tried is not None and run.proved is None and session.past is None and epoch < run.tried.until:
        return under_way(run, epoch)
    found = Line() if verdict is None else of_verdict(verdict, run, session.runs)
    if session.watched is not None and found.remedy is not None:  # which nobody can try here
        advice = "; ".join(filter(None, (found.advice, f"{found.remedy.told} might help")))
        found = replace(found, remedy=None, advice=advice)
    if run.tried is not None and run.proved is not None and _is_told(session, run, epoch):
        told, is_end = proved(run.proved), session.past is None and run.stop is not None and epoch == run.tried.until
        # What is shown then comes after the last step; both losses are, as in the log, of before it.
        text = f"{told.text}, before its step" if is_end and run.proved.outcome != "off" else told.text
        return replace(told, text=text, remedy=found.remedy)
    return found


def of_verdict(verdict: Verdict, run: Shown, runs: Sequence[Shown]) -> Line:
    """A verdict on one of these runs, with what came of its remedy, where another of them has tried that."""
    found = judged(verdict)
    for number in range(len(runs) - 1, 0, -1):
        other, proposed = runs[number], verdict.remedy
        if other.parent is not run or other.tried is None or proposed is None:
            continue
        tried = other.forked_at, other.tried.now, other.tried.measure
        if tried == (proposed.epoch, dict(proposed.parts), proposed.measure):
            came = f" ({'tried' if other.proved is None else CAME[other.proved.outcome]} in fork {number})"
            what, parting, why = found.text.partition(": ")  # what came of it goes last, where there is little room
            briefs = (verdict.kind.value + came, *found.briefs)
            return replace(found, remedy=None, text=what + came + parting + why, briefs=briefs)
    return found


def under_way(run: Shown, epoch: int) -> Line:
    """How far a remedy is tried, and how it stands against the other at the same epoch."""
    tried, name = run.tried, "loss"
    assert tried is not None
    what, end = remedy_of(tried, run.forked_at).told, f"to epoch {tried.until:,}"
    text = f"trying {what} {end}"
    curves: list[Losses | None] = [None if run.parent is None else run.parent.history, run.history]
    if tried.measure == "test_loss":
        name, curves = "test loss", [None if run.parent is None else run.parent.history.tested, run.history.tested]
    was, now = (None if one is None else loss_at(one, epoch) for one in curves)
    if was is not None and now is not None:
        text += f": {name} {told(now)} against {told(was)} at epoch {epoch:,}"
    return Line(Mood.NEUTRAL, text, (f"trying {what.partition(' from epoch ')[0]} {end}", "trying"))


def _is_told(session: Session, run: Shown, epoch: int) -> bool:
    """Whether an outcome is in the line: at its epoch, and for a while after it was told."""
    assert run.tried is not None
    end = min(run.tried.until, run.done)
    return epoch == end or (session.past is None and session.trials.is_fresh(session))

"""The verdict on a run, as of an epoch of it."""

from __future__ import annotations

import math

from gdtui.learning.moment import Moment
from gdtui.learning.stability import Limits
from gdtui.runs.curve import Curve
from gdtui.runs.run import Shown
from gdtui.why import rules
from gdtui.why.course import Course
from gdtui.why.evidence import Evidence
from gdtui.why.remedies import lowest
from gdtui.why.verdict import Kind, Verdict
from gdtui.why.words import count, figure


def judge(run: Shown, moment: Moment, limits: Limits | None = None) -> Verdict:
    """What is to be said of a run as of a moment of it, from what is known up to there.

    It is a function of these alone, takes well under a millisecond however long the run is, and leaves the run as it
    is; it reads the run's history, so that it belongs to the thread that trains.

    Args:
        moment: one of the run's, live or past, or the state after its end.
        limits: of alpha at that moment, where they are known.
    """
    found = Evidence(run, moment, limits)
    said = (rule(found) for rule in rules.RULES)
    return next(verdict for verdict in said if verdict is not None)


def judge_losses(curve: Curve, epoch: int | None = None) -> Verdict:
    """What losses alone tell of a run, of which no more is known, as of an epoch; None for the last.

    There is never a remedy: nothing can be tried of such a run."""
    last = len(curve) if epoch is None else epoch
    since = max((since for since, _ in curve.trained if since <= last), default=1)
    course = Course(curve, since, last)
    lows, highs, step = course.recent
    if len(highs) and not math.isfinite(highs[-1]):
        text = "the loss is not finite"
        return Verdict(Kind.DIVERGING, last, f"diverging since epoch {lowest(course):,}: {text}", lowest(course))
    if len(lows) < rules.FEW:
        return Verdict(Kind.BEGINNING, last, "too few epochs to tell")
    low, high = rules.swelling(course)
    if high:
        text = f"the loss rose from {figure(low)} to {figure(high)}"
        return Verdict(Kind.DIVERGING, last, f"diverging since epoch {lowest(course):,}: {text}", lowest(course))
    if rules.bounces(course, 20, 0.25, 0.25) and course.sinks(20) < 0.1:
        rises, steps = course.rises(20)
        told = f"{rises} of the last {steps} epochs rose" if step == 1 else "the loss goes up and down"
        return Verdict(Kind.BOUNCING, last, f"bouncing: {told}", course.rising_since(8) if step == 1 else None)
    tested = Course(curve.tested, since, min(last, len(curve.tested)))
    opened = rules.gap(tested, Course(curve, since, tested.last))
    if opened is not None:
        low, now = tested.span()[0], float(tested.recent[0][-1])
        text = f"the test loss rose from {figure(low)} at epoch {lowest(tested):,} to {figure(now)}"
        return Verdict(Kind.OVERFITTING, last, f"overfitting since epoch {opened:,}: {text}", opened)
    if course.fall < 2 * rules.PACED and rules.has_crawled(course):
        more = rules.epochs_for(course, 0.5)
        if 10 * len(course) < more < math.inf:
            return Verdict(Kind.CRAWLING, last, f"crawling: at this pace the loss halves in {count(more)} epochs more")
    return rules.level(course) or Verdict(Kind.FALLING, last, f"falling: {rules.taken(course)}")

"""The verdict on a run, as of an epoch of it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gdtui.analysis.stability import Limits
from gdtui.learning.moment import Moment
from gdtui.runs.curve import Curve, loss_at
from gdtui.runs.run import Shown
from gdtui.why import progress, troubles
from gdtui.why.course import Course
from gdtui.why.evidence import Evidence
from gdtui.why.remedies import lowest
from gdtui.why.verdict import Kind, Verdict
from gdtui.why.words import count, figure

RULES: tuple[Callable[[Evidence], Verdict | None], ...] = (
    progress.anew, troubles.infinite, progress.reached, progress.beginning, troubles.diverging, troubles.bouncing,
    troubles.overfitting, troubles.plateau, progress.optimum, troubles.standing, progress.falling_fast,
    progress.separable, progress.near, troubles.scales, troubles.crawling, troubles.plateau_shown,
    progress.flat, progress.pace,
)  # fmt: skip
"""The first that says something is right; the last always does."""
WIDE = 0.25
"""How far losses go up again that bounce, as a share, where nobody knows whether they are of batches: their noise goes
up and down too."""


def judge(run: Shown, moment: Moment, limits: Limits | None = None) -> Verdict:
    """What is to be said of a run as of a moment of it, from what is known up to there.

    It is a function of these alone, takes half a millisecond however long the run is, and leaves the run as it is; it
    reads the run's history, so that it belongs to the thread that trains.

    Args:
        moment: one of the run's, live or past, or the state after its end.
        limits: of alpha at that moment, where they are known.
    """
    found = Evidence(run, moment, limits)
    with np.errstate(all="ignore"):  # where numbers are beyond all bounds, what is measured of them is no number
        return next(verdict for rule in RULES if (verdict := rule(found)) is not None)


@np.errstate(all="ignore")
def judge_losses(curve: Curve, epoch: int | None = None) -> Verdict:
    """What losses alone tell of a run, of which no more is known, as of an epoch; None for the last.

    There is never a remedy: nothing can be tried of such a run. Neither is it known whether anything is left to gain:
    losses that do not fall any more are said to level out."""
    last = len(curve) if epoch is None else epoch
    since = max((since for since, _ in curve.trained if since <= last), default=1)
    course, now = Course(curve, since, last), loss_at(curve, last)
    if now is not None and not math.isfinite(now):
        began = lowest(course)
        return Verdict(Kind.DIVERGING, last, f"diverging since epoch {began:,}: the loss is not finite any more", began)
    if len(course.recent[0]) < progress.FEW:
        return Verdict(Kind.BEGINNING, last, "too few epochs to tell")
    return swinging(course) or _overfitting(curve, course) or crawling(course) or progress.pace_of(course)


def swinging(course: Course) -> Verdict | None:
    """A loss that grows and grows, or goes up and down."""
    low, high = troubles.swelling(course)
    if high:
        since = lowest(course)
        rose = f"diverging since {course.words.at(since)}: the loss rose from {figure(low)} to {figure(high)}"
        return Verdict(Kind.DIVERGING, course.last, rose, since)
    if not troubles.bounces(course, troubles.LAST, WIDE, 0.25) or course.sinks(troubles.LAST) >= 0.1:
        return None
    began, (rises, steps) = course.rising_since(troubles.LAST - troubles.LAST // 5), course.rises(troubles.LAST)
    if began is None:
        return Verdict(Kind.BOUNCING, course.last, "bouncing: the loss goes up and down")
    began = max(began, _fell_to(course))
    text = f"bouncing since {course.words.at(began)}: {rises} of the last {steps} {course.words.each_told} rose"
    return Verdict(Kind.BOUNCING, course.last, text, began)


def _fell_to(course: Course) -> int:
    """Where the loss had first come to where it is now going up and down: before that it rose at times too, and fell on
    the whole."""
    epochs, losses = course.known()
    return int(epochs[losses <= course.recent[1][-troubles.LAST :].max()][0])


def _overfitting(curve: Curve, course: Course) -> Verdict | None:
    tested = Course(curve.tested, course.first, min(course.last, len(curve.tested)))
    return troubles.overfit(tested, Course(curve, course.first, tested.last))


def crawling(course: Course) -> Verdict | None:
    """A loss that hardly falls, in a straight line."""
    more = troubles.epochs_for(course, 0.5)
    if (
        course.fall >= 2 * progress.PACED
        or not troubles.has_crawled(course, troubles.STRAIGHT)
        or not 10 * len(course) < more < math.inf
    ):
        return None
    far = f"{count(more * course.words.each)} {course.words.units}"
    text = f"crawling: half of the loss takes {far} more at this pace"
    return Verdict(Kind.CRAWLING, course.last, text)

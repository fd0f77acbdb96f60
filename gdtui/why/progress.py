"""The rules of runs that go as they should: each looks at the evidence for its kind, and says it or nothing."""

from __future__ import annotations

import math

from gdtui.why.course import Course
from gdtui.why.evidence import Evidence
from gdtui.why.verdict import Kind, Verdict
from gdtui.why.words import figure, share

FEW = 5
"""Epochs before which nothing can be told."""
FAST, PACED, LITTLE = 0.25, 0.05, 0.01
"""Which share of the loss the last tenth of the epochs takes off, where it falls fast, where it falls, and where it
hardly does."""
HOLDING = 0.65
"""Which share of its pace it keeps from a sixth of the epochs to the next, where it does not level out."""
REACHED, NEAR = 1e-3, 0.06
"""Which share of the loss is left to gain at an optimum, and where it levels out, at the most."""
LONG_FLAT = 20
"""Epochs of which half must be flat, where nothing but that tells that nothing is left."""
BOUNDARIES = {2: "a threshold", 3: "a line", 4: "a plane"}
"""What parts the classes, by the number of a unit's weights."""


def anew(found: Evidence) -> Verdict | None:
    """The beginning of a fork from other weights, or on other data."""
    return Verdict(Kind.BEGINNING, found.epoch, "too few epochs to tell") if found.is_begun_anew else None


def beginning(found: Evidence) -> Verdict | None:
    """The first epochs, or the first since the recipe or the data was changed."""
    if len(found.course) >= FEW:
        return None
    since = f" since the change at epoch {found.begin:,}" if found.begin > 1 else ""
    return Verdict(Kind.BEGINNING, found.epoch, f"too few epochs{since} to tell")


def reached(found: Evidence) -> Verdict | None:
    """A target that was asked for, or a loss of 0."""
    stop = found.run.stop
    if stop is not None and found.epoch == found.run.done and stop.rule in ("target-loss", "target-accuracy"):
        return Verdict(Kind.DONE, found.epoch, f"done: {stop.message}")
    if found.moment.loss == 0:
        return Verdict(Kind.DONE, found.epoch, "done: the loss is 0")
    return None


def optimum(found: Evidence) -> Verdict | None:
    """The optimum of the cross-entropy, which gradient and curvature tell."""
    course = found.course
    if not found.left <= REACHED or abs(course.fall) >= LITTLE or course.swing(20) >= LITTLE:
        return None
    return at_best(found, f"less than 0.1 % of the cross-entropy{found.penalty_told} is left to gain")


def flat(found: Evidence) -> Verdict | None:
    """No change any more, where no more is known; a bounce from one side to the other may change nothing either."""
    course = found.course
    if found.alpha > found.sure or not found.has_gone_far:
        return None
    is_at_rest = course.is_flat and abs(course.fall) < LITTLE  # and has not only come back to where it was
    if len(course) < LONG_FLAT or not is_at_rest or not math.isnan(found.left):
        return None
    return at_best(found, "the last half of the epochs took less than 0.1 % off the loss")


def at_best(found: Evidence, figures: str) -> Verdict:
    """Done; or, where the accuracy is nearer to that of the most frequent class alone than to 100 %, no line can part
    the classes. A penalty, or the squared error, may have other reasons for that."""
    accuracy = found.moment.accuracy
    if accuracy is None:
        return Verdict(Kind.DONE, found.epoch, f"done: {figures}")
    is_poor = accuracy < (1 + found.majority) / 2
    if is_poor and not found.is_penalised and found.loss != "squared-error":
        what = BOUNDARIES.get(found.width, "a linear boundary")
        text = f"{what} cannot part these: accuracy is {share(accuracy)}, and {figures}"
        return Verdict(Kind.INSEPARABLE, found.epoch, text, advice="products of the features, added as features, might")
    return Verdict(Kind.DONE, found.epoch, f"done: {figures}; accuracy is {share(accuracy)}")


def separable(found: Evidence) -> Verdict | None:
    """All rows are right, which proves that a line parts the classes; without a penalty there is no optimum then."""
    if found.moment.accuracy != 1 or found.is_penalised or found.loss == "hinge":
        return None
    then, before, now = found.norms
    if not now > before:
        return None
    grew = f", from {figure(before)} at epoch {then:,} to {figure(now)}" if figure(before) != figure(now) else ""
    text = f"separable: every row is right, so the loss goes to 0 and the weights grow for ever{grew}"
    return Verdict(Kind.SEPARABLE, found.epoch, text, advice="--l2 0.01 would keep them finite")


def near(found: Evidence) -> Verdict | None:
    """Little of the cross-entropy is left to gain."""
    if not found.left <= NEAR or found.course.fall >= FAST:
        return None
    left = f"about {share(found.left)}" if found.left > REACHED else "less than 0.1 %"
    text = f"levelling out: {left} of the cross-entropy{found.penalty_told} is left to gain"
    return Verdict(Kind.LEVELLING, found.epoch, text)


def falling_fast(found: Evidence) -> Verdict | None:
    """So fast that it can be nothing else."""
    return falling(found.course) if found.course.fall >= FAST else None


def pace(found: Evidence) -> Verdict:
    """What the pace alone tells."""
    return pace_of(found.course)


def pace_of(course: Course) -> Verdict:
    """The same of losses alone."""
    return levelling(course) or falling(course)


def levelling(course: Course) -> Verdict | None:
    """The loss does not fall any more, or hardly, or less and less."""
    if course.fall <= 0:
        return Verdict(Kind.LEVELLING, course.last, f"not falling: {taken(course)}")
    if course.fall >= PACED or (course.fall >= LITTLE and course.holding >= HOLDING):
        return None
    return Verdict(Kind.LEVELLING, course.last, f"levelling out: {taken(course)}")


def falling(course: Course) -> Verdict:
    """It falls."""
    return Verdict(Kind.FALLING, course.last, f"falling: {taken(course)}")


def taken(course: Course) -> str:
    """What the last epochs took off."""
    last, taken = f"the last {course.window * course.words.each:,} {course.words.units}", course.taken
    if taken == 0:
        return f"{last} took nothing off the loss"
    if taken < 0:
        return f"{last} added {share(-taken)} to the loss"
    return f"{last} took {share(taken)} off the loss"

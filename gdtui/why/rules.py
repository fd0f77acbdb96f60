"""The rules by which a verdict is found: each looks at the evidence for one kind, and says it or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable

from gdtui.runs.gap import gap_of
from gdtui.why import remedies
from gdtui.why.course import RECENT, Course
from gdtui.why.evidence import Evidence
from gdtui.why.verdict import Kind, Verdict
from gdtui.why.words import count, figure, share, times

FEW, EARLY = 5, 30
"""Epochs after which something can be told, and, where only the pace tells it, that it is too slow."""
FAST, PACED, LITTLE = 0.25, 0.05, 0.01
"""Which share of the loss the last epochs take off, where it falls fast, where it falls, and where it hardly does."""
HOLDING = 0.65
"""From which share of its pace on it does not level out."""
REACHED = 1e-3
"""Which share of the loss may be left to gain at an optimum."""
NEAR = 0.06
"""And where it levels out."""
SLOW = 50
"""How many times less alpha is than is stable, where it crawls because of that."""
SCALES = 100
"""How many times larger one feature is than another, where that is wild."""
STUCK = 0.1
"""Share of the rows that the sigmoid passes nothing on of, on a plateau."""
LONG = 5
"""How many times more epochs than are wanted or done it takes to halve the loss, where it crawls."""

Rule = Callable[[Evidence], Verdict | None]


def beginning(found: Evidence) -> Verdict | None:
    if found.is_begun_anew or len(found.course) < FEW:
        since = "" if found.begin <= 1 or found.is_begun_anew else f" since epoch {found.begin:,}, where it was changed"
        return Verdict(Kind.BEGINNING, found.epoch, f"too few epochs to tell{since}")
    return None


def infinite(found: Evidence) -> Verdict | None:
    if math.isfinite(found.moment.loss) or not found.epoch or not found.run.done:
        return None
    return diverged(found, found.course, f"the loss is not finite at epoch {found.epoch:,}")


def diverging(found: Evidence) -> Verdict | None:
    low, high = swelling(found.course)
    return diverged(found, found.course, f"the loss rose from {figure(low)} to {figure(high)}") if high else None


def diverged(found: Evidence, course: Course, text: str) -> Verdict:
    since = remedies.lowest(course)
    cause = ""
    recipe, limit = found.recipe, found.alpha_limit.sure
    if recipe.l2 and found.alpha * recipe.l2 > 2 and recipe.optimizer == "gd":
        cause = f": alpha times the L2 penalty is {figure(found.alpha * recipe.l2)}, and must be below 2"
    elif limit and found.alpha > limit:
        cause = f": alpha is {times(found.alpha / limit)} the limit that is stable for sure"
    remedy = remedies.smaller(found, since, limit or math.nan)
    return Verdict(Kind.DIVERGING, found.epoch, f"diverging since epoch {since:,}: {text}{cause}", since, remedy)


def swelling(course: Course) -> tuple[float, float]:
    """From which loss to which it rose, where it rises more and more; zeros where it does not."""
    if len(course) < FEW:
        return 0.0, 0.0
    rises, steps = course.rises(10)
    lows, highs, _ = course.recent
    low, last = float(lows[-11:].min()), float(highs[-1])
    first = course.mean(0, 1 / len(course))
    is_swelling = rises >= 0.8 * steps and last > 2 * abs(low) and last > 2 * abs(first) and last == highs.max()
    return (low, last) if is_swelling and steps >= FEW - 1 else (0.0, 0.0)


def bouncing(found: Evidence) -> Verdict | None:
    course, has_velocity = found.course, found.recipe.optimizer in ("momentum", "nesterov", "adam")
    last = 48 if has_velocity else 20
    if found.is_batched or len(course) < 8 or not course.rises(RECENT)[0]:
        return None
    if found.alpha_limit.sure is not None and found.alpha <= found.alpha_limit.sure:
        return None
    limit = found.stable
    is_known = found.alpha_limit.sure is not None  # and alpha is beyond: below, no loss that is descended rises
    least, rising = (1e-4, 0.1) if is_known else (0.25, 0.1)
    if not (bounces(course, last, least if is_known else 0.05) or bounces(course, RECENT, least, rising)):
        return None
    since = course.rising_since(30 if has_velocity else 16)
    rises, steps = course.rises(last)
    told = f"{rises} of the last {steps} epochs rose" if course.recent[2] == 1 else "the loss goes up and down"
    cause = f": alpha is {times(found.alpha / limit)} the stable limit" if found.alpha > limit else ""
    remedy = remedies.smaller(found, since, limit)
    return Verdict(Kind.BOUNCING, found.epoch, f"bouncing since epoch {since:,}, {told}{cause}", since, remedy)


def bounces(course: Course, last: int, swing: float = 0.05, rising: float = 0.2) -> bool:
    """Whether of the last losses at least that share rises, by at least that share of the loss, and no rest comes."""
    if len(course) < 8:
        return False
    rises, steps = course.rises(last)
    late, late_steps = course.rises(last // 2)
    is_up_and_down = rises >= rising * steps and 0 < late < late_steps
    is_swinging = course.goes_on_swinging(last) and course.swing(last) >= swing
    return is_up_and_down and is_swinging and course.peaks(last) > 1


def overfitting(found: Evidence) -> Verdict | None:
    tested, trained = found.tested, Course(found.run.history, found.tested.first, found.tested.last)
    since = gap(tested, trained)
    if since is None:
        return None
    best = remedies.lowest(tested)
    low, now = tested.span()[0], found.moment.test_loss or tested.mean(1 - 1 / len(tested), 1)
    text = (
        f"overfitting since epoch {since:,}: the test loss rose from {figure(low)} at epoch {best:,} to {figure(now)}"
    )
    return Verdict(Kind.OVERFITTING, found.epoch, text, since, remedies.penalty(found, best))


def gap(tested: Course, trained: Course) -> int | None:
    """See `gap_of`."""

    both = Course(trained.curve, trained.first, trained.last, tested)
    opened = gap_of(both) if len(tested) >= FEW else None
    return None if opened is None else opened + tested.first - 1


def plateau(found: Evidence) -> Verdict | None:
    if found.loss != "squared-error" or len(found.course) < EARLY or abs(found.course.fall) > LITTLE / 2:
        return None
    if not found.stuck >= STUCK:
        return None
    cause = f"the sigmoid is flat at {share(found.stuck)} of the rows, which are wrong, and passes on nothing of them"
    text = f"stuck on a plateau: {cause}"
    return Verdict(Kind.PLATEAU, found.epoch, text, None, remedies.adaptive(found))


def optimum(found: Evidence) -> Verdict | None:
    course = found.course
    if not found.left <= REACHED or abs(course.fall) >= LITTLE or course.swing(20) >= LITTLE:
        return None
    return at_best(found, f"at most about {share(found.left)} of the cross-entropy is left to gain")


def at_best(found: Evidence, figures: str) -> Verdict:
    accuracy, majority = found.moment.accuracy, found.majority
    if accuracy is not None and accuracy < (1 + majority) / 2 and found.loss != "squared-error":
        what = (
            "a line" if found.design.shape[1] == 3 else "a plane" if found.design.shape[1] == 4 else "a linear boundary"
        )
        text = f"{what} cannot part these: accuracy is {share(accuracy)}, and {figures}"
        return Verdict(Kind.INSEPARABLE, found.epoch, text, advice="other features, such as products of these")
    return Verdict(Kind.DONE, found.epoch, f"done: {figures}")


def reached(found: Evidence) -> Verdict | None:
    stop = found.run.stop
    if stop is not None and found.epoch == found.run.done and stop.rule in ("target-loss", "target-accuracy"):
        return Verdict(Kind.DONE, found.epoch, f"done: {stop.message}")
    if found.moment.loss == 0:
        return Verdict(Kind.DONE, found.epoch, "done: the loss is 0")
    return None


def near(found: Evidence) -> Verdict | None:
    if not found.left <= NEAR or found.course.fall >= FAST:
        return None
    text = f"levelling out: about {share(found.left)} of the cross-entropy is left to gain"
    return Verdict(Kind.LEVELLING, found.epoch, text)


def falling_fast(found: Evidence) -> Verdict | None:
    return falling(found) if found.course.fall >= FAST else None


def separable(found: Evidence) -> Verdict | None:
    if found.moment.accuracy != 1 or found.is_penalised or found.loss == "hinge":
        return None
    then, before, now = found.norms
    if not now > before:
        return None
    grew = f"the weights grow for ever, from {figure(before)} at epoch {then:,} to {figure(now)}"
    text = f"separable: every row is right, so the loss goes to 0 and {grew}"
    return Verdict(Kind.SEPARABLE, found.epoch, text, advice="--l2 0.01 keeps them finite")


def scales(found: Evidence) -> Verdict | None:
    ratio, large, small = found.scales
    if ratio < SCALES or found.course.fall >= FAST or found.recipe.optimizer in ("rmsprop", "adam"):
        return None
    names = found.run.data.feature_names
    text = f"features of wildly different scale: {names[large]} is {times(ratio)} as large as {names[small]}"
    return Verdict(Kind.SCALES, found.epoch, text, advice="--standardize")


def crawling(found: Evidence) -> Verdict | None:
    course, limit = found.course, found.alpha_limit.sure or math.inf
    pace = 2 * PACED if 10 * SLOW * found.alpha <= limit else PACED
    if len(course) < 10 or course.fall >= pace:
        return None
    is_slow = found.alpha * SLOW <= limit < math.inf and (has_crawled(course) or found.left > NEAR)
    goal = 0.5 if math.isnan(found.left) else min(0.5, found.left)
    more = epochs_for(course, goal)
    is_long = (
        limit == math.inf
        and not found.left < 2 * NEAR
        and has_crawled(course)
        and more > LONG * max(found.run.epochs, len(course))
    )
    if not (is_slow or is_long) or not 0 < more < math.inf:
        return None
    cause = f"alpha is 1/{count(limit / found.alpha)} of what is stable for sure, {figure(limit)}; " if is_slow else ""
    what = "it takes" if goal < 0.5 else "the loss halves in"
    rest = f" to gain the {share(goal)} of the cross-entropy that is left" if goal < 0.5 else ""
    text = f"crawling: {cause}at this pace {what} {count(more)} epochs more{rest}"
    return Verdict(Kind.CRAWLING, found.epoch, text, None, remedies.larger(found, more))


def has_crawled(course: Course) -> bool:
    """Whether it falls steadily, and was never much faster."""
    if course.rises(20)[0] > 2 or not course.holding >= HOLDING:
        return False
    pace, ever = course.mean(0.75, 0.8) - course.mean(0.95, 1), course.mean(0, 0.05) - course.mean(0.95, 1)
    return ever <= 2 * 5 * pace


def epochs_for(course: Course, goal: float) -> float:
    """In how many epochs the loss is less by that share of it, at the pace of the last."""
    return goal * course.window / course.fall if course.fall > 0 else math.inf


def flat(found: Evidence) -> Verdict | None:
    course = found.course
    if len(course) < 20 or not course.is_flat or not math.isnan(found.left):
        return None
    return at_best(found, "the last half of the epochs took off less than 0.1 % of the loss")


def levelling(found: Evidence) -> Verdict | None:
    return level(found.course)


def level(course: Course) -> Verdict | None:
    if course.fall <= 0:
        return Verdict(Kind.LEVELLING, course.last, f"not falling: {taken(course)}")
    if course.fall >= PACED or (course.fall >= LITTLE and course.holding >= HOLDING):
        return None
    return Verdict(Kind.LEVELLING, course.last, f"levelling out: {taken(course)}")


def taken(course: Course) -> str:
    """What the last epochs took off."""
    if course.fall < 0:
        return f"the last {course.window:,} epochs added {share(-course.fall)} to the loss"
    return f"the last {course.window:,} epochs took {share(course.fall)} off the loss"


def falling(found: Evidence) -> Verdict:
    course = found.course
    return Verdict(Kind.FALLING, found.epoch, f"falling: {taken(course)}")


RULES: tuple[Rule, ...] = (
    infinite,
    reached,
    beginning,
    diverging,
    bouncing,
    overfitting,
    plateau,
    optimum,
    falling_fast,
    separable,
    scales,
    crawling,
    flat,
    levelling,
    falling,
)

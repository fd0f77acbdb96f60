"""The rules of runs that do not go as they should: each looks at the evidence for its kind, and says it or nothing."""

from __future__ import annotations

import math
from dataclasses import replace

from gdtui.learning.optimizer import VELOCITY
from gdtui.runs.gap import gap_of
from gdtui.why import remedies
from gdtui.why.course import RECENT, Course
from gdtui.why.evidence import Evidence
from gdtui.why.progress import FEW, HOLDING, LITTLE, LONG_FLAT, NEAR, PACED
from gdtui.why.verdict import Kind, Verdict
from gdtui.why.words import count, figure, share, times

EARLY = 30
"""Epochs before which nothing but the pace is not enough to tell that it is too slow."""
LAST, LAST_WITH_VELOCITY = 20, 48
"""Losses in which a bounce is looked for: a velocity carries it up and down more slowly."""
SWING, WIDE, ANY = 0.05, 0.25, 1e-4
"""How far a loss goes up again that bounces, as a share of it; where it does so seldom; and where alpha is known to be
too large."""
CLEARLY = 1.05
"""How many times as large as the limit between the last two steps alpha is, where it is said to be too large by that:
it changes from step to step."""
NOISE = 0.5
"""The same by batches, whose noise goes up and down too."""
SLOW = 50
"""How many times less alpha is than is stable anywhere, where it crawls because of that."""
LONG = 5
"""How many times as many epochs as are wanted it takes to halve the loss, where it crawls."""
FASTER, STRAIGHT = 2.0, 1.25
"""How many times faster than now it was on average, at the most, where it has always crawled; and where that is a
straight line, of which nobody knows where it ends."""
SCALES, HOPELESS = 100, 10
"""How many times as large as another a feature is, where that is wild; and how many times what is stable alpha is then,
where no smaller one is tried."""
STUCK = 0.1
"""Of which share of the rows the sigmoid passes nothing on, on a plateau."""


def infinite(found: Evidence) -> Verdict | None:
    """A loss that is not finite, or a run that ended since its weights were not."""
    stop, loss = found.run.stop, found.moment.loss
    if not found.run.done or not found.epoch:
        return None
    is_known = not math.isnan(loss) or len(found.design) > 0  # without its rows a loss may not be known
    has_ended_so = stop is not None and stop.diverged and found.epoch == found.run.done
    if not has_ended_so and (math.isfinite(loss) or not is_known):
        return None
    is_loss = not math.isfinite(found.moment.loss)
    return _diverged(found, f"the {'loss is' if is_loss else 'weights are'} not finite any more")


def diverging(found: Evidence) -> Verdict | None:
    """A loss that grows and grows."""
    low, high = swelling(found.course)
    return _diverged(found, f"the loss rose from {figure(low)} to {figure(high)}") if high else None


def _diverged(found: Evidence, text: str) -> Verdict:
    since, recipe, limit = remedies.lowest(found.course), found.recipe, found.sure
    pull, cause = found.alpha * recipe.l2, ""
    if pull > 2 and recipe.optimizer == "gd":
        cause = f"; alpha times the L2 penalty is {figure(pull)}, and stable below 2"
    elif found.alpha > limit:
        cause = f"; alpha is {times(found.alpha / limit)} what is stable anywhere"
    said = f"diverging since epoch {since:,}: {text}{cause}"
    return Verdict(Kind.DIVERGING, found.epoch, said, since, remedies.smaller(found, since, limit))


def swelling(course: Course) -> tuple[float, float]:
    """From which loss to which it rose, where it rises more and more; zeros where it does not."""
    rises, steps = course.rises(10)
    if len(course) < FEW or steps < FEW - 1:
        return 0.0, 0.0
    lows, highs, _ = course.recent
    low, last, first = float(lows[-11:].min()), float(highs[-1]), course.mean(0, 1 / len(course))
    is_swelling = rises >= 0.8 * steps and last > 2 * max(abs(low), abs(first)) and last == highs.max()
    return (low, last) if is_swelling else (0.0, 0.0)


def bouncing(found: Evidence) -> Verdict | None:
    """Steps that lead from one side of the valley to the other, and do not become less. Where alpha is stable anywhere,
    no loss that is descended goes up and down."""
    last = LAST
    if found.recipe.optimizer in (*VELOCITY, "adam"):
        last = LAST_WITH_VELOCITY
    if len(found.course) < 8 or found.alpha <= found.sure or not (_goes_up_and_down(found, last) or _turns_back(found)):
        return None
    since, (rises, steps) = found.course.rising_since(last - LAST // 5), found.late.rises(last)
    limit, told = found.stable, []
    if found.alpha > CLEARLY * limit:
        told.append(f"alpha is {times(found.alpha / limit)} the stable limit")
    elif found.alpha > found.sure:
        told.append(f"alpha is {times(found.alpha / found.sure)} what is stable anywhere")
    elif found.is_batched and found.alpha > found.measure:
        told.append(f"alpha is {times(found.alpha / found.measure)} what is stable anywhere without batches")
    is_hopeless = found.scales[0] >= SCALES and found.alpha > HOPELESS * found.sure
    if is_hopeless:  # what is stable is too little for the small features
        told.append(f"scales differ {times(found.scales[0])}")
    elif found.late.recent[2] == 1 and rises:
        told.append(f"{rises} of the last {steps} epochs rose")
    text = ": ".join(filter(None, ("bouncing" + ("" if since is None else f" since epoch {since:,}"), "; ".join(told))))
    if is_hopeless:
        return Verdict(Kind.BOUNCING, found.epoch, text, since, advice="try --standardize")
    advice = "--standardize may help too" if found.scales[0] >= SCALES else ""
    remedy = remedies.smaller(found, since or remedies.middle(found) + 1, limit)
    return Verdict(Kind.BOUNCING, found.epoch, text, since, remedy, advice)


def _goes_up_and_down(found: Evidence, last: int) -> bool:
    course = found.late
    if not course.rises(RECENT)[0]:
        return False
    if found.is_batched:
        is_lost = course.mean(1 - min(1, RECENT / len(course)), 1) > 0.9 * found.course.mean(0, 1 / len(found.course))
        return bounces(course, RECENT, NOISE) and (is_lost or found.alpha > found.measure)
    if not math.isnan(found.sure):
        return bounces(course, last, ANY) or bounces(course, RECENT, ANY, 0.1)
    return bounces(course, last, SWING) or bounces(course, RECENT, WIDE, 0.1)


def bounces(course: Course, last: int, swing: float, rising: float = 0.2) -> bool:
    """Whether of the last losses at least a share rises, by at least a share of the loss, and they come to no rest."""
    if len(course) < 8:
        return False
    (rises, steps), (late, late_steps) = course.rises(last), course.rises(last // 2)
    is_up_and_down = rises >= rising * steps and 0 < late < late_steps and course.peaks(last) > 1
    return is_up_and_down and course.goes_on_swinging(last) and course.swing(last) >= swing


def _turns_back(found: Evidence) -> bool:
    """Whether each step undoes the one before, between two places where the loss is the same."""
    return not math.isnan(found.sure) and found.turning < -0.98 and found.left > LITTLE


def overfitting(found: Evidence) -> Verdict | None:
    """The test loss rises while that of training falls."""
    said = overfit(found.tested, Course(found.run.history, found.tested.first, found.tested.last))
    if said is None:
        return None
    return replace(said, epoch=found.epoch, remedy=remedies.penalty(found, remedies.lowest(found.tested)))


def overfit(tested: Course, trained: Course, what: str = "the test loss") -> Verdict | None:
    """The same of losses alone."""
    since = gap(tested, trained)
    if since is None:
        return None
    at, best, low, now = tested.words.at, remedies.lowest(tested), tested.span()[0], float(tested.recent[1][-1])
    rose = f"{what} rose from {figure(low)} at {at(best)} to {figure(now)} while the loss fell"
    return Verdict(Kind.OVERFITTING, tested.last, f"overfitting since {at(since)}: {rose}", since)


def gap(tested: Course, trained: Course) -> int | None:
    """See `gap_of`."""
    both = Course(trained.curve, trained.first, trained.last, tested)
    opened = gap_of(both) if len(tested) >= FEW else None
    return None if opened is None else opened + tested.first - 1


def plateau(found: Evidence) -> Verdict | None:
    """The squared error hardly changes, and wrong rows have activations whose sigmoid is flat."""
    if found.loss != "squared-error" or not _is_flat_below(found, EARLY):
        return None
    text = f"stuck on a plateau: {share(found.stuck)} of the rows are wrong where the sigmoid is flat, and push no more"
    advice = "with --loss cross-entropy they would"
    return Verdict(Kind.PLATEAU, found.epoch, text, None, remedies.adaptive(found), advice)


def plateau_shown(found: Evidence) -> Verdict | None:
    """The same of the article's squared error, which is shown: the cross-entropy, which is descended, has none."""
    if found.loss != "article" or not _is_flat_below(found, LONG_FLAT):
        return None
    text = f"on a plateau: {share(found.stuck)} of the rows are wrong where the sigmoid is flat, and this loss with it"
    remedy = None if found.alpha > found.sure else remedies.adaptive(found)  # who is thrown there is thrown again
    return Verdict(Kind.PLATEAU, found.epoch, text, None, remedy)


def _is_flat_below(found: Evidence, least: int) -> bool:
    return len(found.course) >= least and abs(found.course.fall) <= LITTLE / 2 and found.stuck >= STUCK


def standing(found: Evidence) -> Verdict | None:
    """No step is taken any more, since the schedule has come to its end."""
    since = found.recipe.since + (found.recipe.decay_every or 1)
    if found.alpha or not found.recipe.alpha or found.epoch <= since:
        return None
    text = f"standing still since epoch {since:,}: the {found.recipe.schedule} schedule has ended, with alpha 0"
    return Verdict(Kind.CRAWLING, found.epoch, text, since, remedies.constant(found, since))


def scales(found: Evidence) -> Verdict | None:
    """No alpha is right for features of such scales; optimisers that scale each weight's step can do with them."""
    ratio, large, small = found.scales
    if ratio < SCALES or found.course.fall >= 2 * PACED or found.recipe.optimizer in ("rmsprop", "adam"):
        return None
    names = found.run.data.feature_names
    text = f"features of wildly different scale: {names[large]} is {times(ratio)} as large as {names[small]}"
    return Verdict(Kind.SCALES, found.epoch, text, advice="--standardize would even them out")


def crawling(found: Evidence) -> Verdict | None:
    """Alpha is far less than is stable, or, where that is not known, the loss falls in a straight line for as long as
    will be waited for and longer."""
    course, limit = found.course, found.sure
    pace = 2 * PACED if 10 * SLOW * found.alpha <= limit else PACED
    if len(course) < 10 or not 0 < course.fall < pace:
        return None
    if max(1, found.epoch) - found.recipe.since < found.recipe.warmup:  # it has not begun in earnest
        return None
    goal, text = _goal(found)
    more = epochs_for(course, goal)
    is_slow = found.alpha * SLOW <= limit < math.inf and (has_crawled(course) or found.left > NEAR)
    is_slow = is_slow and (found.alpha * 10 * SLOW <= limit or more >= len(course))
    is_small = found.alpha * SLOW <= found.measure or found.recipe.optimizer in ("rmsprop", "adam")
    is_long = (
        math.isnan(limit)
        and is_small
        and len(course) >= EARLY
        and not found.left < 2 * NEAR
        and has_crawled(course, STRAIGHT)
    )
    if not (is_slow or (is_long and more > LONG * max(found.run.epochs, len(course)))):
        return None
    cause = ""
    if remedies.has_fallen(found):
        cause = f"alpha has fallen to {figure(found.alpha)} by its schedule; "
    elif is_slow:
        cause = f"alpha is 1/{count(limit / found.alpha)} of what is stable anywhere; "
    said = f"crawling: {cause}{text.format(count(more))} at this pace"
    return Verdict(Kind.CRAWLING, found.epoch, said, None, remedies.larger(found, more))


def _goal(found: Evidence) -> tuple[float, str]:
    """Which share of the loss it takes to get where it is to come to, and how to say that."""
    loss, target = found.moment.loss, found.run.settings.stop.target_loss
    if target is not None and loss > target:
        return (loss - target) / abs(loss), f"the target loss {target:g} takes {{}} epochs more"
    if found.left < 0.5:
        return found.left, f"the {share(found.left)} that is left takes {{}} epochs more"
    return 0.5, "half of the loss takes {} epochs more"


def has_crawled(course: Course, faster: float = FASTER) -> bool:
    """Whether it falls steadily, and on average no more than so many times faster than now."""
    if course.rises(20)[0] > 2 or not course.holding >= HOLDING:
        return False
    pace, ever = course.mean(0.75, 0.8) - course.mean(0.95, 1), course.mean(0, 0.05) - course.mean(0.95, 1)
    return ever <= 0.95 / 0.2 * faster * pace


def epochs_for(course: Course, goal: float) -> float:
    """In how many epochs the loss is less by that share of it, at the pace of the last."""
    return goal * course.window / course.fall if course.fall > 0 else math.inf

"""What the losses of other people's logs tell: of steps, noisy, with gaps, and measured on other rows only now and
then."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdtui.runs.curve import KnownLosses
from gdtui.types import Floats
from gdtui.why import progress, troubles
from gdtui.why.course import Course, Wording
from gdtui.why.judge import crawling, swinging
from gdtui.why.verdict import Kind, Verdict
from gdtui.why.words import figure, share

MEANS = 128
"""Losses that the course is told by, about: of more, means of several are taken, which have less of their noise."""
LOST = 3
"""Losses in a row that are no numbers, at the end, from which on there will be no others."""
BACK, LEAST = 2048, 40
"""Losses in which a spike is looked for, at the most and at the least."""
WIDE, AFTER = 101, 8
"""Losses whose middle one tells the level around a spike, and those behind it by which it has come back."""
FEW, BEYOND = 5, 3.0
"""Losses on other rows whose middle one tells how they are, and how many times their noise is a rise."""
SURE, WIDER = 2.0, 1.5
"""How many times as large as what noise makes of it a change is, where it is one, and how many times that it may be on
a plateau: the one time in twenty."""
LONG, TOLD = 20, 0.1
"""Losses, or means of several, from which on a plateau is one, and the change, as a share of them, that their noise
must not hide."""
TELLING, ALIKE = 64, 0.4
"""Losses that tell noise from a bounce, and the least correlation with the one before, or the one before that, by which
it is one: those of noise are as far from 0 one time in three hundred."""
STANDS_OUT, ALONE, OF_LEVEL = 12.0, 3.0, 0.5
"""How much higher than the usual distance from the level a spike is, than any other, and than the level itself."""
RECENT = 5
"""In which part of the losses, the last of so many, a spike is news."""


@dataclass(frozen=True)
class Losses:
    """What a log tells of its loss.

    Attributes:
        values: shape (n,).
        at: the place of a value, by its number from 1, in words.
        are_epochs: whether each is that of an epoch, and not that of some rows only.
        tested: on rows that are not trained on, shape (m,).
        before: how many of the values there were when each of those was measured, shape (m,).
        tested_at: as `at`.
        tested_name: what they are called.
    """

    values: Floats
    at: Callable[[int], str]
    are_epochs: bool = False
    tested: Floats = field(default_factory=lambda: np.empty(0))
    before: np.ndarray = field(default_factory=lambda: np.empty(0, np.intp))
    tested_at: Callable[[int], str] = str
    tested_name: str = "the test loss"


def judge_logged(losses: Losses) -> Verdict:
    """What is to be said of them, as of the last."""
    with np.errstate(all="ignore"):  # where numbers are beyond all bounds, what is measured of them is no number
        return _judge(losses)


def _judge(losses: Losses) -> Verdict:
    values, last = losses.values, len(losses.values)
    finite = np.flatnonzero(np.isfinite(values))
    if last - (finite[-1] + 1 if len(finite) else 0) >= LOST:
        return _lost(losses, finite)
    if len(finite) < progress.FEW:
        return Verdict(Kind.BEGINNING, last, "too few records to tell")
    course = _course(losses, finite)
    grows = swinging(course)
    if grows is not None and (grows.kind is Kind.DIVERGING or (losses.are_epochs and not _is_noise(values[finite]))):
        return grows
    found = spike(losses, finite) or _overfitting(losses) or crawling(course)
    return found or _slow(course) or progress.pace_of(course)


def _is_noise(known: Floats) -> bool:
    """Whether the last losses go up and down as noise does, each whatever those before: those that bounce between two
    sides of a valley alternate, and those that a velocity carries there and back resemble their neighbours."""
    last = known[-TELLING:] - np.mean(known[-TELLING:])
    return all(abs(float(np.dot(last[lag:], last[:-lag]) / np.dot(last, last))) < ALIKE for lag in (1, 2))


def _lost(losses: Losses, finite: np.ndarray) -> Verdict:
    """What is to be said where the loss is no number any more: since when, and since when it had grown before."""
    last, since = len(losses.values), int(finite[-1]) + 2 if len(finite) else 1
    grew = swinging(_course(losses, finite)) if len(finite) else None
    if grew is None or grew.kind is not Kind.DIVERGING:
        return Verdict(
            Kind.DIVERGING, last, f"diverging since {losses.at(since)}: the loss is not finite any more", since
        )
    text = f"{grew.text}, and is not finite since {losses.at(since)}"
    return Verdict(Kind.DIVERGING, last, text, grew.since)


def _slow(course: Course) -> Verdict | None:
    """A plateau; or, where the last losses tell nothing, since their noise is more than what they took off, what more
    of them tell."""
    middles, units = course.middles, course.words.units
    if len(middles) < FEW:
        return None
    usual = 1.4826 * float(np.median(np.abs(np.diff(middles, 2)))) / math.sqrt(6)  # of a steady fall there is none
    before, after = course.mean(0.5, 0.75), course.mean(0.75, 1)
    taken, noise = before - after, SURE * usual * math.sqrt(8 / len(middles))
    little = progress.LITTLE * abs(before)
    share_of_last = course.window / len(course) / 4
    noise_of_last = SURE * usual * math.sqrt(2 / max(1.0, share_of_last * len(middles)))
    of_last = abs(course.fall * course.mean(0.9, 1))
    is_flat = abs(taken) <= max(WIDER * noise, little) and of_last <= max(WIDER * noise_of_last, 2 * little)
    if len(middles) >= LONG and is_flat and noise <= TOLD * abs(before):
        text = f"on a plateau: the last half of the {units} changed the loss by less than "
        return Verdict(Kind.LEVELLING, course.last, text + ("1 %" if abs(taken) <= little else "its noise"))
    if of_last > noise_of_last:
        return None
    if taken > max(noise, little):
        text = f"falling: the last quarter of the {units} took {share(taken / abs(before))} off the loss"
        return Verdict(Kind.FALLING, course.last, text)
    count = course.window * course.words.each
    text = f"levelling out: the last {count:,} {units} changed the loss by less than its noise"
    return Verdict(Kind.LEVELLING, course.last, text)


def _course(losses: Losses, finite: np.ndarray) -> Course:
    """The finite values; of many, means."""
    known, each = losses.values[finite], max(1, len(finite) // MEANS)
    count = len(known) // each
    skipped = len(known) - count * each  # the first, so that the last mean is one of all its values
    means = known[skipped:].reshape(count, each).mean(axis=1)
    curve = KnownLosses()
    curve.extend(np.arange(1.0, count + 1), means)
    firsts = finite[skipped::each] + 1
    units = "epochs" if losses.are_epochs else "records"
    words = Wording(lambda number: losses.at(int(firsts[min(number, count) - 1])), units, each)
    return Course(curve, 1, count, words=words)


def _overfitting(losses: Losses) -> Verdict | None:
    """The test loss rises while that of training falls: by the records of the former, of which there may be few."""
    known = np.flatnonzero(np.isfinite(losses.tested))
    if len(known) < 2 * progress.FEW:
        return None
    ends = losses.before[known]
    sums = np.append(0.0, np.cumsum(np.where(np.isfinite(losses.values), losses.values, 0.0)))
    counts = np.append(0, np.cumsum(np.isfinite(losses.values)))
    begins = np.append(0, ends[:-1])
    with np.errstate(invalid="ignore"):
        means = (sums[ends] - sums[begins]) / (counts[ends] - counts[begins])
    tested, trained = KnownLosses(), KnownLosses()
    numbers = np.arange(1.0, len(known) + 1)
    tested.extend(numbers, losses.tested[known])
    has_mean = np.isfinite(means)
    trained.extend(numbers[has_mean], means[has_mean])
    words = Wording(lambda number: losses.tested_at(int(known[number - 1]) + 1), "records")
    last = len(known)
    if not _has_risen(losses.tested[known]):
        return None
    return troubles.overfit(
        Course(tested, 1, last, words=words), Course(trained, 1, last, words=words), losses.tested_name
    )


def _has_risen(values: Floats) -> bool:
    """Whether the last of them are above the lowest by more than noise."""
    usual = 1.4826 * float(np.median(np.abs(np.diff(values)))) / math.sqrt(2)
    middles = np.median(sliding_window_view(values, FEW), axis=-1)
    return float(middles[-1] - middles.min()) > BEYOND * usual


def spike(losses: Losses, finite: np.ndarray) -> Verdict | None:
    """A loss that rose all at once, far more than its noise ever does, and came back: among the last of them."""
    known = losses.values[finite][-BACK:]
    if len(known) < LEAST:
        return None
    level = _level(known)
    above = known - level
    peak = int(above.argmax())
    height, usual = float(above[peak]), 1.4826 * float(np.median(np.abs(above)))
    begin, end = max(0, peak - WIDE // 4), peak + WIDE // 2
    others = float(np.concatenate([above[:begin], above[end:]]).max(initial=0.0))
    is_single = np.count_nonzero(above[max(0, peak - 2) : peak + 3] > height / 3) < 2  # as any noise has now and then
    stands_out = height > STANDS_OUT * usual and height > ALONE * (1 + is_single) * others
    stands_out = stands_out and height > OF_LEVEL * abs(level[peak])
    behind = known[peak + 1 : peak + 1 + max(AFTER, WIDE // 2)]
    if not stands_out or len(behind) < AFTER or peak < AFTER or len(known) - peak > max(LEAST, len(known) // RECENT):
        return None
    if float(np.median(behind[-AFTER:])) > level[peak] + max(4 * usual, 0.1 * height):
        return None
    at = int(finite[len(finite) - len(known) + peak]) + 1
    rose = f"the loss rose from {figure(float(level[peak]))} to {figure(float(known[peak]))}, and came back"
    return Verdict(Kind.SPIKE, len(losses.values), f"spike at {losses.at(at)}: {rose}", at)


def _level(values: Floats) -> Floats:
    """The middle one of the values around each."""
    width = min(WIDE, len(values) // 4) | 1
    padded = np.pad(values, width // 2, mode="reflect")
    return np.asarray(np.median(sliding_window_view(padded, width), axis=-1))

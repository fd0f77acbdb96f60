"""How to look at loss curves, and the axes that this takes."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from gdtui.charts.axes import Canvas, Limits, axes, log_ticks, nice_ticks, ticks_along
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.numbers import next_on_ladder
from gdtui.runs.curve import Curve, Losses

TOPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LARGEST = 1e300
"""Losses beyond are drawn here: sums and axes of larger ones would overflow."""
FLATTEST = 1e-12
"""The smallest loss a logarithmic axis shows: below it all is rounding."""
WIDE = 30.0
"""The largest loss shown over the smallest, beyond which the axis is logarithmic by itself."""
FLAT = 1e-6
"""Curves that span less of their height than this are level: the axis does not magnify the rounding of sums."""
FAR = 1 / 3
"""The part of an axis from 0 that curves span at the most, where it is to leave 0."""
SETTLED = 0.2
"""The part of the epochs' axis that must have a curve before the axis of the losses leaves 0: in the first epochs it
would move with each."""


class Across(Enum):
    """What the epochs' axis shows; the values are its label."""

    WHOLE = "epoch"
    LATEST = "epoch (the latest)"
    LOG = "epoch (log)"

    @property
    def next(self) -> "Across":
        """The one that a key goes on to."""
        every = list(Across)
        return every[(every.index(self) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class Look:
    """How to look at a curve.

    Attributes:
        epochs: how many the run wants: where the x axis ends, once the run is well under way.
        log: whether the y axis is logarithmic; None leaves it to the losses.
        cursor: the epoch at which to draw a cursor, if any.
        others: histories to draw behind, each with its label.
        roles: what the curves are drawn as, that in front first; without, in the order of `RUNS`.
        across: which epochs are shown, and how.
        loss: of the epoch at the cursor, or of the newest: it has a dot, and is printed there. NaN for none.
        name: printed before that loss.
        test_loss: of that epoch, on the rows kept for testing; it has a dot as well.
        done: the newest epoch of what is in front, and of all, where the curves do not end there.
        linear: of the smallest and the largest value, and of whether a fair part of the epochs is done, the limits of
            an axis that is not logarithmic.
    """

    epochs: int
    log: bool | None = None
    cursor: int | None = None
    others: tuple[tuple[Curve, str], ...] = ()
    roles: tuple[Role, ...] = ()
    across: Across = Across.WHOLE
    loss: float = math.nan
    name: str = ""
    test_loss: float = math.nan
    done: tuple[int, int] | None = None
    linear: Callable[[float, float, bool], Limits] | None = None


@dataclass(frozen=True, slots=True)
class Scales:
    """The limits of both axes; along a logarithmic one, exponents of ten."""

    xlim: Limits
    ylim: Limits
    xlog: bool
    ylog: bool

    @property
    def is_cut(self) -> bool:
        """Whether the axis of the losses leaves out 0, though it could show it."""
        return not self.ylog and self.ylim[0] * self.ylim[1] > 0

    @property
    def told(self) -> str:
        """What is special about the axis of the losses, in words."""
        return "log" if self.ylog else "not from 0" if self.is_cut else ""


def scales_of(history: Curve, look: Look) -> Scales:
    """The axes that hold this history and the others. They move in steps, not with every epoch."""
    every: list[Losses] = [history, history.tested, *(other for other, _ in look.others)]
    linear = look.linear or linear_limits
    done, longest = look.done or (len(history), max(map(len, every)))
    if look.across is Across.LATEST:
        xlim = window(done, look.cursor)
        spans = [_span_within(curve, xlim) for curve in every]
    else:
        xlim = 0.0, float(last_epoch(longest, look.epochs))
        spans = [curve.span() for curve in every]
    is_settled = longest - xlim[0] >= SETTLED * (xlim[1] - xlim[0])
    ylim, ylog = upright(spans, lambda high: _least_positive(every, high), look.log, linear, is_settled)
    xlog = look.across is Across.LOG
    return Scales((0.0, math.log10(max(2.0, xlim[1]))) if xlog else xlim, ylim, xlog, ylog)


def upright(
    spans: Sequence[Limits],
    least_positive: Callable[[float], float],
    log: bool | None,
    linear: Callable[[float, float, bool], Limits],
    is_settled: bool,
) -> tuple[Limits, bool]:
    """The limits of the axis of the values, and whether it is logarithmic.

    Args:
        spans: the smallest and the largest value of each curve; NaN where none is known.
        least_positive: the smallest value above 0 of all; what it is given where there is none.
        log, linear: see `Look`.
        is_settled: whether it may leave 0.
    """
    known = [span for span in spans if math.isfinite(span[0])]
    low, high = min((low for low, _ in known), default=0.0), max((high for _, high in known), default=1.0)
    low, high = max(low, -LARGEST), min(high, LARGEST)
    if low == 0 < high:
        least = least_positive(high)  # 0 itself has no place on a logarithmic axis
        ylog = high > WIDE * least if log is None else log
        return _log_limits(least, high) if ylog else linear(low, high, False), ylog
    ylog = 0 < low < high / WIDE and high > FLATTEST if log is None else log
    return _log_limits(low, high) if ylog else linear(low, high, is_settled), ylog


def framed(history: Curve, look: Look, width: int, height: int) -> tuple[Chart, Canvas] | None:
    """Axes with nothing in them, to be copied, and where to draw; None where there is no room."""
    shown = scales_of(history, look)
    count = max(2, height // 4)
    yticks = log_ticks(shown.ylim, count) if shown.ylog else nice_ticks(shown.ylim, count)
    room = width - 1 - max(len(text) for _, text in yticks)
    xticks = ticks_along(shown.xlim, shown.xlog, max(2, room))
    return axes(
        width, height, shown.xlim, shown.ylim, xticks, yticks, look.across.value, shown.xlog, shown.ylog, shown.is_cut
    )


def last_epoch(done: int, wanted: int) -> int:
    """Where the x axis ends: at the wanted epochs, or, while few of them are done, at a round number that
    twice as many would reach."""
    return max(1, min(max(wanted, done), max(100, int(next_on_ladder(2.0 * done)))))


def window(done: int, cursor: int | None) -> Limits:
    """The first and last of the latest epochs: a tenth to a fifth of all. It moves by a fifth of itself at a time, and
    is elsewhere where the cursor is."""
    width = max(20, int(next_on_ladder(done / 10)))
    step = width // 5
    end = max(width, -(-done // step) * step)
    if cursor is not None and cursor < end - width:
        end = max(width, -(-(cursor + width // 2) // step) * step)
    return float(end - width), float(end)


def _span_within(curve: Losses, limits: Limits) -> Limits:
    """The smallest and the largest finite loss of these epochs; (NaN, NaN) where there is none."""
    first, last = max(0, int(limits[0]) - 1), min(int(limits[1]), len(curve))
    if last <= first:
        return math.nan, math.nan
    edges = np.unique(np.linspace(first, last, 65).astype(np.intp))  # an infinite loss spoils only its own part
    both = np.concatenate(curve.stretches(edges))
    finite = both[np.isfinite(both)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)


def _least_positive(curves: Iterable[Losses], otherwise: float) -> float:
    losses = np.concatenate([curve.known()[1] for curve in curves])
    return float(losses[losses > 0].min(initial=otherwise))


def linear_limits(low: float, high: float, is_settled: bool, far: float = FAR) -> Limits:
    """From 0, or, where a curve would be a line far from it, from near the smallest value: where all of it spans less
    than a part of the axis, `far`."""
    span, size = high - low, max(abs(low), abs(high))
    if is_settled and low * high > 0 and FLAT * size < span < far * size and size > FLATTEST:
        grid = next_on_ladder(span / 4)
        return float(f"{math.floor(low / grid) * grid:.12g}"), float(f"{math.ceil(high / grid) * grid:.12g}")
    bottom = -next_on_ladder(-1.0001 * low, TOPS) if low < 0 else 0.0
    return bottom, 0.0 if high <= 0 > low else next_on_ladder(1.0001 * max(high, FLATTEST), TOPS)


def _log_limits(low: float, high: float) -> Limits:
    high = max(high, 10 * FLATTEST)
    low = min(max(low, FLATTEST), high / 1.0001)
    return -math.log10(next_on_ladder(1 / low)), math.log10(next_on_ladder(high))

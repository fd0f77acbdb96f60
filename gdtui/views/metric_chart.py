"""A chart of one quantity of other people's runs: the curves of one run or many, along whatever counts the training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from gdtui.charts.axes import Canvas, axes
from gdtui.charts.chart import Chart
from gdtui.charts.roles import FAINTS, RUNS, Role
from gdtui.charts.strokes import ACROSS, Dots, extents, stamp
from gdtui.logs.places_along import Along
from gdtui.logs.told import place_told
from gdtui.logs.trace import Trace
from gdtui.types import Floats
from gdtui.views.curves import (
    draw_cursor,
    end_of,
    filled,
    head_at,
    label_changes,
    mark_places,
    on_canvas,
    take_turns,
    thicken,
)
from gdtui.views.labels import Place, is_free, label, value, write
from gdtui.views.lines import is_wide
from gdtui.views.loss_axes import linear_limits, upright
from gdtui.views.metric_axes import (
    Across,
    Scale,
    label_of,
    limits_along,
    ticks_of,
    upright_ticks,
)

SAMPLE, LEAST = 2000, 64
"""Values by which it is told whether they are best seen on a logarithmic axis, about, and those of each curve."""
NAMED = 10
"""Runs up to which each has its name and its full colour; of more the one in front has, and the best."""
RARE, BELOW = 0.02, 3.0
"""A logarithmic axis begins so many times lower than all values but this share of them."""
FAR = 0.6
"""The part of an axis from 0 that what is no loss spans at the most, where it is to leave 0: an accuracy of 0 is never
come to, a loss of 0 is what one hopes for."""
SETTLED = 10
"""Values from which on the axis of the values may leave 0."""
FAINT = dict(zip(RUNS, FAINTS, strict=True))
"""What a curve is drawn as behind its average."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A curve.

    Attributes:
        name: what stands at its end.
        raw: what it is the average of, where it is one.
        is_dotted: whether it is told from another of its colour so.
        is_front: whether it is of the run in front of others.
        is_best: whether it is of the run that has come to the best value.
    """

    trace: Trace
    role: Role
    name: str = ""
    raw: Trace | None = None
    is_dotted: bool = False
    is_front: bool = False
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How to look at curves.

    Attributes:
        log: whether the axis of the values is logarithmic; None leaves it to them, where that may be.
        cursor: where there is one, along the training.
        goes_on: whether there is more to come.
        tells: whether the values stand in the drawing.
        may_be_log: whether that may be so without being asked for.
        chosen: what somebody has chosen to count the training, by its name.
        marks: where something was changed, in ascending order, and what.
    """

    across: Across
    log: bool | None = None
    cursor: float | None = None
    goes_on: bool = False
    tells: bool = False
    may_be_log: bool = True
    chosen: str = ""
    marks: tuple[tuple[float, str], ...] = ()

    def told(self, place: float) -> str:
        """A place along the training, in words."""
        if self.chosen and self.across.along is Along.STEP:
            return f"{self.chosen} {place_told(place, Along.STEP, is_named=False)}"
        return place_told(place, self.across.along)


@dataclass(frozen=True, slots=True)
class Frame:
    """Axes with nothing in them, and where to draw."""

    chart: Chart
    canvas: Canvas


def _along(strokes: Sequence[Stroke], look: Look) -> tuple[float, float]:
    known = [stroke.trace.x for stroke in strokes if len(stroke.trace)]
    first = min((float(x[0]) for x in known), default=0.0)
    last = max((float(x[-1]) for x in known), default=1.0)
    if look.across.scale is Scale.LOG:
        first = min((float(x[np.searchsorted(x, 0.0, "right")]) for x in known if x[-1] > 0), default=1.0)
    return limits_along(first, last, look.across.scale, look.goes_on, look.cursor)


def _upright(strokes: Sequence[Stroke], look: Look) -> tuple[tuple[float, float], bool]:
    traces = [trace for stroke in strokes for trace in (stroke.trace, stroke.raw) if trace is not None]
    if look.across.scale is Scale.LATEST:
        first, last = _along(strokes, look)
        spans = [trace.span_within(first, last) for trace in traces]
    else:
        spans = [trace.span for trace in traces]

    log, enough = look.log, max(LEAST, SAMPLE // max(1, len(traces)))
    some = [trace.values[:: 1 + len(trace) // enough] for trace in traces]
    if log is None:
        log = look.may_be_log and all(low >= 0 for low, _ in spans) and is_wide(some)
    if log:
        floor = least_of_most(some)
        spans = [(max(low, floor), high) for low, high in spans]

    def least(otherwise: float) -> float:
        found = min((trace.least_positive() for trace in traces), default=math.inf)
        return found if math.isfinite(found) else otherwise

    is_settled = max((len(trace) for trace in traces), default=0) >= SETTLED or not look.goes_on
    linear = linear_limits if look.may_be_log else partial(linear_limits, far=FAR)
    return upright(spans, least, log, linear, is_settled)


def least_of_most(values: Sequence[Floats]) -> float:
    """Where a logarithmic axis may begin: noise that comes near to 0 now and then would have most of its room."""
    known = np.concatenate([one[np.isfinite(one) & (one > 0)] for one in values] or [np.empty(0)])
    return float(np.quantile(known, RARE)) / BELOW if len(known) else 0.0


def framed(strokes: Sequence[Stroke], look: Look, width: int, height: int) -> Frame | None:
    """Axes for these; None where there is no room for any."""
    xlim, (ylim, ylog) = _along(strokes, look), _upright(strokes, look)
    yticks = upright_ticks(ylim, ylog, height)
    room = width - 1 - max(len(text) for _, text in yticks)
    xticks = ticks_of(xlim, look.across, max(2, room))
    xlog, is_cut = look.across.scale is Scale.LOG, not ylog and ylim[0] * ylim[1] > 0
    made = axes(width, height, xlim, ylim, xticks, yticks, label_of(xlim, look.across, look.chosen), xlog, ylog, is_cut)
    return None if made is None else Frame(made[0].copy(), made[1])


def draw_metrics(frame: Frame, strokes: Sequence[Stroke], look: Look) -> None:
    """Draw the curves, the first in front of the others. Each column of dots spans the smallest and the largest value
    in it, so that no spike is thinned away; a value that is no number is a gap."""
    chart, canvas = frame.chart, frame.canvas
    counts = np.zeros((canvas.height, canvas.width), dtype=np.uint16)
    ends: list[Place | None] = []
    marks = [one for one in look.marks if one[0] > 0 or not canvas.xlog]
    changes = mark_places(chart, canvas, [place for place, _ in marks])
    is_crowded = len({stroke.name for stroke in strokes}) > NAMED
    for number, stroke in enumerate(strokes):
        dots = dots_of(stroke.trace, canvas)
        ends.append(end_of(dots))
        if stroke.is_front and not stroke.is_dotted:
            thicken(dots, canvas)
        if stroke.is_dotted:
            dots[:, 1::ACROSS] = False
        if is_crowded and not (stroke.is_front or stroke.is_best):  # there is no room for turns: these stand out
            stamp(chart, canvas, dots, FAINT[stroke.role], over=(Role.MARK,))
            continue
        if number:
            take_turns(chart, canvas, dots, counts)
        else:
            counts += filled(dots, canvas)
        stamp(chart, canvas, dots, stroke.role, over=(Role.MARK,))
    for stroke in strokes:
        if stroke.raw is not None:
            stamp(chart, canvas, dots_of(stroke.raw, canvas), FAINT[stroke.role], over=(Role.MARK,))
    label_changes(chart, canvas, [(column, marks[at][1]) for column, at in changes])
    _tell(chart, canvas, strokes, ends, look)


def _tell(chart: Chart, canvas: Canvas, strokes: Sequence[Stroke], ends: Sequence[Place | None], look: Look) -> None:
    """The cursor, the values there, and the names."""
    if look.cursor is not None and (look.cursor > 0 or not canvas.xlog):
        draw_cursor(chart, canvas, look.cursor, look.told(look.cursor))
    fronts = [stroke for stroke in strokes if stroke.is_front] or strokes
    heads = {id(stroke): _head(chart, canvas, stroke, look) for stroke in fronts[::-1]}
    for number, (stroke, end) in enumerate(zip(strokes, ends, strict=True)):
        head, now = heads.get(id(stroke)), value_at(stroke.trace, look.cursor)
        tells = look.tells and stroke in fronts and math.isfinite(now)
        text = f"{stroke.name} {value(now)}".lstrip() if tells else stroke.name
        place = head or end
        if place is None or not text or (number >= NAMED and stroke not in fronts and not stroke.is_best):
            continue
        if not label(chart, canvas, place, text, stroke.role) and end is not None:
            label(chart, canvas, end, stroke.name, stroke.role)


def _head(chart: Chart, canvas: Canvas, stroke: Stroke, look: Look) -> Place | None:
    """A dot where one looks, or at the end; returns where it is, if there is one."""
    trace = stroke.trace
    at = float(trace.x[-1]) if look.cursor is None else look.cursor
    if at > trace.x[-1] or (at <= 0 and canvas.xlog):
        return None
    return head_at(chart, canvas, at, value_at(trace, look.cursor), stroke.role)


def value_at(trace: Trace, cursor: float | None) -> float:
    """Its value where one looks, or the newest."""
    return trace.last() if cursor is None else trace.at(cursor)


def dots_of(trace: Trace, canvas: Canvas) -> Dots:
    """The dots of a curve, with nothing between two values that have a gap between them."""
    edges = canvas.x_edges(ACROSS)
    low, high = on_canvas(canvas, trace.between(edges))
    dots = extents(canvas, low, high)
    if trace.gaps:
        dots[:, _broken(low, trace.gaps_between(edges))] = False
    return dots


def _broken(low: Floats, gaps: Floats) -> np.ndarray:
    """The columns in which nothing is known, and all the way from the value before to the next there is a gap."""
    known = ~np.isnan(low)
    stretch = np.cumsum(known)
    has_gap = np.zeros(int(stretch[-1]) + 1, dtype=bool)
    has_gap[stretch[(gaps > 0) & ~known]] = True
    return np.asarray(has_gap[stretch] & ~known)


def write_free(chart: Chart, canvas: Canvas, text: str) -> None:
    """Write a text at the right end of the first row where it covers nothing, if there is any."""
    free = is_free(chart, canvas)
    begin = canvas.width - len(text)
    for row in range(canvas.height):
        if begin > 0 and free[row, begin - 1 :].all():
            write(chart, canvas, row, begin, text, Role.TEXT)
            return


def place_at(column: int, canvas: Canvas) -> float:
    """What is drawn in that column of a drawing, along the training."""
    at = min(max(column - canvas.left, 0), canvas.width - 1)
    return float(canvas.x_centres()[at])

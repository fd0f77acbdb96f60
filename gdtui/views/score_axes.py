"""What stands still in the drawing of scores: axes, curves, and where rows and bars are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas, axes, nice_ticks, ticks_along
from gdtui.charts.bars import Side
from gdtui.charts.chart import Chart
from gdtui.charts.roles import CLASSES, Role
from gdtui.charts.strokes import ACROSS, DOWN, Dots, extents, stamp
from gdtui.learning.objective import sigmoid
from gdtui.views.figures import beside

TICK = 4
"""Columns of the texts along the upright axis, so that a count has room among them."""

HARDLY = 1e-6
"""The curve keeps this far from 0 and 1, which are the very edges of dots: what is rounded would make a step there."""


class Look(NamedTuple):
    """What the axes and curves depend on.

    Attributes:
        reach: the scores go from −reach to reach.
        is_score: whether activations are the scores themselves: then the curves are those of the hinge loss.
        class_names: of all classes.
        number: of the class looked at.
        has_tests: whether rows that are kept for testing have places beside the others.
        role: of the curve.
    """

    width: int
    height: int
    reach: float
    is_score: bool
    class_names: tuple[str, ...]
    number: int
    has_tests: bool
    role: Role


class Track(NamedTuple):
    """Where the rows of one class, or of the rest, stand.

    Attributes:
        rows: of the canvas, shape (width,).
        step: −1 where others are above, 1 where they are below.
        end: the last row of the canvas that there is for them.
    """

    rows: NDArray[np.intp]
    step: int
    end: int

    def beside(self, place: int) -> NDArray[np.intp]:
        """The rows of the canvas that are so many cells further from the curve, shape (width,)."""
        return np.asarray(np.clip(self.rows + self.step * place, 0, self.end))


class Frame(NamedTuple):
    """What stands still, and where the rest has its places: that of the class looked at comes first.

    Attributes:
        sides: of the bars; none where there is no room for any.
        texts: the rows of the canvas beside the threshold, in the order in which texts have room there.
        begin: the column of the chart in which those begin.
    """

    chart: Chart
    canvas: Canvas
    tracks: tuple[Track, Track]
    sides: tuple[Side, ...]
    texts: range
    begin: int


def framed(look: Look) -> Frame | None:
    """None where there is no room for axes."""
    rows = look.height - 2 - (look.height >= 9)  # those of the canvas: below are the axis, its numbers and its name
    each = 0 if rows < 8 else max(1, rows // 6)
    upper = rows - 2 * each
    pad = 0 if upper < 9 else 1 + look.has_tests
    top, most = look.reach + 1 if look.is_score else 1.0, upper - 1 - 2 * pad
    step = top / (most // 2 * 2 if most > 5 else max(1, most))  # so that the middle has a row of its own
    ylim, xlim = (top - (rows - 1 - pad) * step, top + pad * step), (-look.reach, look.reach)
    ticks = nice_ticks((0.0, top), max(2, upper // 4)) if look.is_score else ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
    yticks = tuple((place, f"{text:>{TICK}}") for place, text in ticks)
    xticks = ticks_along(xlim, False, max(2, look.width - TICK - 1))
    empty = axes(look.width, look.height, xlim, ylim, xticks, yticks, _xlabel(look))
    if empty is None or empty[1].height != rows:
        return None
    chart, canvas = empty[0].copy(), empty[1]
    drawn = _hinges(canvas) if look.is_score else _sigmoid(canvas)
    roles = (_role(look, True), _role(look, False)) if look.is_score else (look.role, look.role)
    for dots, role in zip(drawn, roles, strict=True):
        stamp(chart, canvas, dots, role)
    one, rest = _track(drawn[0], -1, upper), _track(drawn[1], -1 if look.is_score else 1, upper)
    rest = rest._replace(rows=np.where(rest.rows == one.rows, rest.beside(1), rest.rows))  # where hinges cross
    texts = range(upper) if look.is_score else range(upper)[::-1]
    begin = _thresholds(chart, canvas, look, texts)
    sides = (Side(each, upper + each - 1, -1), Side(each, upper + each, 1)) if each else ()
    return Frame(chart, canvas, (one, rest), sides, texts, begin)


def _role(look: Look, is_looked_at: bool) -> int:
    """Of the curve of the class looked at, or of the rest: where there are many others, it has no colour of theirs."""
    if is_looked_at:
        return int(CLASSES[look.number])
    return Role.CLASS_0 if len(look.class_names) == 2 else Role.LABEL


def _xlabel(look: Look) -> str:
    if len(look.class_names) == 2:
        return "score z = W·x + b"
    name = look.class_names[look.number]
    if look.is_score:
        return f"score of {name}: z = W·x + b"
    return f"score of {name}: its z − log Σ exp(z of the others)"


def _sigmoid(canvas: Canvas) -> tuple[Dots, Dots]:
    """The dots of the curve, twice."""
    with np.errstate(over="ignore"):
        p = np.clip(sigmoid(canvas.x_centres(ACROSS)), HARDLY, 1 - HARDLY)
    dots = extents(canvas, p, p)
    return dots, dots


def _hinges(canvas: Canvas) -> tuple[Dots, Dots]:
    """The loss of rows of the class looked at, and of all others: how much their scores lack to 1, or to −1."""
    z = canvas.x_centres(ACROSS)
    one, other = np.maximum(0, 1 - z), np.maximum(0, 1 + z)
    return extents(canvas, one, one), extents(canvas, other, other)


def _track(dots: Dots, step: int, upper: int) -> Track:
    """One cell beside a curve: above it, or below."""
    cells: Dots = np.asarray(dots.reshape(len(dots) // DOWN, DOWN, -1, ACROSS).any(axis=(1, 3)))
    rows = cells.argmax(axis=0) if step < 0 else len(cells) - 1 - cells[::-1].argmax(axis=0)
    return Track(np.clip(rows + step, 0, upper - 1), step, upper - 1)


def _thresholds(chart: Chart, canvas: Canvas, look: Look, texts: range) -> int:
    """Lines from top to bottom where the decision is made, and at a hinge's margins, behind all else, with names.
    Returns the column of the chart in which texts beside the decision begin."""
    chars, roles = chart.chars[canvas.area], chart.roles[canvas.area]
    lines = ((-1.0, Role.AXIS), (1.0, Role.AXIS), (0.0, Role.BOUNDARY)) if look.is_score else ((0.0, Role.BOUNDARY),)
    for z, role in lines:
        column = int(canvas.columns(np.array([z]))[0])
        free = roles[:, column] == Role.BLANK
        chars[free, column], roles[free, column] = "┊", role
    begin = canvas.left + column + 2
    names = ("threshold 0, margins −1, 1", "threshold 0") if look.is_score else ("threshold 0.5",)
    any(beside(chart, canvas, texts, begin, name, Role.LABEL) for name in names)
    if not look.is_score:
        beside(chart, canvas, texts[::-1], canvas.left + 1, "activation", Role.LABEL)
    return begin

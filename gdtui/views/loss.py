"""The loss curve: that of the branch shown, over those of the others."""

import math
from dataclasses import dataclass

import numpy as np

from gdtui.charts.axes import Canvas, Limits, Ticks, axes, nice_ticks
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.charts.strokes import ACROSS, Dots, extents, stamp
from gdtui.numbers import next_on_ladder
from gdtui.runs.curve import Curve
from gdtui.session.commands import Command, GoTo
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats

TOPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LARGEST = 1e300
"""Losses beyond are drawn here: sums and axes of larger ones would overflow."""
FLATTEST = 1e-12
"""The smallest loss a logarithmic axis shows: below it all is rounding."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to look at a curve.

    Attributes:
        epochs: how many the run wants: where the x axis ends, once the run is well under way.
        log: a logarithmic y axis.
        cursor: the epoch at which to draw a cursor, if any.
        others: histories to draw behind, each with its label.
        roles: what the curves are drawn as, that in front first; without, the others are dimmed.
    """

    epochs: int
    log: bool = False
    cursor: int | None = None
    others: tuple[tuple[Curve, str], ...] = ()
    roles: tuple[Role, ...] = ()


class LossView:
    """The loss curve; a press of the mouse looks at an epoch."""

    def __init__(self) -> None:
        self.log = False
        """Whether the loss is on a logarithmic scale."""

    def titles(self, snapshot: Snapshot) -> tuple[str, str]:
        return f"Loss  {snapshot.run.objective.title}", ""

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        return loss_chart(snapshot.run.history, self._look(snapshot), width, height)

    def touched(self, snapshot: Snapshot, column: int, width: int, height: int) -> Command | None:
        epoch = epoch_at(column, width, height, snapshot.run.history, self._look(snapshot))
        return None if epoch is None or epoch == snapshot.past else GoTo(epoch)

    def _look(self, snapshot: Snapshot) -> Look:
        named = zip(snapshot.curves, snapshot.names, strict=True)
        others = tuple((curve, name) for curve, name in named if curve is not snapshot.run.history)
        return Look(snapshot.most_epochs, self.log, snapshot.past, others)


def loss_chart(history: Curve, look: Look, width: int, height: int) -> Chart:
    """The losses so far over their epochs, with a mark wherever alpha was changed.

    Each column of dots spans the smallest and largest loss of its epochs, so that no spike is thinned away.
    The axes move in steps, not with every epoch.
    """
    framed = _framed(history, look, width, height)
    if framed is None:
        return Chart.blank(width, height)
    chart, canvas = framed[0].copy(), framed[1]
    _mark_alphas(chart, canvas, history)
    roles = look.roles or (Role.CURVE, *(Role.OTHER_CURVE for _ in look.others))
    stamp(chart, canvas, _curve(history, canvas, look.log), roles[0], over=(Role.MARK,))
    for row, ((other, label), role) in enumerate(zip(look.others, roles[1:], strict=True)):
        stamp(chart, canvas, _curve(other, canvas, look.log), role, over=(Role.MARK,))
        _write(chart, canvas, 1 + row, canvas.width - len(label) - 1, label, role)
    if look.cursor is not None:
        _cursor(chart, canvas, look.cursor)
    return chart


def epoch_at(column: int, width: int, height: int, history: Curve, look: Look) -> int | None:
    """The epoch drawn in that column of the chart of that size, kept within 1 … done; None without a chart."""
    framed = _framed(history, look, width, height)
    if framed is None or not len(history):
        return None
    centres = framed[1].x_centres()
    place = min(max(column - framed[1].left, 0), framed[1].width - 1)
    return min(max(round(float(centres[place])), 1), len(history))


def _framed(history: Curve, look: Look, width: int, height: int) -> tuple[Chart, Canvas] | None:
    """The axes that hold this history and the others."""
    every = [history, *(other for other, _ in look.others)]
    xlim = (0.0, float(last_epoch(max(map(len, every)), look.epochs)))
    ylim, yticks = _y_axis(every, look.log, height)
    return axes(width, height, xlim, ylim, nice_ticks(xlim, max(2, width // 10)), yticks, "epoch")


def _curve(history: Curve, canvas: Canvas, log: bool) -> Dots:
    edges = np.clip(_columns(history, canvas), -LARGEST, LARGEST)
    return extents(canvas, *(_log(edges) if log else edges))


def _cursor(chart: Chart, canvas: Canvas, epoch: int) -> None:
    """A line from top to bottom that leaves the curve to be seen, and the epoch beside it."""
    column = int(canvas.columns(np.array([float(epoch)]))[0])
    if not 0 <= column < canvas.width:
        return
    chars, roles = chart.chars[canvas.area], chart.roles[canvas.area]
    free = ~np.isin(roles[:, column], (Role.CURVE, Role.OTHER_CURVE, *RUNS))
    chars[free, column], roles[free, column] = "│", Role.CURSOR
    text = f"epoch {epoch}"
    begin = column + 1 if column + 1 + len(text) <= canvas.width else column - len(text)
    _write(chart, canvas, canvas.height - 1, begin, text, Role.CURSOR)


def _write(chart: Chart, canvas: Canvas, row: int, column: int, text: str, role: Role) -> None:
    """Write text inside the axes, where it fits there."""
    if 0 <= row < canvas.height and column >= 0 and column + len(text) <= canvas.width:
        chart.write(canvas.top + row, canvas.left + column, text, role)


def last_epoch(done: int, wanted: int) -> int:
    """Where the x axis ends: at the wanted epochs, or, while few of them are done, at a round number that
    twice as many would reach."""
    return max(1, min(max(wanted, done), max(100, int(next_on_ladder(2.0 * done)))))


def _y_axis(histories: list[Curve], log: bool, height: int) -> tuple[Limits, Ticks]:
    spans = [span for span in (history.span() for history in histories) if math.isfinite(span[0])]
    low, high = min((low for low, _ in spans), default=0.0), max((high for _, high in spans), default=1.0)
    low, high = max(low, -LARGEST), min(high, LARGEST)
    count = max(2, height // 4)
    if not log:
        bottom = -next_on_ladder(-1.0001 * low, TOPS) if low < 0 else 0.0
        top = 0.0 if high <= 0 > low else next_on_ladder(1.0001 * max(high, FLATTEST), TOPS)
        return (bottom, top), nice_ticks((bottom, top), count)
    high = max(high, 10 * FLATTEST)
    low = min(max(low, FLATTEST), high / 1.0001)
    bottom = -math.log10(next_on_ladder(1 / low))
    top = math.log10(next_on_ladder(high))
    return (bottom, top), _log_ticks(bottom, top, count)


def _log_ticks(bottom: float, top: float, count: int) -> Ticks:
    first, last = math.ceil(bottom - 1e-9), math.floor(top + 1e-9)
    if last - first >= 1:
        step = max(1, math.ceil((last - first) / count))
        return tuple((float(exponent), f"{10.0**exponent:g}") for exponent in range(first, last + 1, step))
    return tuple((exponent, f"{10.0**exponent:.3g}") for exponent in (bottom, top))


def _log(values: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        # No loss at all is at the bottom; a negative one, which other programs may have, is nowhere.
        return np.log10(np.where(values < 0, np.nan, np.maximum(values, FLATTEST)))


def _columns(history: Curve, canvas: Canvas) -> tuple[Floats, Floats]:
    """The smallest and largest loss in each column of dots, shape (2 · width,)."""
    done, centres = len(history), canvas.x_centres(ACROSS)
    half = (centres[1] - centres[0]) / 2
    if done and 2 * half > 1:
        edges = np.append(centres - half, centres[-1] + half)
        # Epoch k is at index k − 1.
        return _bridged(*history.stretches(np.clip(np.ceil(edges) - 1, 0, done).astype(np.intp)))
    epochs, losses = history.known()
    finite = np.isfinite(losses)
    epochs, losses = epochs[finite], losses[finite]
    if not len(epochs):
        return np.full(len(centres), np.nan), np.full(len(centres), np.nan)
    inside = (centres >= epochs[0] - half) & (centres <= epochs[-1] + half)
    low = np.where(inside, np.interp(centres, epochs, losses), np.nan)
    high = low.copy()
    # An epoch lies somewhere within its column, not in the middle: its own value must be reached too.
    columns = canvas.columns(epochs, ACROSS).astype(np.intp)
    np.fmin.at(low, columns, losses)
    np.fmax.at(high, columns, losses)
    return low, high


def _bridged(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Columns that hold no known epoch lie on a straight line between their neighbours."""
    finite = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    if len(finite) > 1 and finite[-1] - finite[0] >= len(finite):
        between = np.arange(finite[0], finite[-1] + 1)
        between = between[np.isnan(low[between])]
        low[between] = high[between] = np.interp(between, finite, (low[finite] + high[finite]) / 2)
    return low, high


def _mark_alphas(chart: Chart, canvas: Canvas, history: Curve) -> None:
    """A dotted line at each change of alpha, with its label; labels that would overlap go one row lower. Where several
    changes fall into one column, the last is marked: the work is bounded by the columns, however many changes."""
    changes = history.alphas[1:]
    places = canvas.columns(np.fromiter((epoch for epoch, _ in changes), np.float64, len(changes))).astype(np.intp)
    last = np.flatnonzero(np.diff(places, append=-1))
    columns = places[last]
    area = (slice(canvas.top, canvas.top + canvas.height), canvas.left + columns[columns < canvas.width])
    chart.chars[area], chart.roles[area] = "┊", Role.MARK
    reaches: list[int] = []  # how far the labels of each row reach
    for column, index in zip(columns.tolist(), last.tolist(), strict=True):
        text = f"α {changes[index][1]:g}"
        begin = min(column + 1, canvas.width - len(text))
        row = next((row for row, reach in enumerate(reaches) if reach <= begin), len(reaches))
        if row < canvas.height // 2:
            _write(chart, canvas, row, begin, text, Role.MARK)
            reaches[row : row + 1] = [begin + len(text) + 1]

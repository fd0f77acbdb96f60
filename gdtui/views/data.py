"""The data: the points with the decision boundary."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from gdtui.charts.axes import Canvas, Limits, axes, nice_ticks
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Ground, Role
from gdtui.charts.strokes import ACROSS, extents, segment, stamp
from gdtui.data.dataset import Dataset
from gdtui.learning.objective import sigmoid
from gdtui.session.commands import Command
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats

MARKERS = (("●", Role.CLASS_0), ("▲", Role.CLASS_1))
Line = tuple[float, float, float]


class DataView:
    """The points, and the boundary of the moment shown."""

    _chart: ScatterChart | None = None

    def titles(self, snapshot: Snapshot) -> tuple[str, str]:
        data = snapshot.run.data
        what = data.plane.note or f"{data.name} and boundary"
        legend = "  ".join(f"{marker} {name}" for (marker, _), name in zip(MARKERS, data.class_names, strict=True))
        return f"points not at hand  ·  {what}" if snapshot.missing else what, legend

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        if self._chart is None or self._chart.data is not snapshot.run.data:
            self._chart = ScatterChart(snapshot.run.data)
        return self._chart.draw(snapshot.shown.weights, width, height)

    def touched(self, snapshot: Snapshot, column: int, width: int, height: int) -> Command | None:
        return None


class ScatterChart:
    """Draws one data set at any size, with the boundary of any weights. Axes and points are kept from one
    drawing to the next; a million points cost what few do, since they are binned to cells once a size."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.plane = data.plane
        across, up = self.plane.spans
        self.xlim = _limits(*across)
        self.ylim = (-0.12, 1.12) if self.plane.is_line else _limits(*up)
        self._size = (-1, -1)
        self._still: tuple[Chart, Canvas] | None = None

    def draw(self, weights: Floats | None, width: int, height: int) -> Chart:
        """The points, and where the unit with `weights`, shape (d + 1,), changes its mind."""
        if self._size != (width, height):
            self._size, self._still = (width, height), self._make_still(width, height)
        if self._still is None:
            return Chart.blank(width, height)
        chart, canvas = self._still[0].copy(), self._still[1]
        if weights is None:
            return chart
        line = self.plane.line(weights)
        if all(map(math.isfinite, line)):
            scaled = _scaled(line)
            u, v = canvas.x_centres()[None, :], canvas.y_centres()[:, None]
            positive = scaled[0] + scaled[1] * u + scaled[2] * v >= 0
            chart.grounds[canvas.area] = np.where(positive, Ground.CLASS_1, Ground.CLASS_0)
            if self.plane.is_line:
                with np.errstate(over="ignore"):
                    p = sigmoid(line[0] + line[1] * canvas.x_centres(ACROSS))
                stamp(chart, canvas, extents(canvas, p, p), Role.CURVE)
            ends = boundary(scaled, canvas.xlim, canvas.ylim)
            if ends is not None:
                stamp(chart, canvas, segment(canvas, *ends), Role.BOUNDARY, over=(Role.CURVE,))
        note = self.note(weights)
        if note:
            text = f" {note} " if len(note) + 2 <= canvas.width else note[: canvas.width]
            chart.write(canvas.top, canvas.left + (canvas.width - len(text)) // 2, text, Role.NOTE)
        return chart

    def note(self, weights: Floats) -> str:
        """Why there is no boundary to be seen; empty where there is one."""
        line = self.plane.line(weights)
        if not all(map(math.isfinite, line)):
            return "no boundary: the weights are not finite"
        if line[1] == line[2] == 0:
            p = float(sigmoid(np.array([max(line[0], -700.0)]))[0])
            return f"no boundary: every activation here is {p:.4f}"
        if boundary(_scaled(line), self.xlim, self.ylim) is not None:
            return ""
        middle = (sum(self.xlim) / 2, sum(self.ylim) / 2)
        side = int(line[0] + line[1] * middle[0] + line[2] * middle[1] >= 0)
        return f"boundary out of view: all class {self.data.class_names[side]}"

    def _make_still(self, width: int, height: int) -> tuple[Chart, Canvas] | None:
        xticks = nice_ticks(self.xlim, max(2, width // 10))
        yticks = nice_ticks(self.ylim, max(2, height // 4))
        if self.plane.is_line:
            yticks = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
        framed = axes(width, height, self.xlim, self.ylim, xticks, yticks, self.plane.labels[0])
        if framed is None:
            return None
        chart, canvas = framed[0].copy(), framed[1]
        self._mark(chart, canvas)
        label = self.plane.labels[1]
        if (chart.roles[canvas.top, canvas.left + 1 : canvas.left + len(label) + 3] == Role.BLANK).all():
            chart.write(canvas.top, canvas.left + 1, label, Role.LABEL)
        return chart, canvas

    def _mark(self, chart: Chart, canvas: Canvas) -> None:
        """Put into each cell that holds points the marker of the class that has more of them there."""
        columns = np.clip(canvas.columns(self.plane.points[:, 0]).astype(np.intp), 0, canvas.width - 1)
        rows = np.clip(canvas.rows(self.plane.points[:, 1]).astype(np.intp), 0, canvas.height - 1)
        cells = rows * canvas.width + columns
        every, ones = np.bincount(cells), np.bincount(cells, weights=self.data.y)
        used = np.flatnonzero(every)
        kinds = (2 * ones[used] > every[used]).astype(np.intp)
        places = canvas.top + used // canvas.width, canvas.left + used % canvas.width
        chart.chars[places], chart.roles[places] = (np.array(marks)[kinds] for marks in zip(*MARKERS, strict=True))


def _limits(low: float, high: float) -> Limits:
    pad = 0.04 * (high - low) or max(abs(high), 1.0) * 0.5
    return low - pad, high + pad


def _scaled(line: Line) -> Line:
    """The same boundary with coefficients of at most 1, so that no arithmetic on it overflows."""
    largest = max(map(abs, line)) or 1.0
    return line[0] / largest, line[1] / largest, line[2] / largest


def boundary(line: Line, xlim: Limits, ylim: Limits) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Where c0 + cu·u + cv·v = 0 enters and leaves the view, or None where it does not cross it.

    Found from the signs at the corners, so that no slope is ever divided by: a vertical boundary is like any
    other, and the ends are always within the view.
    """
    corners = [(xlim[0], ylim[0]), (xlim[1], ylim[0]), (xlim[1], ylim[1]), (xlim[0], ylim[1])]
    valued = [(u, v, line[0] + line[1] * u + line[2] * v) for u, v in corners]
    ends: list[tuple[float, float]] = []
    for (u1, v1, a), (u2, v2, b) in pairwise([*valued, valued[0]]):
        if (a >= 0) != (b >= 0):
            share = a / (a - b)
            ends.append((u1 + share * (u2 - u1), v1 + share * (v2 - v1)))
    return (ends[0], ends[1]) if len(ends) >= 2 else None

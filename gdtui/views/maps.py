"""A surface of losses seen from above: tones by height, lines between them, and how high those are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtui.analysis.landscape import Limits, Plane
from gdtui.charts.axes import Canvas, axes, nice_ticks
from gdtui.charts.chart import Chart, shortened
from gdtui.charts.contours import contours, finer, place_labels
from gdtui.charts.field import Shading, paint
from gdtui.charts.roles import UPPER, Role, ramp
from gdtui.charts.strokes import ACROSS, DOWN, Dots, dots_of, stamp, trace
from gdtui.types import Floats
from gdtui.views.surface import Levels, Surface

Drawn = tuple[Chart, list[tuple[tuple[int, slice], str]]]
"""What stands still, and the texts on it, with their cells."""
MOST_WIDENED = 2.0
"""How much more than the plane has is shown on one side, so that a step as long looks as long in any direction."""


@dataclass(frozen=True, eq=False)
class Map:
    """A surface, and the axes that it is drawn in."""

    empty: Chart
    canvas: Canvas
    surface: Surface

    @property
    def plane(self) -> Plane:
        """Whose surface it is."""
        return self.surface.plane

    def trace(self, path: Floats) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The dots of a path, shape (n, size); see `trace`."""
        return trace(self.canvas, *self.plane.place(path).T)

    def steps(self, path: Floats, gaps: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """The rows and columns of its dots, but of those that lead to points at the indices `gaps`."""
        rows, columns, stretches = self.trace(path)
        is_walked = ~np.isin(stretches, np.array(gaps, np.intp) - 1)
        return rows[is_walked], columns[is_walked]

    def drawn(self, levels: Levels, shading: Shading, paths: list[Floats]) -> Drawn:
        """All of it but the paths, and the labels of its lines, which are placed where no path leads."""
        chart, canvas, losses = self.empty.copy(), self.canvas, self.surface.losses[::-1]
        is_hatched = shading is Shading.HATCHED
        with np.errstate(divide="ignore"):
            fine = finer(np.log(losses) if levels.is_log else losses)
            at_dots = np.searchsorted(np.log(levels.lines) if levels.is_log else levels.lines, fine)
        if not is_hatched:
            stamp(chart, canvas, contours(at_dots), Role.MARK)
            here = chart.roles[canvas.area] == Role.MARK
            chart.roles[canvas.area][here] = UPPER + ramp(levels.heights(losses[1::2]), 0)[here]
        paint(chart, canvas, ramp(levels.heights((losses[::2] + losses[1::2]) / 2 if is_hatched else losses)), shading)
        texts, most = [plain(edge) for edge in levels.lines], max(2, canvas.height // 6)
        labels = place_labels(canvas, at_dots, texts, self._taken(paths), most)
        return chart, [
            ((canvas.top + row, slice(canvas.left + column, canvas.left + column + len(text))), text)
            for row, column, text in labels
        ]

    def _taken(self, paths: list[Floats]) -> Dots:
        """Cells where no text may be, since a path leads through them, or something is written there."""
        canvas = self.canvas
        taken = np.asarray(self.empty.roles[canvas.area] != Role.BLANK)
        for path in paths:
            rows, columns, _ = self.trace(path)
            dots = dots_of(canvas, rows, columns)
            taken |= dots.reshape(canvas.height, DOWN, canvas.width, ACROSS).any(axis=(1, 3))
        return taken


def plain(value: float) -> str:
    """A number as short as it is."""
    return f"{value:g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def frame(plane: Plane, width: int, height: int) -> tuple[Chart, Canvas] | None:
    """Axes for a plane in so many cells, wider than its limits where that makes a step as long look as long in any
    direction; None where there is no room."""
    framed = _axes(plane.limits, plane.labels, width, height)
    if framed is None:
        return None
    canvas = framed[1]
    framed = _axes(widened(plane.limits, canvas.width / (2 * canvas.height)), plane.labels, width, height)
    if framed is None:
        return None
    chart = framed[0].copy()
    label = f" {shortened(plane.labels[1], framed[1].width // 2)} "
    chart.write(framed[1].top, framed[1].left, label, Role.LABEL)
    return chart, framed[1]


def _axes(limits: Limits, labels: tuple[str, str], width: int, height: int) -> tuple[Chart, Canvas] | None:
    xticks, yticks = nice_ticks(limits[0], max(2, width // 10)), nice_ticks(limits[1], max(2, height // 4))
    return axes(width, height, *limits, xticks, yticks, labels[0])


def widened(limits: Limits, aspect: float) -> Limits:
    """Limits whose width over height is this, or nearer to it."""
    (left, right), (low, high) = limits
    by = aspect * (high - low) / (right - left)
    across, up = min(max(by, 1.0), MOST_WIDENED), min(max(1 / by, 1.0), MOST_WIDENED)
    return _scaled(left, right, across), _scaled(low, high, up)


def _scaled(low: float, high: float, by: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2 * by
    return middle - half, middle + half

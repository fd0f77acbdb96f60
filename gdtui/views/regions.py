"""The data of more than two classes: the points over regions, each in the colour of the class that wins there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.field import SCORES, SHARES, Codes, Shading, paint, tones_of_many
from gdtui.charts.points import Points
from gdtui.charts.roles import Role
from gdtui.charts.strokes import Dots, stamp_thick
from gdtui.data.dataset import Dataset
from gdtui.learning.objective import Objective
from gdtui.types import Floats
from gdtui.views.data import POINTS, ScatterChart

FEW = 0.04
"""Of the field's tones, the share up to which they may be out of date while a run moves."""


class RegionsChart(ScatterChart):
    """Draws one data set of more than two classes at any size, with what any weights make of it."""

    def __init__(self, data: Dataset, objective: Objective) -> None:
        super().__init__(data, objective)
        self._tones: Codes | None = None
        """What the field shows."""
        self._note = ""

    def note(self, weights: Floats) -> str:
        """Of the weights that were drawn last."""
        return self._note

    def _decide(
        self, chart: Chart, canvas: Canvas, points: Points, weights: Floats, shading: Shading, moves: bool
    ) -> None:
        units = weights.reshape(self.data.units, -1)
        lines = np.array([self.plane.line(unit) for unit in units])
        if not np.isfinite(lines).all():
            self._note = "no boundary: the weights are not finite"
            return
        points.cross(chart, weights)
        scale = float(np.abs(lines).max()) or 1.0
        lines = lines / scale  # so that no arithmetic on them overflows
        winners, borders = _borders(canvas, lines)
        self._note = self._told(winners, lines, borders)
        stamp_thick(chart, canvas, borders, Role.BOUNDARY, over=POINTS)
        tones = self._toned_by(canvas, lines, scale, shading)
        kept = self._tones
        if kept is None or not moves or kept.shape != tones.shape or np.mean(kept != tones) > FEW:
            self._tones = kept = tones
        paint(chart, canvas, kept, shading)

    def _told(self, winners: NDArray[np.intp], lines: Floats, borders: Dots) -> str:
        """Why there is no boundary to be seen; empty where there is one."""
        if not np.ptp(lines, axis=0).any():
            return f"no boundary: every class has the same {self.objective.unit} here"
        if borders.any() or (winners != winners[0, 0]).any():
            return ""
        return f"boundary out of view: all class {self.data.class_names[winners[0, 0]]}"

    def _toned_by(self, canvas: Canvas, lines: Floats, scale: float, shading: Shading) -> Codes:
        """The tone of each place: by the winner, and its share, or its score where that is the activation."""
        z = _heights(canvas, lines, 1, 1 if shading is Shading.HATCHED else 2)
        winners, highest = z.argmax(axis=0), z.max(axis=0)
        with np.errstate(over="ignore"):
            if self.objective.is_score:
                return tones_of_many(winners, highest * scale, shading, SCORES)
            z -= highest
            z *= scale
            return tones_of_many(winners, 1 / np.exp(z, out=z).sum(axis=0), shading, SHARES)


def _heights(canvas: Canvas, lines: Floats, across: int, down: int) -> Floats:
    """The score of each class, shape (k, down · height, across · width), by its (c0, cu, cv): lines of shape (k, 3)."""
    constant, slope, rise = lines.T[:, :, None]
    along, up = constant + slope * canvas.x_centres(across), rise * canvas.y_centres(down)
    heights: Floats = along[:, None, :] + up[:, :, None]
    return heights


def _borders(canvas: Canvas, lines: Floats) -> tuple[NDArray[np.intp], Dots]:
    """Which class wins in each quarter of a cell, and in which quarters one region meets another: as `straight` has the
    line between the two that are highest there, without a gap where three meet. Both of shape (2 · height, 2 · width).
    """
    z = _heights(canvas, lines, 2, 2)
    first = z.argmax(axis=0)[None]
    top = np.take_along_axis(z, first, 0)
    np.put_along_axis(z, first, -np.inf, 0)
    second = z.argmax(axis=0)[None]
    gap = (top - np.take_along_axis(z, second, 0))[0]
    u, v = canvas.x_centres(2), canvas.y_centres(2)
    slopes = np.abs(lines[:, None, 1:] - lines[None, :, 1:]) * (abs(u[1] - u[0]), abs(v[1] - v[0]))
    half = slopes.max(axis=2)[first[0], second[0]] / 2
    winners: NDArray[np.intp] = first[0]
    borders: Dots = (gap < half) | ((gap == half) & (half > 0) & (first < second)[0])
    for here, there in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        borders[here] |= (winners[here] != winners[there]) & ~borders[there]
    return winners, borders

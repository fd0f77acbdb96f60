"""A solid in cells: its tones, with lines along which it is equally high, and what is drawn on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.field import HATCHED, HATCHES, Shading
from gdtui.charts.relief import Frame, Relief, relief
from gdtui.charts.roles import FLAT, HEIGHTS, UPPER, Ground, ramp
from gdtui.charts.strokes import stamp, stamp_thick
from gdtui.types import Floats

Codes = NDArray[np.intp]
Places = tuple[Floats, Floats, Floats]
"""The x, y and z of places, as `Frame` has them."""
STEEP, SMOOTH = 0.35, 0.2
"""Tones a pixel, from which on lines between them would be a blur, and up to which there is room for smooth ones."""
SIDE, WAY, FAINT = "│", "o", ","
"""Without colours, what is on the solid's sides, and on a line, solid or faint."""
EVERYWHERE = tuple(range(256))


@dataclass(frozen=True)
class Solid:
    """A field that is seen from the side.

    Attributes:
        tones: the ground of each pixel, two to a cell, `Ground.NONE` where there is nothing.
        chart: the drawing of it, with nothing on it.
        is_plain: whether it is drawn without colours.
    """

    seen: Relief
    tones: Codes
    chart: Chart
    is_plain: bool

    @classmethod
    def of(cls, field: Floats, frame: Frame, edges: Floats, shading: Shading) -> Solid:
        """Draw one.

        Args:
            field: see `relief`.
            frame: two pixels to a cell, one above the other.
            edges: the heights between the tones, ascending, HEIGHTS − 1 at the most.
        """
        seen, chart = relief(field, frame), Chart.blank(frame.width, frame.height // 2)
        tones = _tones(seen, edges, shading)
        if shading is Shading.HATCHED:
            _hatch(chart, seen, edges)
        else:
            _paint(chart, tones)
        return cls(seen, tones, chart, shading is Shading.HATCHED)

    @property
    def _behind(self) -> Codes:
        """The ground of what is drawn in each cell: the lower of its two tones, if there are two."""
        return np.where(self.tones[1::2] != Ground.NONE, self.tones[1::2], self.tones[0::2])

    def trace(self, chart: Chart, places: Places, role: int, is_faint: bool = False) -> None:
        """Draw a line through places on the field, which are near to one another: a solid one, or single dots, where it
        is faint."""
        across, down, _ = self.seen.frame.project(*places)
        columns, rows, is_seen = self.seen.sees(*places)
        if self.is_plain:
            at = rows[is_seen] // 2, columns[is_seen]
            chart.chars[at], chart.roles[at] = FAINT if is_faint else WAY, role
            return
        canvas = Canvas(0, 0, chart.width, chart.height, (0, 1), (0, 1))
        # Of a cell there are two dots across and four down, or two quarters each way.
        column, row = (np.floor(to[is_seen]).astype(np.intp) for to in (2 * across, down * (1 + is_faint)))
        marked = np.zeros((len(self.tones) * (1 + is_faint), 2 * chart.width), dtype=bool)
        marked[row, column] = True
        (stamp if is_faint else stamp_thick)(chart, canvas, marked, role, EVERYWHERE)
        mine = chart.roles == role
        chart.grounds[mine] = self._behind[mine]

    def put(self, chart: Chart, place: Places, sign: str, role: int, behind: str = "") -> None:
        """Write a sign at a place, or another where that is behind the solid, if any; without colours with a blank on
        either side, since it is a letter among others."""
        columns, rows, is_seen = self.seen.sees(*place)
        sign, column, row = sign if is_seen[0] else behind, int(columns[0]), int(rows[0]) // 2
        if sign and 0 <= column < chart.width and 0 <= row < chart.height:
            chart.write(row, column - self.is_plain, f" {sign} " if self.is_plain else sign, role)
            if not self.is_plain:
                chart.grounds[row, column] = self._behind[row, column]


def _tones(seen: Relief, edges: Floats, shading: Shading) -> Codes:
    levels, lights = np.searchsorted(edges, seen.heights), seen.lights
    if shading is Shading.TWO:
        levels, lights = levels // 2 * 2, np.where(seen.sides, 0, FLAT)
    else:
        lights = np.maximum(lights - _lines(seen, edges), 0)
    tones: Codes = np.where(np.isfinite(seen.heights), ramp(np.minimum(levels, HEIGHTS - 1), lights), Ground.NONE)
    return tones


def _lines(seen: Relief, edges: Floats) -> Codes:
    """How much darker each pixel is, for being on the line between two tones, or beside it."""
    if min(seen.heights.shape) < 2 or not len(edges):
        return np.zeros(seen.heights.shape, np.intp)
    knots = np.concatenate([edges[:1] - 1 / HEIGHTS, edges, edges[-1:] + 1 / HEIGHTS])
    heights = np.interp(np.where(seen.sides, np.nan, seen.heights), knots, np.arange(len(knots)))
    with np.errstate(invalid="ignore", divide="ignore"):
        steep, lines = np.hypot(*np.gradient(heights)), np.round(heights)
        away = np.abs(heights - lines) / steep
        drawn = (steep < STEEP) & (lines > 0) & (lines <= len(edges))
        return np.where(drawn & (away < np.where(steep < SMOOTH, 0.9, 0.5)), np.where(away < 0.5, 2, 1), 0)


def _paint(chart: Chart, tones: Codes) -> None:
    """Fill a chart with tones, two to a cell."""
    upper, lower = tones[0::2], tones[1::2]
    chart.grounds[:] = lower
    over, under = (upper != lower) & (upper != Ground.NONE), (upper == Ground.NONE) & (lower != Ground.NONE)
    chart.chars[over], chart.roles[over] = "▀", UPPER + upper[over]
    chart.chars[under], chart.roles[under], chart.grounds[under] = "▄", UPPER + lower[under], Ground.NONE


def _hatch(chart: Chart, seen: Relief, edges: Floats) -> None:
    """Fill a chart with characters, the denser the higher, and with strokes on the sides of the solid."""
    upper, lower = seen.heights[0::2], seen.heights[1::2]
    highest = np.fmax(upper, lower)
    known, sides = np.isfinite(highest), np.where(np.isfinite(lower), seen.sides[1::2], seen.sides[0::2])
    # The lowest of all has no character, and would be a hole.
    grounds = ramp(np.clip(np.searchsorted(edges, highest), 1, HEIGHTS - 1))
    chart.chars[known], chart.roles[known] = HATCHES[grounds[known]], HATCHED[grounds[known]]
    chart.chars[known & sides] = SIDE

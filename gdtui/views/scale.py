"""A logarithmic scale of alpha, with the zones in which descent is stable, marks for alphas, and above them the losses
of a range test."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gdtui.analysis import stability
from gdtui.analysis.range_test import RangeTest
from gdtui.charts.axes import Canvas, Limits, Ticks, axes, log_ticks, nice_ticks, ticks_along
from gdtui.charts.chart import Chart, cells_of
from gdtui.charts.field import Shading, paint
from gdtui.charts.roles import Role, ramp
from gdtui.charts.strokes import DOWN, dots_of, stamp, trace
from gdtui.types import Floats
from gdtui.views.alphas import Mark
from gdtui.views.figures import beside
from gdtui.views.labels import Place, label
from gdtui.views.loss_axes import FLATTEST, LARGEST, WIDE, linear_limits

DEEPEST = 8
"""Decades below the largest loss that a logarithmic axis shows at the most."""
HEIGHTS = 1, 5, 10
"""What stands for the zones on the ramp, which is drawn in tones, or by characters where there are no colours."""
ZONES = (
    ("stable at any weights", "stable anywhere", "stable"),
    ("stable here", "here"),
    ("unstable here", "unstable"),
)
"""What the zones are called where there is room for that."""


class Up(NamedTuple):
    """An axis of losses; limits of a logarithmic one are exponents of ten."""

    limits: Limits
    log: bool


def up_of(test: RangeTest, log: bool | None) -> Up:
    """That of the losses of a range test up to where they blow up. What is larger is at its top.

    Args:
        log: whether it is logarithmic; None leaves it to the losses.
    """
    end = len(test.losses) if test.blow_up is None else int(np.searchsorted(test.alphas, test.blow_up))
    losses = np.append(test.first, test.losses[:end])
    losses = losses[np.isfinite(losses)]
    if not len(losses):
        return Up((0.0, 1.0), False)
    low, high = float(losses.min()), min(float(losses.max()), LARGEST)
    positive = losses[losses > 0]
    if log is None:
        log = low >= 0 and len(positive) > 0 and high > WIDE * float(positive.min())
    if log and len(positive):
        bottom = max(float(positive.min()), high / 10**DEEPEST, FLATTEST)
        ends = math.floor(math.log10(bottom)), math.ceil(math.log10(max(high, 2 * bottom)))
        return Up((float(ends[0]), float(max(ends[1], ends[0] + 1))), True)
    low, high = linear_limits(low, min(1.1 * high, LARGEST) if high > 0 else high, True)
    return Up((low, high if high > low else low + 1.0), False)


@dataclass(frozen=True)
class Scale:
    """An empty drawing with that axis.

    Attributes:
        band: rows of the zones, the lowest of the canvas.
        upper: the part above them, where there is an axis for it.
    """

    empty: Chart
    canvas: Canvas
    band: int
    upper: Canvas | None = None

    @property
    def above(self) -> tuple[slice, slice]:
        """The part of the chart above the zones and the marks."""
        rows, columns = self.canvas.area
        return slice(rows.start, max(rows.start, rows.stop - self.band - 1)), columns

    def column(self, alpha: float) -> int:
        """That of an alpha; outside the canvas where it is beyond its ends."""
        if not 0 < alpha < math.inf:
            return -1 if alpha <= 0 else self.canvas.width
        return math.floor(float(self.canvas.columns(np.array([alpha]))[0]))

    def draw_zones(self, chart: Chart, found: stability.Limits, shading: Shading) -> None:
        """The zones, with their names, and a line at each limit."""
        canvas, width = self.canvas, self.canvas.width
        cuts = [math.inf if found.sure is None else found.sure, found.here or found.sure or math.inf]
        ends = [0, *(min(max(self.column(cut), 0), width) for cut in cuts), width]
        ends[2] = max(ends[1:3])
        if found.here is None:
            ends[2] = ends[3] = ends[1]  # what is beyond is not known
        band = Canvas(canvas.left, canvas.top + canvas.height - self.band, width, self.band, canvas.xlim, (0.0, 1.0))
        rows = 1 if shading is Shading.HATCHED else 2
        tones = np.zeros((rows * self.band, width), dtype=np.intp)
        for height, begin, end in zip(HEIGHTS, ends, ends[1:], strict=False):
            tones[:, begin:end] = ramp(height)
        known = slice(0, ends[3])
        painted = Canvas(band.left, band.top, known.stop, band.height, band.xlim, band.ylim)
        paint(chart, painted, tones[:, known], shading)
        for names, begin, end in zip(ZONES, ends, ends[1:], strict=False):
            self._name(chart, band, names, begin, end)
        for limit in (found.sure, found.here):
            self._line(chart, limit)

    def _name(self, chart: Chart, band: Canvas, names: Sequence[str], begin: int, end: int) -> None:
        """Write the first of these names that has room between two columns, on what is there."""
        name = next((name for name in names if len(name) + 2 <= end - begin), "")
        row, column = band.top + band.height // 2, band.left + begin + (end - begin - len(name)) // 2
        at = row, slice(column, column + len(name))
        ground = chart.grounds[at].copy()
        chart.write(row, column - 1, f" {name} " if name and not ground.any() else "", Role.NOTE)
        if name and ground.any():
            chart.chars[at], chart.roles[at] = cells_of(name), Role.OPTIMUM

    def _line(self, chart: Chart, limit: float | None) -> None:
        """A line at a limit, from the zones to the top."""
        canvas, column = self.canvas, -1 if limit is None else self.column(limit)
        if 0 <= column < canvas.width:
            at = slice(canvas.top, canvas.top + canvas.height - self.band), canvas.left + column
            free = chart.roles[at] == Role.BLANK
            chart.chars[at][free], chart.roles[at][free] = "┊", Role.MARK

    def label_limits(self, chart: Chart, found: stability.Limits) -> None:
        """Their values, beside their lines where that covers nothing."""
        canvas = self.canvas
        rows = range(max(0, canvas.height - self.band - 2), canvas.height - self.band)[::-1]
        for limit, name in ((found.sure, "any weights"), (found.here, "here")):
            column = -1 if limit is None else self.column(limit)
            if limit is None or not 0 <= column < canvas.width:
                continue
            places = (
                (text, begin)
                for text in (f"{name} {limit:.3g}", f"{limit:.3g}")
                for begin in (column + 2, column - 1 - len(text))
                if begin >= 1
            )
            any(beside(chart, canvas, rows, canvas.left + begin, text, Role.LABEL) for text, begin in places)

    def draw_test(self, chart: Chart, test: RangeTest) -> None:
        """The losses of a range test, and what is to be seen of them."""
        canvas = self.upper
        if canvas is None or not len(test.alphas):
            return
        rows, columns, _ = trace(canvas, test.alphas, self._clipped(test))
        stamp(
            chart,
            canvas,
            dots_of(canvas, np.clip(rows, 0, DOWN * canvas.height - 1), columns),
            Role.CURVE,
            (Role.MARK,),
        )
        for (row, column), sign, _ in self._signs(test):
            chart.write(canvas.top + row, canvas.left + column, sign, Role.NOTE)

    def _clipped(self, test: RangeTest) -> Floats:
        """Its losses as far as the axis goes: what is larger, or no number, is at the top."""
        assert self.upper is not None
        low, high = (10.0**limit for limit in self.upper.ylim) if self.upper.ylog else self.upper.ylim
        return np.clip(np.nan_to_num(test.losses, nan=high, posinf=high), low, high)

    def label_test(self, chart: Chart, test: RangeTest) -> None:
        """What its signs mean, beside them where that covers nothing."""
        if self.upper is not None and len(test.alphas):
            for place, _, name in self._signs(test):
                label(chart, self.canvas, place, name, Role.NOTE, anywhere=True)

    def _signs(self, test: RangeTest) -> Iterator[tuple[Place, str, str]]:
        """The places of what is to be seen in the losses, each with a sign and its name."""
        signs = ((test.blow_up, "✗", "blows up"), (test.smallest, "●", "smallest"), (test.steepest, "◆", "steepest"))
        for alpha, sign, name in signs:
            if alpha is not None and self.upper is not None:
                loss = self._clipped(test)[np.searchsorted(test.alphas, alpha)]
                row = math.floor(float(self.upper.rows(np.array([loss]))[0]))
                yield (row, self.column(alpha)), sign, f"{name} {float(f'{alpha:.2g}'):g}"

    def draw_marks(self, chart: Chart, marks: Sequence[Mark]) -> list[int]:
        """An arrow on the zones for each, as low as there is room, with its name. Returns their rows in the chart; of
        those beyond the ends the lowest."""
        canvas, lowest = self.canvas, self.canvas.height - self.band - 1
        rows = [canvas.top + lowest] * len(marks)
        for number, mark in enumerate(marks):
            for alpha, sign in ((mark.chosen, "▽"), (mark.alpha, "▼")):
                column = self.column(alpha)
                if not 0 <= column < canvas.width or (sign == "▽" and mark.chosen == mark.alpha):
                    continue
                name = mark.name if sign == "▼" else f"chosen {alpha:.4g}"
                rows[number] = self._mark(chart, column, lowest, sign, name, mark.role)
        return rows

    def _mark(self, chart: Chart, column: int, lowest: int, sign: str, name: str, role: int) -> int:
        canvas, free = self.canvas, (Role.BLANK, Role.AXIS, Role.MARK)
        rows = range(canvas.top + lowest, canvas.top - 1, -1)
        begins = [begin for begin in (column + 2, column - 1 - len(cells_of(name))) if begin >= 0]
        bare = [row for row in rows if chart.roles[row, canvas.left + column] in free]
        with_name = (
            row
            for row in bare
            for begin in begins
            if beside(chart, canvas, range(row, row + 1), canvas.left + begin, name, role)
        )
        found = next(with_name, bare[0] if bare else rows[0])
        chart.write(found, canvas.left + column, sign, role)
        return found


def framed(width: int, height: int, xlim: Limits, up: Up | None = None, has_zones: bool = True) -> Scale | None:
    """The empty scale in so many cells; None where there is no room.

    Args:
        up: the axis of what is drawn above the zones, if anything is.
    """
    rows = height - 2 - (height >= 9)  # those of the canvas: below are the axis, its numbers and its name
    band = 0 if not has_zones else 1 if rows < 8 else 2 if rows < 24 else 3
    pad = band + (rows >= 8)  # the marks have a row of their own
    limits: Limits = (0.0, 1.0)
    yticks: Ticks = ((0.5, "0"),)
    if up is not None and rows - pad > 1:
        low, high = up.limits
        limits = low - pad * (high - low) / (rows - pad - 1), high
        yticks = (log_ticks if up.log else nice_ticks)(up.limits, max(2, rows // 4))
    xticks = ticks_along(xlim, True, max(2, width - 1 - max(len(text) for _, text in yticks)))
    found = axes(width, height, xlim, limits, xticks, yticks, "alpha", True, up is not None and up.log)
    if found is None or found[1].height != rows or (up is not None and rows - pad < 2):
        return None
    empty, canvas = found[0].copy(), found[1]
    if up is None:
        beside_it = slice(canvas.top, canvas.top + canvas.height), slice(0, canvas.left)
        empty.chars[beside_it], empty.roles[beside_it] = " ", Role.BLANK  # there is nothing upwards
        return Scale(empty, canvas, band)
    upper = replace(canvas, height=rows - pad, ylim=up.limits)
    return Scale(empty, canvas, band, upper)

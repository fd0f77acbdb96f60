"""Axes and ticks, drawn by plotext, and the mapping from data to cells that goes with them."""

import math
import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from plotext import figure, terminal

from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.numbers import next_on_ladder
from gdtui.types import Floats

# plotext would cut a figure to the size it believes the terminal has; here the widget's size counts.
terminal.limit(False, False)

_DRAWING = threading.Lock()
"""plotext has one figure for all: who draws with it is alone with it."""

Limits = tuple[float, float]
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The part of a drawing inside the axes, and which data it shows.

    plotext puts the limits in the middle of the first and last cells; so does this.
    """

    left: int
    top: int
    width: int
    height: int
    xlim: Limits
    ylim: Limits

    @property
    def area(self) -> tuple[slice, slice]:
        """Its cells in a chart: rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def columns(self, x: Floats, dots: int = 1) -> Floats:
        """Where `x` lies from the canvas's left edge, in cells (or `dots` to a cell), not rounded."""
        low, high = self.xlim
        return ((x - low) / (high - low) * (self.width - 1) + 0.5) * dots

    def rows(self, y: Floats, dots: int = 1) -> Floats:
        """Where `y` lies from the canvas's top edge, downwards, in cells (or `dots` to a cell)."""
        low, high = self.ylim
        return ((high - y) / (high - low) * (self.height - 1) + 0.5) * dots

    def x_centres(self, dots: int = 1) -> Floats:
        """The x in the middle of each column of cells (or dots)."""
        low, high = self.xlim
        middles = (np.arange(self.width * dots) + 0.5) / dots - 0.5
        return low + middles / max(self.width - 1, 1) * (high - low)

    def y_centres(self, dots: int = 1) -> Floats:
        """The y in the middle of each row of cells (or dots)."""
        low, high = self.ylim
        middles = (np.arange(self.height * dots) + 0.5) / dots - 0.5
        return high - middles / max(self.height - 1, 1) * (high - low)


@lru_cache(maxsize=32)
def axes(
    width: int, height: int, xlim: Limits, ylim: Limits, xticks: Ticks, yticks: Ticks, xlabel: str
) -> tuple[Chart, Canvas] | None:
    """Axes with nothing in them, and where to draw; None where there is no room for any.

    The result is kept and shared: copy the chart before drawing into it.
    """
    if width < 12 or height < 5:
        return None
    with _DRAWING:
        figure.clear()
        figure.plot_size(width, height)
        # A signal is needed for plotext to draw axes at all; it lies outside the limits.
        figure.draw(figure.signal([xlim[0], xlim[1]], [ylim[0], ylim[1]], marker=" "))
        for axis, limits, ticks in ((0, xlim, xticks), (1, ylim, yticks)):
            figure.ruler(axis, 0).lim(*limits)
            figure.ruler(axis, 0).ticks([place for place, _ in ticks], [text for _, text in ticks])
            figure.axes(False, axis=axis, side=1)
        if height >= 9:
            figure.label(xlabel, 0, 0)
        lines = str(figure.build().string(colorless=True)).split("\n")
    chart = Chart.blank(width, height)
    for row, line in enumerate(lines[:height]):
        chart.chars[row, : len(line)] = list(line[:width])
    corners = np.argwhere(chart.chars == "└")
    if not len(corners) or corners[0][0] < 2 or width - corners[0][1] < 6:
        return None
    chart.roles[chart.chars != " "] = Role.LABEL
    chart.roles[np.isin(chart.chars, list("│┤└┬─┴├┘┼"))] = Role.AXIS
    bottom, left = corners[0].tolist()
    return chart, Canvas(left + 1, 0, width - left - 1, bottom, xlim, ylim)


def nice_ticks(limits: Limits, count: int) -> Ticks:
    """About `count` round numbers within the limits, with texts that tell them apart."""
    low, high = limits
    step = next_on_ladder(0.999 * max(high - low, 1e-300) / count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last <= first and count < 20:  # one number tells nothing of the scale
        return nice_ticks(limits, count + 1)
    return tuple((index * step, tick_text(index * step, step)) for index in range(first, last + 1))


def tick_text(value: float, step: float) -> str:
    """A tick's number, as short as the step allows."""
    if value == 0:
        return "0"
    if max(abs(value), step) >= 1e6 or step < 1e-4:
        return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{decimals}f}"

"""Axes and ticks, drawn by plotext, and the mapping from data to cells that goes with them."""

import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.plotext_figure import figure, terminal
from gdtui.charts.roles import Role
from gdtui.numbers import next_on_ladder
from gdtui.types import Floats

# plotext would cut a figure to the size it believes the terminal has; here the widget's size counts.
terminal.limit(False, False)

BEYOND = 1e6
"""Lengths of an axis beyond its ends, further than which nothing is: sums and products of what is would overflow."""

_DRAWING = threading.Lock()
"""plotext has one figure for all: who draws with it is alone with it."""

Limits = tuple[float, float]
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The part of a drawing inside the axes, and which data it shows.

    plotext puts the limits in the middle of the first and last cells; so does this. Along a logarithmic axis the
    limits are exponents of ten.
    """

    left: int
    top: int
    width: int
    height: int
    xlim: Limits
    ylim: Limits
    xlog: bool = False
    ylog: bool = False

    @property
    def area(self) -> tuple[slice, slice]:
        """Its cells in a chart: rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def columns(self, x: Floats, dots: int = 1) -> Floats:
        """Where `x` lies from the canvas's left edge, in cells (or `dots` to a cell), not rounded."""
        return (_share(np.log10(x) if self.xlog else x, *self.xlim) * (self.width - 1) + 0.5) * dots

    def rows(self, y: Floats, dots: int = 1) -> Floats:
        """Where `y` lies from the canvas's top edge, downwards, in cells (or `dots` to a cell)."""
        low, high = self.ylim
        return (_share(np.log10(y) if self.ylog else y, high, low) * (self.height - 1) + 0.5) * dots

    def x_centres(self, dots: int = 1) -> Floats:
        """The x in the middle of each column of cells (or dots)."""
        return self._x((np.arange(self.width * dots) + 0.5) / dots - 0.5)

    def x_edges(self, dots: int = 1) -> Floats:
        """The x at both edges of each column, one more than there are."""
        return self._x(np.arange(self.width * dots + 1) / dots - 0.5)

    def _x(self, columns: Floats) -> Floats:
        """The x of places counted from the middle of the first column on."""
        low, high = self.xlim
        x = low + columns / max(self.width - 1, 1) * (high - low)
        return 10.0**x if self.xlog else x

    def y_centres(self, dots: int = 1) -> Floats:
        """The y in the middle of each row of cells (or dots)."""
        low, high = self.ylim
        middles = (np.arange(self.height * dots) + 0.5) / dots - 0.5
        return high - middles / max(self.height - 1, 1) * (high - low)


def _share(values: Floats, begin: float, end: float) -> Floats:
    """How far values lie from one end of an axis to the other, 0 to 1, or `BEYOND`; NaN stays NaN."""
    with np.errstate(over="ignore"):
        return np.clip((values - begin) / (end - begin), -BEYOND, BEYOND)


def _by_plotext(width: int, height: int, across: tuple[Limits, Ticks], up: tuple[Limits, Ticks], xlabel: str) -> Chart:
    """What plotext draws, without roles, and the name of x, cut to the axis, if there is a row for it."""
    xlabel = shortened(xlabel, width - 1 - max(len(text) for _, text in up[1]))
    mark = "#" * len(cells_of(xlabel))  # plotext takes a letter for a cell, which a wide one is not
    with _DRAWING:
        figure.clear()
        figure.plot_size(width, height)
        # A signal is needed for plotext to draw axes at all; it lies outside the limits.
        figure.draw(figure.signal([*across[0]], [*up[0]], marker=" "))
        for axis, (limits, ticks) in enumerate((across, up)):
            figure.ruler(axis, 0).lim(*limits)
            figure.ruler(axis, 0).ticks([place for place, _ in ticks], [text for _, text in ticks])
            figure.axes(False, axis=axis, side=1)
        if height >= 9:
            figure.label(mark, 0, 0)
        lines = str(figure.build().string(colorless=True)).split("\n")[:height]
    chart = Chart.blank(width, height)
    for row, line in enumerate(lines):
        chart.chars[row, : len(line)] = list(line[:width])
    if mark and mark in lines[-1]:
        chart.write(height - 1, lines[-1].index(mark), xlabel, Role.LABEL)
    return chart


@lru_cache(maxsize=32)
def axes(
    width: int,
    height: int,
    xlim: Limits,
    ylim: Limits,
    xticks: Ticks,
    yticks: Ticks,
    xlabel: str,
    xlog: bool = False,
    ylog: bool = False,
    is_cut: bool = False,
) -> tuple[Chart, Canvas] | None:
    """Axes with nothing in them, and where to draw; None where there is no room for any. Limits and ticks of a
    logarithmic axis are exponents of ten. An axis of y that is cut has a sign that it leaves out 0.

    The result is kept and shared: copy the chart before drawing into it.
    """
    if width < 12 or height < 5:
        return None
    chart = _by_plotext(width, height, (xlim, xticks), (ylim, yticks), xlabel)
    corners = np.argwhere(chart.chars == "└")
    if not len(corners) or corners[0][0] < 2 or width - corners[0][1] < 6:
        return None
    chart.roles[chart.chars != " "] = Role.LABEL
    chart.roles[np.isin(chart.chars, list("│┤└┬─┴├┘┼"))] = Role.AXIS
    bottom, left = corners[0].tolist()
    if is_cut:
        row = bottom - 1 - (chart.chars[bottom - 1, left] != "│")
        chart.chars[row, left], chart.roles[row, left] = "≈", Role.LABEL
    return chart, Canvas(left + 1, 0, width - left - 1, bottom, xlim, ylim, xlog, ylog)


@lru_cache(maxsize=64)
def nice_ticks(limits: Limits, count: int) -> Ticks:
    """About `count` round numbers within the limits, with texts that tell them apart."""
    low, high = limits
    step = next_on_ladder(0.999 * max(high - low, 1e-300) / count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last <= first and count < 20:  # one number tells nothing of the scale
        return nice_ticks(limits, count + 1)
    places = [index * step for index in range(first, last + 1)]
    return tuple(zip(places, _texts(places, step), strict=True))


@lru_cache(maxsize=64)
def log_ticks(limits: Limits, count: int) -> Ticks:
    """About `count` exponents of round numbers within the limits, themselves exponents: of 1, 2 and 5 times powers of
    ten, or of powers of ten alone, where those are enough."""
    first, last = math.ceil(limits[0] - 1e-9), math.floor(limits[1] + 1e-9)
    rungs = [decade + math.log10(digit) for decade in range(first - 1, last + 1) for digit in (1, 2, 5)]
    inside = [rung for rung in rungs if limits[0] - 1e-9 <= rung <= limits[1] + 1e-9]
    if len(inside) <= count + 1 or last <= first:
        inside = inside if len(inside) <= count + 1 else [inside[0], inside[-1]]
        return tuple((rung, _power(rung)) for rung in inside)
    step = int(next_on_ladder(max(1.0, (last - first) / count)))
    places = [float(exponent) for exponent in range(-(-first // step) * step, last + 1, step)]
    if len(places) < 2:
        places = [float(first), float(last)]
    return tuple((place, _power(place)) for place in places)


@lru_cache(maxsize=64)
def ticks_along(limits: Limits, log: bool, cells: int) -> Ticks:
    """Ticks for an axis of so many columns, as many as can be told apart beside one another."""
    low, high = limits
    for count in range(max(1, cells // 10), 0, -1):
        ticks = log_ticks(limits, count) if log else nice_ticks(limits, count)
        scale = (cells - 1) / (high - low)
        ends = [((place - low) * scale, len(text) / 2) for place, text in ticks]
        if all(one + half + 1 <= other - next_half for (one, half), (other, next_half) in pairwise(ends)):
            break
    return ticks


def _power(exponent: float) -> str:
    """Ten to that, of a number that has one digit before its noughts, or after them."""
    value = float(f"{10.0**exponent:.3g}")
    plain = f"{value:.12g}"
    return plain if len(plain) <= 6 and "e" not in plain else _scientific(value, 0)


def _texts(values: list[float], step: float) -> list[str]:
    """Numbers, multiples of a step, as short as the step allows, all written in the same way."""
    place = math.floor(math.log10(step) + 1e-9)
    plain = ["0" if value == 0 else f"{value:.{max(0, -place)}f}" for value in values]
    exponents = [math.floor(math.log10(abs(value)) + 1e-9) if value else place for value in values]
    powers = [_scientific(value, max(0, at - place)) for value, at in zip(values, exponents, strict=True)]
    longest = max(map(len, powers))
    return plain if max(map(len, plain)) <= max(longest, 6) else powers


def _scientific(value: float, digits: int) -> str:
    """Such as 2.5e-7; 0 is 0."""
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return "0" if value == 0 else f"{mantissa}e{int(exponent)}"

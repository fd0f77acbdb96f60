"""The axis along the training of other people's runs: steps, epochs, time or records, which begin and end anywhere."""

from __future__ import annotations

import math
from enum import Enum
from typing import NamedTuple

from gdtui.charts.axes import Limits, Ticks, log_ticks, nice_ticks, ticks_along
from gdtui.logs.places_along import Along
from gdtui.logs.told import unit_of
from gdtui.numbers import next_on_ladder
from gdtui.views.loss_axes import TOPS

BEGINS_AT_0 = 5
"""The axis begins at 0 where what is shown begins within the first of so many parts."""
CLOSE = 1e-9
"""How near to each other two places are at the most, as a share of them, that are one."""
PARTS = 5
"""In how many steps the window on the latest moves by as much as it shows."""


class Scale(Enum):
    """What the axis shows; the values are what its label says of that."""

    WHOLE = ""
    LATEST = "the latest"
    LOG = "log"


class Across(NamedTuple):
    """What the axis counts, and what it shows."""

    along: Along = Along.STEP
    scale: Scale = Scale.WHOLE


def ways(along: list[Along]) -> list[Across]:
    """All axes that there are, in the order in which a key goes on through them, where these are told."""
    return [*(Across(along[0], scale) for scale in Scale), *(Across(other) for other in along[1:])] if along else []


def limits_along(first: float, last: float, scale: Scale, goes_on: bool, cursor: float | None = None) -> Limits:
    """Where the axis begins and ends; on a logarithmic scale, exponents of ten. It moves in steps.

    Args:
        first, last: where what is to be seen does; the first above 0, on a logarithmic scale.
        goes_on: whether there is more to come.
        cursor: where one looks, if not at the end.
    """
    last = max(last, first)
    if scale is Scale.LATEST:
        return _apart(*_latest(first, last, cursor))
    end = float(f"{next_on_ladder(1.0001 * last, TOPS):.12g}") if goes_on and last > 0 else last
    if scale is Scale.LOG:
        begin = math.log10(max(first, 1e-12))
        return begin, max(math.log10(max(end, 1e-12)), begin + 0.1)
    if 0 <= first <= end / BEGINS_AT_0:
        first = 0.0
    elif goes_on:
        grid = next_on_ladder((last - first) or abs(last) or 1.0)
        first = math.floor(first / grid) * grid
        end = max(first + next_on_ladder(1.0001 * (last - first), TOPS), last)
    return _apart(first, end)


def _apart(first: float, end: float) -> Limits:
    """Limits that numbers can tell apart, also in between."""
    is_apart = end - first > CLOSE * max(abs(first), abs(end))
    return first, end if is_apart else first + max(1.0, abs(first) * 1e-3)


def _latest(first: float, last: float, cursor: float | None) -> Limits:
    """A tenth to a fifth of all, by fifths of that; elsewhere where the cursor is."""
    width = next_on_ladder((last - first) / 10) if last > first else 1.0
    step = width / PARTS
    end = max(first + width, math.ceil(last / step - 1e-9) * step)
    if cursor is not None and cursor < end - width:
        end = max(first + width, math.ceil((cursor + width / 2) / step) * step)
    return end - width, end


def ticks_of(limits: Limits, across: Across, cells: int) -> Ticks:
    """Ticks for an axis of so many columns."""
    is_log = across.scale is Scale.LOG
    # Nothing is between two records, or steps; but what somebody has chosen as the step may go from 0 to 1.
    is_counted = across.along is Along.RECORD or (across.along is Along.STEP and 1 <= limits[0] == round(limits[0]))
    if is_counted and not is_log:
        ticks = ticks_along(limits, False, cells)
        whole = tuple((place, text.removesuffix(".0")) for place, text in ticks if place == round(place))
        return whole if len(whole) > 1 else ticks
    if across.along is not Along.TIME or is_log:
        return ticks_along(limits, is_log, cells)
    seconds, _ = unit_of(max(map(abs, limits)))
    ticks = ticks_along((limits[0] / seconds, limits[1] / seconds), False, cells)
    return tuple((place * seconds, text) for place, text in ticks)


def label_of(limits: Limits, across: Across, chosen: str = "") -> str:
    """What the axis is called; where somebody has chosen what counts the training, that."""
    name = chosen if chosen and across.along is Along.STEP else across.along.value
    unit = ""
    if across.along is Along.TIME:
        unit = "s" if across.scale is Scale.LOG else unit_of(max(map(abs, limits)))[1]
    told = ", ".join(filter(None, (unit, across.scale.value)))
    return f"{name} ({told})" if told else name


def upright_ticks(limits: Limits, is_log: bool, height: int) -> Ticks:
    """Ticks for the axis of the values, in a drawing of so many rows."""
    count = max(2, height // 4)
    return log_ticks(limits, count) if is_log else nice_ticks(limits, count)

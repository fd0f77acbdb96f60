"""Places along the training, and times, in words."""

from __future__ import annotations

from gdtui.logs.places_along import Along

UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"))
FEW_UNITS = 3
"""How many of a unit longer than a second there are at the least, where times are told by it."""
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000, 43200, 86400, 172800, 432000, 864000)
"""Seconds by which a time that goes on is told."""


def unit_of(span: float) -> tuple[float, str]:
    """By what times of so many seconds are told: its seconds, and its name."""
    return next((unit for unit in UNITS if span >= (FEW_UNITS if unit[0] > 1 else 1) * unit[0]), UNITS[-1])


def time_told(seconds: float) -> str:
    """A time in three digits at the most."""
    size, unit = unit_of(abs(seconds))
    return f"{seconds / size:.3g} {unit}"


def waited_told(seconds: float) -> str:
    """A time that goes on: what it has come to of a few steps, since each change is sent to the screen."""
    return time_told(max((step for step in STEPS if step <= seconds), default=0))


def place_told(place: float, along: Along, is_named: bool = True) -> str:
    """A place along the training."""
    if along is Along.TIME:
        return f"after {time_told(place)}" if is_named else time_told(place)
    is_whole = abs(place - round(place)) < 1e-9 and abs(place) < 1e15
    number = f"{round(place):,}" if is_whole else f"{place:.6g}"
    return f"{along.value} {number}" if is_named else number

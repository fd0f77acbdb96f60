"""The next step as an arrow in the plane of a landscape, and the parts of it as arrows of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtui.analysis.heading import Step
from gdtui.analysis.landscape import SMALLEST, Plane
from gdtui.charts.roles import Role
from gdtui.types import Floats

SHORTEST, LONGEST = 8.0, 16.0
"""Dots that the arrow of the next step has at the least, and up to which it is made longer for its parts to be seen."""
LONGER = 1.5
"""From so many times its length on it is said that the arrow is drawn longer."""
PARTS = {"next step": "→↗↑↖←↙↓↘", "gradient": "▶▶▲◀◀◀▼▶", "momentum": "▷▷△◁◁◁▽▷"}
"""Of each arrow the heads, by eighths of a turn from the right on, upwards."""
ROLES = {"next step": Role.BALL, "gradient": Role.GRADIENT, "momentum": Role.MOMENTUM}


def directions_of(step: Step, plane: Plane) -> dict[str, Floats]:
    """A step, and after it its parts, if it has any, as directions in a plane, each of shape (2,)."""
    parts = {"next step": step.whole}
    if step.gradient is not None:
        parts |= {"momentum": step.whole - step.gradient, "gradient": step.gradient}
    return dict(zip(parts, plane.directions(np.array([*parts.values()])), strict=True))


def enlarged(lengths: Floats) -> float:
    """By how much arrows of so many dots are drawn longer, so that the first is seen, and, if that does not make it too
    long, all of them are."""
    whole, least = float(lengths[0]), float(lengths.min())
    if not whole > SMALLEST:
        return 1.0
    return max(1.0, SHORTEST / whole, min(SHORTEST / 2 / max(least, 1e-300), LONGEST / whole))


def eighth(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> int:
    """In which of eight directions a line of dots leads, counted from the right on, upwards."""
    return round(float(np.arctan2(rows[0] - rows[-1], columns[-1] - columns[0])) / (np.pi / 4)) % 8


def longer_told(times: float) -> str:
    """By how much arrows are drawn longer, for a legend; empty where that is little."""
    return f" ×{float(f'{times:.1g}'):,.0f}" * (times > LONGER)

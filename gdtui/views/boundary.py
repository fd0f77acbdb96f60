"""The boundary of two classes as a line in the plane that is drawn, and weights with which it lies elsewhere there."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gdtui.charts.axes import Canvas, Limits
from gdtui.data.plane import Plane
from gdtui.types import Floats

Line = tuple[float, float, float]
Place = tuple[float, float]
NEAR_AN_END = 0.25
"""Share of the boundary that is to be seen, from either end on, of which a part turns it that is drawn along."""


def scaled(line: Line) -> Line:
    """The same boundary with coefficients of at most 1, so that no arithmetic on it overflows."""
    largest = max(map(abs, line)) or 1.0
    return line[0] / largest, line[1] / largest, line[2] / largest


def boundary(line: Line, xlim: Limits, ylim: Limits) -> tuple[Place, Place] | None:
    """Where c0 + cu·u + cv·v = 0 enters and leaves the view, or None where it does not cross it.

    Found from the signs at the corners, so that no slope is ever divided by: a vertical boundary is like any
    other, and the ends are always within the view.
    """
    corners = [(xlim[0], ylim[0]), (xlim[1], ylim[0]), (xlim[1], ylim[1]), (xlim[0], ylim[1])]
    valued = [(u, v, line[0] + line[1] * u + line[2] * v) for u, v in corners]
    ends: list[Place] = []
    for (u1, v1, a), (u2, v2, b) in pairwise([*valued, valued[0]]):
        if (a >= 0) != (b >= 0):
            share = a / (a - b)
            ends.append((u1 + share * (u2 - u1), v1 + share * (v2 - v1)))
    return (ends[0], ends[1]) if len(ends) >= 2 else None


def with_line(plane: Plane, weights: Floats, line: Line) -> Floats:
    """The weights, shape (d + 1,), changed along the plane alone, so that the logit at (u, v) is c0 + cu·u + cv·v."""
    before = plane.line(weights)
    slopes = weights[1:] + np.array([line[1] - before[1], line[2] - before[2]]) @ plane.axes
    return np.append(line[0] - plane.origin @ slopes, slopes)


class Grip(NamedTuple):
    """A boundary that is held at one place, and follows it.

    Attributes:
        line: where it was.
        at: where it was taken hold of.
        pivot: the place about which it turns; None where it is shifted.
        steps: how far one column is across, and half a row up: the two are about as far on a screen.
    """

    line: Line
    at: Place
    pivot: Place | None
    steps: Place

    @classmethod
    def of(cls, line: Line, canvas: Canvas, at: Place, turns: bool) -> Grip | None:
        """The boundary, taken hold of there; None where that is more than a cell away from it. Near an end of what is
        to be seen of it, or where it `turns` in any case, it turns about its middle, and at its middle about an
        end."""
        steps = steps_of(canvas)
        value = line[0] + line[1] * at[0] + line[2] * at[1]
        if not abs(value) <= abs(line[1]) * steps[0] + 2 * abs(line[2]) * steps[1]:
            return None
        ends = boundary(scaled(line), canvas.xlim, canvas.ylim)
        if ends is None:
            return None
        (u1, v1), (u2, v2) = ends
        first, second = (math.hypot((at[0] - u) / steps[0], (at[1] - v) / steps[1]) for u, v in ends)
        share = first / (first + second or 1.0)
        pivot = ((u1 + u2) / 2, (v1 + v2) / 2) if abs(share - 0.5) > NEAR_AN_END / 2 else ends[0]
        return cls(line, at, pivot if turns or abs(share - 0.5) > 0.5 - NEAR_AN_END else None, steps)

    def drawn_to(self, place: Place) -> Line | None:
        """Where the boundary is once it is drawn along to that place; None at the pivot."""
        if self.pivot is None:
            return shifted(self.line, place[0] - self.at[0], place[1] - self.at[1])
        (pu, pv), (du, dv) = self.pivot, self.steps
        angles = [math.atan2((v - pv) / dv, (u - pu) / du) for u, v in (self.at, place)]
        is_there = abs(place[0] - pu) <= du and abs(place[1] - pv) <= 2 * dv
        return None if is_there else turned(self.line, self.pivot, angles[1] - angles[0], self.steps)


def steps_of(canvas: Canvas) -> Place:
    """How far one column is across, and half a row up."""
    (left, right), (low, high) = canvas.xlim, canvas.ylim
    return (right - left) / max(canvas.width - 1, 1), (high - low) / max(canvas.height - 1, 1) / 2


def shifted(line: Line, across: float, up: float) -> Line:
    """A boundary that far away."""
    return line[0] - line[1] * across - line[2] * up, line[1], line[2]


def turned(line: Line, pivot: Place, angle: float, steps: Place) -> Line:
    """A boundary turned about a place, against the clock, as it is seen where `steps` are equally long."""
    across, up = line[1] * steps[0], line[2] * steps[1]
    cosine, sine = math.cos(angle), math.sin(angle)
    cu, cv = (across * cosine - up * sine) / steps[0], (across * sine + up * cosine) / steps[1]
    value = line[0] + line[1] * pivot[0] + line[2] * pivot[1]
    return value - cu * pivot[0] - cv * pivot[1], cu, cv

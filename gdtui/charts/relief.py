"""A height field as a solid, seen from the side: what of it each pixel shows, and how it is lit.

Seen from far away (orthographic projection), all that one column of pixels can show lies in one upright plane. In it,
the first place to reach the height of a pixel, from near to far, hides whatever is behind: so there is no search along
each ray, but a running maximum along each plane (the floating horizon: T. J. Wright, "A two-space solution to the
hidden line problem for plotting functions of two variables", 1973).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.roles import FLAT
from gdtui.types import Floats

TALL = 0.9
"""The height of the highest place, in units of half the field's width."""
BASE = -0.08
"""How deep the solid goes below the lowest place."""
RADIUS = math.sqrt(2)
"""How far the corners are from the middle."""
WIDEST = 1.45
"""Where there is room on both sides, the picture is stretched across by this factor at the most."""
LIGHT = np.array([-0.56, -0.33, 0.76])
"""Where the light comes from: from the left, a little from before the field, and from above."""
PARTS = np.array([0.42, 0.62, 0.84])
"""The shares of the light at which one step of brightness ends and the next begins."""
STEPS = 128
"""Places along each plane."""

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Eye:
    """From where a field is seen.

    Attributes:
        azimuth: degrees, by how much it is turned to the left; at 0 x goes to the right, and y away.
        elevation: degrees above the horizon, more than 0, 90 at the most.
    """

    azimuth: float = 30.0
    elevation: float = 40.0

    @property
    def across(self) -> tuple[float, float]:
        """The direction in the plane of x and y that goes to the right; that which goes away is a quarter further."""
        turned = math.radians(self.azimuth % 360)
        return math.cos(turned), math.sin(turned)

    @property
    def up(self) -> tuple[float, float]:
        """By how much each unit away, and each unit of height, takes a place up in the picture."""
        lifted = math.radians(self.elevation)
        return math.sin(lifted), math.cos(lifted)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the places of space are in a picture of so many pixels."""

    eye: Eye
    width: int
    height: int

    @property
    def _scales(self) -> tuple[float, float, float]:
        """Pixels per unit across and upwards, and how far up the middle of the picture is."""
        away, up = self.eye.up
        bottom, top = BASE * up - RADIUS * away, TALL * up + RADIUS * away
        upwards = min(self.height / (top - bottom), self.width / (2 * RADIUS))
        return min(self.width / (2 * RADIUS), WIDEST * upwards), upwards, (bottom + top) / 2

    def centres(self) -> tuple[Floats, Floats]:
        """How far to the right each column's middle is, and how far up each row's."""
        across, upwards, middle = self._scales
        columns, rows = (np.arange(count, dtype=np.float64) + 0.5 for count in (self.width, self.height))
        return (columns - self.width / 2) / across, middle - (rows - self.height / 2) / upwards

    @property
    def pixel(self) -> float:
        """By how much a level field is further away a pixel and a half further up in the picture."""
        return 1.5 / (self._scales[1] * self.eye.up[0])

    def project(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Columns, rows, and how far away places are; x and y from −1 to 1, z from 0 to 1, of any one shape."""
        (cos, sin), (away, up), (across, upwards, middle) = self.eye.across, self.eye.up, self._scales
        with np.errstate(invalid="ignore"):
            depth = y * cos - x * sin
            rows = self.height / 2 - (depth * away + TALL * z * up - middle) * upwards
            return self.width / 2 + (x * cos + y * sin) * across, rows, depth


@dataclass(frozen=True, slots=True)
class Relief:
    """What is seen of a field.

    Attributes:
        frame: where its places are.
        heights: of what each pixel shows, 0 to 1, shape (height, width); NaN where there is nothing.
        depths: how far away that is.
        lights: which light it stands in: 0 to LIGHTS − 1.
        sides: whether it is a side of the solid, and not the field.
    """

    frame: Frame
    heights: Floats
    depths: Floats
    lights: Codes
    sides: NDArray[np.bool_]

    def sees(self, x: Floats, y: Floats, z: Floats) -> tuple[Codes, Codes, NDArray[np.bool_]]:
        """The columns and rows of places, and which of them are seen: those in the picture that nothing hides, with
        `Frame.pixel` as tolerance."""
        columns, rows, depths = self.frame.project(x, y, z)
        is_known = np.isfinite(columns) & np.isfinite(rows)
        across, down = (np.where(is_known, np.floor(place), -1).astype(np.intp) for place in (columns, rows))
        inside = (across >= 0) & (across < self.frame.width) & (down >= 0) & (down < self.frame.height)
        shown = self.depths[np.where(inside, down, 0), np.where(inside, across, 0)]
        with np.errstate(invalid="ignore"):
            return across, down, inside & ~(depths > shown + self.frame.pixel)


def relief(field: Floats, frame: Frame) -> Relief:
    """Look at a field.

    Args:
        field: heights, 0 to 1, shape (m, n), of which y goes from −1 to 1 along the first axis and x along the other;
            what is not finite is a hole.
        frame: from where, and in how many pixels.
    """
    field = np.where(np.isfinite(field), field, np.nan)
    (cos, sin), (away, up) = frame.eye.across, frame.eye.up
    across, heights = frame.centres()
    near, far = _spans(across, cos, sin)
    depths = near + (far - near) * np.linspace(0, 1, STEPS)[:, None]
    z = between(field, across * cos - depths * sin, across * sin + depths * cos)
    seen = depths * away + TALL * z * up
    seen[np.isnan(seen)] = -np.inf
    horizon = np.maximum.accumulate(seen, axis=0)
    first = (horizon[:, None, :] < heights[:, None]).sum(axis=0)
    return _lit(field, frame, near, depths, seen, first)


def _lit(field: Floats, frame: Frame, near: Floats, depths: Floats, seen: Floats, first: Codes) -> Relief:
    """What each pixel shows, by the first step along its plane that is no lower than it."""
    (cos, sin), (away, up) = frame.eye.across, frame.eye.up
    across, rows = frame.centres()
    columns = np.arange(frame.width)
    after, before = np.minimum(first, STEPS - 1), np.maximum(first - 1, 0)
    high, low = seen[after, columns], np.where(first > 0, seen[before, columns], -np.inf)
    hit, sides = first < STEPS, np.isneginf(low)
    with np.errstate(all="ignore"):
        share = np.where(sides | (high <= low), 1.0, (rows[:, None] - low) / (high - low))
        depth = depths[before, columns] * (1 - share) + depths[after, columns] * share
        z = (rows[:, None] - depth * away) / (TALL * up)
        hit &= ~sides | (z >= BASE / TALL)
    x, y = across * cos - depth * sin, across * sin + depth * cos
    heights = np.where(sides, np.maximum(z, 0), between(field, x, y))
    # Of the two sides that are seen, the right one is turned away from the light.
    lights = np.where(sides, np.where(_faces_right(across, near, cos, sin), 0, 1), _lights(field, x, y, frame.eye))
    heights, depth = (np.where(hit, each, np.nan) for each in (heights, depth))
    return Relief(frame, heights, depth, np.where(hit, lights, 0), hit & sides)


def _spans(across: Floats, cos: float, sin: float) -> tuple[Floats, Floats]:
    """Where each plane enters and leaves the field; NaN for those beside it."""
    near, far = np.full(len(across), -np.inf), np.full(len(across), np.inf)
    for place, step in ((across * cos, -sin), (across * sin, cos)):
        step = step if abs(step) > 1e-9 else 1e-9
        ends = (-1 - place) / step, (1 - place) / step
        near, far = np.maximum(near, np.minimum(*ends)), np.minimum(far, np.maximum(*ends))
    beside = near >= far
    near[beside] = far[beside] = np.nan
    return near, far


def _faces_right(across: Floats, near: Floats, cos: float, sin: float) -> NDArray[np.bool_]:
    """Whether each plane enters the field through the side that is turned to the right."""
    with np.errstate(invalid="ignore"):
        x, y = across * cos - near * sin, across * sin + near * cos
        is_x = np.abs(x) > np.abs(y)
    return np.where(is_x, np.sign(x) * cos, np.sign(y) * sin) > 0


def between(field: Floats, x: Floats, y: Floats) -> Floats:
    """The field at places, as `relief` has them, bilinearly; NaN beside a hole, and where the place is not known."""
    m, n = field.shape
    known = np.isfinite(x) & np.isfinite(y)
    column = np.clip(np.where(known, (x + 1) / 2 * (n - 1), 0), 0, n - 1)
    row = np.clip(np.where(known, (y + 1) / 2 * (m - 1), 0), 0, m - 1)
    left, below = np.minimum(column.astype(np.intp), max(n - 2, 0)), np.minimum(row.astype(np.intp), max(m - 2, 0))
    right, above = np.minimum(left + 1, n - 1), np.minimum(below + 1, m - 1)
    u, v = column - left, row - below
    lower = field[below, left] * (1 - u) + field[below, right] * u
    upper = field[above, left] * (1 - u) + field[above, right] * u
    found: Floats = np.where(known, lower * (1 - v) + upper * v, np.nan)
    return found


def _lights(field: Floats, x: Floats, y: Floats, eye: Eye) -> Codes:
    """Which light the field stands in at places: by Lambert's law, in steps."""
    m, n = field.shape
    if min(m, n) < 2:
        return np.full(x.shape, FLAT)
    rises: list[Floats] = [*np.gradient(TALL * field, 2 / (m - 1), 2 / (n - 1))]
    slope_y, slope_x = (between(rise, x, y) for rise in rises)
    cos, sin = eye.across
    across, away = slope_x * cos + slope_y * sin, slope_y * cos - slope_x * sin
    with np.errstate(invalid="ignore"):
        lit = (LIGHT[2] - across * LIGHT[0] - away * LIGHT[1]) / np.sqrt(1 + across**2 + away**2)
    lights: Codes = np.where(np.isfinite(lit), 1 + np.searchsorted(PARTS, lit), FLAT)
    return lights

"""A field seen from the side, against a plain march along each ray."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdtui.charts.relief import BASE, TALL, Eye, Frame, relief
from gdtui.charts.roles import FLAT
from gdtui.types import Floats

AT = np.linspace(-1, 1, 33)
WAVES = 0.5 + 0.3 * np.sin(3 * AT)[:, None] * np.cos(2.5 * AT)[None, :] - 0.2 * AT[:, None] * AT[None, :]
"""A field with hills that hide what is behind them, 0 to 1."""
WIDTH, HEIGHT = 28, 24


def height_at(field: Floats, x: Floats, y: Floats) -> Floats:
    """Bilinear, at places within the field."""
    m, n = field.shape
    column, row = (x + 1) / 2 * (n - 1), (y + 1) / 2 * (m - 1)
    j, i = np.minimum(column.astype(int), n - 2), np.minimum(row.astype(int), m - 2)
    u, v = column - j, row - i
    low = field[i, j] * (1 - u) + field[i, j + 1] * u
    return low * (1 - v) + (field[i + 1, j] * (1 - u) + field[i + 1, j + 1] * u) * v


def marched(field: Floats, eye: Eye, column: int, row: int) -> tuple[float, float] | None:
    """What a ray through the middle of a pixel meets first, in small steps from far before the field: how far away it
    is, and how high, 0 to 1."""
    frame = Frame(eye, WIDTH, HEIGHT)
    turned, lifted = math.radians(eye.azimuth), math.radians(eye.elevation)
    # Three places tell where the picture is: their pixels are those that `project` is tested for below.
    origin, right, up = (np.array(frame.project(*map(np.float64, at))[:2]) for at in ((0, 0, 0), (1, 0, 0), (0, 0, 1)))
    pixel_across = (right[0] - origin[0]) / math.cos(turned)
    pixel_up = (origin[1] - up[1]) / (TALL * math.cos(lifted))
    across, rise = (column + 0.5 - origin[0]) / pixel_across, (origin[1] - row - 0.5) / pixel_up
    depth = -1.5 + np.arange(6000) * 0.0005
    x = across * math.cos(turned) - depth * math.sin(turned)
    y = across * math.sin(turned) + depth * math.cos(turned)
    is_over = (abs(x) <= 1) & (abs(y) <= 1)
    depth, x, y = depth[is_over], x[is_over], y[is_over]
    z = (rise - depth * math.sin(lifted)) / math.cos(lifted)
    ends = np.flatnonzero((z < BASE) | (z <= TALL * height_at(field, x, y)))
    if not len(ends) or z[ends[0]] < BASE:
        return None
    return depth[ends[0]], max(z[ends[0]] / TALL, 0.0)


@pytest.mark.parametrize("eye", [Eye(30, 40), Eye(200, 25), Eye(-75, 60)])
def test_it_shows_what_a_march_along_each_ray_meets(eye: Eye) -> None:
    seen = relief(WAVES, Frame(eye, WIDTH, HEIGHT))
    wrong = {"outline": 0, "depth": 0, "height": 0}
    for row in range(HEIGHT):
        for column in range(WIDTH):
            met = marched(WAVES, eye, column, row)
            is_seen = bool(np.isfinite(seen.depths[row, column]))
            assert is_seen == bool(np.isfinite(seen.heights[row, column]))
            if (met is None) != (not is_seen):
                wrong["outline"] += 1
            elif met is not None:
                wrong["depth"] += abs(seen.depths[row, column] - met[0]) > 0.02
                wrong["height"] += abs(seen.heights[row, column] - met[1]) > 0.02
    # A pixel whose middle an edge goes through may be on either side of it.
    assert max(wrong.values()) <= 2, wrong
    assert np.isfinite(seen.depths).mean() > 0.3


def test_on_a_slope_each_ray_ends_exactly_where_it_meets_it() -> None:
    frame = Frame(Eye(30, 40), WIDTH, HEIGHT)
    seen = relief(0.5 + 0.2 * AT[:, None] + 0.1 * AT[None, :], frame)
    field = np.isfinite(seen.heights) & ~seen.sides
    away, up = frame.eye.up
    rises = np.broadcast_to(frame.centres()[1][:, None], field.shape)[field]
    np.testing.assert_allclose(seen.depths[field] * away + TALL * seen.heights[field] * up, rises, atol=1e-9)


@pytest.mark.parametrize("eye", [Eye(0, 30), Eye(30, 40), Eye(135, 70), Eye(-45, 90)])
def test_a_place_of_the_field_is_at_its_pixel_or_behind_what_is_there(eye: Eye) -> None:
    frame = Frame(eye, 40, 40)
    seen = relief(WAVES, frame)
    x, y = (part.ravel() for part in np.meshgrid(AT[1:-1], AT[1:-1]))
    z = WAVES[1:-1, 1:-1].ravel()
    columns, rows, depths = frame.project(x, y, z)
    assert ((columns > 0) & (columns < 40) & (rows > 0) & (rows < 40)).all()
    across, down, is_seen = seen.sees(x, y, z)
    assert (across == np.floor(columns)).all()
    assert (down == np.floor(rows)).all()
    shown = seen.depths[down, across]
    assert not (depths[is_seen] > shown[is_seen] + frame.pixel).any()
    assert (depths[~is_seen] > shown[~is_seen]).all()
    near = is_seen & (np.abs(depths - shown) < frame.pixel)
    assert near.sum() > 0.9 * is_seen.sum()
    assert np.abs(seen.heights[down, across] - z)[near].mean() < 0.02


def test_what_is_behind_a_hill_is_hidden() -> None:
    ridge = np.where(np.abs(AT) < 0.2, 1.0, 0.0)[:, None] * np.ones(33)
    seen = relief(ridge, Frame(Eye(0, 20), 40, 40))
    places = np.array([0.0, 0.0, 0.0]), np.array([-0.8, 0.0, 0.5]), np.array([0.0, 1.0, 0.0])
    assert seen.sees(*places)[2].tolist() == [True, True, False]
    above = relief(ridge, Frame(Eye(0, 89), 40, 40))
    assert above.sees(*places)[2].all()


def test_to_turn_by_a_whole_circle_changes_nothing() -> None:
    once, again, back = (relief(WAVES, Frame(Eye(azimuth, 35), 30, 30)) for azimuth in (75, 435, -285))
    for other in (again, back):
        np.testing.assert_array_equal(once.heights, other.heights)
        np.testing.assert_array_equal(once.lights, other.lights)
    quarter, turned = relief(WAVES, Frame(Eye(120, 35), 30, 30)), relief(np.rot90(WAVES), Frame(Eye(30, 35), 30, 30))
    np.testing.assert_allclose(quarter.heights, turned.heights, atol=1e-9)


def test_a_level_field_is_level() -> None:
    seen = relief(np.full((5, 5), 0.5), Frame(Eye(), 30, 30))
    top = np.isfinite(seen.heights) & ~seen.sides
    np.testing.assert_allclose(seen.heights[top], 0.5)
    assert (seen.lights[top] == FLAT).all()
    assert top.sum() > 100
    assert seen.sides.any()
    assert (seen.heights[seen.sides] <= 0.5).all()
    assert len(set(seen.lights[seen.sides].tolist())) == 2, "the two sides stand in different lights"


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_a_hole(nothing: float) -> None:
    field = np.zeros((33, 33))
    field[12:21, 12:21] = nothing
    seen = relief(field, Frame(Eye(0, 89.9), 60, 60))
    whole = relief(np.zeros((33, 33)), Frame(Eye(0, 89.9), 60, 60))
    hole = np.isfinite(whole.heights) & ~np.isfinite(seen.heights)
    assert 0.06 < hole.sum() / np.isfinite(whole.heights).sum() < 0.13
    assert hole[30, 30]
    assert not seen.sees(np.zeros(1), np.zeros(1), np.array([nothing]))[2][0]
    nowhere = relief(np.full((3, 3), nothing), Frame(Eye(), 20, 20))
    assert not np.isfinite(nowhere.heights).any()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 40), (40, 2), (400, 100)])
def test_any_size_will_do(width: int, height: int) -> None:
    seen = relief(WAVES, Frame(Eye(), width, height))
    assert seen.heights.shape == seen.lights.shape == (height, width)
    for corner in ((1, 1, 1), (-1, 1, 0), (-1, -1, 0)):
        column, row, _ = seen.frame.project(*map(np.float64, corner))
        assert -1e-9 <= column <= width + 1e-9
        assert -1e-9 <= row <= height + 1e-9

"""The boundary as a line: where it goes when it is drawn along, and with which weights it lies there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.charts.axes import Canvas
from gdtui.charts.roles import Role
from gdtui.data.load import load
from gdtui.data.plane import Plane
from gdtui.session.commands import Hold
from gdtui.settings import DataSettings, Settings
from gdtui.views.boundary import Grip, boundary, shifted, steps_of, turned, with_line
from gdtui.views.data import DataView
from gdtui.views.view import Touch
from tests import landscapes

CANVAS = Canvas(5, 0, 60, 20, (-3.0, 9.0), (0.0, 10.0))
NUMBERS = st.floats(-5, 5).filter(lambda value: abs(value) > 0.01)
LINES = st.tuples(NUMBERS, NUMBERS, NUMBERS)
PLACES = st.tuples(st.floats(-3, 9), st.floats(0, 10))


def value(line, place) -> float:
    return line[0] + line[1] * place[0] + line[2] * place[1]


@pytest.mark.parametrize("features", [1, 2, 5])
@given(LINES, st.integers(0, 99))
def test_weights_are_changed_along_the_plane_alone_and_have_that_line(features, line, seed):
    generator = np.random.default_rng(seed)
    data = generator.normal(size=(30, features)) * 3 + 1
    plane, weights = Plane.of(data, np.arange(30) % 2.0, ("a",) * features), generator.normal(size=features + 1)
    line = line if features > 1 else (*line[:2], 0.0)
    moved = with_line(plane, weights, line)
    assert plane.line(moved) == pytest.approx(line, abs=1e-9)
    change = moved[1:] - weights[1:]
    assert change == pytest.approx(plane.axes.T @ (plane.axes @ change), abs=1e-9)


def test_with_the_line_that_they_have_weights_stay_as_they_are():
    data = load("wine")
    weights = np.random.default_rng(1).normal(size=14)
    assert with_line(data.plane, weights, data.plane.line(weights)) == pytest.approx(weights, abs=1e-12)


@given(LINES, PLACES, st.floats(-2, 2), st.floats(-2, 2))
def test_a_boundary_that_is_shifted_has_at_each_place_what_it_had_that_far_before(line, place, across, up):
    moved = shifted(line, across, up)
    assert value(moved, (place[0] + across, place[1] + up)) == pytest.approx(value(line, place), abs=1e-9)


@given(LINES, PLACES, PLACES, st.floats(-3, 3))
def test_a_boundary_that_is_turned_has_what_it_had_at_the_pivot_and_at_places_that_are_turned_as_well(
    line, pivot, place, angle
):
    steps = steps_of(CANVAS)
    moved = turned(line, pivot, angle, steps)
    assert value(moved, pivot) == pytest.approx(value(line, pivot), abs=1e-9)
    u, v = (place[0] - pivot[0]) / steps[0], (place[1] - pivot[1]) / steps[1]
    there = u * np.cos(angle) - v * np.sin(angle), u * np.sin(angle) + v * np.cos(angle)
    there = pivot[0] + there[0] * steps[0], pivot[1] + there[1] * steps[1]
    assert value(moved, there) == pytest.approx(value(line, place), rel=1e-6, abs=1e-6)


@given(LINES, st.floats(0.01, 0.99), PLACES, st.booleans())
def test_drawn_along_from_anywhere_it_goes_through_the_place_that_it_is_drawn_to(line, share, place, turns):
    ends = boundary(line, CANVAS.xlim, CANVAS.ylim)
    if ends is None:
        return
    at = tuple(a + share * (b - a) for a, b in zip(*ends, strict=True))
    grip = Grip.of(line, CANVAS, at, turns)
    assert grip is not None
    assert (grip.pivot is None) == (not turns and 0.25 <= share <= 0.75) or abs(abs(share - 0.5) - 0.25) < 1e-6
    same = grip.drawn_to(at)
    assert same == pytest.approx(line, abs=1e-9) if same else grip.pivot  # of which it is so near
    moved = grip.drawn_to(place)
    if moved is None:  # at the pivot
        return
    size = np.hypot(line[1], line[2]) * 20
    assert value(moved, place) == pytest.approx(0, abs=1e-9 * size)
    if grip.pivot is not None:
        assert value(moved, grip.pivot) == pytest.approx(0, abs=1e-9 * size)


def test_away_from_it_nothing_is_taken_hold_of():
    line = (0.0, 1.0, -1.0)
    assert Grip.of(line, CANVAS, (4.0, 4.0), False) is not None
    assert Grip.of(line, CANVAS, (4.1, 4.0), False) is not None
    assert Grip.of(line, CANVAS, (5.0, 3.0), False) is None
    assert Grip.of((100.0, 1.0, 1.0), CANVAS, (4.0, 4.0), False) is None
    assert Grip.of((0.0, 0.0, 0.0), CANVAS, (4.0, 4.0), False) is None


def test_a_boundary_that_is_held_while_other_data_comes_is_let_go():
    view, before = DataView(), landscapes.session(Settings(init=(0.5, 1.0, -1.0))).snapshot()
    row, column = np.argwhere(view.draw(before, 80, 24).roles == Role.BOUNDARY)[10].tolist()
    view.touched(before, Touch(column, row, 80, 24))
    assert isinstance(view.touched(before, Touch(column + 5, row, 80, 24, "drag")), Hold)
    after = landscapes.session(Settings(data=DataSettings("breast-cancer"))).snapshot()
    view.draw(after, 80, 24)
    assert view.touched(after, Touch(column + 9, row, 80, 24, "drag")) is None
    assert view.touched(after, Touch(column + 9, row, 80, 24, "release")) is None

"""The field of the activations, and the boundary on top of the points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.roles import UPPER, Ground, Role
from gdtui.views.data import ScatterChart, boundary
from tests.drawings import clouds, corner

CROWD = ScatterChart(clouds(rows=500_000))
numbers = st.floats(-10, 10).map(lambda value: round(value, 3))


def quarters(chart: Chart) -> np.ndarray:
    """Where the boundary is within the axes, two quarters to a row of cells and two to a column."""
    bottom, left = corner(chart)
    chars = np.where(chart.roles == Role.BOUNDARY, chart.chars, " ")[:bottom, left + 1 :]
    codes = np.vectorize(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█".index, otypes=[int])(chars)
    found = np.zeros((2 * chars.shape[0], 2 * chars.shape[1]), dtype=bool)
    for bit in range(4):
        found[bit // 2 :: 2, bit % 2 :: 2] = codes >> bit & 1
    return found


@settings(max_examples=60, deadline=None)
@given(st.tuples(numbers, numbers, numbers), st.integers(14, 130), st.integers(6, 60))
@example((0.0, 1.0, 0.0), 60, 20)
@example((0.0, 0.0, -1.0), 60, 20)
@example((9.0, -2.0, -2.0), 15, 6)
def test_the_boundary_is_unbroken_from_edge_to_edge_on_top_of_the_points(weights, width: int, height: int) -> None:
    chart = CROWD.draw(np.array(weights), width, height)
    ends = boundary(weights, CROWD.xlim, CROWD.ylim)
    if ends is None or corner(chart)[0] < 3:
        return
    found = quarters(chart)
    _, parts = ndimage.label(found, structure=np.ones((3, 3)))
    assert parts <= 1  # 8-connected
    (u1, v1), (u2, v2) = ends
    x, y = (np.array([a, b]) for a, b in ((u1, u2), (v1, v2)))
    canvas = axes_of(CROWD, chart)
    wanted = max(abs(np.diff(canvas.columns(x, 2))[0]), abs(np.diff(canvas.rows(y, 2))[0]))
    bottom, left = corner(chart)
    name = (chart.roles[:bottom, left + 1 :] == Role.LABEL).sum()  # of v, behind which the boundary passes
    assert found.sum() >= wanted - 3 - 2 * name


def test_the_boundary_is_drawn_along_the_line() -> None:
    weights = np.array([-3.0, 1.0, 1.0])
    scatter = ScatterChart(clouds())
    chart = scatter.draw(weights, 80, 30)
    down, across = np.nonzero(quarters(chart))
    assert len(down) > 40
    canvas = axes_of(scatter, chart)
    x, y = canvas.x_centres(2), canvas.y_centres(2)
    assert np.abs(weights[0] + x[across] + y[down]).max() <= max(x[1] - x[0], y[0] - y[1])


def axes_of(scatter: ScatterChart, chart: Chart) -> Canvas:
    bottom, left = corner(chart)
    return Canvas(left + 1, 0, chart.width - left - 1, bottom, scatter.xlim, scatter.ylim)


@pytest.mark.parametrize("weights", [(-1.5, 1.0, 0.0), (-4.0, 1.0, 2.0), (30.0, -15.0, -15.0), (0.1, 0.01, 0.0)])
def test_the_field_has_a_tone_for_each_tenth_of_the_activation(weights: tuple[float, ...]) -> None:
    scatter = ScatterChart(clouds())
    chart = scatter.draw(np.array(weights), 60, 20)
    canvas = axes_of(scatter, chart)
    p = 1 / (1 + np.exp(-(weights[0] + weights[1] * canvas.x_centres() + weights[2] * canvas.y_centres(2)[:, None])))
    wanted = 1 + np.minimum(np.floor(10 * p), 9)
    roles, grounds = chart.roles[canvas.area], chart.grounds[canvas.area]
    bare = (roles == Role.BLANK) | (roles >= UPPER)
    assert bare.sum() > 0.8 * bare.size
    assert (grounds == wanted[1::2])[bare].all()
    assert (np.where(roles >= UPPER, roles - UPPER, grounds) == wanted[0::2])[bare].all()
    assert (chart.chars[canvas.area][roles >= UPPER] == "▀").all()


def test_while_the_run_moves_the_tones_follow_in_steps_of_half_a_cell_and_once_it_stands_they_are_exact() -> None:
    scatter, exact = ScatterChart(clouds()), ScatterChart(clouds())
    kept, canvas = 0, None
    for bias in np.linspace(-3.0, -3.5, 101):
        W = np.array([bias, 1.0, 1.0])
        before, chart = canvas, scatter.draw(W, 60, 20, moves=True)
        wanted = exact.draw(W, 60, 20)
        assert (quarters(chart) == quarters(wanted)).all()  # the boundary itself is always exact
        canvas = chart.grounds[: corner(chart)[0]]
        kept += before is not None and (before == canvas).mean() > 0.99
        off = canvas.astype(int) - wanted.grounds[: corner(chart)[0]]
        assert np.abs(off[chart.roles[: corner(chart)[0]] != Role.BOUNDARY]).max() <= 1
    assert kept > 60
    assert (scatter.draw(W, 60, 20).grounds == exact.draw(W, 60, 20).grounds).all()


def test_a_sure_unit_has_at_least_seven_tones_in_any_colours() -> None:
    weights = np.array([-4.5, 1.0, 0.5])
    for shading, least in ((Shading.TONES, 10), (Shading.HATCHED, 7), (Shading.TWO, 2)):
        chart = ScatterChart(clouds()).draw(weights, 60, 20, shading)
        bottom, left = corner(chart)
        looks = zip(chart.chars[:bottom, left + 1 :].flat, chart.roles[:bottom, left + 1 :].flat, strict=True)
        if shading is Shading.HATCHED:
            seen = {(char, role - UPPER > 5) for char, role in looks if role >= UPPER}
            assert len({(" ", False) if char == " " else (char, side) for char, side in seen}) == least
        else:
            assert len(set(chart.grounds[:bottom, left + 1 :].flat) - {Ground.NONE}) == least


def test_without_colours_the_hatches_of_the_two_sides_differ() -> None:
    chart = ScatterChart(clouds()).draw(np.array([-4.5, 1.0, 0.5]), 60, 20, Shading.HATCHED)
    sides = [set(chart.chars[(chart.roles >= UPPER) & ((chart.roles - UPPER > 5) == side)]) for side in (False, True)]
    assert min(map(len, sides)) >= 3
    assert sides[0] & sides[1] == {" "}

"""The points and the boundary."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.points import BOTH, MARKERS
from gdtui.charts.roles import TONES, Ground, Role
from gdtui.encoding import stand_in
from gdtui.settings import Recipe, Settings
from gdtui.views.data import DataView, ScatterChart, boundary
from gdtui.views.view import role_of
from tests.drawings import clouds, corner, dataset, dots, standing

VIEW = ((-3.0, 5.0), (-2.0, 7.0))
numbers = st.floats(-10, 10).map(lambda value: round(value, 3))
HUGE = (0.0, 1.0, -1.0, 1e300, -1e300, 1e-300, 1e308, 5e-324, math.inf, -math.inf, math.nan)


# Where the line enters and leaves


@given(numbers, numbers, numbers)
@example(0.0, 0.0, 0.0)
@example(1.0, 0.0, 0.0)
@example(3.0, 1.0, 0.0)
@example(-3.0, 1.0, 0.0)
@example(2.0, 0.0, 1.0)
def test_the_ends_of_the_boundary_are_on_the_line_and_on_the_edge_of_the_view(c: float, cu: float, cv: float) -> None:
    (left, right), (low, high) = VIEW
    signs = {c + cu * u + cv * v >= 0 for u in (left, right) for v in (low, high)}
    ends = boundary((c, cu, cv), *VIEW)
    assert (ends is None) == (len(signs) == 1)
    if ends is not None:
        for u, v in ends:
            assert left - 1e-9 <= u <= right + 1e-9
            assert low - 1e-9 <= v <= high + 1e-9
            assert min(abs(u - left), abs(u - right), abs(v - low), abs(v - high)) < 1e-9
            assert abs(c + cu * u + cv * v) <= 1e-9 * (abs(c) + 10 * abs(cu) + 10 * abs(cv))


@given(numbers, numbers, numbers)
def test_the_boundary_parts_the_view_as_brute_force_finds(c: float, cu: float, cv: float) -> None:
    """On a fine raster, the cells between which the sign changes are those near the segment."""
    ends = boundary((c, cu, cv), *VIEW)
    u, v = np.meshgrid(np.linspace(*VIEW[0], 60), np.linspace(*VIEW[1], 60))
    positive = c + cu * u + cv * v >= 0
    if ends is None:
        assert positive.all() or not positive.any()
        return
    (u1, v1), (u2, v2) = ends
    cross = (u2 - u1) * (v - v1) - (v2 - v1) * (u - u1)
    clear = np.abs(cross) > 1e-6
    assert len(np.unique(positive[clear & (cross > 0)])) <= 1
    assert len(np.unique(positive[clear & (cross < 0)])) <= 1


# Degenerate weights


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(*[st.sampled_from(HUGE)] * 3),
    st.integers(0, 60),
    st.integers(0, 60),
)
@example((0.0, 0.0, 0.0), 40, 20)
@example((math.nan, math.nan, math.nan), 40, 20)
@example((1e308, 1e308, -1e308), 40, 20)
@example((1.0, 5e-324, 0.0), 40, 20)
def test_no_weights_and_no_size_break_the_drawing(weights: tuple[float, ...], width: int, height: int) -> None:
    chart = POINTS.draw(np.array(weights), width, height)
    assert_whole(chart, width, height)


@pytest.mark.parametrize("features", [1, 2, 5])
def test_every_small_size_is_drawn(features: int) -> None:
    scatter = ScatterChart(clouds(features=features))
    for width in range(0, 61, 4):
        for height in range(0, 61, 5):
            assert_whole(scatter.draw(np.linspace(-2, 2, features + 1), width, height), width, height)


@pytest.mark.parametrize("size", [(250, 80), (12, 5), (249, 7), (30, 80)])
def test_lines_have_the_size_that_was_asked_for(size: tuple[int, int]) -> None:
    chart = POINTS.draw(np.array([-3.0, 1.0, 1.0]), *size)
    assert_whole(chart, *size)
    assert set("".join(chart.lines())) >= {"●", "▲", "└"}


POINTS = ScatterChart(clouds())
POINT_ROLES = (Role.CLASS_0, Role.CLASS_1, Role.WRONG_0, Role.WRONG_1)


def assert_whole(chart: Chart, width: int, height: int) -> None:
    assert (chart.width, chart.height) == (width, height)
    assert [len(line) for line in chart.lines()] == [width] * height
    assert chart.roles.shape == chart.grounds.shape == (height, width)


@pytest.mark.parametrize(
    ("weights", "note"),
    [
        ((math.inf, 1.0, 1.0), "no boundary: the weights are not finite"),
        ((0.0, math.nan, 1.0), "no boundary: the weights are not finite"),
        ((0.0, 0.0, 0.0), "no boundary: every activation here is 0.5000"),
        ((-1e308, 0.0, 0.0), "no boundary: every activation here is 0.0000"),
        ((100.0, 1.0, 0.0), "boundary out of view: all class yes"),
        ((-100.0, 1.0, 0.0), "boundary out of view: all class no"),
        ((-1e308, 1e300, -1e300), "boundary out of view: all class no"),
        ((-3.0, 1.0, 1.0), ""),
        ((-1.0, 1.0, 0.0), ""),
    ],
)
def test_a_boundary_that_cannot_be_shown_is_named(weights: tuple[float, ...], note: str) -> None:
    assert POINTS.note(np.array(weights)) == note
    assert note in POINTS.draw(np.array(weights), 80, 20).lines()[0]


@given(st.tuples(*[st.sampled_from((0.0, 1.0, -1.0, 1e300, -1e300, 1e308, -1e308, 1e-300, 30.0))] * 3))
def test_the_note_names_the_class_whose_ground_is_drawn(weights: tuple[float, ...]) -> None:
    note = POINTS.note(np.array(weights))
    chart = POINTS.draw(np.array(weights), 60, 20)
    if "all class" in note:
        bottom, left = corner(chart)
        grounds = chart.grounds[1:bottom, left + 1 :]
        is_one = note.endswith("yes")
        assert np.isin(grounds, TONES[5:] if is_one else TONES[:5]).all(), note


# What is drawn


def cells_of(data: ScatterChart, chart: Chart) -> dict[tuple[int, int], list[float]]:
    """The labels of the points in each (row, column), computed point by point."""
    bottom, left = corner(chart)
    width = chart.width - left - 1
    found: dict[tuple[int, int], list[float]] = {}
    for (x, y), label in zip(data.plane.points, data.data.y, strict=True):
        column = (x - data.xlim[0]) / (data.xlim[1] - data.xlim[0]) * (width - 1) + 0.5
        row = (data.ylim[1] - y) / (data.ylim[1] - data.ylim[0]) * (bottom - 1) + 0.5
        found.setdefault((int(row), left + 1 + int(column)), []).append(label)
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(20, 120), st.integers(8, 50))
def test_markers_stand_where_the_points_are_and_differ_by_class(seed: int, width: int, height: int) -> None:
    scatter = ScatterChart(clouds(seed))
    chart = scatter.draw(None, width, height)
    wanted = cells_of(scatter, chart)
    drawn = {(int(row), int(column)) for row, column in np.argwhere(np.isin(chart.roles, POINT_ROLES))}
    # The y label may be written only where no point is.
    assert drawn == wanted.keys()
    for cell, labels in wanted.items():
        share = np.mean(labels)
        if 0.25 <= share <= 0.75:
            assert (chart.chars[cell], chart.grounds[cell]) == ("▚", Ground.SOLID_1)
        else:
            assert chart.chars[cell] in ("▵▴▲" if share > 0.5 else "∘•●")
            assert chart.roles[cell] == (Role.CLASS_1 if share > 0.5 else Role.CLASS_0)


def test_without_colours_a_cell_of_both_classes_has_a_sign_of_its_own() -> None:
    scatter = ScatterChart(clouds(rows=2_000))
    plain = scatter.draw(None, 60, 20, Shading.HATCHED)
    assert "▚" not in "".join(plain.lines())
    assert ((plain.chars == BOTH) == (scatter.draw(None, 60, 20).chars == "▚")).all()
    assert (plain.grounds[plain.chars == BOTH] == Ground.NONE).all()


def name_of_v(chart: Chart) -> list[tuple[int, int, str]]:
    """The cells inside the axes in which the name of the vertical axis is, and their characters."""
    bottom, left = corner(chart)
    cells = np.argwhere(chart.roles[:bottom, left + 1 :] == Role.LABEL).tolist()
    return [(row, column, str(chart.chars[row, left + 1 + column])) for row, column in cells]


@pytest.mark.parametrize("shading", list(Shading))
@pytest.mark.parametrize("size", [(80, 30), (40, 12), (28, 9)])
@pytest.mark.parametrize("corners", [[], [[-3.0, 6.5]]])  # where the name would be, there may be a point
def test_the_name_of_the_vertical_axis_stands_still(corners, size: tuple[int, int], shading: Shading) -> None:
    scatter = ScatterChart(dataset(np.array([*clouds().features.tolist(), *corners])))
    still = name_of_v(scatter.draw(None, *size))
    assert "".join(char for _, _, char in still).split() == ["x2"]
    for bias in np.linspace(-12, 12, 49):  # the boundary passes, and is out of view, which is said
        for slope in (1.0, 0.0):
            chart = scatter.draw(np.array([bias, 1.0, slope]), *size, shading)
            assert name_of_v(chart) == still
            bottom, left = corner(chart)
            bare = chart.roles[:bottom, left + 1 :] == Role.LABEL
            assert (chart.grounds[:bottom, left + 1 :][bare] == Ground.NONE).all()


def test_names_that_are_longer_than_their_axes_are_cut_with_a_mark() -> None:
    names = "the first of all the measurements", "the second of all the measurements"
    lines = ScatterChart(replace(clouds(), feature_names=names)).draw(None, 30, 12).lines()
    assert "the second" in "".join(lines)
    assert lines[-1].strip().startswith("the first of all")
    assert lines[-1].strip().endswith("…")
    assert sum("…" in line for line in lines) == 2


def test_the_more_points_a_cell_holds_the_larger_its_marker() -> None:
    rng = np.random.default_rng(0)
    scatter = ScatterChart(dataset(rng.normal(size=(50_000, 2)), np.arange(50_000) < 1))
    chart = scatter.draw(None, 80, 30)
    counts: dict[str, list[int]] = {}
    for cell, labels in cells_of(scatter, chart).items():
        counts.setdefault(str(chart.chars[cell]), []).append(len(labels))
    assert max(counts["∘"]) < min(counts["•"]) <= max(counts["•"]) < min(counts["●"])


@settings(max_examples=20, deadline=None)
@given(st.tuples(numbers, numbers, numbers), st.integers(0, 99))
def test_the_cells_most_of_whose_points_are_taken_for_the_other_class_are_crossed(weights, seed: int) -> None:
    scatter = ScatterChart(clouds(seed, features=3))
    W = np.array([*weights, 0.5])
    chart = scatter.draw(W, 70, 25)
    wrong = (1 / (1 + np.exp(-(scatter.data.X @ W))) >= 0.5) != scatter.data.y
    tried = ScatterChart(replace(scatter.data, y=wrong.astype(float)))
    shares = {cell: np.mean(labels) for cell, labels in cells_of(tried, chart).items()}
    for cell, share in shares.items():
        if chart.roles[cell] not in (Role.BOUNDARY, Role.NOTE):
            assert (chart.chars[cell] == "✗") == (share > 0.5), cell
            assert (chart.roles[cell] in (Role.WRONG_0, Role.WRONG_1)) == (share > 0.5)


def test_the_markers_of_the_classes_have_other_shapes_not_only_other_colours() -> None:
    assert len({marker for marker, _ in MARKERS}) == 10
    assert "".join(stand_in(marker) for marker, _ in MARKERS) == "o^sdv*+<>h"


def test_the_axes_and_the_points_stay_while_the_boundary_moves() -> None:
    scatter = ScatterChart(clouds())
    still = scatter.draw(None, 80, 30)
    kept = ~np.isin(still.roles, (Role.BLANK,))
    for bias in (-5.0, -3.0, 0.0, 1e9):
        chart = scatter.draw(np.array([bias, 1.0, 1.0]), 80, 30)
        there = kept & ~np.isin(chart.roles, (Role.NOTE, Role.BOUNDARY, Role.WRONG_0, Role.WRONG_1))
        assert (chart.chars[there] == still.chars[there]).all()


def test_drawing_does_not_spoil_what_is_kept() -> None:
    scatter = ScatterChart(clouds())
    first = scatter.draw(np.array([-3.0, 1.0, 1.0]), 60, 20)
    scatter.draw(np.array([9.0, -5.0, 1.0]), 60, 20).write(3, 3, "spoilt", Role.NOTE)
    scatter.draw(np.array([9.0, -5.0, 1.0]), 31, 11)
    again = scatter.draw(np.array([-3.0, 1.0, 1.0]), 60, 20)
    assert again.lines() == first.lines()
    assert (again.grounds == first.grounds).all()


def test_200_000_points_are_drawn_as_their_cells() -> None:
    scatter = ScatterChart(clouds(rows=200_000))
    chart = scatter.draw(np.array([-3.0, 1.0, 1.0]), 120, 40)
    wanted = cells_of(scatter, chart)
    drawn = np.isin(chart.roles, (*POINT_ROLES, Role.BOUNDARY))
    assert {tuple(cell) for cell in np.argwhere(drawn).tolist()} >= wanted.keys()


def test_one_feature_is_drawn_as_labels_with_the_sigmoid_between() -> None:
    x = np.linspace(-4, 4, 41)
    scatter = ScatterChart(dataset(x[:, None], x > 0))
    chart = scatter.draw(np.array([0.0, 3.0]), 80, 24)
    assert [line for line in chart.lines() if "●" in line and "▲" in line] == []
    field = dots(chart, Role.CURVE)
    assert field.any()
    highest = [np.flatnonzero(column)[0] for column in field.T if column.any()]
    assert (np.diff(highest) <= 0).all()  # it rises, and rows count downwards
    assert (chart.roles == Role.BOUNDARY).any()


@pytest.mark.parametrize("value", [0.0, 7.0, -1e12, 1e300])
def test_a_feature_without_spread_has_axes_all_the_same(value: float) -> None:
    features = np.column_stack([np.full(9, value), np.arange(9.0)])
    chart = ScatterChart(dataset(features)).draw(np.array([0.0, 1.0, 1.0]), 60, 20)
    assert np.isin(chart.roles, POINT_ROLES).any()


def test_more_than_two_features_are_drawn_in_their_principal_components() -> None:
    chart = ScatterChart(clouds(features=6)).draw(np.ones(7), 60, 20)
    assert "PC 1" in "\n".join(chart.lines())


@pytest.mark.parametrize("size", [(52, 17), (58, 20), (110, 34)])
def test_without_colours_the_boundaries_of_those_who_race_are_named_beside_them(size: tuple[int, int]) -> None:
    rivals = [Recipe(alpha=alpha).settled(100) for alpha in (0.01, 0.1, 1.0)]
    snapshot = standing(Settings(alpha=0.001), 100, rivals).snapshot()
    view = DataView()
    assert "α" not in "".join(view.draw(snapshot, *size).lines())
    view.shading = Shading.HATCHED
    chart = view.draw(snapshot, *size)
    lines = chart.lines()
    for racer in snapshot.race[1:]:
        named = re.compile(re.escape(racer.name) + r"(?![\d.])")
        row, found = next((row, found) for row, line in enumerate(lines) if (found := named.search(line)))
        beside = [at for at in (found.start() - 2, found.end() + 1) if "\u2800" < lines[row][at] <= "\u28ff"]
        assert role_of(racer) in {int(chart.roles[row, at]) for at in beside}, (racer.name, lines)

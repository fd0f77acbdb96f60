"""The grid of cells, and the ticks of the axes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import wcswidth

from gdtui.charts.axes import axes, nice_ticks
from gdtui.charts.chart import Chart
from gdtui.charts.roles import GROUNDS, Ground, Role
from gdtui.views.data import ScatterChart
from tests.drawings import dataset


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Chart, Chart]:
    """Two charts of one size that differ in some cells, in one respect or another."""
    width, height = draw(st.integers(0, 30)), draw(st.integers(0, 6))
    before = Chart.blank(width, height)
    after = before.copy()
    if width and height:
        cells = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1), st.integers(0, 2))
        for row, column, what in draw(st.lists(cells, max_size=25)):
            if what == 0:
                after.chars[row, column] = "x"
            elif what == 1:
                after.roles[row, column] = Role.CURVE
            else:
                after.grounds[row, column] = Ground.TONE_9
    return before, after


@given(pairs())
def test_changes_reach_in_each_row_from_the_first_changed_cell_to_the_last(charts: tuple[Chart, Chart]) -> None:
    before, after = charts
    differ = (before.chars != after.chars) | (before.roles != after.roles) | (before.grounds != after.grounds)
    wanted = [(np.flatnonzero(cells), row) for row, cells in enumerate(differ) if cells.any()]
    assert list(after.changes(before)) == [(cells[0], row, cells[-1] - cells[0] + 1) for cells, row in wanted]


@given(pairs())
def test_looks_give_the_roles_and_the_grounds_back(charts: tuple[Chart, Chart]) -> None:
    for chart in charts:
        roles, grounds = np.divmod(chart.looks(), GROUNDS)
        assert roles.tolist() == chart.roles.tolist()
        assert grounds.tolist() == chart.grounds.tolist()


@given(st.integers(-9, 15), st.integers(-3, 5), st.text("abc", max_size=12))
def test_writing_is_cut_off_at_the_edges(column: int, row: int, text: str) -> None:
    chart = Chart.blank(8, 3)
    chart.write(row, column, text, Role.NOTE)
    wanted = [[" "] * 8 for _ in range(3)]
    for offset, char in enumerate(text):
        if 0 <= column + offset < 8 and 0 <= row < 3:
            wanted[row][column + offset] = char
    assert chart.lines() == ["".join(line) for line in wanted]


def test_a_copy_is_not_written_through() -> None:
    chart = Chart.blank(4, 1)
    chart.copy().write(0, 0, "x", Role.NOTE)
    assert chart.lines() == ["    "]


@given(
    st.floats(-1e3, 1e3),
    st.floats(1e-2, 1e6),
    st.integers(2, 12),
)
@example(0.5, 4.1, 2)
def test_ticks_are_round_within_the_limits_and_told_apart(low: float, span: float, count: int) -> None:
    ticks = nice_ticks((low, low + span), count)
    places = [place for place, _ in ticks]
    assert 1 <= len(ticks) <= 2 * count + 2
    assert all(low - 1e-6 * span <= place <= low + span + 1e-6 * span for place in places)
    steps = np.diff(places)
    assert np.allclose(steps, steps[:1], rtol=1e-6)
    if len(steps) and max(map(abs, places)) < 1e6:
        digits = steps[0] / 10 ** math.floor(math.log10(steps[0] * (1 + 1e-9)))
        assert min(abs(digits - nice) for nice in (1, 2, 5)) < 1e-3
        assert len({text for _, text in ticks}) == len(ticks)
        assert all(math.isclose(float(text), place, abs_tol=1e-3 * steps[0]) for place, text in ticks)


@pytest.mark.parametrize("size", [(40, 12), (80, 31), (13, 6), (120, 9)])
def test_a_tick_stands_where_its_number_is(size: tuple[int, int]) -> None:
    xticks, yticks = ((0.0, "0"), (50.0, "50"), (100.0, "100")), ((0.0, "0"), (1.0, "1"))
    framed = axes(*size, (-10.0, 110.0), (-0.5, 1.5), xticks, yticks, "x")
    assert framed is not None
    chart, canvas = framed
    bottom = canvas.top + canvas.height
    for place, _ in xticks:
        column = canvas.left + int(canvas.columns(np.array([place]))[0])
        near = chart.chars[bottom, column - 1 : column + 2].tolist()
        assert "┬" in near, (place, chart.lines())
    for place, _ in yticks:
        row = int(canvas.rows(np.array([place]))[0])
        assert chart.chars[row, canvas.left - 1] == "┤", (place, chart.lines())


@pytest.mark.parametrize("size", [(40, 12), (60, 20)])
def test_wide_letters_take_two_cells_each(size: tuple[int, int]) -> None:
    features = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]])
    data = replace(dataset(features), feature_names=("体重のラベル", "身長"))
    chart = ScatterChart(data).draw(np.array([-3.0, 1.0, 0.1]), *size)
    assert [wcswidth(line) for line in chart.lines()] == [size[0]] * size[1]
    assert "体重のラベル" in "\n".join(chart.lines())
    cut = Chart.blank(4, 1)
    cut.write(0, 1, "身長", Role.LABEL)
    assert cut.lines() == [" 身 "]

"""The surface of losses, at once coarse and then fine, and the lines on it."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.analysis.landscape import Heights, Plane
from gdtui.charts.axes import Canvas
from gdtui.charts.contours import contours, finer, place_labels
from gdtui.charts.roles import HEIGHTS
from gdtui.charts.strokes import dots_of, trace
from gdtui.learning.objective import objective_named
from gdtui.settings import Recipe
from gdtui.views.maps import plain
from gdtui.views.surface import COARSE, Levels, Surface, surfaces
from tests.oracles import noisy

PLANE = Plane(np.zeros(3), np.eye(3)[:2], ((-1.0, 1.0), (-1.0, 1.0)), 1.0, ("a", "b"))
A, B = np.linspace(-1, 1, 60), np.linspace(-1, 1, 50)
CANVAS = Canvas(4, 0, 40, 20, (-1.0, 1.0), (-1.0, 1.0))


def surface(losses: np.ndarray) -> Surface:
    return Surface(PLANE, np.arange(losses.shape[1]), np.arange(losses.shape[0]), losses, True)


def test_it_is_there_at_once_coarse_and_then_row_by_row() -> None:
    heights = Heights(noisy(), objective_named("cross-entropy"), Recipe())
    first, *between, last = surfaces(heights, PLANE, A, B, often=0.0)
    exact = np.array([*heights.over(PLANE, A, B)])
    assert not first.is_fine
    assert first.losses == pytest.approx(exact, rel=0.02)
    assert first.losses[[0, -1]][:, [0, -1]] == pytest.approx(exact[[0, -1]][:, [0, -1]])
    assert len(between) == len(B)
    assert not any(shown.is_fine for shown in between)
    assert np.array_equal(between[20].losses[:21], exact[:21])
    assert np.array_equal(between[20].losses[21:], first.losses[21:])
    assert last.is_fine
    assert np.array_equal(last.losses, exact)


def test_few_places_are_all_computed_at_once() -> None:
    heights = Heights(noisy(), objective_named("cross-entropy"), Recipe())
    (only,) = surfaces(heights, PLANE, A[:COARSE], B[:COARSE])
    assert only.is_fine
    assert only.losses[3, 5] == pytest.approx(heights.loss(np.array([A[5], B[3], 0.0])))


@pytest.mark.parametrize("losses", [np.geomspace(1e-6, 100, 300), np.linspace(30, 120, 300), np.linspace(-5, 7, 300)])
@pytest.mark.parametrize("is_log", [None, True, False])
def test_there_are_levels_for_all_tones_and_they_are_round(losses: np.ndarray, is_log: bool | None) -> None:
    levels = Levels.of(surface(losses[:, None].repeat(2, axis=1)), is_log)
    assert levels.is_log == (losses[0] > 0 and (losses[0] < 1 if is_log is None else is_log))
    assert len(levels.edges) == HEIGHTS - 1
    assert (np.diff(levels.edges) > 0).all()
    assert losses[0] < levels.edges[0]
    assert levels.edges[-1] < losses[-1]
    assert set(levels.heights(losses).tolist()) == set(range(HEIGHTS))
    assert all(len(plain(edge)) <= 6 for edge in levels.edges)


def test_levels_of_what_is_flat_or_infinite() -> None:
    for losses in (np.full((3, 3), 2.0), np.full((3, 3), np.inf), np.array([[1.0, np.inf], [np.nan, 2.0]])):
        heights = Levels.of(surface(losses)).heights(losses)
        assert ((heights >= 0) & (heights < HEIGHTS)).all()


def test_lines_are_where_levels_meet() -> None:
    field = np.add.outer(np.zeros(40), np.linspace(0, 1, 40))  # two values a cell downwards, one across
    fine = finer(field)
    assert fine.shape == (80, 80)
    assert (np.diff(fine, axis=1)[:, 1:-1] > 0).all()
    dots = contours((fine > 0.5).astype(int))
    assert np.flatnonzero(dots.any(axis=0)).tolist() == [39]
    taken = np.zeros((20, 40), dtype=bool)
    taken[:10] = True
    ((row, column, text),) = place_labels(CANVAS, (fine > 0.5).astype(int), ["7", "8"], taken, 5)
    assert text == "7"
    assert row >= 10
    assert column in (19, 20)
    assert taken[row, column]


def test_a_line_has_no_gaps_and_each_dot_knows_its_stretch() -> None:
    x, y = np.array([-0.9, 0.3, 0.3, 5.0]), np.array([0.9, -0.5, 0.1, 0.1])
    rows, columns, stretches = trace(CANVAS, x, y)
    assert max(np.abs(np.diff(rows)).max(), np.abs(np.diff(columns)).max()) == 1
    assert (rows[0], columns[0]) == (int(CANVAS.rows(y[:1], 4)[0]), int(CANVAS.columns(x[:1], 2)[0]))
    begin = int(np.searchsorted(stretches, 1))
    assert (rows[begin], columns[begin]) == (int(CANVAS.rows(y[1:2], 4)[0]), int(CANVAS.columns(x[1:2], 2)[0]))
    dots = dots_of(CANVAS, rows, columns)
    assert dots.shape == (80, 80)
    assert dots[:, -1].any()  # it leads out of view, and is cut there

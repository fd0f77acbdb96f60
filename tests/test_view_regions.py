"""The regions of more than two classes, and what the hinge changes in the charts."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.special import softmax

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.points import MARKERS, WRONG
from gdtui.charts.roles import BY_CLASS, CLASSES, UPPER, WRONGS, Ground, Role
from gdtui.data.dataset import Dataset, dataset
from gdtui.learning.objective import objective_named
from gdtui.views.data import ScatterChart, legend, scatter_chart
from tests.drawings import clouds, corner, dots
from tests.test_view_field import quarters

numbers = st.floats(-10, 10).map(lambda value: round(value, 3))
SIZE = 70, 24
ORIGIN = np.zeros(9)


def classes(count: int, rows: int = 80, features: int = 2) -> Dataset:
    generator = np.random.default_rng(count)
    y = np.arange(rows) % count
    X = generator.normal(size=(rows, features)) + 4 * generator.normal(size=(count, features))[y]
    return dataset("classes", X, y, class_names=tuple(f"class {number}" for number in range(count)))


def chart_of(data: Dataset, loss: str = "article") -> ScatterChart:
    return scatter_chart(data, objective_named(loss, len(data.class_names)))


def canvas_of(scatter: ScatterChart, chart: Chart) -> Canvas:
    bottom, left = corner(chart)
    return Canvas(left + 1, 0, chart.width - left - 1, bottom, scatter.xlim, scatter.ylim)


def scores(canvas: Canvas, weights: np.ndarray, across: int, down: int) -> np.ndarray:
    """Of each class in each place of two features, the class last."""
    u, v = np.meshgrid(canvas.x_centres(across), canvas.y_centres(down))
    return np.stack([np.ones_like(u), u, v], axis=-1) @ weights.reshape(-1, 3).T


def strongest(tones: np.ndarray) -> np.ndarray:
    """The class and the strength of each tone."""
    table = np.zeros((256, 2), dtype=int)
    for number, of_class in enumerate(BY_CLASS):
        for strength, tone in enumerate(of_class):
            table[tone] = number, strength
    return table[tones]


@pytest.mark.parametrize("loss", ["cross-entropy", "hinge"])
@pytest.mark.parametrize("count", [3, 10])
def test_each_place_has_the_tone_of_the_class_that_wins_there(count: int, loss: str) -> None:
    scatter, weights = chart_of(classes(count), loss), np.random.default_rng(1).normal(size=3 * count)
    chart = scatter.draw(weights, *SIZE)
    canvas = canvas_of(scatter, chart)
    z = scores(canvas, weights, 1, 2)
    sure = z.max(axis=-1) if loss == "hinge" else softmax(z, axis=-1).max(axis=-1)
    edges = [0.25, 0.5, 0.75, 1] if loss == "hinge" else [0.6, 0.7, 0.8, 0.9]
    wanted = np.stack([z.argmax(axis=-1), np.digitize(sure, edges, right=True)], axis=-1)
    roles, grounds = chart.roles[canvas.area], chart.grounds[canvas.area]
    bare = (roles == Role.BLANK) | (roles >= UPPER)
    assert bare.mean() > 0.5
    assert (strongest(grounds)[bare] == wanted[1::2][bare]).all()
    assert (strongest(np.where(roles >= UPPER, roles - UPPER, grounds))[bare] == wanted[0::2][bare]).all()


@settings(max_examples=60, deadline=None)
@example([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 20, 8)
@given(st.lists(numbers, min_size=9, max_size=9), st.integers(20, 110), st.integers(8, 40))
def test_the_border_parts_the_regions_without_a_gap(weights: list[float], width: int, height: int) -> None:
    scatter = chart_of(classes(3))
    chart = scatter.draw(np.array(weights), width, height)
    if chart.roles.max(initial=0) == 0 or (chart.roles == Role.NOTE).any():
        return
    canvas = canvas_of(scatter, chart)
    winners = scores(canvas, np.array(weights), 2, 2).argmax(axis=-1)
    is_label = np.kron(chart.roles[canvas.area] == Role.LABEL, np.ones((2, 2))) > 0  # it lies over the border
    found = quarters(chart) | is_label
    free, _ = ndimage.label(~found)  # what hangs together by its edges, without the border
    for number in range(1, free.max() + 1):
        assert len(np.unique(winners[free == number])) == 1


def test_the_border_is_thin_and_in_one_piece() -> None:
    scatter = chart_of(classes(3))
    weights = np.array([0.0, 2.0, 0.1, 0.0, -1.0, 1.8, 0.0, -1.0, -1.7])
    found = quarters(scatter.draw(weights, *SIZE))
    assert ndimage.label(found, structure=np.ones((3, 3)))[1] == 1
    assert not ndimage.binary_erosion(found, np.ones((3, 3))).any()


@pytest.mark.parametrize("shading", Shading)
@pytest.mark.parametrize("loss", ["article", "hinge"])
@pytest.mark.parametrize("scale", [0.0, 1e-300, 1.0, 1e300, np.nan, np.inf])
def test_no_weights_and_no_size_break_the_drawing(shading: Shading, loss: str, scale: float) -> None:
    for features in (1, 2, 5):
        scatter = chart_of(classes(4, features=features), loss)
        weights = scale * np.linspace(-1, 1, 4 * (features + 1))
        for size in ((0, 0), (11, 4), (30, 9), (61, 20)):
            chart = scatter.draw(weights, *size, shading)
            assert (chart.width, chart.height) == size


@pytest.mark.parametrize(
    ("weights", "note"),
    [
        (ORIGIN, "no boundary: every class has the same activation here"),
        (ORIGIN + np.inf, "no boundary: the weights are not finite"),
        (np.r_[ORIGIN[:6], 100.0, 1.0, 0.0], "boundary out of view: all class class 2"),
        (np.r_[ORIGIN[:6], 0.0, 1.0, 0.0], ""),
    ],
)
def test_a_boundary_that_cannot_be_shown_is_named(weights: np.ndarray, note: str) -> None:
    scatter = chart_of(classes(3))
    chart = scatter.draw(weights, 80, 20)
    assert scatter.note(weights) == note
    assert note in chart.lines()[0]
    assert (chart.roles == Role.BOUNDARY).any() == (not note)


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 10), st.integers(0, 99))
def test_cells_show_the_classes_that_they_hold_and_what_is_taken_for_another(count: int, seed: int) -> None:
    data = classes(count, rows=200)
    scatter, weights = chart_of(data), np.random.default_rng(seed).normal(size=3 * count)
    still, chart = scatter.draw(None, *SIZE), scatter.draw(weights, *SIZE)
    canvas = canvas_of(scatter, chart)
    rows, columns = canvas.rows(data.features[:, 1]).astype(int), canvas.columns(data.features[:, 0]).astype(int)
    wrong = (data.X @ weights.reshape(-1, 3).T).argmax(axis=1) != data.y
    for row, column in set(zip(rows.tolist(), columns.tolist(), strict=True)):
        here, at = (rows == row) & (columns == column), (row, column + canvas.left)
        counts = np.bincount(data.y[here].astype(int), minlength=count)
        first, second = (-counts).argsort(kind="stable")[:2].tolist()
        if counts[second] >= 0.25 * here.sum():
            pair = sorted((first, second))
            assert (still.chars[at], still.roles[at]) == ("▚", CLASSES[pair[0]])
            assert still.grounds[at] == Ground.SOLID_0 + pair[1]
        else:
            assert still.roles[at] == CLASSES[first]
        if chart.roles[at] not in (Role.BOUNDARY, Role.NOTE):
            is_wrong = wrong[here].mean() > 0.5
            assert (chart.chars[at] == WRONG) == is_wrong
            assert (chart.roles[at] in WRONGS) == is_wrong


def test_while_the_run_moves_little_the_field_stays_and_the_border_does_not() -> None:
    scatter, exact = chart_of(classes(3)), chart_of(classes(3))
    weights = np.array([0.0, 2.0, 0.1, 0.0, -1.0, 1.8, 0.0, -1.0, -1.7])
    kept, before = 0, scatter.draw(weights, *SIZE, moves=True)
    for step in np.linspace(0, 0.5, 60):
        moved = weights + step
        moved[0] += step
        chart, wanted = scatter.draw(moved, *SIZE, moves=True), exact.draw(moved, *SIZE)
        assert (quarters(chart) == quarters(wanted)).all()
        kept, before = kept + bool((chart.grounds == before.grounds).mean() > 0.98), chart
    assert kept > 40
    assert (scatter.draw(moved, *SIZE).grounds == wanted.grounds).all()


def test_one_feature_is_drawn_with_a_row_for_each_class() -> None:
    x = np.linspace(-4, 4, 40)
    data = dataset("line", x[:, None], np.digitize(x, [-1, 1]), class_names=("a", "b", "c"))
    scatter = chart_of(data)
    chart = scatter.draw(np.array([0.0, -2.0, 1.5, 0.0, 0.0, 2.0]), 80, 24)
    rows = [{int(row) for row in np.nonzero(np.isin(chart.roles, (CLASSES[n], WRONGS[n])))[0]} for n in range(3)]
    assert [len(found) for found in rows] == [1, 1, 1]
    assert rows[0] > rows[1] or min(rows[0]) > min(rows[1]) > min(rows[2])
    assert "class" in "".join(chart.lines())


def test_one_feature_of_the_hinge_is_drawn_with_its_score_between_minus_1_and_1() -> None:
    x = np.linspace(-4, 4, 41)
    data = dataset("line", x[:, None], x > 0)
    chart = chart_of(data, "hinge").draw(np.array([0.0, 0.5]), 80, 24)
    text = "\n".join(chart.lines())
    assert "score" in text
    assert "activation" not in text
    assert [label for label in ("-1", "0.5") if f"\n{label}┤" in text.replace(" ", "")] == ["-1"]
    rows, columns = np.nonzero(dots(chart, Role.CURVE))
    middle = dots(chart, Role.CURVE).shape[1] / 2
    # It reaches −1 and 1 a quarter of the way from the middle to the edges, and stops beyond.
    assert middle * 0.35 < np.ptp(columns) / 2 < middle * 0.75
    assert np.corrcoef(rows, columns)[0, 1] < -0.99  # a straight line, and rows count downwards


def test_the_tones_of_the_hinge_part_at_tenths_of_the_margin() -> None:
    scatter = chart_of(clouds(), "hinge")
    weights = np.array([-1.5, 1.0, 0.0])
    chart = scatter.draw(weights, *SIZE)
    canvas = canvas_of(scatter, chart)
    wanted = 1 + np.digitize(canvas.x_centres() - 1.5, np.linspace(-1, 1, 9), right=True)
    roles, grounds = chart.roles[canvas.area], chart.grounds[canvas.area]
    assert (grounds == wanted)[roles == Role.BLANK].all()
    assert scatter.note(np.array([0.25, 0.0, 0.0])) == "no boundary: every score here is 0.25"


def test_the_legend_names_all_classes_and_first_what_no_name_tells() -> None:
    assert legend(("no", "yes")) == "✗ wrong  ● no  ▲ yes"
    text = legend(("a", "a very long name", *"cdefghij"))
    assert text.startswith("✗ wrong  ●a ▲a very long… ■c ")
    assert all(marker in text for marker, _ in MARKERS)


def test_in_ascii_a_marker_is_told_from_the_name_behind_it(monkeypatch) -> None:
    monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert legend(("cat", "dog", "hen")) == "✗ wrong  ●:cat ▲:dog ■:hen"
    assert legend(("0", "1", "2")) == "✗ wrong  ●0 ▲1 ■2"

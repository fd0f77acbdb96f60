"""The sigmoid's drawing: the curve, the rows on it, the histograms, and the axis that stands still."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.points import HOLLOW, MARKERS, WRONG
from gdtui.charts.roles import CLASSES, WRONGS, Role
from gdtui.session.commands import GoTo
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Recipe, Settings
from gdtui.views.rows import MOST, Rows, Rung
from gdtui.views.sigmoid import Columns, SigmoidView, in_bins, scored
from tests.drawings import corner, dots, standing, without_data

NOISY = Settings(data=DataSettings(noise=3.0), init=(0.5, 0.5, 0.5), epochs=10**6)
TESTED = replace(NOISY, data=DataSettings(noise=3.0, test_size=0.3))
FOUR = Settings(data=DataSettings(centers=4, noise=4.0), loss="cross-entropy", alpha=0.1, epochs=10**6)
HINGE = replace(NOISY, loss="hinge")
ALL = [NOISY, TESTED, FOUR, HINGE, replace(FOUR, loss="hinge")]


def canvas_of(view: SigmoidView) -> Canvas:
    assert view._frame is not None
    return view._frame.canvas


def oracle(snapshot: Snapshot) -> np.ndarray:
    """What scikit-learn predicts with these weights."""
    data, model = snapshot.data, LogisticRegression()
    weights = snapshot.shown.weights.reshape(data.units, -1)
    model.classes_, model.coef_, model.intercept_ = np.arange(len(data.class_names)), weights[:, 1:], weights[:, 0]
    return model.predict(data.features)


@pytest.mark.parametrize("size", [(58, 21), (38, 11), (198, 54), (20, 8)])
def test_the_curve_is_where_the_sigmoid_says(size: tuple[int, int]) -> None:
    view, snapshot = SigmoidView(), standing(NOISY, 30).snapshot()
    chart = view.draw(snapshot, *size)
    canvas = canvas_of(view)
    down, across = np.nonzero(dots(chart, Role.CURVE))
    assert len({*across}) > 0.3 * 2 * canvas.width  # rows stand on the rest
    p, step = expit(canvas.x_centres(2)), np.abs(np.diff(canvas.x_centres(2)))[0]
    steep = 4 * abs(canvas.height - 1) / np.ptp(canvas.ylim) * step / 4  # dots from one column of them to the next
    assert np.abs(down + 0.5 - canvas.rows(p, 4)[across]).max() <= 1 + steep


@pytest.mark.parametrize("settings", ALL)
def test_each_row_is_in_the_column_of_its_score_and_crossed_out_where_scikit_learn_says_wrong(
    settings: Settings,
) -> None:
    snapshot, number = standing(settings, 30).snapshot(), 1
    data = snapshot.data
    found = scored(Rows(data), snapshot.shown.weights, snapshot.run.objective, number)
    assert (found.wrong == (oracle(snapshot) != data.y)).all()
    reach = float(np.abs(found.scores).max())
    columns = Columns.of(found, reach, 61, len(data.class_names))
    assert (columns.each.sum(axis=1) == np.bincount(data.y.astype(int))).all()
    assert columns.wrong.sum() == round(len(data) * (1 - snapshot.shown.accuracy))
    at = np.rint((found.scores / reach + 1) * 30).astype(int)
    for label in range(len(data.class_names)):
        wanted = np.bincount(at[data.y == label], minlength=61)
        assert np.abs(np.cumsum(columns.each[label] - wanted)).max() <= 1  # one on an edge may go either way


@pytest.mark.parametrize("settings", [NOISY, HINGE])
def test_markers_of_both_classes_are_drawn_where_their_rows_are(settings: Settings) -> None:
    view, snapshot = SigmoidView(), standing(settings, 30).snapshot()
    chart = view.draw(snapshot, 70, 24)
    canvas, data = canvas_of(view), snapshot.data
    scores = data.X @ snapshot.shown.weights
    at = np.floor(canvas.columns(scores)).astype(int)
    wrong = oracle(snapshot) != data.y
    above = chart.roles[canvas.area][: view._frame.tracks[0].end + 1]
    for label in (0, 1):
        drawn = np.flatnonzero((above == WRONGS[label]).any(axis=0))
        mine = data.y == label
        for column in {*at[mine].tolist()}:
            here = wrong[mine & (at == column)]
            assert (column in drawn) == (here.mean() > 0.5), (label, column)


def test_histograms_hold_every_row_and_stand_back_to_back() -> None:
    view, snapshot = SigmoidView(), standing(NOISY, 30).snapshot()
    chart = view.draw(snapshot, 58, 21)
    canvas, frame = canvas_of(view), view._frame
    scores, y = snapshot.data.X @ snapshot.shown.weights, snapshot.data.y
    columns = np.floor(canvas.columns(scores)).astype(int)
    most = float(chart.lines()[frame.sides[0].first - frame.sides[0].rows + 1][: canvas.left - 1])
    for side, label in zip(frame.sides, (1, 0), strict=True):
        rows = [side.first + side.step * number for number in range(side.rows)]
        eighths = np.zeros(canvas.width)
        for row in rows:
            cells = zip(chart.chars[row, canvas.left :], chart.roles[row, canvas.left :], strict=True)
            for column, (char, role) in enumerate(cells):
                if role == CLASSES[label]:
                    eighths[column] += " ▁▂▃▄▅▆▇█".index(char)
                elif role == Role.PAPER:
                    eighths[column] += 8 - " ▁▂▃▄▅▆▇█".index(char)
        counts = np.bincount(columns[y == label], minlength=canvas.width)
        wanted = 8 * side.rows * counts / most
        assert ((eighths > 0) == (counts > 0)).all()
        assert np.abs(eighths - np.maximum(wanted, counts > 0))[counts > 0].max() <= 0.5


@pytest.mark.parametrize("width", [10, 53, 95, 96, 97, 195])
def test_bins_of_several_columns_hold_all_that_these_hold(width: int) -> None:
    each = np.random.default_rng(1).integers(0, 9, (3, width))
    binned = in_bins(each)
    starts = np.flatnonzero(np.any(binned[:, 1:] != binned[:, :-1], axis=0)) + 1
    edges = [0, *starts.tolist(), width]
    sums = np.array([[row[begin:end].sum() for begin, end in pairwise(edges)] for row in each])
    assert (sums == binned[:, edges[:-1]]).all()  # two bins that are equal in all classes would be one here
    assert width // 2 in edges


def test_the_axis_moves_in_steps_and_does_not_flicker() -> None:
    rung, generator = Rung(1.0), np.random.default_rng(0)
    values = np.concatenate([np.linspace(0.1, 40, 400), 10 + generator.normal(0, 0.3, 400), np.linspace(10, 0.1, 400)])
    limits = np.array([rung.over(value) for value in values])
    assert (limits >= values).all()
    assert {*limits} <= {1, 2, 5, 10, 20, 50}
    changes = np.flatnonzero(np.diff(limits))
    assert (np.diff(limits)[changes[changes < 400]] > 0).sum() == 5
    assert len(changes[(changes > 401) & (changes < 798)]) <= 1  # about a rung
    assert limits[-1] == 1.0


def test_the_past_is_drawn_as_it_was() -> None:
    session, then = standing(NOISY, 400), standing(NOISY, 20)
    session.do(GoTo(20))
    session.turn()
    past, was = session.snapshot(), then.snapshot()
    assert (past.past, was.shown.epoch) == (20, 20)
    assert SigmoidView().draw(past, 58, 21).lines() == SigmoidView().draw(was, 58, 21).lines()


def test_rows_kept_for_testing_are_hollow_and_have_places_of_their_own() -> None:
    view, snapshot = SigmoidView(), standing(TESTED, 30).snapshot()
    chart = view.draw(snapshot, 70, 24)
    canvas, test = canvas_of(view), snapshot.data.test
    columns = np.floor(canvas.columns(test.X @ snapshot.shown.weights)).astype(int)
    hollow = np.isin(chart.chars[canvas.area], [*HOLLOW[:2], WRONG]).any(axis=0)
    assert hollow[np.unique(columns)].all()
    assert "○△ test" in view.titles(snapshot).below
    assert "▲ on it, ● under it" in view.titles(snapshot).above


def test_a_class_is_brought_forward_and_named_where_there_are_many() -> None:
    view, snapshot = SigmoidView(), standing(FOUR, 30).snapshot()
    seen = []
    for number in (0, 1, 2, 3, 0):
        above = view.titles(snapshot).above
        assert f"Sigmoid of class {number} vs rest" in above
        assert f"{'●▲■◆'[number]} on it, others under it" in above
        seen.append("\n".join(view.draw(snapshot, 70, 24).lines()))
        assert f"score of {number}" in seen[-1]
        assert view.turn(snapshot, 1, 0)
    assert seen[0] == seen[4] != seen[1]
    assert not SigmoidView().turn(standing(NOISY).snapshot(), 1, 0)


def test_a_race_shows_the_racer_in_front_by_name() -> None:
    snapshot = standing(NOISY, 5, [Recipe(alpha=0.1)]).snapshot()
    view = SigmoidView()
    view.draw(snapshot, 58, 21)
    assert "Sigmoid  ·  α 0.01" in view.titles(snapshot).above


def test_what_cannot_be_shown_is_said_in_words(tmp_path) -> None:
    lost = without_data(tmp_path)
    view = SigmoidView()
    assert "its data cannot be had" in " ".join("\n".join(view.draw(lost, 90, 24).lines()).split())
    assert "rows not at hand" in view.titles(lost).above
    wild = standing(replace(NOISY, alpha=1e308), 20).snapshot()
    assert view.titles(wild).above.endswith("diverged")
    assert "the weights are not finite" in "\n".join(view.draw(wild, 58, 21).lines())
    huge = replace(wild, shown=replace(wild.shown, weights=np.array([0.0, 1.7e308, -1.7e308])))
    assert view.draw(huge, 58, 21).width == 58


@pytest.mark.parametrize("settings", ALL)
@pytest.mark.parametrize("shading", [Shading.TONES, Shading.HATCHED])
def test_there_is_a_drawing_of_every_size(settings: Settings, shading: Shading) -> None:
    view, snapshot = SigmoidView(), standing(settings, 3).snapshot()
    view.shading = shading
    view.titles(snapshot)
    for width in (1, 11, 20, 21, 38, 80):
        for height in (1, 4, 5, 6, 8, 9, 12, 30):
            chart: Chart = view.draw(snapshot, width, height)
            assert (chart.width, chart.height) == (width, height)
            assert (chart.chars == " ").all() == (width < 12 or height < 5), (width, height)
            if shading is Shading.HATCHED:
                assert not (chart.roles == Role.PAPER).any()
    assert corner(view.draw(snapshot, 20, 5))


def test_a_million_rows_are_a_sample_that_is_named() -> None:
    snapshot = standing(NOISY, 1).snapshot()
    data = snapshot.data
    many = np.arange(10 * MOST) % len(data)
    big = replace(data, X=data.X[many], y=data.y[many])
    rows = Rows(big)
    assert len(rows) == MOST
    assert len(np.unique(rows.y)) == 2
    snapshot = replace(snapshot, data=big)
    assert "20,000 of 200,000 rows" in SigmoidView().titles(snapshot).above
    assert len(MARKERS) == 10

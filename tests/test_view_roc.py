"""The drawings of ROC and of calibration, and the figures beside them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, precision_recall_fscore_support, roc_auc_score, roc_curve

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.roles import CLASSES, RUNS, Role
from gdtui.session.commands import GoTo
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Recipe, Settings
from gdtui.views.calibration import CalibrationView
from gdtui.views.figures import tables
from gdtui.views.roc import RocView
from gdtui.views.rows import RowsView
from gdtui.views.sigmoid import SigmoidView
from tests.drawings import corner, dots, standing, without_data

NOISY = Settings(data=DataSettings(noise=3.0), init=(0.5, 0.5, 0.5), epochs=10**6)
TESTED = replace(NOISY, data=DataSettings(noise=3.0, test_size=0.3))
FOUR = Settings(data=DataSettings(centers=4, noise=4.0, test_size=0.3), loss="cross-entropy", alpha=0.1, epochs=10**6)
HINGE = replace(NOISY, loss="hinge")
ALL = [NOISY, TESTED, FOUR, HINGE, replace(FOUR, loss="hinge")]
VIEWS = [RocView, CalibrationView]


def activations(snapshot: Snapshot, test: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Labels and activations, from the weights alone."""
    data = snapshot.data.test if test else snapshot.data
    z = snapshot.shown.weights.reshape(data.units, -1) @ data.X.T
    if not snapshot.run.objective.is_score:
        e = np.exp(z)
        z = e / e.sum(axis=0) if len(z) > 1 else e / (1 + e)
    return data.y, z if len(z) > 1 else z[0]


def text(chart: Chart) -> str:
    return "\n".join(chart.lines())


@pytest.mark.parametrize("settings", [NOISY, HINGE])
def test_the_curve_is_that_of_scikit_learn(settings: Settings) -> None:
    snapshot = standing(settings, 3).snapshot()
    chart = RocView().draw(snapshot, 90, 40)
    y, p = activations(snapshot)
    false, true, _ = roc_curve(y, p)
    bottom, left = corner(chart)
    canvas = Canvas(left + 1, 0, chart.width - left - 1, bottom, (0.0, 1.0), (0.0, 1.0))
    field = dots(chart, Role.CURVE)
    for share in np.linspace(0.01, 1, 60):
        x = np.interp(share, np.arange(len(false)) / (len(false) - 1), false)
        u = np.interp(share, np.arange(len(false)) / (len(false) - 1), true)
        column, row = int(canvas.columns(np.array([x]), 2)[0]), int(canvas.rows(np.array([u]), 4)[0])
        near = field[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        is_mark = "●" in chart.chars[max(0, row // 4 - 1) : row // 4 + 2, left + column // 2 : left + column // 2 + 3]
        assert near.any() or is_mark, (x, u)
    assert f"AUC        {roc_auc_score(y, p):.4f}" in text(chart)


def test_of_one_score_for_all_the_curve_is_the_diagonal() -> None:
    chart = RocView().draw(standing(replace(NOISY, init="zeros")).snapshot(), 90, 40)
    down, across = np.nonzero(dots(chart, Role.CURVE))
    bottom, left = corner(chart)
    assert len({*across}) > 1.8 * (chart.width - left - 1)
    shares = (down + 0.5 - 2) / (4 * bottom - 4), (across + 0.5 - 1) / (2 * (chart.width - left - 1) - 2)
    assert np.abs(1 - shares[0] - shares[1]).max() < 0.02
    assert "AUC        0.5000" in text(chart)


@pytest.mark.parametrize("settings", ALL)
def test_the_figures_are_those_of_scikit_learn(settings: Settings) -> None:
    snapshot, number, view = standing(settings, 30).snapshot(), 1, RocView()
    view.turn(snapshot, 1, 0)
    assert view.number(snapshot) == number
    known = view._known(snapshot, snapshot.shown.weights)
    block = next(view._blocks(snapshot, known, view._every(snapshot, known)[0]))
    found = {"".join(text for text, _ in line).split()[0]: line for line in block if line}
    for at, is_test in enumerate([False, True][: 1 + (snapshot.data.test is not None)]):
        y, p = activations(snapshot, is_test)
        predicted = p.argmax(axis=0) if p.ndim > 1 else p >= snapshot.run.objective.threshold
        of_class = [share[number] for share in precision_recall_fscore_support(y, predicted, zero_division=0)]
        one = p[number] if p.ndim > 1 else p
        wanted = [roc_auc_score(y == number, one), *of_class[:3]]
        got = [found[name][1 + at][0] for name in ("AUC", "precision", "recall", "F1")]
        assert [value.strip() for value in got] == [f"{value:.4f}" for value in wanted]
        accuracy = f"{np.mean(predicted == y):.4f}"
        if p.ndim == 1:
            assert found["accuracy"][1 + at][0].strip() == accuracy
            continue
        macro = precision_recall_fscore_support(y, predicted, average="macro", zero_division=0)
        each = [roc_auc_score(y == label, one) for label, one in enumerate(p)]
        means = [np.mean(each), *macro[:3], float(accuracy)]
        got = [found[name][3 + at][0] for name in ("AUC", "precision", "recall", "F1", "accuracy")]
        assert [value.strip() for value in got] == [f"{value:.4f}" for value in means]
        if not is_test:
            told = " ".join(text for line in block for text, _ in line)
            assert all(f"{label} {area:.4f}" in told for label, area in enumerate(each))


def test_calibration_tells_the_brier_score_and_how_many_rows_each_bin_has() -> None:
    snapshot = standing(TESTED, 30).snapshot()
    chart = CalibrationView().draw(snapshot, 90, 30)
    (y, p), (test_y, test_p) = activations(snapshot), activations(snapshot, True)
    assert f"Brier {brier_score_loss(y, p):.4f}  test {brier_score_loss(test_y, test_p):.4f}" in text(chart)
    counts = np.histogram(p, 10, (0, 1))[0]
    row = next(line for line in chart.lines() if line.split()[1:] == [str(count) for count in counts])
    assert counts.sum() == len(p)
    assert row


def test_a_point_of_each_bin_is_where_its_share_says() -> None:
    snapshot, view = standing(NOISY, 30).snapshot(), CalibrationView()
    chart = view.draw(snapshot, 90, 30)
    y, p = activations(snapshot)
    _, left = corner(chart)
    zero, one = (next(row for row, line in enumerate(chart.lines()) if f" {value}┤" in line) for value in (0, 1))
    for begin in np.arange(10) / 10:
        mine = (p > begin) & (p <= begin + 0.1)
        if mine.any():
            row = zero + y[mine].mean() * (one - zero)
            column = left + 1 + p[mine].mean() * (chart.width - left - 2)
            near = chart.chars[math.floor(row) : math.ceil(row) + 1, math.floor(column) : math.ceil(column) + 1]
            assert "●" in near


def test_a_hinge_has_no_calibration() -> None:
    snapshot = standing(HINGE, 3).snapshot()
    assert "scores are no probabilities" in text(CalibrationView().draw(snapshot, 60, 20))


def test_a_race_has_a_curve_for_each_and_many_classes_one_for_each() -> None:
    race = standing(NOISY, 2, [Recipe(alpha=0.3), Recipe(alpha=3.0)]).snapshot()
    chart = RocView().draw(race, 90, 40)
    assert {int(role) for role in RUNS[:3]} <= {*chart.roles.flat}
    y, _ = activations(race)
    for racer in race.race:
        area = roc_auc_score(y, race.data.X @ racer.shown.weights)
        assert f"{racer.name} {area:.4f}" in " ".join(text(chart).split())
    many, view = standing(FOUR, 1).snapshot(), RocView()
    assert {int(role) for role in CLASSES[:4]} <= {*view.draw(many, 90, 40).roles.flat}
    assert view.titles(many).above == "ROC of class 0 vs rest [ ]"
    view.turn(many, -1, 0)
    assert view.titles(many).above == "ROC of class 3 vs rest [ ]"


@pytest.mark.parametrize("kind", VIEWS)
def test_the_past_is_drawn_as_it_was(kind: type[RowsView]) -> None:
    session, then = standing(NOISY, 400), standing(NOISY, 20)
    session.do(GoTo(20))
    session.turn()
    assert text(kind().draw(session.snapshot(), 58, 21)) == text(kind().draw(then.snapshot(), 58, 21))


@pytest.mark.parametrize("kind", VIEWS)
@pytest.mark.parametrize("settings", ALL)
def test_there_is_a_drawing_of_every_size(kind: type[RowsView], settings: Settings) -> None:
    view, snapshot = kind(), standing(settings, 3).snapshot()
    for view.shading in (Shading.TONES, Shading.HATCHED):
        for width in (1, 11, 20, 38, 80):
            for height in (1, 4, 5, 8, 9, 12, 30):
                chart = view.draw(snapshot, width, height)
                assert (chart.width, chart.height) == (width, height)


@pytest.mark.parametrize("kind", VIEWS)
def test_what_is_not_known_is_said_in_words(kind: type[RowsView], tmp_path) -> None:
    snapshot = standing(NOISY, 3).snapshot()
    wild = replace(snapshot, shown=replace(snapshot.shown, weights=snapshot.shown.weights * np.inf))
    assert "the weights are not finite" in text(kind().draw(wild, 60, 20))
    lost = without_data(tmp_path)
    drawn = text(kind().draw(lost, 90, 24))
    assert "its data cannot be had" in " ".join(drawn.split())
    if kind is RocView:
        assert f"accuracy   {lost.shown.accuracy:.4f}" in drawn  # which the file tells
        assert "AUC             –" in drawn


@pytest.mark.parametrize("kind", [SigmoidView, *VIEWS])
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows_and_one_class_only_can_be_shown(kind: type[RowsView], rows: int) -> None:
    snapshot, view = standing(NOISY).snapshot(), kind()
    alike = np.flatnonzero(snapshot.data.y == 1)[:rows]
    snapshot = replace(snapshot, data=replace(snapshot.data, X=snapshot.data.X[alike], y=snapshot.data.y[alike]))
    view.titles(snapshot)
    assert ("there are no rows yet" in text(view.draw(snapshot, 60, 20))) == (rows == 0)


def test_one_class_alone_has_no_area() -> None:
    block = next(tables(("a", "b"), 1, [((7, 0, 0, 0), [math.nan])]))
    assert [line[1][0].strip() for line in block] == ["–", "0.0000", "0.0000", "0.0000", "1.0000"]

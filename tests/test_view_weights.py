"""Each weight's way over the epochs, and that of its gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdtui.charts.roles import RUNS
from gdtui.settings import Settings
from gdtui.views.gradients import GradientsView
from gdtui.views.weights import LARGEST, WeightsView
from tests.epochs import CANCER, IRIS, canvas_of, drawn, shown, stands, text


def test_each_weight_stands_where_it_was_with_its_name_beside_its_end() -> None:
    session = shown(Settings(epochs=80, alpha=0.1, init=(2.0, -1.0, 0.5)))
    view, snapshot, history = WeightsView(), session.snapshot(), session.run.history
    chart = drawn(view, snapshot)
    canvas = canvas_of(view, snapshot)
    epochs = range(1, 81)
    for number, name in enumerate(("bias", "x1", "x2")):
        values = [history.weights_at(epoch)[number] for epoch in epochs]
        assert stands(chart, canvas, RUNS[number], epochs, values)
        row = int(canvas.rows(np.array([values[-1]]))[0])
        found = next(at for at, line in enumerate(chart.lines()) if name in line[canvas.left + canvas.width :])
        assert abs(found - row) <= 2
        assert f"{snapshot.shown.weights[number]:.3g}" in chart.lines()[found]
    assert view.titles(snapshot).above == "Weights  all 3"


def test_of_many_weights_the_largest_are_drawn_and_brackets_go_on_to_the_others() -> None:
    snapshot = shown(CANCER).snapshot()
    view, order = WeightsView(), np.argsort(-np.abs(snapshot.shown.weights)).tolist()
    names = ("bias", *snapshot.run.data.feature_names)
    for page, told in enumerate(["8 largest of 31 [ ]", "9-16 of 31 [ ]", "17-24 of 31 [ ]", "25-31 of 31 [ ]"]):
        chart = text(drawn(view, snapshot, 150, 30))
        assert view.titles(snapshot).above == f"Weights  {told}"
        wanted = {names[index] for index in order[page * LARGEST : (page + 1) * LARGEST]}
        assert {line.name for line in view.drawn(snapshot)} == wanted
        assert all(name in chart for name in wanted)
        assert view.turn(snapshot, 1, 0)
    assert view.titles(snapshot).above == "Weights  8 largest of 31 [ ]"
    assert view.turn(snapshot, -1, 0)
    assert "25-31" in view.titles(snapshot).above
    assert not view.turn(snapshot, 0, 1)
    assert not WeightsView().turn(shown(Settings(epochs=3)).snapshot(), 1, 0)


def test_while_a_run_goes_on_the_weights_that_are_drawn_change_seldom() -> None:
    session = shown(CANCER, epochs=1)
    view, chosen = WeightsView(), []
    for _ in range(59):
        session.pull(1)
        session.phase = type(session.phase).TRAINING
        chosen.append(tuple(view.chosen(session.snapshot())))
    assert 2 <= len(set(chosen)) <= 6  # those of the epochs 2, 5, 10, 20 and 50


def test_a_weight_of_many_classes_tells_whose_it_is() -> None:
    session = shown(replace(IRIS, epochs=20, alpha=0.3))
    view = WeightsView()
    chart = text(drawn(view, session.snapshot(), 120, 30))
    index = int(np.abs(session.run.weights).argmax())
    name = ("bias", *session.run.data.feature_names)[index % 5]
    assert f"{session.run.data.class_names[index // 5]}: {name}"[:39] in chart


def test_gradients_stand_where_they_are_also_on_a_log_axis() -> None:
    session = shown(Settings(epochs=80, alpha=0.5))
    view, snapshot = GradientsView(), session.snapshot()
    for log in (False, True):
        view.log = log
        chart = drawn(view, snapshot)
        canvas = canvas_of(view, snapshot)
        assert canvas.ylog == log
        weights = np.array([session.run.history.weights_at(epoch) for epoch in range(1, 81)])
        X, y = session.run.data.X, session.run.data.y
        gradients = np.array([X.T @ (session.run.objective.activations(X @ one) - y) / len(y) for one in weights])
        for number in range(3):
            values = abs(gradients[:, number]) if log else gradients[:, number]
            assert stands(chart, canvas, RUNS[number], range(1, 81), values)
    assert view.titles(snapshot).above == "|Gradient| (log)  all 3"
    step = np.linalg.norm(session.run.weights - weights[-1]) / np.linalg.norm(weights[-1])
    assert f"step / weights {step:.3g}" in view.titles(snapshot).below


def test_the_axis_of_weights_moves_in_steps() -> None:
    session = shown(replace(CANCER, epochs=200), epochs=1)
    axes = set()
    for _ in range(199):
        session.pull(1)
        view, snapshot = WeightsView(), session.snapshot()
        view.drawn(snapshot)
        axes.add(view.scales(snapshot).ylim)
    assert len(axes) <= 20

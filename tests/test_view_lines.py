"""The views over the epochs beside the loss: weights, gradients, accuracy, alpha and steps."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.data.load import load
from gdtui.learning.schedule import alpha_at
from gdtui.runs.race import race_of
from gdtui.runs.run import Run
from gdtui.session import opening
from gdtui.session.commands import GoTo, SetAlpha
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Display, Recipe, Settings
from gdtui.views.accuracy import AccuracyView
from gdtui.views.alpha import AlphaView, alphas_of
from gdtui.views.gradients import GradientsView
from gdtui.views.lines import LinesView, apart, names_room
from gdtui.views.loss_axes import framed
from gdtui.views.steps import StepsView
from gdtui.views.view import Touch
from gdtui.views.weights import LARGEST, WeightsView
from tests.drawings import dots
from tests.tui.driving import saved

VIEWS = WeightsView, GradientsView, AccuracyView, AlphaView, StepsView
CANCER = Settings(
    data=DataSettings("breast-cancer", test_size=0.3), loss="cross-entropy", optimizer="adam", alpha=0.1, epochs=60
)
IRIS = Settings(data=DataSettings("iris", classes=("setosa", "versicolor", "virginica")), loss="cross-entropy")


def shown(settings: Settings, *rivals: Recipe, epochs: int | None = None) -> Session:
    """A session that stands still after so many epochs, or all."""
    racers = race_of(Run(settings, load(settings.data)), rivals)
    session = Session([*racers], racers[0], Display(speed=1e-9))
    session.pull(settings.epochs if epochs is None else epochs)
    return session


def drawn(view: LinesView, shown: Snapshot, width: int = 100, height: int = 30) -> Chart:
    """The drawing, once all is in it."""
    woken = threading.Semaphore(0)
    view.wake = woken.release
    while True:
        was_busy = view.is_busy
        view.forget()
        view.titles(shown)
        chart = view.draw(shown, width, height)
        if not (was_busy or view.is_busy) and not woken.acquire(blocking=False):
            return chart
        woken.acquire(timeout=0.01)


def canvas_of(view: LinesView, shown: Snapshot, width: int = 100, height: int = 30) -> Canvas:
    """How what was drawn last lies in a drawing of that size."""
    lines = view.drawn(shown)
    empty = framed(lines[0].path, view._look(shown), width - names_room(lines, width), height)
    assert empty is not None
    return empty[1]


def stands(chart: Chart, canvas: Canvas, role: Role, epochs: Sequence[float], values: Sequence[float]) -> bool:
    """Whether a curve is drawn at most of these places, which no other covers, and nowhere far from them."""
    field = dots(chart, role)[:, : 2 * canvas.width]
    columns = canvas.columns(np.asarray(epochs, dtype=float), 2).astype(int)
    rows = canvas.rows(np.asarray(values, dtype=float), 4)
    is_near = [field[max(0, int(row) - 1) : int(row) + 2, column].any() for row, column in zip(rows, columns)]  # noqa: B905
    drawn = np.argwhere(field)
    wanted = np.interp(drawn[:, 1] + 0.5, canvas.columns(np.asarray(epochs, dtype=float), 2), rows)
    return bool(np.mean(is_near) > 0.25 and (np.abs(drawn[:, 0] - wanted) <= 4 + np.abs(np.diff(rows)).max()).all())


def text(chart: Chart) -> str:
    return "\n".join(chart.lines())


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
    for page, told in enumerate(
        ["the 8 largest of 31", "9 to 16 of 31, by size", "17 to 24 of 31, by size", "25 to 31 of 31, by size"]
    ):
        chart = text(drawn(view, snapshot, 150, 30))
        assert view.titles(snapshot).above == f"Weights  {told}"
        wanted = {names[index] for index in order[page * LARGEST : (page + 1) * LARGEST]}
        assert {line.name for line in view.drawn(snapshot)} == wanted
        assert all(name in chart for name in wanted)
        assert view.turn(snapshot, 1, 0)
    assert view.titles(snapshot).above == "Weights  the 8 largest of 31"
    assert view.turn(snapshot, -1, 0)
    assert "25 to 31" in view.titles(snapshot).above
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
    assert "(log)" in view.titles(snapshot).above
    step = np.linalg.norm(session.run.weights - weights[-1]) / np.linalg.norm(weights[-1])
    assert f"step / weights {step:.3g}" in view.titles(snapshot).below


def test_the_accuracies_are_those_of_their_epochs_on_an_axis_near_them() -> None:
    session = shown(CANCER)
    view, snapshot = AccuracyView(), session.snapshot()
    chart, canvas = drawn(view, snapshot), canvas_of(view, snapshot)
    moments = [session.run.moment(epoch) for epoch in range(1, 61)]
    for role, name in ((Role.CURVE, "accuracy"), (Role.TEST, "test_accuracy")):
        values = [100 * getattr(moment, name) for moment in moments]
        assert stands(chart, canvas, role, range(1, 61), values)
    assert f"train {snapshot.shown.accuracy:.2%}" in text(chart)
    assert f"test {snapshot.shown.test_accuracy:.2%}" in text(chart)
    session.go(30)
    past = text(drawn(view, session.snapshot()))
    assert f"train {moments[29].accuracy:.2%}" in past
    assert "epoch 30" in past


@given(st.floats(0, 100), st.floats(0, 100))
def test_the_axis_of_accuracies_holds_them_and_ends_where_they_can(one: float, other: float) -> None:
    low, high = sorted((one, other))
    bottom, top = AccuracyView().limits(low, high, True)
    assert 0 <= bottom <= low + 1e-9
    assert high - 1e-9 <= top <= 100
    assert 0 < top - bottom <= max(3 * (high - low), 6)
    assert AccuracyView().limits(low, high, False) == (0, 100)


def test_a_race_has_a_curve_for_each_racer_and_the_one_in_front_is_thicker() -> None:
    settings = Settings(data=DataSettings("blobs", noise=3.0), epochs=60, alpha=0.01)
    session = shown(settings, *(Recipe(alpha=alpha).settled(60) for alpha in (0.1, 1.0)))
    snapshot = session.snapshot()
    for view in (AccuracyView(), AlphaView(), StepsView()):
        chart = drawn(view, snapshot)
        assert all(f"α {alpha}" in text(chart) for alpha in ("0.01", "0.1", "1"))
        assert all((chart.roles == role).any() for role in RUNS[:3])
        front, other = (dots(chart, role).sum() for role in (Role.CURVE, Role.RUN_2))
        assert front > 1.5 * other or isinstance(view, AccuracyView)
    assert canvas_of(view, snapshot).ylog
    assert "(log)" in AlphaView().titles(snapshot).above  # a hundred times between the racers
    session.bring(session.runs[2])
    assert WeightsView().titles(session.snapshot()).above.endswith("·  α 1")


def test_alpha_is_as_the_schedule_has_it_and_what_is_to_come_is_dotted() -> None:
    settings = Settings(epochs=200, alpha=0.2, schedule="cosine", warmup=20)
    session = shown(settings, epochs=100)
    view, snapshot = AlphaView(), session.snapshot()
    chart, canvas = drawn(view, snapshot), canvas_of(view, snapshot)
    recipe = session.run.recipe
    epochs = np.arange(1, 201)
    wanted = [alpha_at(recipe, epoch) for epoch in epochs.tolist()]
    assert stands(chart, canvas, Role.CURVE, epochs, wanted)
    now = int(canvas.columns(np.array([100.0]), 2)[0])
    field = dots(chart, Role.CURVE).any(axis=0)
    assert field[: now - 2].mean() > 0.9
    assert 0.3 < field[now + 4 : 2 * canvas.width].mean() < 0.6
    assert not canvas.ylog
    assert f"α {wanted[99]:.4g}" in text(chart)
    assert "chosen" in text(chart)
    assert "cos" in view.titles(snapshot).below


def test_a_change_of_alpha_is_a_step_with_its_mark() -> None:
    session = shown(Settings(epochs=100, alpha=0.1), epochs=50)
    session.do(SetAlpha(0.02))
    session.turn()
    session.pull(50)
    view, snapshot = AlphaView(), session.snapshot()
    chart, canvas = drawn(view, snapshot), canvas_of(view, snapshot)
    assert "α 0.02" in text(chart)
    for alpha, part in ((0.1, slice(4, 90)), (0.02, slice(110, 170))):
        rows = np.flatnonzero(dots(chart, Role.CURVE)[:, part].any(axis=1))
        assert abs(rows - canvas.rows(np.array([alpha]), 4)).max() <= 2
    epochs, alphas, chosen = alphas_of(tuple(session.run.history.steered), 100)
    assert epochs.tolist() == list(range(1, 101))
    assert alphas.tolist() == chosen.tolist() == [0.1] * 50 + [0.02] * 50


def test_the_length_of_steps_is_on_a_log_axis_where_it_falls_far() -> None:
    session = shown(Settings(epochs=200, alpha=0.2, schedule="exponential", decay=0.1, decay_every=50))
    view, snapshot, history = StepsView(), session.snapshot(), session.run.history
    chart, canvas = drawn(view, snapshot), canvas_of(view, snapshot)
    assert canvas.ylog
    weights = np.array([*(history.weights_at(epoch) for epoch in range(1, 201)), session.run.weights])
    lengths = np.linalg.norm(np.diff(weights, axis=0), axis=1)
    assert stands(chart, canvas, Role.CURVE, range(1, 201), lengths.tolist())
    ratios = lengths / np.linalg.norm(weights[:-1], axis=1)
    assert stands(chart, canvas, RUNS[1], range(1, 201), ratios.tolist())
    assert f"step {lengths[-1]:.3g}" in text(chart)
    assert view.toggle_log(snapshot)
    drawn(view, snapshot)
    assert not canvas_of(view, snapshot).ylog


@pytest.mark.parametrize("kind", VIEWS)
def test_a_press_looks_at_the_epoch_that_is_drawn_there(kind: type[LinesView]) -> None:
    session = shown(replace(CANCER, epochs=90))
    view, snapshot = kind(), session.snapshot()
    drawn(view, snapshot)
    canvas = canvas_of(view, snapshot)
    for epoch in (1, 40, 90):
        column = canvas.left + int(canvas.columns(np.array([float(epoch)]))[0])
        command = view.touched(snapshot, Touch(column, 5, 100, 30))
        assert isinstance(command, GoTo)
        assert abs((command.epoch or 0) - epoch) <= 1
        assert view.touched(snapshot, Touch(column, 5, 100, 30, "release")) is None
    assert view.turn_epochs()
    chart = drawn(view, snapshot)
    assert "epoch (the latest)" in text(chart)
    assert view.touched(snapshot, Touch(0, 5, 100, 30)) == GoTo(72)


@pytest.mark.parametrize("kind", VIEWS)
def test_nothing_that_a_run_can_be_breaks_a_view_at_any_size(kind: type[LinesView]) -> None:
    fork = shown(Settings(epochs=40))
    fork.run.forked(20, 0.5).advance(5)
    fork.enter(fork.run.forked(20, 0.5))  # type: ignore[attr-defined]
    past = shown(Settings(epochs=40))
    past.go(1)
    sessions = [
        shown(Settings(epochs=5), epochs=0),
        shown(Settings(epochs=50, alpha=1e308)),
        shown(Settings(data=DataSettings("blobs", features=("x1",)), loss="hinge", epochs=10)),
        shown(replace(IRIS, epochs=3)),
        shown(Settings(epochs=9), Recipe(alpha=1e308).settled(9)),
        fork,
        past,
    ]
    view = kind()
    for session in sessions:
        snapshot = session.snapshot()
        for width, height in [(0, 0), (1, 1), (20, 5), (36, 9), (37, 5), (60, 60), (200, 60), (5, 60), (60, 4)]:
            chart = drawn(view, snapshot, width, height)
            assert [len(line) for line in chart.lines()] == [width] * height
            view.touched(snapshot, Touch(3, 3, width, height))


@pytest.mark.parametrize("kind", VIEWS)
def test_of_a_file_whose_data_is_gone_a_view_shows_what_is_there_or_says_why_not(
    kind: type[LinesView], tmp_path: Path
) -> None:
    rows = "\n".join(f"{x},{x * x},{int(x > 3)}" for x in range(8))
    (tmp_path / "points.csv").write_text(f"a,b,class\n{rows}\n")
    saved(tmp_path / "run.jsonl", Settings(data=DataSettings(str(tmp_path / "points.csv")), epochs=30))
    (tmp_path / "points.csv").unlink()
    session = opening.watch(str(tmp_path / "run.jsonl"), Display())
    assert isinstance(session, Session)
    view, snapshot = kind(), session.snapshot()
    assert snapshot.missing
    chart = drawn(view, snapshot)
    if kind in (WeightsView, AlphaView):
        assert (chart.roles == Role.CURVE).any()
    else:
        assert not (chart.roles == Role.CURVE).any()
        assert snapshot.missing.split()[0] in text(chart)
        assert view.touched(snapshot, Touch(50, 5, 100, 30)) is None


@given(st.lists(st.integers(0, 30)), st.integers(1, 40))
def test_names_each_have_a_row_as_near_as_can_be(rows: list[int], room: int) -> None:
    rows = sorted(min(row, room - 1) for row in rows)
    found = apart(rows, room)
    assert len(found) == min(len(rows), room)
    assert sorted(set(found)) == found
    assert all(0 <= row < room for row in found)
    if len(set(rows)) == len(rows):
        assert found == rows


def test_the_axis_of_weights_moves_in_steps() -> None:
    session = shown(replace(CANCER, epochs=200), epochs=1)
    axes = set()
    for _ in range(199):
        session.pull(1)
        view, snapshot = WeightsView(), session.snapshot()
        view.drawn(snapshot)
        axes.add(view.scales(snapshot).ylim)
    assert len(axes) <= 20

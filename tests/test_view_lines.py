"""What the views over the epochs have in common, and accuracy, alpha and steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.charts.roles import RUNS, Role
from gdtui.learning.schedule import alpha_at
from gdtui.session import opening
from gdtui.session.commands import Change, GoTo, Hold, SetAlpha
from gdtui.session.session import Session
from gdtui.settings import DataSettings, Display, Recipe, Settings
from gdtui.views.accuracy import AccuracyView
from gdtui.views.alpha import AlphaView, alphas_of
from gdtui.views.gradients import GradientsView
from gdtui.views.lines import LinesView, apart
from gdtui.views.steps import StepsView
from gdtui.views.view import Touch
from gdtui.views.weights import WeightsView
from tests.drawings import dots
from tests.epochs import CANCER, IRIS, canvas_of, drawn, shown, stands, text
from tests.tui.driving import saved

VIEWS = WeightsView, GradientsView, AccuracyView, AlphaView, StepsView


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


def test_each_branch_has_its_name_that_in_front_too() -> None:
    session = shown(Settings(data=DataSettings("blobs", noise=3.0), epochs=40))
    for epoch, alpha in ((10, 0.5), (20, 0.001)):
        session.enter(session.runs[0].forked(epoch, alpha))  # type: ignore[attr-defined]
        session.pull(40)
    for view in (AccuracyView(), AlphaView(), StepsView()):
        chart = text(drawn(view, session.snapshot(), 58, 20))
        assert all(name in chart for name in session.snapshot().names)


def test_what_is_held_in_the_hand_has_dots_where_it_is_and_no_step() -> None:
    session, weights = shown(Settings(data=DataSettings("blobs", noise=3.0), epochs=60, alpha=0.1)), (9.0, -3.0, 0.2)
    session.do(Hold(weights))
    session.turn()
    snapshot, gradient = session.snapshot(), np.empty(3)
    session.run.kernel.loss_gradient(np.array(weights), gradient)
    wanted = ((WeightsView(), weights), (GradientsView(), gradient), (AccuracyView(), [100 * snapshot.shown.accuracy]))
    for view, values in wanted:
        view.log = False
        chart, canvas = drawn(view, snapshot), canvas_of(view, snapshot)
        column = canvas.left + int(canvas.columns(np.array([60.0]))[0])
        rows = sorted({canvas.top + int(row) for row in canvas.rows(np.array(values))})
        assert np.flatnonzero(chart.chars[:, column] == "●").tolist() == rows
    assert "●" not in text(drawn(StepsView(), snapshot))
    assert "step" in text(drawn(StepsView(), snapshot))


def test_of_many_branches_the_newest_are_drawn() -> None:
    session = shown(Settings(epochs=20))
    for epoch in range(2, 20):
        session.enter(session.runs[0].forked(epoch, 0.01 * epoch))  # type: ignore[attr-defined]
    for view in (AccuracyView(), AlphaView(), StepsView()):
        lines = view.lines(session.snapshot())
        assert len(lines) == len(RUNS)
        assert [line.role for line in lines] == [RUNS[number % 10] for number in (18, *range(9, 18))]


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


def test_what_is_chosen_for_a_branch_from_the_past_is_dotted_from_there() -> None:
    session = shown(Settings(epochs=100, alpha=0.1))
    view = AlphaView()
    session.go(40)
    before = drawn(view, session.snapshot())
    assert "α 0.1" in text(before)
    session.do(SetAlpha(0.3))
    session.turn()
    snapshot = session.snapshot()
    chart, canvas = drawn(view, snapshot), canvas_of(view, snapshot)
    assert "α 0.3" in text(chart)
    row, begin = int(canvas.rows(np.array([0.3]), 4)[0]), int(canvas.columns(np.array([40.0]), 2)[0])
    field = dots(chart, Role.CURVE)[row]
    assert not field[: begin - 3].any()
    assert 0.3 < field[begin + 20 : 2 * canvas.width].mean() < 0.6
    was = dots(chart, Role.CURVE)[int(canvas.rows(np.array([0.1]), 4)[0])]
    assert was[:190].mean() > 0.9
    session.do(Change((("schedule", "cosine"),)))
    session.turn()
    assert "chosen" in text(drawn(view, session.snapshot()))
    assert "cos" in view.titles(session.snapshot()).below


@pytest.mark.parametrize("size", [(90, 24), (50, 18), (40, 10)])
def test_both_curves_have_their_names_where_they_are_all_over_the_drawing(size: tuple[int, int]) -> None:
    session = shown(Settings(data=DataSettings("blobs", noise=3.0), epochs=400, alpha=0.5))
    chart = drawn(StepsView(), session.snapshot(), *size)
    assert "step / weights" in text(chart)
    assert text(chart).count("step") == 2


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

"""The view of a step that is taken apart."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdtui.analysis.anatomy import Step, steps_of
from gdtui.charts.roles import Role
from gdtui.runs.run import Run
from gdtui.session import opening
from gdtui.session.commands import Do, GoTo, Hold, SetAlpha
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import LOSSES, OPTIMIZERS, DataSettings, Display, Recipe, Settings
from gdtui.types import Floats
from gdtui.views import anatomy
from gdtui.views.anatomy import AnatomyView
from gdtui.views.beats import figure
from tests.epochs import CANCER, IRIS, shown, text
from tests.tui.driving import saved

BLOBS = Settings(data=DataSettings("blobs", noise=3.0), epochs=20, alpha=0.1)


def seen(view: AnatomyView, snapshot: Snapshot, width: int = 100, height: int = 60) -> str:
    titles = view.titles(snapshot)
    chart = view.draw(snapshot, width, height)
    assert (chart.width, chart.height) == (max(0, width), max(0, height))
    return f"{titles.above}\n{text(chart)}\n{titles.below}"


def paused(session: Session) -> Snapshot:
    return replace(session.snapshot(), phase=Phase.PAST if session.past is not None else Phase.PAUSED)


def numbers(told: str, name: str) -> list[float]:
    """Those of the last line of that name."""
    line = [line for line in told.splitlines() if line.startswith(f" {name} ")][-1]
    return [float(part) for part in line.removeprefix(f" {name} ").split()]


def through(view: AnatomyView, snapshot: Snapshot) -> str:
    """All beats."""
    view.titles(snapshot)
    while f"beat {view._beats} of" not in view.titles(snapshot).below:
        assert view.turn(snapshot, 1, 0) is True
    return seen(view, snapshot)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("costs", [{}, {"l2": 0.1, "l1": 0.02}])
def test_the_weights_after_the_last_beat_are_those_that_the_run_then_has(
    optimizer: str, costs: dict[str, float]
) -> None:
    session = shown(replace(BLOBS, optimizer=optimizer, schedule="exponential", **costs), epochs=5)
    view, told = AnatomyView(), ""
    for _ in range(3):
        told = through(view, paused(session))
        assert f"Next step, epoch {session.run.done + 1}" in told
        assert view.turn(paused(session), 1, 0) is Do.STEP
        session.do(Do.STEP)
        session.turn()
        np.testing.assert_allclose(numbers(told, "W after"), session.run.weights, atol=1e-6)
        assert f" {session.snapshot().shown.loss:.7g}" in told
    assert "by the schedule" in told


def test_beats_come_one_by_one_and_those_before_stay() -> None:
    view, snapshot = AnatomyView(), paused(shown(BLOBS, epochs=3))
    first = seen(view, snapshot)
    assert "p = σ(z)" in first
    assert "e = p − y" not in first
    for code in ("e = p − y", "g = Xᵀ·e / 250", "step = −α·g", "W ← W + step"):
        assert view.turn(snapshot, 1, 0) is True
        told, chart = seen(view, snapshot), view.draw(snapshot, 100, 60)
        assert all(line in told for line in first.splitlines()[1:6])
        assert code in told
        bright = [row for row in range(60) if (chart.roles[row] == Role.NOTE).any()]
        assert [chart.lines()[row].split("  ")[0] for row in bright] == [code]
    assert view.turn(snapshot, -1, 0) is True
    assert "W ← W" not in seen(view, snapshot)


def test_in_the_past_it_is_the_step_of_the_epoch_shown_and_brackets_go_from_epoch_to_epoch() -> None:
    session = shown(replace(BLOBS, optimizer="adam"), epochs=12)
    session.do(SetAlpha(0.5))
    session.turn()
    session.pull(4)
    view = AnatomyView()
    session.go(12)
    told = through(view, paused(session))
    assert "Step, epoch 12" in told
    assert "α = 0.1" in told
    np.testing.assert_allclose(numbers(told, "W after"), session.run.history.weights_at(13), atol=1e-6)
    assert view.turn(paused(session), 1, 0) == GoTo(13)
    session.go(13)
    assert "α = 0.5" in through(view, paused(session))
    view._beat = 0
    assert view.turn(paused(session), -1, 0) == GoTo(12)
    assert view.titles(paused(session)).below == "[ ] beat 10 of 10"
    session.go(session.run.done + 1)
    view._beat = 0
    assert view.turn(paused(session), -1, 0) == GoTo(session.run.done)


def test_of_batches_the_first_of_the_epoch_is_shown() -> None:
    session = shown(replace(BLOBS, batch_size=32, l2=0.1), epochs=4)
    told = through(AnatomyView(), paused(session))
    assert "epoch 5, batch 1 of 8" in told
    assert "g = Xᵀ·e / 32" in told
    assert ", of all rows" in told


def test_of_many_weights_and_classes_some_are_shown_and_keys_go_on_to_the_others() -> None:
    snapshot, view = paused(shown(replace(IRIS, epochs=5), epochs=3)), AnatomyView()
    told = []
    for _ in range(6):
        told.append(through(view, snapshot))
        assert view.turn(snapshot, 0, -1)
    assert through(view, snapshot) == told[0]
    assert len({*told}) == 6
    assert [name for each in told for name in ("setosa", "versicolor", "virginica") if name in each.split("\n")[0]] == [
        *["setosa"] * 2, *["versicolor"] * 2, *["virginica"] * 2,
    ]  # fmt: skip
    assert "from weight 4 of 5" in told[1]
    assert view.turn(snapshot, 0, 1)
    assert through(view, snapshot) == told[5]


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_has_its_errors(loss: str) -> None:
    for settings in (BLOBS, IRIS, CANCER):
        told = through(AnatomyView(), paused(shown(replace(settings, loss=loss, epochs=3), epochs=2)))
        code = {"hinge": "e = −s if s·z < 1", "squared-error": "e = 2·"}.get(loss, "e = p − y")
        assert code in told
        assert ("p = " in told.split("\n")[1]) == (loss != "hinge")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (0, 0), (12, 3), (38, 11), (58, 20), (200, 60)])
def test_it_fits_everywhere(size: tuple[int, int]) -> None:
    for settings in (replace(BLOBS, optimizer="adam", l1=0.1, l2=0.1), replace(CANCER, epochs=3)):
        view, session = AnatomyView(), shown(settings, epochs=2)
        for snapshot in (paused(session), replace(session.snapshot(), phase=Phase.TRAINING)):
            seen(view, snapshot, *size)
            while view.turn(paused(session), 1, 0) is True:
                seen(view, paused(session), *size)


def test_numbers_leave_the_last_column_blank_since_another_chart_may_begin_beside_it() -> None:
    view, snapshot = AnatomyView(), paused(shown(BLOBS, epochs=2))
    for width in range(18, 60):
        lines = view.draw(snapshot, width, 20).lines()
        assert not any(line[width - 1].isdigit() for line in lines)


def test_where_there_is_little_room_the_present_beat_alone_is_there() -> None:
    view, snapshot = AnatomyView(), paused(shown(BLOBS, epochs=2))
    through(view, snapshot)
    told = seen(view, snapshot, 40, 5)
    assert "W ← W + step" in told
    assert "e = p − y" not in told
    assert "W after" in seen(view, snapshot, 40, 3)


def test_while_it_trains_all_is_there_and_a_key_takes_the_next_step() -> None:
    view, snapshot = AnatomyView(), replace(shown(BLOBS, epochs=2).snapshot(), phase=Phase.TRAINING)
    told = seen(view, snapshot)
    assert "p = σ(z)" in told
    assert "W after" in told
    assert "beat" not in told
    assert view.turn(snapshot, 1, 0) is Do.STEP


def test_a_run_that_has_ended_goes_no_further_and_one_that_diverged_says_so() -> None:
    session = shown(BLOBS, epochs=20)
    view, snapshot = AnatomyView(), session.snapshot()
    assert snapshot.is_over
    through(view, snapshot)
    assert view.turn(snapshot, 1, 0) is True
    assert "beat 5 of 5" in seen(view, snapshot)
    session = shown(replace(BLOBS, loss="hinge", init=(1e308, 1e308, 1e308), alpha=1e308))
    told = through(AnatomyView(), session.snapshot())
    assert "diverged" in told.split("\n")[0]
    assert "nan" in told or "inf" in told


def test_weights_held_by_hand_a_race_and_a_fork_have_their_steps() -> None:
    session = shown(replace(BLOBS, optimizer="momentum"), Recipe(alpha=5.0).settled(20), epochs=6)
    view = AnatomyView()
    assert "α 0.1" in view.titles(session.snapshot()).above
    session.bring(session.runs[1])
    told = through(view, paused(session))
    assert "α = 5" in told
    assert "α 5" in told.split("\n")[0]
    session = shown(BLOBS, epochs=6)
    session.do(Hold((1.0, 2.0, 3.0)))
    session.turn()
    told = through(AnatomyView(), session.snapshot())
    assert numbers(told, "W before") == [1, 2, 3]


@pytest.mark.parametrize("optimizer", ["gd", "adam"])
def test_files_that_are_watched_have_their_steps_and_of_data_that_is_gone_it_says_so(
    optimizer: str, tmp_path: Path
) -> None:
    table, path = tmp_path / "points.csv", str(tmp_path / "run.jsonl")
    table.write_text("a,b,c\n" + "".join(f"{row},{row % 7},{row % 2}\n" for row in range(40)))
    settings = Settings(data=DataSettings(str(table)), epochs=30, optimizer=optimizer, alpha=0.1)
    run, view = saved(tmp_path / "run.jsonl", settings, 20), AnatomyView()
    session = opening.watch(path, Display())
    told = through(view, session.snapshot())
    assert "epoch 21" in told
    np.testing.assert_allclose(numbers(told, "W after"), after(run), atol=1e-6)
    assert view.turn(session.snapshot(), 1, 0) is True
    session.go(7)
    assert view.turn(session.snapshot(), 1, 0) == GoTo(8)
    np.testing.assert_allclose(
        numbers(through(view, session.snapshot()), "W after"), run.history.weights_at(8), atol=1e-6
    )
    table.unlink()
    lost = opening.watch(path, Display()).snapshot()
    assert lost.missing.split()[0] in seen(AnatomyView(), lost)


def after(run: Run) -> Floats:
    """The weights after one step more."""
    run.advance(1)
    return run.weights


def test_what_is_not_to_be_had_is_told() -> None:
    session = shown(Settings(data=DataSettings("none"), epochs=5), epochs=0)
    assert "there are no points" in seen(AnatomyView(), session.snapshot())
    assert AnatomyView().turn(session.snapshot(), 1, 0) is False


def test_of_very_many_rows_it_is_computed_beside_the_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    here = seen(AnatomyView(), paused(shown(BLOBS, epochs=3)))
    monkeypatch.setattr(anatomy, "AT_ONCE", 0)
    view, session, woken = AnatomyView(), shown(BLOBS, epochs=3), threading.Semaphore(0)
    view.wake = woken.release
    seen(view, paused(session))
    while view.is_busy:
        woken.acquire(timeout=10)
    assert seen(view, paused(session)) == here
    session.pull(1)
    view.titles(paused(session))
    while view.is_busy:
        woken.acquire(timeout=10)
    assert "epoch 5" in seen(view, paused(session))


def test_a_step_that_takes_longer_than_a_frame_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anatomy, "AT_ONCE", 0)
    view, session, begun, may_end = AnatomyView(), shown(BLOBS, epochs=3), threading.Event(), threading.Event()

    def slowly(*asked: object) -> Iterator[Step]:
        begun.set()
        may_end.wait(60)
        return steps_of(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(anatomy, "steps_of", slowly)
    woken = threading.Semaphore(0)
    view.wake = woken.release
    view.titles(replace(session.snapshot(), phase=Phase.TRAINING))
    assert begun.wait(60)
    for _ in range(3):
        session.pull(1)
        view.titles(replace(session.snapshot(), phase=Phase.TRAINING))
    may_end.set()
    while view.is_busy:
        woken.acquire(timeout=10)
    assert "epoch 4" in view.titles(replace(session.snapshot(), phase=Phase.TRAINING)).above
    while view.is_busy:
        woken.acquire(timeout=10)
    view.titles(paused(session))
    while view.is_busy:
        woken.acquire(timeout=10)
    assert "epoch 7" in view.titles(paused(session)).above


def test_what_an_optimiser_remembered_long_ago_is_not_computed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anatomy, "AGAIN", 1)
    session = shown(replace(BLOBS, optimizer="adam"), epochs=9)
    session.go(4)
    assert "would take too long" in seen(AnatomyView(), paused(session))
    assert "Next step" in seen(AnatomyView(), paused(shown(BLOBS, epochs=4)))


def test_figures_have_at_most_ten_letters() -> None:
    for exponent in range(-30, 30):
        for value in (1.23456789, -9.99999999):
            for digits in (5, 7):
                told = figure(value * 10.0**exponent, digits)
                assert len(told) <= 10
                assert math.isclose(float(told), value * 10.0**exponent, rel_tol=1e-3)
    assert [figure(value) for value in (0.0, math.inf, math.nan)] == ["0", "inf", "nan"]

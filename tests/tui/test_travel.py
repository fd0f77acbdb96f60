"""Going back in time, replaying and forking from the keyboard and with the mouse: all panels show the same epoch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from gdtui.charts.field import Shading
from gdtui.charts.roles import Role
from gdtui.learning.moment import measure
from gdtui.runs.samples import samples
from gdtui.session.commands import GoTo
from gdtui.settings import Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.chart_view import ChartView
from gdtui.views.data import ScatterChart
from gdtui.views.view import Touch
from tests.drawings import corner
from tests.oracles import article_run
from tests.tui.driving import (
    FLAT_OUT,
    LONG,
    SLOWLY,
    SOON,
    START,
    base,
    finish,
    idle,
    keys,
    log,
    marked,
    notices,
    press,
    running,
    screen,
    session,
    snapshot,
    status,
    step,
    until,
)
from tests.tui.test_moments import FarLink

EPOCHS = 45
SHORT = Settings(epochs=EPOCHS, init=START, alpha=0.5)
"""A run whose epochs all have a line in the log."""

NEXT_BRANCH = keys("next_branch")


def cursor(app: GdtuiApp) -> tuple[int, str] | None:
    """The column of the loss curve's cursor, and its text; None where there is none."""
    chart = app.query_one("#first", ChartView).chart
    bottom, _ = corner(chart)
    columns = np.flatnonzero(((chart.roles == Role.CURSOR) & (chart.chars == "│"))[:bottom].any(axis=0))
    if not len(columns):
        return None
    assert len(columns) == 1
    label = "".join(chart.chars[:bottom][chart.roles[:bottom] == Role.CURSOR].tolist()).replace("│", "").strip()
    return int(columns[0]), label


def at(app: GdtuiApp, alphas: list[float], epoch: int) -> tuple[float, np.ndarray]:
    """(loss, weights) of that epoch, by the article's loop with these alphas."""
    data = session(app).run.data
    losses, weights = article_run(data.X, data.y, START, alphas[:epoch])
    return losses[epoch - 1], weights[epoch - 1]


async def assert_shows(app: GdtuiApp, pilot: Pilot[int], epoch: int, alphas: list[float]) -> None:
    """All panels show that epoch of a run with these alphas, as it was measured; the table is open."""
    base(app).action_open("samples")
    await idle(pilot)
    run, (loss, weights) = session(app).run, at(app, alphas, epoch)
    measured = measure(run.kernel, weights)
    shown = status(app)
    assert (shown.epoch, shown.loss, shown.alpha) == (epoch, loss, alphas[epoch - 1])
    assert (shown.accuracy, shown.gradient_norm) == (measured.accuracy, measured.gradient_norm)
    assert f"loss {loss:.7g}" in screen(app)
    scatter = base(app).query_one("#second", ChartView)
    assert scatter.chart.lines() == ScatterChart(run.data).draw(weights, *scatter.size, Shading.HATCHED).lines()
    for row in samples(run, weights):
        assert f"{row.activation:.4f}" in screen(app)
    true_negative, false_positive, false_negative, true_positive = measured.confusion
    text = [line.rsplit("│", 2)[-2].split() for line in screen(app).split("\n") if line.rstrip().endswith("│")]
    for row in ([str(true_negative), str(false_positive)], [str(false_negative), str(true_positive)]):
        assert any(words[-2:] == row for words in text)
    base(app).action_open("log")
    await idle(pilot)
    assert marked(app) == [f"[INFO] epoch #{epoch}, loss={loss:.7f}"]
    loss_view = base(app).query_one("#first", ChartView)
    here = cursor(app)
    assert here is not None
    assert here[1] == f"epoch {epoch}"
    assert abs(epoch_in(app, loss_view, here[0]) - epoch) <= 1


def assert_in_the_present(app: GdtuiApp, epoch: int) -> None:
    assert status(app).epoch == epoch
    assert status(app).state not in ("past", "replay")
    assert (cursor(app), marked(app)) == (None, [])


def epoch_in(app: GdtuiApp, view: ChartView, column: int) -> int:
    """The epoch that a press of the mouse in that column of the loss curve goes to."""
    asked = app.board.view("loss").touched(replace(snapshot(app), past=None), Touch(column, 0, *view.size))
    assert isinstance(asked, GoTo)
    return asked.epoch


def place(app: GdtuiApp, epoch: int) -> tuple[int, int]:
    """Where to press the mouse, within the panel of the loss curve, for that epoch."""
    view = base(app).query_one("#first", ChartView)
    columns = range(view.size.width)
    found = [column for column in columns if epoch_in(app, view, column) == epoch]
    column = found[-1] if epoch == 1 else found[0]  # whatever is left of the axis is the first epoch too
    border = view.content_region.offset - view.region.offset
    return border.x + column, border.y + 4


async def click(pilot: Pilot[int], epoch: int) -> None:
    """Press the mouse where that epoch is, and see it shown."""
    await pilot.click("#first", offset=place(pilot.app, epoch))
    await idle(pilot)


JUMPS = [
    ("travel(-1)", 22),
    ("travel(1)", 24),
    ("travel(-10)", 13),
    ("travel(10)", 33),
    ("travel_part(-1)", 19),
    ("travel_part(1)", 27),
    ("travel_to_start", 1),
    ("travel_to_end", None),
]


KEYS = [(key, wanted) for action, wanted in JUMPS for key in keys(action)]


async def test_each_key_goes_to_its_epoch_and_all_panels_show_it() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        for key, wanted in KEYS:
            await click(pilot, 23)
            assert status(app).epoch == 23
            await press(pilot, key)
            if wanted is None:
                await pilot.pause()
                assert_in_the_present(app, EPOCHS)
                assert status(app).state == "done"
                assert status(app).loss == session(app).run.end().loss  # after the last step
            else:
                assert status(app).state == "past"
                await assert_shows(app, pilot, wanted, [0.5] * EPOCHS)
        assert session(app).run.done == EPOCHS


async def test_the_past_ends_at_the_first_epoch_and_at_the_present() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        # The present of a run that has ended is one step after its last epoch.
        for key, epoch in (("left", 45), ("left", 44), ("home", 1), ("left", 1), ("shift+left", 1), ("pageup", 1)):
            await press(pilot, key)
            assert (status(app).state, status(app).epoch) == ("past", epoch)
        for key in ("right", "shift+right", "pagedown"):
            await press(pilot, "end", "left", key)
            await pilot.pause()
            assert_in_the_present(app, EPOCHS)
            await press(pilot, key)
            await pilot.pause()
            assert_in_the_present(app, EPOCHS)


async def test_the_epoch_before_the_present_of_a_run_under_way_is_the_one_before_that_shown() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "left")
        await assert_shows(app, pilot, 2, [0.01] * 3)
        await press(pilot, "right", "right")
        await pilot.pause()
        assert_in_the_present(app, 3)


async def test_going_back_pauses_and_space_at_the_end_goes_on() -> None:
    async with running(LONG, SLOWLY, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 3)
        await press(pilot, "left")
        assert status(app).state == "past"
        done = session(app).run.done
        await press(pilot, "home", "right")
        await assert_shows(app, pilot, 2, [0.01] * done)
        await press(pilot, "end")
        await pilot.pause()
        assert_in_the_present(app, done)
        assert (status(app).state, session(app).run.done) == ("paused", done)
        await pilot.press("space")
        await until(pilot, lambda: status(app).epoch > done + 1)
        assert status(app).state == "training"
        await press(pilot, "space")
        losses, _ = article_run(session(app).run.data.X, session(app).run.data.y, START, [0.01] * (done + 1))
        assert session(app).run.history.losses[: done + 1].tolist() == losses


async def test_an_alpha_chosen_in_the_past_does_not_steer_the_run_and_is_forgotten_at_the_end() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "home", "up", "up")
        assert (status(app).alpha, session(app).run.alpha) == (0.05, 0.01)
        await press(pilot, "end")
        assert status(app).alpha == 0.01
        await step(pilot)
        assert session(app).run.history.alphas == [(1, 0.01)]


async def test_step_in_the_past_trains_one_epoch_at_the_end() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "home", "n")
        assert_in_the_present(app, 4)
        assert (status(app).state, session(app).run.done) == ("paused", 4)


async def test_more_epochs_asked_for_in_the_past_train_nobody_while_one_looks_at_it() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        first = session(app).run
        await press(pilot, "home", "plus")
        assert (status(app).state, status(app).epoch) == ("past", 1)
        assert first.done == EPOCHS
        await fork(pilot)
        assert (first.done, session(app).run.done) == (EPOCHS, 67)


async def test_travel_keys_before_the_first_epoch_change_nothing() -> None:
    async with running() as (app, pilot):
        before = screen(app)
        for action in (*(action for action, _ in JUMPS), "replay", "next_branch"):
            await press(pilot, *keys(action))
        await pilot.click("#first", offset=(30, 5))
        await idle(pilot)
        assert screen(app) == before
        assert session(app).run.done == 0


# The mouse


async def test_a_click_on_the_loss_curve_goes_to_its_epoch() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        await press(pilot, "t")
        await pilot.pause()
        for epoch in (20, 1, 45, 33):
            if epoch == 33:
                await press(pilot, "l")  # on a logarithmic scale too
            await click(pilot, epoch)
            await pilot.pause()
            assert status(app).state == "past"
            assert status(app).epoch == epoch
            # The cursor stands where the mouse is.
            assert abs(cursor(app)[0] - (place(app, epoch)[0] - 1)) <= 1
        await assert_shows(app, pilot, 33, [0.5] * EPOCHS)


async def test_a_drag_along_the_loss_curve_goes_along_until_the_button_is_let_go() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        await pilot.mouse_down("#first", offset=place(app, 10))
        await idle(pilot)
        assert status(app).epoch == 10
        for epoch in (15, 40, 30):
            await pilot.hover("#first", offset=place(app, epoch))
            await idle(pilot)
            assert (status(app).state, status(app).epoch) == ("past", epoch)
        # Beyond the panel the first and last are as far as it goes.
        await pilot.hover("#second", offset=(20, 5))
        await idle(pilot)
        assert status(app).epoch == EPOCHS
        await pilot.mouse_up("#second", offset=(20, 5))
        await pilot.hover("#first", offset=place(app, 12))
        await idle(pilot)
        assert status(app).epoch == EPOCHS


async def test_a_click_pauses_and_one_on_the_other_chart_does_nothing() -> None:
    async with running(LONG, SLOWLY, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 3)
        await pilot.click("#second", offset=(20, 5))
        assert status(app).state == "training"
        await click(pilot, 1)
        await pilot.pause()
        assert (status(app).state, status(app).epoch) == ("past", 1)


# Forks


async def fork(pilot: Pilot[int]) -> None:
    """Train on from the epoch shown, to the end."""
    of = snapshot(pilot.app).run
    await pilot.press("f")
    await until(pilot, lambda: snapshot(pilot.app).run is not of and status(pilot.app).state == "done")
    await idle(pilot)


def branches(app: GdtuiApp) -> list[Any]:
    return session(app).runs


async def test_a_fork_trains_on_from_the_past_and_leaves_the_old_curve_behind_it() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        first, before = session(app).run, session(app).run.history.losses.copy()
        await press(pilot, "home", "right", "a", *"0.001", "enter")
        assert status(app).alpha == 0.001
        await fork(pilot)
        assert status(app).epoch == EPOCHS
        branch = session(app).run
        assert branch is not first
        alphas = [0.5] + [0.001] * 44
        losses, weights = article_run(branch.data.X, branch.data.y, START, alphas)
        assert branch.history.losses.tolist() == losses
        assert branch.weights.tobytes() == weights[-1].tobytes()
        assert first.history.losses.tobytes() == before.tobytes()
        assert any("fork 1 from epoch 2, alpha 0.001" in line for line in log(app))
        assert log(app)[-1] == "all 45 epochs done"
        chart = app.query_one("#first", ChartView).chart
        # The first run is drawn in the colour that it had.
        legend = ["".join(row[kinds == Role.CURVE]) for row, kinds in zip(chart.chars, chart.roles, strict=True)]
        assert any("first run, α 0.5" in line for line in legend)
        behind = (chart.roles == Role.CURVE) & (chart.chars >= "\u2800") & (chart.chars <= "\u28ff")
        assert behind.any()
        # The two part at epoch 2.
        assert np.flatnonzero(behind.any(axis=0))[0] >= place(app, 2)[0] - 2
        assert (chart.roles == Role.RUN_2).any()
        await click(pilot, 31)
        await assert_shows(app, pilot, 31, alphas)
        # Each branch has a line of epoch 31 in its log; that of the branch looked at is marked.
        await press(pilot, "b")
        await click(pilot, 31)
        assert session(app).run is first
        await assert_shows(app, pilot, 31, [0.5] * EPOCHS)


@pytest.mark.parametrize("key", keys("fork"))
async def test_each_key_forks_in_the_past_and_not_in_the_present(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        await press(pilot, key)
        assert (len(branches(app)), status(app).state) == (1, "paused")
        assert notices(app) == ["f trains on from an epoch of the past; ← goes there first"]
        await pilot.press("left", key)
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        assert session(app).run.done == 5
        assert (len(branches(app)), session(app).run.forked_at, branches(app)[0].done) == (2, 1, 2)


async def test_a_fork_without_another_alpha_takes_the_one_of_its_epoch() -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        await press(pilot, "up")
        await step(pilot, 1)
        await press(pilot, "home")
        await fork(pilot)
        assert session(app).run.alpha == 0.01
        assert branches(app)[0].alpha == 0.02


@pytest.mark.parametrize("key", keys("next_branch"))
async def test_forks_of_forks_and_b_goes_round_all_branches(key: str) -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        await press(pilot, key)  # there is but one
        assert len(branches(app)) == 1
        alphas = [[0.5] * EPOCHS]
        for number, (epoch, alpha) in enumerate([(31, 1.0), (21, 2.0), (41, 0.1)], 1):
            await press(pilot, "home", *["shift+right"] * (epoch // 10), "a", *f"{alpha:g}", "enter")
            await fork(pilot)
            assert session(app).run is branches(app)[number]
            alphas.append(alphas[-1][: epoch - 1] + [alpha] * (EPOCHS - epoch + 1))
        X, y = session(app).run.data.X, session(app).run.data.y
        for run, its_alphas in zip(branches(app), alphas, strict=True):
            assert run.history.losses.tolist() == article_run(X, y, START, its_alphas)[0]
        for key in NEXT_BRANCH * 5:
            wanted = (branches(app).index(session(app).run) + 1) % 4
            await press(pilot, key)
            await pilot.pause()
            assert session(app).run is branches(app)[wanted]
            assert_in_the_present(app, EPOCHS)
            assert status(app).loss == branches(app)[wanted].end().loss
            for number, name in enumerate(
                ("first run, α 0.5", "fork 1 at 31, α 1", "fork 2 at 21, α 2", "fork 3 at 41")
            ):
                in_legend = any(name in line for line in app.query_one("#first", ChartView).chart.lines())
                assert in_legend is (number != wanted)
            assert "of 4 branches" in log(app)[-1]


async def test_a_branch_left_in_the_middle_goes_on_where_it_was() -> None:
    async with running(Settings(epochs=50, init=START, alpha=0.5)) as (app, pilot):
        await step(pilot, 4)
        await press(pilot, "home", "right", "up")
        await pilot.press("f")
        await until(pilot, lambda: status(app).state == "training")
        await press(pilot, "space", "b")
        assert (status(app).state, status(app).epoch) == ("paused", 4)
        await step(pilot, 2)
        first = branches(app)[0]
        assert first is session(app).run
        assert first.history.losses.tolist() == article_run(first.data.X, first.data.y, START, [0.5] * 6)[0]


async def test_a_restart_forgets_the_branches() -> None:
    async with running(display=SOON) as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "home")
        await fork(pilot)
        forked = session(app).run
        await pilot.press("r", "y")  # yes, drop them
        await until(pilot, lambda: snapshot(app).run is not forked and status(app).state == "done")
        await idle(pilot)
        assert branches(app) == [session(app).run]


# Replay


class Clock:
    """Time passes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class WatchedLink(FarLink):
    """One that counts how often it is asked whether it is ready."""

    looks = 0

    @property
    def is_ready(self) -> bool:
        self.looks += 1
        return self.is_there


@asynccontextmanager
async def finished() -> AsyncIterator[tuple[GdtuiApp, Pilot[int], Clock]]:
    """A run that has ended, to be played at 20 epochs a second of a clock that obeys."""
    clock = Clock()
    async with running(SHORT, SLOWLY, clock=clock) as (app, pilot):
        await finish(pilot)
        await press(pilot, "m")
        assert snapshot(app).speed == "20/s"
        yield app, pilot, clock


@pytest.mark.parametrize("key", keys("replay"))
async def test_a_replay_goes_at_the_chosen_speed_to_the_end_and_stands_still_there(key: str) -> None:
    async with finished() as (app, pilot, clock):
        await pilot.press(key)
        await until(pilot, lambda: status(app).epoch == 2)  # the first frame is due at once
        assert status(app).state == "replay"
        for seconds, epoch in ((0.5, 12), (1.0, 32)):
            clock.now += seconds
            await until(pilot, lambda epoch=epoch: status(app).epoch >= epoch)
            assert (status(app).epoch, status(app).state) == (epoch, "replay")
        await pilot.press("greater_than_sign", "less_than_sign", "t")  # which stop nothing
        clock.now += 1.0
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        assert_in_the_present(app, EPOCHS)
        assert (session(app).run.done, len(branches(app))) == (EPOCHS, 1)
        assert status(app).loss == session(app).run.end().loss


@pytest.mark.parametrize("key", [*keys("replay"), "space"])
async def test_a_replay_begins_and_stops_where_one_stands(key: str) -> None:
    async with finished() as (app, pilot, clock):
        await click(pilot, 23)
        await pilot.press(key)
        await until(pilot, lambda: status(app).epoch == 24)
        assert status(app).state == "replay"
        clock.now += 0.25
        await until(pilot, lambda: status(app).epoch == 29)
        await press(pilot, key)
        assert status(app).state == "past"
        clock.now += 10
        await pilot.pause()
        await assert_shows(app, pilot, 29, [0.5] * EPOCHS)


async def test_whatever_goes_elsewhere_ends_a_replay() -> None:
    async with finished() as (app, pilot, clock):
        for key, wanted in (("left", 23), ("end", EPOCHS), ("home", 1), ("click", 30), ("f", EPOCHS)):
            await click(pilot, 23)
            await pilot.press("p")
            await until(pilot, lambda: status(app).epoch == 24)
            if key == "click":
                await pilot.click("#first", offset=place(app, 30))
            else:
                await pilot.press(*(["m"] if key == "f" else []), key)
            await idle(pilot)
            assert (status(app).epoch, status(app).state == "past") == (wanted, wanted != EPOCHS)
            clock.now += 10
            await pilot.pause()
            assert status(app).epoch == wanted


async def test_a_replay_at_full_speed_plays_to_the_end() -> None:
    async with running(SHORT) as (app, pilot):
        await finish(pilot)
        await press(pilot, "left", "left", "left")
        await pilot.press("p")
        await until(pilot, lambda: status(app).state == "done")
        assert_in_the_present(app, EPOCHS)


async def test_a_replay_to_a_terminal_far_away_skips_what_it_cannot_show() -> None:
    async with finished() as (app, pilot, clock):
        await pilot.press("p")
        await until(pilot, lambda: status(app).epoch == 2)
        app.link = far = WatchedLink()
        for _ in range(4):
            clock.now += 0.25
            looks = far.looks
            await until(pilot, lambda looks=looks: far.looks > looks + 2)
        assert status(app).epoch == 2
        far.come_back()
        await until(pilot, lambda: status(app).epoch >= 22, seconds=3)


@pytest.mark.parametrize("key", ["end", "right", "shift+right", "pagedown"])
async def test_whoever_is_in_the_present_and_goes_further_goes_on_training(key: str) -> None:
    async with running(LONG, SOON, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 12)
        await pilot.press(key)
        before = status(app).epoch
        await until(pilot, lambda: status(app).epoch > before)
        assert status(app).state == "training"


async def test_an_epoch_without_a_line_marks_the_nearest_line_before_it() -> None:
    async with running(replace(LONG, epochs=100_000), FLAT_OUT, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).state == "done")
        known = [int(line.split("#")[1].split(",")[0]) for line in log(app) if "epoch #" in line]
        gap = next(one for one, other in pairwise(known) if other > one + 1)
        app.ask(GoTo(gap + 1))
        await idle(pilot)
        assert status(app).epoch == gap + 1
        assert [line.split(",")[0] for line in marked(app)] == [f"[INFO] epoch #{gap}"]


async def test_where_there_is_no_room_for_both_the_past_shows_the_curve_and_the_end_the_table() -> None:
    async with running(SHORT, size=(100, 30)) as (app, pilot):
        await finish(pilot)
        assert base(app).wish.page == "samples"
        await press(pilot, "left")
        await pilot.pause()
        assert cursor(app) is not None
        assert base(app).wish.page == "log"
        await press(pilot, "t")
        assert base(app).wish.page == "samples"
        await press(pilot, "end")
        assert base(app).wish.page == "samples"

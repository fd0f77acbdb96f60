"""Every key of the one table does what the table says."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdtui.settings import BUILT_IN_SETS, DataSettings, Display, Settings
from gdtui.tui import front
from gdtui.tui.bindings import BINDINGS
from gdtui.tui.chart_view import ChartView
from gdtui.tui.data_choice import DataChoice
from gdtui.tui.dialogs import Help, Question
from gdtui.tui.palette import Keys, Palette
from tests.tui import driving
from tests.tui.driving import (
    FIVE,
    FLAT_OUT,
    LONG,
    SLOWLY,
    START,
    base,
    finish,
    idle,
    keys,
    log,
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


def test_no_key_of_the_table_goes_without_a_test() -> None:
    import tests.terminal.test_life
    import tests.tui.test_arranged
    import tests.tui.test_cursor
    import tests.tui.test_files
    import tests.tui.test_filming
    import tests.tui.test_race
    import tests.tui.test_range
    import tests.tui.test_recipe_choice
    import tests.tui.test_themes
    import tests.tui.test_travel
    import tests.tui.test_views
    import tests.tui.test_why_line  # noqa: F401 - which press the others

    assert {key.action for key in BINDINGS} == driving.pressed


def test_no_key_is_in_the_table_twice() -> None:
    every = [name for key in BINDINGS for name in key.keys.split(",")]
    assert len(every) == len(set(every))


# Training


@pytest.mark.parametrize("key", keys("pause"))
async def test_pause_stands_still_and_goes_on(key: str) -> None:
    async with running(LONG, SLOWLY, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 1)
        assert status(app).state == "training"
        await press(pilot, key)
        assert status(app).state == "paused"
        here = session(app).run.done
        assert status(app).epoch == here
        await pilot.press(key)
        await until(pilot, lambda: status(app).epoch > here)
        assert status(app).state == "training"


@pytest.mark.parametrize("key", keys("step"))
async def test_step_trains_one_epoch_and_stands_still(key: str) -> None:
    async with running() as (app, pilot):
        for wanted in (1, 2, 3):
            await press(pilot, key)
            assert (status(app).epoch, session(app).run.done, status(app).state) == (wanted, wanted, "paused")


async def test_step_stops_a_run_that_is_under_way() -> None:
    async with running(LONG, SLOWLY, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 1)
        await press(pilot, "n")
        assert (status(app).state, status(app).epoch) == ("paused", session(app).run.done)


@pytest.mark.parametrize("key", keys("alpha_up"))
async def test_alpha_up_is_logged_and_marked_from_the_next_epoch(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        await press(pilot, key)
        assert (session(app).run.alpha, status(app).alpha) == (0.02, 0.02)
        assert log(app)[-1] == "alpha 0.01 → 0.02 from epoch 3"
        await step(pilot)
        assert log(app)[-2] == "alpha 0.01 → 0.02 from epoch 3"
        assert "α 0.02" in screen(app)
        assert session(app).run.history.alphas == [(1, 0.01), (3, 0.02)]


@pytest.mark.parametrize("key", keys("alpha_down"))
async def test_alpha_down_goes_down_the_ladder(key: str) -> None:
    async with running() as (app, pilot):
        for wanted in (0.005, 0.002, 0.001):
            await press(pilot, key)
            assert session(app).run.alpha == wanted


async def test_an_alpha_changed_back_before_the_next_epoch_is_no_change() -> None:
    async with running() as (app, pilot):
        await step(pilot)
        await press(pilot, "up", "down")
        assert not any("→" in line for line in log(app))
        await press(pilot, "up", "up")
        assert [line for line in log(app) if "→" in line] == ["alpha 0.01 → 0.05 from epoch 2"]
        await press(pilot, "down", "down")
        await step(pilot)
        assert not any("→" in line for line in log(app))


@pytest.mark.parametrize("key", keys("ask_alpha"))
async def test_alpha_can_be_typed(key: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, key)
        assert isinstance(app.board.dialog, Question)
        assert "alpha" in screen(app)
        await press(pilot, *"0.3", "enter")
        assert session(app).run.alpha == 0.3
        assert not isinstance(app.board.dialog, Question)


async def test_a_wrong_alpha_is_said_to_be_wrong_and_can_be_left() -> None:
    async with running() as (app, pilot):
        await press(pilot, "a")
        for wrong in ("abc", "0", "-1", "inf", "nan", ""):
            app.screen.query_one("Input").value = wrong
            await press(pilot, "enter")
            await until(pilot, lambda wrong=wrong: f"{wrong!r} is not a number greater than 0" in screen(app))
            assert isinstance(app.board.dialog, Question)
        await press(pilot, "escape")
        assert not isinstance(app.board.dialog, Question)
        assert session(app).run.alpha == 0.01


@pytest.mark.parametrize("key", keys("ask_epochs"))
async def test_epochs_can_be_typed(key: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, key, *"250", "enter")
        assert (session(app).run.epochs, status(app).epochs) == (250, 250)
        assert "epochs 5 → 250" in log(app)


async def test_epochs_can_be_typed_as_the_screen_has_them() -> None:
    async with running() as (app, pilot):
        await press(pilot, "e", *"1,000", "enter")
        assert session(app).run.epochs == 1000
        assert "0/1,000" in screen(app)
        await press(pilot, "e")
        assert app.screen.query_one("Input").value == "1,000"


async def test_a_wrong_number_of_epochs_is_said_to_be_wrong_and_can_be_left() -> None:
    async with running() as (app, pilot):
        await press(pilot, "e")
        for wrong in ("abc", "0", "-3", "1.5", "15e-1", "1e999", "[/x]", "²", "1,00", ""):
            app.screen.query_one("Input").value = wrong
            await press(pilot, "enter")
            await until(pilot, lambda wrong=wrong: f"{wrong!r} is not a whole number of at least 1" in screen(app))
        app.screen.query_one("Input").value = "2000000000000"
        await press(pilot, "enter")
        await until(pilot, lambda: "at most 1e12)" in screen(app))
        await press(pilot, "escape")
        assert session(app).run.epochs == 5


async def test_fewer_epochs_than_are_done_end_the_run_where_it_is() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "e", *"2", "enter")
        assert session(app).run.epochs == 3
        await pilot.press("space")
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        assert session(app).run.done == 3


@pytest.mark.parametrize("key", keys("more_epochs"))
async def test_more_epochs_make_a_finished_run_go_on(key: str) -> None:
    async with running(Settings(epochs=10, init=START), FLAT_OUT) as (app, pilot):
        await finish(pilot)
        assert base(app).wish.page == "samples"
        await pilot.press(key)
        await until(pilot, lambda: status(app).state == "done" and status(app).epoch == 15)
        await idle(pilot)
        assert session(app).run.epochs == 15
        assert "epochs 10 → 15" in log(app)
        fresh = session(app).run.restarted()
        fresh.advance(15)
        assert np.array_equal(session(app).run.weights, fresh.weights)
        assert session(app).run.history.losses.tolist() == fresh.history.losses.tolist()


@pytest.mark.parametrize("key", keys("fewer_epochs"))
async def test_fewer_epochs_undo_more(key: str) -> None:
    async with running(Settings(epochs=100)) as (app, pilot):
        await press(pilot, "plus", "plus", key)
        assert session(app).run.epochs == 150
        await press(pilot, key)
        assert session(app).run.epochs == 100


# Speed


@pytest.mark.parametrize("key", keys("faster"))
async def test_faster_goes_up_to_max(key: str) -> None:
    async with running(display=Display(speed=200_000)) as (app, pilot):
        await press(pilot, key)
        assert session(app).pace.speed == 500_000
        assert "500,000/s" in screen(app)
        await press(pilot, key, key, key)
        assert session(app).pace.is_max
        assert "max" in screen(app)


@pytest.mark.parametrize("key", keys("slower"))
async def test_slower_goes_down_the_ladder_also_below_one_epoch_a_second(key: str) -> None:
    async with running(display=Display(speed=5)) as (app, pilot):
        for wanted in (2, 1, 0.5):
            await press(pilot, key)
            assert session(app).pace.speed == wanted


@pytest.mark.parametrize("key", keys("max_speed"))
async def test_max_and_back(key: str) -> None:
    async with running(display=SLOWLY) as (app, pilot):
        await press(pilot, key)
        assert session(app).pace.is_max
        await press(pilot, key)
        assert session(app).pace.speed == 20


# From the start


@pytest.mark.parametrize("key", keys("restart"))
async def test_restart_gives_the_same_bits(key: str) -> None:
    async with running(Settings(epochs=50, seed=3), FLAT_OUT) as (app, pilot):
        await finish(pilot)
        first, losses = session(app).run, session(app).run.history.losses.copy()
        await pilot.press(key)
        await until(pilot, lambda: snapshot(app).run is not first and status(app).state == "done")
        await idle(pilot)
        assert session(app).run.history.losses.tobytes() == losses.tobytes()
        assert session(app).run.weights.tobytes() == first.weights.tobytes()


@pytest.mark.parametrize("key", keys("restart_fresh"))
async def test_fresh_weights_differ_each_time_and_can_be_had_again(key: str) -> None:
    starts = []
    async with running(Settings(seed=3)) as (app, pilot):
        starts.append(session(app).run.weights)
        for _ in range(3):
            await pilot.press(key)
            await until(pilot, lambda: status(app).state == "training")
            await press(pilot, "space")
            starts.append(session(app).run.start)
            assert f"seed {session(app).run.settings.seed}" in screen(app)
        seed = session(app).run.settings.seed
    assert len({start.tobytes() for start in starts}) == 4
    async with running(Settings(seed=seed)) as (again, _):
        assert session(again).run.weights.tobytes() == starts[-1].tobytes()


async def test_a_restart_in_the_middle_of_a_pull_never_mixes_two_runs() -> None:
    async with running(Settings(epochs=10**9, seed=1), Display(speed=5000), paused=False) as (app, pilot):
        for key in ("R", "r", "R"):
            before = snapshot(app).run
            await until(pilot, lambda: status(app).epoch > 0)
            await pilot.press(key)
            await until(pilot, lambda before=before: snapshot(app).run is not before or app.board.dialog is not None)
            if app.board.dialog is not None:  # on a busy machine it trained so long that it asks first
                await pilot.press("y")
                await until(pilot, lambda before=before: snapshot(app).run is not before)
        await until(pilot, lambda: status(app).epoch >= 300)
        await press(pilot, "space")
        run = session(app).run
        fresh = run.restarted()
        fresh.advance(300)
        assert run.history.losses[:300].tolist() == fresh.history.losses.tolist()
        assert len(run.history) == run.done


# Data


@pytest.mark.parametrize("key", keys("choose_data"))
async def test_another_data_set_is_trained_on(key: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, "up")
        await press(pilot, key)
        assert isinstance(app.board.dialog, DataChoice)
        for name in BUILT_IN_SETS:
            assert name in screen(app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "moons")
        await idle(pilot)
        assert "moons and boundary" in screen(app)
        assert (snapshot(app).alpha, snapshot(app).epochs) == (0.02, 5)


async def test_the_choice_of_data_can_be_left() -> None:
    async with running() as (app, pilot):
        await press(pilot, "d", "down", "escape")
        await pilot.pause()
        assert session(app).run.data.name == "blobs"


async def test_the_choice_begins_at_the_set_that_is_shown() -> None:
    async with running() as (app, pilot):
        await pilot.press("d", "down", "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "moons")
        await pilot.press("d")
        await until(pilot, lambda: bool(app.screen.query("OptionList")))
        choice = app.screen.query_one("OptionList")
        assert choice.get_option_at_index(choice.highlighted).id == "moons"


async def test_data_that_cannot_be_loaded_leaves_the_run_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b,class\n1,2,no\n2,3,yes\n3,1,no\n4,6,yes\n")
    async with running(replace(FIVE, data=DataSettings(str(path)))) as (app, pilot):
        await step(pilot)
        run = session(app).run
        path.unlink()
        await press(pilot, "d", "enter")  # the choice begins at the set that is shown
        await until(pilot, lambda: "no such file" in screen(app))
        await step(pilot)
        assert (session(app).run, run.done) == (run, 2)


# What is shown


@pytest.mark.parametrize("key", keys("log_scale"))
async def test_log_scale_and_back(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        chart = app.query_one("#first", ChartView)
        linear = chart.chart.lines()
        assert "Loss (log)" not in screen(app)
        for is_log in (True, False):
            await press(pilot, key)
            await pilot.pause()
            assert ("Loss (log)" in screen(app)) is is_log
            assert (chart.chart.lines() == linear) is not is_log


@pytest.mark.parametrize("key", keys("log_scale"))
async def test_what_was_chosen_of_the_scale_stays(key: str) -> None:
    async with running(replace(FIVE, alpha=0.5, epochs=60)) as (app, pilot):
        await step(pilot, 2)
        assert "Loss (log)" not in screen(app)
        await finish(pilot)  # a run that falls a thousandfold
        assert "Loss (log)" in screen(app)
        await press(pilot, key, "home")
        await pilot.pause()
        assert "Loss (log)" not in screen(app)
        await press(pilot, "r")
        await finish(pilot)
        assert "Loss (log)" not in screen(app)


@pytest.mark.parametrize("key", keys("epoch_axis"))
async def test_the_epochs_are_the_whole_run_then_the_latest_then_logarithmic(key: str) -> None:
    async with running(replace(FIVE, epochs=60)) as (app, pilot):
        await finish(pilot)
        await press(pilot, "t")
        chart = app.query_one("#first", ChartView)
        for label, first in (("epoch (the latest)", "40"), ("epoch (log)", "1"), ("epoch", "0")):
            await press(pilot, key)
            await pilot.pause()
            lines = chart.chart.lines()
            assert lines[-1].strip() == label
            assert lines[-2].split()[0] == first


@pytest.mark.parametrize("key", keys("table"))
async def test_the_table_comes_and_goes(key: str) -> None:
    async with running() as (app, pilot):
        assert "Confusion matrix" not in screen(app)
        for shown in (True, False, True):
            await press(pilot, key)
            await pilot.pause()
            assert ("Confusion matrix" in screen(app)) is shown
            assert ("activation pred true" in screen(app)) is shown


@pytest.mark.parametrize("key", keys("link"))
async def test_the_link_is_shown_and_hidden(key: str) -> None:
    async with running() as (app, pilot):
        assert "frames/s" not in screen(app)
        await press(pilot, key)
        await pilot.pause()
        assert "frames/s" in screen(app)
        await press(pilot, key)
        await pilot.pause()
        assert "frames/s" not in screen(app)


@pytest.mark.parametrize("key", keys("help"))
async def test_help_lists_every_key(key: str) -> None:
    async with running(size=(120, 50)) as (app, pilot):
        await press(pilot, key)
        assert isinstance(app.board.dialog, Help)
        for row in BINDINGS:
            assert re.search(rf" {re.escape(row.shown)} +{re.escape(row.help)} ", screen(app)), row
        await press(pilot, "escape")
        assert not isinstance(app.board.dialog, Help)


# The end


@pytest.mark.parametrize("key", keys("quit"))
async def test_quit_leaves_with_0(key: str) -> None:
    async with running() as (app, pilot):
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0


async def test_quit_leaves_with_1_where_it_diverged() -> None:
    async with running(Settings(alpha=1e308), FLAT_OUT) as (app, pilot):
        await finish(pilot)
        assert status(app).state == "diverged"
        assert "is too large" in status(app).tail
        await press(pilot, "plus", "space", "n")  # which change nothing
        await pilot.pause()
        assert status(app).state == "diverged"
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 1


@pytest.mark.parametrize("key", keys("app.interrupt"))
@pytest.mark.parametrize("before", ["", "a"])
async def test_interrupt_leaves_with_130_from_anywhere(key: str, before: str) -> None:
    async with running() as (app, pilot):
        await pilot.press(*filter(None, [before]), key)
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 130


async def test_keys_typed_into_a_dialog_do_not_steer() -> None:
    async with running() as (app, pilot):
        before = session(app).run
        for dialog in ("a", "e", "d", "question_mark"):
            await press(pilot, dialog, "r", "n", "plus", "s", "ctrl+r")
            assert app.board.dialog is not None
            await press(pilot, "escape")
        await pilot.pause()
        assert (session(app).run, before.done, before.alpha, before.epochs) == (before, 0, 0.01, 5)
        assert notices(app) == []  # of a picture, say


async def test_all_keys_before_the_data_is_there_are_harmless(tmp_path: Path) -> None:
    pipe = tmp_path / "rows.csv"
    os.mkfifo(pipe)
    app = front.training(replace(FIVE, data=DataSettings(str(pipe))), FLAT_OUT)
    async with app.run_test(size=(120, 40)) as pilot:
        assert status(app).state == "loading"
        for row in BINDINGS:
            if row.action not in ("quit", "app.interrupt"):
                closes = ["escape"] if row.action in ("help", "app.command_palette") else []
                await pilot.press(row.keys.split(",")[0], *closes)
        assert len(app.screen_stack) == 1
        with open(pipe, "w") as rows:  # which the loading has been waiting for
            rows.write("a,b,class\n1,2,no\n2,3,yes\n3,1,no\n4,6,yes\n")
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        assert (session(app).run.alpha, session(app).run.done, len(session(app).runs)) == (FIVE.alpha, 5, 1)


# The command palette


@pytest.mark.parametrize("key", keys("app.command_palette"))
async def test_a_command_of_the_palette_does_what_the_key_does(key: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, key)
        await until(pilot, lambda: type(app.screen).__name__ == "Palette")
        app.screen.query_one("Input").value = "Raise alpha"
        await until(pilot, lambda: "Steer: Raise alpha" in screen(app))
        await pilot.press("enter")  # the best match is the first
        await until(pilot, lambda: snapshot(app).alpha == 0.02)


async def test_a_palette_that_is_closed_before_its_parts_are_there_ends_quietly() -> None:
    async with running() as (app, pilot):
        palette = Palette([Keys])
        palette.on_mount()
        app.push_screen(palette)
        for _ in range(3):
            await app._check_bindings("pageup")  # before the palette is composed
        await until(pilot, lambda: bool(palette.query("Input")))
        await press(pilot, "escape")
        assert app.screen is app.board


async def test_the_mouse_selects_no_text_which_the_terminal_does() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await pilot.mouse_down("#log", offset=(4, 2))
        await pilot.hover("#log", offset=(30, 4))
        assert app.screen._select_state is None
        await pilot.mouse_up("#log", offset=(30, 4))
        await idle(pilot)
        assert not app.screen.selections

"""The key of the range test: it shows the ruler with it, points at what it suggests, and changes nothing of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from gdtui.settings import DataSettings, Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.workspace import Workspace
from gdtui.views.ruler import RulerView
from tests.tui.driving import base, keys, press, running, saved, session, snapshot, step, until, watching

MOONS = Settings(data=DataSettings("moons"), epochs=50, init=(0.5, 0.5, 0.5), loss="cross-entropy")


async def ranged(app: GdtuiApp, pilot: Pilot[Any], key: str) -> RulerView:
    """The ruler once a range test has been made and is shown."""
    await press(pilot, key)
    view = app.board.view("ruler")
    assert isinstance(view, RulerView)
    of_this = f"test at epoch {snapshot(app).shown.epoch}"
    await until(pilot, lambda: view.aim is not None and of_this in view.titles(snapshot(app)).below)
    await until(pilot, lambda: "suggested" in "".join(app.board.slots[0].chart.lines()))
    return view


@pytest.mark.parametrize("key", keys("range_test"))
async def test_enter_takes_what_it_suggests_and_nothing_else_is_changed(key: str) -> None:
    async with running(MOONS) as (app, pilot):
        await step(pilot, 3)
        run = session(app).run
        before = run.history.path()[1].tobytes(), len(run.history), snapshot(app).shown.weights.tobytes()
        view = await ranged(app, pilot, key)
        assert base(app).wish.views == ("ruler", "data")
        assert "range test at epoch 3" in str(app.board.slots[0].border_subtitle)
        suggested = next(iter(view._tests.values())).found.suggested
        assert app.board.slots[0].cursor == view.aim[1:]
        await press(pilot, "enter")
        assert snapshot(app).alpha == suggested != 0.01
        after = run.history.path()[1].tobytes(), len(run.history), snapshot(app).shown.weights.tobytes()
        assert after == before
        await step(pilot)
        assert "range test at epoch 3" in str(app.board.slots[0].border_subtitle)


@pytest.mark.parametrize("key", keys("range_test"))
async def test_what_is_trained_after_it_has_the_bits_that_it_would_have_had(key: str) -> None:
    weights = []
    for with_test in (False, True):
        async with running(MOONS) as (app, pilot):
            await step(pilot, 3)
            if with_test:
                await ranged(app, pilot, key)
                await press(pilot, "escape")
            await step(pilot, 5)
            weights.append(snapshot(app).shown.weights)
    assert np.array_equal(*weights)


@pytest.mark.parametrize("key", keys("range_test"))
async def test_in_the_past_enter_takes_it_for_a_fork_and_each_moment_keeps_its_own(key: str) -> None:
    async with running(MOONS) as (app, pilot):
        await step(pilot, 5)
        await ranged(app, pilot, key)
        await press(pilot, "escape", "left", "left")
        view = await ranged(app, pilot, key)
        assert "range test at epoch 3" in str(app.board.slots[0].border_subtitle)
        await press(pilot, "enter")
        assert snapshot(app).past == 3
        assert snapshot(app).recipe.alpha != session(app).run.recipe.alpha == 0.01
        assert [epoch for _, epoch in view._tests] == [5, 3]
        await press(pilot, "escape", "end")
        assert "range test at epoch 5" in str(app.board.slots[0].border_subtitle)


@pytest.mark.parametrize("key", keys("range_test"))
async def test_where_a_file_is_watched_it_is_only_looked_at(key: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    saved(path, MOONS)
    before = path.read_bytes()
    async with running(watching(path)) as (app, pilot):
        await ranged(app, pilot, key)
        assert app.board.slots[0].cursor is None
        await pilot.click(app.board.slots[0], offset=(20, 5))
        assert snapshot(app).alpha == 0.01
    assert path.read_bytes() == before


@pytest.mark.parametrize("key", keys("range_test"))
async def test_before_there_is_a_screen_it_asks_for_none(key: str) -> None:
    async with running(MOONS) as (app, pilot):
        board = Workspace("later")
        app.push_screen(board)
        await app._check_bindings(key)  # before the screen is there
        await until(pilot, lambda: board.is_mounted)
        assert board.wish.views[0] == "ruler"
        app.pop_screen()

"""A race on the screen: its page, its curves and boundaries, who is in front, and who joins."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdtui.charts.roles import RUNS, Role
from gdtui.settings import DataSettings, Recipe, Settings
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from tests.tui.driving import SOON, idle, keys, press, running, screen, snapshot, standing_still, step, until, watching
from tests.tui.driving import status as status_of

ASKED = Settings(epochs=30, alpha=0.01)


def racing(*alphas: float, asked: Settings = ASKED, save: Path | None = None) -> GdtuiApp:
    """The app of a race, standing still."""
    rivals = [Recipe(alpha=alpha).settled(asked.epochs) for alpha in alphas]
    app = front.training(asked, SOON, save and str(save), rivals=rivals)
    begin = app.begin
    app.begin = lambda: standing_still(begin)  # type: ignore[arg-type, return-value]
    return app


def places(app: Any) -> list[str]:
    """The names in the table, the first first."""
    return [name.strip() for name in re.findall(r"\d +▶?━ +(α \S+) ", screen(app))]


def drawn(view: Any) -> set[int]:
    return {int(role) for role in np.unique(view.chart.roles)}


async def test_a_race_has_a_page_of_its_own_and_each_racer_a_curve_and_a_boundary() -> None:
    async with running(racing(0.1, 0.02)) as (app, pilot):
        await step(pilot, 5)
        assert app.board.wish.page == "race"
        assert places(app) == ["α 0.1", "α 0.02", "α 0.01"]
        assert re.search(r" 3 ▶━ +α 0.01 +paused +5 ", screen(app))
        loss, data = app.board.slots
        assert set(RUNS[:3]) <= drawn(loss)
        assert {Role.BOUNDARY, *RUNS[1:3]} <= drawn(data)
        assert RUNS[0] not in drawn(data)  # the boundary in front is the thick one


@pytest.mark.parametrize("key", keys("next_branch"))
async def test_another_racer_comes_to_the_front_where_one_stands(key: str) -> None:
    async with running(racing(0.1)) as (app, pilot):
        await step(pilot, 5)
        await press(pilot, "left", key)
        assert (snapshot(app).past, snapshot(app).front) == (4, 1)
        assert [racer.shown.epoch for racer in snapshot(app).race] == [4, 4]
        assert re.search(r" 1 ▶━ +α 0.1 ", screen(app))
        assert drawn(app.board.slots[1]) >= {Role.BOUNDARY, RUNS[0]}


async def test_whoever_diverged_is_dim_last_and_said_to_have() -> None:
    async with running(racing(1e308)) as (app, pilot):
        await step(pilot, 6)
        assert re.search(r" 2 +━ +α 1e\+308 +diverged ", screen(app))
        assert "α 1e+308 diverged" in screen(app)
        assert not {RUNS[1]} & (drawn(app.board.slots[0]) | drawn(app.board.slots[1]))
        assert status_of(app).state == "paused"


@pytest.mark.parametrize("key", keys("ask_racer"))
async def test_a_racer_joins_where_one_stands_and_the_page_opens(key: str) -> None:
    async with running(ASKED) as (app, pilot):
        await step(pilot, 6)
        assert app.board.wish.page == "log"
        await press(pilot, "left", "left")
        await press(pilot, key)
        assert "another racer from epoch 4 on" in screen(app)
        await press(pilot, *"adma", "enter")
        assert "racer 'adma': 'adma' is none of gd," in screen(app)
        await press(pilot, *["backspace"] * 4, *"0.1", "enter")
        assert app.board.dialog is None
        await idle(pilot)
        assert app.board.wish.page == "race"
        assert set(places(app)) == {"α 0.01", "α 0.1"}
        first, other = app.session.runs
        assert (other.forked_at, other.done) == (4, first.done)
        await press(pilot, "home")
        await press(pilot, key)
        assert app.board.dialog._input.value == "0.2"


async def test_several_classes_are_drawn_for_the_one_in_front_and_that_is_said() -> None:
    asked = replace(ASKED, data=DataSettings(centers=3))
    async with running(racing(0.1, asked=asked)) as (app, pilot):
        await step(pilot, 3)
        assert "blobs and boundary  ·  α 0.01" in screen(app)
        assert RUNS[1] not in drawn(app.board.slots[1])


async def test_a_race_is_watched_and_its_table_is_left_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "race.jsonl"
    async with running(racing(0.1, 0.02, save=path)) as (app, pilot):
        await step(pilot, 5)
        await press(pilot, "b")
    front._leave(app.session)
    assert re.search(r"^α 0.1 +paused +5 ", capsys.readouterr().out, re.M)
    async with running(watching(path)) as (app, pilot):
        await idle(pilot)
        assert (snapshot(app).front, app.board.wish.page) == (1, "race")
        assert places(app) == ["α 0.1", "α 0.02", "α 0.01"]


async def test_a_short_race_is_left_without_a_question_and_one_with_a_fork_is_not() -> None:
    async with running(racing(0.1)) as (app, pilot):
        await step(pilot, 3)
        assert snapshot(app).unsaved == ""
        await press(pilot, "home")
        await press(pilot, "f")
        await until(pilot, lambda: len(snapshot(app).names) == 3)
        assert snapshot(app).unsaved == "3 branches"

"""A run that is gone on with, or only looked at, has its own settings, and the display that was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gdtui.cli import main
from gdtui.learning.weights import initial_weights
from gdtui.settings import BUILT_IN_SETS, DataSettings, Display, Settings
from gdtui.tui import front
from gdtui.tui.data_choice import DataChoice
from tests.tui.driving import FIVE, idle, press, resumed, running, saved, session, snapshot, until, watching

ROWS = "a,b,class\n1,2,no\n2,3,yes\n3,1,no\n4,6,yes\n"


def offered(choice: DataChoice) -> list[str]:
    """The data sets that can be chosen."""
    return [option.id for option in choice.query_one("OptionList").options]


@pytest.mark.parametrize("begin", [resumed, watching])
async def test_a_long_run_goes_on_at_a_speed_that_can_be_watched_for_its_length(tmp_path: Path, begin) -> None:
    path = tmp_path / "run.jsonl"
    saved(path, replace(FIVE, epochs=1_000_000), done=5)
    async with running(begin(path), paused=begin is resumed) as (app, pilot):
        await idle(pilot)
        assert session(app).pace.speed == 50_000  # over in 20 s
        if begin is resumed:
            assert snapshot(app).speed == "50,000/s"


async def test_the_choice_of_data_has_the_runs_own_and_no_run_file(tmp_path: Path) -> None:
    table, path = tmp_path / "rows.csv", tmp_path / "run.jsonl"
    table.write_text(ROWS)
    own = DataSettings(str(table), target="class", standardize=False)
    saved(path, replace(FIVE, data=own, epochs=30), done=5)
    known = [*BUILT_IN_SETS, str(table)]
    async with running(resumed(path), paused=True) as (app, pilot):
        await press(pilot, "d")
        assert isinstance(app.board.dialog, DataChoice)
        assert offered(app.board.dialog)[: len(known)] == known
        await pilot.press("home", "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "blobs")
        await press(pilot, "space", "d")
        assert offered(app.board.dialog)[: len(known)] == known
        await pilot.press("home", *["down"] * (len(known) - 1), "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "rows.csv")
        assert snapshot(app).run.settings.data == own  # with all that was said of it
    blobs = tmp_path / "blobs.jsonl"
    saved(blobs, replace(FIVE, data=DataSettings(noise=0.5, samples=60), epochs=30), done=5)
    async with running(resumed(blobs), paused=True) as (app, pilot):
        await press(pilot, "d")
        assert offered(app.board.dialog)[: len(BUILT_IN_SETS) + 1] == [*BUILT_IN_SETS, None]  # then lessons


async def test_fresh_weights_go_on_from_the_runs_own_seed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    saved(path, Settings(epochs=30, seed=7), done=5)
    async with running(resumed(path), paused=True) as (app, pilot):
        for seed in (8, 9):
            before = snapshot(app).run
            await pilot.press("R")
            await until(pilot, lambda before=before: snapshot(app).run is not before)
            run = snapshot(app).run
            assert run.settings.seed == seed
            assert run.start.tobytes() == initial_weights("uniform", 3, seed).tobytes()


@pytest.mark.parametrize("kind", ["resume", "watch"])
async def test_frames_and_calm_are_had_there(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.jsonl"
    saved(path)
    display, is_resumed = Display(fps=4, calm=True), kind == "resume"
    app = front.resuming(str(path), None, None, display) if is_resumed else front.watching([str(path)], None, display)
    async with running(app, paused=False) as (app, pilot):
        await idle(pilot)
        assert app.animation_level == "none"
        assert session(app).pace.wait() == 1 / 4
        app.session.close()
    assert main([kind, str(path), "--fps", "4", "--calm", "--plain"]) == 0
    assert "all 5 epochs done" in capsys.readouterr().out

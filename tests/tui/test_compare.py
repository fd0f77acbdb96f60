"""Several runs in the app: curves, table, cursor, and what is written meanwhile."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from gdtui.charts.roles import RUNS, Role
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import CastSettings, Display
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.chart_view import ChartView
from gdtui.tui.comparison import ComparisonBoard
from tests.tui.driving import FIVE, marked, press, running, saved, screen, snapshot, until, watching

SIXTY = replace(FIVE, epochs=60)


def foreign(path: Path, losses: dict[int, float]) -> None:
    """What another program's loop writes."""
    path.write_text("".join(json.dumps({"epoch": epoch, "loss": loss}) + "\n" for epoch, loss in losses.items()))


@asynccontextmanager
async def comparing(
    *paths: Path, size: tuple[int, int] = (120, 40), target: float | None = None
) -> AsyncIterator[tuple[GdtuiApp, Pilot[int]]]:
    async with running(watching(*paths, target=target), size=size) as (app, pilot):
        assert isinstance(app.board, ComparisonBoard)
        await until(pilot, lambda: app.board.query_one("#loss", ChartView).chart is not None)
        yield app, pilot


def drawn(app: GdtuiApp) -> set[int]:
    return set(np.unique(app.board.query_one("#loss", ChartView).chart.roles).tolist())


def row(app: GdtuiApp, name: str) -> str:
    return next((line for line in screen(app).splitlines() if f"━  {name} " in line), "")


async def test_each_run_has_its_curve_and_its_line(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.jsonl" for name in ("slow", "fast", "torch")]
    saved(paths[0], SIXTY)
    run = saved(paths[1], replace(SIXTY, alpha=0.5))
    foreign(paths[2], {30: 60.0, 60: 20.0})
    async with comparing(*paths) as (app, pilot):
        assert set(RUNS[:3]) <= drawn(app)
        assert f"{run.end().loss:.7g}" in row(app, "fast")
        assert "▶" in row(app, "slow")
        await press(pilot, "down")
        assert "▶" in row(app, "fast")
        await press(pilot, "home")
        assert re.search(r"Loss.* ·  fast ", screen(app).splitlines()[1])
        await press(pilot, "right", "right", "pagedown")
        assert snapshot(app).at == 3 + 6
        assert Role.CURSOR in drawn(app)
        assert "loss at 9" in screen(app)
        assert f"{run.history.losses[8]:.7g}" in row(app, "fast")
        await press(pilot, "end")
        assert snapshot(app).at is None
        assert Role.CURSOR not in drawn(app)
        await press(pilot, "left")
        assert snapshot(app).at == 59
        before = screen(app)
        await press(pilot, "l")
        await until(pilot, lambda: screen(app) != before)
        await press(pilot, "question_mark")
        assert "Bring the next run to the front" in screen(app)
        await pilot.press("escape", "q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0


async def test_what_is_written_meanwhile_is_seen(tmp_path: Path) -> None:
    done, growing = tmp_path / "done.jsonl", tmp_path / "growing.jsonl"
    saved(done, SIXTY)
    run = Run(replace(SIXTY, alpha=0.1), load("blobs"))
    writer = RunWriter(str(growing), run)
    async with comparing(done, growing, target=40.0) as (app, pilot):
        assert "waiting" in row(app, "growing")
        writer.take(run.advance(30))
        await until(pilot, lambda: "following" in row(app, "growing"))
        writer.take(run.advance(30))
        await until(pilot, lambda: "done" in row(app, "growing"))
        assert f"{run.end().loss:.7g}" in row(app, "growing")
    writer.close()


async def test_a_file_that_goes_away_stops_none_of_the_others(tmp_path: Path) -> None:
    gone, growing = tmp_path / "gone.jsonl", tmp_path / "growing.jsonl"
    foreign(gone, {1: 5.0})
    foreign(growing, {1: 5.0})
    async with comparing(gone, growing) as (app, pilot):
        gone.unlink()
        await until(pilot, lambda: "unreadable" in row(app, "gone"))
        foreign(growing, {1: 5.0, 2: 4.5})
        await until(pilot, lambda: " 4.5 " in row(app, "growing"))
        assert screen(app).count("no such file") == 1


async def test_the_end_of_a_foreign_run_is_logged_when_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "torch.jsonl"
    foreign(path, {1: 5.0})
    async with comparing(path) as (app, pilot):
        with path.open("a") as file:
            file.write('{"stop": "enough", "message": "this will do"}\n')
        await until(pilot, lambda: "this will do" in screen(app))


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_the_run_in_front_is_in_sight_however_many_there_are(tmp_path: Path, size: tuple[int, int]) -> None:
    paths = [tmp_path / f"r{number}.jsonl" for number in range(12)]
    for path in paths:
        foreign(path, {1: 5.0, 2: 4.0})
    async with comparing(*paths, size=size) as (app, pilot):
        for number in range(1, 12):
            await press(pilot, "down")
            await until(pilot, lambda number=number: "▶" in row(app, f"r{number}"))
        await pilot.resize_terminal(size[0] + 1, size[1])
        await until(pilot, lambda: "▶" in row(app, "r11"))


async def test_one_file_with_nothing_but_losses_has_its_log(tmp_path: Path) -> None:
    foreign(tmp_path / "torch.jsonl", {100: 5.0, 200: 2.5})
    async with comparing(tmp_path / "torch.jsonl") as (app, pilot):
        text = screen(app)
        assert "… [INFO] epoch #200, loss=2.5000000" in text
        assert "not all can be shown" in text
        await press(pilot, "left")
        assert snapshot(app).at == 199
        assert marked(app) == ["[INFO] epoch #100, loss=5.0000000"]


async def test_what_was_asked_for_while_such_a_file_was_read_goes_with_the_screen_before(tmp_path: Path) -> None:
    path, gate = tmp_path / "torch.jsonl", threading.Event()
    foreign(path, {1: 5.0})
    app = front.watching([str(path)], None, Display(), CastSettings(str(tmp_path / "film.cast")))
    begin = app.begin
    app.begin = lambda: begin() if gate.wait(10) else pytest.fail("the help never came")
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        gate.set()
        await until(pilot, lambda: isinstance(app.board, ComparisonBoard) and app.board.snapshot is not None)
        assert app.screen is app.board
        assert "● rec" in screen(app)
    app.film.end()


async def test_what_is_no_run_file_ends_it_with_the_reason(tmp_path: Path) -> None:
    for others in ((), (tmp_path / "also-missing.jsonl",)):
        app = watching(tmp_path / "missing.jsonl", *others)
        async with app.run_test() as pilot:
            await until(pilot, lambda app=app: not app.is_running)
        assert "no such file" in (app.failure or "")
        assert app.return_value == 2

"""Steering somebody else's script from the screen that shows its log."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gdtui import log
from gdtui.session.opening import AnySession
from gdtui.settings import Display
from gdtui.tui import front
from tests.script.reading import marks_of
from tests.tui.driving import press, running, screen, snapshot, until
from tests.tui.test_logs import looking


async def test_the_arrows_ask_a_run_that_is_alone_for_another_alpha(tmp_path: Path) -> None:
    run = log(tmp_path / "run.jsonl", alpha=0.1)
    run(epoch=1, loss=1.0)
    async with looking(tmp_path / "run.jsonl") as (app, pilot):
        assert "alpha 0.1" in screen(app).splitlines()[0]
        assert "↑↓ Alpha" in screen(app)
        await press(pilot, "up", "up", "down", "up")
        await until(pilot, lambda: "alpha 0.1, asked for alpha 0.5" in screen(app))
        assert run.alpha == 0.5
        await until(pilot, lambda: "epoch 1: alpha 0.5 (by" in screen(app))
        assert "alpha 0.5" in screen(app).splitlines()[0]
        assert "asked for" not in screen(app).splitlines()[0]


async def test_a_script_is_paused_and_goes_on_and_ends(tmp_path: Path) -> None:
    run = log(tmp_path / "run.jsonl", epochs=10)
    run(epoch=1, loss=1.0)
    async with looking(tmp_path / "run.jsonl") as (app, pilot):
        for is_paused, state in ((True, "paused"), (False, "following")):
            await press(pilot, "space")
            await until(pilot, lambda wanted=is_paused: run.paused is wanted)
            await until(pilot, lambda wanted=state: wanted in screen(app).splitlines()[0])
        await press(pilot, "plus", "minus", "E")
        assert not run.should_stop
        await press(pilot, "E")
        await until(pilot, lambda: run.should_stop)
        assert run.epochs == 10
        run.close()
        await until(pilot, lambda: "ended" in screen(app).splitlines()[0])
        await press(pilot, "space")
        await until(pilot, lambda: "run has ended" in screen(app))
        assert "space Pause" not in screen(app)


@pytest.mark.parametrize(("key", "typed", "name", "value"), [("a", "0.25", "alpha", 0.25), ("e", "30", "epochs", 30)])
async def test_what_is_asked_for_can_be_typed(tmp_path: Path, key: str, typed: str, name: str, value: float) -> None:
    run = log(tmp_path / "run.jsonl")
    run(epoch=1, loss=1.0)
    assert math.isnan(run.alpha)
    async with looking(tmp_path / "run.jsonl") as (app, pilot):
        await press(pilot, "up")
        await until(pilot, lambda: "does not tell its alpha; a types one" in screen(app))
        await pilot.press(key, *typed, "enter")
        await until(pilot, lambda: getattr(run, name) == value)


async def test_of_several_runs_the_arrows_choose_and_that_in_front_is_steered(tmp_path: Path) -> None:
    runs = [log(tmp_path / f"{name}.jsonl", alpha=0.1) for name in "ab"]
    for run in runs:
        run(epoch=1, loss=1.0)
    async with looking(tmp_path / "a.jsonl", tmp_path / "b.jsonl") as (app, pilot):
        assert "↑↓ Alpha" not in screen(app)
        await press(pilot, "down")
        assert snapshot(app).front == 1
        await press(pilot, "space")
        await until(pilot, lambda: runs[1].paused)
        assert not runs[0].paused
        assert not (tmp_path / "a.jsonl.steer").exists()
        await until(pilot, lambda: "b: epoch 1: paused" in screen(app))
        await until(pilot, lambda: "space Go on" in screen(app).splitlines()[-1])


async def test_guests_cannot_steer(tmp_path: Path) -> None:
    run = log(tmp_path / "run.jsonl", alpha=0.1, epochs=10)
    run(epoch=1, loss=1.0)
    app = front.looking([str(tmp_path / "run.jsonl")], None, (), replace(Display(), guest=True))
    async with running(app) as (app, pilot):
        for key in ("space", "up", "a", "e", "plus", "E", "E"):
            app.clear_notifications()
            await press(pilot, key)
            await until(pilot, lambda: "nobody steers from here" in screen(app))
        assert "Alpha" not in screen(app)
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]


async def test_a_log_that_nobody_steers_says_so(tmp_path: Path) -> None:
    (tmp_path / "theirs.jsonl").write_text('{"epoch":1,"loss":1}\n')
    async with looking(tmp_path / "theirs.jsonl") as (app, pilot):
        for key in ("space", "up", "a", "e", "plus", "E"):
            app.clear_notifications()
            await press(pilot, key)
            await until(pilot, lambda: "theirs can only be looked at" in screen(app))
        assert "Alpha" not in screen(app)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.jsonl"]
    assert marks_of(tmp_path / "theirs.jsonl", "steered") == []


async def test_keys_that_come_before_there_is_a_session_are_heeded(tmp_path: Path) -> None:
    run, is_typed = log(tmp_path / "run.jsonl", alpha=0.1), threading.Event()
    run(epoch=1, loss=1.0)
    app = front.looking([str(tmp_path / "run.jsonl")], None, (), Display())
    begin = app.begin

    def begun() -> AnySession:
        is_typed.wait()
        return begin()

    app.begin = begun
    async with app.run_test() as pilot:
        await pilot.press("up", "up")
        is_typed.set()
        await until(pilot, lambda: run.alpha == 0.5)
        await until(pilot, lambda: "alpha 0.5" in screen(app).splitlines()[0])


async def test_whoever_leaves_before_there_is_a_session_leaves(tmp_path: Path) -> None:
    app, is_left = front.looking([str(tmp_path)], None, (), Display()), threading.Event()
    begin = app.begin

    def begun() -> AnySession:
        is_left.wait()
        return begin()

    app.begin = begun
    async with app.run_test() as pilot:
        await pilot.press("q")
        is_left.set()
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0

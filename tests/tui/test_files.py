"""Run files in the app: saved, resumed and watched."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from gdtui.tui.stage import Stage

from gdtui.charts.roles import Role
from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import reopen
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import DataSettings
from gdtui.tui.chart_view import ChartView
from gdtui.tui.dialogs import Question
from tests.tui.driving import FIVE, keys, log, marked, running, screen, status, step, until


def saved(path: Path, epochs: int = 5, done: int = 5) -> Run:
    """A run in a file, so many of its epochs done."""
    run = Run(replace(FIVE, epochs=epochs), load("blobs"))
    recorder = RunWriter(str(path), run)
    recorder.take(run.advance(done))
    recorder.close()
    return run


@pytest.mark.parametrize("key", keys("save"))
async def test_the_run_is_saved_under_the_name_that_is_typed_and_over_no_other(key: str, tmp_path: Path) -> None:
    there, new = tmp_path / "there.jsonl", tmp_path / "new.jsonl"
    there.write_text("precious")
    async with running() as (app, pilot):
        await step(app, pilot, 2)
        await pilot.press(key)
        for name in ("", tmp_path / "no" / "folder", there, new):
            assert isinstance(app.screen, Question)
            app.screen.query_one("Input").value = str(name)
            await pilot.press("enter")
            await pilot.pause()
        assert not isinstance(app.screen, Question)
        await until(pilot, lambda: str(new) in log(app)[-1])
        await step(app, pilot)
        await pilot.press(key)
        await pilot.pause()
        assert not isinstance(app.screen, Question)  # it is being saved already
    assert there.read_text() == "precious"
    assert RunFile(str(new)).branch.epochs == [1, 2, 3]


async def test_all_branches_are_saved_and_come_back_with_resume(tmp_path: Path) -> None:
    path = str(tmp_path / "tree.jsonl")
    async with running(replace(FIVE, epochs=30)) as (app, pilot):
        await step(app, pilot, 6)
        await pilot.press("left", "left", "up", "f", "space")
        await until(pilot, lambda: len(app.stage.branches) == 2)
        await step(app, pilot, 2)
        await pilot.press("w")
        app.screen.query_one("Input").value = path
        await pilot.press("enter")
        await until(pilot, lambda: path in log(app)[-1])
        wanted = [(run.done, run.weights.tobytes()) for run in app.stage.branches]
        app.stage.close()
    async with running(begin=partial(Stage.resume, path, None, None)) as (app, pilot):
        assert [(run.done, run.weights.tobytes()) for run in app.stage.branches] == wanted
        assert app.run_shown is app.stage.branches[1]
        await pilot.press("b")
        await until(pilot, lambda: app.run_shown is app.stage.branches[0])
        await step(app, pilot)
    found = reopen(RunFile(path))
    assert [run.done for run in found] == [wanted[0][0] + 1, wanted[1][0]]


async def test_a_resumed_run_goes_on_in_its_file_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    saved(path, epochs=5, done=2)
    async with running(begin=partial(Stage.resume, str(path), 6, None), paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).state == "done")
        assert status(app).epoch == 6
    whole = Run(replace(FIVE, epochs=6), load("blobs"))
    whole.advance(6)
    assert reopen(RunFile(str(path)))[0].weights.tobytes() == whole.weights.tobytes()


async def test_what_another_writes_is_followed_to_its_end(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    run = Run(replace(FIVE, epochs=8), load("blobs"))
    recorder = RunWriter(path, run)
    async with running(begin=partial(Stage.watch, path)) as (app, pilot):
        assert status(app).state == "waiting"
        for _ in range(2):
            recorder.take(run.advance(3))
            await until(pilot, lambda: status(app).epoch == run.done)
            assert status(app).state == "following"
        await pilot.press("n", "up", "r")  # it belongs to another: nothing of this steers it
        recorder.take(run.advance(3))
        await until(pilot, lambda: status(app).state == "done")
        assert status(app).loss == run.measure().loss
        assert [line for line in log(app) if "epoch #" in line][-1].startswith("[INFO] epoch #8, ")
        await pilot.press("home")
        await until(pilot, lambda: status(app).epoch == 1)
    recorder.close()


async def test_a_run_whose_data_is_gone_is_shown_without_its_points(tmp_path: Path) -> None:
    table, path = tmp_path / "points.csv", tmp_path / "run.jsonl"
    table.write_text("a,b,class\n1,2,no\n2,3,yes\n3,1,no\n4,6,yes\n")
    data = DataSettings(str(table))
    run = Run(replace(FIVE, data=data), load(data))
    recorder = RunWriter(str(path), run)
    for _ in range(5):
        recorder.take(run.advance(1))
    recorder.close()
    table.unlink()
    async with running(begin=partial(Stage.watch, str(path))) as (app, pilot):
        await until(pilot, lambda: "accuracy" in screen(app))
        assert "The rows" not in screen(app)  # where there is little room, this would take the curve's
        await pilot.press("t")
        for words in ("4 rows, 2 features, standardised", "points not at hand", "The rows are not at hand"):
            assert words in screen(app), screen(app)
        assert any("no such file" in line for line in log(app))
        assert status(app).accuracy == run.measure().accuracy
        await pilot.press("left", "left")
        await until(pilot, lambda: status(app).epoch == 4)
        then = run.moment(4)
        assert (status(app).loss, status(app).accuracy) == (then.loss, then.accuracy)
        chart = app.query_one("#scatter", ChartView).chart
        assert np.isin((Role.BOUNDARY, Role.CLASS_0), chart.roles).tolist() == [True, False]
        await pilot.press("p")
        await until(pilot, lambda: status(app).state == "done")
        await pilot.press("f", "n", "w", "b", "t", "i", "l")
        assert status(app).epoch == 5


def untold(path: Path) -> None:
    """Take away what a file says beside loss and weights."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        for name in ("confusion", "gradient", "end"):
            line.pop(name, None)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


async def test_what_a_file_does_not_tell_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    saved(path)
    untold(path)
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header.replace('"digest": "', '"digest": "0'), *lines]))
    async with running(begin=partial(Stage.watch, str(path)), size=(140, 40)) as (app, pilot):
        await until(pilot, lambda: "has changed" in screen(app))
        await pilot.press("t")
        assert (status(app).accuracy, status(app).epoch) == (None, 5)
        assert "accuracy       –" in screen(app)
        assert "the file has none for this epoch" in screen(app)


@pytest.mark.parametrize("begin", ["watch", "resume"])
async def test_the_log_begins_with_what_the_file_holds(tmp_path: Path, begin: str) -> None:
    path = str(tmp_path / "run.jsonl")
    run = Run(replace(FIVE, epochs=6), load("blobs"))
    recorder = RunWriter(path, run)
    recorder.take(run.advance(2))
    run.set_alpha(0.5)
    recorder.take(run.advance(4 if begin == "watch" else 2))
    recorder.close()
    first = Stage.watch if begin == "watch" else partial(Stage.resume, epochs=None, alpha=None)
    async with running(begin=partial(first, path)) as (app, pilot):
        await until(pilot, lambda: "accuracy" in screen(app))
        lines = [f"[INFO] epoch #{number}, loss={loss:.7f}" for number, loss in enumerate(run.history.losses, 1)]
        known = ["[INFO] starting training...", *lines[:2], f"alpha {FIVE.alpha:g} → 0.5 from epoch 3", *lines[2:]]
        news = ["all 6 epochs done", f"{path}: ended"] if begin == "watch" else ["going on after epoch 4"]
        assert log(app) == [*known, *news]
        await pilot.press("left", "left")
        assert marked(app) == [lines[-2 if begin == "watch" else -3]]


async def test_of_a_long_run_the_log_has_the_last(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    run = saved(tmp_path / "run.jsonl", epochs=30_000, done=30_000)
    async with running(begin=partial(Stage.watch, path)) as (app, _):
        loss = run.history.losses[7_001]
        begin = ["[INFO] starting training...", "the log begins at epoch 7002", f"[INFO] epoch #7002, loss={loss:.7f}"]
        assert log(app)[:3] == begin


async def test_what_was_steered_before_leaving_counts_for_who_goes_on(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    async with running(begin=partial(Stage.load, replace(FIVE, epochs=30), save=path)) as (app, pilot):
        await step(app, pilot, 3)
        await pilot.press("up", "+")
        wanted = app.run_shown.alpha, app.run_shown.epochs
        assert wanted[0] != FIVE.alpha
        assert wanted[1] != 30
        app.stage.close()
    async with running(begin=partial(Stage.resume, path, None, None)) as (app, pilot):
        assert (app.run_shown.alpha, app.run_shown.epochs, app.run_shown.done) == (*wanted, 3)
        await step(app, pilot)
        assert app.run_shown.history.alphas == [(1, FIVE.alpha), (4, wanted[0])]
        await pilot.press("left", "down", "f")
        await until(pilot, lambda: len(app.stage.branches) == 2)
        app.stage.close()
    async with running(begin=partial(Stage.resume, path, None, None)) as (app, pilot):
        assert [run.done for run in app.stage.branches][:1] == [4]
        assert app.run_shown is app.stage.branches[1]


async def test_the_title_says_where_the_weights_of_a_file_came_from(tmp_path: Path) -> None:
    for init, words in (("uniform", "seed 7"), ("zeros", "from zeros"), ("ones", "from ones"), (None, "given weights")):
        path = str(tmp_path / f"{init}.jsonl")
        settings = replace(FIVE, seed=7, **({} if init is None else {"init": init}))
        RunWriter(path, Run(settings, load("blobs"))).close()
        assert Stage.watch(path).title().endswith(words)
        assert Stage.resume(path, None, None).title().endswith(words)


async def test_the_corner_says_where_the_run_is_saved(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    async with running(begin=partial(Stage.load, replace(FIVE, epochs=30), save=path)) as (app, pilot):
        await until(pilot, lambda: "saved in run.jsonl" in screen(app))
        await pilot.press("r")
        await until(pilot, lambda: "not saved" in screen(app))
        assert f"{path} holds the run before; w saves this one" in log(app)
        await step(app, pilot, 2)
        await pilot.press("left", "w")
        other = tmp_path / "other.jsonl"
        app.screen.query_one("Input").value = str(other)
        await pilot.press("enter")
        await until(pilot, lambda: "saved in other.jsonl" in screen(app))
        # In the past the log shows that epoch's lines, so it is said in the corner.
        assert any(str(other) in notice.message for notice in app._notifications)
        app.stage.close()
    async with running() as (app, pilot):
        await step(app, pilot)
        await pilot.press("r")
        await pilot.pause()
        assert "saved" not in screen(app)


async def test_brackets_in_a_name_are_no_markup() -> None:
    async with running() as (app, pilot):
        await pilot.press("w")
        app.screen.query_one("Input").value = "[/x]/y"
        await pilot.press("enter")
        await until(pilot, lambda: "there is no folder" in screen(app))
        assert "[/x]" in screen(app)
        await pilot.press("escape")
        app.notify("[/x] is [bold")
        await until(pilot, lambda: "[/x] is [bold" in screen(app))

"""Run files in the app: saved, resumed and watched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.events import Key
from textual.pilot import Pilot

from gdtui.charts.roles import Role
from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import reopen
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.session import opening
from gdtui.settings import DataSettings, Display
from gdtui.tui import front
from gdtui.tui.chart_view import ChartView
from gdtui.tui.dialogs import Question
from tests.tui.driving import (
    FIVE,
    FLAT_OUT,
    idle,
    keys,
    log,
    marked,
    notices,
    press,
    resumed,
    running,
    saved,
    screen,
    session,
    snapshot,
    status,
    step,
    until,
    watching,
)

THIRTY = replace(FIVE, epochs=30)


async def save_as(pilot: Pilot[int], path: object) -> None:
    """Have the run written under that name."""
    await pilot.press("w")
    pilot.app.screen.query_one("Input").value = str(path)
    await press(pilot, "enter")


@pytest.mark.parametrize("key", keys("save"))
async def test_the_run_is_saved_under_the_name_that_is_typed_and_over_no_other(key: str, tmp_path: Path) -> None:
    there, new = tmp_path / "there.jsonl", tmp_path / "new.jsonl"
    there.write_text("precious")
    async with running() as (app, pilot):
        await step(pilot, 2)
        await press(pilot, key)
        for name in ("", tmp_path / "no" / "folder", there, new):
            assert isinstance(app.board.dialog, Question)
            app.screen.query_one("Input").value = str(name)
            await press(pilot, "enter")
            await pilot.pause()
        assert not isinstance(app.board.dialog, Question)
        await idle(pilot)
        assert str(new) in log(app)[-1]
        await step(pilot)
        await press(pilot, key)
        await pilot.pause()
        assert not isinstance(app.board.dialog, Question)  # it is being saved already
    assert there.read_text() == "precious"
    assert RunFile(str(new)).branch.epochs == [1, 2, 3]


async def test_all_branches_are_saved_and_come_back_with_resume(tmp_path: Path) -> None:
    path = str(tmp_path / "tree.jsonl")
    async with running(THIRTY) as (app, pilot):
        await step(pilot, 6)
        await press(pilot, "left", "left", "up")
        await pilot.press("f", "space")
        await until(pilot, lambda: len(snapshot(app).names) == 2)
        await idle(pilot)
        await step(pilot, 2)
        await save_as(pilot, path)
        assert path in log(app)[-1]
        wanted = [(run.done, run.weights.tobytes()) for run in session(app).runs]
        app.session.close()
    async with running(resumed(path), paused=True) as (app, pilot):
        assert [(run.done, run.weights.tobytes()) for run in session(app).runs] == wanted
        assert session(app).run is session(app).runs[1]
        await press(pilot, "b")
        assert session(app).run is session(app).runs[0]
        await step(pilot)
    found = reopen(RunFile(path))
    assert [run.done for run in found] == [wanted[0][0] + 1, wanted[1][0]]


async def test_a_resumed_run_goes_on_in_its_file_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    saved(path, done=2)
    async with running(resumed(path, 6)) as (app, pilot):
        await until(pilot, lambda: status(app).state == "done")
        assert status(app).epoch == 6
    whole = Run(replace(FIVE, epochs=6), load("blobs"))
    whole.advance(6)
    assert reopen(RunFile(str(path)))[0].weights.tobytes() == whole.weights.tobytes()


async def test_what_another_writes_is_followed_to_its_end(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    run = Run(replace(FIVE, epochs=8), load("blobs"))
    writer = RunWriter(path, run)
    async with running(watching(path)) as (app, pilot):
        assert status(app).state == "waiting"
        for _ in range(2):
            writer.take(run.advance(3))
            await until(pilot, lambda: status(app).epoch == run.done)
            assert status(app).state == "following"
        await press(pilot, "n", "up", "r")  # it belongs to another: nothing of this steers it
        writer.take(run.advance(3))
        await until(pilot, lambda: status(app).state == "done")
        assert status(app).loss == run.end().loss
        assert [line for line in log(app) if "epoch #" in line][-1].startswith("[INFO] epoch #8, ")
        await press(pilot, "home")
        assert status(app).epoch == 1
    writer.close()


async def test_a_run_whose_data_is_gone_is_shown_without_its_points(tmp_path: Path) -> None:
    table, path = tmp_path / "points.csv", tmp_path / "run.jsonl"
    table.write_text("a,b,class\n1,2,no\n2,3,yes\n3,1,no\n4,6,yes\n")
    data = DataSettings(str(table))
    run = Run(replace(FIVE, data=data), load(data))
    writer = RunWriter(str(path), run)
    for _ in range(5):
        writer.take(run.advance(1))
    writer.close()
    table.unlink()
    async with running(watching(path)) as (app, pilot):
        await until(pilot, lambda: "accuracy" in screen(app))
        assert "The rows" not in screen(app)  # where there is little room, this would take the curve's
        await press(pilot, "t")
        for words in ("4 rows, 2 features, standardised", "points not at hand", "The rows are not at hand"):
            assert words in screen(app), screen(app)
        assert any("no such file" in line for line in log(app))
        assert status(app).accuracy == run.end().accuracy
        await press(pilot, "left", "left")
        assert status(app).epoch == 4
        then = run.moment(4)
        assert (status(app).loss, status(app).accuracy) == (then.loss, then.accuracy)
        chart = app.query_one("#second", ChartView).chart
        assert np.isin((Role.BOUNDARY, Role.CLASS_0), chart.roles).tolist() == [True, False]
        await pilot.press("p")
        await until(pilot, lambda: status(app).state == "done")
        await press(pilot, "f", "n", "w", "b", "t", "i", "l")
        assert status(app).epoch == 5


def untold(path: Path) -> None:
    """Take away what a file says beside loss and weights."""
    lines = [json.loads(line) for line in path.read_text().splitlines() if "check" not in line]
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
    async with running(watching(path), size=(140, 40)) as (app, pilot):
        await until(pilot, lambda: "has changed" in screen(app))
        await press(pilot, "t")
        assert (status(app).accuracy, status(app).epoch) == (None, 5)
        assert "accuracy       –" in screen(app)
        assert "the file has none for this epoch" in screen(app)


@pytest.mark.parametrize("begin", ["watch", "resume"])
async def test_the_log_begins_with_what_the_file_holds(tmp_path: Path, begin: str) -> None:
    path = str(tmp_path / "run.jsonl")
    run = Run(replace(FIVE, epochs=6), load("blobs"))
    writer = RunWriter(path, run)
    writer.take(run.advance(2))
    for event in run.set_alpha(0.5):
        writer.take(event)
    writer.take(run.advance(4 if begin == "watch" else 2))
    writer.close()
    async with running(watching(path) if begin == "watch" else resumed(path), paused=begin == "resume") as (app, pilot):
        await until(pilot, lambda: "accuracy" in screen(app))
        lines = [f"[INFO] epoch #{number}, loss={loss:.7f}" for number, loss in enumerate(run.history.losses, 1)]
        known = ["[INFO] starting training...", *lines[:2], f"alpha {FIVE.alpha:g} → 0.5 from epoch 3", *lines[2:]]
        news = ["all 6 epochs done", f"{path}: ended"] if begin == "watch" else ["going on after epoch 4"]
        assert log(app) == [*known, *news]
        await press(pilot, "left", "left")
        assert marked(app) == [lines[-2 if begin == "watch" else -3]]


async def test_of_a_long_run_the_log_has_the_last(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    run = saved(tmp_path / "run.jsonl", replace(FIVE, epochs=30_000))
    async with running(watching(path)) as (app, _):
        loss = run.history.losses[7_001]
        begin = ["[INFO] starting training...", "the log begins at epoch 7002", f"[INFO] epoch #7002, loss={loss:.7f}"]
        assert log(app)[:3] == begin


async def test_what_was_steered_before_leaving_counts_for_who_goes_on(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    async with running(front.training(THIRTY, Display(), path), paused=True) as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "up", "+")
        wanted = session(app).run.alpha, session(app).run.epochs
        assert wanted[0] != FIVE.alpha
        assert wanted[1] != 30
        app.session.close()
    async with running(resumed(path), paused=True) as (app, pilot):
        assert (session(app).run.alpha, session(app).run.epochs, session(app).run.done) == (*wanted, 3)
        await step(pilot)
        assert session(app).run.history.alphas == [(1, FIVE.alpha), (4, wanted[0])]
        await press(pilot, "left", "down")
        await pilot.press("f", "space")
        await until(pilot, lambda: len(snapshot(app).names) == 2)
        await idle(pilot)
        app.session.close()
    async with running(resumed(path), paused=True) as (app, pilot):
        assert [run.done for run in session(app).runs][:1] == [4]
        assert session(app).run is session(app).runs[1]


async def test_the_title_says_where_the_weights_of_a_file_came_from(tmp_path: Path) -> None:
    for init, words in (("uniform", "seed 7"), ("zeros", "from zeros"), ("ones", "from ones"), (None, "given weights")):
        path = str(tmp_path / f"{init}.jsonl")
        settings = replace(FIVE, seed=7, **({} if init is None else {"init": init}))
        RunWriter(path, Run(settings, load("blobs"))).close()
        for begun in (opening.watch(path, Display()), opening.resume(path, None, None, Display())):
            assert begun.snapshot().title.endswith(words)
            begun.close()


async def test_the_corner_says_where_the_run_is_saved(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    async with running(front.training(THIRTY, Display(), path), paused=True) as (app, pilot):
        await until(pilot, lambda: "saved in run.jsonl" in screen(app))
        await pilot.press("r", "space")
        await until(pilot, lambda: "not saved" in screen(app))
        await idle(pilot)
        assert f"{path} holds the run before; w saves this one" in log(app)
        await step(pilot, 2)
        await press(pilot, "left")
        other = tmp_path / "other.jsonl"
        await save_as(pilot, other)
        assert "saved in other.jsonl" in screen(app)
        # In the past the log shows that epoch's lines, so it is said in the corner.
        assert any(str(other) in notice for notice in notices(app))
        app.session.close()
    async with running() as (app, pilot):
        await step(pilot)
        await pilot.press("r")
        await until(pilot, lambda: status(app).state == "done")
        assert "saved" not in screen(app)


async def test_what_could_not_be_saved_stays_to_be_read(tmp_path: Path) -> None:
    async with running(THIRTY, paused=True) as (app, pilot):
        await step(pilot, 2)
        await save_as(pilot, tmp_path / ("long" * 99))
        assert "not saved" in screen(app)
        assert any("cannot be written: File name too long" in line for line in log(app))
        await save_as(pilot, tmp_path / "good.jsonl")
        assert "saved in good.jsonl" in screen(app)
        assert app.session.close() is None
    async with running(THIRTY, paused=True) as (app, pilot):
        await save_as(pilot, tmp_path / ("long" * 99))
        assert "cannot be written: File name too long" in app.session.close()


async def test_brackets_in_a_name_are_no_markup() -> None:
    async with running() as (app, pilot):
        await press(pilot, "w")
        app.screen.query_one("Input").value = "[/x]/y"
        await press(pilot, "enter")
        await until(pilot, lambda: "there is no folder" in screen(app))
        assert "[/x]" in screen(app)
        await press(pilot, "escape")
        app.notify("[/x] is [bold")
        await until(pilot, lambda: "[/x] is [bold" in screen(app))


@pytest.mark.parametrize("size", [(40, 12), (120, 40)])
async def test_what_is_said_in_the_corner_covers_no_dialog_and_goes_with_the_next_key(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        app.notify("said before")
        await until(pilot, lambda: "said before" in screen(app))
        await press(pilot, "d")
        await until(pilot, lambda: "said before" not in screen(app) and "breast-cancer" in screen(app))
        area = app.board.dialog.region
        app.notify("said meanwhile " * 4)
        await until(pilot, lambda: len(app.screen.query("Toast")) == 1 and app.screen.query_one("Toast").region.area)
        shown = screen(app).split("\n")
        assert all("said" not in line[area.x : area.right] for line in shown[area.y : area.bottom])
        await press(pilot, "escape")
        assert notices(app) == []


async def test_a_long_notice_is_seen_to_its_end_or_cut_with_a_mark() -> None:
    async with running(size=(40, 12)) as (app, pilot):
        app.notify("begin " + "/folder" * 15 + " end")
        await until(pilot, lambda: " begin" in screen(app) and "end" in screen(app))
        app.clear_notifications()
        app.notify("begin " + "/folder" * 200)
        await until(pilot, lambda: "begin" in screen(app) and "…" in screen(app))


async def at_once(pilot: Pilot[int], *keys: str) -> None:
    """Keys that came in one read: nothing is done between them."""
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))
    await idle(pilot)


async def test_keys_that_come_with_the_one_that_opens_a_dialog_are_the_dialogs() -> None:
    async with running() as (app, pilot):
        await step(pilot)
        await at_once(pilot, "a", *"0.5", "enter")
        assert (app.board.dialog, snapshot(app).alpha) == (None, 0.5)
        for opening, closing in (("question_mark", "question_mark"), ("T", "escape"), ("e", "escape")):
            await at_once(pilot, opening, closing)
            assert app.board.dialog is None


async def test_a_dialog_that_is_gone_already_may_be_answered() -> None:
    async with running() as (app, pilot):
        await press(pilot, "question_mark")
        dialog = app.board.dialog
        await press(pilot, "escape")
        dialog.action_answer()
        await idle(pilot)
        assert app.board.dialog is None


async def test_a_dialog_that_is_answered_twice_in_one_read_is_answered_once(tmp_path: Path) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        await press(pilot, "w")
        app.screen.query_one("Input").value = str(tmp_path / "run.jsonl")
        await at_once(pilot, "enter", "enter")
        assert [notice.partition(" ")[0] for notice in notices(app)] == ["saved"]
        assert app.board.dialog is None
        before = snapshot(app).run
        await press(pilot, "d", "down")
        await at_once(pilot, "enter", "enter")
        await until(pilot, lambda: snapshot(app).run is not before)
        assert sum("holds the run before" in line for line in log(app)) == 1
    async with running(replace(FIVE, epochs=2_000), FLAT_OUT, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).state == "done")
        await press(pilot, "r")
        await at_once(pilot, "w", "w")
        assert len(app.screen.query(Question)) == 1
        await press(pilot, "escape")
        assert app.board.dialog is None

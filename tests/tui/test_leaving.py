"""What ends a run: leaving, starting over, other data. Nothing is lost unasked, and what is kept is told."""

from __future__ import annotations

import gc
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.worker import Worker

from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.run import Run
from gdtui.runs.writer import continued
from gdtui.session import opening
from gdtui.settings import CastSettings, DataSettings, Display, Settings
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.dialogs import Confirm, Question
from tests.terminal.harness import GDTUI, Terminal
from tests.tui.driving import (
    FIVE,
    FLAT_OUT,
    START,
    finish,
    idle,
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
    watching,
)

THOUSANDS = replace(FIVE, epochs=2_000)
ENDING = {"q": ["q"], "r": ["r"], "R": ["R"], "d": ["d", "home", "enter"]}
"""The keys that end a run."""


# Leaving in the middle


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_what_is_printed_in_the_middle_of_a_pull_is_what_the_file_holds(key: str, tmp_path: Path) -> None:
    path, film = tmp_path / "run.jsonl", tmp_path / "film.cast"
    # So many rows that no epoch of these few seconds is one that a file leaves out.
    options = ["--speed", "max", "--epochs", "1e9", "--init", "zeros", "--samples", "200000", "--save", str(path)]
    with Terminal([*GDTUI, *options, "--record", str(film)]) as terminal:
        shown = re.compile(r"epoch +[\d,]{2,}/1,000,000,000")
        terminal.wait_for(lambda terminal: shown.search(terminal.screen_text()) is not None)
        terminal.send(key)
        assert terminal.wait_exit() == {"q": 0, "ctrl+c": 130}[key]
        printed = "\n".join(terminal.printed())
    told = re.search(r"blobs: (\d+) epochs, alpha 0\.01, loss ([\d.]+), accuracy .* \(stopped early\)", printed)
    assert told is not None, printed
    done = int(told[1])
    data = DataSettings(samples=200_000)
    whole = Run(Settings(data, epochs=10**9, init="zeros"), load(data))
    whole.advance(done)
    assert told[2] == f"{whole.end().loss:.7f}"
    branch = RunFile(str(path)).branch
    assert (branch.epochs[-1], branch.losses[-1]) == (done, whole.history.losses[-1])
    assert f"saved in {path}" in printed
    assert f"recorded in {film}" in printed  # the one does not hide the other


async def test_whoever_leaves_as_the_session_begins_is_told_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """A coroutine that was made, and never begun, would complain on the normal screen."""
    original = GdtuiApp.run_worker

    def ended_at_once(app: GdtuiApp, *args: Any, **options: Any) -> Worker[Any]:
        worker = original(app, *args, **options)
        worker.cancel()
        return worker

    monkeypatch.setattr(GdtuiApp, "run_worker", ended_at_once)
    app = front.training(FIVE, FLAT_OUT)
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(app.workers) == 0 and app.session is None)
    gc.collect()
    assert [str(warning.message) for warning in recwarn if warning.category is RuntimeWarning] == []


# Asking first


async def full(app: GdtuiApp, pilot: Pilot[int]) -> None:
    """Train more epochs than are dropped without a question."""
    await until(pilot, lambda: status(app).state == "done")
    await idle(pilot)


async def ended(app: GdtuiApp, pilot: Pilot[int], key: str, before: Run) -> None:
    """See that the key did what it does: the app was left, or trains another run."""
    if key == "q":
        await until(pilot, lambda: not app.is_running)
    else:
        await until(pilot, lambda: snapshot(app).run is not before)


@pytest.mark.parametrize("key", ENDING)
async def test_a_long_run_in_no_file_is_not_dropped_without_a_question(key: str) -> None:
    async with running(THOUSANDS, FLAT_OUT, paused=False) as (app, pilot):
        await full(app, pilot)
        before = snapshot(app).run
        for no in ("n", "escape"):
            await press(pilot, *ENDING[key])
            assert isinstance(app.board.dialog, Confirm)
            assert "2,000 epochs are in no file" in screen(app)
            await press(pilot, no)
            assert app.board.dialog is None
            assert (snapshot(app).run, snapshot(app).done) == (before, 2_000)
        await pilot.press(*ENDING[key], "y")
        await ended(app, pilot, key, before)


@pytest.mark.parametrize("key", ENDING)
async def test_it_can_be_saved_first(key: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with running(THOUSANDS, FLAT_OUT, paused=False) as (app, pilot):
        await full(app, pilot)
        before = snapshot(app).run
        await press(pilot, *ENDING[key], "w")
        assert isinstance(app.board.dialog, Question)
        await press(pilot, "escape")  # which drops nothing
        assert (app.board.dialog, snapshot(app).run) == (None, before)
        await press(pilot, *ENDING[key], "w")
        app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await ended(app, pilot, key, before)
        if key == "q":
            app.session.close()
    assert RunFile(str(path)).branch.epochs[-1] == 2_000
    assert (app.return_value == 0) is (key == "q")


@pytest.mark.parametrize("key", ENDING)
async def test_a_save_that_fails_drops_nothing(key: str, tmp_path: Path) -> None:
    async with running(THOUSANDS, FLAT_OUT, paused=False) as (app, pilot):
        await full(app, pilot)
        before = snapshot(app).run
        await press(pilot, *ENDING[key], "w")
        app.screen.query_one("Input").value = "/proc/run.jsonl"  # a folder in which nobody can make a file
        await press(pilot, "enter")
        assert any("cannot be written" in notice for notice in notices(app))
        assert (app.is_running, snapshot(app).run) == (True, before)


@pytest.mark.parametrize("key", ENDING)
async def test_a_run_with_forks_is_asked_for_too(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "home")
        await pilot.press("f")
        await until(pilot, lambda: status(app).state == "done")
        await press(pilot, *ENDING[key])
        assert isinstance(app.board.dialog, Confirm)
        assert "2 branches are in no file" in screen(app)


@pytest.mark.parametrize("key", ENDING)
async def test_a_short_run_is_dropped_without_a_question(key: str) -> None:
    async with running(Settings(init=START)) as (app, pilot):  # as long as a run is by default
        await finish(pilot)
        before = snapshot(app).run
        await pilot.press(*ENDING[key])
        await ended(app, pilot, key, before)


async def test_a_run_that_is_in_a_file_and_one_that_is_watched_are_left_without_a_question(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with running(front.training(THOUSANDS, FLAT_OUT, str(path))) as (app, pilot):
        await full(app, pilot)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    app.session.close()
    async with running(watching(path)) as (app, pilot):
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0


async def test_the_question_can_be_read_in_a_small_window() -> None:
    async with running(THOUSANDS, FLAT_OUT, size=(40, 12), paused=False) as (app, pilot):
        await full(app, pilot)
        await press(pilot, "q")
        columns = app.screen.query_one("Dialog").content_region.column_span
        text = " ".join(" ".join(line[slice(*columns)] for line in screen(app).split("\n")).split())
        assert "y drops them, w saves first, n or escape stays here" in text


async def test_nobody_is_asked_who_leaves_at_once() -> None:
    async with running(THOUSANDS, FLAT_OUT, paused=False) as (app, pilot):
        await full(app, pilot)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 130


# The file of the run before


@pytest.mark.parametrize("key", ["r", "R", "d"])
async def test_the_file_of_the_run_before_is_closed_and_free(key: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    async with running(front.training(FIVE, FLAT_OUT, str(path)), paused=True) as (app, pilot):
        await finish(pilot)
        before = snapshot(app).run
        await pilot.press(*ENDING[key])
        await until(pilot, lambda: snapshot(app).run is not before and status(app).state == "done")
        told = f"{path} holds the run before; w saves this one"
        assert told in log(app)
        assert told in notices(app)
        _, run, writer = continued(str(path), epochs=7)  # another may go on in it
        writer.take(run.advance(2))
        writer.close()
    assert RunFile(str(path)).branch.epochs == [1, 2, 3, 4, 5, 6, 7]


# Where it went


async def test_pictures_and_films_say_where_they_went(tmp_path: Path) -> None:
    async with running() as (app, pilot):
        said = []
        for key in ("s", "ctrl+r", "ctrl+r"):
            await press(pilot, key)
            said += notices(app)
        (still,), (film,) = (list(tmp_path.glob(f"*.{kind}")) for kind in ("svg", "cast"))
        for words in (f"saved a picture in {still.name}", f"recording into {film.name}", f"recorded in {film.name}"):
            assert words in said
            assert words in log(app)


async def test_a_film_is_ended_and_told_of_where_it_was_begun_with_the_app(tmp_path: Path) -> None:
    app = front.training(FIVE, FLAT_OUT, film=CastSettings("begun.cast"))
    async with running(app) as (app, pilot):
        await press(pilot, "ctrl+r")
        assert "recorded in begun.cast" in notices(app)


async def test_what_is_drawn_while_the_screen_is_taken_down_is_not_shown() -> None:
    """A frame may be drawn in its thread when the app is left: its panels have lost their styles by then."""
    async with running() as (app, pilot):
        await press(pilot, "t")
    app.redraw()
    await app._show(app.board.snapshot, None)


async def test_a_hangup_before_the_first_frame_goes_on_in_the_file_too(tmp_path: Path, monkeypatch) -> None:
    """A session that trains has something to go on with, also where nothing of it has been drawn yet."""
    path = str(tmp_path / "run.jsonl")
    display = Display(detach=True)
    app = front.training(FIVE, display, path)
    app.session = opening.begin(FIVE, display, path)
    begun: list[list[str]] = []

    def execute(_: str, command: list[str]) -> None:
        begun.append(command)
        raise SystemExit

    monkeypatch.setattr("os.execv", execute)
    monkeypatch.setattr("os._exit", lambda code: pytest.fail(f"it ended with {code}"))
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    app.on_load()
    with pytest.raises(SystemExit):
        app.hung_up()
    assert begun[0][-5:-2] == ["resume", path, "--plain"]


async def test_what_a_run_has_come_to_is_told_also_where_its_session_does_not_answer() -> None:
    """A run that diverged is left with exit code 1, whatever the session is in the midst of."""
    app, ends = front.training(replace(FIVE, alpha=1e308), FLAT_OUT), threading.Event()
    async with running(app) as (app, pilot):
        await finish(pilot)
        turn = session(app).turn
        session(app).turn = lambda: (ends.wait(30), turn())[1]
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
        ends.set()
    assert app.return_value == 1

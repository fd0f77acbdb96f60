"""Data that is chosen while gdtui runs: by its name or its path, and what is seen while it is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from gdtui.data.progress import Progress
from gdtui.settings import DataSettings, Display
from gdtui.tui import front
from gdtui.tui.data_choice import DESCRIPTIONS, DataChoice, PathSuggester, completions, data_at, table_at
from gdtui.tui.dialogs import Line
from tests.tui.driving import (
    FIVE,
    LONG,
    SLOWLY,
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

ROWS = "a,b,class\n1,2,no\n2,3,yes\n3,1,no\n4,6,yes\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the app is begun: tables, and what is none."""
    for name in ("rows.csv", "more/deep.tsv", ".hidden/x.npz", "rows.txt", "runs.jsonl", "big.parquet"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(ROWS)
    return tmp_path


async def type_path(pilot: Pilot[Any], path: str) -> None:
    """Choose a file, also while it trains."""
    await pilot.press("d")
    await until(pilot, lambda: isinstance(pilot.app.focused, Input))
    await pilot.press(*path, "enter")


# The dialog


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 12)])
async def test_the_choice_says_what_is_made_up_and_what_is_real(folder: Path, size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await press(pilot, "d")
        for name, kind in (("xor", "made up"), ("blobs", "made up"), ("iris", "real"), ("breast-cancer", "real")):
            assert f"{name:<14} {kind}" in screen(app)
        for line, text in enumerate(DESCRIPTIONS.values()):
            is_there, is_cut = text in screen(app), "…" in screen(app) and size[0] == 60
            assert is_there == (size[0] >= 80) or is_cut, (line, text)
        kinds = [line for line in screen(app).splitlines() if "made up" in line]
        assert any("…" in line for line in kinds) == (size[0] == 60)
        assert not app.screen.query_one(DataChoice).query_one(OptionList).show_vertical_scrollbar  # the dialog has one


async def test_a_path_is_typed_with_tab_and_taken_with_enter(folder: Path) -> None:
    async with running() as (app, pilot):
        await press(pilot, "d", *"ro")
        typed = app.screen.query_one(Input)
        assert isinstance(typed, Line)
        await until(pilot, lambda: "rows.csv" in screen(app))  # suggested, while only ro is typed
        assert typed.value == "ro"
        await press(pilot, "tab")
        assert typed.value == "rows.csv"
        await press(pilot, "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "rows.csv")
        assert session(app).run.settings.data.source == "rows.csv"
        await press(pilot, "d")
        assert "rows.csv       real     your file" in screen(app)


async def test_what_was_done_last_holds_the_list_or_the_path(folder: Path) -> None:
    async with running() as (app, pilot):
        await press(pilot, "d", "down", *"rows.csv")
        choices = app.screen.query_one(OptionList)
        assert choices.highlighted is None
        await press(pilot, "down")
        assert choices.highlighted == 0
        await press(pilot, "down", "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "moons")


async def test_tab_completes_as_far_as_all_paths_are_alike_and_then_what_is_suggested(folder: Path) -> None:
    for name in ("sales-2023.csv", "sales-2024.csv"):
        (folder / name).write_text(ROWS)
    async with running() as (app, pilot):
        await press(pilot, "d", *"sa")
        typed = app.screen.query_one(Input)
        for shown, value in (("sales-2023.csv", "sales-202"), ("sales-2023.csv", "sales-2023.csv")):
            await until(pilot, lambda shown=shown: shown in screen(app))
            await press(pilot, "tab")
            assert typed.value == value
            assert typed.cursor_position == len(value)


async def test_what_was_found_before_the_last_letters_completes_these_too(folder: Path) -> None:
    (folder / "sales").mkdir()
    for name in ("sales-2023.csv", "sales-2024.csv", "stock.csv"):
        (folder / name).write_text(ROWS)
    paths = PathSuggester()
    await paths.get_suggestion("s")
    known = {"s": "s", "sa": "sales", "sales-": "sales-202", "sales-2024": "sales-2024.csv", "sales/": "", "r": ""}
    assert {typed: paths.common_to(typed) for typed in known} == known


async def test_options_are_taken_behind_the_path(folder: Path) -> None:
    async with running() as (app, pilot):
        await press(pilot, "d", *"rows.csv --target a --classes 1,2 --drop class", "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "rows.csv")
        given = DataSettings("rows.csv", target="a", classes=("1", "2"), drop=("class",))
        assert snapshot(app).run.settings.data == given
        before = snapshot(app).run
        await press(pilot, "space", "d", *"./rows.csv", "enter")  # the same file, of which all that was said holds
        await until(pilot, lambda: snapshot(app).run is not before)
        assert snapshot(app).run.settings.data == given


@pytest.mark.parametrize(
    ("typed", "settings"),
    [
        ("moons --noise 0.3 --samples 60", DataSettings("moons", noise=0.3, samples=60, seed=7)),
        ("moons --data-seed 3", DataSettings("moons", seed=3)),
        ("moons", DataSettings("moons", seed=7)),
        ("iris --data circles", DataSettings("iris", seed=7)),
        ("iris --classes all", DataSettings("iris", classes=("all",), seed=7)),
        ("blobs --centers 5", DataSettings("blobs", centers=5, seed=7)),
        ("own.csv", DataSettings("own.csv", target="a")),
        ("./own.csv", DataSettings("own.csv", target="a")),
        ("own.csv --missing mean", DataSettings("own.csv", missing="mean", seed=7)),
        ("my rows --a.csv", DataSettings("my rows --a.csv", seed=7)),
        ("my rows.csv  --no-standardize", DataSettings("my rows.csv", standardize=False, seed=7)),
        ("'my rows.csv' --drop 'a b,c'", DataSettings("my rows.csv", drop=("a b", "c"), seed=7)),
    ],
)
def test_what_is_typed_is_read_as_the_command_line_has_it(folder: Path, typed: str, settings: DataSettings) -> None:
    for name in ("own.csv", "my rows.csv", "my rows --a.csv"):
        (folder / name).write_text(ROWS)
    assert data_at(typed, [DataSettings("own.csv", target="a")], DataSettings(seed=7)) == settings


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("gone.csv", "gone.csv: no such file"),
        ("more/", "more/: is a directory, not a table"),
        ("rows.csv --missing no", "argument --missing: invalid choice: 'no'"),
        ("rows.csv --epochs 5", "unrecognized arguments: --epochs 5"),
        ("rows.csv --drop 'a", "No closing quotation"),
        ("rows.csv --help", "the options are those of the data in gdtui --help"),
        ("rows.csv -x", "unrecognized arguments: -x"),
    ],
)
async def test_what_cannot_be_is_told_in_the_dialog(
    folder: Path, typed: str, wrong: str, size: tuple[int, int]
) -> None:
    async with running(size=size) as (app, pilot):
        await step(pilot)
        run = session(app).run
        await press(pilot, "d", *typed, "enter")
        await until(pilot, lambda: all(word in screen(app) for word in wrong.split()))
        assert isinstance(app.board.dialog, DataChoice)
        await press(pilot, "escape")
        assert app.board.dialog is None
        assert (session(app).run, run.done) == (run, 1)


async def test_a_table_that_cannot_be_learnt_from_is_told_and_the_run_goes_on(folder: Path) -> None:
    (folder / "bad.csv").write_text("a,b,class\n1,x,no\n2,3,yes\n")
    async with running(LONG, SLOWLY, paused=False) as (app, pilot):
        await until(pilot, lambda: status(app).epoch >= 1)
        run = snapshot(app).run
        await type_path(pilot, "bad.csv")
        await until(pilot, lambda: any("no numbers in 'b'" in notice for notice in notices(app)))
        here = status(app).epoch
        await until(pilot, lambda: status(app).epoch > here)
        assert (snapshot(app).run, status(app).state) == (run, "training")


def test_completions_are_folders_and_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "ro\x1bws.csv").write_text(ROWS)
    assert set(completions("ro")) == {"rows.csv"}
    assert set(completions("m")) == {"more/"}
    assert set(completions("more/")) == {"more/deep.tsv"}
    assert set(completions("./")) == {"./rows.csv", "./more/", "./big.parquet"}
    assert set(completions(".")) == {".hidden/"}
    assert set(completions(f"{folder}/b")) == {f"{folder}/big.parquet"}
    for typed in ("", "nowhere/x", "\0", "rows.csv/"):
        assert set(completions(typed)) == set()
    monkeypatch.setenv("HOME", str(folder))
    assert set(completions("~/mo")) == {"~/more/"}
    assert table_at("~/rows.csv") == str(folder / "rows.csv")
    assert table_at("moons") == "moons"


# While it is read


@contextmanager
def awaited(path: Path) -> Iterator[Any]:
    """A table that does not come before it is let; returns whether somebody has it open, so that it has come."""
    os.mkfifo(path)

    def come(rows: bytes = ROWS.encode()) -> bool:
        with suppress(OSError):  # nobody has
            end = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            os.write(end, rows)
            os.close(end)
            return True
        return False

    yield come
    come(b"")  # whoever waits still may end


async def choose(app: Any, pilot: Pilot[Any], path: Path) -> None:
    await type_path(pilot, path.name)
    await until(pilot, lambda: status(app).state == "reading")
    assert status(app).tail == f"reading {path.name} …"


@pytest.mark.parametrize("paused", [True, False])
@pytest.mark.parametrize("is_good", [True, False])
async def test_the_old_run_stands_still_while_other_data_is_read(folder: Path, paused: bool, is_good: bool) -> None:
    path = folder / "late.csv"
    with awaited(path) as come:
        async with running(LONG, SLOWLY, paused=paused) as (app, pilot):
            await until(pilot, lambda: paused or status(app).epoch >= 2)
            await choose(app, pilot, path)
            old = snapshot(app).run
            here, alpha = old.done, old.alpha
            await pilot.press("n", "up", "p", "home", "r")  # which wait for it, or for the next run
            await until(pilot, lambda: session_answers(app))
            assert (snapshot(app).run, old.done, old.alpha) == (old, here, alpha)
            assert "reading late.csv …" in screen(app)
            rows = ROWS.encode() if is_good else b"a,b,class\n1,x,no\n"
            await until(pilot, lambda: come(rows))
            await until(pilot, lambda: status(app).state != "reading")
            if is_good:
                await until(pilot, lambda: snapshot(app).run.data.name == "late.csv")
            else:
                assert (snapshot(app).run, status(app).state) == (old, "paused" if paused else "training")
                assert paused == (old.done == here) or old.done >= here


def session_answers(app: Any) -> bool:
    """All that was asked for has been carried out, or put off."""
    return not app.session._queue


async def test_whoever_waits_for_other_data_can_give_it_up(folder: Path) -> None:
    path = folder / "late.csv"
    with awaited(path) as come:
        async with running() as (app, pilot):
            await step(pilot)
            await choose(app, pilot, path)
            await until(pilot, lambda: "space Stop" in screen(app))
            await press(pilot, "space")
            assert (status(app).state, status(app).epoch) == ("paused", 1)
            await until(pilot, come)
            await step(pilot)
            assert snapshot(app).run.data.name == "blobs"


async def test_whoever_waits_for_other_data_can_choose_again(folder: Path) -> None:
    path = folder / "late.csv"
    with awaited(path):
        async with running() as (app, pilot):
            await choose(app, pilot, path)
            await type_path(pilot, "rows.csv")
            await until(pilot, lambda: snapshot(app).run.data.name == "rows.csv")


async def test_the_first_data_is_awaited_by_name(folder: Path) -> None:
    path = folder / "late.csv"
    with awaited(path) as come:
        app = front.training(replace(FIVE, data=DataSettings(str(path))), Display())
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: "reading late.csv …" in screen(app))
            await until(pilot, come)
            await until(pilot, lambda: app.board.snapshot is not None)


def test_progress_is_told_as_far_as_it_is_known() -> None:
    progress = Progress()
    assert progress.text == ""
    progress.name = "a/late\n.csv"
    assert progress.text == "reading late .csv …"
    progress.saw(500, 1200)
    assert progress.text == "reading late .csv …  1,200 rows"
    progress.size = 2000
    assert progress.text == "reading late .csv …  1,200 rows  25%"

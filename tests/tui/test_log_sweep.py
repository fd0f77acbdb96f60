"""A sweep of many runs: which one won is the first question."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.content import Content

from gdtui.session.log import Entry
from gdtui.tui.app import GdtuiApp
from gdtui.tui.log_view import LogView
from gdtui.tui.logs_board import LogsBoard
from tests.tui.driving import press, screen, snapshot
from tests.tui.test_logs import log, looking, titles, training

RATES = 0.01, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.005, 0.015, 0.09, 0.035


def sweep(folder: Path, count: int = len(RATES)) -> list[Path]:
    """That of number 11 is the best."""
    return [log(folder / f"r{at:02}.jsonl", training(40, rate)) for at, rate in enumerate(RATES[:count])]


def rows(app: GdtuiApp) -> list[str]:
    """The names of the runs that are to be seen in the table."""
    return [line.split("━ ")[1].split()[0] for line in screen(app).splitlines() if "━ r" in line]


async def test_runs_are_sorted_by_a_key_and_the_best_comes_to_the_front(tmp_path: Path) -> None:
    async with looking(*sweep(tmp_path)) as (app, pilot):
        assert rows(app)[:3] == ["r00", "r01", "r02"]
        await press(pilot, "b")
        assert rows(app)[:4] == ["r11", "r08", "r07", "r06"]
        assert snapshot(app).front == 11
        await press(pilot, "down", "down")
        assert snapshot(app).front == 7
        await press(pilot, "b", "b")
        assert rows(app)[0] == "r00"
        assert snapshot(app).front == 7


async def test_there_is_nothing_to_sort_of_one_run(tmp_path: Path) -> None:
    async with looking(*sweep(tmp_path, 1)) as (app, pilot):
        before = screen(app)
        await press(pilot, "b")
        assert screen(app) == before
        assert "b Best" not in before


async def test_the_best_is_marked_and_what_has_no_room_is_told_and_reached(tmp_path: Path) -> None:
    async with looking(*sweep(tmp_path)) as (app, pilot):

        def table_title() -> str:
            return Content.from_markup(str(app.board.runs_table.border_title)).plain

        count = len(rows(app))
        assert table_title() == f"Runs 1–{count} of 13"
        await press(pilot, "b")
        assert next(line for line in screen(app).splitlines() if "best 0." in line).split()[2] == "r11"
        await press(pilot, "up")
        assert rows(app)[-1] == "r09"
        assert table_title() == f"Runs {14 - count}–13 of 13, best first"


async def test_no_part_of_the_runs_is_told_where_all_are_to_be_seen(tmp_path: Path) -> None:
    async with looking(*sweep(tmp_path, 2), size=(100, 30)) as (app, pilot):
        await press(pilot)
        assert "╭─ Runs ─" in screen(app)


async def test_many_runs_have_a_curve_each_that_of_the_table(tmp_path: Path) -> None:
    async with looking(*sweep(tmp_path)) as (app, pilot):
        assert titles(app)[0].split("  ")[1].startswith("val ")
        chart = app.board.query_one("#chart-1")
        text = "\n".join(chart.chart.lines())
        assert "r11" in text  # the best
        assert "r12" not in text  # there is no room for all names
        await press(pilot, "b")
        assert "r09" not in "\n".join(chart.chart.lines())  # the worst
        assert "b Best first" in screen(app).splitlines()[-1]
        await press(pilot, "o")
        assert titles(app)[0].split("  ")[1].startswith("train ")


async def test_a_table_has_the_last_value_up_to_the_cursor(tmp_path: Path) -> None:
    paths = [log(tmp_path / f"r{at}.jsonl", training(count)) for at, count in enumerate((39, 35, 20))]
    async with looking(*paths) as (app, pilot):
        await press(pilot, "end", "left")  # at step 380: the validation before was at 300
        assert "at 380" in screen(app)
        told = [line.split("━ ")[1].split() for line in screen(app).splitlines() if "━ r" in line]
        assert [row[4] for row in told] == ["0.74626", "–", "–"]  # the others were over before


async def test_what_is_waited_for_is_told_before_anything_is_read(tmp_path: Path) -> None:
    board = LogsBoard("runs/")
    assert "reading runs/ …" in str(board.title_view.render())
    assert board.why_line.lines(40, 1) == [[("· reading runs/ …", "why--neutral")]]
    assert "standard input" in LogsBoard("-").why_line.waiting


async def test_how_many_logs_are_left_out_is_told_at_every_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdtui.logs.walk.MOST_LOGS", 4)
    sweep(tmp_path)
    async with looking(tmp_path, size=(80, 24)) as (app, _):
        assert "4 runs, 9 left out" in screen(app)


def test_a_long_line_of_the_log_goes_on_where_nothing_else_stands() -> None:
    view = LogView()
    view._shown = 2, None, None
    view.entries = Entry("one two three four five six seven"), Entry("last", is_quiet=True)
    text = ["".join(piece for piece, _ in line) for line in view.lines(12, 4)]
    assert text == ["one two", "  three four", "  five six …", "last"]
    assert ["".join(piece for piece, _ in line) for line in view.lines(12, 2)] == ["one two thr…", "last"]
    assert [line[0][1] for line in view.lines(12, 2)] == ["log--event", "log--line"]

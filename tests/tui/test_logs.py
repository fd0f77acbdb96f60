"""Other people's runs in the app: charts of all their metrics, a table, filter, smoothing, and the cursor."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.pilot import Pilot

from gdtui.settings import Display
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.log_arrangement import SLOTS
from gdtui.tui.logs_board import LogsBoard
from tests.tui.driving import press, running, screen, snapshot, until

Record = dict[str, Any]


def log(path: Path, records: Iterable[Record]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def training(count: int = 60, rate: float = 0.05) -> list[Record]:
    """What many programs write."""
    return [
        {
            "step": 10 * step,
            "epoch": step // 20,
            "time": 1.7e9 + step,
            "train/loss": 2 * math.exp(-rate * step) + 0.1,
            "train/acc": 1 - math.exp(-rate * step),
            "lr": 0.1 / step,
            **({"val/loss": 2 * math.exp(-rate * step) + 0.3} if step % 10 == 0 else {}),
        }
        for step in range(1, count + 1)
    ]


@asynccontextmanager
async def looking(*paths: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[GdtuiApp, Pilot[int]]]:
    app = front.looking([str(path) for path in paths], None, (), Display())
    async with running(app, size=size) as (app, pilot):
        assert isinstance(app.board, LogsBoard)
        await press(pilot)
        yield app, pilot


def titles(app: GdtuiApp) -> list[str]:
    """Of the charts that are to be seen."""
    board = app.board
    here = [board.query_one(f"#{slot}") for slot in SLOTS if slot in board.arrangement.areas]
    return [Content.from_markup(str(slot.border_title)).plain for slot in here]


async def test_all_metrics_have_a_chart_by_what_they_measure(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training())) as (app, pilot):
        assert [title.split("  ")[0] for title in titles(app)] == ["▸ loss", "acc", "lr"]
        assert titles(app)[0].split("  ")[1:] == ["train 0.1996", "val 0.3996"]
        assert "60 records" in screen(app)
        await press(pilot, "home")
        assert "step 10" in screen(app)
        assert titles(app)[0].split("  ")[1:] == ["train 2.002", "val –"]
        await press(pilot, "right", "shift+right", "pagedown")
        assert snapshot(app).at == 1 + 1 + 10 + 6
        assert "step 180" in screen(app)
        await press(pilot, "end", "v")
        assert titles(app)[1].startswith("▸ acc")


async def test_x_goes_on_through_all_that_is_told_of_places(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training()), size=(80, 24)) as (app, pilot):
        for label in ("step (the latest)", "step (log)", "epoch", "time (s)", "record", "step"):
            await press(pilot, "X")
            assert label in screen(app)
    async with looking(log(tmp_path / "bare.jsonl", [{"loss": 2.0}, {"loss": 1.0}])) as (app, pilot):
        assert "record" in screen(app)
        await press(pilot, "X", "X", "X")
        assert "step" not in screen(app)


async def test_what_is_chosen_to_count_the_training_is_what_the_axis_is_called(tmp_path: Path) -> None:
    path = log(tmp_path / "run.jsonl", [{"seen": 64 * at, "loss": 1 / at, "step": at} for at in range(1, 30)])
    app = front.looking([str(path)], "seen", ("l*",), Display())
    async with running(app) as (app, pilot):
        await press(pilot, "home")
        assert "seen 64" in screen(app)
        assert "places are told by seen" in screen(app)
        assert any(line.strip("│ ") == "seen" for line in screen(app).splitlines())


async def test_a_filter_is_seen_with_each_letter(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training())) as (app, pilot):
        await press(pilot, "slash", "v", "a")
        assert [title.split("  ")[0] for title in titles(app)] == ["loss"]
        assert titles(app)[0].split("  ")[1:] == ["val 0.3996"]
        await press(pilot, "x")
        assert "no metric is called vax" in screen(app)
        await press(pilot, "backspace", "enter")
        assert len(titles(app)) == 1
        assert "/va" in screen(app)
        await press(pilot, "escape")
        assert len(titles(app)) == 3
        await press(pilot, "slash", "l", "r", "escape")
        assert len(titles(app)) == 3


async def test_smoothing_leaves_the_curve_behind_it(tmp_path: Path) -> None:
    from gdtui.charts.roles import FAINTS

    async with looking(log(tmp_path / "run.jsonl", training())) as (app, pilot):
        chart = app.board.query_one("#chart-1")
        values = []
        for _ in range(4):
            values.append((titles(app)[0], bool((chart.chart.roles == FAINTS[0]).any())))
            await press(pilot, "S")
        assert [is_faint for _, is_faint in values] == [False, True, True, True]
        assert len({title for title, _ in values}) == 4
        assert titles(app)[0] == values[0][0]


async def test_a_log_axis_is_chosen_for_the_chart_in_front(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training())) as (app, pilot):
        await press(pilot, "v", "l")
        assert titles(app)[1].startswith("▸ acc (log)")
        assert titles(app)[0].startswith("loss  ")
        await press(pilot, "l")
        assert titles(app)[1].startswith("▸ acc  ")


async def test_runs_are_told_apart_and_can_be_hidden(tmp_path: Path) -> None:
    paths = [log(tmp_path / f"r{at}.jsonl", training(40, 0.02 * at)) for at in (1, 2, 3)]
    async with looking(*paths) as (app, pilot):
        text = screen(app)
        assert "val/loss" in text
        assert "lowest" in text
        rows = [line for line in text.splitlines() if "━ r" in line]
        assert [line.split()[2] for line in rows[:1]] == ["r1"]
        await press(pilot, "down")
        assert snapshot(app).front == 1
        await press(pilot, "h")
        assert (snapshot(app).hidden, snapshot(app).front) == ({1}, 2)
        assert snapshot(app).seen == [2, 0]
        await press(pilot, "o")
        assert snapshot(app).seen == [2]
        await press(pilot, "o", "up", "h")
        assert snapshot(app).hidden == set()


async def test_the_cursor_stays_where_it_is_in_another_run(tmp_path: Path) -> None:
    paths = [log(tmp_path / "a.jsonl", training(40)), log(tmp_path / "b.jsonl", training(40)[4::5])]
    async with looking(*paths) as (app, pilot):
        await press(pilot, "home", "shift+right", "shift+right", "left")
        assert snapshot(app).at == 20
        await press(pilot, "down")
        assert snapshot(app).at == 4
        assert "step 200" in screen(app)


async def test_a_click_looks_at_that_place(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training())) as (app, pilot):
        await pilot.click("#chart-2", offset=(20, 5))
        await press(pilot)
        assert snapshot(app).at is not None
        assert titles(app)[1].startswith("▸ acc")


async def test_a_log_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "later.jsonl"
    async with looking(path) as (app, pilot):
        assert "waiting" in screen(app)
        log(path, training(5))
        await until(pilot, lambda: "train/loss" in screen(app) or "▸ loss" in screen(app))
        log(path, training(9))
        await until(pilot, lambda: "9 records" in screen(app))


async def test_a_last_value_that_is_no_number_is_told_as_its_log_has_it(tmp_path: Path) -> None:
    records = [*training(40), {"step": 410, "train/loss": math.nan, "train/acc": math.inf}]
    async with looking(log(tmp_path / "run.jsonl", records)) as (app, _):
        assert "train nan" in titles(app)[0]
        assert titles(app)[1].endswith("inf")


async def test_gaps_are_breaks_and_told(tmp_path: Path) -> None:
    records = training(40)
    for record in records[15:25]:
        record["train/loss"] = None
    async with looking(log(tmp_path / "run.jsonl", records)) as (app, pilot):
        assert "10 gaps" in screen(app)
        await press(pilot, "slash", *"train/loss", "enter")
        chart = app.board.query_one("#chart-1").chart
        used = (chart.roles[:, 6:] == 6).any(axis=0)
        first, last = used.argmax(), len(used) - used[::-1].argmax()
        assert not used[first:last].all()


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (30, 40), (80, 24), (120, 40), (200, 60), (200, 10), (100, 16)])
@pytest.mark.parametrize("count", [1, 3])
async def test_every_size_has_a_chart_or_says_what_it_can(tmp_path: Path, size: tuple[int, int], count: int) -> None:
    paths = [log(tmp_path / f"r{at}.jsonl", training()) for at in range(count)]
    async with looking(*paths, size=size) as (app, pilot):
        assert any("┤" in line or "└" in line for line in screen(app).splitlines()) or size[1] < 7
        await press(pilot, "z")
        assert len(titles(app)) <= 1
        await press(pilot, "escape")


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_the_speed_of_the_link_is_shown_also_where_there_is_no_title(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with looking(log(tmp_path / "run.jsonl", training()), size=size) as (app, pilot):
        await press(pilot, "i")
        await until(pilot, lambda: "frames/s" in screen(app))
        assert ("frames/s" in screen(app).splitlines()[0]) == (size[0] == 80)
        await press(pilot, "i")
        assert "frames/s" not in screen(app).splitlines()[0]


async def test_charts_that_have_no_room_are_on_other_pages(tmp_path: Path) -> None:
    records = [{"step": step, **{f"metric_{name}": step for name in "abcdefghij"}} for step in (1, 2, 3)]
    async with looking(log(tmp_path / "run.jsonl", records), size=(80, 24)) as (app, pilot):

        def shown() -> list[str]:
            return [title.split("  ")[0][-1] for title in titles(app)]

        assert shown() == [*"abcd"]
        assert "charts 1–4 of 10" in screen(app)
        await press(pilot, "tab")
        assert shown() == [*"efgh"]
        await press(pilot, "tab")
        assert shown() == [*"ij"]
        await press(pilot, "tab")
        assert shown() == [*"abcd"]
        await press(pilot, "shift+tab")
        assert shown() == [*"ij"]
        for step, then in ((1, "efgh"), (-1, "ij")):
            app.board.action_page(step)
            app.board.action_page(step)  # before the first is drawn
            await press(pilot)
            assert shown() == [*then]
        await press(pilot, "v")
        assert shown() == [*"abcd"]
        await press(pilot, "V", "z")
        assert titles(app)[0].startswith("▸ metric_j")
        await press(pilot, "v")
        assert titles(app)[0].startswith("▸ metric_a")


async def test_a_zoom_that_is_asked_for_while_a_frame_is_drawn_is_not_lost(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training(10))) as (app, pilot):
        assert len(titles(app)) > 1
        drawn = app.board.draw(snapshot(app))
        app.board.action_zoom()
        app.board.show(snapshot(app), drawn)
        await press(pilot)
        assert len(titles(app)) == 1


async def test_a_click_on_a_run_brings_it_to_the_front(tmp_path: Path) -> None:
    paths = [log(tmp_path / f"r{at}.jsonl", training(10)) for at in range(3)]
    async with looking(*paths) as (app, pilot):
        await pilot.click("#runs", offset=(8, 4))
        await press(pilot)
        assert snapshot(app).front == 2
        await pilot.click("#runs", offset=(8, 1))  # the heads
        await press(pilot)
        assert snapshot(app).front == 2


async def test_the_front_of_many_runs_is_in_sight(tmp_path: Path) -> None:
    paths = [log(tmp_path / f"r{at:02}.jsonl", training(3)) for at in range(20)]
    async with looking(*paths, size=(80, 24)) as (app, pilot):
        for number in (1, 2, 3, 4, 5, 6, 7):
            await press(pilot, "down")
            assert f"▶━ r{number:02}" in screen(app)
        for _ in range(9):
            await press(pilot, "up")
        assert "▶━ r18" in screen(app)


async def test_what_is_printed_is_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("Loading the data\n" + "".join(f"epoch {at}: loss={1 / at:.3f}\n" for at in range(1, 9)))
    async with looking(path, size=(80, 24)) as (app, pilot):
        assert "epoch 8: loss=0.125" in screen(app)
        await press(pilot, *["k"] * 20)
        assert "Loading the data" in screen(app)


async def test_keys_are_told_by_what_they_do_here(tmp_path: Path) -> None:
    async with looking(log(tmp_path / "run.jsonl", training(5))) as (app, pilot):
        await press(pilot, "question_mark")
        assert "Back ten records" in screen(app)
        assert "Smooth the curves" in screen(app)
        await press(pilot, "escape")
        assert "/ Filter" in screen(app).splitlines()[-1]
        assert "o Only" not in screen(app).splitlines()[-1]  # there is one run

"""The log is that of the branch shown, and shows the epoch looked at, whatever becomes of the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from gdtui.runs.run import Run
from gdtui.session.commands import GoTo, SetAlpha
from gdtui.session.log import Entry, epoch_entry
from gdtui.settings import Settings
from gdtui.tui.log_view import LogView
from tests.tui.driving import (
    FIVE,
    START,
    base,
    finish,
    idle,
    log,
    marked,
    press,
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
from tests.tui.test_moments import FarLink

FORTY = Settings(epochs=45, init=START, alpha=0.5)


def view(app: Any) -> LogView:
    return base(app).query_one(LogView)


def visible(app: Any) -> list[str]:
    """The lines of the log that can be seen."""
    lines = (view(app).render_line(row).text.strip() for row in range(view(app).size.height))
    return [line for line in lines if line]


def line_of(run: Run, epoch: int) -> str:
    return f"[INFO] epoch #{epoch}, loss={run.history.losses[epoch - 1]:.7f}"


def wheel(app: Any, times: int) -> None:
    """Turn the wheel upwards."""
    for _ in range(times):
        view(app).post_message(events.MouseScrollUp(view(app), 1, 1, 0, 0, 0, False, False, False))


async def open_log(pilot: Pilot[int]) -> None:
    """Open the log, where another page or the charts have its place."""
    board = base(pilot.app)
    board.action_open("log")
    await idle(pilot)
    assert "log" in board.arrangement.areas


async def resized(pilot: Pilot[int], size: tuple[int, int]) -> None:
    """Give the window that size, and the log its place in it."""
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: base(pilot.app).size == size)
    await idle(pilot)
    await open_log(pilot)


@pytest.mark.parametrize(
    "sizes", [[(120, 40), (120, 24), (120, 50), (200, 60)], [(59, 40), (80, 24), (60, 16), (40, 12), (120, 40)]]
)
async def test_the_epoch_looked_at_is_still_to_be_seen_after_a_change_of_size(sizes: list[tuple[int, int]]) -> None:
    async with running(FORTY, size=sizes[0]) as (app, pilot):
        await finish(pilot)
        await open_log(pilot)
        app.ask(GoTo(17))
        await idle(pilot)
        wanted = [line_of(session(app).run, 17)]
        assert marked(app) == wanted
        for size in sizes[1:]:
            await resized(pilot, size)
            await until(pilot, lambda size=size: app.size == size and marked(app) == wanted, about=size)
        await press(pilot, "end")
        assert marked(app) == []
        assert visible(app)[-1] == "all 45 epochs done"


async def test_the_newest_line_is_still_to_be_seen_after_a_change_of_size() -> None:
    async with running(FORTY) as (app, pilot):
        await finish(pilot)
        for size in ((120, 50), (120, 24), (40, 12)):
            await resized(pilot, size)
            await until(pilot, lambda: visible(app)[-1:] == ["all 45 epochs done"], about=size)


async def forked(app: Any, pilot: Pilot[int], epoch: int, alpha: float) -> None:
    """A branch from that epoch on, trained to its end."""
    of = snapshot(app).run
    app.ask(GoTo(epoch))
    app.ask(SetAlpha(alpha))
    await idle(pilot)
    await pilot.press("f")
    await until(pilot, lambda: snapshot(app).run is not of and status(app).state == "done")
    await idle(pilot)
    await open_log(pilot)


async def test_each_branch_has_a_log_of_its_own() -> None:
    async with running(FORTY) as (app, pilot):
        await finish(pilot)
        await open_log(pilot)
        first = session(app).run
        of_first = log(app)
        await forked(app, pilot, 41, 0.001)
        fork = session(app).run
        assert [line for line in log(app) if "epoch #" in line] == [line_of(fork, epoch) for epoch in range(1, 46)]
        place = log(app).index("fork 1 from epoch 41, alpha 0.001")
        assert (log(app)[place - 1], log(app)[place + 1]) == (line_of(first, 40), line_of(fork, 41))
        of_fork = log(app)
        app.ask(GoTo(43))
        await idle(pilot)
        assert marked(app) == [line_of(fork, 43)]
        await press(pilot, "b")
        assert log(app) == [*of_first, "first run, α 0.5, one of 2 branches"]
        assert visible(app)[-1] == "first run, α 0.5, one of 2 branches"
        app.ask(GoTo(43))
        await idle(pilot)
        assert marked(app) == [line_of(first, 43)]
        await press(pilot, "b")
        assert log(app) == [*of_fork, "fork 1 at 41, α 0.001, one of 2 branches"]


async def test_another_branch_begins_with_its_newest_line_also_for_whoever_had_scrolled_back() -> None:
    async with running(FORTY) as (app, pilot):
        await finish(pilot)
        await forked(app, pilot, 31, 0.001)
        await open_log(pilot)
        wheel(app, 5)
        await pilot.pause()
        assert "newer lines below" in screen(app)
        await press(pilot, "b")
        assert visible(app)[-1] == "first run, α 0.5, one of 2 branches"
        assert "newer lines below" not in screen(app)


async def test_a_run_begun_anew_has_a_log_begun_anew() -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        before = snapshot(app).run
        await pilot.press("r")
        await until(pilot, lambda: snapshot(app).run is not before and status(app).state == "done")
        await idle(pilot)
        run = session(app).run
        lines = [line_of(run, epoch) for epoch in range(1, 6)]
        assert log(app) == ["[INFO] starting training...", *lines, "all 5 epochs done"]


async def test_columns_of_a_comparison_widen_when_the_window_grows(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.jsonl" for name in ("one", "other")]
    for path in paths:
        saved(path, replace(FIVE, alpha=0.1 if "other" in path.name else 0.01))
    async with running(watching(*paths), size=(44, 24)) as (app, pilot):
        assert "accuracy" not in screen(app)
        app.link = FarLink()  # so that no frame but that of the new size is drawn
        for size, wanted in (((140, 40), True), ((44, 24), False), ((110, 30), True)):
            await pilot.resize_terminal(*size)
            for name in ("accuracy", "alpha"):
                await until(pilot, lambda name=name, wanted=wanted: (name in screen(app)) is wanted, about=(size, name))


@pytest.mark.parametrize("width", [120, 40])
async def test_a_line_has_a_mark_where_epochs_before_it_have_none(width: int) -> None:
    async with running(replace(FIVE, epochs=10**9), size=(width, 40)) as (app, _):
        entries = [epoch_entry(epoch, 0.5) for epoch in (1, 2, 3, 20, 21)]
        entries.insert(3, Entry("alpha 0.01 → 0.02 from epoch 4"))
        view(app).show(tuple(entries), len(entries), None)
        lines = [line.partition(",")[0].replace("[INFO] ", "") for line in visible(app) if "epoch #" in line]
        assert lines == ["epoch #1", "epoch #2", "epoch #3", "… epoch #20", "epoch #21"]
        view(app).show((entries[-1],), 1, None)
        assert "… [INFO] epoch #21" in screen(app)


@pytest.mark.parametrize(
    ("width", "wanted"),
    [
        (60, "[INFO] epoch #430, loss=123.4238915, test_loss=98.7654321"),
        (52, "epoch #430, loss=123.4238915, test_loss=98.7654321"),
        (48, "epoch #430, loss=123.4238915, test=98.7654321"),
        (40, "epoch #430, loss=123.4239, test=98.7654"),
        (34, "#430, loss=123.4239, test=98.7654"),
        (20, "#430, loss=123.4239…"),
    ],
)
def test_where_columns_are_few_an_epoch_is_told_shortly_before_anything_is_cut(width: int, wanted: str) -> None:
    told = LogView()
    told.show((epoch_entry(429, 1.0), epoch_entry(430, 123.4238915, 98.7654321)), 2, None)
    assert told.lines(width, 2)[1] == [(wanted, "log--line")]
    told.show((Entry("noted: epoch #1, loss=0.1234567 of somebody else"),), 3, None)
    assert told.lines(40, 1)[0][0][0].startswith("noted: epoch #1, loss=0.1234567 of some")

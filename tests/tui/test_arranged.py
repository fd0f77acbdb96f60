"""What stays where it is, what opens, and what fills the screen, at each size."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.geometry import Region

from gdtui.charts.roles import Role
from gdtui.runs.samples import samples
from gdtui.settings import DataSettings, Settings
from gdtui.tui.arrangement import CHARTS, PAGES
from gdtui.tui.chart_view import ChartView
from gdtui.tui.log_view import LogView
from gdtui.tui.stage import whole
from gdtui.tui.status import trend_of
from tests.tui.driving import (
    FIVE,
    START,
    base,
    finish,
    idle,
    keys,
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
)

SIZES = [(30, 40), (50, 30), (40, 12), (60, 20), (80, 24), (200, 10), (100, 30), (120, 40), (200, 60)]
FLAT = [(40, 12), (60, 20), (200, 10)]
FRONT, BACK, BEFORE = keys("front")[0], keys("back")[0], keys("page(-1)")[0]
ZOOM, ZOOM_BACK = keys("zoom")
FORTY = Settings(epochs=45, init=START, alpha=0.5)


def regions(app: Any, names: tuple[str, ...] = CHARTS) -> dict[str, Region]:
    """Where those are that can be seen."""
    visible = {widget.id: widget.region for widget in app.screen._compositor.visible_widgets}
    return {name: visible[name] for name in names if name in visible}


def assert_drawn(app: Any) -> None:
    """Both charts have axes, and something in them, within the screen."""
    for name, marks in zip(CHARTS, ("┤", "●○▲△×"), strict=True):
        view = app.query_one(f"#{name}", ChartView)
        assert (view.chart.width, view.chart.height) == tuple(view.size)
        assert {Role.AXIS, Role.LABEL} <= set(np.unique(view.chart.roles).tolist()), name
        assert np.isin(view.chart.chars, list(marks)).any(), name
        assert app.screen.region.contains_region(regions(app)[name])


@pytest.mark.parametrize("size", SIZES)
async def test_both_charts_stay_where_they_are_at_every_size(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await step(pilot, 2)
        assert_drawn(app)
        before = regions(app)
        assert bool(regions(app, PAGES)) is (size not in FLAT)
        whole = [line for line in screen(app).split("\n") if ("loss" in line and "accuracy" in line) or "2/5" in line]
        assert whole
        foot = screen(app).split("\n")[-1].rstrip()
        words = [key.footer for key in app.board.keys] + ["space Go on"]
        assert all(text in words for text in foot.strip().split("  ")), foot
        await finish(pilot)
        assert_drawn(app)
        assert regions(app) == before
        assert status(app).state == "done"
        for page in PAGES:
            app.board.action_open(page)
            await idle(pilot)
            assert page in regions(app, PAGES) or "samples" in regions(app, PAGES)
        await press(pilot, "escape")
        assert regions(app) == before


@pytest.mark.parametrize("key", keys("page(1)"))
async def test_tab_goes_through_the_pages_and_shift_tab_back(key: str) -> None:
    async with running(FORTY, size=(80, 24)) as (app, pilot):
        await step(pilot)
        for pressed, page in ((key, "samples"), (key, "confusion"), (key, "log"), (BEFORE, "confusion")):
            await press(pilot, pressed)
            assert set(regions(app, PAGES)) == {page}
            assert "Log │ Samples │ Confusion" in screen(app)
    async with running(FORTY, size=(40, 12)) as (app, pilot):
        await step(pilot)
        for page in ("log", "samples", "confusion", None):
            await press(pilot, key)
            assert set(regions(app, PAGES)) == ({page} if page else set())
            assert len(regions(app)) == (0 if page else 2)
    async with running(FORTY, size=(200, 60)) as (app, pilot):
        assert set(regions(app, PAGES)) == set(PAGES)
        assert "╭─ ▸ Log ─" in screen(app)


async def test_a_click_on_a_tab_opens_its_page() -> None:
    async with running(size=(80, 24)) as (app, pilot):
        await step(pilot)
        lines = screen(app).split("\n")
        row = next(row for row, line in enumerate(lines) if "Log │ Samples" in line)
        await pilot.click(offset=(lines[row].index("Confusion") + 1, row))
        await until(pilot, lambda: set(regions(app, PAGES)) == {"confusion"})


async def test_the_end_opens_the_samples_and_training_on_the_log_unless_another_was_chosen() -> None:
    async with running(size=(80, 24)) as (app, pilot):
        assert app.board.wish.page == "log"
        await finish(pilot)
        assert app.board.wish.page == "samples"
        await press(pilot, "left")
        assert app.board.wish.page == "log"
        await press(pilot, "end", "plus")
        await until(pilot, lambda: status(app).epoch == 7 and status(app).state == "done")
        await idle(pilot)
        assert app.board.wish.page == "samples"
        await press(pilot, "tab")
        await press(pilot, "left")
        assert app.board.wish.page == "confusion"
        await press(pilot, "tab", "end")
        assert app.board.wish.page == "log"


@pytest.mark.parametrize("keys_", [(keys("scroll(1)")[i], keys("scroll(-1)")[i]) for i in range(2)])
async def test_keys_scroll_the_open_page(keys_: tuple[str, str]) -> None:
    down, up = keys_
    async with running(FORTY, size=(80, 24)) as (app, pilot):
        await step(pilot, 20)
        for _ in range(9):
            await press(pilot, up)
        assert "newer lines below" in screen(app)
        view = app.query_one(LogView)
        old = [view.render_line(row).text for row in range(view.size.height)]
        assert "#20" not in "".join(old)
        for _ in range(9):
            await press(pilot, down)
        assert "epoch #20" in screen(app)
        await press(pilot, "t")
        last = samples(session(app).run, snapshot(app).shown.weights)[-1]
        row = f" {last.index} "
        assert not any((row in line and "right" in line) or (row in line and "wrong" in line) for line in rows(app))
        for _ in range(9):
            await press(pilot, down)
        assert any(row in line for line in rows(app))


def rows(app: Any) -> list[str]:
    """The lines of the table that can be seen."""
    return [line for line in screen(app).split("\n") if "✓" in line or "✗" in line]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_the_chart_in_front_fills_the_screen_and_gives_it_back(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await step(pilot, 2)
        before = regions(app)
        for name, back in zip(CHARTS, (ZOOM_BACK, BACK), strict=True):
            await press(pilot, ZOOM)
            region = regions(app)[name]
            assert (list(regions(app)), region.width) == ([name], size[0])
            assert (
                region.height == size[1] - 2 - app.query_one("#band").size.height
            )  # the foot, and the line that says why
            view = app.query_one(f"#{name}", ChartView)
            assert (view.chart.width, view.chart.height) == tuple(view.size)
            assert "2/5" in screen(app)
            await press(pilot, back)
            assert regions(app) == before
            assert_drawn(app)
            await press(pilot, FRONT)


async def test_the_chart_in_front_is_marked_and_a_click_on_a_frame_takes_it_there() -> None:
    async with running() as (app, pilot):
        await step(pilot)
        assert "▸ 1 Loss" in screen(app)
        await pilot.click("#second", offset=(3, 0))
        await until(pilot, lambda: "▸ 1 Data  blobs and boundary" in screen(app) and "▸ 1 Loss" not in screen(app))
        assert status(app).state == "paused"
        await pilot.click("#first", offset=(3, 0))
        await until(pilot, lambda: "▸ 1 Loss" in screen(app))
        assert status(app).state == "paused"  # a click on the curve itself looks at an epoch


@pytest.mark.parametrize("key", keys("blocks"))
async def test_large_digits_come_and_go_where_there_is_room(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        before = regions(app)
        await press(pilot, key)
        lines = screen(app).split("\n")
        row = next(row for row, line in enumerate(lines) if line.startswith(" epoch ") and "alpha" in line)
        assert "accuracy" in lines[row]
        assert all("┏" in line or "┃" in line or "━" in line for line in lines[row + 1 : row + 4])
        assert_drawn(app)
        await press(pilot, key)
        assert regions(app) == before
        await pilot.resize_terminal(60, 24)
        await until(pilot, lambda: base(app).size == (60, 24))
        await press(pilot, key)
        assert notices(app) == ["large digits need a window of at least 80×30"]


async def test_an_alpha_for_what_is_trained_next_is_not_taken_for_that_of_the_run() -> None:
    async with running() as (app, pilot):
        await finish(pilot)
        assert "alpha 0.01  " in screen(app)
        await press(pilot, "up")
        assert "alpha 0.01 (next 0.02)" in screen(app)
        await press(pilot, "down")
        assert "next" not in screen(app)


async def test_numbers_stay_in_their_places_whatever_their_digits() -> None:
    async with running(Settings(epochs=12_000, init=START), size=(160, 40)) as (app, pilot):
        places = set()
        for _ in range(3):
            await step(pilot)
            line = next(line for line in screen(app).split("\n") if "accuracy" in line)
            places.add(tuple(line.index(word) for word in ("loss", "accuracy", "alpha", "gradient", "w0", "w1", "w2")))
            assert "     1/12,000" in screen(app) or status(app).epoch > 1
        assert len(places) == 1


class Losses:
    """A curve of which all is known."""

    def __init__(self, *losses: float) -> None:
        self.losses = np.array(losses)

    def __len__(self) -> int:
        return len(self.losses)

    def stretches(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        parts = [self.losses[begin:end] for begin, end in pairwise(edges.tolist())]
        return np.array([part.min() for part in parts]), np.array([part.max() for part in parts])


@pytest.mark.parametrize(
    ("losses", "wanted"),
    [
        ([], " "),
        ([5.0], " "),
        ([5.0, 4.0], "↓"),
        ([5.0, 6.0], "↑"),
        ([5.0, 4.99999], "→"),
        ([9.0, 1.0] * 10, "→"),
        ([1.0] * 10 + [2.0] * 5 + [1.0] * 5, "↓"),
        ([5.0, float("nan")], " "),
    ],
)
def test_the_arrow_says_whether_the_loss_falls(losses: list[float], wanted: str) -> None:
    curve: Any = Losses(*losses)
    assert trend_of(curve, len(losses)) == wanted
    assert trend_of(curve, 100) == " "  # what is shown may still be of a longer branch


@pytest.mark.parametrize(
    ("name", "size", "more"), [("iris", (66, 24), "1 more feature"), ("breast-cancer", (120, 40), "25 more features")]
)
async def test_features_without_a_column_are_counted(name: str, size: tuple[int, int], more: str) -> None:
    async with running(Settings(data=DataSettings(name), epochs=3), size=size) as (app, pilot):
        await finish(pilot)
        assert f" {more} ─" in screen(app)


async def test_a_line_that_is_cut_has_a_mark() -> None:
    async with running(FIVE, size=(30, 40)) as (app, pilot):
        await step(pilot)
        assert " epoch #1, loss=123.4238915 " in screen(app)
        await press(pilot, "up")
        assert log(app)[-1] == "alpha 0.01 → 0.02 from epoch 2"
        assert " alpha 0.01 → 0.02 from epoch " in screen(app)  # there is room for the rest below
        assert "   2  " in screen(app)


@pytest.mark.parametrize("size", [(60, 20), (30, 40), (50, 30), (80, 24)])
async def test_the_legend_says_what_a_cross_is_whatever_the_names(size: tuple[int, int], tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    kinds = "a_kind_that_has_quite_a_long_name", "b_kind_that_has_quite_a_long_name"
    table.write_text("x,y,kind\n" + "".join(f"{x},{x * x},{kinds[x % 2]}\n" for x in range(8)))
    async with running(Settings(DataSettings(str(table)), epochs=5), size=size) as (app, pilot):
        await until(pilot, lambda: "✗ wrong  ● a_kind" in screen(app))


@pytest.mark.parametrize(
    ("room", "wanted"),
    [
        (30, "2 Bowl  ·  99 % of the path"),
        (25, "2 Bowl · 99 % of the path"),
        (24, "2 Bowl"),
        (3, "2 Bowl"),
    ],
)
def test_of_titles_whole_parts_are_left_out(room: int, wanted: str) -> None:
    assert whole("2 Bowl  ·  99 % of the path", room) == wanted


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_no_title_of_the_landscape_ends_in_the_midst(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "2", "]")
        slot, view = app.board.slots[0], app.board.view("landscape")
        await until(pilot, lambda: not view.is_busy and "next step" in str(slot.border_subtitle))
        for row in screen(app).splitlines():
            assert "…" not in row or ("Landscape" not in row and "here" not in row)
        assert size == (80, 24) or "% of the path" in screen(app)  # where there is no room for all, it is left out


async def test_where_charts_have_no_frames_the_one_in_front_has_a_mark_in_its_corner() -> None:
    async with running(size=(40, 12)) as (app, pilot):
        await step(pilot)
        corners = [slot.chart.lines()[-1][0] for slot in app.board.slots]
        assert corners == ["▸", " "]
        await press(pilot, "v")
        assert [slot.chart.lines()[-1][0] for slot in app.board.slots] == [" ", "▸"]
        assert "▸" in screen(app)
        await press(pilot, "z")
        assert "▸" not in screen(app)

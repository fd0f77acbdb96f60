"""Lists to choose from, when keys and clicks come that are for no line of them."""

from __future__ import annotations

from typing import Any

import pytest
from rich.style import Style
from textual.events import Click
from textual.widget import Widget
from textual.widgets import Input, OptionList

from tests.tui.driving import idle, press, running, step, until


def click(widget: Widget, row: int, option: int | None = None) -> Click:
    style = Style() if option is None else Style.from_meta({"option": option})
    region = widget.region
    return Click(widget, 1, row, 0, 0, 1, False, False, False, region.x + 1, region.y + row, style)


async def test_pages_of_a_list_that_is_not_laid_out_yet_are_no_trouble() -> None:
    async with running() as (app, pilot):
        await app.board.action_choose_data()
        found: Any = app.board.query_one(OptionList)
        for action in (found.action_page_up, found.action_page_down):
            found.highlighted = 1
            action()
        await press(pilot, "escape")
        assert app.board.dialog is None


@pytest.mark.parametrize("key", ["d", "o", "T", "ctrl+p"])
async def test_a_click_on_a_line_that_is_there_no_more_does_nothing(key: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, key)
        found: Any = app.screen.query_one(OptionList)
        await until(pilot, lambda: found.option_count > 0)
        found.post_message(click(found, 0, found.option_count))
        await idle(pilot)
        assert found.is_attached
        await press(pilot, "escape")


async def test_a_click_chooses_a_line_once() -> None:
    async with running() as (app, pilot):
        await press(pilot, "ctrl+p", *"Move a cursor")
        found: Any = app.screen.query_one(OptionList)
        await until(pilot, lambda: found.option_count == 1)
        found.post_message(click(found, 0, 0))
        await until(pilot, lambda: app.screen is app.board)
        await idle(pilot)
        assert app.board.is_pointing


async def test_a_search_that_is_under_way_as_the_palette_closes_comes_to_nothing() -> None:
    async with running() as (app, pilot):
        await press(pilot, "ctrl+p")
        palette: Any = app.screen
        await until(pilot, lambda: palette.query_one(OptionList).option_count > 1)
        await palette.query_one("#--results").remove()
        await palette._gather_commands("a").wait()
        await press(pilot, "escape")
        await step(pilot)


async def test_two_clicks_beside_the_palette_close_it_once() -> None:
    async with running() as (app, pilot):
        await press(pilot, "ctrl+p")
        palette = app.screen
        await until(pilot, lambda: palette.query_one(Input).has_focus)
        for _ in range(2):
            palette.post_message(click(palette, 0))
        await until(pilot, lambda: app.screen is app.board)
        await step(pilot)

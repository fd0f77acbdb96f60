"""Steps of a lesson that somebody comes to without having done the one before, and what is to be seen in them."""

from __future__ import annotations

from gdtui.lessons.reading import read
from gdtui.settings import Display
from gdtui.tui import front
from gdtui.tui.bindings import NUMBERS
from tests.tui.driving import press, running, snapshot, until
from tests.tui.test_lesson import ended, learning, number, told


async def test_who_goes_on_without_an_answer_has_the_run_that_the_next_step_is_about() -> None:
    async with running(learning()) as (app, pilot):
        await press(pilot, "L", "L")
        assert number(app) == 3
        await ended(pilot)
        await press(pilot, "home")
        assert "✓ Go back with Home." in told(app)


async def test_the_page_of_the_first_step_is_there_while_its_run_goes_on() -> None:
    async with running(front.learning(read("table", NUMBERS), Display(speed=5))) as (app, pilot):
        await until(pilot, lambda: snapshot(app).done > 1)
        assert snapshot(app).phase.moves
        assert {"samples"} <= {*app.board.arrangement.areas}

"""Steps of a lesson that somebody comes to without having done the one before, and what is to be seen in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui.lessons.reading import read
from gdtui.settings import Display
from gdtui.tui import front
from gdtui.tui.bindings import NUMBERS
from tests.tui.driving import press, running, snapshot, until
from tests.tui.test_lesson import SMALL, ended, learning, number, told


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


@pytest.mark.parametrize("size", [(120, 40), (60, 12)])
async def test_a_step_whose_data_cannot_be_read_says_so_and_what_to_press(size: tuple[int, int]) -> None:
    async with running(learning(SMALL.replace("alpha = 0.02", 'data = "gone.csv"')), size=size) as (app, pilot):
        await press(pilot, "L")
        said = " ".join(told(app).split())
        assert "✗ The run of this step cannot begin: H tries again, L goes on without it. " in said
        assert "gone.csv: no such file" in said
        Path("gone.csv").write_text("a,class\n" + "".join(f"{row},{row % 2}\n" for row in range(20)))
        await press(pilot, "H")
        assert "? Which way?" in told(app)
        assert (number(app), snapshot(app).data.name) == (2, "gone.csv")
        Path("gone.csv").unlink()
        await press(pilot, "H", "L")
        assert "cannot begin" in told(app)
        await press(pilot, "L")
        assert "The third text." in told(app)

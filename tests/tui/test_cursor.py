"""A cursor that keys move in the chart in front: it does what the mouse does there."""

from __future__ import annotations

from typing import Any

import pytest

from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.session.commands import Begin, Edit, GoTo
from gdtui.settings import DataEdit, Settings
from gdtui.tui.bindings import NUMBERS
from gdtui.tui.chart_view import ChartView
from gdtui.views.data import DataView
from gdtui.views.loss import LossView
from gdtui.views.view import Touch
from tests.tui.driving import base, keys, press, running, screen, session, snapshot, status, step, until


def slot(app: Any, number: int = 0) -> ChartView:
    return app.board.slots[number]


@pytest.fixture
def touches(monkeypatch):
    """What the loss curve is told of."""
    found: list[Touch] = []
    monkeypatch.setattr(LossView, "touched", lambda _, __, touch: found.append(touch))
    return found


@pytest.mark.parametrize("key", keys("cursor"))
async def test_arrows_move_it_by_cells_and_with_shift_by_five_and_it_stays_within_the_chart(key: str) -> None:
    async with running() as (app, pilot):
        alpha = status(app).alpha
        await press(pilot, key)
        width, height = slot(app).size
        column, row = width // 2, height // 2
        assert slot(app).cursor == (column, row)
        await press(pilot, "left", "up", "up", "shift+right", "shift+down")
        assert slot(app).cursor == (column + 4, row + 3)
        await press(pilot, *["shift+left"] * (width // 5 + 1), *["shift+up"] * (height // 5 + 1))
        assert slot(app).cursor == (0, 0)
        await press(pilot, *["right"] * (width + 1), *["down"] * (height + 1))
        assert slot(app).cursor == (width - 1, height - 1)
        assert (status(app).alpha, status(app).epoch) == (alpha, 0)
        await press(pilot, key)
        await press(pilot, "up")
        assert slot(app).cursor is None
        assert status(app).alpha > alpha


@pytest.mark.parametrize("end", ["escape", "c"])
async def test_the_foot_tells_its_keys_while_it_is_there(end: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, "c")
        assert "c End  ←↑↓→ Move  enter Go there" in screen(app)
        await press(pilot, end)
        assert "enter Go there" not in screen(app)
        assert "space Go on" in screen(app)


@pytest.mark.parametrize("name", NUMBERS)
async def test_the_foot_tells_what_the_view_is_good_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        app.board.show_wish(views=(name, "data" if name != "data" else "loss"))
        await press(pilot, "c")
        view = app.board.view(name)
        await until(pilot, lambda: not view.is_busy and slot(app).chart.lines()[0].strip() != "")
        foot = screen(app).splitlines()[-1]
        asked: list[object] = []
        monkeypatch.setattr(type(app.board), "ask", lambda _, command: asked.append(command))
        await press(pilot, "enter")
        assert bool(asked) == ("enter " in foot), foot
        view.is_pointed = True
        turned = view.turn(snapshot(app), 1, 0) or view.turn(snapshot(app), 0, 1)
        assert bool(turned) == ("[] " in foot), foot


async def test_it_is_seen_on_the_boundary() -> None:
    async with running() as (app, pilot):
        await press(pilot, "v", "c")
        view = slot(app, 1)
        at, boundary = view.style("chart-view--cursor"), view.look(Role.BOUNDARY)
        assert at.reverse
        assert at.color.get_truecolor() != boundary.color.get_truecolor()


async def test_digits_choose_views_where_they_are_no_classes() -> None:
    async with running() as (app, pilot):
        await press(pilot, "c", "3")
        assert base(app).wish.views == ("sigmoid", "data")
        assert slot(app).cursor is not None
        await press(pilot, "9", "1", "1")
        assert base(app).wish.views[0] == "data"
        await press(pilot, "3")
        assert base(app).wish.views[0] == "data"


@pytest.mark.parametrize("key", keys("undo"))
async def test_u_takes_back_what_was_changed_of_the_data_and_is_no_key_before(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        assert "u Undo" not in screen(app)
        app.ask(Edit((DataEdit(1, features=(1.0, 2.0)),)))
        await press(pilot)
        assert (len(snapshot(app).data), "u Undo" in screen(app)) == (251, True)
        await press(pilot, key)
        assert (len(snapshot(app).data), "u Undo" in screen(app)) == (250, False)


async def test_its_cell_is_reversed_and_no_other(touches: list[Touch]) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)

        def reversed_cells() -> list[tuple[int, int]]:
            found, view = [], slot(app)
            for row in range(view.size.height):
                column = 0
                for segment in view.render_line(row):
                    found += [(column + at, row) for at in range(len(segment.text)) if segment.style.reverse]
                    column += len(segment.text)
                assert column == view.size.width
            return found

        assert reversed_cells() == []
        await press(pilot, "c", "right")
        assert reversed_cells() == [slot(app).cursor]
        await press(pilot, "shift+left", "down")
        assert reversed_cells() == [slot(app).cursor]
        await press(pilot, "c")
        assert reversed_cells() == []


async def test_enter_touches_the_chart_where_it_is(touches: list[Touch]) -> None:
    async with running() as (app, pilot):
        await press(pilot, "c", "left", "enter")
        (column, row), size = slot(app).cursor, slot(app).size
        assert touches == [Touch(column, row, *size, kind) for kind in ("press", "release")]


async def test_digits_touch_the_data_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    touches: list[Touch] = []
    monkeypatch.setattr(DataView, "touched", lambda _, __, touch: touches.append(touch))
    async with running() as (app, pilot):
        await press(pilot, "v", "c")
        for digit in range(10):
            touches.clear()
            await press(pilot, str(digit))
            at = *slot(app, 1).cursor, *slot(app, 1).size
            assert touches == [Touch(*at, kind, digit=digit) for kind in ("press", "release")]


async def test_enter_goes_to_the_epoch_that_a_click_goes_to() -> None:
    async with running() as (app, pilot):
        await step(pilot, 4)
        await press(pilot, "c", "shift+left", "enter")
        (column, row), size = slot(app).cursor, slot(app).size
        wanted = LossView().touched(snapshot(app), Touch(column, row, *size))
        past = session(app).past
        assert wanted is None  # it is there already
        assert past is not None
        await press(pilot, "end")
        assert LossView().touched(snapshot(app), Touch(column, row, *size)) == GoTo(past)
        await press(pilot, "escape")
        await pilot.click("#first", offset=(column + 1, row + 1))
        await press(pilot)
        assert session(app).past == past


async def test_all_other_keys_go_on_to_work_also_after_a_dialog() -> None:
    async with running() as (app, pilot):
        await press(pilot, "c", "right", "n", "n", "plus")
        assert (status(app).epoch, status(app).epochs) == (2, 7)
        at = slot(app).cursor
        await press(pilot, "a", "0", "enter")  # which are the dialog's
        assert app.board.dialog is not None
        await press(pilot, "escape")
        assert slot(app).has_focus
        await press(pilot, "question_mark", "escape", "left")
        assert slot(app).cursor == (at[0] - 1, at[1])
        await press(pilot, "ctrl+p")
        await press(pilot, "escape")
        await press(pilot, "right")
        assert slot(app).cursor == at


async def test_a_click_on_the_chart_takes_no_keys_from_a_dialog() -> None:
    async with running() as (app, pilot):
        await press(pilot, "c", "question_mark")
        assert app.board.dialog is not None
        assert slot(app).cursor is None
        await pilot.click("#second", offset=(slot(app, 1).size.width, 2))
        await pilot.click("#first", offset=(0, 2))
        await press(pilot, "escape")
        assert app.board.dialog is None
        assert slot(app).has_focus


async def test_it_moves_on_to_the_other_chart_and_keeps_its_place_in_each(touches: list[Touch]) -> None:
    async with running() as (app, pilot):
        await press(pilot, "c", "left", "v")
        assert (slot(app).cursor, slot(app).has_focus) == (None, False)
        assert slot(app, 1).cursor is not None
        await press(pilot, "up", "v")
        width, height = slot(app).size
        assert slot(app).cursor == (width // 2 - 1, height // 2)
        await press(pilot, "z")
        assert slot(app).cursor is not None
        assert slot(app).cursor[0] > width // 2
        await pilot.resize_terminal(40, 12)
        await press(pilot)
        column, row = slot(app).cursor
        assert (column < slot(app).size.width, row < slot(app).size.height) == (True, True)


async def test_where_a_page_covers_the_charts_there_is_none() -> None:
    async with running(size=(40, 12)) as (app, pilot):
        await press(pilot, "c")
        assert slot(app, base(app).wish.front).has_focus
        await press(pilot, "t")
        alpha = status(app).alpha
        await press(pilot, "up")
        assert status(app).alpha > alpha
        await press(pilot, "escape")
        assert slot(app, base(app).wish.front).has_focus


async def test_a_chart_that_is_smaller_than_where_it_was_is_drawn_without_it() -> None:
    async with running() as (app, pilot):
        await press(pilot, "c", *["shift+right"] * 30)
        slot(app).chart = Chart.blank(3, 2)
        assert slot(app).render_line(1).cell_length == 3


async def test_in_the_landscape_enter_trains_on_from_the_weights_that_are_there() -> None:
    async with running(Settings(epochs=50, init=(0.5, 0.5, 0.5))) as (app, pilot):
        await step(pilot, 3)
        await press(pilot, "2")
        await until(pilot, lambda: not app.board.is_busy)
        await press(pilot, "c", "shift+right", "up")
        column, row = slot(app).cursor
        asked = app.board.view("landscape").touched(snapshot(app), Touch(column, row, *slot(app).size))
        await press(pilot, "enter", "space")
        begun = session(app).runs[1]
        assert (begun.forked_at, Begin(tuple(begun.begun_with.tolist()))) == (4, asked)

"""The data and the boundary by hand, with the mouse and with the cursor: both do the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.events import MouseDown, MouseEvent, MouseMove, MouseUp
from textual.pilot import Pilot

from gdtui.charts.axes import Canvas
from gdtui.session.snapshot import Phase
from gdtui.settings import DataSettings, Settings
from gdtui.tui.app import GdtuiApp
from tests.tui.driving import (
    log,
    notices,
    press,
    running,
    saved,
    screen,
    session,
    snapshot,
    step,
    until,
    watching,
)

Cell = tuple[int, int]
FIFTY = Settings(epochs=50, init=(-1.0, 1.0, -0.5))
"""The boundary is in the midst of what is seen."""


def canvas(app: GdtuiApp) -> Canvas:
    found = app.board.view("data")._chart.canvas
    assert found is not None
    return found


def edits(app: GdtuiApp) -> list[tuple[int, int | None]]:
    return [(edit.label, edit.row) for edit in session(app).run.settings.data.edits]


def cell_of(app: GdtuiApp, place: Any) -> Cell:
    """The cell of the chart in which that place is drawn."""
    drawn = canvas(app)
    column, row = drawn.columns(np.array(place[:1]))[0], drawn.rows(np.array(place[1:]))[0]
    return drawn.left + int(column), drawn.top + int(row)


def free_cell(app: GdtuiApp) -> Cell:
    """A cell without points, away from the boundary."""
    drawn, points = canvas(app), snapshot(app).data.plane.points
    taken = {cell_of(app, point) for point in points}
    line = snapshot(app).data.plane.line(snapshot(app).shown.weights) if snapshot(app).data.units == 1 else (9, 0, 0)
    for row in range(drawn.height):
        for column in range(drawn.width):
            u, v = drawn.x_centres()[column], drawn.y_centres()[row]
            cell = drawn.left + column, drawn.top + row
            if cell not in taken and abs(line[0] + line[1] * u + line[2] * v) > 0.5:
                return cell
    raise AssertionError("there is no free cell")


def alone(app: GdtuiApp) -> tuple[int, Cell]:
    """A point that is alone in its cell, away from the boundary, by its row."""
    points = snapshot(app).data.plane.points
    cells = [cell_of(app, point) for point in points]
    line = snapshot(app).data.plane.line(snapshot(app).shown.weights)
    for row, cell in enumerate(cells):
        if cells.count(cell) == 1 and abs(line[0] + line[1:] @ points[row]) > 2:
            return row, cell
    raise AssertionError("there is no such point")


async def post(pilot: Pilot[int], kind: type[MouseEvent], cell: Cell, button: int = 1) -> None:
    """The mouse does that in the second slot, which is in front; Textual's pilot has one button."""
    if pilot.app.board.wish.front == 0:
        await press(pilot, "v")
    await pilot._post_mouse_events([kind], "#second", (cell[0] + 1, cell[1] + 1), button)


async def drag(pilot: Pilot[int], begin: Cell, end: Cell, button: int = 1) -> None:
    await post(pilot, MouseDown, begin, button)
    for share in (0.3, 1.0):
        column, row = (int(a + share * (b - a)) for a, b in zip(begin, end, strict=True))
        await post(pilot, MouseMove, (column, row), button)
    await post(pilot, MouseUp, end, button)
    await press(pilot)


async def mouse(app: GdtuiApp, pilot: Pilot[int], cell: Cell, button: int = 1) -> None:
    """A click, with that button, on the data in the second slot."""
    for kind in (MouseDown, MouseUp):
        await post(pilot, kind, cell, button)
    await press(pilot)


async def test_a_click_on_the_chart_that_is_not_in_front_only_takes_it_there() -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot)
        cell = free_cell(app)
        await pilot.click("#second", offset=(cell[0] + 1, cell[1] + 1))
        await press(pilot)
        assert (app.board.wish.front, edits(app)) == (1, [])
        await pilot.click("#second", offset=(cell[0] + 1, cell[1] + 1))
        await press(pilot)
        assert len(edits(app)) == 1


async def go(app: GdtuiApp, pilot: Pilot[int], cell: Cell) -> None:
    """Let the cursor be there, with the data in front."""
    if app.board.wish.front == 0:
        await press(pilot, "v")
    if not app.board.is_pointing:
        await press(pilot, "c")
    column, row = app.board.slots[1].cursor
    across, down = cell[0] - column, cell[1] - row
    await press(pilot, *["right" if across > 0 else "left"] * abs(across), *["down" if down > 0 else "up"] * abs(down))
    assert app.board.slots[1].cursor == cell


@pytest.mark.parametrize("way", ["left", "right", "enter", "0", "1"])
async def test_on_a_free_place_a_point_is_added_there_of_the_class_that_the_button_or_the_digit_says(way: str) -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot, 3)
        cell, drawn = free_cell(app), canvas(app)
        if way in ("left", "right"):
            await mouse(app, pilot, cell, {"left": 1, "right": 3}[way])
        else:
            await go(app, pilot, cell)
            await press(pilot, way)
        (edit,) = session(app).run.settings.data.edits
        assert (edit.label, edit.row) == (int(way in ("right", "1")), None)
        assert cell_of(app, edit.features) == cell
        assert canvas(app) == drawn  # nothing else has moved
        shown = snapshot(app)
        assert (shown.phase, len(shown.data), shown.done, session(app).run.forked_at) == (Phase.PAUSED, 251, 3, 4)
        assert "251 rows" in screen(app)
        assert log(app)[-1].startswith(f"fork 1 from epoch 4: a point of class {edit.label} at x1 ")
        await press(pilot, "n")
        assert snapshot(app).done == 4


@pytest.mark.parametrize("way", ["left", "right", "enter", "digit"])
async def test_on_a_point_its_class_becomes_the_other_and_u_takes_it_back(way: str) -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot, 3)
        row, cell = alone(app)
        before = int(snapshot(app).data.y[row])
        if way in ("left", "right"):
            await mouse(app, pilot, cell, {"left": 1, "right": 3}[way])
        else:
            await go(app, pilot, cell)
            await press(pilot, str(before))  # it is of that class already
            assert edits(app) == [] or way == "enter"
            await press(pilot, "enter" if way == "enter" else str(1 - before))
        assert edits(app) == [(1 - before, row)]
        assert snapshot(app).data.y[row] == 1 - before
        await press(pilot, "u")
        assert (edits(app), snapshot(app).data.y[row]) == ([], before)


async def test_enter_and_a_click_add_of_the_class_that_was_said_last() -> None:
    async with running(Settings(epochs=50, data=DataSettings(centers=4))) as (app, pilot):
        first = free_cell(app)
        await go(app, pilot, first)
        await press(pilot, "3", "enter")  # and what is there then becomes one of the next
        await mouse(app, pilot, free_cell(app))
        await mouse(app, pilot, free_cell(app), 3)
        await press(pilot, "7")
        assert edits(app) == [(3, None), (0, 250), (3, None), (0, None)]
        assert notices(app)[-1] == "there are the classes 0 to 3"


async def test_a_hundred_clicks_before_the_next_epoch_are_one_branch() -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot)
        await go(app, pilot, free_cell(app))
        await press(pilot, *"01" * 10)  # the first adds, the others change its class
        assert (len(edits(app)), len(snapshot(app).names)) == (20, 2)
        await press(pilot, *"u" * 20)
        assert (edits(app), len(snapshot(app).names), len(snapshot(app).data)) == ([], 2, 250)


async def test_outside_the_axes_and_with_a_drag_nothing_is_added() -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot)
        drawn, cell = canvas(app), free_cell(app)
        await mouse(app, pilot, (0, drawn.top))
        await mouse(app, pilot, (drawn.left + 3, drawn.top + drawn.height))
        await drag(pilot, cell, (cell[0] + 3, cell[1]))
        assert len(snapshot(app).names) == 1


# Where not all of it is possible


async def test_of_many_classes_points_are_added_and_it_is_said_that_boundaries_are_not_moved() -> None:
    async with running(Settings(epochs=50, data=DataSettings(centers=3))) as (app, pilot):
        await go(app, pilot, free_cell(app))
        await press(pilot, "2", "right_square_bracket")
        assert edits(app) == [(2, None)]
        assert "not moved by hand" in notices(app)[-1]


@pytest.mark.parametrize("source", ["wine", "breast-cancer"])
async def test_in_principal_components_a_point_lies_in_the_plane_and_the_title_says_so(source: str) -> None:
    classes = ("class_0", "class_1") if source == "wine" else None
    async with running(Settings(data=DataSettings(source, classes=classes), epochs=9)) as (app, pilot):
        cell = free_cell(app)
        await mouse(app, pilot, cell)
        shown = snapshot(app)
        assert cell_of(app, shown.data.plane.points[-1]) == cell
        plane, added = shown.data.plane, shown.data.features[-1]
        assert added == pytest.approx(plane.origin + plane.points[-1] @ plane.axes, abs=0.02)
        await press(pilot, "z")
        assert "new points lie in this plane" in screen(app)
        await press(pilot, "c", "right_curly_bracket")
        change = snapshot(app).shown.weights - shown.shown.weights
        across = change[1:] - plane.axes.T @ (plane.axes @ change[1:])
        assert np.abs(across).max() < 1e-12
        assert snapshot(app).phase is Phase.HELD


async def test_over_one_feature_upwards_are_the_classes_and_brackets_make_the_curve_steeper() -> None:
    asked = replace(FIFTY, data=DataSettings(features=("x1",)), init=(-4.0, 1.0))
    async with running(asked) as (app, pilot):
        drawn = canvas(app)
        top, bottom = ((drawn.left + 1, drawn.top + int(drawn.rows(np.array([at]))[0])) for at in (1.0, 0.0))
        await go(app, pilot, top)
        await press(pilot, "enter")
        await go(app, pilot, bottom)
        await press(pilot, "enter")
        assert edits(app) == [(1, None), (0, None)]
        before = snapshot(app).shown.weights
        await press(pilot, "right_square_bracket")
        assert snapshot(app).shown.weights == pytest.approx(before * 1.2)
        await press(pilot, "left_square_bracket", "left_curly_bracket")
        held = snapshot(app).shown.weights
        assert held[1] == pytest.approx(before[1])
        assert held[0] < before[0]


async def test_where_a_file_is_watched_it_is_said_that_nothing_can_be_changed(tmp_path) -> None:
    saved(tmp_path / "run.jsonl")
    async with running(watching(tmp_path / "run.jsonl")) as (app, pilot):
        await mouse(app, pilot, free_cell(app))
        assert "only watched cannot be changed" in notices(app)[-1]
        await press(pilot, "c", "right_square_bracket")
        assert "only watched cannot be changed" in notices(app)[-1]
        assert len(snapshot(app).names) == 1
        await press(pilot, "c", "2")
        view, slot = app.board.view("landscape"), app.board.slots[app.board.wish.front]
        await until(pilot, lambda: not view.is_busy and "●" in "".join(slot.chart.lines()))
        count = len(notices(app))
        await pilot.click(slot, offset=(30, 5))
        await until(pilot, lambda: len(notices(app)) > count)
        assert "only watched cannot be changed" in notices(app)[-1]


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (200, 60)])
async def test_at_any_size_it_does_something_or_nothing(size: tuple[int, int]) -> None:
    async with running(FIFTY, size=size) as (app, pilot):
        await press(pilot, "v", "c", "1", "right_square_bracket", "space", "space", "u", "escape")
        assert snapshot(app).done >= 0


@pytest.mark.parametrize("classes", [2, 4])
async def test_an_empty_plane_is_filled_in_every_view_and_then_trained_on(classes: int) -> None:
    asked = Settings(data=DataSettings("none", centers=classes), epochs=50)
    async with running(asked) as (app, pilot):
        assert "click adds ●, right click ▲" in screen(app)
        for _ in range(12):  # all views, without points
            await press(pilot, "V")
        await press(pilot, "1", "1") if app.board.wish.views[1] != "data" else None
        await press(pilot, "space")
        assert "no points of two classes yet" in notices(app)[-1]
        front = app.board.wish.views.index("data")
        if app.board.wish.front != front:
            await press(pilot, "v")
        await press(pilot, "c", "0", "left", "left", "left", "1", "n", "n")
        assert (snapshot(app).done, len(snapshot(app).data)) == (2, 2)
        for _ in range(12):
            await press(pilot, "c", "V", "n", "c")
        assert snapshot(app).done == 14

"""The boundary by hand: it is drawn along with the mouse, and keys turn and shift it while there is a cursor."""

from __future__ import annotations

import numpy as np
import pytest
from textual.pilot import Pilot

from gdtui.learning.moment import measure
from gdtui.session.snapshot import Phase
from gdtui.tui.app import GdtuiApp
from tests.tui.driving import SOON, keys, press, running, screen, session, snapshot, step
from tests.tui.test_hands import FIFTY, Cell, canvas, drag, edits, mouse


async def boundary_cell(app: GdtuiApp, pilot: Pilot[int], share: float) -> Cell:
    """Where the boundary is, that share of the way down."""
    drawn = canvas(app)
    line = snapshot(app).data.plane.line(snapshot(app).shown.weights)
    row = int(share * (drawn.height - 1))
    u = -(line[0] + line[2] * drawn.y_centres()[row]) / line[1]
    return drawn.left + int(drawn.columns(np.array([u]))[0]), drawn.top + row


def slope(weights: np.ndarray) -> float:
    return float(weights[1] / weights[2])


async def test_the_boundary_is_drawn_along_by_its_middle_and_space_trains_on_from_there() -> None:
    async with running(FIFTY, SOON) as (app, pilot):
        await step(pilot, 5)
        before = snapshot(app).shown
        begin = await boundary_cell(app, pilot, 0.5)
        end = begin[0] + 6, begin[1]
        await drag(pilot, begin, end)
        shown = snapshot(app)
        assert (shown.phase, shown.done, len(shown.names)) == (Phase.HELD, 5, 1)
        assert "held" in screen(app)
        assert shown.shown == measure(session(app).run.kernel, shown.shown.weights, 5)
        assert slope(shown.shown.weights) == pytest.approx(slope(before.weights))
        column, _ = await boundary_cell(app, pilot, 0.5)
        assert abs(column - end[0]) <= 1
        assert f"{shown.shown.loss:.5f}"[:5] in screen(app)
        await press(pilot, "space")
        assert session(app).run.begun_with.tolist() == shown.shown.weights.tolist()
        assert (session(app).run.forked_at, len(snapshot(app).names)) == (6, 2)


@pytest.mark.parametrize(("share", "button"), [(0.05, 1), (0.4, 3)])
async def test_near_its_ends_or_with_the_right_button_it_turns(share: float, button: int) -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot, 5)
        before = snapshot(app).shown.weights
        middle = await boundary_cell(app, pilot, 0.5)
        begin = await boundary_cell(app, pilot, share)
        await drag(pilot, begin, (begin[0] + 5, begin[1]), button)
        held = snapshot(app).shown.weights
        assert snapshot(app).phase is Phase.HELD
        assert abs(slope(held) - slope(before)) > 0.05
        if share < 0.2:
            assert np.abs(np.subtract(await boundary_cell(app, pilot, 0.5), middle)).max() <= 1
        column, _ = await boundary_cell(app, pilot, share)
        assert abs(column - begin[0] - 5) <= 1


async def test_a_click_on_the_boundary_that_goes_nowhere_is_a_click() -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot, 5)
        cell = await boundary_cell(app, pilot, 0.02)
        await mouse(app, pilot, cell)
        assert (snapshot(app).phase, len(edits(app))) == (Phase.PAUSED, 1)


@pytest.mark.parametrize("key", [key for by in ("1,0", "-1,0", "0,1", "0,-1") for key in keys(f"turn({by})")])
async def test_keys_turn_and_shift_it_while_there_is_a_cursor_and_escape_gives_it_up(key: str) -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot, 5)
        before = snapshot(app).shown
        await press(pilot, "v", key)
        assert snapshot(app).phase is Phase.PAUSED  # without a cursor it is not in anybody's hand
        await press(pilot, "c", key, key)
        held = snapshot(app).shown
        assert snapshot(app).phase is Phase.HELD
        assert "space Train on  escape Give up" in screen(app)
        is_turn = key.endswith("square_bracket")
        assert (slope(held.weights) == pytest.approx(slope(before.weights))) is not is_turn
        opposite = key.replace("left", "x").replace("right", "left").replace("x", "right")
        await press(pilot, opposite, opposite)
        assert snapshot(app).shown.weights == pytest.approx(before.weights)
        await press(pilot, "escape")
        assert (snapshot(app).phase, snapshot(app).shown) == (Phase.PAUSED, before)
        assert app.board.is_pointing
        await press(pilot, "escape")
        assert not app.board.is_pointing


async def test_without_a_cursor_escape_gives_up_too_and_n_trains_one_epoch_from_there() -> None:
    async with running(FIFTY) as (app, pilot):
        await step(pilot, 5)
        before = snapshot(app).shown
        begin = await boundary_cell(app, pilot, 0.5)
        await drag(pilot, begin, (begin[0] - 4, begin[1]))
        assert "escape Give up" in screen(app)
        assert "space Train on" in screen(app)
        assert "Fork here" not in screen(app)  # which would do the same
        await press(pilot, "escape")
        assert snapshot(app).shown == before
        await drag(pilot, begin, (begin[0] - 4, begin[1]))
        held = snapshot(app).shown.weights
        await press(pilot, "n")
        assert (snapshot(app).done, snapshot(app).phase) == (6, Phase.PAUSED)
        assert session(app).run.history.weights_at(6).tolist() == held.tolist()

"""The number keys: which view is in which slot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdtui.tui.bindings import NUMBERS, VIEWS
from gdtui.views.data import DataView
from gdtui.views.view import View
from tests.tui.driving import base, keys, press, running, screen, step, until


def shown(app: Any) -> tuple[str, ...]:
    return tuple(app.board.wish.views)


@pytest.mark.parametrize("key", keys("show_view('1')"))
async def test_a_view_that_the_other_slot_shows_changes_places_with_it(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot)
        assert shown(app) == ("loss", "data")
        await press(pilot, key)
        assert shown(app) == ("data", "loss")
        first, second = (str(base(app).query_one(name).border_title) for name in ("#first", "#second"))
        assert "1 Data  blobs and boundary" in first
        assert "1 Loss" in second
        assert "▸ 1 Data" in screen(app)
        await press(pilot, "v", key)
        assert shown(app) == ("loss", "data")


TURNS = [(key, by) for by in ((-1, 0), (1, 0), (0, 1), (0, -1)) for key in keys(f"turn({by[0]},{by[1]})")]


async def test_brackets_turn_what_the_view_in_front_shows_or_where_it_cannot_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, int, int]] = []

    def turn(view: View, snapshot: object, across: int, up: int) -> bool:
        asked.append((type(view).__name__, across, up))
        return len(asked) > 1

    for kind in (View, DataView):
        monkeypatch.setattr(kind, "turn", turn)
    async with running() as (_, pilot):
        await step(pilot)
        for key, by in TURNS:
            asked.clear()
            await press(pilot, key)
            assert asked == [("LossView", *by), ("DataView", *by)]
        await press(pilot, "v")
        asked.clear()
        await press(pilot, TURNS[0][0])
        assert asked == [("DataView", -1, 0), ("LossView", -1, 0)]


TITLES = {
    "weights": "Weights",
    "gradients": "Gradient",
    "accuracy": "Accuracy",
    "alpha": "Alpha",
    "ruler": "Ruler",
    "steps": "Step",
    "anatomy": "Next step",
    "check": "Gradient by differences",
}


@pytest.mark.parametrize("key", [key for number in "4567" for key in keys(f"show_view('{number}')")])
async def test_a_number_shows_its_views_one_after_the_other(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        for name in (*VIEWS[key], VIEWS[key][0]):
            await press(pilot, key)
            assert shown(app) == (name, "data")
            assert f"▸ {key} {TITLES.get(name, '')}" in screen(app)
        await press(pilot, "left")
        assert "epoch 2" in screen(app)


@pytest.mark.parametrize("key", keys("next_view"))
async def test_a_key_or_a_click_goes_through_all_views_but_that_beside_it(key: str) -> None:
    names = tuple(NUMBERS)
    async with running() as (app, pilot):
        await step(pilot)
        for name in (*names[2:], "loss"):
            await press(pilot, key)
            assert shown(app)[0] == name
        assert shown(app) == ("loss", "data")
        row = screen(app).splitlines()[-1]
        assert "1-7 Views" in row
        await pilot.click("#foot", offset=(row.index("1-7") + 1, 0))
        assert shown(app) == (names[2], "data")


async def test_a_key_of_one_view_brings_it_from_the_other_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, "5", ("accuracy",))
    async with running() as (app, pilot):
        await step(pilot)
        await press(pilot, "5", "v", "5")
        assert shown(app) == ("data", "accuracy")
        await press(pilot, "5")
        assert shown(app) == ("data", "accuracy")


@pytest.mark.parametrize("key", keys("show_view('2')"))
async def test_the_landscape_is_computed_beside_the_frames(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot)
        await press(pilot, key)
        assert shown(app) == ("landscape", "data")
        view = app.board.view("landscape")
        await until(pilot, lambda: not view.is_busy and "●" in "".join(base(app).slots[0].chart.lines()))
        assert "▸ 2 Landscape" in screen(app)
        assert "● here  → next step" in screen(app)


@pytest.mark.parametrize("key", keys("show_view('2')"))
async def test_pressed_again_the_key_of_the_landscape_shows_the_bowl(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot)
        await press(pilot, key, key)
        assert shown(app) == ("bowl", "data")
        view, slot = app.board.view("bowl"), base(app).slots[0]
        await until(pilot, lambda: not view.is_busy and "° up" in str(slot.border_subtitle))
        assert "▸ 2 Bowl" in screen(app)
        before = slot.chart
        await press(pilot, "]")
        assert list(slot.chart.changes(before))
        await pilot.mouse_down(slot, offset=(30, 10))
        turned = view._eye
        await pilot.hover(slot, offset=(20, 12))
        await pilot.mouse_up(slot, offset=(20, 12))
        assert view._eye != turned
        await press(pilot, key)
        assert shown(app) == ("landscape", "data")


@pytest.mark.parametrize("key", keys("show_view('3')"))
async def test_the_sigmoid_follows_time_travel(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 3)
        await press(pilot, key)
        assert shown(app) == ("sigmoid", "data")
        now = screen(app)
        assert "▸ 3 Sigmoid" in now
        assert "threshold 0.5" in now
        await press(pilot, "left", "left")
        assert screen(app) != now
        await press(pilot, "right", "end")
        assert screen(app) == now


@pytest.mark.parametrize("key", keys("show_named('check')"))
async def test_a_key_checks_the_gradient_by_differences(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        for _ in range(2):
            await press(pilot, key)
            assert shown(app) == ("check", "data")
        await until(pilot, lambda: not app.board.view("check").is_busy and "∛ε" in screen(app))
        assert "▸ 7 Gradient by differences, epoch 2" in screen(app)
        await press(pilot, "v", key)
        assert shown(app) == ("data", "check")


@pytest.mark.parametrize("key", keys("turn(1,0)"))
async def test_a_step_is_gone_through_by_beats_and_after_the_last_of_them_it_is_taken(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot, 2)
        await press(pilot, "7")
        assert "p = σ(z)" in screen(app)
        assert "e = p − y" not in screen(app)
        await press(pilot, *[key] * 4)
        assert "W after" in screen(app)
        after = [part for line in screen(app).splitlines() if "W after" in line for part in line.split()[3:6]]
        await press(pilot, key)
        await until(pilot, lambda: app.board.snapshot.done == 3)
        assert "Next step, epoch 4" in screen(app)
        np.testing.assert_allclose([float(part) for part in after], app.board.snapshot.run.weights, atol=1e-6)
        await press(pilot, keys("turn(-1,0)")[0])
        await until(pilot, lambda: app.board.snapshot.past == 3)
        assert "W after" in screen(app)


@pytest.mark.parametrize("key", keys("show_view('5')"))
async def test_measures_take_turns(key: str) -> None:
    async with running() as (app, pilot):
        await step(pilot)
        seen = []
        for _ in VIEWS["5"]:
            await press(pilot, key)
            seen.append(shown(app)[0])
            assert "▸ 5 " in screen(app)
        assert tuple(seen) == VIEWS["5"]
        await press(pilot, key)
        assert shown(app)[0] == VIEWS["5"][0]

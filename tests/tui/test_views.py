"""The number keys: which view is in which slot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tui.driving import base, keys, press, running, screen, step


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
        assert "1 blobs and boundary" in first
        assert "1 Loss" in second
        assert "▸ 1 blobs" in screen(app)
        await press(pilot, "v", key)
        assert shown(app) == ("loss", "data")

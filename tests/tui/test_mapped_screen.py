"""Rows that stay on the disk are read outside the screen's thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdtui.data.mapped import MappedRows, Room
from gdtui.settings import DataSettings, Settings
from gdtui.tui import front
from tests.tui import test_threads
from tests.tui.driving import FLAT_OUT, idle, press, snapshot, status, until
from tests.tui.test_threads import assert_never_here, begun, callers

__all__ = ["callers"]
ROWS = 100_000


async def test_training_travel_and_saving_leave_the_screen_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    disk = [*((MappedRows, name) for name in ("__init__", "block", "take", "expect_any_order")), (Room, "write")]
    monkeypatch.setattr(test_threads, "SLOW", [*test_threads.SLOW, *disk])
    callers = request.getfixturevalue("callers")
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 2, ROWS)
    np.save(tmp_path / "rows.npy", np.column_stack([chance.normal(size=(ROWS, 3)) + labels[:, None], labels]))
    data = DataSettings(str(tmp_path / "rows.npy"), mapped=True, test_size=0.1)
    app = front.training(Settings(data=data, epochs=10**9, init=(0.1,) * 4), FLAT_OUT)
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(app, pilot)
        await until(pilot, lambda: status(app).epoch > 20)
        await press(pilot, "home", "right", "shift+right", "t")
        await pilot.press("up", "f")
        await until(pilot, lambda: len(snapshot(app).names) == 2 and status(app).epoch > 20)
        await press(pilot, "b")
        await pilot.press("w")
        app.screen.query_one("Input").value = str(tmp_path / "run.jsonl")
        await press(pilot, "enter")
        await press(pilot, "e", *str(snapshot(app).done), "enter")
        await pilot.press("space")
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        assert_never_here(callers, "MappedRows.block", "MappedRows.take", "BlockedKernel.sums", "Room.write")

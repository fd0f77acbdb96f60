"""Rows that stay on the disk are read outside the screen's thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdtui.data.mapped import MappedRows, Room
from gdtui.settings import DataSettings, Settings
from gdtui.tui import front
from tests.tui import test_threads
from tests.tui.driving import FLAT_OUT
from tests.tui.test_threads import assert_never_here, callers, train_travel_save_and_end

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
        await train_travel_save_and_end(app, pilot, tmp_path / "run.jsonl")
        assert_never_here(callers, "MappedRows.block", "MappedRows.take", "BlockedKernel.sums", "Room.write")

"""Whatever is slow is done outside the screen's thread: the screen answers while 100,000 rows are worked on."""

from __future__ import annotations

import threading
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdtui.data.plane import Plane
from gdtui.learning.kernel import BlockedKernel, Kernel
from gdtui.runs.archive import ArchivedRun
from gdtui.runs.history import History
from gdtui.runs.run import Run, Shown
from gdtui.runs.writer import RunWriter
from gdtui.session.comparison import Comparison
from gdtui.session.looking import Looking
from gdtui.session.session import Session
from gdtui.settings import DataSettings, Settings
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from tests.tui.driving import FLAT_OUT, idle, press, resumed, saved, snapshot, status, until, watching

ROWS = 100_000
SLOW = [
    *((kind, name) for kind in (Session, Comparison, Looking) for name in ("__init__", "turn", "snapshot")),
    *((kind, name) for kind in (Shown, Run, ArchivedRun) for name in ("__init__", "newest", "moment", "end")),
    (Run, "advance"),
    (Run, "forked"),
    (ArchivedRun, "read_on"),
    *((History, name) for name in ("state_at", "state_after", "weights_at", "redo", "prefix")),
    *((kind, name) for kind in (Kernel, BlockedKernel) for name in ("loss_gradient", "sums", "confusion")),
    *((RunWriter, name) for name in ("__init__", "take")),
]
"""What evaluates the data, or works on files."""


@pytest.fixture
def callers(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """The threads in which each of these is called from now on."""
    found: dict[str, set[int]] = {}

    def watch(kind: type, name: str) -> None:
        inner = kind.__dict__.get(name)
        if inner is None:  # inherited, and watched there
            return

        @wraps(inner)
        def watched(*args: Any, **options: Any) -> Any:
            found.setdefault(f"{kind.__name__}.{name}", set()).add(threading.get_ident())
            return inner(*args, **options)

        monkeypatch.setattr(kind, name, watched)

    for kind, name in SLOW:
        watch(kind, name)
    plane_of = Plane.of

    def plane(*args: Any) -> Plane:
        found.setdefault("Dataset.plane", set()).add(threading.get_ident())
        return plane_of(*args)

    monkeypatch.setattr(Plane, "of", plane)
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ROWS` rows of three features."""
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 2, ROWS)
    rows = np.column_stack([chance.normal(size=(ROWS, 3)) + labels[:, None], labels])
    np.savetxt(path, rows, fmt=["%.3f", "%.3f", "%.3f", "%d"], delimiter=",", header="a,b,c,class", comments="")
    return path


def assert_never_here(callers: dict[str, set[int]], *wanted: str) -> None:
    """None of these was called in this thread, which is the screen's, and those that are wanted were called."""
    assert set(wanted) <= set(callers)
    assert [name for name, threads in callers.items() if threading.get_ident() in threads] == []


async def begun(app: GdtuiApp, pilot: Any) -> None:
    await until(pilot, lambda: app.board.snapshot is not None)


async def train_travel_save_and_end(app: GdtuiApp, pilot: Any, path: Path) -> None:
    await begun(app, pilot)
    await until(pilot, lambda: status(app).epoch > 20)
    await press(pilot, "home", "right", "shift+right", "t")
    await pilot.press("up", "f")
    await until(pilot, lambda: len(snapshot(app).names) == 2 and status(app).epoch > 20)
    await press(pilot, "b")
    await pilot.press("w")
    app.screen.query_one("Input").value = str(path)
    await press(pilot, "enter")
    await press(pilot, "e", *str(snapshot(app).done), "enter")
    await pilot.press("space")
    await until(pilot, lambda: status(app).state == "done")
    await idle(pilot)


async def test_training_travel_saving_and_the_end_leave_the_screen_free(
    table: Path, tmp_path: Path, callers: dict[str, set[int]]
) -> None:
    settings = Settings(data=DataSettings(str(table)), epochs=10**9, init=(0.1,) * 4)
    app = front.training(settings, FLAT_OUT)
    async with app.run_test(size=(120, 40)) as pilot:
        await train_travel_save_and_end(app, pilot, tmp_path / "run.jsonl")
        wanted = "Session.turn", "Session.snapshot", "Run.advance", "Shown.moment", "RunWriter.take", "Dataset.plane"
        assert_never_here(callers, *wanted, "BlockedKernel.sums", "Kernel.confusion", "History.state_at")
        await pilot.press("d", "home", "enter")
        await until(pilot, lambda: snapshot(app).run.data.name == "blobs")
        await press(pilot, "space")
        assert_never_here(callers)


@pytest.mark.parametrize("kind", ["watched", "resumed", "compared"])
async def test_a_file_leaves_the_screen_free(
    kind: str, table: Path, tmp_path: Path, callers: dict[str, set[int]]
) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    saved(one, Settings(data=DataSettings(str(table)), epochs=10**9, init=(0.1,) * 4), done=40)
    saved(other)
    callers.clear()
    app = {"watched": watching(one), "resumed": resumed(one), "compared": watching(one, other)}[kind]
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(app, pilot)
        await pilot.press("home", "right", "l")
        if kind == "compared":
            await pilot.press("down", "end")
        await idle(pilot)
        if kind == "compared":
            assert_never_here(callers, "Comparison.turn", "Looking.snapshot", "Kernel.confusion")
        else:
            wanted = "Session.turn", "Session.snapshot", "BlockedKernel.sums", "Dataset.plane"
            assert_never_here(callers, *wanted)

"""What makes many apps one after the other quick to test."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import app, pilot


async def _at_rest(_: float = 0) -> None:
    """Wait until the event loop has nothing to run; what a thread works on is for `idle` and `until` to wait for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 1  # an animation, say, may always have something
    await asyncio.sleep(0.001)
    while loop._ready and loop.time() < end:
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits 20 ms at a time until the process has used hardly any CPU, several times a key, and for a
    second where a thread trains meanwhile."""
    for module in (app, pilot):
        monkeypatch.setattr(module, "wait_for_idle", _at_rest)


@pytest.fixture(autouse=True, scope="package")
def _rare_collections() -> Iterator[None]:
    """An app makes so many objects that a fifth of the time would go into collecting garbage."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    yield
    gc.set_threshold(*before)


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some keys save files where the app was begun."""
    monkeypatch.chdir(tmp_path)

"""What makes many apps one after the other quick to test."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import _wait


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits 20 ms at a time for the app to come to rest, several times a key. 5 ms do as well."""
    monkeypatch.setattr(_wait, "SLEEP_GRANULARITY", 0.005)
    monkeypatch.setattr(_wait, "SLEEP_IDLE", 0.0005)


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

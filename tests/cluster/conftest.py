"""A scheduler and workers as people begin them: by Dask's own commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from tests.cluster.crew import until


class Dask:
    """A scheduler on the loopback, and the workers that it is given."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._begun = folder, list[subprocess.Popen]()
        told = folder / "scheduler.json"
        self.scheduler = self._begin("scheduler", "--port", "0", "--scheduler-file", str(told))
        until(lambda: told.exists() and told.read_text().endswith("}"), "a scheduler")
        self.address: str = json.loads(told.read_text())["address"]

    def worker(self) -> subprocess.Popen:
        """One more, which nobody begins again."""
        return self._begin("worker", self.address, "--no-nanny", "--nthreads", "1")

    def then(self, holds: Callable[[], object], act: Callable[[], object]) -> None:
        """Do that once this holds, while something else goes on."""

        def watch() -> None:
            until(lambda: _is(holds), "before something is killed")
            act()

        Thread(target=watch, daemon=True).start()

    def end(self) -> None:
        for process in self._begun:
            process.kill()
            process.wait()

    def _begin(self, what: str, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", what, *arguments, "--host", "127.0.0.1", "--no-dashboard"]
        with open(self._folder / f"{len(self._begun)}.log", "w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._begun.append(process)
        return process


def _is(holds: Callable[[], object]) -> object:
    try:
        return holds()
    except FileNotFoundError:
        return False


@pytest.fixture
def dask(tmp_path):
    folder = tmp_path / "dask"
    folder.mkdir()
    begun = Dask(folder)
    yield begun
    begun.end()

"""Workers that tests begin, and end in the midst of their work."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import psutil

from gdtui.cluster.workers import Workers
from gdtui.data.dataset import WHOLE, Dataset, dataset
from gdtui.data.rows import BLOCK

SECONDS = 60.0


def many(classes: int = 2, blocks: int = 20) -> Dataset:
    """Data in so many blocks, the last of them short."""
    rows, generator = blocks * BLOCK - 77, np.random.default_rng(classes)
    features = 3 * WHOLE // (rows * (1 if classes == 2 else classes)) + 1  # parts of it are in blocks, too
    X, y = generator.normal(size=(rows, features)), generator.integers(0, classes, rows)
    X[:, 0] += y
    return dataset("many", X, y.astype(np.float64), class_names=tuple("abcdefghij"[:classes]))


def until(holds: Callable[[], object], about: str = "") -> None:
    """Wait until this holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"it never held: {about}"
        time.sleep(0.01)


def processes_of(parent: int | None = None) -> list[psutil.Process]:
    """The worker processes that were begun by a process: this one, if none is given."""
    found = []
    for process in psutil.Process(parent).children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:  # it has just ended
            continue
    return found


def kill_one() -> psutil.Process:
    """End the first worker process at once, as a machine that fails."""
    process = processes_of()[0]
    process.kill()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, "killed")
    return process


def all_there(workers: Workers, count: int = 2) -> Workers:
    """The same once there are so many of them."""
    until(lambda: workers.is_ready() and workers.count == count, f"{count} workers")
    workers.told.clear()
    return workers


def all_ended(processes: list[psutil.Process]) -> bool:
    """Whether none of these goes on."""
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)

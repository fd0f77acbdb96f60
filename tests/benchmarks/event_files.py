"""Event files of TensorBoard: how long it takes to open 50 runs of 100,000 scalars."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gdtui.logs.places import LogPlaces
from tests.benchmarks.table import Row
from tests.event_files import BEGIN, event

RUNS, SCALARS = 50, 100_000


def event_files() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        seconds = statistics.median(opened(folder) for _ in range(5))
    yield f"{RUNS} runs of {SCALARS:,} scalars in event files, opened", f"{seconds:.3g} s", "", "", "≤ 2 s"


def write(folder: Path) -> None:
    chance = np.random.default_rng(0)
    tags = ("train/loss", "val/loss")
    records = (event(step // 2, {tags[step % 2]: chance.random()}, 1e9 + step / 100) for step in range(SCALARS))
    first = folder / "run0" / "events.out.tfevents.1"
    for number in range(RUNS):
        path = folder / f"run{number}" / first.name
        path.parent.mkdir()
        if number == 0:
            path.write_bytes(BEGIN + b"".join(records))
        else:
            shutil.copy(first, path)


def opened(folder: str) -> float:
    """Seconds until all that is in the files is at hand."""
    begun = time.perf_counter()
    places = LogPlaces([folder])
    places.poll()
    while places.has_more:
        places.poll()
    assert sum(len(metric) for run in places.runs for metric in run.metrics.values()) == RUNS * SCALARS
    return time.perf_counter() - begun

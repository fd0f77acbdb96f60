"""Other people's logs: how long it takes until 50 runs of 100,000 points are read, and are all in the charts."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from gdtui.logs.places import LogPlaces
from tests.benchmarks.pty_run import run
from tests.benchmarks.table import Row
from tests.event_files import BEGIN, event

RUNS, POINTS = 50, 100_000
TAGS = "train/loss", "val/loss"


def opened() -> Iterator[Row]:
    for name, file, text in FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), file, text())
            told = f"{RUNS} runs of {POINTS:,} points in {name}"
            yield f"{told}, read", f"{statistics.median(read(folder) for _ in range(5)):.3g} s", "", "", ""
            seconds = statistics.median(shown(folder) for _ in range(5))
            yield f"{told}, from the shell to the charts", f"{seconds:.3g} s", "", "", "≤ 2 s"


def write(folder: Path, file: str, text: bytes) -> None:
    for number in range(RUNS):
        path = folder / f"run{number}" / file
        path.parent.mkdir()
        if number == 0:
            path.write_bytes(text)
        else:
            shutil.copy(folder / "run0" / file, path)


def losses() -> Iterator[tuple[int, float]]:
    """Noisy ones, by their steps, with all their digits."""
    steps = np.arange(POINTS)
    chance = np.random.default_rng(0)
    return zip(range(POINTS), (np.exp(-steps / 30_000) * chance.normal(1.0, 0.1, POINTS)).tolist(), strict=True)


def event_files() -> bytes:
    records = (event(step // 2, {TAGS[step % 2]: loss}, 1e9 + step / 100) for step, loss in losses())
    return BEGIN + b"".join(records)


def json_lines() -> bytes:
    return "".join(f'{{"step": {step}, "loss": {loss}}}\n' for step, loss in losses()).encode()


def csv() -> bytes:
    return ("step,loss\n" + "".join(f"{step},{loss}\n" for step, loss in losses())).encode()


FORMATS: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    ("event files", "events.out.tfevents.1", event_files),
    ("JSON lines", "log.jsonl", json_lines),
    ("CSV", "log.csv", csv),
)


def read(folder: str) -> float:
    """Seconds until all that is in the files is at hand."""
    begun = time.perf_counter()
    places = LogPlaces([folder])
    places.poll()
    while places.has_more:
        places.poll()
    assert sum(len(metric) for run in places.runs for metric in run.metrics.values()) == RUNS * POINTS
    return time.perf_counter() - begun


def shown(folder: str) -> float:
    """Seconds from the shell until the last is drawn: then nothing is sent any more."""
    return run("-m", "gdtui", "watch", folder, seconds=5).pieces[-1][0]

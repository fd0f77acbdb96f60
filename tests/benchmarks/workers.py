"""Rows with workers: epochs beside the article's loop and beside reading X on as many cores, and what a round costs.

``python -m tests.benchmarks.workers ROWS SHARE`` has its share of X, and reads it when it gets a line.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from gdtui.cluster.workers import Workers
from gdtui.data.dataset import Dataset, dataset
from gdtui.learning.objective import objective_named
from gdtui.runs.run import Run
from gdtui.settings import Settings
from tests.benchmarks.article import article_loop
from tests.benchmarks.probe import wide
from tests.benchmarks.table import Row, alternate, row

CORES, EPOCHS, TIMES = 2, 15, 5
REST = 0.3
"""Seconds in which a thread of BLAS leaves the core that the workers need: until then epochs take twice as long."""


def workers() -> Iterator[Row]:
    crew, large = Workers(CORES), wide()
    try:
        here = _epochs(crew, large)
        here()
        ours, theirs = alternate(here, lambda: _article(large), TIMES)
        yield row(f"--workers {CORES}, 1,000,000×30, beside the article's loop", ours, theirs, "epochs/s", "≥ 2.5")
        with_readers = [_Reader(large.X.shape[0], CORES) for _ in range(CORES)]
        ours, theirs = alternate(lambda: 1000 / here(), lambda: 1000 * _reading(with_readers), TIMES)
        for reader in with_readers:
            reader.end()
        yield row(f"the same, beside reading X on {CORES} cores", ours, theirs, "ms", "≤ 1.5")
        one = _epochs(crew, dataset("tiny", np.ones((CORES * 2048, 65)), np.arange(CORES * 2048) % 2.0))
        alone = [1000 / one() for _ in range(TIMES)]
        yield "a round of two workers that have next to nothing", f"{min(alone):.3g} ms", "", "", "≤ 3 ms"
    finally:
        crew.close()


def _epochs(crew: Workers, data: Dataset):
    """Measures epochs a second of a run with its history."""
    run = Run(Settings(epochs=10**6, init="zeros"), data, crew.kernel(data, objective_named("article")))

    def measure() -> float:
        begun = time.perf_counter()
        run.advance(EPOCHS)
        return EPOCHS / (time.perf_counter() - begun)

    return measure


def _article(data: Dataset) -> float:
    W = np.zeros(data.X.shape[1])
    begun = time.perf_counter()
    article_loop(data.X, data.y, W, EPOCHS)
    speed = EPOCHS / (time.perf_counter() - begun)
    time.sleep(REST)
    return speed


class _Reader:
    """A process that has its share of X, and reads it when it is asked."""

    def __init__(self, rows: int, share: int) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.workers", str(rows), str(share)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def ask(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def answer(self) -> None:
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def _reading(readers: list[_Reader]) -> float:
    """Seconds in which they read X once, all at the same time."""
    begun = time.perf_counter()
    for _ in range(EPOCHS):
        for reader in readers:
            reader.ask()
        for reader in readers:
            reader.answer()
    return (time.perf_counter() - begun) / EPOCHS


def main() -> None:
    rows, share = map(int, sys.argv[1:])
    X = np.random.default_rng(0).normal(size=(rows // share, 31))
    while True:
        print(flush=True)
        if not sys.stdin.buffer.readline():
            return
        X.sum()


if __name__ == "__main__":
    main()

"""Prints metric, gdtui, baseline, ratio and goal. ``python -m tests.benchmarks [NAME …]`` runs some of them."""

from __future__ import annotations

import json
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import Settings
from tests.benchmarks.article import article_loop
from tests.benchmarks.blocked import KEYS
from tests.benchmarks.in_tmux import alone, in_tmux
from tests.benchmarks.judged import judged
from tests.benchmarks.mapped import mapped
from tests.benchmarks.opened import opened
from tests.benchmarks.probe import wide
from tests.benchmarks.probing import of_module, probe
from tests.benchmarks.pty_run import Traffic, run
from tests.benchmarks.race import race
from tests.benchmarks.steps import steps
from tests.benchmarks.table import Row, alternate, row
from tests.benchmarks.views import frames_of, soon, travel
from tests.benchmarks.workers import workers
from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.slow_link import SlowLink

MANY = "1000000000"


def headless(data: Dataset, epochs: int) -> float:
    """Epochs a second of a run with its history."""
    training = Run(Settings(epochs=epochs, init="zeros"), data)
    begun = time.perf_counter()
    training.advance(epochs)
    return epochs / (time.perf_counter() - begun)


def article(data: Dataset, epochs: int) -> float:
    W = np.zeros(data.X.shape[1])
    begun = time.perf_counter()
    article_loop(data.X, data.y, W, epochs)
    return epochs / (time.perf_counter() - begun)


def throughput() -> Iterator[Row]:
    small = load("blobs")
    ours, theirs = alternate(lambda: headless(small, 20_000), lambda: article(small, 20_000), 9)
    yield row("headless, 250×2", ours, theirs, "epochs/s", "≥ 1.1")
    large = wide()
    headless(large, 1)
    ours, theirs = alternate(lambda: headless(large, 10), lambda: article(large, 10), 5)
    yield row("headless, 1,000,000×30", ours, theirs, "epochs/s", "≥ 2.5")


def inside() -> Iterator[Row]:
    small = load("blobs")
    ours, alone = alternate(
        lambda: _rate(probe(4, "--epochs", MANY, "--speed", "max")), lambda: headless(small, 300_000), 3
    )
    yield row("max in the TUI against headless, 250×2", ours, alone, "epochs/s", "≥ 0.85")
    large = wide()
    headless(large, 1)
    ours, alone = alternate(
        lambda: _rate(probe(8, "--epochs", MANY, "--speed", "max", "--wide")), lambda: headless(large, 100), 4
    )
    yield row("max in the TUI against headless, 1,000,000×30", ours, alone, "epochs/s", "≥ 0.95")


def _rate(cost: dict[str, float]) -> float:
    return cost["epochs"] / cost["wall"]


def files() -> Iterator[Row]:
    small = load("blobs")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "run.jsonl"))
        for epochs, times, by in ((10_000, 15, "gd"), (300_000, 9, "gd"), (10_000, 15, "adam")):
            ours, theirs = alternate(
                lambda n=epochs, by=by: saved(small, n, path, by),
                lambda n=epochs, by=by: saved(small, n, None, by),
                times,
            )
            yield row(f"saving, {epochs:,} epochs at max, {by}, 250×2", ours, theirs, "epochs/s", "≥ 0.95")
        saved(small, 1_000_000, path)
        opened = statistics.median(
            run("-m", "gdtui", "watch", path, seconds=3).when(text=b"epochs done") for _ in range(3)
        )
        yield "first screen of a file of 1,000,000 epochs", f"{opened:.3g} s", "", "", "≤ 1.5 s"
        late = followed(str(Path(folder, "growing.jsonl")), 1_000, 6)
        yield "watch, behind a writer of 1,000 epochs/s", f"{late:.3g} s", "", "", "≤ 1 s"


def saved(data: Dataset, epochs: int, path: str | None, optimizer: str = "gd") -> float:
    """Epochs a second as the front ends pull them, saved in a file or not."""
    training = Run(Settings(epochs=epochs, init="zeros", optimizer=optimizer), data)
    recorder = None if path is None else RunWriter(path, training, force=True)
    begun = time.perf_counter()
    while training.stop is None:
        batch = training.advance(epochs, 0.1)
        if recorder is not None:
            recorder.take(batch)
    rate = epochs / (time.perf_counter() - begun)
    if recorder is not None:
        recorder.close()
    return rate


def followed(path: str, rate: int, seconds: int) -> float:
    """Seconds from the last line of a writer of that many epochs a second until `watch` shows the end."""
    training = Run(Settings(epochs=rate * seconds, init="zeros"), load("blobs"))
    recorder = RunWriter(path, training)
    with Terminal([*GDTUI, "watch", path]) as terminal:
        terminal.wait_for("waiting")
        begun = time.perf_counter()
        while training.stop is None:
            recorder.take(training.advance(max(1, round(rate / 100))))
            time.sleep(max(0.0, training.done / rate - (time.perf_counter() - begun)))
        written = time.monotonic()
        return terminal.wait_for("epochs done") - written


def frames() -> Iterator[Row]:
    plain_bytes, plain_cpu = _plain(8)
    ours = probe(8, "--speed", "10", "--fps", "10", "--epochs", "200")
    yield row("bytes a frame, 120×40, one epoch a frame", ours["bytes"] / ours["frames"], plain_bytes, "B", "≤ 0.05")
    yield row("CPU a frame", 1000 * ours["cpu"] / ours["frames"], 1000 * plain_cpu, "ms", "≤ 0.15")


def _plain(seconds: float) -> tuple[float, float]:
    """Bytes and CPU seconds a frame of the plain app, without its start."""
    short = of_module("tests.benchmarks.plain_app", "1")
    cost = of_module("tests.benchmarks.plain_app", str(seconds))
    return (cost["total"] - short["total"]) / (cost["frames"] - short["frames"]), cost["cpu"] / cost["frames"]


def views() -> Iterator[Row]:
    yield from frames_of(*_plain(8))
    yield from soon()
    yield from travel()


def tmux() -> Iterator[Row]:
    metric, goal = "bytes an epoch, one a frame, against tmux's", "≤ 1.10"
    if shutil.which("tmux") is None:
        yield metric, "", "tmux is missing", "", goal
    else:
        yield row(metric, *alternate(alone, in_tmux, 1), "B", goal)


def scale() -> Iterator[Row]:
    # A mean loss: a sum over a million rows has more digits to change in each line of the log. And a boundary that
    # both see: the outliers of a million points make the axes wider, so that one at the edge is drawn for them only.
    options = ("--speed", "10", "--fps", "10", "--epochs", "1000", "--alpha", "0.0001", "--loss", "cross-entropy")
    options += ("--init=1,1,-1",)
    few = probe(6, *options)
    for name, more in (
        ("epoch 1,000,000 against 10", ("--done", "1000000")),
        ("1,000,000 points against 250", ("--samples", "1000000")),
    ):
        many = probe(6, *options, *more)
        yield row(
            f"screen's CPU a frame, {name}", *(1000 * c["ui_cpu"] / c["frames"] for c in (many, few)), "ms", "≤ 1.2"
        )
        yield row(f"bytes a frame, {name}", *(c["bytes"] / c["frames"] for c in (many, few)), "B", "≤ 1.2")


def start() -> Iterator[Row]:
    def first_paint() -> float:
        return run("-m", "gdtui", seconds=1.2).when(size=1000)

    def hello() -> float:
        return run("-m", "tests.benchmarks.hello_app", seconds=1.2).when(size=1000)

    ours, theirs = alternate(first_paint, hello, 7)
    yield row("first paint", ours, theirs, "s", "≤ 1.5")
    seen = statistics.median(run("-m", "gdtui", seconds=2.5).when(text=b"epoch #") for _ in range(5))
    yield "first trained epoch visible", f"{seen:.3g} s", "", "", "≤ 1.5 s"


def recording() -> Iterator[Row]:
    options = ("--speed", "10", "--fps", "10", "--epochs", "200")
    with tempfile.TemporaryDirectory() as folder:
        film = ("--record", str(Path(folder, "demo.cast")), "--force")
        ours, theirs = alternate(
            lambda: _frame_cpu(probe(5, *options, *film)), lambda: _frame_cpu(probe(5, *options)), 3
        )
    yield row("CPU a frame, recorded against not", ours, theirs, "ms", "≤ 1.05")


def _frame_cpu(cost: dict[str, float]) -> float:
    return 1000 * cost["cpu"] / cost["frames"]


def rest() -> Iterator[Row]:
    traffic = run("-m", "gdtui", "--speed", "max", seconds=8)
    late = sum(len(data) for at, data in traffic.pieces if at > 4)
    yield "bytes in 4 s at rest, finished", f"{late} B", "", "", "0"
    traffic = run("-m", "gdtui", seconds=8, keys={2.5: b" "})
    late = sum(len(data) for at, data in traffic.pieces if at > 4)
    yield "bytes in 4 s at rest, paused", f"{late} B", "", "", "0"


def blocked() -> Iterator[Row]:
    keys = {3.0 + 0.4 * number: KEYS[number % len(KEYS)] for number in range(140)}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        run("-m", "tests.benchmarks.blocked", str(out), seconds=120, keys=keys)
        found = json.loads(out.read_text())
    yield "the screen's thread blocked, a minute of everything", f"{1000 * found['longest']:.3g} ms", "", "", "≤ 50 ms"


class Slow(SlowLink):
    """A link of 32 kB/s with 200 ms round trip and a deep buffer, that keeps what came out of the pty."""

    def __init__(self, command: Sequence[str], columns: int = 120, rows: int = 40) -> None:
        self.traffic = Traffic()
        env = {"TEXTUAL_ANIMATIONS": "none"}  # as in pty_run
        super().__init__(command, columns, rows, rate=32_000, delay=0.1, env=env)

    def _came(self, data: bytes) -> None:
        self.traffic.pieces.append((time.monotonic() - self.started, data))
        super()._came(data)


def slow_run(*arguments: str, seconds: float, columns: int, rows: int) -> Traffic:
    """As `run`, at the far end of the slow link."""
    with Slow([sys.executable, *arguments], columns, rows) as link:
        link.wait_exit(seconds)
        return link.traffic


def link() -> Iterator[Row]:
    options = ("--epochs", MANY, "--speed", "max")
    latencies = _latencies(*options, presses=30)
    late = statistics.quantiles(latencies, n=20, method="inclusive")[-1]
    yield "slow link: key to its effect, p95 of 30", f"{late:.3g} s", "", "", "≤ 0.7 s"
    slow, fast = alternate(lambda: _rate(probe(6, *options, far=slow_run)), lambda: _rate(probe(6, *options)), 5)
    yield row("max over the slow link against a fast terminal", slow, fast, "epochs/s", "≥ 0.95")


def _latencies(*options: str, presses: int) -> list[float]:
    """Seconds from each press of up or down to alpha's new value in the status line, behind the slow link."""
    moments = random.Random(0)
    with Slow([*GDTUI, *options]) as terminal:
        terminal.wait_for(lambda terminal: _alpha(terminal) == "0.01" and "epoch #" in terminal.emulator.text())
        found = []
        for index in range(presses):
            time.sleep(moments.uniform(0.1, 0.6))  # or each would come right after a frame
            key, alpha = (("up", "0.02"), ("down", "0.01"))[index % 2]
            found.append(terminal.latency(key, lambda terminal, alpha=alpha: _alpha(terminal) == alpha))
        return found


def _alpha(terminal: Terminal) -> str:
    """The status line's, not the log's."""
    found = re.search(r"loss .* alpha (\S+) .*gradient", terminal.emulator.text())
    return found[1] if found else ""


GROUPS = {
    f.__name__: f
    for f in (
        *(throughput, mapped, steps, race, judged, inside, files, opened, frames, views),
        *(tmux, scale, start, recording, rest, blocked, link, workers),
    )
}


def main() -> None:
    wanted = sys.argv[1:] or list(GROUPS)
    unknown = [name for name in wanted if name not in GROUPS]
    if unknown:
        raise SystemExit(f"no such benchmark: {unknown[0]}; there are {', '.join(GROUPS)}")
    print(f"{'metric':<52} {'gdtui':>20} {'baseline':>20} {'ratio':>8}  goal", flush=True)
    for name in wanted:
        for metric, ours, baseline, ratio, goal in GROUPS[name]():
            print(f"{metric:<52} {ours:>20} {baseline:>20} {ratio:>8}  {goal}", flush=True)


if __name__ == "__main__":
    main()

"""gdtui, run for some seconds of training; writes what that cost.

``python -m tests.benchmarks.probe OUT.json SECONDS [--done N] [--wide] [OPTIONS OF gdtui]``. `--done` trains that
many epochs before the screen is looked at; `--wide` takes a million rows of 30 features.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from gdtui.data.dataset import Dataset, dataset
from gdtui.data.load import load
from gdtui.options import build_parser, film_from, settings_from
from gdtui.tui.app import GdtuiApp


def wide(rows: int = 1_000_000, features: int = 30) -> Dataset:
    """A million rows of 30 features."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=(rows, features))
    return dataset("wide", values, values[:, 0] + generator.normal(size=rows) > 0)


class Probe(GdtuiApp):
    """Counts from its 10th frame on."""

    def __init__(self, out: Path, seconds: float, done: int, **options) -> None:
        super().__init__(**options)
        self.out, self.seconds, self.first_done = out, seconds, done
        self.frames = 0
        self.start: dict[str, float] = {}

    def _load(self):
        stage = super()._load()
        if self.first_done:
            stage.run.set_epochs(self.first_done + stage.run.epochs)
            while stage.run.done < self.first_done:
                stage.run.advance(min(10_000, self.first_done - stage.run.done))
        return stage

    def now(self) -> dict[str, float]:
        return {
            "wall": time.perf_counter(),
            "cpu": time.process_time(),
            "ui_cpu": time.thread_time(),  # this is the screen's thread
            "epochs": self.stage.run.descent.done,
            "frames": self.frames,
            "bytes": self.link.total,
        }

    async def _show_when_ready(self, stage) -> None:
        before = stage.shown
        await super()._show_when_ready(stage)
        self.frames += stage.shown is not before
        now = self.now()
        if not self.start and self.frames >= 10:
            self.start = now
        if self.start and now["wall"] - self.start["wall"] > self.seconds:
            self.out.write_text(json.dumps({name: now[name] - self.start[name] for name in now}))
            self.exit(0)


def main() -> None:
    out, seconds, *rest = sys.argv[1:]
    done, loader = 0, load
    if "--wide" in rest:
        rest.remove("--wide")
        loader = lambda _: wide()  # noqa: E731
    if "--done" in rest:
        at = rest.index("--done")
        done = int(rest[at + 1])
        del rest[at : at + 2]
    options = build_parser().parse_args(rest)
    app = Probe(Path(out), float(seconds), done, settings=settings_from(options), loader=loader)
    app.film = film_from(options)
    app.begin_film()
    app.run()
    app.end_film()


if __name__ == "__main__":
    main()

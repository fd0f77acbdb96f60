"""gdtui, run for some seconds of training; writes what that cost.

``python -m tests.benchmarks.probe OUT.json SECONDS [--done N] [--wide] [--view NAME] [OPTIONS OF gdtui]``. `--done`
trains that many epochs before the screen is looked at; `--wide` takes a million rows of 30 features; `--view` has that
view in front, and the data beside it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gdtui.data.dataset import Dataset, dataset
from gdtui.data.load import load
from gdtui.options import build_parser, display_from, film_from, settings_from
from gdtui.race_options import racers_of
from gdtui.runs.race import race_of
from gdtui.runs.run import Run
from gdtui.session.session import Session
from gdtui.settings import Display, Recipe, Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.workspace import Workspace


def wide(rows: int = 1_000_000, features: int = 30) -> Dataset:
    """A million rows of 30 features."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=(rows, features))
    return dataset("wide", values, values[:, 0] + generator.normal(size=rows) > 0)


class Probe(GdtuiApp):
    """Counts from its 10th frame on."""

    def __init__(self, out: Path, seconds: float, *arguments) -> None:
        super().__init__(*arguments)
        self.out, self.seconds = out, seconds
        self.frames = 0
        self.start: dict[str, float] = {}

    def now(self) -> dict[str, float]:
        return {
            "wall": time.perf_counter(),
            "cpu": time.process_time(),
            "ui_cpu": time.thread_time(),  # this is the screen's thread
            "epochs": self.board.snapshot.done,
            "frames": self.frames,
            "bytes": self.link.total,
        }

    async def _show(self, snapshot, drawn) -> None:
        before = self.board.snapshot
        await super()._show(snapshot, drawn)
        self.frames += self.board.snapshot is not before
        now = self.now()
        if not self.start and self.frames >= 10:
            self.start = now
        if self.start and now["wall"] - self.start["wall"] > self.seconds:
            self.out.write_text(json.dumps({name: now[name] - self.start[name] for name in now}))
            self.exit(0)


def begun(
    settings: Settings, display: Display, data: Dataset | None, done: int, rivals: Sequence[Recipe] = ()
) -> Session:
    """A run that has so many epochs behind it, or a race."""
    run = Run(settings, load(settings.data) if data is None else data)
    if done:
        run.set_epochs(done + run.epochs)
        while run.done < done:
            run.advance(min(10_000, done - run.done))
    return Session([*race_of(run, rivals)], run, display)


def taken(options: list[str], name: str) -> str:
    """The value of that option, which is taken out."""
    at = options.index(name)
    _, value = options[at : at + 2]
    del options[at : at + 2]
    return value


def main() -> None:
    out, seconds, *rest = sys.argv[1:]
    done, is_wide = 0, "--wide" in rest
    if is_wide:
        rest.remove("--wide")
    if "--done" in rest:
        done = int(taken(rest, "--done"))
    board = Workspace("probe")
    if "--view" in rest and (name := taken(rest, "--view")) not in board.wish.views:
        board.wish = board.wish._replace(views=(name, "data"))
    options = build_parser().parse_args(rest)
    settings, rivals = racers_of(settings_from(options), options.race)
    display = display_from(options)

    def begin() -> Session:
        return begun(settings, display, wide() if is_wide else None, done, rivals)

    app = Probe(Path(out), float(seconds), begin, board, display, film_from(options))
    app.run()
    app.film.end()


if __name__ == "__main__":
    main()

"""The front end for pipes, files and dumb terminals: the article's lines, then the samples and a summary."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import TextIO

from gdtui.learning.data import load
from gdtui.learning.descent import Batch
from gdtui.runs.result import samples, summary
from gdtui.runs.run import Run
from gdtui.settings import MAX_SPEED, Settings

LINES_AT_ONCE = 0.1
"""Seconds of training between two writes, when training at full speed."""


def train(settings: Settings, out: TextIO | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Load, train and print; returns the exit code, 0, or 1 where training diverged.

    Raises:
        DataError, ValueError: the data or the settings cannot be used.
    """
    out = out or sys.stdout
    if out is None:
        raise OSError("standard output is closed")
    run = Run(settings, load(settings.data))
    out.write("[INFO] starting training...\n")
    speed = settings.speed or MAX_SPEED
    while run.stop is None:
        out.write(epoch_lines(_pull(run, speed, sleep)))
        out.flush()
    weights = run.weights
    for sample in samples(run, weights):
        out.write(f"{sample.line()}\n")
    out.write(f"{summary(run, run.measure(weights))}\n")
    out.flush()
    return 1 if run.stop.diverged else 0


def epoch_lines(batch: Batch) -> str:
    """The article's line for each epoch of a batch."""
    return "".join(
        f"[INFO] epoch #{number}, loss={loss:.7f}\n" for number, loss in enumerate(batch.losses.tolist(), batch.first)
    )


def _pull(run: Run, speed: float, sleep: Callable[[float], None]) -> Batch:
    """The next epochs: as many as a tenth of a second gives, or one at a time at the speed asked for."""
    if math.isinf(speed):
        return run.advance(run.epochs, LINES_AT_ONCE)
    batch = run.advance(max(1, round(speed * LINES_AT_ONCE)), LINES_AT_ONCE)
    sleep(len(batch) / speed)
    return batch

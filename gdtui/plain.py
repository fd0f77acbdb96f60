"""The front end for pipes, files and dumb terminals: the article's lines, then the samples and a summary."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from gdtui.data.load import load
from gdtui.learning.descent import Batch
from gdtui.runs.run import Run
from gdtui.runs.samples import samples, summary
from gdtui.runs.watched import STALLED, Followed
from gdtui.settings import MAX_SPEED, Settings

if TYPE_CHECKING:
    from gdtui.runs.writer import RunWriter  # imported where a run is saved: others need not wait for it

POLL = 0.2
"""Seconds between two looks at a file that is being written."""
LINES_AT_ONCE = 0.1
"""Seconds of training between two writes, when training at full speed."""


def train(
    settings: Settings,
    out: TextIO | None = None,
    sleep: Callable[[float], None] = time.sleep,
    save: str | None = None,
    force: bool = False,
) -> int:
    """Load, train and print; returns the exit code, 0, or 1 where training diverged.

    Args:
        save: the run file to write, if any.
        force: overwrite it.

    Raises:
        DataError, RunFileError, ValueError: the data, the file or the settings cannot be used.
    """
    run = Run(settings, load(settings.data))
    recorder = None if save is None else _recorder(save, run, force)
    if settings.detach:
        _outlive_hangup()
    return _go_on(run, recorder, settings.speed, _output(out), sleep)


def _recorder(path: str, run: Run, force: bool) -> RunWriter:
    from gdtui.runs.writer import RunWriter

    return RunWriter(path, run, force)


def resume(path: str, epochs: int | None, alpha: float | None, speed: float | None, detach: bool = False) -> int:
    """Go on with a saved run; returns as `train`, and raises RunFileError where that cannot be."""
    if detach:
        _outlive_hangup()
    from gdtui.runs.writer import continued

    run, recorder = continued(path, epochs, alpha)
    return _go_on(run, recorder, speed, _output(None), time.sleep)


def watch(path: str, follow: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the epochs of a run file; with `follow`, those that are still to come, until the run has ended.

    Raises:
        RunFileError: it is no run file.
    """
    out, followed, branch, shown = _output(None), Followed(path), -1, 0
    file, was_stalled = followed.file, False
    while True:
        if file.current != branch:
            if branch >= 0:
                out.write(f"[INFO] branch {file.current}, from epoch {file.branch.forked_at or 1}\n")
                shown = bisect_left(file.branch.epochs, file.branch.forked_at or 1)
            branch = file.current
        known = file.branch
        for epoch, loss in zip(known.epochs[shown:], known.losses[shown:], strict=True):
            out.write(f"[INFO] epoch #{epoch}, loss={loss:.7f}\n")
        shown = len(known.epochs)
        out.flush()
        if not follow or file.stop is not None:
            break
        sleep(POLL)
        followed.poll()
        is_stalled = followed.state == "stalled"
        if is_stalled and not was_stalled:
            news = f"nothing new for {STALLED:.0f} s; if its writer is gone, gdtui resume {path} goes on"
            print(f"gdtui: {path}: {news}", file=sys.stderr, flush=True)
        was_stalled = is_stalled
    out.write(f"{'still training, or cut off' if file.stop is None else file.stop.message}\n")
    return 1 if file.stop is not None and file.stop.diverged else 0


def compare(paths: list[str], target: float | None, follow: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print how several run files stand; with `follow`, when all of them have ended.

    Raises:
        RunFileError: one of them is no run file.
    """
    from rich.console import Console

    from gdtui.report import print_standings
    from gdtui.runs.compare import entrants_of

    out, entrants = _output(None), entrants_of(paths)
    while follow and any(entrant.state not in ("ended", "unreadable") for entrant in entrants):
        sleep(POLL)
        for entrant in entrants:
            entrant.poll()
    print_standings(entrants, target, Console(file=out, highlight=False, width=None if out.isatty() else 200))
    for entrant in entrants:
        if entrant.note is not None:
            out.write(f"{entrant.file.path}: not all can be shown: {entrant.note}\n")
        if entrant.error is not None:
            out.write(f"{entrant.error}\n")
    return 0


def _output(out: TextIO | None) -> TextIO:
    out = out or sys.stdout
    if out is None:
        raise OSError("standard output is closed")
    return out


def _outlive_hangup() -> None:
    """When the terminal goes away, print into the void from then on."""

    def turn_away(*_: object) -> None:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)

    signal.signal(signal.SIGHUP, turn_away)


def _go_on(
    run: Run, recorder: RunWriter | None, speed: float | None, out: TextIO, sleep: Callable[[float], None]
) -> int:
    out.write("[INFO] starting training...\n")
    while run.stop is None:
        batch = _pull(run, speed or MAX_SPEED, sleep)
        if recorder is not None:
            recorder.take_in(run, batch)
            if recorder.failure is not None:
                print(f"gdtui: {recorder.failure}; training goes on", file=sys.stderr)
                recorder = None
        out.write(epoch_lines(batch))
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

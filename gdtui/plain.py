"""The front end for pipes, files and dumb terminals: the article's lines, then the samples and a summary."""

import os
import signal
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from gdtui.crash import CrashError
from gdtui.learning.descent import Batch
from gdtui.runs.following import ANEW, STALLED
from gdtui.runs.reader import RunFile
from gdtui.runs.samples import samples, summary
from gdtui.session import opening
from gdtui.session.log import Said
from gdtui.session.session import POLL, Session
from gdtui.settings import MAX_SPEED, Display, Settings
from gdtui.text import complain, tell

UNSAVED = 2


def train(
    settings: Settings,
    display: Display = Display(),  # noqa: B008 - frozen
    out: TextIO | None = None,
    save: str | None = None,
    force: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Load, train and print; returns the exit code: 0, 1 where training diverged, 2 where it could not be saved.

    Args:
        save: the run file to write, if any.
        force: overwrite it.

    Raises:
        DataError, RunFileError, ValueError: the data, the file or the settings cannot be used.
    """
    session = opening.begin(settings, _full_speed(display), save, force, clock)
    if display.detach:
        _outlive_hangup()
    return _go_on(session, out or sys.stdout, sleep)


def resume(path: str, epochs: int | None, alpha: float | None, display: Display) -> int:
    """Go on with a saved run; returns as `train`, and raises RunFileError where that cannot be."""
    if display.detach:
        _outlive_hangup()
    return _go_on(opening.resume(path, epochs, alpha, _full_speed(display)), sys.stdout, time.sleep)


def _full_speed(display: Display) -> Display:
    """Where nobody watches a curve, nobody waits for it either."""
    return display if display.speed is not None else replace(display, speed=MAX_SPEED)


def watch(path: str, follow: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the epochs of a run file; with `follow`, those that are still to come, until the run has ended.

    Raises:
        RunFileError: it is no run file.
    """
    out, file, shown, was_stalled = sys.stdout, RunFile(path), 0, False
    known, readings = file.branch, file.readings
    while True:
        if file.branch is not known:
            known, since = file.branch, file.branch.forked_at or 1
            out.write(f"[INFO] branch {file.current}, from epoch {since}\n")
            shown = bisect_left(known.epochs, since)
        for epoch, loss in zip(known.epochs[shown:], known.losses[shown:], strict=True):
            out.write(f"[INFO] epoch #{epoch}, loss={loss:.7f}\n")
        shown = len(known.epochs)
        out.flush()
        if file.damage is not None:
            raise file.damage
        if not follow or file.stop is not None:
            break
        sleep(POLL)
        file.read_more()
        if file.readings != readings:
            if file.damage is not None:  # lines that have been printed are not whole
                raise file.damage
            known, readings, shown = file.branch, file.readings, 0
            complain(f"{path}: {ANEW}")
        is_stalled = file.state == "stalled"
        if is_stalled and not was_stalled:
            news = f"nothing new for {STALLED:.0f} s; if its writer is gone, gdtui resume {path} goes on"
            complain(f"{path}: {news}")
        was_stalled = is_stalled
    tell("still training, or cut off" if file.stop is None else file.stop.message, out)
    return 1 if file.stop is not None and file.stop.diverged else 0


def compare(paths: list[str], target: float | None, follow: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print how several run files stand; with `follow`, when all of them have ended.

    Raises:
        RunFileError: one of them is no run file.
    """
    from rich.console import Console

    from gdtui.report import print_standings
    from gdtui.runs.compare import entrants_of

    out, entrants = sys.stdout, entrants_of(paths)
    while follow and any(entrant.stop is None and entrant.error is None for entrant in entrants):
        sleep(POLL)
        for entrant in entrants:
            readings = entrant.readings
            entrant.poll()
            if entrant.readings != readings and entrant.error is None:
                complain(f"{entrant.path}: {ANEW}")
    print_standings(entrants, target, Console(file=out, highlight=False, width=None if out.isatty() else 200))
    for entrant in entrants:
        if entrant.note is not None:
            tell(f"{entrant.path}: not all can be shown: {entrant.note}", out)
        if entrant.error is not None:
            tell(entrant.error, out)
    return 0


def _outlive_hangup() -> None:
    """When the terminal goes away, print into the void from then on."""

    def turn_away(*_: object) -> None:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)

    signal.signal(signal.SIGHUP, turn_away)


def _go_on(session: Session, out: TextIO, sleep: Callable[[float], None]) -> int:
    """Train to the end, and print it as it comes. Raises CrashError where the program itself fails."""
    try:
        return _train_on(session, out, sleep)
    except (ValueError, OSError, MemoryError):
        raise
    except Exception as error:
        raise CrashError(session.saved_in) from error


def _train_on(session: Session, out: TextIO, sleep: Callable[[float], None]) -> int:
    out.write("[INFO] starting training...\n")
    while session.run.stop is None:
        for event in session.turn():
            if isinstance(event, Batch):
                out.write(epoch_lines(event))
            elif isinstance(event, Said):
                complain(event.text)
        out.flush()
        due = session.due()
        if due:
            sleep(due)
    run, end = session.run, session.run.newest()
    told = session.failure
    failure = session.close()
    for sample in samples(run, end.weights):
        out.write(f"{sample.line()}\n")
    tell(summary(run, end), out)
    out.flush()
    if failure and failure != told:
        complain(failure)
    return UNSAVED if failure else int(run.stop is not None and run.stop.diverged)


def epoch_lines(batch: Batch) -> str:
    """The article's line for each epoch of a batch."""
    return "".join(
        f"[INFO] epoch #{number}, loss={loss:.7f}\n" for number, loss in enumerate(batch.losses.tolist(), batch.first)
    )

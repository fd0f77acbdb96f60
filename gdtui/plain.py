"""The front end for pipes, files and dumb terminals: the article's lines, then the samples and a summary."""

import math
import os
import signal
import sys
import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter
from typing import TextIO

from gdtui.crash import CrashError
from gdtui.learning.descent import Batch
from gdtui.numbers import due
from gdtui.runs.events import Branch
from gdtui.runs.following import ANEW, STALLED
from gdtui.runs.reader import RunFile
from gdtui.runs.recipes import difference, now_told
from gdtui.runs.samples import details, samples, summary, summed_up, tests_told
from gdtui.session import opening
from gdtui.session.log import Said, epoch_told
from gdtui.session.session import POLL, Session
from gdtui.settings import MAX_SPEED, Display, Recipe, Settings
from gdtui.text import complain, tell

UNSAVED = 2
ALL_OF = 1_000
"""Epochs of a run of which each has its line, unless said otherwise."""


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
    return _go_on(session, out or sys.stdout, sleep, display.every)


def resume(path: str, epochs: int | None, alpha: float | None, display: Display) -> int:
    """Go on with a saved run; returns as `train`, and raises RunFileError where that cannot be."""
    if display.detach:
        _outlive_hangup()
    return _go_on(opening.resume(path, epochs, alpha, _full_speed(display)), sys.stdout, time.sleep, display.every)


def _full_speed(display: Display) -> Display:
    """Where nobody watches a curve, nobody waits for it either."""
    return display if display.speed is not None else replace(display, speed=MAX_SPEED)


def each_of(epochs: int, every: int | None) -> int | None:
    """What `due` is to be told of a run of so many epochs, where that was asked for."""
    return 1 if every is None and epochs <= ALL_OF else every


def watch(path: str, follow: bool, every: int | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the epochs of a run file; with `follow`, those that are still to come, until the run has ended.

    Args:
        every: see `Display`.

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
        is_last = not follow or file.stop is not None
        epochs = max(known.wanted if follow else 0, *known.epochs[-1:], 0)
        for line in _lines(known, shown, each_of(epochs, every), is_last):
            out.write(f"{line}\n")
        shown = len(known.epochs)
        out.flush()
        if file.damage is not None:
            raise file.damage
        if is_last:
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
            complain(f"{path}: nothing new for {STALLED:.0f} s; if its writer is gone, gdtui resume {path} goes on")
        was_stalled = is_stalled
    for line in _sum_up(file):
        tell(line, out)
    return 1 if file.stop is not None and file.stop.diverged else 0


def _lines(branch: Branch, begin: int, every: int | None, is_last: bool) -> Iterator[str]:
    """The epochs of a branch of a file that are due, from the one at that place on, and before them what was
    steered. The file may leave epochs out: the next one stands for one that is due."""
    last = branch.epochs[begin - 1] if begin else 1
    seen = bisect_right(branch.recipes, last, key=itemgetter(0))
    known = branch.recipes[max(0, seen - 1) : seen] or [(0, Recipe(alpha=math.nan))]
    changes = deque(pairwise([*known, *branch.recipes[seen:]]))
    for place, epoch in enumerate(branch.epochs[begin:], begin):
        while changes and changes[0][1][0] <= epoch:
            (_, old), (since, new) = changes.popleft()
            yield f"[INFO] {now_told(difference(old, new), since)}"
        before = branch.epochs[place - 1] if place else 0
        if not place or (is_last and place == len(branch.epochs) - 1) or due(before + 1, epoch, every):
            yield epoch_told(epoch, branch.losses[place], branch.tested[place])


def _sum_up(file: RunFile) -> Iterator[str]:
    """What a file tells of the state that it ends with, of its other branches, and last of that which it ends with."""
    header = file.header
    name, classes = header.get("name"), header.get("class_names")
    classes = classes if isinstance(classes, list) and len(classes) > 1 else (0, 1)
    told = []
    for branch in file.branches:
        end = branch.last()
        trained = [(since, recipe) for since, recipe in branch.recipes if since <= max(1, end.epoch)]
        why = "still training, or cut off" if branch.stop is None else branch.stop.message
        told.append(summed_up(str(name or os.path.basename(file.path)), end.epoch, trained, end, why))
    yield from details(file.branch.last(), [*map(str, classes)], header.get("features", ()))
    rows, tests = header.get("rows"), header.get("test_rows")
    if isinstance(rows, int) and isinstance(tests, int):
        yield from tests_told(rows, tests, header.get("loss", ""))
    yield from (f"branch {number}: {line}" for number, line in enumerate(told) if number != file.current)
    yield told[file.current]


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


def _go_on(session: Session, out: TextIO, sleep: Callable[[float], None], every: int | None) -> int:
    """Train to the end, and print it as it comes. Raises CrashError where the program itself fails."""
    try:
        return _train_on(session, out, sleep, every)
    except (ValueError, OSError, MemoryError):
        raise
    except Exception as error:
        raise CrashError(session.saved_in) from error


def _train_on(session: Session, out: TextIO, sleep: Callable[[float], None], every: int | None) -> int:
    each, begin = each_of(session.run.epochs, every), session.run.done + 1
    if session.run.data.told:
        complain(session.run.data.told)
    if session.writer is not None and session.writer.warning is not None:
        complain(session.writer.warning)
    out.write("[INFO] starting training...\n")
    if session.run.done:
        where = f"{session.run.done} of {session.run.epochs}, {session.name(session.run)}"
        tell(f"[INFO] going on after epoch {where}", out)
    while session.run.stop is None:
        for event in session.turn():
            if isinstance(event, Batch):
                out.write(epoch_lines(event, each, begin))
            elif isinstance(event, Said):
                complain(event.text)
        out.flush()
        due = session.due()
        if due:
            sleep(due)
    run, end = session.run, session.run.newest()
    told, saved_in, title = session.failure, session.saved_in, session.snapshot().title
    failure = session.close()
    for sample in samples(run, end.weights):
        out.write(f"{sample.line()}\n")
    tests = tests_told(len(run.data), len(run.data.test or ()), run.settings.loss)
    for line in (*details(end, run.data.class_names, run.data.feature_names), *tests, title):
        tell(line, out)
    if failure is None and saved_in is not None:
        tell(f"saved in {saved_in}", out)
    tell(summary(run, end), out)
    out.flush()
    if failure and failure != told:
        complain(failure)
    return UNSAVED if failure else int(run.stop is not None and run.stop.diverged)


def epoch_lines(batch: Batch, every: int | None = 1, begin: int = 1) -> str:
    """The article's lines for those epochs of a batch that are `due`, for `begin`, and for the last of all."""
    first, end = batch.first, batch.first + len(batch.losses)
    epochs = dict.fromkeys(due(first, end - 1, every))
    if first == begin and len(batch):
        epochs = {begin: None, **epochs}
    if batch.stop is not None and len(batch):
        epochs[end - 1] = None
    losses, tests = batch.losses.tolist(), batch.tested.tolist() or [None] * len(batch)
    places = ((epoch, epoch - first) for epoch in epochs)
    return "".join(f"{epoch_told(epoch, losses[place], tests[place])}\n" for epoch, place in places)

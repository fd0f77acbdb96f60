"""The front end for pipes, files and dumb terminals: the article's lines, then the samples and a summary."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from gdtui.crash import CrashError
from gdtui.data.dataset import DataError
from gdtui.data.edits import added
from gdtui.data.empty import lacks_points
from gdtui.file_lines import Printed, each_of
from gdtui.learning.descent import Batch
from gdtui.numbers import due
from gdtui.runs.compare import Row, entrants_of
from gdtui.runs.events import Branch, Switched
from gdtui.runs.following import ANEW, STALLED
from gdtui.runs.header import checked
from gdtui.runs.race import by_place, names_in, standings_in
from gdtui.runs.reader import RunFile
from gdtui.runs.samples import details, samples, summary, summed_up, tests_told
from gdtui.session import opening
from gdtui.session.log import Said, epoch_told
from gdtui.session.pace import POLL
from gdtui.session.session import Session
from gdtui.session.snapshot import NO_POINTS, Snapshot
from gdtui.settings import EMPTY, MAX_SPEED, Display, Recipe, Settings
from gdtui.text import complain, tell
from gdtui.verdicts import losses_told, verdicts_in, verdicts_told

UNSAVED = 2


def train(
    settings: Settings,
    display: Display = Display(),  # noqa: B008 - frozen
    out: TextIO | None = None,
    save: str | None = None,
    force: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
    rivals: Sequence[Recipe] = (),
) -> int:
    """Load, train and print; returns the exit code: 0, 1 where training diverged, of a race, where all did, 2 where it
    could not be saved.

    Args:
        save: the run file to write, if any.
        force: overwrite it.
        rivals: the recipes of those who race with the run.

    Raises:
        DataError, RunFileError, ValueError: the data, the file or the settings cannot be used.
    """
    if settings.data.source == EMPTY:
        raise DataError(f"{EMPTY} is an empty plane, which is filled by hand: that needs the screen")
    if display.detach:
        _outlive_hangup()  # before there is a file, which whoever hangs up may see
    session = opening.begin(settings, _full_speed(display), save, force, clock, rivals)
    return _go_on(session, out or sys.stdout, sleep, display.every)


def resume(path: str, epochs: int | None, alpha: float | None, display: Display) -> int:
    """Go on with a saved run; returns as `train`, and raises RunFileError where that cannot be."""
    if display.detach:
        _outlive_hangup()
    return _go_on(opening.resume(path, epochs, alpha, _full_speed(display)), sys.stdout, time.sleep, display.every)


def _full_speed(display: Display) -> Display:
    """Where nobody watches a curve, nobody waits for it either."""
    return display if display.speed is not None else replace(display, speed=MAX_SPEED)


def watch(path: str, follow: bool, every: int | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print the epochs of a run file; with `follow`, those that are still to come, until the run has ended.

    Args:
        every: see `Display`.

    Raises:
        RunFileError: it is no run file.
    """
    out, file, was_stalled = sys.stdout, RunFile(path), False
    front, readings, shown = file.current, file.readings, Printed(file)
    while True:
        if file.current not in (front, *file.branches[front].race):
            front = file.current
            out.write(f"[INFO] branch {front}, from epoch {shown.begin_at_fork(front)}{_by_hand(file.branch)}\n")
        is_last = not follow or file.is_over
        for line in shown.new_lines(front, follow, every, is_last):
            out.write(f"{line}\n")
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
            front, readings, shown = file.current, file.readings, Printed(file)
            complain(f"{path}: {ANEW}")
        is_stalled = file.state == "stalled"
        if is_stalled and not was_stalled:
            complain(f"{path}: nothing new for {STALLED:.0f} s; if its writer is gone, gdtui resume {path} goes on")
        was_stalled = is_stalled
    if len(file.racing) > 1:
        _print_table(by_place(standings_in(file.branches, file.racing, file.state)), out)
    for line in _sum_up(file):
        tell(line, out)
    stops = [file.branches[number].stop for number in file.racing]
    return int(all(stop is not None and stop.diverged for stop in stops))


def _by_hand(branch: Branch) -> str:
    """What of it somebody chose, in words."""
    weights = ", from weights chosen by hand" * (branch.begun_with is not None)
    return weights + ", on data changed by hand" * bool(branch.edits)


def _sum_up(file: RunFile) -> Iterator[str]:
    """What a file tells of the state that it ends with, of its other branches, why it went so, and last of that which
    it ends with."""
    header = file.header
    name, classes = header.get("name"), header.get("class_names")
    classes = classes if isinstance(classes, list) and len(classes) > 1 else (0, 1)
    told = []
    for branch in file.branches:
        end = branch.last()
        trained = [(since, recipe) for since, recipe in branch.recipes if since <= max(1, end.epoch)]
        why = "still training, or cut off" if branch.stop is None else branch.stop.message
        told.append(summed_up(str(name or os.path.basename(file.path)), end.epoch, trained, end, why))
    race = file.racing
    if len(race) == 1:
        yield from details(file.branch.last(), [*map(str, classes)], header.get("features", ()))
    rows, tests = header.get("rows"), header.get("test_rows")
    if isinstance(rows, int) and isinstance(tests, int):
        rows += added(checked(header).data.edits, file.branch.edits)
        yield from tests_told(rows, tests, header.get("loss", ""))
    yield from (f"branch {number}: {line}" for number, line in enumerate(told) if number not in race)
    yield from verdicts_in(file)
    if len(race) == 1:
        yield told[file.current]
    for name, number in zip(names_in(file.branches, race), race if len(race) > 1 else (), strict=False):
        yield f"{name}: {told[number]}"


def compare(paths: list[str], target: float | None, follow: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Print how several run files stand; with `follow`, when all of them have ended.

    Raises:
        RunFileError: one of them is no run file.
    """
    out, entrants = sys.stdout, entrants_of(paths)
    while follow and any(not entrant.is_over and entrant.error is None for entrant in entrants):
        sleep(POLL)
        for entrant in entrants:
            readings = entrant.readings
            entrant.poll()
            if entrant.readings != readings and entrant.error is None:
                complain(f"{entrant.path}: {ANEW}")
    _print_table(entrants, out, target)
    for entrant in entrants:
        for line in losses_told(entrant.curve, entrant.name if len(entrants) > 1 else ""):
            tell(line, out)
    for entrant in entrants:
        if entrant.note is not None:
            tell(f"{entrant.path}: not all can be shown: {entrant.note}", out)
        if entrant.error is not None:
            tell(entrant.error, out)
    return 0


def _print_table(rows: Sequence[Row], out: TextIO, target: float | None = None) -> None:
    from gdtui.report import print_plain, standings_table

    print_plain(standings_table(rows, target), out)


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
    if lacks_points(session.run.data):
        raise DataError(f"{NO_POINTS}: on a terminal they are added by hand")
    each, begin = each_of(session.run.epochs, every), {run: run.done + 1 for run in session.runs}
    if session.run.data.told:
        complain(session.run.data.told)
    if session.writer is not None and session.writer.warning is not None:
        complain(session.writer.warning)
    out.write("[INFO] starting training...\n")
    if session.run.done:
        where = f"{session.run.done} of {session.run.epochs}, {session.name(session.run)}"
        tell(f"[INFO] going on after epoch {where}", out)
    while not session.is_over and session.place.stranded is None:
        lines: list[tuple[int, int, str]] = []
        run, is_race = session.run, len(session.run.race) > 1
        for event in session.turn():
            if isinstance(event, Switched):
                run = session.runs[event.branch]
            elif isinstance(event, Batch):
                found = epoch_lines(event, each, begin[run], session.name(run) if is_race else "")
                lines += [(epoch, session.runs.index(run), line) for epoch, line in found]
            elif isinstance(event, Said):
                complain(event.text)
        out.write("".join(line for _, _, line in sorted(lines)))
        out.flush()
        due = session.due()
        if due:
            sleep(due)
    told, snapshot = session.failure, session.snapshot()
    verdicts = verdicts_told(session.runs, session.run)
    failure = session.close()
    _print_end(snapshot, failure, verdicts, out)
    if failure and failure != told:
        complain(failure)
    return UNSAVED if failure or session.place.stranded else int(snapshot.is_diverged)


def _print_end(shown: Snapshot, failure: str | None, verdicts: Sequence[str], out: TextIO) -> None:
    """What a run comes to, or how those stand who raced."""
    run, end = shown.run, shown.run.newest()
    if shown.race:
        _print_table(by_place(shown.race), out)
    else:
        for sample in samples(run, end.weights):
            out.write(f"{sample.line(run.objective.unit)}\n")
        for line in details(end, run.data.class_names, run.data.feature_names):
            tell(line, out)
    for line in (*tests_told(len(run.data), len(run.data.test or ()), run.settings.loss), shown.title):
        tell(line, out)
    if failure is None and shown.saved_in is not None:
        tell(f"saved in {shown.saved_in}", out)
    for line in verdicts:
        tell(line, out)
    for racer, standing in zip(run.race, shown.race, strict=False):
        tell(f"{standing.name}: {summary(racer, standing.shown)}", out)
    if not shown.race:
        tell(summary(run, end), out)
    out.flush()


def epoch_lines(batch: Batch, every: int | None = 1, begin: int = 1, name: str = "") -> list[tuple[int, str]]:
    """The article's lines for those epochs of a batch that are `due`, for `begin`, and for the last of all, each with
    its epoch, and with the name of whose it is."""
    first, end = batch.first, batch.first + len(batch.losses)
    epochs = dict.fromkeys(due(first, end - 1, every))
    if first == begin and len(batch):
        epochs = {begin: None, **epochs}
    if batch.stop is not None and len(batch):
        epochs[end - 1] = None
    losses, tests = batch.losses.tolist(), batch.tested.tolist() or [None] * len(batch)
    whose = name and f" ({name})"
    places = ((epoch, epoch - first) for epoch in epochs)
    return [(epoch, f"{epoch_told(epoch, losses[place], tests[place])}{whose}\n") for epoch, place in places]

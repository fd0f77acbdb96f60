"""Writes a run into a file as it trains; see `gdtui.runs.reader` for the format."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

import numpy as np

from gdtui.learning.descent import Batch
from gdtui.runs.events import EpochsWanted, Event, Forked, RuleDropped, Steered, Switched
from gdtui.runs.lines import batch_lines, header, line_of
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.reopen import reopen
from gdtui.runs.run import Run


class RunWriter:
    """Writes a run and its forks as they train.

    Once a write fails (a full disk, say), `failure` says so, and nothing more is written: training goes on.

    Args:
        path: where to.
        run: the run that trains; what it has already done is written too.
        force: overwrite what is there.
        branches: all runs of the tree, each after its parent, where there are more than `run`.
        ours: the file, where it holds all that already (see `continued`).

    Raises:
        RunFileError: the file is there already, or cannot be made.
    """

    def __init__(
        self, path: str, run: Run, force: bool = False, branches: Sequence[Run] = (), ours: IO[bytes] | None = None
    ) -> None:
        self.path = path
        self.failure: str | None = None
        self._file = ours or _claimed(path, "a" if force else "x")
        if ours is None:
            with suppress(OSError):  # a device has nothing to cut off
                self._file.truncate(0)  # not before it is ours
            self._put([line_of(header(branches[0] if branches else run))])
            for event in _so_far(run, branches or [run]):
                self.take(event)

    def take(self, event: Event) -> None:
        """Write what happened; flushed at once."""
        self._put(batch_lines(event) if isinstance(event, Batch) else [line_of(event)])

    def close(self) -> None:
        """No more is to come."""
        try:
            self._file.close()
        except OSError as error:
            self.failure = self.failure or error.strerror or str(error)

    def _put(self, lines: Iterable[bytes]) -> None:
        if self.failure is not None:
            return
        try:
            self._file.write(b"".join(lines))
            self._file.flush()
        except OSError as error:
            self.failure = f"{self.path}: saving ended: {error.strerror or error}"


@contextmanager
def telling_why(path: str) -> Iterator[None]:
    """Opens or writes a file of that name. Raises RunFileError where it cannot be."""
    try:
        yield
    except FileExistsError:
        raise RunFileError(f"{path}: is there already; give another name, or --force to overwrite it") from None
    except (OSError, ValueError) as error:
        raise RunFileError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _claimed(path: str, mode: str) -> IO[bytes]:
    """The file, opened and ours until it is closed: two writers would spoil it. Raises RunFileError."""
    with telling_why(path):
        file = open(path, mode + "b")  # noqa: SIM115 - it stays open
    with suppress(ImportError):  # Windows has no such locks
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise RunFileError(f"{path}: is being written by another gdtui; gdtui watch {path} shows it") from None
        except OSError:
            pass  # nor have some network file systems
    return file


def _so_far(run: Run, branches: Sequence[Run]) -> Iterator[Event]:
    """What happened in all branches before their file was begun, of which `run` is the one that trains."""
    for branch in branches:
        since, settings = branch.forked_at or 1, branch.settings
        alpha = branch.history.alpha_at(since)
        if branch.parent is not None:
            yield Forked(since, branches.index(branch.parent), alpha)
            yield EpochsWanted(branch.epochs)
        else:
            if branch.epochs != settings.epochs:
                yield EpochsWanted(branch.epochs, settings.epochs)
            if alpha != settings.alpha:
                yield Steered(alpha, since, settings.alpha)
        yield from _past(branch)
    if run is not branches[-1]:
        yield Switched(branches.index(run))


def _past(run: Run) -> Iterator[Event]:
    """What happened in a run before its file was begun, from where it was forked on."""
    history, since = run.history, run.forked_at or 1
    changes = [(first, alpha) for first, alpha in history.steered if first > since]
    if run.done >= since:
        for batch, _ in history.redo(history.state_at(since), run.done):
            yield batch
            while changes and changes[0][0] <= batch.first + len(batch):
                yield Steered(changes[0][1], changes.pop(0)[0])
    yield from (Steered(alpha, first) for first, alpha in changes)
    yield from (RuleDropped(rule) for rule in run.dropped)
    if run.stop is not None:
        yield Batch(run.done + 1, np.empty(0), np.empty((0, len(run.start))), None, run.stop, end=run.end())


def continued(path: str, epochs: int | None = None, alpha: float | None = None) -> tuple[list[Run], Run, RunWriter]:
    """The runs in a file, that which is ready to go on, and the writer that appends to the file.

    Args:
        epochs: how many are wanted in all now; None for as many as the file says.
        alpha: the learning rate from here; None for the file's last.

    Raises:
        RunFileError: it cannot go on.
    """
    file = RunFile(path)
    ours = _claimed(path, "a")
    try:
        file.read_more()  # what came before it was ours
        runs = reopen(file)
        run = runs[file.current]
        if epochs is not None and epochs < run.done:
            raise RunFileError(f"{path}: has {run.done} epochs already; --epochs counts all of them, so give more")
    except ValueError:
        ours.close()
        raise
    ours.truncate(file.whole)  # a line that was being written when its writer died is not part of the run
    writer = RunWriter(path, run, ours=ours)
    steered = [*([] if epochs is None else run.set_epochs(epochs)), *([] if alpha is None else run.set_alpha(alpha))]
    for event in steered:
        writer.take(event)
    return runs, run, writer

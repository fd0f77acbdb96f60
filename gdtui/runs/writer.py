"""Writes a run into a file as it trains; see `gdtui.runs.reader` for the format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any

from gdtui.learning.descent import Batch, Descent
from gdtui.runs.lines import epoch_lines, header, line_of, stop_line
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

    Raises:
        RunFileError: the file is there already, or cannot be made.
    """

    def __init__(self, path: str, run: Run, force: bool = False, branches: Sequence[Run] = ()) -> None:
        branches = branches or [run]
        root = branches[0]
        self._begin(path, [root], _claimed(path, "a" if force else "x"))
        with suppress(OSError):  # a device has nothing to cut off
            self._file.truncate(0)  # not before it is ours
        self._alphas, self._epochs = [root.settings.alpha], [root.settings.epochs]
        self._write(header(root))
        for branch in branches:
            for batch in _past(branch):
                self.take_in(branch, batch)
            if branch.stop is not None:
                self._write(*self._switched(branch), stop_line(branch.stop, branch))
        if run in self.branches:
            self.turn_to(run)

    @classmethod
    def append(cls, path: str, file: IO[bytes], branches: Sequence[Run], current: Run) -> RunWriter:
        """Go on with a file that is ours (see `_claimed`), holds these branches, and ends with `current`. Cuts off a
        torn last line."""
        recorder = cls.__new__(cls)
        _cut_torn_line(path)
        recorder._begin(path, branches, file)
        recorder._current = current
        return recorder

    def _begin(self, path: str, branches: Sequence[Run], file: IO[bytes]) -> None:
        self.path = path
        self.failure: str | None = None
        self.branches = list(branches)
        """The runs in the file, by their numbers there."""
        self._file = file
        self._current = self.branches[0]
        # What a reader of the file takes each branch's alpha and epochs to be.
        self._alphas, self._epochs = [run.alpha for run in branches], [run.epochs for run in branches]

    def take_in(self, run: Run, batch: Batch) -> None:
        """Write the epochs of a pull, and what was steered before it; flushed at once."""
        if self.failure is not None or (not len(batch) and batch.stop is None):
            return
        lines = [*map(line_of, self._steered(run, batch)), *epoch_lines(batch)]
        if batch.stop is not None:
            lines.append(line_of(stop_line(batch.stop, run)))
        self._put(b"".join(lines))

    def turn_to(self, run: Run) -> None:
        """What is written next belongs to this branch, also for whoever goes on from the file before that."""
        self._write(*self._switched(run))

    def settle(self, run: Run) -> None:
        """Write which branch is to go on and what was steered since its last epoch, for whoever goes on with it."""
        self._write(*self._switched(run), *self._changed(run, run.alpha, run.done + 1))

    def _steered(self, run: Run, batch: Batch) -> Iterator[dict[str, Any]]:
        yield from self._switched(run, batch.alpha)
        yield from self._changed(run, batch.alpha if len(batch) else None, batch.first)

    def _changed(self, run: Run, alpha: float | None, first: int) -> Iterator[dict[str, Any]]:
        """What says that epoch `first` is the first with that alpha, and how many epochs are wanted."""
        number = self.branches.index(run)
        if alpha is not None and alpha != self._alphas[number]:
            yield {"alpha": alpha, "from": first}
            self._alphas[number] = alpha
        if run.epochs != self._epochs[number]:
            yield {"epochs": run.epochs}
            self._epochs[number] = run.epochs

    def _switched(self, run: Run, alpha: float | None = None) -> Iterator[dict[str, Any]]:
        """What says that this branch is now written to; it begins with that alpha, where it is new."""
        if run in self.branches:
            if run is not self._current:
                yield {"branch": self.branches.index(run)}
        else:
            parent, alpha = self._parent(run), run.alpha if alpha is None else alpha
            yield {"fork": run.forked_at, "of": parent, "alpha": alpha}
            self.branches.append(run)
            self._alphas.append(alpha)
            self._epochs.append(self._epochs[parent])
        self._current = run

    def _parent(self, run: Run) -> int:
        """The number of the nearest branch above it. One that was left before its first step is not in the file."""
        parent = run.parent
        while parent is not None and parent not in self.branches:
            parent = parent.parent
        return 0 if parent is None else self.branches.index(parent)

    def close(self) -> None:
        """No more is to come."""
        try:
            self._file.close()
        except OSError as error:
            self.failure = self.failure or _why(error)

    def _write(self, *lines: dict[str, Any]) -> None:
        self._put(b"".join(map(line_of, lines)))

    def _put(self, lines: bytes) -> None:
        if self.failure is not None or not lines:
            return
        try:
            self._file.write(lines)
            self._file.flush()
        except OSError as error:
            self.failure = f"{self.path}: saving ended: {_why(error)}"


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _open(path: str, mode: str) -> IO[bytes]:
    try:
        return open(path, mode + "b")
    except FileExistsError:
        raise RunFileError(f"{path}: is there already; give another name, or --force to overwrite it") from None
    except (OSError, ValueError) as error:
        raise RunFileError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _claimed(path: str, mode: str) -> IO[bytes]:
    """The file, opened and ours until it is closed: two writers would spoil it. Raises RunFileError."""
    file = _open(path, mode)
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


def _cut_torn_line(path: str) -> None:
    """A line that was being written when its writer died is not part of the run."""
    with open(path, "rb+") as file:
        size = file.seek(0, 2)
        while size:
            begin = max(0, size - 65536)
            file.seek(begin)
            newline = file.read(size - begin).rfind(b"\n")
            if newline >= 0:
                file.truncate(begin + newline + 1)
                return
            size = begin
        file.truncate(0)


def _past(run: Run) -> Iterator[Batch]:
    """What a run has done before its file was begun, from where it was forked on, stretch by stretch of one alpha."""
    history, since, kernel = run.history, run.forked_at or 1, run.new_kernel()
    stretches = history.alphas
    ends = [first for first, _ in stretches[1:]] + [len(history) + 1]
    for (first, alpha), end in zip(stretches, ends, strict=False):
        at = max(first, since)
        if at >= end:
            continue
        weights = history.weights_at(at, kernel)
        while at < end:
            descent = Descent(kernel, weights, alpha, end - 1, done=at - 1)
            batch = descent.advance(min(50_000, end - at))
            yield replace(batch, stop=None)  # its end is not the run's
            weights, at = descent.weights, at + len(batch)


def continued(path: str, epochs: int | None = None, alpha: float | None = None) -> tuple[Run, RunWriter]:
    """The run in a file, ready to go on, and the recorder that appends to it.

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
    except ValueError:
        ours.close()
        raise
    run = runs[file.current]
    recorder = RunWriter.append(path, ours, runs, run)
    if epochs is not None:
        if epochs < run.done:
            ours.close()
            raise RunFileError(f"{path}: has {run.done} epochs already; --epochs counts all of them, so give more")
        run.set_epochs(epochs)
    if alpha is not None:
        run.set_alpha(alpha)
    return run, recorder

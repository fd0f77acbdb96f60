"""Writes a run into a file as it trains; see `gdtui.runs.reader` for the format."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from io import FileIO
from typing import IO, Any

import msgspec
import numpy as np

from gdtui import __version__
from gdtui.learning.descent import Batch
from gdtui.learning.kernel import Kernels, kernel_for
from gdtui.learning.moment import Moment
from gdtui.outputs import Output, Syncing, write_all
from gdtui.runs.events import Event, Measured, Stopped, in_turn
from gdtui.runs.kept import epoch_lines
from gdtui.runs.lines import Checks
from gdtui.runs.reader import FORMAT, VERSION, RunFile, RunFileError
from gdtui.runs.reopen import reopen
from gdtui.runs.retold import so_far
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
        crc: the CRC-32 of what it holds.

    Raises:
        RunFileError: the file is there already, or cannot be made.
    """

    def __init__(
        self, path: str, run: Run, force: bool = False, branches: Sequence[Run] = (), ours: FileIO | None = None,
        crc: int = 0,
    ) -> None:  # fmt: skip
        self.path = path
        self.failure: str | None = None
        self._checks = Checks(crc)
        self._output: Output | None = None
        if ours is None:
            with telling_why(path):
                self._output = Output(path, force)
            ours = self._output.file
        self._file, self._syncing = ours, Syncing(ours)
        self.warning = _lock(ours, path)
        if self._output is not None:
            self._begin(run, branches or [run])

    def _begin(self, run: Run, branches: Sequence[Run]) -> None:
        """Write what has been done, and take the place of what is there."""
        assert self._output is not None
        try:
            if self._output.replaced is not None:
                _lock(self._output.replaced, self.path)
            self.take(header(branches[0]))
            for event in so_far(run, branches):
                self.take(event)
            if self.failure is None:
                with telling_why(self.path):
                    self._output.keep()
        except BaseException:
            self.close()
            raise

    def take(self, event: Event | dict[str, Any]) -> None:
        """Write what happened, or the header: into the file at once, and on the disk itself about a second later."""
        if isinstance(event, Batch):
            self._put(batch_lines(event), event.stop is not None)
        else:
            self._put([line_of(event)])

    def _put(self, blocks: Iterable[bytes], is_end: bool = False) -> None:
        if self.failure is not None:
            return
        try:
            for block in self._checks.between(blocks, is_end):
                write_all(self._file, block)
            self._syncing.wrote()
        except OSError as error:
            self._fail(error)
            self.close()

    def close(self) -> None:
        """No more is to come; what has come is on the disk itself."""
        if self._file.closed:
            return
        self._put([], is_end=True)
        try:
            with self._file:
                if self.failure is None:
                    self._syncing.sync()
        except OSError as error:
            self._fail(error)
        if self._output is not None:
            self._output.close()

    def _fail(self, error: OSError) -> None:
        self.failure = self.failure or f"{self.path}: saving ended: {error.strerror or error}"


@contextmanager
def telling_why(path: str) -> Iterator[None]:
    """Opens or writes a file of that name. Raises RunFileError where it cannot be."""
    try:
        yield
    except FileExistsError:
        raise RunFileError(f"{path}: is there already; give another name, or --force to overwrite it") from None
    except (OSError, ValueError) as error:
        raise RunFileError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _lock(file: IO[bytes], path: str) -> str | None:
    """Make the file ours until it is closed, since two writers would spoil it; returns for people that this cannot be,
    as on some network file systems. Raises RunFileError where it is another's."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunFileError(f"{path}: is being written by another gdtui; gdtui watch {path} shows it") from None
    except (ImportError, OSError):  # Windows has no such locks at all
        return f"{path}: cannot be locked there; see that no other gdtui writes it meanwhile"
    return None


def continued(
    path: str, epochs: int | None = None, alpha: float | None = None, kernels: Kernels = kernel_for
) -> tuple[list[Run], Run, RunWriter]:
    """The runs in a file, that which is ready to go on, and the writer that appends to the file.

    Args:
        epochs: how many are wanted in all now; None for as many as the file says.
        alpha: the learning rate from here, of the branch that is written to; None for the file's last.
        kernels: makes what evaluates the data.

    Raises:
        RunFileError: it cannot go on.
    """
    file = RunFile(path)
    with telling_why(path):
        ours = open(path, "ab", buffering=0)  # noqa: SIM115 - it stays open
    try:
        _lock(ours, path)
        file.read_more()  # what came before it was ours
        runs = reopen(file, kernels)
        run = runs[file.current]
        done = max(racer.done for racer in run.race)
        if epochs is not None and epochs < done:
            raise RunFileError(f"{path}: has {done} epochs already; --epochs counts all of them, so give more")
    except ValueError:
        ours.close()
        raise
    ours.truncate(file.lines.whole)  # a line that was being written when its writer died is not part of the run
    writer = RunWriter(path, run, ours=ours, crc=file.lines.crc)
    steered: list[Event] = []
    if epochs is not None:
        for number in file.racing:
            steered += in_turn(number, file.current, runs[number].set_epochs(epochs))
    for event in [*steered, *([] if alpha is None else run.set_alpha(alpha))]:
        writer.take(event)
    return runs, run, writer


def header(run: Run) -> dict[str, Any]:
    """The first line: everything that determines the run."""
    settings, data, plane = asdict(run.settings), run.data, run.data.plane
    if settings["data"]["mapped"] is None:  # it says nothing of the data
        del settings["data"]["mapped"]
    return {
        "kind": "run",
        "format": FORMAT,
        "version": VERSION,
        "gdtui": __version__,
        "numpy": np.__version__,
        "name": data.name,
        "rows": len(data),
        **({} if data.test is None else {"test_rows": len(data.test)}),
        "features": data.feature_names,
        "class_names": data.class_names,
        "digest": data.digest,
        "plane": {
            "origin": plane.origin.tolist(),
            "axes": plane.axes.tolist(),
            "labels": plane.labels,
            "spans": plane.spans,
            "note": plane.note,
        },
        "rules": settings.pop("stop"),
        **settings,
        "init": run.start.tolist(),
    }


def line_of(event: Any) -> bytes:
    """An event, or the header, as its line of the file."""
    if isinstance(event, msgspec.Struct):
        event = msgspec.to_builtins(event)
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    # A path that is not UTF-8 has lone surrogates, which are written as JSON's escapes.
    return text.encode(errors="backslashreplace") + b"\n"


def _measured(moment: Moment | None) -> Measured | None:
    """All of a state, where it is known and finite."""
    if moment is None or moment.confusion is None or moment.gradient_norm is None:
        return None
    numbers = moment.loss, moment.gradient_norm, *moment.weights.tolist()
    if not all(map(math.isfinite, numbers)):
        return None
    test = moment.test_loss if moment.test_loss is not None and math.isfinite(moment.test_loss) else None
    tested = test, moment.test_confusion
    return Measured(moment.loss, moment.weights.tolist(), moment.gradient_norm, moment.confusion, *tested)


def batch_lines(batch: Batch) -> Iterator[bytes]:
    """The epochs of a batch that are kept, some at a time, and its end, if it is one."""
    yield from epoch_lines(batch, _measured(batch.last))
    if batch.stop is not None:
        epoch = batch.first + len(batch) - 1
        yield line_of(Stopped(batch.stop.rule, epoch, batch.stop.message, _measured(batch.end)))

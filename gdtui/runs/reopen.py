"""Runs made from their files: to go on, or to be looked at."""

import shlex
import time
from collections.abc import Callable, Sequence
from functools import reduce

import msgspec

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import Kernels, kernel_for
from gdtui.learning.stop import without
from gdtui.runs.archive import ArchivedRun, can_be_bridged
from gdtui.runs.lost import LostData
from gdtui.runs.reader import OnlyLossesError, RunFile, RunFileError
from gdtui.runs.run import Run, Shown
from gdtui.settings import BUILT_IN_SETS, LOSSES, Settings

BEFORE = {"decimal": ".", "index": False}
"""How tables were read before files said so."""


def settings_of(file: RunFile) -> Settings:
    """The settings that a run file begins with.

    Raises:
        OnlyLossesError: it was written by another program, and does not say them.
    """
    header = file.header
    if "rules" not in header or header.get("loss") not in LOSSES:
        raise OnlyLossesError(f"{file.path}: does not say what it was trained on, or how, so it cannot go on")
    data = {"partitions": 0, **header.get("data", {})}
    if data.get("source", "blobs") not in BUILT_IN_SETS:
        data = {**BEFORE, **data}
    return msgspec.convert({**header, "data": data, "stop": header["rules"]}, Settings)


def data_of(file: RunFile, settings: Settings, is_shown: bool = False) -> Dataset:
    """The data that a run file was trained on.

    Args:
        settings: see `settings_of`.
        is_shown: whether the run is only looked at; then no rows are to be expected on standard input.

    Raises:
        OnlyLossesError: it is gone, or another.
    """
    if is_shown and settings.data.source == "-":
        raise OnlyLossesError(f"{file.path}: its data was read from standard input")
    try:
        data = load(settings.data)
    except ValueError as error:
        raise OnlyLossesError(f"{file.path}: its data cannot be had: {error}") from None
    has_changed = data.digest != file.header.get("digest")
    if has_changed or (not isinstance(settings.init, str) and len(settings.init) != data.units * data.X.shape[1]):
        raise OnlyLossesError(f"{file.path}: its data has changed: {data.name} is not what it was trained on")
    return data


def _what_is_left(file: RunFile, settings: Settings) -> Dataset:
    """The data that a run file was trained on, or what the file says of it. Raises OnlyLossesError where that is too
    little."""
    try:
        return data_of(file, settings, is_shown=True)
    except OnlyLossesError as error:
        lost = LostData.described(file.header, settings.data, str(error).removeprefix(f"{file.path}: "))
        if lost is None:
            raise
        return lost


def runs_of(file: RunFile) -> list[ArchivedRun]:
    """What a file holds by now as runs, one a branch, to be looked at. Raises RunFileError as `settings_of` and
    `read_on`, and where the file says too little of data that is gone."""
    settings, runs = settings_of(file), list[ArchivedRun]()
    read_on(file, settings, _what_is_left(file, settings), runs)
    return runs


def read_on(
    file: RunFile, settings: Settings, data: Dataset, runs: list[ArchivedRun], kernels: Kernels = kernel_for
) -> None:
    """Take what a file holds by now into its runs, one a branch, and add those that are new.

    Raises:
        OnlyLossesError: it holds no weights.
    """
    for number, branch in enumerate(file.branches):
        run = ArchivedRun(settings, data, branch, runs, kernels) if number == len(runs) else runs[number]
        run.read_on(file.path)
        if number == len(runs):  # not before, since that may be refused
            runs.append(run)
    _race(file, runs)


def _race(file: RunFile, runs: Sequence[Shown]) -> None:
    """Let those descend together that do in the file."""
    for branch, run in zip(file.branches, runs, strict=True):
        if branch.race:
            run.join(tuple(runs[number] for number in branch.race))


def reopen(file: RunFile, kernels: Kernels = kernel_for) -> list[Run]:
    """The runs in a file, one a branch, each ready to go on from its last epoch with the bits it would have had.

    Args:
        kernels: makes what evaluates the data.

    Raises:
        RunFileError: as `settings_of`, `data_of` and `read_on`; and where the file is damaged, or the
            branch that is written to diverged, and all that raced with it.
    """
    if file.damage is not None:
        copy = f"head -n {file.lines.count} {shlex.quote(file.path)} > whole.jsonl"
        raise RunFileError(f"{file.damage}; to go on from there: {copy}, then gdtui resume whole.jsonl")
    stops = [file.branches[number].stop for number in file.racing]
    if file.stop is not None and all(stop is not None and stop.diverged for stop in stops):
        raise RunFileError(f"{file.path}: the run diverged, so it cannot go on: {file.stop.message}")
    settings = settings_of(file)
    shown: list[ArchivedRun] = []
    read_on(file, settings, data_of(file, settings), shown, kernels)
    runs: list[Run] = []
    for archived in shown:
        run = _ready(archived, file.path)
        run.parent = None if archived.forked_at is None else runs[archived.branch.parent]
        runs.append(run)
    _race(file, runs)
    return runs


def _ready(archived: ArchivedRun, where: str) -> Run:
    """The run behind the last epoch that is known to be done.

    That is the last one kept, the one before the last change of alpha, or the one at which it ended: where epochs
    are thinned, those between are not in the file, and were done with the alpha before.
    """
    branch, history = archived.branch, archived.history
    run = Run(archived.settings, archived.data, archived.kernel)
    run.history, run.forked_at, run.dropped = history, archived.forked_at, list(branch.dropped)
    run.begun_with = archived.begun_with
    run.tried, run.proved = branch.tried, branch.proved
    rules = reduce(without, branch.dropped, run.settings.stop)
    state = history.next_state or State(run.start)
    known = max([run.forked_at or 1, *(since for since, _ in branch.recipes)]) - 1
    if branch.end is not None:
        known = max(known, branch.end.epoch)
    if not can_be_bridged(run.done, known, run.kernel.size):
        raise RunFileError(
            f"{where}: leaves out too much between the epochs {run.done} and {known}, so it cannot go on"
        )
    for batch, later in history.redo(state, known):
        history.append(batch)
        state = later
    begun = history.breaks.get(run.done + 1)
    state = state if begun is None else begun.state
    run.descent = Descent(run.kernel, state, archived.recipe, archived.epochs, rules)
    run.descent.stop = branch.stop
    return run


class Watched(RunFile):
    """A run file that may still be written, here or on another machine, seen as runs. Where its data cannot be had,
    they have what the file says of that.

    Raises:
        RunFileError: as `settings_of` and `read_on`; and where the file says too little of data that is gone.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(path, clock)
        self.runs: list[ArchivedRun] = []
        self._show()

    def _set_up(self) -> None:
        self._settings = settings_of(self)
        self._data = _what_is_left(self, self._settings)
        self.runs = []

    @property
    def run(self) -> ArchivedRun:
        """The branch that is written to."""
        return self.runs[min(self.current, len(self.runs) - 1)]

    def _take_in(self) -> None:
        read_on(self, self._settings, self._data, self.runs)

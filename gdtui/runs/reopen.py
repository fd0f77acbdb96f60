"""Runs made from their files: to go on, or to be looked at."""

from __future__ import annotations

from functools import reduce

import msgspec

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.descent import Descent, State
from gdtui.learning.stop import without
from gdtui.runs.archive import ArchivedRun
from gdtui.runs.lost import LostData
from gdtui.runs.reader import OnlyLossesError, RunFile, RunFileError
from gdtui.runs.run import Run
from gdtui.settings import Settings


def settings_of(file: RunFile) -> Settings:
    """The settings that a run file begins with.

    Raises:
        OnlyLossesError: it was written by another program, and does not say them.
    """
    try:
        return msgspec.convert({**file.header, "stop": file.header["rules"]}, Settings)
    except (KeyError, msgspec.ValidationError) as error:
        raise OnlyLossesError(
            f"{file.path}: does not say what it was trained on ({error}), so it cannot go on"
        ) from None


def data_of(file: RunFile, settings: Settings) -> Dataset:
    """The data that a run file was trained on.

    Raises:
        OnlyLossesError: it is gone, or another.
    """
    try:
        data = load(settings.data)
    except ValueError as error:
        raise OnlyLossesError(f"{file.path}: its data cannot be had: {error}") from None
    if data.digest != file.header.get("digest"):
        raise OnlyLossesError(f"{file.path}: its data has changed: {data.name} is not what it was trained on")
    return data


def data_to_look_at(file: RunFile, settings: Settings) -> Dataset:
    """The same for somebody who only looks, and from whom no rows are to be expected on standard input.

    Raises:
        OnlyLossesError: as `data_of`.
    """
    if settings.data.source == "-":
        raise OnlyLossesError(f"{file.path}: its data was read from standard input")
    return data_of(file, settings)


def data_or_what_is_left(file: RunFile, settings: Settings) -> Dataset:
    """The data that a run file was trained on; where that cannot be had, what the file says of it.

    Raises:
        OnlyLossesError: it says too little.
    """
    try:
        return data_to_look_at(file, settings)
    except OnlyLossesError as error:
        lost = LostData.described(file.header, settings.data, str(error).removeprefix(f"{file.path}: "))
        if lost is None:
            raise
        return lost


def runs_of(file: RunFile, settings: Settings, data: Dataset) -> list[ArchivedRun]:
    """The runs in a file, one a branch, with their histories, to be looked at.

    Args:
        settings: see `settings_of`.
        data: see `data_of` and `data_or_what_is_left`.

    Raises:
        OnlyLossesError: the file holds no weights.
    """
    runs: list[ArchivedRun] = []
    for branch in file.branches:
        parent = None if branch.forked_at is None else runs[branch.parent]
        runs.append(ArchivedRun(settings, data, branch, parent, runs[0].kernel if runs else None))
        runs[-1].read_on(file.path)
    return runs


def reopen(file: RunFile) -> list[Run]:
    """The runs in a file, one a branch, each ready to go on from its last epoch with the bits it would have had.

    Raises:
        RunFileError: as `settings_of`, `data_of` and `runs_of`; and where the branch that is written to diverged.
    """
    if file.stop is not None and file.stop.diverged:
        raise RunFileError(f"{file.path}: the run diverged, so it cannot go on: {file.stop.message}")
    settings = settings_of(file)
    runs: list[Run] = []
    for archived in runs_of(file, settings, data_of(file, settings)):
        run = _ready(archived)
        run.parent = None if archived.forked_at is None else runs[archived.branch.parent]
        runs.append(run)
    return runs


def _ready(archived: ArchivedRun) -> Run:
    """The run behind the last epoch that is known to be done.

    That is the last one kept, the one before the last change of alpha, or the one at which it ended: where epochs
    are thinned, those between are not in the file, and were done with the alpha before.
    """
    branch, history = archived.branch, archived.history
    run = Run(archived.settings, archived.data, archived.kernel)
    run.history, run.forked_at, run.dropped = history, archived.forked_at, list(branch.dropped)
    rules = reduce(without, branch.dropped, run.settings.stop)
    state = history.state_after(run.done) if run.done else State(run.start)
    known = max([run.forked_at or 1, *(since for since, _ in branch.alphas)]) - 1
    if branch.end is not None:
        known = max(known, branch.end.epoch)
    for batch, later in history.redo(state, known):
        history.append(batch)
        state = later
    run.descent = Descent(run.kernel, state, archived.alpha, archived.epochs, rules)
    run.descent.stop = branch.stop
    return run

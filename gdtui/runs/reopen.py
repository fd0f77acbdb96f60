"""Runs made from their files: to go on, or to be looked at."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.descent import Descent
from gdtui.runs.lost import LostData, Recalled
from gdtui.runs.reader import Branch, OnlyLossesError, RunFile, RunFileError
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings, StopRules


def settings_of(file: RunFile) -> Settings:
    """The settings that a run file begins with.

    Raises:
        OnlyLossesError: it was written by another program, and does not say them.
    """
    known = file.header
    try:
        data: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in known["data"].items()
        }
        return Settings(
            data=DataSettings(**data),
            epochs=known["epochs"],
            alpha=known["alpha"],
            loss=known["loss"],
            init=tuple(known["init"]),
            seed=known["seed"],
            stop=StopRules(**known["rules"]),
            sample_size=known["sample_size"],
        )
    except (KeyError, TypeError, AttributeError) as error:
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


def runs_of(file: RunFile, settings: Settings, data: Dataset) -> list[Run]:
    """The runs in a file, one a branch, with their histories, to be looked at.

    Args:
        settings: see `settings_of`.
        data: see `data_of` and `data_or_what_is_left`.

    Raises:
        OnlyLossesError: the file holds no weights.
    """
    runs: list[Run] = []
    for branch in file.branches:
        run = Recalled(settings, data, branch) if isinstance(data, LostData) else Run(settings, data)
        if branch.forked_at is not None:
            run.forked_at, run.parent = branch.forked_at, runs[branch.parent]
            run.history = run.parent.history.prefix(min(branch.forked_at - 1, run.parent.done))
        fill(run, branch, file.path)
        runs.append(run)
    return runs


def reopen(file: RunFile) -> list[Run]:
    """The runs in a file, one a branch, each ready to go on from its last epoch with the bits it would have had.

    Raises:
        RunFileError: as `settings_of`, `data_of` and `runs_of`; and where the branch that is written to diverged.
    """
    if file.stop is not None and file.stop.diverged:
        raise RunFileError(f"{file.path}: the run diverged, so it cannot go on: {file.stop.message}")
    settings = settings_of(file)
    runs = runs_of(file, settings, data_of(file, settings))
    runs[file.current].descent.stop = None
    return runs


def fill(run: Run, branch: Branch, where: str) -> None:
    """Bring a run up to what its branch holds by now, and put its descent behind the last epoch."""
    _append(run, branch, where)
    if isinstance(run, Recalled):
        run.stand()
    else:
        _stand(run, branch)
    run.descent.stop = branch.stop


def _append(run: Run, branch: Branch, where: str) -> None:
    begin = bisect_right(branch.epochs, run.done)
    end = len(branch.epochs)
    # A run that diverges ends with weights that are not finite, and not written: nothing can be drawn of those.
    while end > 1 and branch.weights[end - 1] is None and branch.weights[0] is not None:
        end -= 1
    if begin >= end:
        return
    if any(weights is None for weights in branch.weights[begin:end]):
        raise OnlyLossesError(f"{where}: holds no weights")
    epochs, losses = np.array(branch.epochs[begin:end]), np.array(branch.losses[begin:end])
    weights = np.array(branch.weights[begin:end], dtype=np.float64)
    cuts = [*np.searchsorted(epochs, [first for first, _ in branch.alphas]).tolist(), len(epochs)]
    for (first, alpha), start, stop in zip(branch.alphas, cuts, cuts[1:], strict=False):
        if stop > start:
            run.history.append_records(first, alpha, epochs[start:stop], losses[start:stop], weights[start:stop])


def _stand(run: Run, branch: Branch) -> None:
    """Put a run's descent behind the last epoch that is known to be done.

    That is the last one kept, or the one before the last change of alpha: where epochs are thinned, those between
    are not in the file, and were done with the alpha before.
    """
    kernel, history = run.new_kernel(), run.history
    weights, alpha = run.start, branch.alphas[-1][1] if branch.alphas else run.alpha
    if run.done:
        # The last epoch's own step was taken after it was measured: take it again.
        last = Descent(kernel, history.weights_at(run.done), history.alpha_at(run.done), run.done, done=run.done - 1)
        last.advance(1)
        weights = last.weights
    for first, _ in branch.alphas:
        if first > run.done + 1:
            between = Descent(kernel, weights, branch.alpha_at(run.done + 1) or alpha, first - 1, done=run.done)
            history.append(between.advance(first - 1 - run.done))
            weights = between.weights
    run.descent = Descent(kernel, weights, alpha, max(branch.wanted, run.done), run.settings.stop, done=run.done)
    run.descent.recall(branch.epochs, branch.losses)

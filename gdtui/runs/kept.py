"""The epochs that a run file keeps, as its lines; see `gdtui.runs.reader` for the format."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec
import numpy as np
from numpy.typing import NDArray

from gdtui.learning.descent import Batch
from gdtui.runs.events import Epoch, Measured

ALL_KEPT, FEWEST, NUMBERS = 10_000, 1_000, 2**20
"""Every epoch up to the first is written, or, where those have more than so many weights in all, up to an earlier one,
but not before the second: whoever opens the file holds them all."""
LINES_AT_ONCE = 1024
"""Lines made at a time: of more, all numbers are held in memory once more."""

_ENCODER = msgspec.json.Encoder()
"""Makes the JSON of epochs, since that is most of what saving costs: in an eighth of the time that Python's own takes,
with NaN as null, and floats that read back as the same bits."""


class _Told(msgspec.Struct, gc=False):
    """An epoch of which no more is told: beside the other fields of `Epoch`, all left out, it takes a third longer."""

    epoch: int
    loss: float
    weights: tuple[float, ...]


def epoch_lines(batch: Batch, last: Measured | None) -> Iterator[bytes]:
    """The epochs of a batch that are kept, some at a time. Of the last of the batch, all that was measured is told,
    where it is known."""
    kept = _kept(batch)
    for begin in range(0, len(kept), LINES_AT_ONCE):
        rows = kept[begin : begin + LINES_AT_ONCE]
        yield _ENCODER.encode_lines(_told(batch, rows, last if rows[-1] == len(batch) - 1 else None))


def _told(batch: Batch, rows: NDArray[np.intp], last: Measured | None) -> Iterable[_Told | Epoch]:
    """What is told of the epochs in these rows of a batch, and of the last of them."""
    if last is not None and len(rows) > 1:  # the others are told in less time
        return chain(_told(batch, rows[:-1], None), _told(batch, rows[-1:], last))
    epochs, losses, weights = (rows + batch.first).data, batch.losses[rows].data, batch.weights[rows]
    are_weights = np.isfinite(weights)
    if last is None and not (batch.bests or batch.memory.size or len(batch.tested)) and are_weights.all():
        # Each number and each line is made when it is written, where the one before it was: in two thirds of the time
        # that lists of them take.
        return map(_Told, epochs, losses, zip(*(column.data for column in weights.T), strict=True))
    lines = list(map(Epoch, epochs, losses, weights.tolist()))
    for index in np.flatnonzero(~are_weights.all(axis=1)).tolist():
        lines[index].weights = None
    if batch.bests:
        for line, row in zip(lines, rows.tolist(), strict=True):
            line.best = batch.bests[row] if batch.bests[row].epoch else None
    if batch.memory.size:
        for line, memory in zip(lines, batch.memory[rows], strict=True):
            line.memory = memory.tolist() if np.isfinite(memory).all() else None
    if len(batch.tested):
        for line, test in zip(lines, batch.tested[rows].tolist(), strict=True):
            line.test = test
    if last is not None:
        lines[-1].gradient, lines[-1].confusion = last.gradient, last.confusion
        lines[-1].test_confusion = last.test_confusion
    return lines


def _kept(batch: Batch) -> NDArray[np.intp]:
    """Which epochs of a batch a file keeps, as indices; where the run ends, the last in any case."""
    found: list[NDArray[np.intp]] = []
    at, end = batch.first, batch.first + len(batch)
    size = batch.weights.shape[1]
    while at < end:
        step = step_between_kept(at, size)
        until = min(end, all_kept(size) * step + 1)
        found.append(np.arange(at + (1 - at) % step, until, step))
        at = until
    if batch.stop is not None and len(batch) and (end - 2) % step:
        found.append(np.array([end - 1]))
    return np.concatenate(found) - batch.first if found else np.empty(0, dtype=np.intp)


def all_kept(size: int) -> int:
    """The last epoch up to which every one is kept, of a run of so many weights."""
    return min(ALL_KEPT, max(FEWEST, NUMBERS // size))


def step_between_kept(epoch: int, size: int) -> int:
    """Which epochs around this one a file keeps: every 1st, 10th, 100th …"""
    step = 1
    while epoch > all_kept(size) * step:
        step *= 10
    return step

"""The epochs that a run file keeps, as its lines; see `gdtui.runs.reader` for the format."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from gdtui.learning.descent import Batch
from gdtui.runs.events import Epoch, Measured
from gdtui.types import Floats

ALL_KEPT, FEWEST, NUMBERS = 10_000, 1_000, 2**20
"""Every epoch up to the first is written, or, where those have more than so many weights in all, up to an earlier one,
but not before the second: whoever opens the file holds them all."""
LINES_AT_ONCE = 1024
"""Lines made at a time: of more, all numbers are held in memory once more."""

_ENCODER = msgspec.json.Encoder()
"""Makes the JSON of epochs, since that is most of what saving costs: in an eighth of the time that Python's own takes,
with NaN as null, and floats that read back as the same bits."""


def epoch_lines(batch: Batch, last: Measured | None) -> Iterator[bytes]:
    """The epochs of a batch that are kept, some at a time. Of the last of the batch, all that was measured is told,
    where it is known."""
    rows = _kept(batch)
    told = _told(batch, rows)
    kind, others = _line("epoch", *told), told.values()
    for begin in range(0, len(rows), LINES_AT_ONCE):
        epochs = rows[begin : begin + LINES_AT_ONCE] + batch.first
        # Each number and each line is made when it is written, where the one before it was: in two thirds of the time
        # that lists of them take. The epochs of a block end it; what else is told of them goes on with the next.
        lines: Iterator[msgspec.Struct] = map(kind, epochs.data, *others)
        if last is not None and epochs[-1] == batch.first + len(batch) - 1:
            lines = chain(map(kind, epochs[:-1].data, *others), _in_full(map(kind, epochs[-1:].data, *others), last))
        yield _ENCODER.encode_lines(lines)


@cache
def _line(*names: str) -> Callable[..., msgspec.Struct]:
    """What a line is made as of which this is told: beside the other fields of `Epoch`, all left out, it takes a third
    longer."""
    return msgspec.defstruct("Line", names, gc=False)


def _told(batch: Batch, rows: NDArray[np.intp]) -> dict[str, Iterator[Any]]:
    """What is told of the epochs in these rows of a batch, one by one, in the order of `Epoch`; UNSET is left out."""
    are_all = len(rows) and rows[-1] - rows[0] == len(rows) - 1
    chosen = slice(rows[0], rows[-1] + 1) if are_all else rows  # a slice copies nothing
    told: dict[str, Iterator[Any]] = {"loss": iter(batch.losses[chosen].data)}
    told["weights"] = _vectors(batch.weights[chosen])
    if bests := batch.bests:
        told["best"] = (best if (best := bests[row]).epoch else UNSET for row in rows.tolist())
    if batch.memory.size:
        told["memory"] = _vectors(batch.memory[chosen])
    if len(batch.tested):
        told["test"] = iter(batch.tested[chosen].data)
    return told


def _vectors(rows: Floats) -> Iterator[Any]:
    """Each row, or UNSET in place of one that is not finite."""
    vectors, are_finite = zip(*(column.data for column in rows.T), strict=True), np.isfinite(rows)
    if are_finite.all():
        return vectors
    return (vector if are.all() else UNSET for vector, are in zip(vectors, are_finite, strict=True))


def _in_full(lines: Iterator[msgspec.Struct], last: Measured) -> Iterator[Epoch]:
    """These lines with all that was measured."""
    measured: dict[str, Any] = {name: getattr(last, name) for name in ("gradient", "confusion", "test_confusion")}
    return (Epoch(**msgspec.structs.asdict(line), **measured) for line in lines)


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

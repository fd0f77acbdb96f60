"""The lines that a recorder writes; see `gdtui.runs.reader` for the format."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gdtui import __version__
from gdtui.learning.descent import Batch
from gdtui.learning.moment import Moment
from gdtui.runs.events import Epoch, Measured, Stopped
from gdtui.runs.reader import FORMAT, VERSION
from gdtui.runs.run import Run

ALL_KEPT = 10_000
"""Every epoch up to this one is written."""
LINES_AT_ONCE = 512
"""Lines made at a time: more leave the cache, which takes a third longer."""


def step_between_kept(epoch: int) -> int:
    """Which epochs around this one a file keeps: every 1st, 10th, 100th …"""
    step = 1
    while epoch > ALL_KEPT * step:
        step *= 10
    return step


def header(run: Run) -> dict[str, Any]:
    """The first line: everything that determines the run."""
    settings, data, plane = asdict(run.settings), run.data, run.data.plane
    return {
        "kind": "run",
        "format": FORMAT,
        "version": VERSION,
        "gdtui": __version__,
        "numpy": np.__version__,
        "name": data.name,
        "rows": len(data),
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
    return Measured(moment.loss, moment.weights.tolist(), moment.gradient_norm, moment.confusion)


_ENCODER = msgspec.json.Encoder()
"""Makes the JSON of epochs, since that is most of what saving costs: in an eighth of the time that Python's own takes,
with NaN as null, and floats that read back as the same bits."""


def batch_lines(batch: Batch) -> Iterator[bytes]:
    """The epochs of a batch that are kept, some at a time, and its end, if it is one. Of the last epoch of the batch,
    which is the one that is shown of it, all that was measured is told."""
    kept = _kept(batch)
    for begin in range(0, len(kept), LINES_AT_ONCE):
        rows = kept[begin : begin + LINES_AT_ONCE]
        weights = batch.weights[rows]
        lines = list(map(Epoch, (rows + batch.first).tolist(), batch.losses[rows].tolist(), weights.tolist()))
        are_weights = np.isfinite(weights)
        if not are_weights.all():
            for index in np.flatnonzero(~are_weights.all(axis=1)).tolist():
                lines[index].weights = None
        if batch.bests:
            for line, row in zip(lines, rows.tolist(), strict=True):
                line.best = batch.bests[row] if batch.bests[row].epoch else None
        if rows[-1] == len(batch) - 1 and (known := _measured(batch.last)) is not None:
            lines[-1].gradient, lines[-1].confusion = known.gradient, known.confusion
        yield _ENCODER.encode_lines(lines)
    if batch.stop is not None:
        epoch = batch.first + len(batch) - 1
        yield line_of(Stopped(batch.stop.rule, epoch, batch.stop.message, _measured(batch.end)))


def _kept(batch: Batch) -> NDArray[np.intp]:
    """Which epochs of a batch a file keeps, as indices; where the run ends, the last in any case."""
    found: list[NDArray[np.intp]] = []
    at, end = batch.first, batch.first + len(batch)
    while at < end:
        step = step_between_kept(at)
        until = min(end, ALL_KEPT * step + 1)
        found.append(np.arange(at + (1 - at) % step, until, step))
        at = until
    if batch.stop is not None and len(batch) and (end - 2) % step:
        found.append(np.array([end - 1]))
    return np.concatenate(found) - batch.first if found else np.empty(0, dtype=np.intp)

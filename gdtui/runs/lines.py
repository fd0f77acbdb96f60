"""The lines that a recorder writes; see `gdtui.runs.reader` for the format."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gdtui import __version__
from gdtui.learning.descent import Batch, Measurement, Stop, measure
from gdtui.runs.lost import plane_told
from gdtui.runs.reader import FORMAT, VERSION
from gdtui.runs.run import Run
from gdtui.types import Floats

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
    settings, data = run.settings, run.data
    return {
        "format": FORMAT,
        "version": VERSION,
        "gdtui": __version__,
        "numpy": np.__version__,
        "data": asdict(settings.data),
        "name": data.name,
        "rows": len(data),
        "features": list(data.feature_names),
        "class_names": list(data.class_names),
        "digest": data.digest,
        "plane": plane_told(data.plane),
        "loss": settings.loss,
        "init": run.start.tolist(),
        "seed": settings.seed,
        "alpha": settings.alpha,
        "epochs": settings.epochs,
        "rules": asdict(settings.stop),
        "sample_size": settings.sample_size,
    }


def stop_line(stop: Stop, run: Run) -> dict[str, Any]:
    """Why a run ended, and its state after the last step, where that is finite."""
    line = {"stop": stop.rule, "epoch": run.descent.done, "message": stop.message}
    weights = run.weights
    last = measure(run.new_kernel(), weights)  # the run's own kernels may be at work
    if stop.diverged or not _is_finite(last, weights):
        return line
    return {**line, "end": {"loss": last.loss, "weights": weights.tolist(), **_measured(last)}}


def _measured(last: Measurement) -> dict[str, Any]:
    """What those who have not the data could not know otherwise."""
    return {"gradient": last.gradient_norm, "confusion": list(last.confusion)}


def _is_finite(last: Measurement, weights: Floats) -> bool:
    return math.isfinite(last.loss) and math.isfinite(last.gradient_norm) and bool(np.isfinite(weights).all())


def line_of(event: dict[str, Any]) -> bytes:
    """An event as its line of the file."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    # A path that is not UTF-8 has lone surrogates, which are written as JSON's escapes.
    return text.encode(errors="backslashreplace") + b"\n"


class _Epoch(msgspec.Struct, gc=False):
    """A line of the file. JSON made by msgspec, since this is most of what saving costs: an eighth of the time that
    Python's own takes, and floats that read back as the same bits."""

    epoch: int
    loss: float
    weights: list[float]


_ENCODER = msgspec.json.Encoder()


def epoch_lines(batch: Batch) -> Iterator[bytes]:
    """The kept epochs, some at a time. The last of a batch, which is the one that is shown of it, with all that was
    measured, if it is kept."""
    kept = _kept(batch)
    last = batch.last if len(kept) and kept[-1] == len(batch) - 1 else None
    if last is not None and _is_finite(last, batch.weights[-1]):
        kept = kept[:-1]
    else:
        last = None
    for begin in range(0, len(kept), LINES_AT_ONCE):
        rows = kept[begin : begin + LINES_AT_ONCE]
        epochs, losses, weights = (rows + batch.first).tolist(), batch.losses[rows], batch.weights[rows]
        if np.isfinite(losses).all() and np.isfinite(weights).all():
            yield _ENCODER.encode_lines(list(map(_Epoch, epochs, losses.tolist(), weights.tolist())))
        else:
            yield from map(_epoch_line, epochs, losses.tolist(), weights.tolist())
    if last is not None:
        line = {"epoch": batch.first + len(batch) - 1, "loss": last.loss, "weights": batch.weights[-1].tolist()}
        yield line_of({**line, **_measured(last)})


def _epoch_line(epoch: int, loss: float, weights: list[float]) -> bytes:
    line: dict[str, Any] = {"epoch": epoch, "loss": loss if math.isfinite(loss) else None}
    return line_of({**line, "weights": weights} if all(map(math.isfinite, weights)) else line)


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

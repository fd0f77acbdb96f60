"""Logs, read as `gdtui watch` reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun

RECORDED = Path(__file__).parent / "recorded" / "logs"
"""Of real programs, see README.md there."""


def read(path: Path | str) -> LogRun:
    """A log as it is now."""
    run = LogRun(str(path))
    run.poll()
    return run


def said(run: LogRun) -> dict[str, list[tuple[float, ...]]]:
    """All that has been read of a run: by metric, its places and values; -1 where something is no number."""
    return {
        name: [
            tuple(map(float, row))
            for row in np.nan_to_num(np.column_stack([*map(metric.at, metric.along), metric.values]), nan=-1.0)
        ]
        for name, metric in run.metrics.items()
    }


def values(run: LogRun, name: str) -> list[float]:
    """Those of a metric."""
    return run.metrics[name].values.tolist()


def places(run: LogRun, name: str, along: Along) -> list[float]:
    """Where along the training they are."""
    return run.metrics[name].at(along).tolist()

"""Which columns of a log say where along the training a record was made."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Along(Enum):
    """What the axis along the training counts; the values are its label."""

    STEP = "step"
    EPOCH = "epoch"
    TIME = "time"
    RECORD = "record"
    """Which record of the log it is, from 1: what there always is."""


NAMES = {
    Along.STEP: (
        *("step", "global_step", "_step", "trainer/global_step", "steps", "iteration", "iterations", "iter", "it"),
        *("n_iter", "num_steps", "batch", "round"),
    ),
    Along.EPOCH: ("epoch", "epochs", "_epoch", "ep", "num_epoch"),
    Along.TIME: ("time", "wall_time", "walltime", "timestamp", "_timestamp", "created_at"),
}
"""Their names, in small letters, the likeliest first."""


def along_in(names: Iterable[str]) -> dict[Along, str]:
    """Which of these names say where a record was made."""
    by_small = {name.strip().lower(): name for name in names}
    found = {}
    for along, known in NAMES.items():
        for name in known:
            if name in by_small:
                found[along] = by_small[name]
                break
    return found

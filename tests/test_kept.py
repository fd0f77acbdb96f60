"""The lines of a run file's epochs are the same whichever way they are made."""

import msgspec
import numpy as np
import pytest

from gdtui.learning.descent import Batch
from gdtui.learning.stop import Best
from gdtui.runs.events import Epoch, Measured
from gdtui.runs.kept import epoch_lines, step_between_kept

LAST = Measured(0.5, [1.0, 2.0, 3.0], 0.25, (1, 2, 3, 4))
COUNT = 1500
"""Several blocks of lines."""


def batch(features: int, remembers: str, first: int) -> Batch:
    """Epochs with numbers of many sizes, and what the patience rule and an optimiser remember, and test losses."""
    chance = np.random.default_rng(features)
    losses, weights, memory, tested = (
        chance.normal(size=shape) * 10.0 ** chance.integers(-300, 300, shape)
        for shape in (COUNT, (COUNT, features + 1), (COUNT, 2 * features + 3), COUNT)
    )
    bests = tuple(Best(float(loss), number) for number, loss in enumerate(losses.tolist()))
    return Batch(
        first, losses, weights, None, None,
        bests if "best" in remembers else (),
        memory=memory if "memory" in remembers else np.empty((0, 0)),
        tested=tested if "test" in remembers else np.empty(0),
    )  # fmt: skip


def told(epochs: Batch, last: Measured | None) -> list[Epoch]:
    """Each of them as what a line of the file holds."""
    lines = []
    for row, weights in enumerate(epochs.weights):
        line = Epoch(epochs.first + row, float(epochs.losses[row]))
        line.weights = weights.tolist() if np.isfinite(weights).all() else None
        if epochs.bests and epochs.bests[row].epoch:
            line.best = epochs.bests[row]
        if epochs.memory.size and np.isfinite(epochs.memory[row]).all():
            line.memory = epochs.memory[row].tolist()
        if len(epochs.tested):
            line.test = float(epochs.tested[row])
        if (line.epoch - 1) % step_between_kept(line.epoch, len(weights)) == 0:
            lines.append(line)
    if last is not None:
        lines[-1].gradient, lines[-1].confusion = last.gradient, last.confusion
    return lines


@pytest.mark.parametrize("last", [None, LAST])
@pytest.mark.parametrize("remembers", ["", "best", "memory", "test", "best, memory, test"])
@pytest.mark.parametrize(("features", "first"), [(1, 11), (2, 11), (30, 11), (2, 9002)])
def test_each_line_is_that_of_its_epoch(features: int, first: int, remembers: str, last: Measured | None) -> None:
    epochs = batch(features, remembers, first)
    epochs.losses[[3, 700]] = np.nan, np.inf
    epochs.weights[[4, 701], [0, 1]] = np.nan, -np.inf
    if epochs.memory.size:
        epochs.memory[5, 2] = np.inf
    lines = told(epochs, last)
    wanted = msgspec.json.Encoder().encode_lines(lines)
    assert b"".join(epoch_lines(epochs, last)).splitlines() == wanted.splitlines()
    assert wanted.count(b'"loss":null') == 2
    assert wanted.count(b'"weights"') == len(lines) - 2
    assert len(lines) == (COUNT if first == 11 else 999 + 51)

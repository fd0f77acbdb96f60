"""The lines of a run file's epochs are the same whichever way they are made."""

import msgspec
import numpy as np
import pytest

from gdtui.learning.descent import Batch
from gdtui.learning.stop import Best
from gdtui.runs.events import Epoch, Measured
from gdtui.runs.kept import epoch_lines

LAST = Measured(0.5, [1.0, 2.0, 3.0], 0.25, (1, 2, 3, 4))
COUNT = 1500
"""Several blocks of lines."""


def batch(features: int = 2, remembers: bool = False) -> Batch:
    """Epochs with numbers of many sizes."""
    chance = np.random.default_rng(features)
    losses, weights = (chance.normal(size=shape) * 10.0 ** chance.integers(-300, 300, shape) for shape in
                       (COUNT, (COUNT, features + 1)))  # fmt: skip
    bests = tuple(Best(float(loss), number) for number, loss in enumerate(losses.tolist())) if remembers else ()
    return Batch(11, losses, weights, None, None, bests)


def told(epochs: Batch, last: Measured | None) -> list[Epoch]:
    """Each of them as what a line of the file holds."""
    lines = [
        Epoch(
            epochs.first + row,
            loss,
            weights if np.isfinite(weights).all() else None,
            best=epochs.bests[row] if epochs.bests and epochs.bests[row].epoch else None,
        )
        for row, (loss, weights) in enumerate(zip(epochs.losses.tolist(), epochs.weights.tolist(), strict=True))
    ]
    if last is not None:
        lines[-1].gradient, lines[-1].confusion = last.gradient, last.confusion
    return lines


@pytest.mark.parametrize("last", [None, LAST])
@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("features", [1, 2, 30])
def test_each_line_is_that_of_its_epoch(features: int, remembers: bool, last: Measured | None) -> None:
    epochs = batch(features, remembers)
    epochs.losses[[3, 700]] = np.nan, np.inf
    epochs.weights[[4, 701], [0, 1]] = np.nan, -np.inf
    wanted = msgspec.json.Encoder().encode_lines(told(epochs, last))
    assert b"".join(epoch_lines(epochs, last)).splitlines() == wanted.splitlines()
    assert wanted.count(b'"loss":null') == 2
    assert wanted.count(b'"weights"') == COUNT - 2

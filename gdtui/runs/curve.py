"""The losses of a run as far as they are known: what can be drawn and compared of any run."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from gdtui.runs.envelope import Envelope, reduced
from gdtui.runs.recipes import Recipes
from gdtui.runs.series import Series
from gdtui.types import Floats


class Losses(Protocol):
    """What a drawing of losses needs. Epoch k is at index k − 1 of a stretch."""

    def __len__(self) -> int:
        """The last epoch."""

    def span(self) -> tuple[float, float]:
        """The smallest and the largest loss that are finite; (NaN, NaN) where there is none."""

    def known(self) -> tuple[Floats, Floats]:
        """Epochs, ascending, and their losses, both of shape (n,)."""

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        """The smallest and largest loss of each stretch [edges[i], edges[i + 1]), NaN where none is known."""


class Curve(Losses, Protocol):
    """The losses of a run."""

    @property
    def trained(self) -> Recipes:
        """(first epoch, recipe) for each stretch of one recipe that was trained with, in order."""

    @property
    def tested(self) -> Losses:
        """Those on the rows kept for testing; of length 0 where there are none."""


class KnownLosses:
    """Losses of some epochs, as a file gives them: another program's may have every 500th only."""

    def __init__(self) -> None:
        self._rows = Series(2, order="F")
        self.trained: Recipes = []
        self.tested: Losses = Envelope()
        """See `Curve`."""

    def __len__(self) -> int:
        return int(self._rows.view()[-1, 0]) if len(self._rows) else 0

    def extend(
        self, epochs: Sequence[int] | Floats, losses: Sequence[float] | Floats, tested: Sequence[float | None] = ()
    ) -> None:
        """Append epochs, ascending, and their losses, also on rows kept for testing, as far as those are known."""
        self._rows.extend(np.array([epochs, losses], dtype=np.float64).T)
        known = [(epoch, test) for epoch, test in zip(epochs, tested, strict=False) if test is not None]
        if known:
            if not isinstance(self.tested, KnownLosses):
                self.tested = KnownLosses()
            self.tested.extend([int(epoch) for epoch, _ in known], [test for _, test in known])

    def known(self) -> tuple[Floats, Floats]:
        rows = self._rows.view()
        return rows[:, 0], rows[:, 1]

    def span(self) -> tuple[float, float]:
        losses = self.known()[1]
        finite = losses[np.isfinite(losses)]
        return (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)

    def stretches(self, edges: np.ndarray) -> tuple[Floats, Floats]:
        epochs, losses = self.known()
        cuts = np.searchsorted(epochs, edges + 1)
        return reduced(np.fmin, losses, cuts), reduced(np.fmax, losses, cuts)


def loss_at(curve: Losses, epoch: int) -> float | None:
    """The loss of that epoch, or of the nearest before it that is known; None before the first and beyond the last."""
    epochs, losses = curve.known()
    if not len(epochs) or not epochs[0] <= epoch <= epochs[-1]:
        return None
    return float(losses[int(np.searchsorted(epochs, epoch, side="right")) - 1])


def first_at_most(curve: Curve, loss: float) -> int | None:
    """The first known epoch with at most that loss."""
    epochs, losses = curve.known()
    found = np.flatnonzero(losses <= loss)
    return int(epochs[found[0]]) if len(found) else None

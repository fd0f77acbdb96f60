"""Several run files side by side, and files of which there is no more than losses."""

from __future__ import annotations

import math
import os
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from gdtui.learning.data import load
from gdtui.learning.descent import measure
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import objective_named
from gdtui.runs.curve import KnownLosses
from gdtui.runs.file import RunFileError, settings_of
from gdtui.runs.watched import Followed


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands, as a line of the table.

    Attributes:
        state: as `Followed.state`, or why it ended.
        epochs: the last epoch; 0 before the first.
        loss: that epoch's; NaN where it is not finite or there is none.
        accuracy: at that epoch's weights; None where the data or the weights are not to be had.
        reached: the first epoch with at most the wanted loss; None where there is none yet.
        alpha: all alphas in their order, as text; empty where the file does not say.
        at: the loss at the epoch looked at, if one is.
    """

    name: str
    state: str
    epochs: int
    loss: float
    accuracy: float | None
    reached: int | None
    alpha: str
    at: float | None = None


class Entrant(Followed):
    """One run file among others: the branch that it ends with.

    Raises:
        RunFileError: it is no run file.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.note: str | None = None
        """Why there are only losses."""
        self.curve = KnownLosses()
        self._branch = self.file.current
        self._kernel: Kernel | None = None
        self._measured: tuple[int, float | None] = 0, None
        try:
            settings = settings_of(self.file)
            data = load(settings.data)
            if data.digest != self.file.header.get("digest"):
                raise RunFileError(f"{data.name} is not what it was trained on")
            self._kernel = data.kernel(objective_named(settings.loss))
        except ValueError as error:
            self.note = str(error).removeprefix(f"{path}: ")
        self._take_in()

    def poll(self) -> bool:
        """See `Followed.poll`; measures too, so it may be slow."""
        if not super().poll():
            return False
        self._take_in()
        return True

    def _take_in(self) -> None:
        branch = self.file.branch
        if self.file.current != self._branch:
            self._branch, self.curve = self.file.current, KnownLosses()
        begin = bisect_right(branch.epochs, len(self.curve))
        self.curve.extend(branch.epochs[begin:], branch.losses[begin:])
        self.curve.alphas = list(branch.alphas)
        self._measured = len(self.curve), self._accuracy()

    def _accuracy(self) -> float | None:
        weights = self.file.branch.weights[-1] if self.file.branch.weights else None
        if self._kernel is None or weights is None or len(weights) != self._kernel.X.shape[1]:
            return None
        return measure(self._kernel, np.array(weights)).accuracy

    @property
    def name(self) -> str:
        """What people call it."""
        return os.path.basename(self.file.path).removesuffix(".jsonl")

    @property
    def wanted(self) -> int:
        """Epochs wanted, or done where the file does not say."""
        return max(self.file.branch.wanted, len(self.curve))

    def standing(self, target: float, epoch: int | None = None) -> Standing:
        """Where it stands; `target` is the loss that is to be reached, `epoch` is looked at."""
        losses, stop = self.curve.known()[1], self.file.stop
        loss = float(losses[-1]) if len(losses) else math.nan
        alphas = " → ".join(f"{alpha:g}" for _, alpha in self.curve.alphas)
        return Standing(
            self.name,
            self.state if stop is None else {"epochs": "done"}.get(stop.rule, stop.rule),
            len(self.curve),
            loss if math.isfinite(loss) else math.nan,
            self._measured[1],
            self.curve.first_at_most(target),
            alphas,
            None if epoch is None else self.curve.at(epoch),
        )


def fair_target(entrants: list[Entrant]) -> float:
    """A loss to ask of all: the lowest that each run which does not diverge has been down to."""
    lowest = [entrant.curve.span()[0] for entrant in entrants]
    reached = [loss for loss in lowest if math.isfinite(loss)]
    return max(reached, default=math.nan)

"""What is on the stage: the run shown, the epoch shown of it, and the drawings of both.

This is the part of the app that needs NumPy, plotext and the data, so it is imported after the first paint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gdtui.charts.grid import Chart
from gdtui.charts.loss import LossView, loss_chart
from gdtui.charts.scatter import MARKERS, ScatterChart
from gdtui.learning.data import Dataset, load
from gdtui.learning.descent import Batch, Measurement
from gdtui.learning.objective import Floats
from gdtui.runs.result import Sample, samples
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings

Loader = Callable[[DataSettings], Dataset]
LogLine = tuple[str, bool]
"""A line of the log, and whether it is an event beside the epochs' own lines."""
LINES_A_FRAME = 50
"""Where a pull brings more epochs than this, the log shows its last only."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One state of the unit, measured."""

    epoch: int
    measured: Measurement
    weights: Floats


class Stage:
    """One run on show.

    Args:
        run: what is shown.
        scatter: the drawing of its data, where there is one already.
    """

    def __init__(self, run: Run, scatter: ScatterChart | None = None) -> None:
        self.run = run
        self.scatter = scatter if scatter is not None and scatter.data is run.data else ScatterChart(run.data)
        self.shown: Moment | None = None
        """None before the first epoch."""
        self._alpha = run.alpha
        self._unshown: list[Batch] = []

    @classmethod
    def load(cls, settings: Settings, loader: Loader | None = None) -> Stage:
        """Load the data and stand at its start. Slow: call it outside the screen's thread.

        Raises:
            ValueError: the data or the settings cannot be used.
        """
        stage = cls(Run(settings, (loader or load)(settings.data)))
        stage.scatter.draw(None, 40, 20)  # the first drawing imports and builds what the others reuse
        return stage

    def with_data(self, data: DataSettings, loader: Loader | None = None) -> Stage:
        """A new run on other data, with today's alpha and epochs. Slow, and raises ValueError, as `load`."""
        settings = self.run.settings
        init = settings.init if isinstance(settings.init, str) else "uniform"
        return Stage.load(replace(settings, data=data, alpha=self.run.alpha, epochs=self.run.epochs, init=init), loader)

    def restarted(self, seed: int | None = None) -> Stage:
        """The same from the start; from fresh weights where a seed is given."""
        return Stage(self.run.restarted(seed), self.scatter)

    # Training

    def take_in(self, batch: Batch) -> None:
        """Remember epochs, to be shown when the terminal is ready."""
        self.run.remember(batch)
        if len(batch):
            self._unshown.append(batch)

    @property
    def has_unshown(self) -> bool:
        """Whether there is a newer state than the one shown."""
        return bool(self._unshown)

    def show_newest(self) -> list[LogLine]:
        """Move on to the newest state; returns the log lines of all that led there.

        Epoch k is shown as it was measured, at the weights before its step; the end, at those after the last.
        """
        lines: list[LogLine] = []
        for batch in self._unshown:
            if batch.alpha != self._alpha:
                lines.append((f"alpha {self._alpha:g} → {batch.alpha:g} from epoch {batch.first}", True))
                self._alpha = batch.alpha
            lines += [(line, False) for line in _epoch_lines(batch)]
            assert batch.last is not None
            self.shown = Moment(batch.first + len(batch) - 1, batch.last, batch.weights[-1])
        self._unshown.clear()
        stop = self.run.stop
        if stop is not None:
            weights = self.run.weights
            self.shown = Moment(self.run.done, self.run.measure(weights), weights)
            lines.append((stop.message, True))
        return lines

    # Drawings

    def loss_chart(self, width: int, height: int, log: bool) -> Chart:
        """The loss curve."""
        return loss_chart(self.run.history, LossView(self.run.epochs, log), width, height)

    def scatter_chart(self, width: int, height: int) -> Chart:
        """The points, with the boundary of the state shown."""
        return self.scatter.draw(self._weights(), width, height)

    def samples(self) -> list[Sample]:
        """The table of the state shown."""
        return samples(self.run, self._weights())

    def confusion(self) -> tuple[int, int, int, int]:
        """The confusion matrix of the state shown."""
        return (self.run.measure() if self.shown is None else self.shown.measured).confusion

    def _weights(self) -> Floats:
        return self.run.weights if self.shown is None else self.shown.weights

    # Words

    def title(self) -> str:
        """What is trained on what, in a line."""
        data, settings = self.run.data, self.run.settings
        count = len(data.feature_names)
        scaled = "standardised" if data.standardized else "not standardised"
        start = {"uniform": f"seed {settings.seed}", "zeros": "from zeros", "ones": "from ones"}
        return (
            f"{data.name}  ·  {len(data)} rows, {count} {'feature' if count == 1 else 'features'}, {scaled}  ·  "
            f"{start.get(settings.init, '') if isinstance(settings.init, str) else 'given weights'}"
        )

    def scatter_title(self) -> str:
        """What the points are drawn in."""
        return self.run.data.plane.note or f"{self.run.data.name} and boundary"

    def legend(self) -> str:
        """Which marker is which class."""
        names = zip(MARKERS, self.run.data.class_names, strict=True)
        return "  ".join(f"{marker} {name}" for (marker, _), name in names)


def _epoch_lines(batch: Batch) -> list[str]:
    numbered = list(enumerate(batch.losses.tolist(), batch.first)) if len(batch) <= LINES_A_FRAME else []
    numbered = numbered or [(batch.first + len(batch) - 1, float(batch.losses[-1]))]
    return [f"[INFO] epoch #{number}, loss={loss:.7f}" for number, loss in numbered]

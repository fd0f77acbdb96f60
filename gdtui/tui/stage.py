"""What is on the stage: the run shown, the epoch shown of it, and the drawings of both.

This is the part of the app that needs NumPy, plotext and the data, so it is imported after the first paint.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gdtui.charts.chart import Chart
from gdtui.charts.loss import LossView, epoch_at, loss_chart
from gdtui.charts.scatter import MARKERS, ScatterChart
from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.descent import Batch, Stop
from gdtui.learning.weights import start_told
from gdtui.runs.lost import LostData
from gdtui.runs.run import Moment, Run
from gdtui.runs.samples import Sample, samples
from gdtui.runs.watched import Watched
from gdtui.settings import DataSettings, Settings
from gdtui.types import Floats

if TYPE_CHECKING:
    from gdtui.runs.writer import RunWriter  # imported where a run is saved: the first epoch does not wait for it

Loader = Callable[[DataSettings], Dataset]
LogLine = tuple[str, bool]
"""A line of the log, and whether it is an event beside the epochs' own lines."""
LINES_A_FRAME = 50
"""Where a pull brings more epochs than this, the log shows its last only."""
LINES_RECALLED = 5_000
"""Epochs before those of this session that the log begins with, at the most."""


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
        self.past: int | None = None
        """The epoch shown, where that is not the newest."""
        self.branches = [run]
        """All runs of this tree; `run` is one of them."""
        self._alpha = run.alpha
        self._fork_alpha: float | None = None
        self._unshown: list[Batch] = []
        self._told: Stop | None = None
        """The end that the log has told."""
        self.recorder: RunWriter | None = None
        self.watched: Watched | None = None
        """The file that is only looked at, if that is what this is."""

    @classmethod
    def load(
        cls, settings: Settings, loader: Loader | None = None, save: str | None = None, force: bool = False
    ) -> Stage:
        """Load the data and stand at its start. Slow: call it outside the screen's thread.

        Args:
            save: the run file to write, if any.
            force: overwrite it.

        Raises:
            ValueError: the data, the file or the settings cannot be used.
        """
        stage = cls(Run(settings, (loader or load)(settings.data)))
        if save is not None:
            from gdtui.runs.writer import RunWriter

            stage.recorder = RunWriter(save, stage.run, force)
        stage.scatter.draw(None, 40, 20)  # the first drawing imports and builds what the others reuse
        return stage

    @classmethod
    def resume(cls, path: str, epochs: int | None, alpha: float | None) -> Stage:
        """The run in a file, to go on in that file. Slow, and raises RunFileError where it cannot go on."""
        from gdtui.runs.writer import continued

        run, recorder = continued(path, epochs, alpha)
        stage = cls(run)
        stage.branches = list(recorder.branches)
        stage.recorder = recorder
        stage._show_end()
        return stage

    @classmethod
    def watch(cls, path: str) -> Stage:
        """The runs in a file, to be looked at. Slow, and raises RunFileError where they cannot be shown."""
        watched = Watched(path)
        stage = cls(watched.run)
        stage.branches = list(watched.runs)
        stage.watched = watched
        stage._show_end()
        stage._told = stage.run.stop
        return stage

    def recalled(self) -> list[LogLine]:
        """The log lines of what was done before this was put on the stage, as far as each epoch's loss is known."""
        epochs, losses = self._known()
        lines = [(f"the log begins at epoch {epochs[0]}", True)] if epochs and epochs[0] > 1 else []
        alphas = self.run.history.alphas
        changes = [(old, new, since) for (_, old), (since, new) in pairwise(alphas) if epochs and since >= epochs[0]]
        for epoch, loss in zip(epochs, losses, strict=True):
            while changes and changes[0][2] <= epoch:
                lines.append((_alpha_line(*changes.pop(0)), True))
            lines.append((_epoch_line(epoch, loss), False))
        if self.run.stop is not None:
            lines.append((self.run.stop.message, True))
        return lines

    def _known(self) -> tuple[list[int], list[float]]:
        """The last epochs of which each one's loss is known, and their losses."""
        done = self.run.done
        if self.watched is not None:
            told = self.watched.file.branch
            end = bisect_right(told.epochs, done)
            begin = max(0, end - LINES_RECALLED)
            return told.epochs[begin:end], told.losses[begin:end]
        if self.run.history.envelope.stride > 1:  # each loss stands for several epochs
            return [], []
        first = max(0, done - LINES_RECALLED)
        recent = self.run.history.losses[first:]
        known = np.flatnonzero(~np.isnan(recent))
        return (known + first + 1).tolist(), recent[known].tolist()

    def poll(self) -> list[LogLine] | None:
        """Read on in the file that is watched; returns log lines, or None where there is nothing new."""
        assert self.watched is not None
        run, before = self.watched.run, self.watched.run.done
        if not self.watched.poll():
            return None
        lines: list[LogLine] = []
        if self.watched.run is not run:
            before = 0 if self.watched.run.forked_at is None else self.watched.run.forked_at - 1
            self.branches = list(self.watched.runs)
            self._enter(self.watched.run)
            lines.append((self.name(self.run), True))
        known = self.watched.file.branch
        begin = max(bisect_right(known.epochs, before), len(known.epochs) - LINES_A_FRAME)
        for epoch, loss in zip(known.epochs[begin:], known.losses[begin:], strict=True):
            lines.append((_epoch_line(epoch, loss), False))
        if self.past is None:
            self._show_end()
        if self.run.stop is not None:
            lines.append((self.run.stop.message, True))
        return lines

    @property
    def saved_in(self) -> str | None:
        """The file that this is being written into, if it is."""
        return None if self.recorder is None else self.recorder.path

    def save(self, path: str) -> None:
        """Write all branches so far into a new file, and what is still to come. Slow, and raises RunFileError."""
        from gdtui.runs.writer import RunWriter

        self.close()
        self.recorder = RunWriter(path, self.run, branches=self.branches)

    def close(self) -> None:
        """Nothing more of this stage is to be saved."""
        if self.recorder is not None:
            self.recorder.settle(self.run)
            self.recorder.close()
            self.recorder = None

    def with_data(self, data: DataSettings, loader: Loader | None = None) -> Stage:
        """A new run on other data, with today's alpha and epochs. Slow, and raises ValueError, as `load`."""
        settings = self.run.settings
        init = settings.init if isinstance(settings.init, str) else "uniform"
        return Stage.load(replace(settings, data=data, alpha=self.run.alpha, epochs=self.run.epochs, init=init), loader)

    def restarted(self, seed: int | None = None) -> Stage:
        """The same from the start; from fresh weights where a seed is given."""
        return Stage(self.run.restarted(seed), self.scatter)

    # Time travel and forks

    def go(self, epoch: int) -> list[LogLine]:
        """Show that epoch again, exactly as it was; beyond the last, return to the newest state. Returns log lines
        that were still to be shown."""
        lines = self.show_newest()
        if epoch > self.run.done or not self.run.done:
            self.past = None
            self._fork_alpha = None
            self._show_end()
            return lines
        here = self.run.done if self.past is None else self.past
        self.past = self.run.reachable(max(1, epoch), forward=epoch > here)
        self.shown = self.run.moment(self.past)
        return lines

    def back_to_newest(self) -> list[LogLine]:
        """Leave the past; returns as `go`."""
        return self.go(self.run.done + 1)

    @property
    def alpha(self) -> float:
        """The alpha of the next step: that of a fork, where one looks at the past."""
        if self.past is None:
            return self.run.alpha
        return self.run.history.alpha_at(self.past) if self._fork_alpha is None else self._fork_alpha

    def set_alpha(self, alpha: float) -> None:
        """Steer; in the past, choose the alpha of the fork. Raises ValueError as `Run.set_alpha`."""
        if self.past is None:
            self.run.set_alpha(alpha)
        else:
            self._fork_alpha = alpha

    def fork(self) -> list[LogLine]:
        """Go on from the epoch shown as a new branch; returns the log line that tells it."""
        assert self.past is not None
        epoch, alpha = self.past, self.alpha
        fork = self.run.forked(epoch, alpha)
        self.branches.append(fork)
        self._enter(fork)
        return [(f"fork {len(self.branches) - 1} from epoch {epoch}, alpha {alpha:g}", True)]

    def next_branch(self) -> list[LogLine]:
        """Look at the next branch, in the order in which they were made."""
        number = (self.branches.index(self.run) + 1) % len(self.branches)
        self._enter(self.branches[number])
        self.back_to_newest()
        return [(f"{self.name(self.run)} of {len(self.branches)} branches", True)]

    def _enter(self, run: Run) -> None:
        self.run = run
        self._alpha = run.alpha
        self.past, self._fork_alpha = None, None
        self._unshown.clear()

    def name(self, run: Run) -> str:
        """A branch for people: its number, and the alpha it ended or stands with."""
        number = self.branches.index(run)
        what = "first run" if number == 0 else f"fork {number} at {run.forked_at}"
        return f"{what}, α {run.alpha:g}"

    # Training

    def take_in(self, run: Run, batch: Batch) -> None:
        """Remember epochs of a branch, to be shown when the terminal is ready."""
        run.remember(batch)
        if self.recorder is not None:
            self.recorder.take_in(run, batch)
        if len(batch) and run is self.run:
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
        if self.recorder is not None and self.recorder.failure is not None:
            lines.append((f"{self.recorder.failure}; training goes on", True))
            self.recorder = None
        for batch in self._unshown:
            if batch.alpha != self._alpha:
                lines.append((_alpha_line(self._alpha, batch.alpha, batch.first), True))
                self._alpha = batch.alpha
            lines += [(line, False) for line in _epoch_lines(batch)]
            assert batch.last is not None
            self.shown = Moment.measured(batch.first + len(batch) - 1, batch.weights[-1], batch.last)
        self._unshown.clear()
        if self.run.stop is not None and self.past is None:
            self._show_end()
            if self._told is not self.run.stop:
                self._told = self.run.stop
                lines.append((self.run.stop.message, True))
        return lines

    def _show_end(self) -> None:
        self.shown = self.run.newest()

    # Drawings

    def loss_chart(self, width: int, height: int, log: bool) -> Chart:
        """The loss curve."""
        return loss_chart(self.run.history, self._view(log), width, height)

    def epoch_at(self, column: int, width: int, height: int, log: bool) -> int | None:
        """The epoch drawn in that column of the loss curve."""
        return epoch_at(column, width, height, self.run.history, self._view(log))

    def _view(self, log: bool) -> LossView:
        others = tuple((other.history, self.name(other)) for other in self.branches if other is not self.run)
        return LossView(max(run.epochs for run in self.branches), log, self.past, others)

    def scatter_chart(self, width: int, height: int) -> Chart:
        """The points, with the boundary of the state shown."""
        return self.scatter.draw(self._weights(), width, height)

    def samples(self) -> list[Sample]:
        """The table of the state shown; none where the data is not to be had."""
        return [] if self.missing else samples(self.run, self._weights())

    @property
    def missing(self) -> str:
        """Why the data is not to be had; empty where it is."""
        data = self.run.data
        return data.why if isinstance(data, LostData) else ""

    def confusion(self) -> tuple[int, int, int, int] | None:
        """The confusion matrix of the state shown, if it is known."""
        return (self.shown or self.run.first()).confusion

    def _weights(self) -> Floats:
        return self.run.weights if self.shown is None else self.shown.weights

    # Words

    def title(self) -> str:
        """What is trained on what, in a line."""
        data = self.run.data
        count = len(data.feature_names)
        scaled = "standardised" if data.standardized else "not standardised"
        return (
            f"{data.name}  ·  {len(data)} rows, {count} {'feature' if count == 1 else 'features'}, {scaled}  ·  "
            f"{start_told(self.run.start, self.run.settings.seed)}"
        )

    def scatter_title(self) -> str:
        """What the points are drawn in."""
        what = self.run.data.plane.note or f"{self.run.data.name} and boundary"
        return f"points not at hand  ·  {what}" if self.missing else what

    def legend(self) -> str:
        """Which marker is which class."""
        names = zip(MARKERS, self.run.data.class_names, strict=True)
        return "  ".join(f"{marker} {name}" for (marker, _), name in names)


def _epoch_lines(batch: Batch) -> list[str]:
    numbered = list(enumerate(batch.losses.tolist(), batch.first)) if len(batch) <= LINES_A_FRAME else []
    numbered = numbered or [(batch.first + len(batch) - 1, float(batch.losses[-1]))]
    return [_epoch_line(number, loss) for number, loss in numbered]


def _epoch_line(epoch: int, loss: float) -> str:
    return f"[INFO] epoch #{epoch}, loss={loss:.7f}"


def _alpha_line(old: float, new: float, since: int) -> str:
    return f"alpha {old:g} → {new:g} from epoch {since}"

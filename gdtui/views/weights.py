"""The weights over the epochs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtui.charts.roles import RUNS
from gdtui.data.dataset import names_of_weights
from gdtui.numbers import ladder_step
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.curves import front_told
from gdtui.views.lines import Line, Swings, TrackedView, told
from gdtui.views.track import Track, is_sampled, stride_of
from gdtui.views.view import Titles

LARGEST = 8
"""Weights that are drawn at a time."""
KEYFRAMES = 2**11
"""Of so many epochs at the most the weights are drawn, each with the one after it."""


class WeightsView(TrackedView):
    """The weights of the branch in front, or the largest of them."""

    has_log = has_front = False
    what = "Weights"
    looks = (*TrackedView.looks, "_page")

    def __init__(self) -> None:
        super().__init__()
        self._page = 0
        """Which of them: 0 has the largest, 1 those that follow."""

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool:
        pages = -(-snapshot.run.start.size // LARGEST)
        self._page = (self._page + across) % pages
        self.forget()
        return pages > 1 and across != 0

    def titles(self, snapshot: Snapshot) -> Titles:
        size = snapshot.run.start.size
        pages = -(-size // LARGEST)
        self._page %= pages
        if pages == 1:
            which = "bias and 1 feature" if size == 2 else f"all {size}"
        elif self._page == 0:
            which = f"{LARGEST} largest of {size} [ ]"
        else:
            first = self._page * LARGEST
            which = f"{first + 1}-{min(first + LARGEST, size)} of {size} [ ]"
        return Titles(f"{self.what}{self.scale_told(snapshot)}  {which}{front_told(snapshot)}")

    def lines(self, snapshot: Snapshot) -> list[Line]:
        chosen, shown = self.chosen(snapshot), snapshot.shown
        epochs, weights = self._states(snapshot, chosen)
        return lines_of(snapshot, chosen, epochs, weights, shown.epoch, shown.weights[chosen])

    def _states(self, snapshot: Snapshot, chosen: list[int]) -> tuple[Floats, Floats]:
        """Epochs, ascending, shape (n,), and these weights of each, shape (n, c)."""
        history, data = snapshot.run.history, snapshot.run.data
        epochs, weights = history.keyframes
        frames = np.flatnonzero(np.arange(len(epochs)) % stride_of(len(epochs), KEYFRAMES) <= 1)
        epochs, weights = epochs[frames], weights[frames][:, chosen]
        if len(history.keyframes[0]) == len(history) or snapshot.missing or is_sampled(data):
            return epochs, weights
        track = self.track(snapshot)  # it has neighbours of those epochs that are kept without
        found = np.array([known.weights[chosen] for known in track.known]).reshape(-1, len(chosen))
        epochs, places = np.unique(np.concatenate([epochs, track.epochs]), return_index=True)
        return epochs, np.concatenate([weights, found])[places]

    def track(self, snapshot: Snapshot) -> Track:
        """What has been found of the branch in front by now."""
        run = snapshot.run
        asked = [(run.history, snapshot.shown.epoch)]
        return self._tracks.of(run.data, run.objective, asked, snapshot.phase.moves)[0]

    def chosen(self, snapshot: Snapshot) -> list[int]:
        """The numbers of the weights that are drawn, in their order: while the run goes on, by how large they were at
        an epoch on a ladder, so that the same are drawn for a while."""
        weights = snapshot.shown.weights
        epochs, kept = snapshot.run.history.keyframes
        if snapshot.phase.moves and len(epochs):
            rung = ladder_step(snapshot.shown.epoch + 0.5, up=False)
            weights = kept[max(0, int(np.searchsorted(epochs, rung, side="right")) - 1)]
        first = self._page * LARGEST
        return sorted(by_size(weights)[first : first + LARGEST])


def lines_of(
    snapshot: Snapshot, chosen: Sequence[int], epochs: Floats, values: Floats, epoch: int, at: Floats
) -> list[Line]:
    """A curve for each of these weights.

    Args:
        epochs: ascending, shape (n,).
        values: of each epoch, shape (n, c).
        epoch: that of the dots, and `at` their values, shape (c,).
    """
    lines, names = [], names_of_weights(snapshot.run.data)
    for number, (index, value) in enumerate(zip(chosen, at.tolist(), strict=True)):
        of, name = names[index]
        lines.append(Line(name, RUNS[number], Swings(epochs, values[:, number]), epoch, value, told(value), of))
    return lines


def by_size(weights: Floats) -> list[int]:
    """The numbers of weights, the largest first; those that are not finite are as large as any."""
    order: list[int] = np.argsort(-np.nan_to_num(np.abs(weights), nan=np.inf), kind="stable").tolist()
    return order

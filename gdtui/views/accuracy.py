"""The accuracy over the epochs, on the rows of training and on those kept for testing."""

from __future__ import annotations

import math

import numpy as np

from gdtui.charts.axes import Limits
from gdtui.charts.roles import RUNS, Role
from gdtui.learning.moment import Moment
from gdtui.numbers import next_on_ladder
from gdtui.session.snapshot import Snapshot
from gdtui.views.curves import branches_of, front_told
from gdtui.views.lines import Line, Swings, TrackedView
from gdtui.views.track import Track, is_sampled, sample_told
from gdtui.views.view import Titles

LEAST = 2.0
"""Per cent that the axis spans at the least."""


class AccuracyView(TrackedView):
    """The share of right predictions, in per cent: of the branch in front, of those behind it, and, of the one in
    front, on the rows kept for testing."""

    has_log, needs_data = False, "no accuracy"

    def titles(self, snapshot: Snapshot) -> Titles:
        below = "" if snapshot.missing else sample_told(snapshot.run.data)
        return Titles(f"Accuracy in %{self.scale_told(snapshot)}{front_told(snapshot)}", below)

    def limits(self, low: float, high: float, is_settled: bool) -> Limits:
        if not is_settled:
            return 0.0, 100.0
        low, high = max(0.0, min(low, high - LEAST)), max(high, LEAST)
        grid = next_on_ladder((high - low) / 4)
        bottom, top = (float(f"{edge * grid:.12g}") for edge in (math.floor(low / grid), math.ceil(high / grid)))
        return bottom, min(top, 100.0)

    def lines(self, snapshot: Snapshot) -> list[Line]:
        front, *behind = branches_of(snapshot, len(RUNS))
        data, objective = snapshot.run.data, snapshot.run.objective
        tracks = self._tracks.of(
            data, objective, [(one.history, one.epoch) for one in (front, *behind)], snapshot.phase.moves
        )
        of_front = front.name if behind else "train" * (data.test is not None)
        lines = [_line(of_front, front.role, tracks[0], snapshot.shown, is_sampled(data))]
        if data.test is not None:
            lines.append(_line("test", Role.TEST, tracks[0], snapshot.shown, is_sampled(data), is_test=True))
        for one, track in zip(behind, tracks[1:], strict=True):
            lines.append(_line(one.name, one.role, track, one.shown, is_sampled(data)))
        return lines


def _line(name: str, role: Role, track: Track, shown: Moment | None, of_sample: bool, is_test: bool = False) -> Line:
    """The accuracies of a branch, up to the moment that is shown of it, which is known without a sample."""
    shares = [known.test_accuracy if is_test else known.accuracy for known in track.known]
    epochs, values = track.epochs, 100 * np.array(shares)
    share = None if shown is None else shown.test_accuracy if is_test else shown.accuracy
    if shown is None or share is None:
        return Line(name, role, Swings(epochs, values))
    here = 100 * share
    if of_sample:
        _, known = track.at(shown.epoch)
        here = math.nan if known is None else 100 * (known.test_accuracy if is_test else known.accuracy)
    elif not len(epochs) or shown.epoch > epochs[-1]:
        epochs, values = np.append(epochs, shown.epoch), np.append(values, here)
    return Line(name, role, Swings(epochs, values), shown.epoch, here, f"{share:.2%}")

"""How long the steps are, over the epochs, also beside the weights that they change."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gdtui.charts.roles import RUNS, Role
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.views.curves import branches_of, front_told
from gdtui.views.lines import Line, Swings, TrackedView, told
from gdtui.views.track import Known, Track
from gdtui.views.view import Titles


class StepsView(TrackedView):
    """The Euclidean norm of what each epoch changed the weights by; of a branch alone also as a share of theirs."""

    needs_data = "no steps"

    def titles(self, snapshot: Snapshot) -> Titles:
        return Titles(f"Step length{self.scale_told(snapshot)}{front_told(snapshot)}")

    def lines(self, snapshot: Snapshot) -> list[Line]:
        run, branches = snapshot.run, branches_of(snapshot, len(RUNS))
        asked = [(one.history, one.epoch) for one in branches]
        shown = [one.epoch for one in branches]
        if snapshot.phase is Phase.HELD:  # no step was taken from weights that are held by hand
            shown[0] = 0
        tracks = self._tracks.of(run.data, run.objective, asked, snapshot.phase.moves)
        names = [one.name for one in branches] if len(branches) > 1 else ["step"]
        lines = [
            _line(name, one.role, track, epoch, lambda known: known.step_length)
            for name, one, track, epoch in zip(names, branches, tracks, shown, strict=True)
        ]
        if len(branches) == 1:
            lines.append(_line("step / weights", RUNS[1], tracks[0], shown[0], lambda known: known.ratio))
        return lines


def _line(name: str, role: Role, track: Track, shown: int, length: Callable[[Known], float]) -> Line:
    epoch, here = track.at(shown)
    value = math.nan if here is None else length(here)
    path = Swings(track.epochs, np.array([length(known) for known in track.known]))
    return Line(name, role, path, epoch, value, "" if here is None else told(value))

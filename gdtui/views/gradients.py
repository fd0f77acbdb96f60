"""The gradient over the epochs: for each weight its part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gdtui.session.snapshot import Snapshot
from gdtui.views.lines import Line, is_wide, path_of, told
from gdtui.views.track import Tracks, sample_told
from gdtui.views.view import Titles
from gdtui.views.weights import WeightsView


class GradientsView(WeightsView):
    """The gradient of the branch in front, with the penalties of the time, for the weights that `WeightsView` draws;
    on a logarithmic axis its absolute values."""

    has_log, what = True, "Gradient"

    def __init__(self) -> None:
        super().__init__()
        self._tracks = Tracks(lambda: self.wake())
        self._is_log = False
        self._ratio = ""

    @property
    def is_busy(self) -> bool:
        return self._tracks.is_busy

    def why_not(self, snapshot: Snapshot) -> str:
        return f"no gradients: {snapshot.missing}" if snapshot.missing else ""

    def is_log(self, lines: Sequence[Line]) -> bool:
        return self._is_log

    def titles(self, snapshot: Snapshot) -> Titles:
        titles = super().titles(snapshot)
        sampled = sample_told(snapshot.run.data) if self.drawn(snapshot) else ""
        what = f"|{self.what}|" if self._is_log else self.what
        above = "  ".join(filter(None, (titles.above.replace(self.what, what, 1), sampled)))
        return titles._replace(above=above, below="  ·  ".join(filter(None, (self._ratio, titles.below))))

    def lines(self, snapshot: Snapshot) -> list[Line]:
        run, shown = snapshot.run, snapshot.shown
        track, *_ = self._tracks.of(run.data, run.objective, [(run.history, shown.epoch)], snapshot.phase.moves)
        epoch, here = track.at(shown.epoch)
        self._ratio = ""
        if here is not None and math.isfinite(here.ratio):
            self._ratio = f"step / weights {told(here.ratio)}"
        chosen = self.chosen(snapshot)
        values = np.array([known.gradient[chosen] for known in track.known]).reshape(-1, len(chosen))
        self._is_log = is_wide([np.abs(values)]) if self.log is None else self.log
        at = np.full(len(chosen), np.nan) if here is None else here.gradient[chosen]
        if self._is_log:
            values, at = abs(values), abs(at)
        return [
            replace(line, path=path_of(track.epochs, values), epoch=epoch, value=float(value), told=told(value))
            for line, value, values in zip(super().lines(snapshot), at, values.T, strict=True)
        ]

"""The gradient over the epochs: for each weight its part."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gdtui.learning.penalty import loss_gradient_of
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.types import Floats
from gdtui.views.lines import FAIR, Line, is_wide, told
from gdtui.views.loss_axes import WIDE
from gdtui.views.track import is_sampled, sample_told
from gdtui.views.view import Titles
from gdtui.views.weights import WeightsView, lines_of


class GradientsView(WeightsView):
    """The gradient of the branch in front, with the penalties of the time, for the weights that `WeightsView` draws;
    on a logarithmic axis its absolute values."""

    has_log, what, needs_data = True, "Gradient", "no gradients"

    def __init__(self) -> None:
        super().__init__()
        self._is_log = False
        self._ratio = ""

    def is_log(self, lines: Sequence[Line]) -> bool:
        return self._is_log

    def titles(self, snapshot: Snapshot) -> Titles:
        titles = super().titles(snapshot)
        sampled = sample_told(snapshot.run.data) if self.drawn(snapshot) else ""
        what = f"|{self.what}|" if self._is_log else self.what
        below = "  ·  ".join(filter(None, (self._ratio, sampled)))
        return Titles(titles.above.replace(self.what, what, 1), below)

    def lines(self, snapshot: Snapshot) -> list[Line]:
        track = self.track(snapshot)
        is_held = snapshot.phase is Phase.HELD
        epoch, here = (snapshot.shown.epoch, None) if is_held else track.at(snapshot.shown.epoch)
        self._ratio = ""
        if here is not None and math.isfinite(here.ratio):
            self._ratio = f"step / weights {told(here.ratio)}"
        chosen = self.chosen(snapshot)
        values = np.array([known.gradient[chosen] for known in track.known]).reshape(-1, len(chosen))
        is_large = is_wide([np.abs(values)]) and not oscillates(track.epochs, values)
        self._is_log = is_large if self.log is None else self.log
        at = np.full(len(chosen), np.nan) if here is None else here.gradient[chosen]
        if is_held and not is_sampled(snapshot.run.data):
            at = gradient_held(snapshot)[chosen]
        if self._is_log:
            values, at = abs(values), abs(at)
        return lines_of(snapshot, chosen, track.epochs, values, epoch, at)


def gradient_held(snapshot: Snapshot) -> Floats:
    """The gradient at weights that are held by hand, shape (size,)."""
    run, past, gradient = snapshot.run, snapshot.past, np.empty(snapshot.run.kernel.size)
    kernel = run.kernel if past is None else run.history.kernel_at(past)
    with np.errstate(all="ignore"):
        loss_gradient_of(kernel, snapshot.recipe)(snapshot.shown.weights, gradient)
    return gradient


def oscillates(epochs: Floats, values: Floats) -> bool:
    """Whether any of these, shape (n, c), changes its sign in a fair part of the epochs, and is large before and after:
    without signs, as on a logarithmic axis, such an oscillation would look smooth."""
    before, after = values[:-1], values[1:]
    is_near, size = np.diff(epochs) == 1, np.abs(values[np.isfinite(values)]).max(initial=0.0)
    is_leap = (np.sign(before) * np.sign(after) < 0) & (np.minimum(abs(before), abs(after)) > size / WIDE)
    return bool(is_near.any() and (is_leap[is_near].mean(axis=0) > FAIR).any())

"""What tests of the landscape and the bowl share: sessions that stand still, and a look until all of it is there."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from gdtui.analysis.landscape import Plane
from gdtui.charts.field import Shading
from gdtui.data.load import load
from gdtui.runs.race import race_of
from gdtui.runs.run import Run, Shown
from gdtui.session import commands as ask
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Display, Recipe, Settings
from gdtui.views.landscape import LandscapeView
from gdtui.views.maps import Map

WAIT = 60.0
NOISY = DataSettings(noise=3.0)
SIZE = 80, 30


def session(settings: Settings = Settings(data=NOISY), others: tuple[Recipe, ...] = ()) -> Session:  # noqa: B008
    """One that stands still at its start."""
    run = Run(settings, load(settings.data))
    racers: list[Shown] = [*race_of(run, others)]
    found = Session(racers, run, Display())
    do(found, ask.Do.PAUSE)
    return found


def do(of: Session, *commands: Any) -> None:
    for command in commands:
        of.do(command)
        of.turn()


class Looking:
    """A view that is drawn until all of it is there."""

    VIEW: type[Any] = LandscapeView

    def __init__(self, shading: Shading = Shading.TONES) -> None:
        self.view = self.VIEW()
        self.view.shading = shading
        self._woken = threading.Event()
        self.view.wake = self._woken.set

    def at(self, of: Session | Snapshot, size: tuple[int, int] = SIZE):
        shown = of if isinstance(of, Snapshot) else of.snapshot()
        while True:
            self._woken.clear()
            is_busy = self.view.is_busy
            self.titles = self.view.titles(shown)
            self.scene = self.view._looked and self.view._looked[1]
            chart = self.view.draw(shown, *size)
            if not (is_busy or self.view.is_busy or self._woken.is_set()):
                return chart
            assert self._woken.wait(WAIT)

    @property
    def map(self) -> Map:
        assert self.view._map is not None
        return self.view._map

    @property
    def plane(self) -> Plane:
        return self.map.plane


def cell(shown: Map, weights: np.ndarray) -> tuple[int, int]:
    """Row and column in the chart of where weights project."""
    canvas, (place,) = shown.canvas, shown.plane.place(weights[None])
    x, y = place[:1], place[1:]
    return canvas.top + int(canvas.rows(y)[0]), canvas.left + int(canvas.columns(x)[0])

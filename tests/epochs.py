"""What the tests of views over the epochs share: sessions that stand still, and how to read a drawing again."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.data.load import load
from gdtui.runs.race import race_of
from gdtui.runs.run import Run
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Display, Recipe, Settings
from gdtui.views.lines import LinesView, names_room
from gdtui.views.loss_axes import framed
from tests.drawings import dots

CANCER = Settings(
    data=DataSettings("breast-cancer", test_size=0.3), loss="cross-entropy", optimizer="adam", alpha=0.1, epochs=60
)
IRIS = Settings(data=DataSettings("iris", classes=("setosa", "versicolor", "virginica")), loss="cross-entropy")


def shown(settings: Settings, *rivals: Recipe, epochs: int | None = None) -> Session:
    """A session that stands still after so many epochs, or all."""
    racers = race_of(Run(settings, load(settings.data)), rivals)
    session = Session([*racers], racers[0], Display(speed=1e-9))
    session.pull(settings.epochs if epochs is None else epochs)
    return session


def drawn(view: LinesView, shown: Snapshot, width: int = 100, height: int = 30) -> Chart:
    """The drawing, once all is in it."""
    woken, deadline = threading.Semaphore(0), time.monotonic() + 60
    view.wake = woken.release
    while time.monotonic() < deadline:
        was_busy = view.is_busy
        view.forget()
        view.titles(shown)
        chart = view.draw(shown, width, height)
        if not (was_busy or view.is_busy) and not woken.acquire(blocking=False):
            return chart
        woken.acquire(timeout=0.01)
    raise AssertionError("there was always more to come")


def canvas_of(view: LinesView, shown: Snapshot, width: int = 100, height: int = 30) -> Canvas:
    """How what was drawn last lies in a drawing of that size."""
    lines = view.drawn(shown)
    empty = framed(lines[0].path, view._look(shown), width - names_room(lines, width), height)
    assert empty is not None
    return empty[1]


def stands(chart: Chart, canvas: Canvas, role: Role, epochs: Sequence[float], values: Sequence[float]) -> bool:
    """Whether a curve is drawn at most of these places, which no other covers, and nowhere far from them."""
    field = dots(chart, role)[:, : 2 * canvas.width]
    columns = canvas.columns(np.asarray(epochs, dtype=float), 2).astype(int)
    rows = canvas.rows(np.asarray(values, dtype=float), 4)
    is_near = [field[max(0, int(row) - 1) : int(row) + 2, column].any() for row, column in zip(rows, columns)]  # noqa: B905
    drawn = np.argwhere(field)
    wanted = np.interp(drawn[:, 1] + 0.5, canvas.columns(np.asarray(epochs, dtype=float), 2), rows)
    return bool(np.mean(is_near) > 0.25 and (np.abs(drawn[:, 0] - wanted) <= 4 + np.abs(np.diff(rows)).max()).all())


def text(chart: Chart) -> str:
    return "\n".join(chart.lines())

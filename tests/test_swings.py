"""What oscillates from epoch to epoch is seen as a band, however few of the epochs are looked at."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.charts.roles import RUNS, Role
from gdtui.data.dataset import dataset
from gdtui.runs.history import History
from gdtui.runs.run import Run
from gdtui.session.session import Session
from gdtui.settings import Display, Settings
from gdtui.views.accuracy import AccuracyView
from gdtui.views.gradients import GradientsView
from gdtui.views.lines import LinesView, Swings
from gdtui.views.steps import StepsView
from gdtui.views.weights import WeightsView
from tests.drawings import dots
from tests.epochs import canvas_of, drawn

X = np.repeat([10.0, -10.0], 11)[:, None]
Y = np.array([1.0] * 6 + [0.0] * 5 + [0.0] * 6 + [1.0] * 5)
"""Rows on both sides of 0, slightly more of each class on its own: the best weight is near 0, and a large alpha leaps
over it with each epoch."""
WEIGHT, GRADIENT, ACCURACY, RATIO = range(4)


def leaping(epochs: int, capacity: int | None = None) -> Session:
    """A session of a run that has leapt to and fro for so many epochs, of so many of which states are kept."""
    settings = Settings(epochs=epochs, alpha=0.2, loss="cross-entropy", init=(0.0, 0.3))
    run = Run(settings, dataset("leaps", X, Y))
    run.history = History(run.kernel, settings.recipe, settings.stop, capacity)
    session = Session([run], run, Display(speed=1e-9))
    session.pull(epochs)
    return session


def ends_of(run: Run) -> np.ndarray:
    """What each of both states has, shape (2, 4)."""
    pair = [run.history.state_at(epoch).weights for epoch in (run.done - 2, run.done - 1, run.done)]
    assert pair[0] == pytest.approx(pair[2], abs=1e-4)
    found, gradient = [], np.empty(2)
    for before, after in (pair[:2], pair[1:]):
        run.kernel.loss_gradient(before, gradient)
        accuracy = 100 * np.mean((X[:, 0] * before[1] + before[0] >= 0) == Y)
        found.append([before[1], gradient[1], accuracy, np.linalg.norm(after - before) / np.linalg.norm(before)])
    return np.array(found)


@pytest.mark.parametrize(
    ("width", "epochs", "capacity"),
    [(60, 400, None), (60, 401, None), (60, 12_000, None), (200, 12_000, None), (200, 3000, 64), (60, 701, 8)],
)
@pytest.mark.parametrize(
    ("kind", "role", "what"),
    [(WeightsView, RUNS[1], WEIGHT), (GradientsView, RUNS[1], GRADIENT), (AccuracyView, Role.CURVE, ACCURACY),
     (StepsView, RUNS[1], RATIO)],
)  # fmt: skip
def test_a_run_that_leaps_to_and_fro_is_seen_to(
    kind: type[LinesView], role: Role, what: int, width: int, epochs: int, capacity: int | None
) -> None:
    session = leaping(epochs, capacity)
    view, snapshot = kind(), session.snapshot()
    chart = drawn(view, snapshot, width, 30)
    canvas, field = canvas_of(view, snapshot, width, 30), dots(chart, role)
    first, last = (int(canvas.columns(np.array([float(at)]), 2)[0]) for at in (epochs / 2, 0.9 * epochs))
    high, low = sorted(canvas.rows(ends_of(session.run)[:, what], 4))  # type: ignore[arg-type]
    assert low - high > 8
    seen = [np.flatnonzero(column) for column in field[:, first:last].T]
    is_band = [len(rows) > 0 and abs(rows[0] - high) <= 4 and abs(rows[-1] - low) <= 4 for rows in seen]
    assert np.mean(is_band) > 0.95


def test_a_band_is_as_high_and_as_low_as_both_of_a_pair_and_one_that_is_alone_has_none() -> None:
    swings = Swings(np.array([1.0, 2.0, 9.0, 10.0, 17.0]), np.array([3.0, -1.0, 4.0, 5.0, 2.0]))
    low, high = swings.stretches(np.arange(18))
    assert low[[0, 1, 8, 9, 16]].tolist() == [-1, -1, 4, 4, 2]
    assert high[[0, 1, 8, 9, 16]].tolist() == [3, 3, 5, 5, 2]
    assert np.isnan(np.delete(low, [0, 1, 8, 9, 16])).all()
    assert swings.span() == (-1, 5)


def test_where_every_epoch_is_known_each_has_its_own_value() -> None:
    low, high = Swings(np.arange(1.0, 5), np.array([3.0, -1.0, 4.0, 5.0])).stretches(np.arange(5))
    assert low.tolist() == high.tolist() == [3, -1, 4, 5]

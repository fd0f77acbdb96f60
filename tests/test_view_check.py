"""The view of the two gradients."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from gdtui.analysis.differences import FORWARD, compared, functions
from gdtui.charts.roles import Role
from gdtui.session.commands import GoTo, Hold
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import LOSSES, DataSettings, Recipe, Settings
from gdtui.views import check, track
from gdtui.views.check import CheckView
from gdtui.views.check_table import NUMBER, number_told, power, times_told
from tests.epochs import CANCER, IRIS, shown, text

BLOBS = Settings(data=DataSettings("blobs", noise=3.0), epochs=20, alpha=0.1)


def settle(view: CheckView, snapshot: Snapshot) -> None:
    """Until there is no more to come."""
    woken = threading.Semaphore(0)
    view.wake = woken.release
    view.titles(snapshot)
    while view.is_busy:
        woken.acquire(timeout=10)


def seen(view: CheckView, snapshot: Snapshot, width: int = 100, height: int = 40) -> str:
    settle(view, snapshot)
    titles, chart = view.titles(snapshot), view.draw(snapshot, width, height)
    assert (chart.width, chart.height) == (width, height)
    return f"{titles.above}\n{text(chart)}\n{titles.below}"


def still(session: Session) -> Snapshot:
    return replace(session.snapshot(), phase=Phase.PAUSED if session.past is None else Phase.PAST)


def test_the_article_has_two_gradients_and_the_sentence_that_says_which_is_followed() -> None:
    snapshot = still(shown(BLOBS, epochs=3))
    told = seen(CheckView(), snapshot)
    printed, followed = functions(snapshot.data, "article", Recipe())
    rows = [line.split() for line in told.splitlines() if line.startswith(("bias", "x1", "x2"))]
    for place, function in ((1, printed), (4, followed)):
        gradient = compared(function, snapshot.shown.weights).analytic
        np.testing.assert_allclose([float(row[place]) for row in rows], gradient, rtol=1e-3)
    assert "Steps follow the mean cross-entropy, not the squared error that is printed" in told
    assert "Of mean cross-entropy: forward takes 4 losses, central 6" in told
    assert "epoch 3" in told.split("\n")[0]


def test_the_curves_fall_and_rise_and_theory_s_best_h_are_marked() -> None:
    view, snapshot = CheckView(), still(shown(replace(IRIS, epochs=5), epochs=3))
    told = seen(view, snapshot)
    assert all(mark in told for mark in ("√ε", "∛ε", "forward", "central", "1e-10"))
    chart = view.draw(snapshot, 100, 40)
    for role in (Role.CURVE, Role.RUN_2):
        rows, columns = np.nonzero((chart.roles == role) & (chart.chars >= "⠁"))
        lowest = columns[rows == rows.max()]
        assert columns.min() < lowest.min()
        assert lowest.max() < columns.max()
        assert rows[columns == columns.min()].min() < rows.max()
        assert rows[columns == columns.max()].min() < rows.max()
    heights = [np.nonzero((chart.roles == role) & (chart.chars >= "⠁"))[0].max() for role in (Role.CURVE, Role.RUN_2)]
    assert heights[0] < heights[1]  # the central one comes nearer


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("settings", [BLOBS, IRIS, CANCER], ids=["blobs", "iris", "cancer"])
def test_every_loss_is_checked_and_the_penalties_are_told(loss: str, settings: Settings) -> None:
    settings = replace(settings, loss=loss, epochs=4, l2=0.1, l1=0.01, batch_size=16, alpha=0.01)
    told = seen(CheckView(), still(shown(settings, epochs=2)), 120, 60)
    assert "l1 is left out" in told
    assert "a batch of 16" in told
    assert "Σ w²" in told
    assert "formula" in told


def test_in_the_past_it_is_that_of_the_epoch_with_its_penalty_and_of_weights_held_by_hand_theirs() -> None:
    session = shown(replace(BLOBS, loss="cross-entropy", l2=0.5), epochs=9)
    now, view = still(session), CheckView()
    seen(view, now)
    session.do(GoTo(4))
    session.turn()
    told = seen(view, session.snapshot())
    assert "epoch 4" in told.split("\n")[0]
    (function,) = functions(now.data, "cross-entropy", Recipe(l2=0.5))
    bias = function.gradient(session.run.history.weights_at(4))[0]
    assert f"{bias:.4f}" in next(line for line in told.splitlines() if line.startswith("bias"))
    session.do(GoTo(None))
    session.do(Hold((0.0, 0.0, 0.0)))
    session.turn()
    bias = function.gradient(np.zeros(3))[0]
    held = next(line for line in seen(view, session.snapshot()).splitlines() if line.startswith("bias"))
    assert float(held.split()[1]) == pytest.approx(bias, abs=1e-4)


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (12, 3), (38, 10), (58, 20), (58, 11), (200, 60)])
def test_it_fits_everywhere(size: tuple[int, int]) -> None:
    for settings in (BLOBS, replace(CANCER, epochs=3), replace(IRIS, epochs=3, loss="hinge")):
        seen(CheckView(), still(shown(settings, epochs=2)), *size)


def test_numbers_leave_the_last_column_blank_since_another_chart_may_begin_beside_it() -> None:
    view, snapshot = CheckView(), still(shown(BLOBS, epochs=3))
    settle(view, snapshot)
    for width in range(24, 60):
        lines = view.draw(snapshot, width, 8).lines()
        assert not any(line[width - 1].isdigit() for line in lines)


def test_where_there_is_little_room_no_sentence_is_cut() -> None:
    view, snapshot = CheckView(), still(shown(BLOBS, epochs=3))
    for height in range(4, 30):
        lines = [line.strip() for line in seen(view, snapshot, 38, height).splitlines()]
        begun = [line for line in lines if line.startswith(("Steps follow", "Of mean"))]
        assert len(begun) == sum(line.endswith(("off.", "6.")) for line in lines)


def test_while_a_run_goes_on_it_is_not_checked_with_each_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(check.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(check, "RESTS", 0.0)
    session, view = shown(BLOBS, epochs=2), CheckView()

    def told() -> str:
        return seen(view, replace(session.snapshot(), phase=Phase.TRAINING)).split("\n")[0]

    assert "epoch 2" in told()
    session.pull(1)
    assert "epoch 2" in told()
    now[0] += 2 * check.EVERY
    assert "epoch 3" in told()
    session.pull(1)
    assert "epoch 4" in seen(view, still(session))


def test_what_cannot_be_checked_is_told() -> None:
    session = shown(Settings(data=DataSettings("none"), epochs=5), epochs=0)
    assert "there are no points" in seen(CheckView(), session.snapshot())
    snapshot = still(shown(BLOBS, epochs=2))
    for bad in (np.inf, np.nan):
        moment = replace(snapshot.shown, weights=np.full(3, bad))
        assert "diverged" in seen(CheckView(), replace(snapshot, shown=moment))
    huge = replace(snapshot.shown, weights=np.full(3, 1e300))
    assert "bias" in seen(CheckView(), replace(snapshot, shown=huge))


def test_of_very_many_rows_some_are_taken_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "LARGE", 4 * 3 * 50)
    monkeypatch.setattr(track, "FEWEST", 50)
    snapshot = still(shown(BLOBS, epochs=2))
    told = seen(CheckView(), snapshot)
    assert "over 50 of 250 rows" in told.split("\n")[0]
    assert "a sum over 50 rows" in " ".join(told.split())


def test_small_powers_and_the_marks_of_theory() -> None:
    assert [power(value) for value in (3.4e-8, 0.0, 1.0, 0.05, np.inf)] == ["3e-8", "0", "1e0", "5e-2", "inf"]
    assert pytest.approx(1.49e-8, rel=1e-2) == FORWARD


def test_how_many_times_as_long_has_room_in_its_column() -> None:
    factors = (2.954, 99.94, 99.96, 1767.1, 39_396.0, 6.4e-4)
    assert [times_told(factor) for factor in factors] == ["2.95", "99.9", "100", "1767", "4e4", "6e-4"]


def test_numbers_have_a_blank_before_them() -> None:
    for value in (-4.128e-16, 2.214e-15, -47.89866, -1.5e300, 0.0, np.nan, -np.inf):
        assert len(number_told(value)) < NUMBER
    assert number_told(-4.128e-16) == "-4.13e-16"

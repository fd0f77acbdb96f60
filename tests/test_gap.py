"""The curve of the test loss beside that of training, and the mark where the two part."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.data.load import load
from gdtui.runs.curve import KnownLosses
from gdtui.runs.gap import RISEN, gap_of
from gdtui.runs.history import History
from gdtui.runs.run import Run
from gdtui.session.session import Session
from gdtui.settings import DataSettings, Display, Settings
from gdtui.views import gap as module
from gdtui.views.loss import LossView, loss_chart
from gdtui.views.loss_axes import Across, Look, framed
from tests.drawings import dots, history_of


def by_definition(losses: np.ndarray, tested: np.ndarray) -> int | None:
    """Where the gap opens, from all losses."""
    lowest = tested.min()
    end = 1 + int(np.flatnonzero(tested <= lowest + RISEN * abs(lowest))[-1])
    is_old_enough = len(tested) - end >= max(5, len(tested) // 20)
    return end + 1 if is_old_enough and losses[end:].min() < losses[:end].min() else None


def parting(epochs: int = 300, opens: int = 120) -> History:
    """Training falls all the time, the test loss until shortly before that epoch."""
    at = np.arange(1.0, epochs + 1)
    tested = np.where(at < opens, 2 - at / opens, 1.1 + (at - opens) / epochs)
    return history_of(2 / np.sqrt(at), tested=tested)


SERIES = st.lists(st.floats(0.01, 100), min_size=2, max_size=400)


@given(SERIES, st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_the_gap_is_found_where_all_losses_have_it(tested, seed):
    losses = np.random.default_rng(seed).exponential(size=len(tested))
    wanted = by_definition(losses, np.array(tested))
    assert gap_of(history_of(losses, tested=tested)) == wanted
    known = KnownLosses()
    known.extend([*range(1, len(tested) + 1)], losses.tolist(), tested)
    assert gap_of(known) == wanted


@pytest.mark.parametrize("epochs", [1_000, 100_000, 3_000_000])
def test_the_gap_of_a_long_run_is_found_as_closely_as_its_losses_are_kept(epochs):
    at = np.arange(1.0, epochs + 1)
    history = history_of(1 / at, tested=1 + np.abs(at / epochs - 0.3) + 0.01 * np.sin(at))
    wanted = by_definition(1 / at, 1 + np.abs(at / epochs - 0.3) + 0.01 * np.sin(at))
    assert abs(gap_of(history) - wanted) <= 2 * history.tested.stride


def test_there_is_no_gap_without_tests_before_it_is_clear_and_after_it_has_closed():
    assert gap_of(history_of(np.ones(300))) is None
    assert [gap_of(parting(epochs)) for epochs in (119, 124, 125)] == [None, None, 120]
    opened = parting()
    assert gap_of(opened) == 120
    losses, tested = opened.losses, opened.tested.values
    assert gap_of(history_of([*losses, 0.01], tested=[*tested, 0.9])) is None  # closed again
    assert gap_of(history_of(np.maximum(losses, losses[100]), tested=tested)) is None  # training does not fall
    assert gap_of(history_of(losses, tested=np.full(300, np.nan))) is None


def found(chart: Chart, text: str) -> tuple[int, int]:
    """Row and column of a text in a drawing."""
    return next((row, line.index(text)) for row, line in enumerate(chart.lines()) if text in line)


def test_both_curves_are_drawn_and_named_with_their_last_losses():
    history = parting()
    chart = loss_chart(history, Look(300, loss=0.1155, test_loss=1.7), 80, 24)
    canvas = framed(history, Look(300), 80, 24)[1]
    for role, losses in ((Role.CURVE, history.losses), (Role.TEST, history.tested.values)):
        field = dots(chart, role)
        rows = canvas.rows(losses, 4)
        columns = canvas.columns(np.arange(1.0, 301), 2).astype(int)
        for column in range(0, field.shape[1]):
            drawn, near = np.flatnonzero(field[:, column]), rows[np.abs(columns - column) <= 1]
            if len(drawn) and len(near):
                assert near.min() - 4 <= drawn.min()
                assert drawn.max() <= near.max() + 4
        assert field.any(axis=0)[columns[150:-9]].all()
    for text, role in (("train 0.1155", Role.CURVE), ("test 1.700", Role.TEST)):
        row, column = found(chart, text)
        assert (chart.roles[row, column : column + len(text)] == role).all()


def test_where_both_losses_are_in_one_cell_it_is_that_of_training_which_is_seen():
    history = history_of([3.0, 2.0, 1.0], tested=[3.0, 2.5, 1.001])
    chart = loss_chart(history, Look(3, loss=1.0, test_loss=1.001), 60, 20)
    assert chart.roles[chart.chars == "●"].tolist() == [Role.CURVE]


def test_the_axes_hold_the_test_losses():
    tested = history_of([1.0, 0.9], tested=[7.0, 8.0])
    assert framed(tested, Look(2), 60, 20)[1].ylim[1] >= 8


def test_where_the_gap_opens_there_is_a_mark_with_words():
    history = parting()
    chart = loss_chart(history, Look(300), 80, 24)
    canvas = framed(history, Look(300), 80, 24)[1]
    row, column = found(chart, "▼")
    assert column == canvas.left + int(canvas.columns(np.array([120.0]))[0])
    assert chart.roles[row + 1, column] in (*RUNS, Role.TEST)
    _, begin = found(chart, "gap opens at 120")
    assert abs(begin - column) <= 17
    assert "gap" not in "".join(loss_chart(parting(119), Look(300), 80, 24).lines())


@given(st.integers(20, 400), st.integers(10, 300), st.integers(20, 130), st.integers(6, 40), st.sampled_from(Across))
@settings(max_examples=60, deadline=None)
def test_the_mark_covers_nothing_at_any_size(epochs, opens, width, height, across):
    history, look = parting(epochs, opens), Look(500, across=across, loss=0.2, test_loss=1.2, cursor=epochs // 2)
    chart = loss_chart(history, look, width, height)
    unmarked, module.gap_of = module.gap_of, lambda _: None
    try:
        bare = loss_chart(history, look, width, height)
    finally:
        module.gap_of = unmarked
    differ = chart.chars != bare.chars
    assert np.isin(bare.chars[differ], (" ", "┊", "│")).all()
    assert (chart.roles[differ] == Role.NOTE).all()


@pytest.mark.parametrize("log", [None, False, True])
@pytest.mark.parametrize("tested", [[np.nan] * 4, [np.inf, 1, 2, np.nan], [0.0] * 4, [1e308, -1.0, 1e-300, 5.0]])
def test_no_test_loss_breaks_the_drawing(tested, log):
    history = history_of([3.0, 2.0, 1.0, 0.5], tested=tested)
    loss_chart(history, Look(100, log, loss=0.5, test_loss=tested[-1]), 60, 20)


def shown(settings: Settings) -> Session:
    run = Run(settings, load(settings.data))
    session = Session([run], run, Display(speed=1e-9))
    session.pull(settings.epochs)
    return session


def test_a_branch_has_the_test_curve_only_while_it_is_in_front():
    session = shown(Settings(data=DataSettings("blobs", noise=6.0, test_size=0.5), epochs=200, alpha=0.3))
    run = session.run
    fork = run.forked(50, 0.001)
    fork.advance(150)
    session.enter(fork)
    chart = LossView().draw(session.snapshot(), 80, 24)
    assert (chart.roles == Role.TEST).any()
    front = framed(run.history, Look(200, None, others=((fork.history, ""),)), 80, 24)[1]
    rows = front.rows(np.array([fork.history.tested.values[-1]]), 4)
    assert abs(np.flatnonzero(dots(chart, Role.TEST)[:, -3]).max() - float(rows[0])) <= 4
    assert found(chart, f"test {session.snapshot().shown.test_loss:#.4g}")


def test_the_cursor_shows_both_losses_of_its_epoch():
    asked = Settings(data=DataSettings("breast-cancer", test_size=0.5), loss="cross-entropy", epochs=200, alpha=5)
    session = shown(asked)
    session.go(120)
    moment = session.snapshot().shown
    chart = LossView().draw(session.snapshot(), 80, 24)
    canvas = framed(session.run.history, Look(200, cursor=120), 80, 24)[1]
    column = canvas.left + math.floor(canvas.columns(np.array([120.0]))[0])
    assert [int(role) for role in chart.roles[chart.chars[:, column] == "●", column]] == [Role.TEST, Role.CURVE]
    assert found(chart, f"train {moment.loss:#.4g}")
    assert found(chart, f"test {moment.test_loss:#.4g}")


def test_a_sum_is_said_to_be_that_of_as_many_rows_and_a_mean_needs_no_words():
    data = DataSettings("blobs", test_size=0.25)
    asked = Settings(data=data), Settings(data=data, loss="cross-entropy"), Settings()
    told = [LossView().titles(shown(settings).snapshot())[1] for settings in asked]
    assert told[0] == f"{told[1]}  ·  test: the sum as of 188 rows"
    assert told[1] == told[2]

"""The axes of the loss curve: their limits, and the numbers along them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui.charts.axes import Canvas, log_ticks, nice_ticks
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.runs.history import History
from gdtui.views.loss import epoch_at, loss_chart
from gdtui.views.loss_axes import Across, Look, framed, scales_of, window
from tests.drawings import corner, dots, history_of

SIZES = st.tuples(st.integers(30, 200), st.integers(8, 50))
LOSSES = st.one_of(
    st.floats(1e-12, 1e300),
    st.floats(-1e300, -1e-12),
    st.floats(0.1, 100),
    st.sampled_from([0.0, 1e-12, 1e300, -1e300, 123456.7, 1e9]),
)


def canvas_of(history: History, look: Look, width: int, height: int) -> Canvas:
    axes = framed(history, look, width, height)
    assert axes is not None
    return axes[1]


def labels(chart: Chart) -> tuple[list[tuple[int, str]], list[str], list[int]]:
    """(row, number) along the axis of losses, the epochs' numbers, and the columns of their ticks."""
    bottom, left = corner(chart)
    lines = chart.lines()
    numbers = [(row, line[:left].strip()) for row, line in enumerate(lines[:bottom]) if line[left] in "┤┼"]
    ticks = [column for column in range(left, chart.width) if lines[bottom][column] in "┬┼┐"]
    return numbers, lines[bottom + 1].split(), ticks


def assert_even(places: list[float], log: bool) -> None:
    """Evenly spread, or, along a logarithmic axis, on the ladder of 1, 2, 5, 10, whose steps are nearly even."""
    steps = np.diff(places)
    assert (steps > 0).all()
    if log and steps[0] < 0.9:
        assert steps.max() / steps.min() < 1.33 or len(places) == 2
    else:
        rounded = 4 * np.spacing(np.abs(places).max())  # far from 0, numbers next to each other are that far apart
        assert np.allclose(steps, steps[0], rtol=1e-6, atol=rounded)


@settings(max_examples=150, deadline=None)
@given(LOSSES, LOSSES, st.floats(1e-9, 0.5), st.booleans(), st.sampled_from([None, False, True]), SIZES)
@example(1e9, 1.0, 1e-5, True, False, (30, 8))
@example(1e300, -1e300, 0.1, False, False, (30, 8))
@example(1e-12, 1.0, 1e-5, True, None, (30, 8))
def test_numbers_along_both_axes_can_be_told_apart_wherever_the_losses_are(
    one: float, other: float, part: float, is_near: bool, log: bool | None, size: tuple[int, int]
) -> None:
    losses = np.linspace(one, one * (1 - part) if is_near else other, 100)
    history, look = history_of(losses), Look(100, log)
    chart = loss_chart(history, look, *size)
    numbers, epochs, ticks = labels(chart)
    texts = [text for _, text in numbers]
    assert all(texts)
    assert len(set(texts)) == len(texts) >= 2
    assert len(set(epochs)) == len(epochs) == len(ticks) >= 2
    scales, canvas = scales_of(history, look), canvas_of(history, look, *size)
    values = np.array([float(text) for text in reversed(texts)])
    places = (np.log10(values) if scales.ylog else values).tolist()
    assert_even(places, scales.ylog)
    # Each stands where its number is.
    rows = np.floor(canvas.rows(values)).astype(int)
    assert np.abs(rows[::-1] - np.array([row for row, _ in numbers])).max() <= 1


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000_000), st.integers(1, 10_000_000), st.sampled_from(list(Across)), SIZES)
def test_epochs_along_the_axis_can_be_told_apart_at_every_length(
    done: int, wanted: int, across: Across, size: tuple[int, int]
) -> None:
    history = history_of(np.empty(0))
    epochs = np.unique(np.array([1, done])) if done else np.empty(0)
    if done:
        history.append_records(epochs.astype(int), np.full(len(epochs), 2.0), np.zeros((len(epochs), 2)))
    look = Look(wanted, across=across)
    _, texts, ticks = labels(loss_chart(history, look, *size))
    assert len(set(texts)) == len(texts) == len(ticks) >= 2
    canvas = canvas_of(history, look, *size)
    values = np.array([float(text) for text in texts])
    assert_even((np.log10(values) if canvas.xlog else values).tolist(), canvas.xlog)
    for value, column in zip(values, ticks, strict=True):
        assert abs(canvas.left + math.floor(canvas.columns(np.array([value]))[0]) - column) <= 1


@given(st.floats(-12, 100), st.floats(0.302, 200), st.integers(1, 12))
def test_logarithmic_ticks_are_powers_of_ten_or_1_2_and_5_of_them(low: float, span: float, count: int) -> None:
    ticks = log_ticks((low, low + span), count)
    for place, text in ticks:
        assert low - 1e-6 <= place <= low + span + 1e-6
        assert math.isclose(math.log10(float(text)), place, abs_tol=1e-9)
        assert text.replace(".", "").strip("0")[0] in "125"
    assert len(ticks) >= 2 or span < 1.01
    if len(ticks) > count + 1:
        assert all(place == int(place) for place, _ in ticks)


@given(st.floats(1e-9, 1e12), st.floats(1e-9, 1), st.integers(2, 12))
def test_numbers_far_from_0_have_the_digits_that_tell_them_apart(low: float, part: float, count: int) -> None:
    ticks = nice_ticks((low, low + part * low), count)
    assert len({text for _, text in ticks}) == len(ticks) >= 2
    assert_even([float(text) for _, text in ticks], False)
    for place, text in ticks:
        assert math.isclose(float(text), place, rel_tol=1e-3 * part)


# Which scale


def test_the_scale_is_logarithmic_where_losses_span_more_than_thirtyfold_and_turns_once() -> None:
    losses = np.geomspace(100, 0.01, 400)
    kinds = [scales_of(history_of(losses[:done]), Look(400)).ylog for done in range(1, 401, 3)]
    assert [one for one, after in pairwise(kinds) if one != after] == [False]
    turn = losses[3 * kinds.index(True)]
    assert 100 / 34 < turn < 100 / 29


def test_a_choice_counts_more_than_the_losses() -> None:
    steep, flat = history_of(np.geomspace(100, 0.01, 50)), history_of(np.linspace(9, 5, 50))
    assert scales_of(steep, Look(50)).ylog
    assert not scales_of(steep, Look(50, False)).ylog
    assert not scales_of(flat, Look(50)).ylog
    assert scales_of(flat, Look(50, True)).ylog


@pytest.mark.parametrize("losses", [[], [np.nan], [0.0, 0.0], [1.0, -1.0], [-1.0, -100.0], [5.0, 0.0, 4.0], [5e-324]])
def test_the_scale_is_linear_where_a_logarithm_would_tell_nothing(losses: list[float]) -> None:
    assert not scales_of(history_of(np.array(losses)), Look(10)).ylog


def test_no_loss_at_all_is_at_the_bottom_of_a_logarithmic_scale() -> None:
    history = history_of(np.append(np.geomspace(100, 0.01, 50), [0.0] * 10))
    scales = scales_of(history, Look(60))
    assert scales.ylog
    assert scales.ylim[0] == pytest.approx(-2)
    chart, canvas = loss_chart(history, Look(60), 80, 24), canvas_of(history, Look(60), 80, 24)
    assert (chart.chars[canvas.height - 1, canvas.left + canvas.width - 8 :] > "\u2800").all()


# Where the axis of losses ends


def test_a_line_far_from_0_has_an_axis_of_its_own_that_says_so_and_moves_in_steps() -> None:
    losses = 60 + 40 * np.exp(-np.arange(1000) / 800)
    limits, marks = [], []
    for done in range(10, 1000, 10):
        history = history_of(losses[:done])
        scales = scales_of(history, Look(1000))
        limits.append(scales.ylim)
        text = "".join(loss_chart(history, Look(1000), 80, 24).lines())
        marks.append("≈" in text)
        assert marks[-1] is scales.is_cut is (scales.ylim[0] > 0)
        assert scales.told == ("not from 0" if scales.is_cut else "")
        if scales.is_cut:
            assert np.ptp(losses[:done]) >= (scales.ylim[1] - scales.ylim[0]) / 3
    assert not any(marks[:1])  # in the first epochs it would move with each
    assert sum(one != after for one, after in pairwise(marks)) <= 2
    assert marks[10]
    assert sum(one != after for one, after in pairwise(limits)) <= 12


def test_a_level_line_is_not_magnified_into_its_rounding() -> None:
    noise = 1e-13 * np.random.default_rng(0).normal(size=100)
    assert scales_of(history_of(7 + noise), Look(100)).ylim == (0, 8)
    below = scales_of(history_of(np.linspace(-90, -80, 100)), Look(100))
    assert below.is_cut
    assert below.ylim[0] <= -90 < -80 <= below.ylim[1] < 0


# Which epochs


@given(st.integers(0, 10_000_000), st.data())
def test_the_latest_epochs_are_a_tenth_to_a_fifth_and_hold_the_newest_and_the_cursor(
    done: int, data: st.DataObject
) -> None:
    cursor = data.draw(st.none() | st.integers(1, max(1, done)))
    begin, end = window(done, cursor)
    assert begin >= 0
    assert done / 10 <= end - begin <= max(20, 0.251 * done)
    assert begin <= (done if cursor is None else cursor) <= end
    if cursor is None:
        assert done >= end - max(20, (end - begin) / 4) or done < 20


def test_the_window_moves_in_steps() -> None:
    assert len({window(done, None) for done in range(1, 10_000)}) < 250


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5000), st.sampled_from(list(Across)), st.sampled_from([None, True, False]), st.data())
def test_the_epoch_pressed_is_where_the_cursor_then_stands(
    done: int, across: Across, log: bool | None, data: st.DataObject
) -> None:
    history, (width, height) = history_of(50 / np.arange(1.0, done + 1)), (90, 20)
    look = Look(5000, log, across=across)
    column = data.draw(st.integers(0, width - 1))
    epoch = epoch_at(column, width, height, history, look)
    assert epoch is not None
    look = Look(5000, log, epoch, across=across, loss=50 / epoch)
    chart, canvas = loss_chart(history, look, width, height), canvas_of(history, look, width, height)
    assert canvas == canvas_of(history, Look(5000, log, across=across), width, height)  # nothing moves
    heads = np.argwhere(chart.chars == "●")
    assert len(heads) == 1
    row, stands = heads[0].tolist()
    assert stands == canvas.left + math.floor(canvas.columns(np.array([float(epoch)]))[0])
    assert row == min(math.floor(canvas.rows(np.array([50 / epoch]))[0]), canvas.height - 1)
    middle = canvas.x_centres()[min(max(column - canvas.left, 0), canvas.width - 1)]
    assert epoch == min(max(round(middle), 1), done)


@pytest.mark.parametrize("across", list(Across))
@pytest.mark.parametrize("done", [30, 3000, 300_000])
def test_each_column_has_the_losses_of_its_epochs_however_they_are_shown(across: Across, done: int) -> None:
    losses = np.random.default_rng(done).uniform(1, 9, done)
    history, look = history_of(losses), Look(done, False, across=across)
    canvas, field = canvas_of(history, look, 100, 30), dots(loss_chart(history, look, 100, 30), Role.CURVE)
    places = canvas.columns(np.arange(1.0, done + 1), 2)
    columns, inside = np.floor(places).astype(int), np.abs(places - np.round(places)) > 1e-6
    checked = 0
    for column in range(field.shape[1]):
        here, near = losses[inside & (columns == column)], losses[np.abs(columns - column) <= 1]
        drawn = np.flatnonzero(field[:, column])
        if len(here):
            checked += 1
            top, bottom = canvas.rows(np.array([here.max(), here.min()]), 4).astype(int)
            # The edges of long stretches are rounded to an eighth.
            assert drawn[0] <= top + (len(here) > 500)
            assert drawn[-1] >= bottom - (len(here) > 500)
        if len(here) > 8:  # fewer are joined to their neighbours by long lines
            top, bottom = canvas.rows(np.array([near.max(), near.min()]), 4).astype(int)
            assert top - 1 <= drawn[0] <= drawn[-1] <= bottom + 1
    assert checked > 5

"""Charts of other people's metrics: axes that move in steps, gaps, noise, and many runs."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.charts.chart import Chart
from gdtui.charts.roles import FAINTS, RUNS, Role
from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.told import place_told, time_told, waited_told
from gdtui.logs.trace import Trace
from gdtui.views.metric_axes import Across, Scale, label_of, limits_along, ticks_of, ways
from gdtui.views.metric_chart import Look, Stroke, draw_metrics, framed

STEPS = Across()
GENERATOR = np.random.default_rng(5)


def trace(values: np.ndarray, x: np.ndarray | None = None, weight: float = 0.0) -> Trace:
    metric = Metric("loss")
    metric.extend({Along.STEP: np.arange(1.0, len(values) + 1) if x is None else x}, values)
    return Trace(metric, Along.STEP, weight)


def drawn(*strokes: Stroke, look: Look = Look(STEPS), size: tuple[int, int] = (60, 16)) -> Chart:  # noqa: B008 - frozen
    frame = framed(strokes, look, *size)
    assert frame is not None
    draw_metrics(frame, strokes, look)
    return frame.chart


def columns_of(chart: Chart, *roles: int) -> np.ndarray:
    """Which columns have any of these roles."""
    return np.isin(chart.roles, roles).any(axis=0)


# The axis along the training


def test_an_axis_moves_in_steps_while_there_is_more_to_come_and_then_ends_where_it_does() -> None:
    following = {limits_along(1, last, Scale.WHOLE, True) for last in range(1, 10_000)}
    assert len(following) < 60
    assert all(limits_along(1, last, Scale.WHOLE, True)[1] >= last for last in range(1, 10_000))
    assert limits_along(1, 1234, Scale.WHOLE, False) == (0, 1234)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (5, 5), (-3, -3), (0, 1e-9), (1e15, 1e15)])
@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("goes_on", [False, True])
def test_an_axis_has_a_length_whatever_it_is_of(first: float, last: float, scale: Scale, goes_on: bool) -> None:
    low, high = limits_along(first, last, scale, goes_on)
    assert low < high


def test_there_is_no_tick_between_two_steps_or_records() -> None:
    for along in (Along.STEP, Along.RECORD):
        assert [text for _, text in ticks_of((40.0, 41.0), Across(along), 60)] == ["40", "41"]
    assert len(ticks_of((0.0, 1.0), STEPS, 60)) > 2  # of a column that somebody has chosen


def test_what_begins_late_has_an_axis_that_does() -> None:
    low, high = limits_along(90_000, 100_000, Scale.WHOLE, False)
    assert (low, high) == (90_000, 100_000)
    low, high = limits_along(90_000, 93_000, Scale.WHOLE, True)
    assert 80_000 <= low <= 90_000
    assert 93_000 <= high <= 100_000


def test_the_latest_move_by_fifths_and_are_elsewhere_where_one_looks() -> None:
    moved = {limits_along(0, last, Scale.LATEST, True) for last in range(2000, 3000)}
    assert len(moved) <= 30
    low, high = limits_along(0, 5000, Scale.LATEST, True, cursor=700.0)
    assert low <= 700 <= high
    assert high - low == 500


def test_a_logarithmic_axis_begins_with_the_first_that_can_be_shown() -> None:
    chart = drawn(Stroke(trace(np.array([3.0, 2.0, 1.0]), np.array([0.0, 1.0, 100.0])), Role.CURVE),
                  look=Look(Across(Along.STEP, Scale.LOG)))  # fmt: skip
    text = "\n".join(chart.lines())
    assert "step (log)" in text
    assert " 100" in text


def test_times_are_told_by_what_suits_them() -> None:
    across = Across(Along.TIME)
    assert [label_of((0, high), across) for high in (2, 100, 900, 9000, 90_000, 900_000)] == [
        *("time (s)", "time (s)", "time (min)", "time (min)", "time (h)", "time (d)"),
    ]
    assert [text for _, text in ticks_of((0, 900), across, 50)] == ["0", "5", "10", "15"]
    assert [time_told(seconds) for seconds in (0.02, 2, 120, 600, 7200, 1e5)] == [
        *("20 ms", "2 s", "120 s", "10 min", "120 min", "27.8 h"),
    ]
    assert {waited_told(float(seconds)) for seconds in range(30, 60)} == {"30 s"}
    assert place_told(1234, Along.STEP) == "step 1,234"
    assert place_told(2.5, Along.EPOCH) == "epoch 2.5"
    assert place_told(90, Along.TIME) == "after 90 s"


def test_a_key_goes_on_through_what_is_told_only() -> None:
    assert ways([]) == []
    found = ways([Along.EPOCH, Along.RECORD])
    assert [across.along for across in found] == [Along.EPOCH] * 3 + [Along.RECORD]
    assert {across.scale for across in found[:3]} == {*Scale}


# Curves


def test_a_gap_is_a_break_and_a_point_alone_is_seen() -> None:
    values = np.array([1.0, 2.0, np.nan, 2.0, np.nan, 1.0, 1.5])
    used = columns_of(drawn(Stroke(trace(values), Role.CURVE)), Role.CURVE)
    known = np.flatnonzero(used)
    assert (np.diff(known) > 3).sum() == 2  # two breaks
    whole = columns_of(drawn(Stroke(trace(np.nan_to_num(values, nan=1.5)), Role.CURVE)), Role.CURVE)
    assert np.diff(np.flatnonzero(whole)).max() == 1
    assert columns_of(drawn(Stroke(trace(np.array([1.0])), Role.CURVE)), Role.CURVE).any()


def test_no_spike_is_thinned_away() -> None:
    values = np.ones(100_000)
    values[54_321] = 9.0
    chart = drawn(Stroke(trace(values), Role.CURVE))
    assert (chart.roles[:4] == Role.CURVE).any()


@pytest.mark.parametrize("values", [[np.nan] * 3, [np.inf, -np.inf], [1e308, -1e308], [0.0, 0.0], [1e-320, 1.0]])
@pytest.mark.parametrize("log", [None, True, False])
def test_values_beyond_all_bounds_are_no_error(values: list[float], log: bool | None) -> None:
    drawn(Stroke(trace(np.array(values)), Role.CURVE), look=Look(STEPS, log, cursor=2.0))


def test_a_log_axis_is_taken_for_a_fall_and_not_for_noise_near_zero() -> None:
    falling = 10.0 ** -np.linspace(0, 5, 200)
    noise = np.abs(GENERATOR.normal(1, 0.3, 5000)) + 1e-6
    for values, is_log in ((falling, True), (noise, False)):
        frame = framed([Stroke(trace(values), Role.CURVE)], Look(STEPS), 60, 16)
        assert frame is not None
        assert frame.canvas.ylog is is_log
    frame = framed([Stroke(trace(falling), Role.CURVE)], Look(STEPS, may_be_log=False), 60, 16)
    assert frame is not None
    assert not frame.canvas.ylog


def test_an_average_is_in_front_of_what_it_is_of() -> None:
    values = 1 + GENERATOR.normal(0, 0.3, 500)
    chart = drawn(Stroke(trace(values, weight=0.9), Role.CURVE, raw=trace(values)))
    both = (chart.roles == Role.CURVE).any(axis=0) & (chart.roles == FAINTS[0]).any(axis=0)
    assert both.sum() > 40


def test_of_many_runs_the_one_in_front_stands_out() -> None:
    def strokes(count: int) -> list[Stroke]:
        return [
            Stroke(trace(np.linspace(5, number, 50)), RUNS[number % 10], f"r{number}", is_front=number == 0)
            for number in range(count)
        ]

    few, many = drawn(*strokes(4)), drawn(*strokes(30))
    assert {*RUNS[:4]} <= {*few.roles.ravel().tolist()}
    assert not {*FAINTS} & {*few.roles.ravel().tolist()}
    assert {*FAINTS[1:]} <= {*many.roles.ravel().tolist()}
    assert columns_of(many, RUNS[0]).sum() > 40


def test_curves_of_other_rows_of_the_same_run_are_dotted() -> None:
    line, dots = (drawn(Stroke(trace(np.linspace(3, 1, 50)), Role.CURVE, is_dotted=dotted)) for dotted in (False, True))
    changed = (line.chars != dots.chars) & (line.roles == Role.CURVE)
    assert changed.sum() > 30


def test_noise_that_comes_near_0_now_and_then_has_not_most_of_a_log_axis() -> None:
    falling = 10.0 ** -np.linspace(0, 3, 2000)
    falling[::300] = 1e-9
    frame = framed([Stroke(trace(falling), Role.CURVE)], Look(STEPS), 60, 16)
    assert frame is not None
    assert frame.canvas.ylog
    assert -5 < frame.canvas.ylim[0] <= -3


def test_what_is_no_loss_leaves_0_where_half_of_its_axis_would_be_empty() -> None:
    values = np.linspace(0.5, 0.99, 30)
    accuracy = framed([Stroke(trace(values), Role.CURVE)], Look(STEPS, may_be_log=False), 60, 16)
    loss = framed([Stroke(trace(values), Role.CURVE)], Look(STEPS), 60, 16)
    assert accuracy is not None
    assert loss is not None
    assert accuracy.canvas.ylim[0] >= 0.4
    assert loss.canvas.ylim[0] == 0

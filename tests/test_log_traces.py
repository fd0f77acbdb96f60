"""Metrics along the training: averages, extremes of columns, gaps, and what grows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along
from gdtui.logs.smoothing import Smoothing
from gdtui.logs.trace import Trace

GENERATOR = np.random.default_rng(3)


def by_tensorboard(values: np.ndarray, weight: float) -> list[float]:
    """As `line-chart.ts` of TensorBoard has it, which leaves out what is not finite."""
    last, count, found = 0.0, 0, []
    for value in values.tolist():
        if not math.isfinite(value):
            found.append(value)
            continue
        last, count = last * weight + (1 - weight) * value, count + 1
        found.append(last / (1 - weight**count))
    return found


@pytest.mark.parametrize("weight", [0.6, 0.9, 0.99])
@pytest.mark.parametrize("count", [1, 63, 64, 65, 5000])
def test_an_average_is_tensorboards(weight: float, count: int) -> None:
    values = GENERATOR.normal(5, 1, count)
    values[3::50] = np.nan
    values[7::90] = np.inf
    whole = Smoothing(weight).extend(values)
    np.testing.assert_allclose(whole, by_tensorboard(values, weight), rtol=1e-9)
    piecewise, cuts = Smoothing(weight), sorted(GENERATOR.integers(0, count + 1, 5).tolist())
    parts = [piecewise.extend(part) for part in np.split(values, cuts)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-9)


def metric(values: np.ndarray, **places: np.ndarray) -> Metric:
    found = Metric("loss")
    found.extend({Along[name.upper()]: np.asarray(place, dtype=float) for name, place in places.items()}, values)
    return found


@given(st.integers(1, 300), st.integers(1, 40), st.lists(st.integers(0, 300), max_size=3), st.integers(0, 2**32 - 1))
def test_columns_have_their_extremes_however_a_metric_has_grown(
    count: int, columns: int, cuts: list[int], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    steps, values = np.cumsum(generator.integers(0, 4, count)).astype(float), generator.normal(size=count)
    edges = np.linspace(-1.0, float(steps[-1]) + 1, columns + 1)
    grown = Metric("loss")
    trace = Trace(grown, Along.STEP)
    for part in np.split(np.arange(count), sorted(min(cut, count) for cut in cuts)):
        grown.extend({Along.STEP: steps[part]}, values[part])
        trace.read_on()
        trace.between(edges)
    low, high = trace.between(edges)
    for column in range(columns):
        inside = values[(steps >= edges[column]) & (steps < edges[column + 1])]
        assert (math.isnan(low[column]) and not len(inside)) or low[column] == inside.min()
        assert (math.isnan(high[column]) and not len(inside)) or high[column] == inside.max()


def test_a_metric_that_goes_back_is_read_anew() -> None:
    one = metric(np.array([5.0, 4.0, 9.0]), step=np.array([1, 2, 3]))
    trace = Trace(one, Along.STEP)
    assert trace.span == (4.0, 9.0)
    one.extend({Along.STEP: np.array([2.5, 4.0])}, np.array([3.0, 2.0]))
    trace.read_on()
    assert trace.values.tolist() == [5.0, 4.0, 3.0, 2.0]
    assert trace.span == (2.0, 5.0)


def test_times_are_since_the_beginning_and_never_go_back() -> None:
    times = np.array([1.7e9, 1.7e9 + 2, 1.7e9 + 1, 1.7e9 + 5])
    assert Trace(metric(np.zeros(4), time=times), Along.TIME).x.tolist() == [0, 2, 2, 5]
    assert Trace(metric(np.zeros(2), time=np.array([12.0, 30.0])), Along.TIME).x.tolist() == [12, 30]


def test_values_whose_place_is_not_told_are_left_out() -> None:
    trace = Trace(metric(np.array([1.0, 2.0, 3.0]), time=np.array([1.0, np.nan, 3.0])), Along.TIME)
    assert (trace.x.tolist(), trace.values.tolist()) == ([1.0, 3.0], [1.0, 3.0])


def test_a_trace_takes_over_what_was_told_when_a_place_is_not() -> None:
    grown = metric(np.array([1.0, 2.0]), step=np.array([1, 2]), epoch=np.array([1, 1]))
    trace = Trace(grown, Along.STEP)
    assert np.shares_memory(trace.values, grown.values)  # it is not held twice
    for epoch, values in ((2, [3.0, 4.0]), (3, [5.0, 6.0])):
        grown.extend({Along.STEP: np.array([np.nan, 2 * epoch]), Along.EPOCH: np.full(2, epoch)}, np.array(values))
        trace.read_on()
    assert (trace.x.tolist(), trace.values.tolist()) == ([1, 2, 4, 6], [1, 2, 4, 6])
    assert (len(trace), trace.span, trace.last()) == (4, (1, 6), 6)


def test_what_is_known_of_a_trace() -> None:
    trace = Trace(metric(np.array([3.0, np.nan, 1.0, np.inf, 1.0])), Along.RECORD)
    assert (trace.gaps, trace.span, trace.last()) == (1, (1.0, 3.0), 1.0)
    assert trace.best(is_low=True) == (3.0, 1.0)
    assert trace.best(is_low=False) == (1.0, 3.0)
    assert [trace.at(place) for place in (1, 3.5, 9)] == [3.0, 1.0, 1.0]
    assert math.isnan(trace.at(0.5))
    assert trace.span_within(1, 2) == (3.0, 3.0)
    assert trace.gaps_between(np.array([0.5, 1.5, 2.5, 9.0])).tolist() == [0, 1, 0]
    empty = Trace(metric(np.full(2, np.nan)), Along.RECORD)
    assert all(map(math.isnan, (*empty.span, *empty.best(is_low=True))))

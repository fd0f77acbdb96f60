import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.runs.envelope import BLOCK, FINE, Envelope


def filled(values, parts) -> Envelope:
    envelope = Envelope()
    for part in np.split(values, parts):
        envelope.extend(part)
    return envelope


def edges_in(length: int):
    return st.lists(st.integers(0, length), min_size=2, max_size=10).map(sorted)


def extremes(values) -> tuple[float, float]:
    return (values.min(), values.max()) if len(values) else (np.nan, np.nan)


@given(st.data(), st.integers(1, FINE))
@settings(max_examples=60, deadline=None)
def test_short_stretches_are_exact_however_the_series_grew(data, length):
    values = np.random.default_rng(length).normal(size=length)
    envelope = filled(values, sorted(data.draw(st.lists(st.integers(0, length), max_size=5))))
    edges = data.draw(edges_in(length))
    expected = [extremes(values[begin:end]) for begin, end in itertools.pairwise(edges)]
    assert np.array_equal(np.transpose(envelope.stretches(np.array(edges))), expected, equal_nan=True)


@given(st.integers(1, 300_000), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_the_span_is_that_of_all_values_however_long(length, parts):
    values = np.random.default_rng(length).normal(size=length)
    values[[0, -1]] = -10.0, 10.0  # what is last is in no whole block
    envelope = filled(values, sorted(np.random.default_rng(parts).integers(0, length, size=parts)))
    assert len(envelope) == length
    assert envelope.span() == (values.min(), values.max())


@given(st.integers(2 * FINE * BLOCK, 400_000), st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_edges_of_long_stretches_move_by_an_eighth_at_the_most_and_nothing_is_lost(length, count):
    values = np.random.default_rng(length).normal(size=length)
    edges = np.linspace(0, length, count + 1).astype(int)
    lows, highs = filled(values, []).stretches(edges)
    assert (lows.min(), highs.max()) == (values.min(), values.max())
    slack = length // count // 8
    for low, begin, end in zip(lows, edges[:-1], edges[1:], strict=True):
        assert values[max(begin - slack, 0) : end + slack].min() <= low <= values[begin + slack : end - slack].min()


def test_nan_does_not_hide_the_other_values():
    envelope = filled(np.array([np.nan, 2.0, 1.0, np.nan]), [])
    assert envelope.span() == (1.0, 2.0)


def test_a_span_is_of_finite_values():
    # A run that diverges ends in an infinite loss.
    assert filled(np.array([2.0, 1.0, np.inf]), []).span() == (1.0, 2.0)


def test_an_empty_series_has_no_span():
    assert np.isnan(Envelope().span()).all()

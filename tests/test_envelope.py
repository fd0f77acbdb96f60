import itertools
import tracemalloc

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.runs.envelope import BLOCK, CAPACITY, FINE, Envelope


def filled(values, parts, capacity=None) -> Envelope:
    envelope = Envelope() if capacity is None else Envelope(capacity)
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


def test_an_infinite_value_does_not_hide_a_finite_one_beside_it():
    values = np.array([1.0, 2.0, 3.0, 4.0, 90.0, np.inf, 5.0, 6.0])
    envelope = Envelope(4)
    envelope.extend(values)
    assert envelope.stride == 2
    assert envelope.prefix(6).span() == (1.0, 90.0)
    assert envelope.prefix(8, 2).span() == (1.0, 90.0)
    later = Envelope(4)
    later.extend(values[:5])
    later.extend(values[5:])
    assert later.prefix(8).span() == (1.0, 90.0)


def test_an_empty_series_has_no_span():
    assert np.isnan(Envelope().span()).all()


# Where there is no room for every value


def reference(values, stride):
    """(smallest, largest) of each `stride` values, by brute force."""
    return [extremes(values[at : at + stride]) for at in range(0, len(values), stride)]


THINNED = (st.integers(1, 3000), st.integers(1, 100), st.lists(st.integers(0, 3000), max_size=6))


def some(length: int):
    return np.random.default_rng(length).normal(size=length)


@given(*THINNED)
@settings(max_examples=80, deadline=None)
def test_each_entry_holds_the_extremes_of_its_values_however_often_they_were_merged(length, capacity, parts):
    values = some(length)
    envelope = filled(values, sorted(min(part, length) for part in parts), capacity)
    assert len(envelope) == length
    assert len(envelope.values) <= capacity
    # No more is merged than must be.
    assert envelope.stride == 1 or -(-length // (envelope.stride // 2)) > capacity
    assert envelope.values.tolist() == [low for low, _ in reference(values, envelope.stride)]
    assert envelope.span() == extremes(values)
    edges = np.array([*range(0, length, envelope.stride), length])
    assert np.transpose(envelope.stretches(edges)).tolist() == [
        list(pair) for pair in reference(values, envelope.stride)
    ]


@given(*THINNED, st.data())
@settings(max_examples=80, deadline=None)
def test_edges_move_to_the_nearest_entry_and_nothing_is_lost(length, capacity, parts, data):
    values = some(length)
    envelope = filled(values, sorted(min(part, length) for part in parts), capacity)
    half = (envelope.stride + 1) // 2
    edges = np.linspace(0, length, data.draw(st.integers(2, 60))).astype(int)
    lows, highs = envelope.stretches(edges)
    assert (np.nanmin(lows), np.nanmax(highs)) == extremes(values)
    for low, high, begin, end in zip(lows, highs, edges[:-1], edges[1:], strict=True):
        if np.isnan(low):
            assert end - begin <= envelope.stride  # too narrow for an entry of its own
            continue
        around, within = values[max(begin - half, 0) : end + half], values[begin + half : max(end - half, 0)]
        assert around.min() <= low
        assert high <= around.max()
        if len(within):
            assert low <= within.min()
            assert high >= within.max()


@given(*THINNED, st.data())
@settings(max_examples=80, deadline=None)
def test_a_prefix_is_what_was_there_then_and_grows_on_its_own(length, capacity, parts, data):
    values, others = some(length), some(length + 1) * 2
    envelope = filled(values, sorted(min(part, length) for part in parts), capacity)
    count = data.draw(st.integers(0, length))
    stride = envelope.stride
    whole = count // stride * stride
    prefix = envelope.prefix(count)
    assert (len(prefix), prefix.stride) == (count, stride)
    if count == 0:
        assert np.isnan(prefix.span()).all()
    # The last entry may hold more than was there.
    assert prefix.span() == extremes(values[: -(-count // stride) * stride]) or count == 0
    assert prefix.values[: whole // stride].tolist() == [low for low, _ in reference(values[:whole], stride)]
    prefix.extend(others)
    assert len(envelope) == length
    assert envelope.span() == extremes(values)
    assert envelope.values.tolist() == [low for low, _ in reference(values, stride)]
    both = np.concatenate([values[:count], others])
    assert (len(prefix), len(prefix.values) <= capacity) == (len(both), True)
    mixed = np.concatenate([values[: -(-count // stride) * stride], others])
    assert mixed.min() <= prefix.span()[0] <= both.min()
    assert both.max() <= prefix.span()[1] <= mixed.max()
    for index, (found, (low, _)) in enumerate(zip(prefix.values, reference(both, prefix.stride), strict=True)):
        is_mixed = count % stride and index == count // prefix.stride
        assert found <= low if is_mixed else found == low


def test_a_prefix_of_a_series_that_was_never_thinned_is_exact():
    values = np.array([3.0, 1.0, 2.0, -7.0, 9.0])
    prefix = filled(values, []).prefix(3)
    assert (prefix.values.tolist(), prefix.span()) == ([3.0, 1.0, 2.0], (1.0, 3.0))


def test_a_prefix_before_a_divergence_has_a_finite_span_and_so_has_one_with_it():
    envelope = filled(np.array([3.0, 1.0, np.inf, np.nan]), [])
    for count in (2, 3, 4):
        assert envelope.prefix(count).span() == (1.0, 3.0)


@given(st.integers(1, 40), st.integers(1, 4))
@settings(deadline=None)
def test_values_that_are_not_finite_hide_no_other_where_they_are_merged(length, capacity):
    values = some(length)
    values[::3] = np.nan
    envelope = filled(values, [length // 2], capacity)
    finite = values[np.isfinite(values)]
    if len(finite):
        assert envelope.span() == extremes(finite)
        lows, highs = envelope.stretches(np.array([0, length]))
        assert (lows[0], highs[0]) == extremes(finite)


@given(*THINNED, st.data())
@settings(max_examples=80, deadline=None)
def test_some_values_of_many_are_taken_in_as_if_the_others_were_not_numbers(length, capacity, parts, data):
    values = some(length)
    before, share = data.draw(st.integers(0, length)), data.draw(st.sampled_from((0.0, 0.01, 0.5, 0.99, 1.0)))
    known = np.random.default_rng(data.draw(st.integers(0, 99))).random(length) < share
    values[~known] = np.nan
    whole = filled(values, sorted(min(part, length) for part in parts), capacity)
    sparse = filled(values[:before], [], capacity)
    at = np.flatnonzero(known[before:length])
    sparse.extend_some(at, values[before:][at], length - before)
    assert (len(sparse), sparse.stride) == (length, whole.stride)
    assert np.array_equal(sparse.values, whole.values, equal_nan=True)
    assert np.array_equal(sparse.span(), whole.span(), equal_nan=True)
    edges = np.linspace(0, length, 9).astype(int)
    assert np.array_equal(sparse.stretches(edges), whole.stretches(edges), equal_nan=True)


def test_values_between_a_few_that_are_known_take_no_room():
    envelope = Envelope(64)
    envelope.extend_some(np.array([0, 2**52]), np.array([3.0, 1.0]), 2**53)
    assert (len(envelope), envelope.span()) == (2**53, (1.0, 3.0))
    assert len(envelope.values) <= 64


def test_merging_a_long_series_takes_hardly_any_memory():
    """What it takes for a moment the C library keeps, for each thread that ever did it."""
    envelope = Envelope()
    envelope.extend(np.ones(CAPACITY))
    tracemalloc.start()
    try:
        envelope.extend_some(np.array([0]), np.ones(1), 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert envelope.stride == 2
    assert peak < 2 * 2**20

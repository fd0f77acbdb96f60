"""A metric is the same whether its log is read at once or a little at a time."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along

PLACES = st.lists(st.sampled_from([math.nan, 0.0, 1.0, 2.0, 3.0, 4.0]), min_size=1, max_size=12)


def told(places: list[float]) -> list[tuple[float, float]]:
    """What is left of values 0, 1, 2 … at these places: one that is before others takes the place of those from there
    on. A place that is not told is that of the value before."""
    kept: list[tuple[float, float]] = []
    for value, place in enumerate(places):
        at = kept[-1][0] if math.isnan(place) and kept else place
        kept = [one for one in kept if not (one[0] > at or (one[0] == at and kept[-1][0] > at))]
        kept.append((at, float(value)))
    return kept


@given(PLACES, st.lists(st.integers(0, 12)))
def test_what_is_told_again_takes_the_place_of_what_was_told(places: list[float], cuts: list[int]) -> None:
    metric = Metric("loss")
    edges = sorted({0, len(places), *(cut for cut in cuts if cut < len(places))})
    for begin, end in pairwise(edges):
        part = slice(begin, end)
        metric.extend({Along.EPOCH: np.array(places[part])}, np.arange(float(begin), end))
    found = [*zip(metric.at(Along.EPOCH).tolist(), metric.values.tolist(), strict=True)]
    assert repr(found) == repr(told(places))
    assert len(metric) + metric.replaced == len(places)
    known = [place for place in places if not math.isnan(place)]
    assert metric.begins_again == any(after < before and after <= known[0] for before, after in pairwise(known))

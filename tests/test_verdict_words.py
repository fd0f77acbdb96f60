"""The figures of verdicts, as they are written."""

from __future__ import annotations

import math

import pytest

from gdtui.why.words import count, times


@pytest.mark.parametrize(
    ("value", "told"), [(7, "7"), (1234, "1,200"), (987_654, "990,000"), (3e12, "3e+12"), (math.inf, "2e+308")]
)
def test_counts_have_two_digits_however_large_they_are(value: float, told: str) -> None:
    assert count(value) == told


def test_times_are_exact_where_they_are_few() -> None:
    assert (times(1.3579), times(99.94), times(1e308)) == ("1.36 ×", "99.9 ×", "1e+308 ×")

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.numbers import ladder_step, next_on_ladder, watchable_speed
from gdtui.settings import Settings

RUNGS = [float(f"{step}e{decade}") for decade in range(-12, 12) for step in (1, 2, 5)]
VALUES = st.floats(1e-11, 1e11)


def test_the_defaults_are_the_articles():
    settings = Settings()
    assert (settings.epochs, settings.alpha, settings.loss, settings.init) == (100, 0.01, "article", "uniform")
    assert (settings.data.source, settings.data.seed, settings.sample_size) == ("blobs", 20, 10)


@pytest.mark.parametrize(
    ("value", "up", "down"), [(0.01, 0.02, 0.005), (0.02, 0.05, 0.01), (0.05, 0.1, 0.02), (0.03, 0.05, 0.02)]
)
def test_alpha_goes_up_and_down_the_1_2_5_ladder(value, up, down):
    assert ladder_step(value, up=True) == up
    assert ladder_step(value, up=False) == down


@given(VALUES)
def test_the_rung_above_is_the_next_one(value):
    above = ladder_step(value, up=True)
    assert above in RUNGS
    assert above > value
    assert not [rung for rung in RUNGS if value * (1 + 1e-8) < rung < above]


@given(st.sampled_from(RUNGS[1:]))
def test_down_and_up_again_is_where_it_was(rung):
    assert ladder_step(ladder_step(rung, up=False), up=True) == rung


def test_the_ladder_has_two_ends():
    assert ladder_step(1e12, up=True) == 1e12
    assert ladder_step(1e-12, up=False) == 1e-12


@given(VALUES)
def test_next_on_ladder_is_the_smallest_rung_that_is_not_below(value):
    assert next_on_ladder(value) in [rung for rung in RUNGS if rung >= value * (1 - 1e-8)][:1]


@pytest.mark.parametrize("value", [0.0, -3.0, math.nan, math.inf])
def test_what_is_not_on_the_ladder_is_1(value):
    assert next_on_ladder(value) == 1.0


def test_the_default_run_takes_5_seconds():
    assert 100 / watchable_speed(100) == 5


@given(st.integers(1, 10**9))
def test_no_run_takes_longer_than_20_seconds_nor_goes_slower_than_20_epochs_a_second(epochs):
    speed = watchable_speed(epochs)
    assert speed >= 20
    assert epochs / speed <= 20 * (1 + 1e-6)

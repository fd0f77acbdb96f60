"""The pace of training, as it is asked for, and how long a pull may be."""

from __future__ import annotations

import math

from gdtui.session.pace import FPS_AT_MAX, SLOWEST_FRAME, Pace


def pulled(pace: Pace, epochs: int, seconds: float) -> float:
    """Seconds that the next pull may take, after some that took so many seconds for so many epochs."""
    for _ in range(20):
        pace.saw(epochs, seconds)
    return pace.due(0.0)[1]


def test_where_an_epoch_takes_long_frames_are_rarer_but_never_rare() -> None:
    assert pulled(Pace(math.inf), 1000, 0.1) == 1 / FPS_AT_MAX
    assert 1 / FPS_AT_MAX < pulled(Pace(math.inf), 40, 1) < SLOWEST_FRAME
    assert pulled(Pace(math.inf), 1, 1) == SLOWEST_FRAME


def test_the_frames_asked_for_are_kept_to() -> None:
    assert pulled(Pace(math.inf, fps=20), 1, 1) == 1 / 20
    assert pulled(Pace(math.inf, fps=2), 1, 1) == 1 / 2


def test_slower_is_never_faster_and_ends_at_one_epoch_in_1000_seconds():
    pace, speeds = Pace(3.0), []
    while not speeds or speeds[-1] != pace.speed:
        speeds.append(pace.speed)
        pace.slower()
    assert speeds == [3, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]
    for speed in (0.7, 0.0003):
        pace = Pace(speed)
        pace.slower()
        assert pace.speed <= speed

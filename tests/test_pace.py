"""How long a pull at full speed may be."""

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

"""When to pull epochs, and how many: the pace of training in the terminal, apart from what is shown of it."""

import math

from gdtui.numbers import ladder_step, short
from gdtui.settings import MAX_SPEED

POLL = 0.2
"""Seconds between two looks at a file that is watched."""
FPS = 20.0
"""Frames a second at a watchable speed, at the most."""
FPS_AT_MAX = 10.0
"""Frames a second at full speed, where each takes from the training."""
SLOWEST_FRAME = 0.25
"""Seconds between two frames that it may come to."""
LEAST_EPOCHS = 8
"""Epochs between two frames at full speed: where one takes long, each frame would cost it a part of its cores."""
SLOWEST = 1e-3
"""Below this many epochs a second, slower means nothing."""
FASTEST = 1e6
"""Beyond this many epochs a second, faster means `MAX_SPEED`."""


class Pace:
    """How many epochs are due, given a speed and the time.

    Args:
        speed: epochs a second, or `MAX_SPEED`.
        fps: frames a second at the most; None for `FPS`, and `FPS_AT_MAX` at full speed.
    """

    def __init__(self, speed: float, fps: float | None = None) -> None:
        self.speed = speed
        self._is_asked = fps is not None
        self._frame = 1 / (fps or FPS)
        self._frame_at_max = 1 / (fps or FPS_AT_MAX)
        self._before_max = speed if math.isfinite(speed) else 20.0
        self._owed = 0.0
        self._last: float | None = None
        self._spent = 0.0
        """Seconds that an epoch which is under way has taken so far."""
        self.measured = 0.0
        """Epochs a second over the last seconds, smoothed."""

    @property
    def is_max(self) -> bool:
        return math.isinf(self.speed)

    def faster(self) -> None:
        self.run_at(MAX_SPEED if self.is_max or self.speed >= FASTEST else ladder_step(self.speed, up=True))

    def slower(self) -> None:
        below = max(SLOWEST, ladder_step(self.speed, up=False))
        self.run_at(self._before_max if self.is_max else min(self.speed, below))

    def toggle_max(self) -> None:
        """Full speed, or back to the speed before."""
        self.run_at(self._before_max if self.is_max else MAX_SPEED)

    def run_at(self, speed: float) -> None:
        """Go at that speed, in epochs a second, from now on."""
        if math.isfinite(self.speed):
            self._before_max = self.speed
        self.speed = speed
        self.measured = 0.0
        self._owed = 0.0

    def rest(self) -> None:
        """Training stands still: the time that passes now is not owed."""
        self._last = None
        self._owed = 0.0

    def due(self, now: float, is_midway: bool = False) -> tuple[int, float]:
        """How many epochs to pull now, and for how many seconds at the most. 0 epochs: not yet; an epoch that is under
        way is due as long as it is."""
        if self.is_max:
            self._last = now
            slow = 0.0 if self._is_asked or self.measured == 0 else LEAST_EPOCHS / self.measured
            return 2**62, max(self._frame_at_max, min(slow, SLOWEST_FRAME))
        passed = self._frame if self._last is None else now - self._last
        # What the machine could not do in a second is forgotten, or it would never catch up.
        self._owed = min(self._owed + passed * self.speed, max(1.0, self.speed))
        self._last = now
        count = int(self._owed + 1e-9)
        self._owed -= count
        return max(count, is_midway), self._frame_at_max

    def wait(self) -> float:
        """Seconds until the next pull is worth while."""
        if self.is_max:
            return 0.0
        return max(self._frame, min(1.0, (1.0 - self._owed) / self.speed))

    def saw(self, epochs: int, seconds: float) -> None:
        """Take note of what was trained in that time, for `measured`."""
        self._spent += seconds
        if epochs and self._spent > 0:
            rate, self._spent = epochs / self._spent, 0.0
            self.measured = rate if self.measured == 0 else 0.8 * self.measured + 0.2 * rate

    def text(self) -> str:
        """The speed for the status line."""
        if not self.is_max:
            return f"{self.speed:,.10g}/s"
        return "max" if self.measured == 0 else f"max {short(self.measured)}/s"

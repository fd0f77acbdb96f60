"""When the far terminal is ready for another frame, by its own answers.

Sending a frame says nothing of when it is seen: a slow link has seconds of buffer. So each frame ends with a
request for the cursor's position (CSI 6 n); its answer comes back when the frame has been drawn. At most `LIMIT`
frames are on their way; meanwhile training goes on, and what it brings replaces what was not sent.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

REQUEST = "\x1b[6n"
LIMIT = 2
"""Frames on their way at the most: one drawn over there while the next travels."""
PATIENCE = 5.0
"""Seconds without an answer after which none is awaited any more."""
FIRST_PATIENCE = 2.0
"""The same before the first answer, when the terminal may be one that never gives any."""
SLOW, FAST = 0.5, 0.3
"""Seconds of a round trip from which on the way is a slow one, until they are less than the other."""
WINDOW = 3.0
"""Seconds over which frames and bytes are counted."""


class Link:
    """The way to the terminal.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._sent: deque[float] = deque()  # when each unanswered frame was sent
        self._answers = True
        self.round_trip: float | None = None
        """Seconds from a frame's sending to its answer, smoothed; None before the first."""
        self.is_slow = False
        """Whether frames should be as small as they can be."""
        self._traffic: deque[tuple[float, int, int]] = deque()
        self._answered = asyncio.Event()
        self.total = 0
        """Bytes written so far."""

    @property
    def is_ready(self) -> bool:
        """Whether another frame may be sent."""
        patience = FIRST_PATIENCE if self.round_trip is None else max(PATIENCE, 4 * self.round_trip)
        if self._sent and self._clock() - self._sent[0] > patience:
            # The answers are lost (a shell or a multiplexer took them), or there never is one: then the timer
            # alone sets the pace. Where the link only stalls, this adds a frame or two to what is on its way.
            self._answers = self.round_trip is not None
            self._sent.clear()
        return not self._answers or len(self._sent) < LIMIT

    @property
    def awaits(self) -> bool:
        """Whether there are frames that are not answered yet."""
        return bool(self._sent)

    def forget(self) -> None:
        """No answer is awaited any more."""
        self._sent.clear()
        self._answered.set()

    def wrote(self, size: int, is_frame: bool) -> None:
        """Take note of so many bytes sent; a frame carries a request."""
        now = self._clock()
        self.total += size
        if is_frame:
            self._sent.append(now)
        self._traffic.append((now, size, int(is_frame)))

    def answered(self) -> None:
        """Take note of an answer."""
        self._answers = True
        if self._sent:
            seconds = self._clock() - self._sent.popleft()
            self.round_trip = seconds if self.round_trip is None else 0.7 * self.round_trip + 0.3 * seconds
            self.is_slow = self.round_trip > (FAST if self.is_slow else SLOW)
        self._answered.set()

    async def wait(self) -> None:
        """Until another frame may be sent."""
        while not self.is_ready:
            self._answered.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), PATIENCE / 5)

    def rates(self) -> tuple[float, float]:
        """Frames and bytes a second, over the last seconds."""
        now = self._clock()
        while self._traffic and now - self._traffic[0][0] > WINDOW:
            self._traffic.popleft()
        if not self._traffic:
            return 0.0, 0.0
        span = max(now - self._traffic[0][0], 0.5)
        return sum(frame for _, _, frame in self._traffic) / span, sum(size for _, size, _ in self._traffic) / span

    def text(self) -> str:
        """The link for the status line."""
        frames, size = self.rates()
        trip = "no answer" if self.round_trip is None else f"{self.round_trip * 1000:.0f} ms"
        return f"{frames:4.1f} frames/s {size / 1000:5.1f} kB/s {trip}"

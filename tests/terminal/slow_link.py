"""`SlowLink`: the terminal at the far end of a slow line with deep buffers, as SSH over a poor network is.

Between the pty and the emulator stands a first-in-first-out buffer without an end. It takes all that the program
writes at once, lets it out at so many bytes a second, and each byte arrives some time after it was let out. So
a program that writes more than the line carries is never held back; its frames pile up, and what a key does is
seen only after all of them. Keys, resizes and the terminal's answers take the same time on their way back.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from tests.terminal.harness import GDTUI, Terminal

PACKET = 0.005
"""Seconds of the line's rate that arrive together."""


class Later:
    """Does things in order, each at its time, in a thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: deque[tuple[float, Callable[[], None]]] = deque()
        self._closed = False

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Have this done then; never before what was asked for earlier."""
        with self._changed:
            self._due.append((when, action))
            self._changed.notify_all()

    def close(self) -> None:
        """Forget the rest."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def run(self) -> None:
        while (action := self._next()) is not None:
            action()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return self._due.popleft()[1]
                self._changed.wait(wait)
        return None


class SlowLink(Terminal):
    """A `Terminal` behind a slow line.

    Args:
        rate: bytes a second from the program to the terminal.
        delay: seconds that everything takes one way.
    """

    def __init__(
        self,
        command: Sequence[str] = GDTUI,
        columns: int = 120,
        rows: int = 40,
        *,
        rate: float = 32_000,
        delay: float = 0.1,
        **others: Any,
    ) -> None:
        self.rate, self.delay = rate, delay
        self._down, self._up = Later(), Later()
        self._free_at = 0.0
        super().__init__(command, columns, rows, **others)

    @property
    def queued(self) -> int:
        """Bytes that the program wrote and that have not arrived."""
        return self.received - self.arrived

    def close(self) -> None:
        self._down.close()
        self._up.close()
        super().close()

    def _work(self) -> list[Callable[[], None]]:
        return [*super()._work(), self._down.run, self._up.run]

    def _post(self, action: Callable[[], None]) -> None:
        self._up.at(time.monotonic() + self.delay, lambda: self._outbox.put(action))

    def _came(self, data: bytes) -> None:
        size = max(1, int(self.rate * PACKET))
        self._free_at = max(self._free_at, time.monotonic())
        for begin in range(0, len(data), size):
            packet = data[begin : begin + size]
            self._free_at += len(packet) / self.rate
            self._pass(packet)
        if not data:
            self._pass(data)

    def _pass(self, packet: bytes) -> None:
        self._down.at(self._free_at + self.delay, lambda: self._show(packet))

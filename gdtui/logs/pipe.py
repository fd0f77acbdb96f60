"""What a program writes into a pipe, taken off at once, so that it never waits for who looks at it."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import IO

AT_ONCE = 2**16
ROOM = 64 * 2**20
"""Bytes that wait to be looked at, at the most; beyond that the oldest are dropped."""


class Pipe:
    """Reads a file descriptor to its end, on a thread of its own.

    Args:
        source: the descriptor.
        copy: where all that comes goes too, byte for byte, as it comes.

    Attributes:
        dropped: bytes that nobody has looked at in time.
        failure: why the copy could not be written; then it ends there.
    """

    def __init__(self, source: int, copy: IO[bytes] | None = None) -> None:
        self.dropped = 0
        self.failure: str | None = None
        self._source, self._copy = source, copy
        self._waiting: deque[bytes] = deque()
        self._size, self._is_at_end = 0, False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, name="standard input", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether the program has closed it, and all has been taken."""
        with self._lock:
            return self._is_at_end and not self._waiting

    def take(self) -> bytes:
        """What has come since the last call."""
        with self._lock:
            taken = b"".join(self._waiting)
            self._waiting.clear()
            self._size = 0
        return taken

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the program has closed it; returns whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _drain(self) -> None:
        try:
            while came := os.read(self._source, AT_ONCE):
                self._write(came)
                with self._lock:
                    self._waiting.append(came)
                    self._size += len(came)
                    while self._size > ROOM:
                        gone = len(self._waiting.popleft())
                        self._size -= gone
                        self.dropped += gone
        except OSError:  # such as a terminal that has gone
            pass
        with self._lock:
            self._is_at_end = True

    def _write(self, came: bytes) -> None:
        if self._copy is not None:
            try:
                self._copy.write(came)
                self._copy.flush()
            except (OSError, ValueError) as error:
                self.failure, self._copy = f"cannot be written on: {getattr(error, 'strerror', None) or error}", None

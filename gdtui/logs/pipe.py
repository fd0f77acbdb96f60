"""What a program writes into a pipe, taken off at once, so that it never waits for who looks at it. It brings no
NumPy: it begins before the first paint."""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import suppress
from io import FileIO

from gdtui.outputs import Output, write_all

AT_ONCE = 2**16
"""Bytes that are taken at once: a pipe holds no more."""
POLL = 0.2
"""Seconds between two looks at what waits, where nobody else looks."""
ROOM = 64 * 2**20
"""Bytes that wait to be looked at, at the most; beyond that the oldest are dropped."""

current: Pipe | None = None
"""That of standard input, once it is read: a process has one."""


def begin(source: int, tee: str | None = None, force: bool = False) -> Pipe:
    """Take what comes from that descriptor from now on, which is standard input's, and copy it into a file. Raises
    ValueError or OSError where that file cannot be made."""
    global current
    copy = None
    if tee is not None:
        try:
            output = Output(tee, force)
        except FileExistsError:
            raise ValueError(f"{tee}: is there already; give another name, or --force to overwrite it") from None
        output.keep()
        copy = output.file
    current = Pipe(source, copy, tee or "")
    return current


class Pipe:
    """Reads a file descriptor to its end, on a thread of its own.

    Args:
        source: the descriptor.
        copy: where all that comes goes too, byte for byte, as it comes; closed at the end.
        name: of that file.

    Attributes:
        dropped: bytes that nobody has looked at in time.
        failure: why the copy could not be written; then it ends there.
    """

    def __init__(self, source: int, copy: FileIO | None = None, name: str = "") -> None:
        self.dropped = 0
        self.failure: str | None = None
        self._source, self._copy, self._name = source, copy, name
        self._waiting: deque[bytes] = deque()
        self._size, self._is_at_end = 0, False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, name="standard input", daemon=True)
        self._thread.start()

    @property
    def is_at_end(self) -> bool:
        """Whether the program has closed it."""
        return self._is_at_end

    @property
    def is_over(self) -> bool:
        """Whether that is so, and all has been taken."""
        with self._lock:
            return self._is_at_end and not self._waiting

    def take(self) -> bytes:
        """What has come since the last call."""
        with self._lock:
            taken = b"".join(self._waiting)
            self._waiting.clear()
            self._size = 0
        return taken

    def wait(self) -> None:
        """Wait until the program has closed it, and take what comes off it meanwhile."""
        while not self._is_at_end:
            self._thread.join(POLL)
            self.take()

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
        if self._copy is not None:
            with suppress(OSError):
                self._copy.close()
        with self._lock:
            self._is_at_end = True

    def _write(self, came: bytes) -> None:
        if self._copy is not None and self.failure is None:
            try:
                write_all(self._copy, came)
            except OSError as error:
                self.failure = f"{self._name}: cannot be written on: {error.strerror or error}"

"""Runs a command in a pty whose far end is a fast terminal that answers reports and draws nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Traffic:
    """What came out of the pty: (seconds since the start, bytes)."""

    pieces: list[tuple[float, bytes]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(len(data) for _, data in self.pieces)

    def when(self, size: int = 0, text: bytes = b"") -> float:
        """Seconds until so many bytes, or this text, had come."""
        seen = b""
        for at, data in self.pieces:
            seen += data
            if (size and len(seen) >= size) or (text and text in seen):
                return at
        raise LookupError(f"never came: {text!r} or {size} bytes; got {seen[-300:]!r}")


def run(
    *arguments: str, seconds: float = 60.0, columns: int = 120, rows: int = 40, keys: dict[float, bytes] | None = None
) -> Traffic:
    """Run ``python ARGUMENTS`` until it ends or the seconds have passed; `keys` are typed at their times."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TEXTUAL_ANIMATIONS="none")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as where they are installed
        os.execv(sys.executable, [sys.executable, *arguments])
    start, traffic, typed = time.perf_counter(), Traffic(), sorted((keys or {}).items())
    try:
        while (now := time.perf_counter() - start) < seconds:
            while typed and typed[0][0] <= now:
                os.write(terminal, typed.pop(0)[1])
            if not select.select([terminal], [], [], 0.02)[0]:
                continue
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            traffic.pieces.append((time.perf_counter() - start, data))
            answers = b"\x1b[1;1R" * data.count(b"\x1b[6n") + b"\x1b[?2026;2$y" * data.count(b"\x1b[?2026$p")
            if answers:
                os.write(terminal, answers)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)
    return traffic

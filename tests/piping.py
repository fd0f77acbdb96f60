"""What is piped into `gdtui watch -`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gdtui.logs import pipe as piped_by
from gdtui.logs.run import LogRun

Piped = tuple[LogRun, Callable[[bytes], None], Callable[[], None]]
"""A run that is read from a pipe, what writes into it, and what closes it."""


@contextmanager
def pipe() -> Iterator[Piped]:
    """One of this process's own."""
    source, end = os.pipe()
    reads = piped_by.begin(source)

    def write(data: bytes) -> None:
        os.write(end, data)

    def close() -> None:
        os.close(end)
        reads._thread.join()

    yield LogRun("-"), write, close
    reads._thread.join()
    os.close(source)
    piped_by.current = None


def until(run: LogRun, wanted: Callable[[], bool]) -> None:
    """Read on until then."""
    while not wanted():
        run.poll()


def text_of(run: LogRun) -> list[str]:
    """Its last lines."""
    return [*getattr(run.reader, "text", ())]


def piped_in(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`gdtui watch` with this on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "gdtui", "watch", *arguments], input=data, capture_output=True, timeout=60
    )

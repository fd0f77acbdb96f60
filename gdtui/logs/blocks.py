"""The lines of a log that others write, many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np

from gdtui.runs.lines import KNOWN_BY, LONGEST_LINE, Known

AT_ONCE = 2**20
"""Bytes that are read at a time."""


class Blocks(Known):
    """The whole lines of a file, many at a time; `whole` counts what was passed over too.

    Attributes:
        too_long: the numbers of lines that were passed over; whoever has told of them takes them away.

    Args:
        ends: the letters that end a line, each.
    """

    def __init__(self, ends: tuple[bytes, ...] = (b"\n",)) -> None:
        super().__init__()
        self._ends = ends
        self.too_long: list[int] = []
        self._is_passing = False
        """Whether the end of such a line has not come yet."""

    def read(self, file: IO[bytes]) -> Iterator[bytes]:
        """The next lines, whole ones, many at a time; they are among those that were read when the next are asked for.
        A last line without its end waits for the rest."""
        self._go_on_in(file)
        rest: list[bytes] = []
        """What is read of a line whose end has not come yet."""
        length = 0
        while chunk := file.read(AT_ONCE):
            chunk = self._passed(chunk)
            end = 1 + max(map(chunk.rfind, self._ends))
            if end:
                lines = b"".join([*rest, chunk[:end]])
                yield lines
                self._took(lines)
                rest, length = [], 0
            rest.append(chunk[end:])
            length += len(chunk) - end
            if length > LONGEST_LINE:
                self._took(b"".join(rest))
                self.too_long.append(self.count + 1)
                rest, length, self._is_passing = [], 0, True

    def _passed(self, chunk: bytes) -> bytes:
        """What comes behind a line that is too long."""
        if not self._is_passing:
            return chunk
        ends = [at + 1 for at in map(chunk.find, self._ends) if at >= 0]
        passed = chunk[: min(ends, default=len(chunk))]
        self._is_passing = not ends
        self._took(passed)
        return chunk[len(passed) :]

    def _took(self, lines: bytes) -> None:
        self.count += lines_in(lines)
        self.whole += len(lines)
        self._start = self._start or lines[:KNOWN_BY]
        self._end = lines[-KNOWN_BY:]


def lines_in(block: bytes) -> int:
    """How many ends of lines there are in these bytes; NumPy counts them three times as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))

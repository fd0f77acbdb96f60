"""The lines of a log that others write, many at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

import numpy as np

LONGEST_LINE = 16 * 2**20
"""Bytes in a line, at the most; one that is longer is passed over."""
AT_ONCE = 2**20
"""Bytes that are read at a time."""
KNOWN_BY = 256
"""Bytes at the start and of the last line that was read by which the file is known again."""


class Blocks:
    """The whole lines of a file from its start, as far as they have been read.

    Attributes:
        count: how many.
        whole: bytes in them, with their ends, and in what was passed over.
        too_long: the numbers of lines that were passed over; whoever has told of them takes them away.

    Args:
        ends: the letters that end a line, each.
    """

    def __init__(self, ends: tuple[bytes, ...] = (b"\n",)) -> None:
        self._ends = ends
        self.count = self.whole = 0
        self.too_long: list[int] = []
        self._is_passing = False
        """Whether the end of such a line has not come yet."""
        self._identity: tuple[int, int] | None = None
        self._start = self._end = b""

    def are_in(self, file: IO[bytes]) -> bool:
        """Whether this file begins with these lines. The name may be another file's by now, or the file have been cut,
        or begun anew and grown beyond them."""
        about = os.fstat(file.fileno())
        if self._identity not in (None, (about.st_dev, about.st_ino)) or about.st_size < self.whole:
            return False
        file.seek(0)
        if file.read(len(self._start)) != self._start:
            return False
        file.seek(self.whole - len(self._end))
        return file.read(len(self._end)) == self._end

    def read(self, file: IO[bytes]) -> Iterator[bytes]:
        """The next lines, whole ones, many at a time; they are among those that were read when the next are asked for.
        A last line without its end waits for the rest."""
        about = os.fstat(file.fileno())
        self._identity = about.st_dev, about.st_ino
        file.seek(self.whole)
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

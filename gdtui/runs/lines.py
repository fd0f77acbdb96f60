"""The lines of a file that others write, as they come."""

import os
import zlib
from collections.abc import Iterable, Iterator
from typing import IO

LONGEST_LINE = 16 * 2**20
"""Bytes in a line, at the most: 30 features take one thousand."""
KNOWN_BY = 256
"""Bytes at the start and of the last line that was read by which the file is known again."""


class Known:
    """The whole lines of a file from its start, as far as they have been read.

    Attributes:
        count: how many.
        whole: bytes in them, with their ends.
    """

    def __init__(self) -> None:
        self.count = self.whole = 0
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

    def _go_on_in(self, file: IO[bytes]) -> None:
        """This file is read on, which is known by what it is from now on."""
        about = os.fstat(file.fileno())
        self._identity = about.st_dev, about.st_ino
        file.seek(self.whole)


class Lines(Known):
    """The same line by line.

    Attributes:
        crc: the CRC-32 of what has been read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.crc = 0

    def read(self, file: IO[bytes]) -> Iterator[bytes]:
        """The next lines, without their ends; each is among those that were read when the next is asked for. A last
        line without its end waits for the rest. Raises ValueError where a line is too long."""
        self._go_on_in(file)
        rest = b""
        while chunk := file.read(2**20):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line
                self.count += 1
                self.whole += len(line) + 1
                self.crc = zlib.crc32(b"\n", zlib.crc32(line, self.crc))
                self._end = line[-KNOWN_BY:] + b"\n"
            if len(rest) > LONGEST_LINE:
                raise ValueError(f"is longer than {LONGEST_LINE:,} bytes")


CHECKED_AT_ONCE = 4096
"""Bytes after which a check is written, where a flush ends or more lines are made: a fiftieth of the file."""


class Checks:
    """Lines between others that say what all bytes before them come to, so that a bit that has changed is noticed.

    Args:
        crc: the CRC-32 of what is in the file already.
    """

    def __init__(self, crc: int = 0) -> None:
        self._crc, self._unchecked = crc, 0

    def between(self, blocks: Iterable[bytes], is_end: bool = False) -> Iterator[bytes]:
        """These blocks of lines with the checks that are due, and one at the end if it is the end of a run."""
        for block in blocks:
            self._saw(block)
            yield block
            if self._unchecked >= CHECKED_AT_ONCE:
                yield self._check()
        if is_end and self._unchecked:
            yield self._check()

    def _check(self) -> bytes:
        check = b'{"kind":"check","crc":%d}\n' % self._crc
        self._saw(check)
        self._unchecked = 0
        return check

    def _saw(self, written: bytes) -> None:
        self._crc = zlib.crc32(written, self._crc)
        self._unchecked += len(written)


def begins(file: IO[bytes]) -> bool:
    """Whether there is a whole line in the file yet, or one that is too long to be waited for."""
    file.seek(0)
    line = file.readline(LONGEST_LINE)
    return line.endswith(b"\n") or len(line) == LONGEST_LINE

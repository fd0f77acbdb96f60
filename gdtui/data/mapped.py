"""Rows in blocks in a file on the disk, of which those are in memory that were looked at last, while there is room.

The file is a temporary one that has no name any more: nobody else can cut it off, and it is gone with the process that
made it, however that ends.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, local
from typing import Any

import numpy as np

from gdtui.data.dataset import DataError
from gdtui.data.rows import BLOCK, Numbers, Rows, drawn_numbers
from gdtui.data.source import cache
from gdtui.types import Floats

NUMBER = 8
"""Bytes."""
AHEAD, AT_ONCE = 2**25, 2**22
"""Bytes: how far before it is looked at, and how much at a time, the disk is asked for what is not in memory. Where
that is left to faults of pages, the disk stands idle most of the time."""


class Room:
    """A temporary file of numbers, which is mapped.

    Args:
        where: what to call the data.
        folder: where the file is to be.
        count: how many numbers there are.

    Raises:
        DataError: there is no room for it.
    """

    def __init__(self, where: str, folder: str, count: int) -> None:
        self.where, self.folder, self.size = where, folder, count * NUMBER
        with self._telling():
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - it stays open
            found = os.statvfs(folder)
            free = found.f_bavail * found.f_frsize
        if free < self.size:
            raise self._no_room(f"{size_told(free)} are free")
        with self._telling():
            os.ftruncate(self._file.fileno(), self.size)
            if hasattr(os, "posix_fallocate"):  # else a full disk would be found out when pages are written
                os.posix_fallocate(self._file.fileno(), 0, self.size)
        try:
            self._map = mmap.mmap(self._file.fileno(), self.size, access=mmap.ACCESS_READ)
        except OSError as error:
            what = f"its rows, {size_told(self.size)} on the disk, cannot be mapped: {error.strerror}"
            raise DataError(f"{where}: {what}; see whether ulimit -v allows so much") from None

    def write(self, at: int, numbers: Floats) -> None:
        """Put numbers in the place of those from that one on. Raises DataError."""
        view, at = np.ascontiguousarray(numbers).reshape(-1).view(np.uint8).data, at * NUMBER
        with self._telling():
            while view:
                written = os.pwrite(self._file.fileno(), view, at)
                view, at = view[written:], at + written

    def read(self, begin: int, into: Floats) -> None:
        """Copy the numbers from that one on. Raises DataError."""
        view, at = into.reshape(-1).view(np.uint8).data, begin * NUMBER
        try:
            while view:
                count = os.preadv(self._file.fileno(), [view], at)
                view, at = view[count:], at + count
        except OSError as error:
            raise DataError(f"{self.where}: its rows on the disk cannot be read: {error.strerror}") from None

    def expect(self, begin: int, end: int) -> None:
        """The numbers between these are looked at soon."""
        if hasattr(os, "posix_fadvise"):
            begin, end = begin * NUMBER, min(end * NUMBER, self.size)
            if begin < end:
                os.posix_fadvise(self._file.fileno(), begin, end - begin, os.POSIX_FADV_WILLNEED)

    @property
    def numbers(self) -> Floats:
        """All of them; they cannot be written to."""
        return np.frombuffer(self._map)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Raises DataError in the place of the system's errors."""
        try:
            yield
        except OSError as error:
            raise self._no_room(f"they cannot be written: {error.strerror}") from None

    def _no_room(self, why: str) -> DataError:
        what = f"its rows take {size_told(self.size)} in {self.folder}, where {why}"
        return DataError(f"{self.where}: {what}; set TMPDIR to a folder with more room")


class MappedRows(Rows):
    """Rows in a part of such a file.

    Args:
        room: the file.
        begin: the first number that is theirs; each block has its features one after the other.
        rows: how many there are, of so many numbers each.
        drawn: see `Rows.drawn`.
    """

    def __init__(self, room: Room, begin: int, rows: int, width: int, drawn: tuple[Numbers, Floats]) -> None:
        super().__init__(rows, width)
        self.drawn = drawn
        self._room, self._numbers = room, room.numbers[begin : begin + rows * width]
        self._begin, self._stride = begin, max(1, AT_ONCE // (BLOCK * width * NUMBER))
        self._is_kept = room.size < cache()
        """Whether all of the file can be in memory: else pages that are mapped are in the way of those that come, and
        blocks are copied."""
        self._own = local()
        self._one_by_one: Floats | None = None
        self._lock, self._is_settled = Lock(), False

    def block(self, number: int) -> Floats:
        begin, width = number * BLOCK * self.shape[1], self.shape[1]
        if number % self._stride == 0:
            later = self._begin + begin + AHEAD // NUMBER
            self._room.expect(later if number else self._begin, later + self._stride * BLOCK * width)
        if not self._is_kept:
            if not hasattr(self._own, "block"):
                self._own.block = np.empty(BLOCK * width)
            found: Floats = self._own.block[: self._numbers[begin : begin + BLOCK * width].size].reshape(width, -1)
            self._room.read(self._begin + begin, found)
            return found
        return self._numbers[begin : begin + BLOCK * width].reshape(width, -1)

    def expect_any_order(self) -> None:
        """Lay them out once more, row by row, where the disk has room: of a block each row is in as many places as it
        has numbers."""
        with self._lock:
            if not self._is_settled:
                self._is_settled = True
                with suppress(DataError):
                    room = Room(self._room.where, self._room.folder, self.size)
                    for number, block in enumerate(self.blocks):
                        room.write(number * BLOCK * self.shape[1], block.T)
                    self._one_by_one = room.numbers.reshape(self.shape)

    def take(self, numbers: Numbers, axis: int = 0, out: Floats | None = None, mode: Any = "raise") -> Floats:
        if self._one_by_one is None:
            return super().take(numbers, axis, out, mode)
        return self._one_by_one.take(numbers, axis, out, mode)


class Layout:
    """Lays rows out in a file, in the folder of the file that they come from, if it can be, or in `TMPDIR`, where that
    is set.

    Args:
        where: the file that they come from.
        rows: how many there are, of each part of the file.
        width: numbers a row.

    Raises:
        DataError: there is no room for it.
    """

    def __init__(self, where: str, rows: tuple[int, ...], width: int) -> None:
        folder = os.environ.get("TMPDIR") or str(Path(where).absolute().parent)
        self.room = Room(where, folder if os.access(folder, os.W_OK) else tempfile.gettempdir(), sum(rows) * width)
        self._rows, self._width = rows, width
        self._begins = np.cumsum((0, *rows[:-1])).tolist()
        self._blocks = [np.empty((width, BLOCK)) for _ in rows]
        self._counts = [0] * len(rows)
        drawn = [drawn_numbers(count, width) for count in rows]
        self._drawn = [(numbers, np.empty((len(numbers), width))) for numbers in drawn]

    def add(self, part: int, rows: Floats) -> None:
        """Add some rows, shape (n, width), to that part."""
        block, at, (numbers, drawn) = self._blocks[part], 0, self._drawn[part]
        here = slice(*np.searchsorted(numbers, [self._counts[part], self._counts[part] + len(rows)]))
        drawn[here] = rows[numbers[here] - self._counts[part]]
        while at < len(rows):
            begin = self._counts[part] % BLOCK
            some = rows[at : at + BLOCK - begin]
            block[:, begin : begin + len(some)] = some.T
            at += len(some)
            self._counts[part] += len(some)
            count = begin + len(some)
            if count == BLOCK or self._counts[part] == self._rows[part]:
                first = self._begins[part] + self._counts[part] - count
                self.room.write(first * self._width, block[:, :count])

    def rows(self) -> list[MappedRows]:
        """All of them, when all have been added."""
        parts, width = zip(self._begins, self._rows, self._drawn, strict=True), self._width
        return [MappedRows(self.room, begin * width, count, width, drawn) for begin, count, drawn in parts]


def size_told(size: int) -> str:
    """Bytes in words."""
    for unit, each in (("GB", 1e9), ("MB", 1e6)):
        if size >= each:
            return f"{size / each:.3g} {unit}"
    return f"{max(1, round(size / 1e3))} kB"

"""Rows in blocks in a file on the disk, of which those are in memory that were looked at last, while there is room.

The file is a temporary one that has no name any more: nobody else can cut it off, and it is gone with the process that
made it, however that ends.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gdtui.data.dataset import DataError
from gdtui.data.rows import BLOCK, Rows
from gdtui.types import Floats

NUMBER = 8
"""Bytes."""


class MappedRows(Rows):
    """Rows in a part of a file that is mapped.

    Args:
        numbers: the part, shape (rows · width,), in which each block has its features one after the other.
        folder: where the file is.
    """

    def __init__(self, numbers: Floats, width: int, folder: str) -> None:
        super().__init__(len(numbers) // width, width)
        self._numbers, self.folder = numbers, folder

    def block(self, number: int) -> Floats:
        begin, width = number * BLOCK * self.shape[1], self.shape[1]
        return self._numbers[begin : begin + BLOCK * width].reshape(width, -1)


class Layout:
    """Lays rows out in a file.

    Args:
        where: what to call the data.
        beside: the file that it comes from; ours is in its folder, if it can be, or in `TMPDIR`, where that is set.
        rows: how many there are, of each part of the file.
        width: numbers a row.

    Raises:
        DataError: there is no room for it.
    """

    def __init__(self, where: str, beside: str, rows: tuple[int, ...], width: int) -> None:
        self._where, self._rows, self._width = where, rows, width
        self.size = sum(rows) * width * NUMBER
        self.folder = os.environ.get("TMPDIR") or str(Path(beside).absolute().parent)
        if not os.access(self.folder, os.W_OK):
            self.folder = tempfile.gettempdir()
        with self._telling():
            self._file = tempfile.TemporaryFile(dir=self.folder, buffering=0)  # noqa: SIM115 - it stays open
            free = os.statvfs(self.folder)
        if free.f_bavail * free.f_frsize < self.size:
            raise self._no_room(f"{size_told(free.f_bavail * free.f_frsize)} are free")
        with self._telling():
            os.ftruncate(self._file.fileno(), self.size)
            if self.size and hasattr(os, "posix_fallocate"):  # a file with holes could find no room while it is written
                os.posix_fallocate(self._file.fileno(), 0, self.size)
        try:
            self._map = mmap.mmap(self._file.fileno(), self.size, access=mmap.ACCESS_READ)
        except OSError as error:
            what = f"its rows, {size_told(self.size)} on the disk, cannot be mapped: {error.strerror}"
            raise DataError(f"{where}: {what}; see whether ulimit -v allows so much") from None
        self._begins = np.cumsum((0, *rows[:-1])).tolist()
        self._blocks = [np.empty((width, BLOCK)) for _ in rows]
        self._counts = [0] * len(rows)

    def add(self, part: int, rows: Floats) -> None:
        """Add some rows, shape (n, width), to that part."""
        block, at = self._blocks[part], 0
        while at < len(rows):
            begin = self._counts[part] % BLOCK
            some = rows[at : at + BLOCK - begin]
            block[:, begin : begin + len(some)] = some.T
            at += len(some)
            self._counts[part] += len(some)
            if self._counts[part] % BLOCK == 0 or self._counts[part] == self._rows[part]:
                self._write(part, begin + len(some))

    def _write(self, part: int, count: int) -> None:
        """The block that is complete."""
        first = self._begins[part] + self._counts[part] - count
        view = np.ascontiguousarray(self._blocks[part][:, :count]).reshape(-1).view(np.uint8).data
        at = first * self._width * NUMBER
        with self._telling():
            while view:
                written = os.pwrite(self._file.fileno(), view, at)
                view, at = view[written:], at + written

    def rows(self) -> list[MappedRows]:
        """All of them, when all have been added."""
        self._file.close()
        numbers = np.frombuffer(self._map)
        found = []
        for begin, count in zip(self._begins, self._rows, strict=True):
            part = numbers[begin * self._width : (begin + count) * self._width]
            found.append(MappedRows(part, self._width, self.folder))
        return found

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Raises DataError in the place of the system's errors."""
        try:
            yield
        except OSError as error:
            raise self._no_room(f"they cannot be written: {error.strerror}") from None

    def _no_room(self, why: str) -> DataError:
        what = f"its rows take {size_told(self.size)} in {self.folder}, where {why}"
        return DataError(f"{self._where}: {what}; set TMPDIR to a folder with more room")


def size_told(size: int) -> str:
    """Bytes in words."""
    for unit, each in (("GB", 1e9), ("MB", 1e6)):
        if size >= each:
            return f"{size / each:.3g} {unit}"
    return f"{max(1, round(size / 1e3))} kB"

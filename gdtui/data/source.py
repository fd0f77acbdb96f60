"""Bytes of a table from outside, of which there may be no end."""

import io
import os
import resource
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO

from gdtui.data.dataset import DataError
from gdtui.data.progress import PROGRESS, Progress
from gdtui.settings import BUILT_IN_SETS

LONGEST_ROW = 2**22
"""Bytes of a row: 4 MiB hold some 200,000 columns."""

KINDS = {
    b"PK\x03\x04": "is a workbook, or another archive, and no text; save the table as CSV",
    b"\xd0\xcf\x11\xe0": "is an old Excel file, and no text; save the table as CSV",
    b"\x1f\x8b": "is compressed; unpack it first",
    b"PAR1": "is Parquet by its content; name it something.parquet",
    b"\x93NUMPY": "is a NumPy array by its content; name it something.npy",
}
"""How files begin that are taken for text, but are none, and what to do about them."""


class Source(io.BufferedIOBase):
    """A file that is read once, in pieces, and knows where in it one is.

    Args:
        where: what to call it.
        file: what to read from; it is not closed.
    """

    def __init__(self, where: str, file: BinaryIO) -> None:
        self.where, self._file = where, file
        self.bytes_read = self._row_begins = self._lines = 0
        self._progress = PROGRESS.get() or Progress()
        with suppress(OSError, ValueError):  # it is no file of the system's
            self._progress.size = os.fstat(file.fileno()).st_size  # of a pipe, 0

    def begin_row(self) -> None:
        """A row has come; what is read from now on belongs to others."""
        self._row_begins = self.bytes_read

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        """The next bytes. Raises DataError where they cannot be read, or a row of them has no end."""
        if self.bytes_read - self._row_begins > LONGEST_ROW:
            much = f"more than {LONGEST_ROW >> 20} MiB without the end of a row"
            raise DataError(f"{self.where}: line {self._lines + 1}: {much}; this is no table")
        try:
            piece = self._file.read(max(size, 1))
        except OSError as error:
            raise DataError(f"{self.where}: cannot be read: {error.strerror or error}") from None
        self.bytes_read += len(piece)
        lines = piece.count(b"\n")
        self._lines += lines
        self._progress.saw(len(piece), lines)
        return piece

    def not_text(self, error: UnicodeDecodeError) -> DataError:
        """What to say of the piece read last, which could not be decoded."""
        if self.bytes_read == len(error.object):
            for begin, what in KINDS.items():
                if error.object.startswith(begin):
                    return DataError(f"{self.where}: {what}")
        row = self._lines - error.object[error.start :].count(b"\n") + 1
        byte = self.bytes_read - len(error.object) + error.start
        return DataError(f"{self.where}: row {row} is not UTF-8 (byte {byte}); save the file as UTF-8")


def opened(source: str) -> AbstractContextManager[BinaryIO]:
    """The file of that name, or standard input (``-``). Raises DataError where it cannot be read."""
    if source == "-":
        if sys.stdin is None:
            raise DataError("standard input is closed; --data - reads from it")
        if sys.stdin.isatty():  # whose keys are the screen's
            raise DataError("--data - reads rows from standard input, which is a terminal; pipe a CSV file into it")
        return nullcontext(sys.stdin.buffer)
    if not source:
        raise DataError("--data is empty; it names a built-in set or a CSV file")
    try:
        return Path(source).open("rb", buffering=0)
    except IsADirectoryError:
        raise DataError(f"{source}: is a directory, not a CSV file") from None
    except FileNotFoundError:
        raise DataError(
            f"{source}: no such file, and no built-in set of that name; there are {', '.join(BUILT_IN_SETS)}"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def memory() -> int:
    """Bytes of memory that can be had: what `cache` says, within the limits of the process (`ulimit`)."""
    found = cache()
    with suppress(OSError, ValueError):
        pages = Path("/proc/self/statm").read_text().split()
        size, data = (resource.getpagesize() * int(pages[place]) for place in (0, 5))
        for used, kind in ((size, resource.RLIMIT_AS), (data, resource.RLIMIT_DATA)):
            if (most := resource.getrlimit(kind)[0]) != resource.RLIM_INFINITY:
                found = min(found, max(0, most - used))
    return found


def cache() -> int:
    """Bytes of files that can be in memory: what Linux says is available, within the limits of a container; all of the
    machine's elsewhere; 4 GiB where nobody says."""
    found = 2**32
    with suppress(AttributeError, OSError, ValueError):
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        found = 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    with suppress(OSError, ValueError):  # "max" where there is no limit
        found = min(found, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return found

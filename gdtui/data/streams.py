"""Tables of numbers that are read from the disk some rows at a time, as often as they are wanted."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gdtui.data.dataset import DataError
from gdtui.data.parquet import names_of, parquet_file, telling, values_of
from gdtui.data.progress import PROGRESS
from gdtui.data.rows import BLOCK
from gdtui.data.troubles import few
from gdtui.text import listed
from gdtui.types import Floats

AT_ONCE = 2 * BLOCK
"""Rows that are read at a time."""
NUMBERS = "biuf"
"""NumPy's kinds of numbers."""

Part = tuple[Floats, NDArray[Any]]
"""Some rows: features, shape (n, d), which the next part may overwrite, and targets, shape (n,)."""


class Stream(ABC):
    """A table in a file. All of it raises DataError where it cannot be read.

    Attributes:
        where: what to call it.
        names: of its columns.
        rows: how many there are.
        size: of the file, in bytes.
    """

    def __init__(self, where: str, file: BinaryIO, names: list[str], rows: int) -> None:
        self.where, self.names, self.rows = where, names, rows
        self._file, self._is_read = file, False
        self._begun = self._stamp()
        self.size = self._begun[0]

    def _stamp(self) -> tuple[int, int]:
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns

    def parts(self, features: Sequence[int], target: int) -> Iterator[Part]:
        """All rows, of the columns at these places."""
        progress, at = PROGRESS.get(), 0
        for values, labels in self._parts(features, target):
            at += len(values)
            yield values, labels
            if progress is not None:
                progress.saw(round(self.size * len(values) / self.rows), 0 if self._is_read else len(values))
        self._is_read = True
        if self._stamp() != self._begun:
            raise DataError(f"{self.where}: was changed while it was read; give it again when it is complete")
        if at != self.rows:
            raise DataError(f"{self.where}: has {at:,} rows, and says that there are {self.rows:,}")

    @abstractmethod
    def _parts(self, features: Sequence[int], target: int) -> Iterator[Part]: ...

    def check_kinds(self, features: Sequence[int]) -> None:  # noqa: B027 - others are of one kind
        """Raises DataError where one of these columns holds no numbers."""

    def cannot(self, row: int, why: object) -> DataError:
        """What to say of a row that cannot be read, counted from 0."""
        return DataError(f"{self.where}: row {row + 1:,} cannot be read: {' '.join(str(why).split())}")


class NpyStream(Stream):
    """An array of numbers of two dimensions, in C or Fortran order."""

    def __init__(
        self, where: str, file: BinaryIO, shape: tuple[int, int], dtype: np.dtype[Any], is_fortran: bool
    ) -> None:
        super().__init__(where, file, [*(f"x{number + 1}" for number in range(shape[1] - 1)), "y"], shape[0])
        self._begin, self._dtype, self._is_fortran = file.tell(), dtype, is_fortran
        self._columns = shape[1]
        there = (self.size - self._begin) // (dtype.itemsize * self._columns)
        if there < self.rows:
            whole = f"row {there + 1:,} is not there any more" if not is_fortran else "not all of it is there"
            raise DataError(f"{where}: is cut off: {whole}, and its header says {self.rows:,} rows")

    def _parts(self, features: Sequence[int], target: int) -> Iterator[Part]:
        # One after the other in the file they need not be picked from the rows one by one.
        is_run = [*features] == [*range(features[0], features[0] + len(features))]
        chosen = slice(features[0], features[0] + len(features)) if is_run else list(features)
        shape = (self._columns, AT_ONCE) if self._is_fortran else (AT_ONCE, self._columns)
        buffer = np.empty(shape, self._dtype)
        for at in range(0, self.rows, AT_ONCE):
            count = min(AT_ONCE, self.rows - at)
            if self._is_fortran:
                rows = buffer[:, :count]
                for place in {*features, target}:
                    self._read(rows[place], place * self.rows + at, at)
                rows = rows.T
            else:
                rows = buffer[:count]
                self._read(rows, at * self._columns, at)
            yield np.ascontiguousarray(rows[:, chosen], dtype=np.float64), rows[:, target]

    def _read(self, into: NDArray[Any], number: int, row: int) -> None:
        """Fill it with the numbers from that one on."""
        view, at = into.reshape(-1).view(np.uint8).data, self._begin + number * self._dtype.itemsize
        try:
            while view:
                count = os.preadv(self._file.fileno(), [view], at)
                if not count:
                    raise self.cannot(row, "the file was cut off while it was read")
                view, at = view[count:], at + count
        except OSError as error:
            raise self.cannot(row, error.strerror) from None


def npy_stream(where: str, file: BinaryIO) -> Stream | None:
    """The array in a file; None where that is not of numbers, or not of rows, or cannot be read."""
    try:
        version = npy.read_magic(file)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, is_fortran, dtype = read(file)
    except Exception:  # a header that is spoilt can make it raise almost anything
        return None
    if len(shape) != 2 or shape[1] < 2 or shape[0] < 1 or dtype.kind not in NUMBERS:
        return None
    return NpyStream(where, file, shape, dtype, is_fortran)


class ParquetStream(Stream):
    """A Parquet file, of which a part of a row group is in memory at a time."""

    def __init__(self, where: str, file: BinaryIO) -> None:
        found = parquet_file(where, file)
        self._schema = found.schema_arrow
        self._columns, names = names_of(self._schema)
        super().__init__(where, file, names, found.metadata.num_rows)

    def check_kinds(self, features: Sequence[int]) -> None:
        none = self._schema.empty_table()
        found = {
            name: values_of(none.column(name).combine_chunks()) for name in map(self._columns.__getitem__, features)
        }
        others = [name for name, values in found.items() if isinstance(values, str) or values.dtype.kind not in NUMBERS]
        if others:
            what = f"no numbers in {few([*map(repr, others)])}, and what stays on the disk must be numbers"
            raise DataError(f"{self.where}: {what}: leave such columns out with --drop {listed(others)}")

    def _parts(self, features: Sequence[int], target: int) -> Iterator[Part]:
        wanted, at = [*features, target], 0
        names = [self._columns[place] for place in wanted]
        batches = parquet_file(self.where, self._file).iter_batches(AT_ONCE, columns=[*{*names}])
        while True:
            with telling(f"{self.where}: row {at + 1:,}"):
                batch = next(batches, None)
            if batch is None:
                return
            *columns, labels = [values_of(batch.column(name)) for name in names]
            yield np.stack(columns, axis=1), np.array([labels] * len(batch)) if isinstance(labels, str) else labels
            at += len(batch)


STREAMS: dict[str, Callable[[str, BinaryIO], Stream | None]] = {".npy": npy_stream, ".parquet": ParquetStream}
"""What reads a file from the disk, by the end of its name."""

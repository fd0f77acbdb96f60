"""CSV with a header, as Keras, Lightning, Ultralytics and spreadsheets write it."""

from __future__ import annotations

import csv
from typing import ClassVar

import msgspec
import numpy as np

from gdtui.logs.blocks import lines_in
from gdtui.logs.lines import LineReader, Record
from gdtui.logs.places_along import along_in
from gdtui.logs.rows import Rows
from gdtui.logs.words import is_of_training
from gdtui.numbers import counted
from gdtui.types import Floats

DELIMITERS = ",", ";", "\t"
ENDS = ".csv", ".tsv"
MARK = b"\xef\xbb\xbf"
"""Some programs begin a file with it, to say that it is UTF-8."""
DIGITS = b"0123456789+-.eE\n"

FULL, GAPPED = msgspec.json.Decoder(list[float]), msgspec.json.Decoder(list[float | None])


class CsvLines(LineReader):
    """A header, and a line a record; of an empty field nothing is said."""

    format: ClassVar[str] = "CSV with a header"

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self._header: list[str] = []
        self._delimiter = ","

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        first, _, rest = head.partition(b"\n")
        is_named_so = path.lower().endswith(ENDS)
        header, delimiter = header_in(first)
        if len(header) < 2 - is_named_so or not (is_named_so or is_of_training(header)):
            return False
        second, end, _ = rest.partition(b"\n")
        row = _fields(second, delimiter)
        return (is_named_so and not end) or (
            len(row) == len(header) and any(_number(field) is not None for field in row)
        )

    @classmethod
    def is_likely(cls, head: bytes) -> bool:
        """Whether a table that begins so is of a training, and not of data."""
        return is_of_training(header_in(head.split(b"\n", 1)[0])[0])

    def record(self, line: bytes) -> Record:
        if not line.strip():
            return None
        if not self._header:
            self._header, self._delimiter = header_in(line)
            return None if self._header else "is no header of a table"
        fields = _fields(line, self._delimiter)
        if fields == self._header:  # written again by who went on with it
            return None
        if len(fields) != len(self._header):
            return f"has {counted(len(fields), 'field')} where the header has {len(self._header)}"
        named = {name: field for name, field in zip(self._header, fields, strict=True) if name and field}
        found = {name: number for name, field in named.items() if (number := _number(field)) is not None}
        if len(found) < len(named) and found.keys() <= {*along_in(found).values()}:
            wrong = next(field for name, field in named.items() if name not in found)
            return f"has {wrong!r} where a number is wanted"  # such as one with a decimal comma
        return found or "has no number"

    def rows(self, block: bytes, before: int) -> list[Rows]:
        """As of any lines. Those of numbers alone are taken all at once, which takes a tenth of the time."""
        if not self._header:
            end = block.index(b"\n") + 1
            super().rows(block[:end], before)
            return self.rows(block[end:], before + 1) if end < len(block) else []
        table = self._table(block)
        if table is None:
            return super().rows(block, before)
        named, said = np.array([name != "" for name in self._header]), ~np.isnan(table)
        if named.all() and said.all():
            return [Rows((*self._header,), table)]
        stays = named & said.any(axis=0)
        if not stays.all():
            said, table = said[:, stays], table[:, stays]
        names = tuple(name for name, is_said in zip(self._header, stays, strict=True) if is_said)
        return [Rows(names, table, None if said.all() else said)]

    def _table(self, block: bytes) -> Floats | None:
        """The numbers in lines of numbers and of fields that say nothing, shape (lines, columns); None where there is
        anything else, or a line with more fields or fewer. They are read as one list of JSON: nothing at hand reads
        numbers faster."""
        between, width = self._delimiter.encode(), len(self._header)
        block = block.replace(b"\r\n", b"\n") if b"\r" in block else block
        letters, count = np.frombuffer(block, np.uint8), lines_in(block)
        ends = np.flatnonzero((letters == ord(between)) | (letters == ord("\n")))  # of fields
        if len(ends) != width * count or not (letters[ends[width - 1 :: width]] == ord("\n")).all():
            return None
        is_full = bool(ends[0] > 0 and (np.diff(ends) > 1).all())
        if not (is_full and between == b",") and block.translate(None, DIGITS + between):
            return None
        fields = block.translate(bytes.maketrans(between + b"\n", b",,"))
        if not is_full:
            fields = b"," + fields
            for _ in range(2):  # twice, since two in a row share a comma
                fields = fields.replace(b",,", b",null,")
            fields = fields[1:]
        try:
            numbers = (FULL if is_full else GAPPED).decode(b"[" + fields[:-1] + b"]")
        except msgspec.MsgspecError:  # such as +1 or .5
            return None
        table = np.fromiter(numbers, np.float64, len(numbers)).reshape(count, width)
        return table if is_full or not np.isnan(table).all(axis=1).any() else None


def header_in(line: bytes) -> tuple[list[str], str]:
    """The names of columns and what stands between them; none where this is no header: those are no numbers, and apart
    from one another."""
    names, delimiter = max(((_fields(line.removeprefix(MARK), one), one) for one in DELIMITERS), key=_width)
    is_header = any(names) and len({*names}) == len(names) and all(_number(name) is None for name in names)
    return (names, delimiter) if is_header else ([], ",")


def _width(split: tuple[list[str], str]) -> int:
    return len(split[0])


def _fields(line: bytes, delimiter: str) -> list[str]:
    """Empty where it is no text, or a quote is left open."""
    try:
        text = line.rstrip(b"\r").decode()
        return [field.strip() for field in next(csv.reader([text], delimiter=delimiter, strict=True), [])]
    except (UnicodeDecodeError, csv.Error):
        return []


def _number(field: str) -> float | None:
    """None where a field is no number."""
    try:
        return float(field) if "_" not in field else None
    except ValueError:
        return None

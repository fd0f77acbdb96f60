"""A table from a CSV file or standard input."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import BinaryIO

from gdtui.data.dataset import DataError
from gdtui.data.header import NAMES_SEPARATOR, above, commented_names, comments, header_of
from gdtui.data.source import Source
from gdtui.data.table import Table
from gdtui.settings import DataSettings

HEAD = 1_000_000
"""Characters among which the header is looked for."""
FIRST = 20
"""Rows by which the separator is judged."""
SAMPLE = 1000
"""Rows by which it is judged whether the first is one of them."""
CELLS, ROWS = 2**13, 64
"""Cells that are taken in at a time, which is faster than one by one, as long as the processor's cache holds them; and
rows, at the least."""
BYTES = 2**22
"""What has as many bytes is taken in, however few rows it is."""

Row = tuple[int, list[str]]


def read_csv(where: str, file: BinaryIO, settings: DataSettings) -> Table:
    """The table in a file that has a header row and rows of as many cells.

    The separator is a comma, a semicolon, a tab or a bar.

    Raises:
        DataError: with file, row (the header is row 1) and column, whatever is wrong.
    """
    source = Source(where, file)
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")  # type: ignore[type-var]  # asks for a name
    try:
        begin = text.read(HEAD) + text.readline()
    except UnicodeDecodeError as error:
        raise source.not_text(error) from None
    top = above(begin)
    begin = begin[sum(map(len, top)) :]
    separator = _separator(begin, top)
    sample = _first_rows(begin, separator, SAMPLE)
    rows = _rows(source, chain(io.StringIO(begin, newline=""), text), separator, len(top))
    if names := commented_names(top, sample, separator):
        top.pop()
    else:
        names = header_of(where, *next(rows, (0, [])), sample[1:], separator)
    table = Table(where, names, settings, separator)
    table.left_out += comments(top)
    _read_rows(source, rows, table)
    if not table.numbers:
        raise DataError(f"{where}: has a header but no rows of data")
    return table


def _separator(begin: str, top: list[str]) -> str:
    """What parts the columns: what a line above them says, or what is most often in the header, if the rows below it
    are as wide with that. Of two that are there as often it is not the comma, which may be decimal; a bar is the last
    choice."""
    named = next((line[4] for line in top if NAMES_SEPARATOR.fullmatch(line)), None)
    # Quoted names may hold any of the separators.
    lines = re.sub(r'"(?:[^"]|"")*"', "", begin[:HEAD]).splitlines()[:FIRST]
    head = next((line for line in lines if {*line} & {*";\t,|"}), "")
    found = [*sorted(filter(head.count, ";\t,"), key=head.count, reverse=True), *("|" if "|" in head else "")]
    likely = next((one for one in found if _is_even(begin, one)), found[0] if found else ",")
    return named if named is not None and named in ";\t,|" else likely


def _first_rows(begin: str, separator: str, most: int) -> list[list[str]]:
    """So many rows that are not blank at the most."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        reader = csv.reader(io.StringIO(begin, newline=""), delimiter=separator, skipinitialspace=True)
        rows.extend(islice(filter(_is_row, reader), most))
    return rows


def _is_even(begin: str, separator: str) -> bool:
    """Whether the first rows are as wide as each other."""
    return len({len(row) for row in _first_rows(begin, separator, FIRST)}) == 1


def _is_row(cells: list[str]) -> bool:
    return any(map(str.strip, cells))


def _rows(source: Source, lines: Iterator[str], separator: str, skipped: int) -> Iterator[Row]:
    """The rows that are not blank, each with its line number in the file; `skipped` lines are in front of these."""
    begins = skipped + 1
    try:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        for row in reader:
            source.begin_row()
            if _is_row(row):
                yield begins, row
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{source.where}: row {begins}: {error}") from None
    except UnicodeDecodeError as error:
        raise source.not_text(error) from None


def _read_rows(source: Source, lines: Iterator[Row], table: Table) -> None:
    """Have the table take in all rows: many at a time, but never many bytes."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    most, until = max(ROWS, CELLS // table.width), source.bytes_read + BYTES
    for place, row in lines:
        numbers.append(place)
        rows.append(row)
        if len(rows) >= most or source.bytes_read > until:
            table.add(rows, numbers)
            numbers, rows, until = [], [], source.bytes_read + BYTES
    if rows:
        table.add(rows, numbers)

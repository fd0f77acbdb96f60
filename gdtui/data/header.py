"""What the first lines of a CSV file are: comments, names of columns, or rows of data already."""

import csv
import io
import re
from collections.abc import Sequence
from itertools import takewhile

from gdtui.data.dataset import DataError
from gdtui.data.numerals import MISSING, is_date, readings

NAMES_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The line with which Excel is told the separator."""
KIND_ROWS = 20
"""Rows by which it is judged whether a column is one of numbers."""
LONGEST = 40
"""Characters of a cell that are shown."""


def above(begin: str) -> list[str]:
    """The lines above the names and the rows: blank ones, comments, and the one that names the separator."""

    def is_above(line: str) -> bool:
        return not line.strip() or line.startswith("#") or NAMES_SEPARATOR.fullmatch(line) is not None

    return [*takewhile(is_above, io.StringIO(begin, newline=""))]


def commented_names(lines: Sequence[str], sample: Sequence[Sequence[str]], separator: str) -> list[str] | None:
    """The names in a comment, as NumPy writes them: the last line above rows of data that are as wide as that."""
    if not lines or not sample or not lines[-1].startswith("#"):
        return None
    text = lines[-1].rstrip().lstrip("# ")
    if text.startswith(separator):  # the first name is that sign
        text = lines[-1].rstrip()
    try:
        names = next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # it is too long
        return None
    return names if len(names) == len(sample[0]) > 1 and "number" in map(_kind, sample[0]) else None


def comments(lines: Sequence[str]) -> list[str]:
    """What to say of comments, which are left out."""
    found = [number for number, line in enumerate(lines, 1) if line.startswith("#")]
    if len(found) > 1:
        return [f"lines {found[0]} to {found[-1]} (comments)"]
    return [f"line {number} (a comment)" for number in found]


def header_of(where: str, number: int, first: list[str], below: Sequence[list[str]], separator: str) -> list[str]:
    """The names in the first row; where the rows below have a cell more, and each
    another one at first, as R writes the names of rows, the first column is nameless.

    Args:
        where: what to call the file.
        number: of the row.
        first: its cells.
        below: the next rows.
        separator: what parts the cells.

    Raises:
        DataError: the row is a title, or one of data.
    """
    if not first:
        raise DataError(f"{where}: is empty; a header row and rows of data are needed")
    if wrong := _wrong(first, below, separator):
        raise DataError(f"{where}: row {number} {wrong}")
    widths = {len(_without_end(row, len(first))) for row in below}
    begins = {row[0] for row in below}
    have_names = widths == {len(first) + 1} and len(first) > 1 and len(begins) == len(below) > 1
    return ["", *first] if have_names else first


def _wrong(first: Sequence[str], below: Sequence[Sequence[str]], separator: str) -> str:
    """What to say of a first row that does not name the columns; empty where it may."""
    named = [cell.strip() for cell in first if cell.strip()]
    if len(named) == 1 and any(sum(map(bool, map(str.strip, row))) > 1 for row in below):
        what = f"({named[0][:LONGEST]!r}) names one column only, but the rows below have more"
        return f"{what}; take out what stands above the names of the columns"
    if len(first) == 1 and below and all(len(row) == 1 and len(row[0].split()) > 1 for row in below):
        return "has one column only; the columns seem to be parted by spaces; part them by commas or semicolons"
    if _is_data(first, [row for row in below if len(row) == len(first) and row != first]):
        example = [*(f"x{place}" for place in range(1, len(first))), "y"]
        shown = example if len(example) < 7 else [*example[:2], "…", *example[-2:]]
        line = separator.replace("\t", "<tab>").join(shown)
        return f"looks like data, but should name the columns; put a line such as {line} above it"
    return ""


def _without_end(row: list[str], width: int) -> list[str]:
    """A row without the blank cells that are too many."""
    return row if any(map(str.strip, row[width:])) else row[:width]


def _is_data(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row is one of data: where no name stands above numbers or dates, and some text in it stands again
    below it (so 2019, 2020 and class are names); without a number in it, all of them. Numbers alone are data, unless
    they count the columns, as pandas does where those have no names, or stand beside the blank above an index."""
    if all(_kind(cell) in ("number", "gap") for cell in first):
        is_counting = len(first) > 2 and [*map(str.strip, first)] == [*map(str, range(len(first)))]
        return any(_kind(cell) == "number" for cell in first) and bool(first[0].strip()) and not is_counting
    if not below:
        return False
    numbers = texts = again = 0
    for cell, *cells in zip(first, *below, strict=True):
        kind = _kind(cell)
        if kind in ("text", "date"):
            kinds_below = {*map(_kind, cells[:KIND_ROWS])} - {"gap"}
            if kinds_below in ({"number"}, {"date"}) and kinds_below != {kind}:
                return False
        numbers += kind == "number"
        texts += kind == "text"
        again += kind == "text" and cell.strip() in {*map(str.strip, cells)}
    return again > 0 and (numbers > 0 or again == texts)


def _kind(cell: str) -> str:
    text = cell.strip()
    if text.lower() in MISSING:
        return "gap"
    return "number" if readings(text) != (None, None) else "date" if is_date(text) else "text"

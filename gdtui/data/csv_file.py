"""A data set from a CSV file or standard input: a header row, then numbers and one column of labels."""

import csv
import io
import math
import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from gdtui.data.dataset import DataError, Dataset, column_numbers, dataset
from gdtui.data.source import Source, memory
from gdtui.settings import BUILT_IN_SETS, DataSettings
from gdtui.text import printable
from gdtui.types import Floats

MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}

HEAD = 1_000_000
"""Characters among which the header is looked for."""
COPIES = 4
"""How often the numbers are in memory at the most: as they are read, as X, standardised, and in blocks."""

Row = tuple[int, list[str]]


def read_csv(settings: DataSettings) -> Dataset:
    """The two-class data set in the file `settings.source` (``-`` is standard input).

    The separator is whichever of comma, semicolon and tab the header has most of. The label is the column
    `settings.target`, or the last; the features are `settings.features`, or all the other columns. A feature is
    missing where its cell is empty or says so (none, NA, ?); a label only where its cell is empty, since any word may
    be the name of a class.

    Raises:
        DataError: with file, row (the header is row 1) and column, whatever is wrong.
    """
    where = "standard input" if settings.source == "-" else settings.source
    with _opened(settings.source) as file:
        lines = _rows(Source(where, file))
        header = _header(where, lines)
        target = header[-1] if settings.target is None else settings.target
        target_column = column_numbers(where, header, (target,))[0]
        names = settings.features or tuple(name for name in header if name != target)
        if target in names:
            raise DataError(f"{where}: column {target!r} is the target, so it cannot be a feature as well")
        if not names:
            raise DataError(f"{where}: has one column only; a feature and a target are needed")
        columns = column_numbers(where, header, names)
        features, labels = _read_rows(where, lines, header, columns, target_column)
    chosen, classes = _two_classes(where, target, labels, settings.classes)
    y = np.array([chosen.get(label, -1) for label in labels])
    zero, one = map(printable, classes)
    return dataset(printable(Path(where).name), features[y >= 0], y[y >= 0], tuple(map(printable, names)), (zero, one))


def _header(where: str, lines: Iterator[Row]) -> list[str]:
    """The names of the columns, from the first row."""
    _, header = next(lines, (0, []))
    if not header:
        raise DataError(f"{where}: is empty; a header row and rows of data are needed")
    header = [name.strip() for name in header]
    if None not in map(_number, header):
        raise DataError(
            f"{where}: row 1 holds numbers only, but should be a header; put names of the columns in front of it"
        )
    (name, times), *_ = Counter(header).most_common(1)
    if times > 1:
        raise DataError(f"{where}: the header names column {name!r} twice")
    return header


def _opened(source: str) -> AbstractContextManager[BinaryIO]:
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


def _rows(source: Source) -> Iterator[Row]:
    """The rows that are not blank, each with its line number in the file."""
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")  # type: ignore[type-var]  # asks for a name
    begins = 1
    try:
        begin = text.read(HEAD) + text.readline()
        # Quoted names may hold any of the separators.
        head = re.sub(r'"(?:[^"]|"")*"', "", begin[:HEAD]).lstrip("\r\n").split("\n", 1)[0]
        separator = max(",;\t", key=head.count)
        lines = chain(io.StringIO(begin, newline=""), text)
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        for row in reader:
            source.begin_row()
            if any(cell.strip() for cell in row):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{source.where}: row {begins}: {error}") from None
    except UnicodeDecodeError as error:
        raise source.not_text(error) from None


def _read_rows(
    where: str, rows: Iterator[Row], header: list[str], columns: list[int], target: int
) -> tuple[Floats, list[str]]:
    """Features, shape (N, d), and labels as they are written. Reads on after missing values, to count them."""
    values = array("d")  # a row's cells need several times the memory of its numbers
    labels: list[str] = []
    known: dict[str, str] = {}  # each label is kept once
    missing, first, room = 0, "", memory()
    cost = COPIES * values.itemsize * (len(columns) + 3)
    for number, row in rows:
        if len(row) != len(header):
            raise DataError(f"{where}: row {number} has {len(row)} columns, but the header has {len(header)}")
        for column in columns:
            value = _number(row[column])
            if value is not None and math.isfinite(value):
                values.append(value)
            elif row[column].strip().lower() in MISSING:
                missing, first = missing + 1, first or f"row {number}, column {header[column]!r}"
            else:
                raise DataError(
                    f"{where}: row {number}, column {header[column]!r}: {row[column]!r} is not a number; "
                    "choose other columns with --features, or correct the file"
                )
        label = row[target].strip()
        if label not in known:
            known[label] = label
            room -= 5 * len(label) + 200
        labels.append(known[label])
        room -= cost
        if room < 0:
            raise DataError(f"{where}: row {number}: no more rows than these fit into memory; give a shorter table")
        if not label:
            missing, first = missing + 1, first or f"row {number}, column {header[target]!r}"
    if missing:
        count = "1 value is" if missing == 1 else f"{missing} values are"
        raise DataError(f"{where}: {count} missing, the first in {first}; fill them in, or remove those rows")
    if not labels:
        raise DataError(f"{where}: has a header but no rows of data")
    return np.frombuffer(values).reshape(len(labels), len(columns)), labels


def _number(text: str) -> float | None:
    """The number that is written there, if it is one. Python's own `float` would take 1_000 for a thousand."""
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _two_classes(
    where: str, target: str, labels: list[str], wanted: tuple[str, str] | None
) -> tuple[dict[str, int], list[str]]:
    """Which label is class 0 and which 1, and how to show them; numbers are in order of size, texts by name."""
    classes = {label: _class_of(label) for label in dict.fromkeys(labels)}
    written = {key: label for label, key in reversed(classes.items())}  # as it is written first
    known = sorted(written, key=lambda key: (isinstance(key, str), key))  # numbers first, then texts
    shown = ", ".join(written[key] for key in known[:6]) + (", …" if len(known) > 6 else "")
    if wanted is not None:
        known = [_class_of(name) for name in wanted]
        for key, name in zip(known, wanted, strict=True):
            if key not in written:
                raise DataError(f"{where}: column {target!r} has no class {name!r}; there are {shown}")
        if known[0] == known[1]:
            raise DataError(f"--classes names {wanted[0]!r} twice")
    elif len(known) == 1:
        raise DataError(f"{where}: column {target!r} has one class only ({shown}); two are needed")
    elif len(known) > 2:
        raise DataError(
            f"{where}: column {target!r} has {len(known)} classes ({shown}); pick two with --classes A,B, "
            "or another column with --target"
        )
    return {label: known.index(key) for label, key in classes.items() if key in known}, [written[key] for key in known]


def _class_of(label: str) -> float | str:
    """1, 1.0 and 01 are one class; texts are what they are, and so are nan (unlike itself as a number) and inf."""
    number = _number(label)
    return label if number is None or not math.isfinite(number) else number

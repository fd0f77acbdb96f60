"""A table that was read becomes a data set, or one line says all that is wrong with it, and what to do."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdtui.data.column import Column
from gdtui.data.dataset import DataError, Dataset, dataset, sampled
from gdtui.data.deciding import codes, decide, find_gaps, numbers
from gdtui.data.labels import MISSING, ClassesError, two_classes
from gdtui.data.numerals import class_of
from gdtui.data.table import COPIES, Table
from gdtui.data.troubles import few, of_columns
from gdtui.text import listed, printable
from gdtui.types import Floats

Rows = NDArray[np.intp]
Classes = NDArray[np.int8]


def prepared(table: Table) -> Dataset:
    """The data set in a table. Raises DataError, which names all columns that are of no use, and the remedies."""
    settings, name = table.settings, printable(Path(table.where).name)
    wrong, classes = [], ["", ""]
    y: Classes = np.where(np.frombuffer(table.labels.codes, dtype=np.intc) < 0, MISSING, 0).astype(np.int8)
    try:
        y, classes = two_classes(table.target, table.labels, settings.classes)
    except ClassesError as error:
        wrong.append(str(error))
    features = decide(table)
    is_lacking, lacking = find_gaps(features, y, table.target)
    is_kept = y >= 0 if settings.missing == "mean" else (y >= 0) & ~is_lacking
    wrong += of_columns(features, settings)
    wrong += _gaps(table, y, is_kept, is_lacking, lacking)
    if wrong:
        raise DataError(f"{table.where}: {'; '.join(wrong)}")
    rows = np.flatnonzero(is_kept)
    chosen = sampled(name, len(rows), settings.samples, settings.seed)
    rows = rows if chosen is None else rows[chosen]
    values, names = _matrix(table, features, rows)
    zero, one = map(printable, classes)
    count = _count(len(rows), len(y), 0 if chosen is not None else int((is_lacking & ~is_kept).sum()))
    begin = f"{name}: {count} with {len(names)} feature{'s' * (len(names) > 1)}"
    told = "; ".join([begin, *_told(table, features, lacking), f"class 1 is {one}"])
    labels = y[rows].astype(np.float64)
    return dataset(name, values, labels, tuple(map(printable, names)), (zero, one), printable(told))


def _gaps(
    table: Table, y: Classes, is_kept: NDArray[np.bool_], is_lacking: NDArray[np.bool_], lacking: list[str]
) -> list[str]:
    """What to say of rows that lack a value, where something is to be done about them."""
    can_be_left_out = len(np.unique(y[is_kept])) == len(np.unique(y[y >= 0]))
    missing = table.settings.missing
    if not lacking or missing == "mean" or (missing == "drop" and can_be_left_out):
        return []
    rows = np.flatnonzero(is_lacking)
    first = f"row {table.numbers[int(rows[0])]}"
    who = f"{first} lacks a value" if len(rows) == 1 else f"{len(rows)} rows lack a value, the first is {first}"
    what = f"{who}, in {few([*map(repr, lacking)])}"
    if missing == "drop":
        return [f"{what}; without them there are not two classes: give --missing mean"]
    leave = "--missing drop to leave them out or " if can_be_left_out else ""
    return [f"{what}: give {leave}--missing mean to fill in means"]


def _matrix(table: Table, features: Sequence[Column], rows: Rows) -> tuple[Floats, list[str]]:
    """The features of these rows, shape (rows, d), and their names. Raises DataError where they are too many for the
    memory, or a column says nothing in these rows."""
    blocks, names = [], []
    for column in features:
        block, made = _encoded(column, rows, table) if column.is_categorical else (numbers(column)[rows], [column.name])
        is_missing = np.isnan(block)
        if is_missing.any():
            if is_missing.all():
                raise _says_nothing(column, table)
            with np.errstate(over="ignore"):
                mean = np.nanmean(block, axis=0)
            block = np.where(is_missing, mean, block)
        blocks.append(block)
        names += made
        if not table.has_room(len(rows), COPIES * 8 * (len(names) - len(blocks)) * len(rows)):
            raise DataError(f"{table.where}: column {column.name!r} makes too many columns for the memory; --drop it")
    values = np.empty((len(rows), len(names)))
    np.concatenate([block.reshape(len(rows), -1) for block in blocks], axis=1, out=values)
    return values, names


def _encoded(column: Column, rows: Rows, table: Table) -> tuple[Floats, list[str]]:
    """A column for each text, 1 where it stands; one for the second where there are two; NaN where there is none."""
    from sklearn.preprocessing import OneHotEncoder  # over a second to import: only where it is needed

    texts, found = list(column.texts.known), codes(column)[rows]
    present = np.unique(found[found >= 0]).tolist()
    if len(present) < 2:
        raise _says_nothing(column, table)
    keys = {code: class_of(texts[code]) for code in present}
    present.sort(key=lambda code: (isinstance(keys[code], str), keys[code]))
    rank = np.zeros(len(texts) + 1, dtype=np.intp)
    rank[present] = range(len(present))
    encoder = OneHotEncoder(categories=[range(len(present))], drop="if_binary", sparse_output=False)
    block = encoder.fit_transform(rank[found].reshape(-1, 1))
    block[found < 0] = np.nan
    return block, [f"{column.name}={texts[code]}" for code in (present[1:] if len(present) == 2 else present)]


def _says_nothing(column: Column, table: Table) -> DataError:
    what = f"column {column.name!r} has one value, or none, in the rows that are taken"
    return DataError(f"{table.where}: {what}; leave it out with --drop {listed([column.name])}")


def _count(rows: int, all_rows: int, dropped: int) -> str:
    if rows == all_rows:
        return f"{rows} rows"
    lack = f" ({dropped} left out for lack of a value)" if dropped else ""
    return f"{rows} of {all_rows} rows{lack}"


def _told(table: Table, features: Sequence[Column], lacking: Sequence[str]) -> list[str]:
    """What was made of the columns."""
    settings = table.settings
    filled = [column.name for column in features if column.name in lacking] if settings.missing == "mean" else []
    numeric = [column for column in features if not column.is_categorical]
    found = {
        "left out": [*([table.index] if table.index else []), *settings.drop],
        "decimal commas in": [column.name for column in numeric if column.point is None],
        "commas part thousands in": [column.name for column in numeric if column.comma is None and "," in column.marks],
        "means filled in": filled,
        "texts as 0 and 1 in": [column.name for column in features if column.is_categorical],
    }
    return [f"{what} {few(names)}" for what, names in found.items() if names]

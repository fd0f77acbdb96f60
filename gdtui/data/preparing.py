"""A table that was read becomes a data set, or one line says all that is wrong with it, and what to do."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdtui.data.column import Column
from gdtui.data.dataset import DataError, Dataset, dataset, sampled
from gdtui.data.deciding import codes, decide, find_gaps, numbers
from gdtui.data.labels import MISSING, ClassesError, classified
from gdtui.data.numerals import class_of
from gdtui.data.table import COPIES, Table
from gdtui.data.troubles import few, of_columns
from gdtui.text import listed, printable
from gdtui.types import Floats

PER_CLASS = 16
"""Bytes that a row takes for each of more than two classes: an activation, and whether it is of that class."""

Rows = NDArray[np.intp]
Classes = NDArray[np.int8]


def prepared(table: Table) -> Dataset:
    """The data set in a table. Raises DataError, which names all columns that are of no use, and the remedies."""
    settings, name = table.settings, printable(Path(table.where).name)
    wrong, classes = [], list[str]()
    y: Classes = np.where(np.frombuffer(table.labels.codes, dtype=np.intc) < 0, MISSING, 0).astype(np.int8)
    try:
        y, classes = classified(table.target, table.labels, settings.classes)
    except ClassesError as error:
        wrong.append(str(error))
    features = decide(table)
    is_lacking, lacking = find_gaps(features, y, table.target)
    is_kept = y >= 0 if settings.missing == "mean" else (y >= 0) & ~is_lacking
    wrong += of_columns(features, settings)
    wrong += gaps_told(table, y, is_kept, is_lacking, lacking)
    if wrong:
        raise DataError(f"{table.where}: {'; '.join(wrong)}")
    rows = np.flatnonzero(is_kept)
    chosen = sampled(name, len(rows), settings.samples, settings.seed)
    rows = rows if chosen is None else rows[chosen]
    if len(classes) > 2 and not table.has_room(len(rows), PER_CLASS * len(classes) * len(rows)):
        what = f"{len(classes)} classes do not fit into memory"
        raise DataError(f"{table.where}: {what}; give a shorter table, or pick some with --classes A,B,…")
    values, names, silent = _matrix(table, features, rows)
    classes = [*map(printable, classes)]
    count = count_told(len(rows), len(y), 0 if chosen is not None else int((is_lacking & ~is_kept).sum()))
    begin = f"{name}: {count} with {len(names)} feature{'s' * (len(names) > 1)}"
    told = "; ".join([begin, *columns_told(table, features, lacking, silent), classes_told(classes)])
    labels = y[rows].astype(np.float64)
    return dataset(name, values, labels, tuple(map(printable, names)), tuple(classes), printable(told))


def gaps_told(
    table: Table, y: Classes, is_kept: NDArray[np.bool_], is_lacking: NDArray[np.bool_], lacking: list[str]
) -> list[str]:
    """What to say of rows that lack a value, where something is to be done about them."""
    can_be_left_out = len(np.unique(y[is_kept])) == len(np.unique(y[y >= 0]))
    missing = table.settings.missing
    if not lacking or missing == "mean" or (missing == "drop" and can_be_left_out):
        return []
    if not (y >= 0).any():  # the labels are told of by themselves
        return []
    rows = np.flatnonzero(is_lacking)
    first = f"row {table.numbers[int(rows[0])]}"
    lack, lacks = ("have no label", "has no label") if lacking == [table.target] else ("lack a value", "lacks a value")
    who = f"{first} {lacks}" if len(rows) == 1 else f"{len(rows)} rows {lack}, the first is {first}"
    what = f"{who}, in {few([*map(repr, lacking)])}"
    if missing == "drop":
        few_left = "there are not two classes" if y.max() == 1 else "a class has no rows"
        return [f"{what}; without them {few_left}: give --missing mean"]
    if lacking == [table.target]:
        return [f"{what}: give --missing drop to leave {'it' if len(rows) == 1 else 'them'} out"]
    leave = "--missing drop to leave them out or " if can_be_left_out else ""
    labels = " (rows without a label are left out)" if table.target in lacking else ""
    return [f"{what}: give {leave}--missing mean to fill in means{labels}"]


def _matrix(table: Table, features: Sequence[Column], rows: Rows) -> tuple[Floats, list[str], list[str]]:
    """The features of these rows, shape (rows, d), their names, and the columns that say nothing there, of which
    none are made. Raises DataError where they are too many for the memory, or there are none."""
    texts = [column.name for column in features if column.is_categorical]
    made_of_texts = sum(len(column.texts.known) for column in features if column.is_categorical)
    if not table.has_room(len(rows), COPIES * 8 * made_of_texts * len(rows)):
        what = f"the {made_of_texts} columns that texts would make do not fit into memory"
        raise DataError(f"{table.where}: {what}; leave some out with --drop {listed(texts)}")
    blocks, names, silent = [], [], []
    for column in features:
        block, made = _encoded(column, rows) if column.is_categorical else (numbers(column)[rows], [column.name])
        is_missing = np.isnan(block)
        if is_missing.any() or not made:
            if is_missing.all():
                silent.append(column.name)
                continue
            with np.errstate(over="ignore"):
                block = np.where(is_missing, np.nanmean(block, axis=0), block)
        blocks.append(block.reshape(len(rows), -1))
        names += made
    if not blocks:
        raise DataError(f"{table.where}: no column says anything in the {len(rows)} rows that are left; take more")
    values = np.empty((len(rows), len(names)))
    np.concatenate(blocks, axis=1, out=values)
    return values, names, silent


def _encoded(column: Column, rows: Rows) -> tuple[Floats, list[str]]:
    """A column for each text, 1 where it stands; one for the second where there are two; NaN where there is none."""
    texts, found = list(column.texts.known), codes(column)[rows]
    present = np.unique(found[found >= 0]).tolist()
    if len(present) < 2:
        return np.empty((len(rows), 0)), []
    keys = {code: class_of(texts[code]) for code in present}
    present.sort(key=lambda code: (isinstance(keys[code], str), keys[code]))
    shown = present[1:] if len(present) == 2 else present
    block = (found[:, None] == shown).astype(np.float64)
    block[found < 0] = np.nan
    return block, [f"{column.name}={texts[code]}" for code in shown]


def count_told(rows: int, all_rows: int, dropped: int) -> str:
    if rows == all_rows:
        return f"{rows} rows"
    lack = f" ({dropped} left out for lack of a value)" if dropped else ""
    return f"{rows} of {all_rows} rows{lack}"


def classes_told(classes: Sequence[str]) -> str:
    """What the labels stand for."""
    if len(classes) == 2:
        return f"class 1 is {classes[1]}"
    return f"{len(classes)} classes: {', '.join(classes)}"


def columns_told(table: Table, features: Sequence[Column], lacking: list[str], silent: list[str]) -> list[str]:
    """What was made of the columns."""
    settings = table.settings
    features = [column for column in features if column.name not in silent]
    numeric = [column for column in features if not column.is_categorical]
    filled = [column.name for column in features if column.name in lacking] if settings.missing == "mean" else []
    found = {
        "left out": [
            *table.left_out,
            *(f"{name} (it says nothing in these rows)" for name in silent),
            *settings.drop,
        ],
        "decimal commas in": [column.name for column in numeric if column.point is None],
        "commas part thousands in": [column.name for column in numeric if column.comma is None and "," in column.marks],
        "points part thousands in": [column.name for column in numeric if column.point is None and "." in column.marks],
        "means filled in": filled,
        "texts as 0 and 1 in": [column.name for column in features if column.is_categorical],
    }
    return [f"{what} {few(names)}" for what, names in found.items() if names]

"""What the columns of a table are, once all of it has been read: numbers, texts, an index, or of no use."""

import numpy as np
from numpy.typing import NDArray

from gdtui.data.column import Column, Trouble
from gdtui.data.labels import MISSING, OTHER
from gdtui.data.table import Table
from gdtui.settings import AUTO
from gdtui.types import Floats

MENDED = ("text", "some", "either")
"""Troubles of columns that an option makes good."""
SHORTEST_INDEX = 10
"""Rows that a column has to count to be taken for an index: in tables typed by hand, 1, 2, 3, 4 is a feature."""


def numbers(column: Column) -> Floats:
    """The numbers of a column that has them, NaN where missing."""
    return np.frombuffer((column.point if column.point is not None else column.comma) or b"")


def codes(column: Column) -> NDArray[np.intc]:
    """Which text each row of a column of texts has, -1 where missing."""
    return np.frombuffer(column.texts.codes, dtype=np.intc)


def decide(table: Table) -> list[Column]:
    """The features, each of numbers, of texts, or with its trouble; without an index, and without what has neither a
    name nor values, such as what a comma at the end of each line makes."""
    _settle_marks(table)
    features = table.features
    if _is_index(table):
        table.left_out.append(f"{features[0].name} (it counts the rows)")
        features = features[1:]
    if table.settings.features is None:
        idle = {column: column.is_unnamed and column.trouble is None and gaps_in(column).all() for column in features}
        if not all(idle.values()):
            table.left_out += [f"{column.name} (it has no name and no values)" for column in features if idle[column]]
            features = [column for column in features if not idle[column]]
    for column in features:
        if column.is_categorical or (column.trouble is not None and column.trouble.kind in ("text", "some")):
            _judge_texts(column, AUTO in table.settings.categorical)
        elif column.trouble is None and 0 < column.percents < np.count_nonzero(~np.isnan(numbers(column))):
            column.trouble = Trouble("percent", 0, "")
    return features


def _settle_marks(table: Table) -> None:
    """Decide what the marks in 1,234 and its like are, where their column does not tell: by `--decimal`, by the other
    columns, or by the separator, since a semicolon is there where commas are decimal. Else it is a trouble."""
    numeric = [column for column in table.features if not column.is_categorical and column.trouble is None]
    proven = {"." for column in numeric if column.comma is None} | {"," for column in numeric if column.point is None}
    expected = "," if table.separator == ";" else "."
    for column in numeric:
        if column.either is None or column.point is None or column.comma is None:
            continue
        mark = table.settings.decimal
        if mark is None and len(proven) == 1:
            (mark,) = proven
        elif mark is None and not proven and column.marks == {expected}:
            mark = expected
        if mark is None:
            column.trouble = column.either
        elif mark == ".":
            column.comma = None
        else:
            column.point = None


def _is_index(table: Table) -> bool:
    """Whether the first column counts the rows, was not asked for, and is not all there is."""
    first, rows = table.features[0], len(table.numbers)
    is_asked_for = table.settings.features is not None or not table.settings.index
    if is_asked_for or first.place > 0 or len(table.features) == 1 or rows < SHORTEST_INDEX:
        return False
    if first.is_categorical or first.trouble is not None or first.percents:
        return False
    values = numbers(first)
    return bool(values[0] in (0, 1) and np.array_equal(values, np.arange(rows) + values[0]))


def _judge_texts(column: Column, is_auto: bool) -> None:
    """Whether a column can be texts, and is to be."""
    texts, is_asked_for = column.texts, column.is_categorical
    first = column.trouble or Trouble("text", 0, "")
    column.trouble, column.is_categorical = None, True
    if texts.are_lost:
        kind = "stray" if first.kind == "some" else "many"
        column.trouble = first if texts.are_unwanted else first._replace(kind=kind)
    elif len(texts.known) == 1:
        column.trouble = first._replace(kind="one")
    elif not is_asked_for and not is_auto:
        column.trouble = first


def gaps_in(column: Column) -> NDArray[np.bool_]:
    """Where a column lacks a value."""
    return codes(column) < 0 if column.is_categorical else np.isnan(numbers(column))


def find_gaps(features: list[Column], y: NDArray[np.int8], target: str) -> tuple[NDArray[np.bool_], list[str]]:
    """Which rows of the classes lack a value, shape (N,), and the names of the columns in which they do. A column
    that has none at all is in trouble, and does not count.

    Args:
        features: the columns.
        y: see `classified`.
        target: the name of the labels.
    """
    is_wanted = y != OTHER
    is_lacking, names = y == MISSING, [target] if (y == MISSING).any() else []
    for column in features:
        if column.trouble is None or (column.trouble.kind in MENDED and not column.texts.are_unwanted):
            gaps = gaps_in(column)
            if not gaps.any():
                continue
            if gaps[is_wanted].all():
                column.trouble = Trouble("empty", 0, "")
            elif gaps[is_wanted].any():
                is_lacking |= gaps & is_wanted
                names.append(column.name)
    return is_lacking, names

"""What is to be known of a table before anything is made of it, from one pass over its rows: what `gdtui.data.deciding`
finds out of a table in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdtui.data.column import Column, Texts, Trouble
from gdtui.data.dataset import DataError
from gdtui.data.deciding import SHORTEST_INDEX
from gdtui.data.labels import MISSING, OTHER, classified
from gdtui.data.numerals import text_of
from gdtui.data.streams import NUMBERS, Stream
from gdtui.data.table import Table

MOST_LABELS = 2**15 - 1
"""Different targets that are told apart."""
Classes = NDArray[np.int8]


class Survey:
    """What one pass tells of the columns that could be features.

    Attributes:
        features: these columns, each with its trouble, if it has one.
        lacks: whether each row lacks a value in one of them, shape (N,).
    """

    def __init__(self, stream: Stream, table: Table, features: list[Column]) -> None:
        self.features, self._table = features, table
        self.lacks = np.zeros(stream.rows, dtype=bool)
        self._codes = np.empty(stream.rows, dtype=np.int16)
        self._gaps: dict[int, NDArray[np.intp]] = {}
        """Of the labels that they have, how many rows lack a value in each column."""
        self._labels = Texts(frozenset({""}))
        self._counts_rows, self._begins = True, 0.0
        at = 0
        for values, targets in stream.parts([column.place for column in features], table.target_place):
            rows = slice(at, at + len(values))
            self._codes[rows] = codes = self._coded(targets)
            self._look(values, codes, at)
            at += len(values)

    def _coded(self, targets: NDArray[np.generic]) -> NDArray[np.intp]:
        """Which of the different labels each row has, −1 where it has none."""
        if targets.dtype.kind in NUMBERS:
            targets = targets.astype(np.float64) if targets.dtype.kind == "b" else targets
            different, which = np.unique(targets, return_inverse=True)
            texts = [*map(text_of, different.tolist())]
        else:
            texts, which = [*map(text_of, targets.tolist())], np.arange(len(targets))
        self._labels.add(texts)
        codes = np.frombuffer(self._labels.codes, dtype=np.intc).astype(np.intp)
        del self._labels.codes[:]
        if len(self._labels.known) > MOST_LABELS:
            what = f"has more than {MOST_LABELS:,} different values, and classes are few"
            raise DataError(f"{self._table.where}: column {self._table.target!r} {what}; name another with --target")
        return np.asarray(codes[which])

    def _look(self, values: NDArray[np.float64], codes: NDArray[np.intp], at: int) -> None:
        first = values[:, 0]
        if self._counts_rows:
            if at == 0:
                self._begins = float(first[0])
            self._counts_rows = bool(np.array_equal(first, np.arange(at, at + len(values)) + self._begins))
        if np.isfinite(values).all():
            return
        for place in np.flatnonzero(np.isinf(values).any(axis=0)).tolist():
            if self.features[place].trouble is None:
                row = int(np.isinf(values[:, place]).argmax())
                self.features[place].fail("other", at + row + 1, str(values[row, place]))
        gaps = np.isnan(values)
        lacks = gaps.any(axis=1)
        self.lacks[at : at + len(values)] = lacks
        for code in np.unique(codes[lacks]).tolist():
            none = np.zeros(len(self.features), dtype=np.intp)
            self._gaps[code] = self._gaps.get(code, none) + gaps[codes == code].sum(axis=0)

    @property
    def is_index(self) -> bool:
        """Whether the first column counts the rows, was not asked for, and is not all there is."""
        settings, first = self._table.settings, self.features[0]
        is_asked_for = settings.features is not None or not settings.index
        if is_asked_for or first.place > 0 or len(self.features) == 1 or len(self._codes) < SHORTEST_INDEX:
            return False
        return self._counts_rows and self._begins in (0, 1)

    @property
    def idle(self) -> list[Column]:
        """The columns that have neither a name nor values, unless all are such."""
        if self._table.settings.features is not None:
            return []
        counts = sum(self._gaps.values(), np.zeros(len(self.features), dtype=np.intp))
        pairs = zip(self.features, (counts == len(self._codes)).tolist(), strict=True)
        found = [column for column, is_empty in pairs if is_empty and column.is_unnamed]
        return found if len(found) < len(self.features) else []

    def classes(self) -> tuple[Classes, list[str]]:
        """See `classified`. Raises ClassesError."""
        self._labels.codes.extend(range(len(self._labels.known)))
        self._labels.codes.append(-1)
        numbers, names = classified(self._table.target, self._labels, self._table.settings.classes)
        self._is_other = numbers == OTHER
        return numbers[self._codes], names

    def labelled(self) -> Classes:
        """Class 0 where there is a label, where classes are not to be had."""
        self._is_other = np.zeros(len(self._labels.known) + 1, dtype=bool)
        return np.where(self._codes < 0, MISSING, 0).astype(np.int8)

    def find_gaps(self, y: Classes) -> list[str]:
        """The names of the columns that lack a value in a row of the classes, the target's among them; those without
        any value are in trouble."""
        wanted = [counts for code, counts in self._gaps.items() if not self._is_other[code]]
        counts = sum(wanted, np.zeros(len(self.features), dtype=np.intp))
        rows = int(np.count_nonzero(y != OTHER))
        names = [self._table.target] if (y == MISSING).any() else []
        for column, count in zip(self.features, counts.tolist(), strict=True):
            if column.trouble is None and count:
                if count == rows:
                    column.trouble = Trouble("empty", 0, "")
                else:
                    names.append(column.name)
        return names

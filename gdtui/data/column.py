"""A column of a table as it is read: numbers, while all can be, and the different texts, while they are few."""

import math
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.data.numerals import MISSING, is_date, number, readings, text_of
from gdtui.types import Floats

MOST_TEXTS = 100
"""Different texts of a column that can be made columns of 0 and 1."""
AT_ONCE = 512
"""Cells after which the texts are counted."""


class Trouble(NamedTuple):
    """Why a column cannot be had as numbers, with the first cell that shows it, or row 0 where no single one does."""

    kind: str
    row: int
    text: str


class Texts:
    """The different texts of a column, and which of them each row has; -1 where it has none.

    Args:
        gaps: the texts, in lower case, that mean that there is none.
        most: how many different ones are kept track of.
    """

    __slots__ = ("_cells", "_most", "are_lost", "are_unwanted", "codes", "known")

    def __init__(self, gaps: frozenset[str], most: float = math.inf) -> None:
        self.known: dict[str, int] = {}
        self.codes = array("i")
        self.are_lost = self.are_unwanted = False
        """Whether they were forgotten; and whether that was because the column is one of numbers, and not because they
        were too many."""
        self._cells, self._most = _Cells(self.known, gaps), most

    @property
    def size(self) -> int:
        """Bytes that the different texts take."""
        return self._cells.size

    def add(self, cells: Sequence[str]) -> None:
        for at in range(0, len(cells), AT_ONCE):
            if self.are_lost:
                return
            self.codes.extend(map(self._cells.__getitem__, cells[at : at + AT_ONCE]))
            if len(self.known) > self._most:
                self.forget()

    def forget(self) -> None:
        self.are_lost = True
        self.known.clear()
        self._cells.clear()
        self._cells.size, self.codes = 0, array("i")


class _Cells(dict[str, int]):
    """Which text each cell is, found once for all cells that are alike."""

    __slots__ = ("_gaps", "_known", "size")

    def __init__(self, known: dict[str, int], gaps: frozenset[str]) -> None:
        self.size, self._known, self._gaps = 0, known, gaps

    def __missing__(self, cell: str) -> int:
        text = cell.strip()
        code = -1 if text.lower() in self._gaps else self._known.setdefault(text, len(self._known))
        self[cell] = code
        self.size += 5 * len(cell) + 200
        return code


class Column:
    """A column that features are to be made of.

    Args:
        name: in the header; where that has none, its place.
        place: in the table, from 0.
        is_unnamed: whether the header has no name for it.
        is_categorical: whether its texts are wanted, whatever they are.
        sure: rows after which a column of numbers is one, also if texts should follow.
    """

    def __init__(
        self, name: str, place: int, is_unnamed: bool = False, is_categorical: bool = False, sure: int = 10_000
    ) -> None:
        self.name, self.place = name, place
        self.is_unnamed, self.is_categorical = is_unnamed, is_categorical
        self.trouble: Trouble | None = None
        self.texts = Texts(MISSING, MOST_TEXTS)
        self.either: Trouble | None = None
        """The first cell that is one number with a decimal point and another with a decimal comma."""
        self.marks: frozenset[str] = frozenset()
        """The marks in such cells."""
        self.point: array[float] | None = array("d")
        """The numbers with decimal points, NaN where missing; None where they cannot be those."""
        self.comma: array[float] | None = self.point
        """The same with decimal commas: one array, until they differ."""
        self.percents = 0
        """Numbers with a % behind them."""
        self._has_numbers, self._sure = False, sure

    def add(self, cells: Sequence[str], rows: Sequence[int]) -> None:
        """Take in some more cells, with the rows where they are."""
        at = len(cells) if self.is_categorical else 0
        while at < len(cells) and self.trouble is None and not self._add_plain(cells[at:]):
            could_be = self._can_be()
            while at < len(cells) and self._can_be() == could_be:
                self._add_cell(cells[at], rows[at])
                at += 1
        self.texts.add(cells)
        if self._has_numbers and self.trouble is None and len(self.texts.codes) >= self._sure:
            self.texts.are_unwanted = not self.texts.are_lost
            self.texts.forget()

    def add_array(self, values: NDArray[Any] | str, rows: range) -> None:
        """Take in some more values, of numbers, or of texts and None; or what they are instead, in a word."""
        if isinstance(values, str):
            self.fail("other", rows[0], values)
        elif values.dtype.kind not in "biuf":
            self.add([*map(text_of, values.tolist())], rows)
        elif self.is_categorical:
            self.texts.add([*map(text_of, values.tolist())])
        else:
            self._add_numbers(np.ascontiguousarray(values, dtype=np.float64), rows)

    def _add_numbers(self, values: Floats, rows: range) -> None:
        self.texts.forget()
        endless = np.flatnonzero(np.isinf(values))
        if self.point is not None and not len(endless):
            self.point.frombytes(values.tobytes())
        elif self.trouble is None:
            self.fail("other", rows[int(endless[0])], str(values[endless[0]]))

    def fail(self, kind: str, row: int, text: str) -> None:
        """It is no column of numbers."""
        self.trouble = Trouble(kind, row, text)
        self.point = self.comma = None

    def _can_be(self) -> tuple[bool, bool]:
        """Whether it can have decimal points, and whether decimal commas."""
        return self.point is not None, self.comma is not None

    def _add_plain(self, cells: Sequence[str]) -> bool:
        """Take in cells that are all numbers as Python writes them, or with decimal commas where all are; returns
        whether they are."""
        whole = "".join(cells)
        if "_" in whole or ("." in whole and self.comma is not None):
            return False
        if self.point is None:
            if "\n" in whole:
                return False
            cells = "\n".join(cells).replace(",", ".").split("\n")
        try:
            values = array("d", map(float, cells))
        except ValueError:
            return False
        if not math.isfinite(sum(values)):
            return False
        if self.comma is not None and self.comma is not self.point:
            self.comma.extend(values)
        if self.point is not None:
            self.point.extend(values)
        self._has_numbers = True
        return True

    def _add_cell(self, cell: str, row: int) -> None:
        text = cell.strip()
        point: float | None = math.nan
        comma: float | None = math.nan
        if text.lower() not in MISSING:
            is_percent = text.endswith("%")
            point, comma = readings(text[:-1].rstrip() if is_percent else text)
            self._narrow(point, comma, row, text)
            if self.trouble is not None:
                return
            self.percents += is_percent
            self._has_numbers = True
        if self.comma is not None and self.comma is not self.point and comma is not None:
            self.comma.append(comma)
        if self.point is not None and point is not None:
            self.point.append(point)

    def _narrow(self, point: float | None, comma: float | None, row: int, text: str) -> None:
        """What the column can be, now that it has a cell that can be these."""
        if point is not None and comma is not None and point != comma:
            self.either = self.either or Trouble("either", row, text)
            self.marks |= {*text} & {".", ","}
            if self.comma is self.point and self.point is not None:
                self.comma = array("d", self.point)
        is_left = (self.point is not None and point is not None) or (self.comma is not None and comma is not None)
        if not is_left:
            is_number, is_endless = point is not None or comma is not None, number(text) is not None
            words = "text" if not self._has_numbers else "again" if text == self.name else "some"
            kind = "mixed" if is_number else "other" if is_endless else "date" if is_date(text) else words
            self.fail(kind, row, text)
        elif point is None:
            self.point = None
        elif comma is None:
            self.comma = None

"""A table from outside, whatever its format: which of its columns are wanted, and those as they are read."""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from gdtui.data.column import Column, Texts
from gdtui.data.dataset import DataError, column_numbers
from gdtui.data.numerals import text_of
from gdtui.data.progress import PROGRESS
from gdtui.data.source import memory
from gdtui.data.troubles import few
from gdtui.settings import AUTO, DataSettings
from gdtui.text import listed

COPIES = 4
"""How often the numbers are in memory at the most: as they are read, as X, standardised, and in blocks."""
SURE = 2**17
"""Cells of a table after which columns of numbers are those: the different texts of all columns take memory."""
UNNAMED = "Unnamed: "
"""How the names begin that pandas gives to columns without one."""
COLUMN = 2000
"""Bytes that a column takes before anything is in it."""
SHORTER = "give a shorter table, or one of numbers as .npy or .parquet, whose rows can stay on the disk"
"""What can be done where there is too much."""


class Table:
    """The wanted columns of a table, at first without rows.

    Args:
        where: what to call it.
        header: the names of all its columns, not stripped.
        settings: which are wanted; the target is the last that has a name, where nobody says.
        separator: what parts its columns, where it is text.

    Raises:
        DataError: the columns that are wanted are not there, or not all can be had.
    """

    def __init__(self, where: str, header: Sequence[str], settings: DataSettings, separator: str = "") -> None:
        self.where, self.settings, self.separator = where, settings, separator
        self.width = len(header)
        names = [name.strip() or f"column {place + 1}" for place, name in enumerate(header)]
        is_named = [bool(name.strip()) and not name.startswith(UNNAMED) for name in header]
        last = next((place for place in reversed(range(self.width)) if is_named[place]), -1)
        self.target = names[last] if settings.target is None else settings.target
        self.labels = Texts(frozenset({""}))
        wanted = self._wanted(names)
        nameless = self._nameless(names, is_named, wanted)
        wanted = wanted[nameless:]
        self.left_out = [f"{name} (it has no name)" for name in names[:nameless]]
        """What to say of each column that is left out though nobody said so."""
        column_numbers(where, names, settings.drop, "--drop")
        column_numbers(where, [*names, AUTO], settings.categorical, "--categorical")
        (self.target_place,) = column_numbers(where, names, (self.target,))
        self._check_names(names, wanted)
        places = column_numbers(where, names, wanted)
        self.features = [
            Column(name, place, not is_named[place], name in settings.categorical, SURE // self.width)
            for name, place in zip(wanted, places, strict=True)
        ]
        self.numbers: Sequence[int]
        """Of each row, where in the file it is."""
        self.numbers = self._numbers = array("q")
        self._room = memory() - COLUMN * len(wanted)
        self._cost = COPIES * 8 * (len(wanted) + 3)
        """Bytes that a row takes."""

    def _wanted(self, names: list[str]) -> tuple[str, ...]:
        """The names of the features, as the options say. Raises DataError where those do not go together."""
        settings, where = self.settings, self.where
        if self.target in settings.drop:
            raise DataError(f"{where}: column {self.target!r} is the target, so --drop cannot leave it out")
        if settings.features is None:
            left_out = {self.target, *settings.drop}
            return tuple(name for name in names if name not in left_out)
        for name in settings.features:
            if name in settings.drop:
                raise DataError(f"{where}: column {name!r} is in --features and in --drop; take it out of one")
        return settings.features

    def _nameless(self, names: list[str], is_named: list[bool], wanted: tuple[str, ...]) -> int:
        """How many features at the left have no name, and so are an index; one that is left stays."""
        count = 0
        if self.settings.index and self.settings.features is None and any(is_named):
            while count < len(wanted) - 1 and wanted[count] == names[count] and not is_named[count]:
                count += 1
        return count

    def _check_names(self, names: list[str], wanted: tuple[str, ...]) -> None:
        """Raises DataError where the names of wanted columns say too little."""
        if self.target in wanted:
            raise DataError(f"{self.where}: column {self.target!r} is the target, so it cannot be a feature as well")
        if not wanted:
            reason = "has one column only" if self.width == 1 else "has no column left"
            raise DataError(f"{self.where}: {reason}; a feature and a target are needed")
        used = {self.target, *wanted}
        twice = [name for name, times in Counter(names).items() if times > 1 and name in used]
        if twice:
            can_go = self.settings.features is None and {*twice} < {*wanted}
            remedy = f", or leave them out with --drop {listed(twice)}" if can_go else ""
            raise DataError(
                f"{self.where}: the header names {few([*map(repr, twice)])} more than once; "
                f"give each column a name of its own{remedy}"
            )

    def add(self, rows: Sequence[list[str]], numbers: Sequence[int]) -> None:
        """Take in some more rows of text; `numbers` are those of their lines. Blank cells that are too many are left
        out of a row. Raises DataError where the rows do not fit into the table, or into memory."""
        for row, number in zip(rows, numbers, strict=True):
            if len(row) > self.width and not any(map(str.strip, row[self.width :])):
                del row[self.width :]
            if len(row) != self.width:
                raise DataError(f"{self.where}: row {number} has {len(row)} columns, but the header has {self.width}")
        cells = list(zip(*rows, strict=True))
        for column in self.features:
            column.add(cells[column.place], numbers)
        self.labels.add(cells[self.target_place])
        self.count(numbers)

    def add_arrays(self, parts: Mapping[int, NDArray[Any] | str], rows: range) -> None:
        """Take in some more rows of the wanted columns; see `Column.add_array`. Raises as `add`."""
        for column in self.features:
            column.add_array(parts[column.place], rows)
        labels = parts[self.target_place]
        if isinstance(labels, str):
            self.labels.add([labels] * len(rows))
        else:
            are_flags = labels.dtype.kind == "b"
            self.labels.add([*map(text_of, labels.astype(float).tolist() if are_flags else labels.tolist())])
        self.count(rows)
        if (progress := PROGRESS.get()) is not None:
            progress.saw(0, len(rows))

    def check_room(self, rows: int) -> None:
        """Raises DataError where there are none, or not memory enough for so many."""
        if not rows:
            raise DataError(f"{self.where}: has no rows of data")
        if not self.has_room(rows):
            raise DataError(f"{self.where}: does not fit into memory; {SHORTER}")

    def count(self, numbers: Sequence[int]) -> None:
        """These rows were added. Raises DataError where there is no memory for more."""
        self._numbers.extend(numbers)
        texts = self.labels.size + sum(column.texts.size for column in self.features)
        if not self.has_room(len(self.numbers), texts):
            raise DataError(f"{self.where}: row {numbers[-1]}: no more rows than these fit into memory; {SHORTER}")

    def has_room(self, rows: int, more: int = 0) -> bool:
        """Whether memory holds so many rows, and so many bytes."""
        return rows * self._cost + more <= self._room

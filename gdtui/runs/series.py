"""A growing array."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from gdtui.types import Floats

AT_ONCE = 2**14
"""Rows that are halved at a time."""


class Series:
    """A growing array of float rows; appending costs amortised constant time.

    Args:
        row_shape: of each row.
        order: F where columns are reduced, not rows read: each is in one piece then.
    """

    def __init__(self, *row_shape: int, order: Literal["C", "F"] = "C") -> None:
        self._room, self._order = np.empty((1024, *row_shape), order=order), order
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def extend(self, rows: Floats) -> None:
        needed = self._used + len(rows)
        if needed > len(self._room):
            room = np.empty((max(needed, 2 * len(self._room)), *self._room.shape[1:]), order=self._order)
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[self._used : needed] = rows
        self._used = needed

    def view(self) -> Floats:
        """All rows so far, not copied."""
        return self._room[: self._used]

    def cut(self, count: int) -> None:
        """Keep the first `count` rows alone."""
        self._used = count

    def halve(self, merge: Callable[[Floats], Floats]) -> None:
        """Hold what this makes of every two rows instead. It is given some rows at a time, an even number but at the
        end: all at once would take as much memory again for a moment, which the C library keeps."""
        kept = 0
        for begin in range(0, self._used, AT_ONCE):
            rows = merge(self._room[begin : min(begin + AT_ONCE, self._used)])
            self._room[kept : kept + len(rows)] = rows
            kept += len(rows)
        self._used = kept

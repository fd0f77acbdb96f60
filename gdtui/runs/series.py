"""A growing array."""

from typing import Literal

import numpy as np

from gdtui.types import Floats


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

    def keep(self, rows: Floats) -> None:
        """Hold these rows, of which there are fewer, instead."""
        self._used = 0
        self.extend(rows)

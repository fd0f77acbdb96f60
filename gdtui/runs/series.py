"""A growing array."""

import numpy as np

from gdtui.types import Floats


class Series:
    """A growing array of float rows; appending costs amortised constant time."""

    def __init__(self, *row_shape: int) -> None:
        self._room = np.empty((1024, *row_shape))
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def extend(self, rows: Floats) -> None:
        needed = self._used + len(rows)
        if needed > len(self._room):
            room = np.empty((max(needed, 2 * len(self._room)), *self._room.shape[1:]))
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[self._used : needed] = rows
        self._used = needed

    def view(self) -> Floats:
        """All rows so far, not copied."""
        return self._room[: self._used]

    def clear(self) -> None:
        """Forget all rows; the room stays."""
        self._used = 0

    def halve(self) -> None:
        """Keep every second row."""
        kept = self.view()[::2].copy()
        self._room[: len(kept)] = kept
        self._used = len(kept)

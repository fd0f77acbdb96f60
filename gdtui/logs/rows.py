"""What readers of logs hand on: numbers by their names, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gdtui.types import Floats


class LogError(ValueError):
    """A log that cannot be read; the message is one line that says where and why."""


class Rows(NamedTuple):
    """Some records in a row that have the same names.

    Attributes:
        names: of the columns, as the log has them; where a record was made is among them, under names such as step,
            epoch, or time (seconds since 1970), see `gdtui.logs.places_along`.
        table: shape (n, len(names)); NaN and infinities are what the log says.
        said: whether the record says anything there, of the same shape; None where all say all.
        records: which records of the log they are, from 1, shape (n,); None where each comes right behind the one
            before, as they are handed on.
    """

    names: tuple[str, ...]
    table: Floats
    said: NDArray[np.bool_] | None = None
    records: Floats | None = None

    @classmethod
    def of(cls, record: Mapping[str, float]) -> Rows:
        """A single record."""
        return cls((*record,), np.array([[*record.values()]], dtype=np.float64))

    @property
    def kind(self) -> tuple[object, ...]:
        """The same for those that can be held in one table."""
        return self.names, self.said is None, self.records is None


def joined(found: Sequence[Rows]) -> Iterator[Rows]:
    """The same in as few tables as there may be: what grows by all of them at once is copied once."""
    for _, group in groupby(found, lambda rows: rows.kind):
        first, *others = group
        parts = zip(first[1:], *(rows[1:] for rows in others), strict=True)
        whole = (None if part[0] is None else np.concatenate(part) for part in parts)
        yield Rows._make((first.names, *whole)) if others else first


class Reader(Protocol):
    """Reads one log on, whatever its format. Which one it is that reads a log: `gdtui.logs.readers`. Those of logs that
    tell it have `failure` too: by which error the training has ended; and those whose steps count over all epochs for
    certain `has_global_steps`.

    Made with the log's path, and with the name of one run where the log holds several. It opens what it reads anew at
    each `read`, since another file may have taken its place.
    """

    format: ClassVar[str]
    """What people call it."""

    @property
    def skipped(self) -> int:
        """Lines, or records, that were passed over, since they say nothing that is understood."""

    @property
    def first_skipped(self) -> str:
        """The first of them, in a line that says where and why; empty where there is none."""

    @property
    def readings(self) -> int:
        """How often it was begun to be read from its start, since it was replaced, cut or begun anew: then all that was
        read before is not in it any more."""

    @property
    def is_over(self) -> bool:
        """Whether the log says that the training has ended."""

    def __init__(self, path: str, run: str = "") -> None: ...

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        """Whether a log is of this format.

        Args:
            path: an existing file, or a folder.
            head: how the file begins, up to 64 KiB; empty for a folder.
        """

    @classmethod
    def runs(cls, path: str) -> list[str]:
        """The names of the runs in a log of this format; [""] where one log is one run. Raises LogError."""

    def read(self) -> list[Rows]:
        """What is new since the last call, in the order of the log; what is torn at its end waits for the rest. Raises
        LogError where nothing can be read, now or at all, and OSError as files do."""

"""How far data has been read: told by the thread that reads it, and asked by whoever waits for it."""

import os
from contextvars import ContextVar

from gdtui.text import printable


class GivenUpError(Exception):
    """Nobody waits for the data any more."""


class Progress:
    """Of one reading.

    Attributes:
        name: of what is read.
        doing: what else is done for the data, in words, if anything is.
        rows, bytes: that have come.
        size: bytes in all; 0 where nobody knows.
        is_given_up: set by whoever does not wait any more.
    """

    def __init__(self, name: str = "") -> None:
        self.name, self.doing = name, ""
        self.rows = self.bytes = self.size = 0
        self.is_given_up = False

    def saw(self, size: int, rows: int) -> None:
        """So many more have come. Raises GivenUpError where nobody waits for them."""
        if self.is_given_up:
            raise GivenUpError
        self.bytes += size
        self.rows += rows

    @property
    def text(self) -> str:
        """The same in words; empty as long as nothing is read."""
        if self.doing:
            return self.doing
        known = [reading(self.name)] if self.name else []
        if self.rows:
            known.append(f"{self.rows:,} rows")
        if self.size:
            known.append(f"{min(self.bytes / self.size, 1):.0%}")
        return "  ".join(known)


def reading(name: str) -> str:
    """What is awaited, in words."""
    return f"reading {printable(os.path.basename(name) or name)} …"


PROGRESS: ContextVar[Progress | None] = ContextVar("PROGRESS", default=None)
"""Where a thread that reads data tells how far it is, if anybody wants to know."""

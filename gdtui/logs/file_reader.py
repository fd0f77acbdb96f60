"""What the readers of logs have in common that are files, stores or folders of such."""

from __future__ import annotations

from abc import ABC, abstractmethod

from gdtui.logs.rows import Rows
from gdtui.text import printable


class FileReader(ABC):
    """See `gdtui.logs.rows.Reader`: counts how often it was begun to be read, and what it passes over.

    Attributes:
        has_more: whether there is more to be read than was read at once.
    """

    def __init__(self, path: str, run: str = "") -> None:
        self.path, self.run = path, run
        self.readings, self.is_over, self.has_more = 0, False, False
        self._begin_reading()

    def _begin_reading(self) -> None:
        """Nothing of it is known."""
        self.readings += 1
        self.skipped, self.first_skipped = 0, ""

    def _skip(self, what: str) -> None:
        """Something says nothing that is understood, for the reason told."""
        self.skipped += 1
        self.first_skipped = self.first_skipped or printable(what)

    @abstractmethod
    def read(self) -> list[Rows]:
        """See `Reader.read`."""

    def called(self) -> str:
        """What the run is called by now: it may have been renamed."""
        return self.run

    @classmethod
    def runs(cls, path: str) -> list[str]:
        """One log is one run."""
        return [""]

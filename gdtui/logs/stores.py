"""Logs in SQLite databases, which others may be writing to."""

from __future__ import annotations

import os
import sqlite3
from abc import abstractmethod
from collections.abc import Iterable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import ClassVar

from gdtui.logs.file_reader import FileReader
from gdtui.logs.rows import LogError, Rows
from gdtui.text import printable

MAGIC = b"SQLite format 3\0"
WRITE_AHEAD = b"\2\2"
"""Bytes 18 and 19 of a database that is written by way of a log beside it."""
PATIENCE = 2.0
"""Seconds that a locked database is waited for until it is known what it holds; later, the next read tries again."""
LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

LONGEST = 2**26
"""Bytes in a row, at the most: SQLite itself lets one have 1 GB, also where it is only computed from a few."""
MOST_AT_ONCE = 50_000
"""Rows that are read before what they say is shown."""

Mark = tuple[object, ...]
"""A row by which it is known that what was read before is still there: its rowid comes first."""


class StoreReader(FileReader):
    """Reads one run of a store; see `gdtui.logs.rows.Reader`."""

    tables: ClassVar[frozenset[str]]
    """By which a store is known."""

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self.failure = ""
        self.mark: Mark | None = None
        self.count = 0
        """Records that were read, where a record is not a row of what is handed on."""
        self._seen: object = None
        self._key: str | None = None

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        if not head.startswith(MAGIC):
            return False
        with _Told(path), closing(_opened(path, PATIENCE)) as store:
            found = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return cls.tables <= {name for (name,) in found}

    @classmethod
    def runs(cls, path: str) -> list[str]:
        with _Told(path), closing(_opened(path, PATIENCE)) as store:
            return [*_unique(cls.named(store))] or [""]

    @classmethod
    @abstractmethod
    def named(cls, store: sqlite3.Connection) -> list[tuple[str, str]]:
        """The names of all runs, and by what the store knows them, from the first that was begun to the last."""

    @abstractmethod
    def marked(self, store: sqlite3.Connection, rowid: int) -> Mark | None:
        """The row with that rowid."""

    @abstractmethod
    def new(self, store: sqlite3.Connection, key: str) -> list[Rows]:
        """The next rows of a run after the mark, or its first, through `rows_of`."""

    def rows_of(self, query: sqlite3.Cursor) -> list[Mark]:
        """The first rows of what a query finds; the last becomes the mark."""
        rows = query.fetchmany(MOST_AT_ONCE)
        self.has_more = len(rows) == MOST_AT_ONCE
        self.mark = rows[-1] if rows else self.mark
        return rows

    def read(self) -> list[Rows]:
        seen = _state(self.path)
        if seen == self._seen:
            return []
        try:
            with _Told(self.path), closing(_opened(self.path)) as store:
                store.execute("BEGIN")
                if self.mark is not None and self.marked(store, int(str(self.mark[0]))) != self.mark:
                    self._begin_reading()
                if self.mark is None and self._key not in self._names(store):
                    self._key = self._find(store)
                found = [] if self._key is None else self.new(store, self._key)
        except _LockedError:
            return []
        self._seen = None if self.has_more else seen
        return found

    def called(self) -> str:
        with _Told(self.path), closing(_opened(self.path, PATIENCE)) as store:
            return self._names(store).get(self._key or "", self.run)

    def _names(self, store: sqlite3.Connection) -> dict[str, str]:
        """The names of all runs by what the store knows them by, which stays where they are renamed."""
        return {key: name for name, key in _unique(self.named(store)).items()}

    def _find(self, store: sqlite3.Connection) -> str | None:
        """By what the store knows the run, or the one begun last where no name was given; None where there is none."""
        runs = _unique(self.named(store))
        if self.run and self.run not in runs:
            raise LogError(f"{self.path}: has no run {printable(self.run)} any more")
        self.run = self.run or next(reversed(runs), "")
        return runs.get(self.run)


class _LockedError(LogError):
    """Somebody is writing to the store at this moment."""


class _Told:
    """Within it what SQLite raises becomes one line: LogError, or the _LockedError among them."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, (sqlite3.Error, UnicodeError)):  # its own words may hold what is no text
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in LOCKED:
                raise _LockedError(f"{self._path}: is locked by a program that writes to it: try again") from None
            raise LogError(f"{self._path}: cannot be read: {printable(str(error))}") from None


def _opened(path: str, patience: float = 0.0) -> sqlite3.Connection:
    """A connection that reads and leaves no files: SQLite makes some beside a database with a log that nobody has open
    now, even where it only reads, unless it is told that nobody writes."""
    with open(path, "rb") as file:
        is_at_rest = file.read(20)[18:] == WRITE_AHEAD and not os.path.exists(path + "-wal")
    options = "mode=ro" + "&immutable=1" * is_at_rest
    store = sqlite3.connect(f"{Path(path).absolute().as_uri()}?{options}", patience, uri=True)
    store.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    store.text_factory = lambda text: text.decode(errors="replace")
    return store


def _state(path: str) -> object:
    """What changes whenever something is written."""
    found = []
    for name in (path, path + "-wal"):
        try:
            about = os.stat(name)
            found.append((about.st_ino, about.st_size, about.st_mtime_ns))
        except FileNotFoundError:
            if name == path:
                raise
    return found


def _unique(runs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys of runs by their names; where a name has come before, there is a number behind it."""
    found: dict[str, str] = {}
    for name, key in runs:
        numbered = (f"{name} #{number}" for number in count(2))
        found[next(other for other in numbered if other not in found) if name in found else str(name)] = key
    return found

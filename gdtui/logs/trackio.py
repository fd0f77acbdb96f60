"""trackio's store: a SQLite database for each project, in its folder (`TRACKIO_DIR`)."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import msgspec

from gdtui.logs.lines import together
from gdtui.logs.rows import Rows
from gdtui.logs.stores import Mark, StoreReader

NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, None: math.nan}
"""What trackio writes for them."""

COLUMNS = "id, timestamp, step, metrics"
RUNS = """WITH RECURSIVE runs(key) AS (
    SELECT min({key}) FROM metrics
    UNION ALL SELECT (SELECT min({key}) FROM metrics WHERE {key} > runs.key) FROM runs WHERE key NOT NULL
) SELECT (SELECT CAST(run_name AS TEXT) FROM metrics WHERE {key} = runs.key ORDER BY step LIMIT 1), key FROM runs
WHERE key NOT NULL ORDER BY (SELECT id FROM metrics WHERE {key} = runs.key ORDER BY step LIMIT 1)"""
"""The runs by their first rows, found through the index by run and step: not all rows are looked at."""


class Trackio(StoreReader):
    """A run of trackio's; see `gdtui.logs.rows.Reader`."""

    format: ClassVar[str] = "trackio's SQLite stores"
    tables: ClassVar[frozenset[str]] = frozenset({"metrics", "configs"})

    @classmethod
    def named(cls, store: sqlite3.Connection) -> list[tuple[str, str]]:
        return store.execute(RUNS.format(key=_key(store))).fetchall()

    def marked(self, store: sqlite3.Connection, rowid: int) -> Mark | None:
        found: Mark | None = store.execute(f"SELECT {COLUMNS} FROM metrics WHERE id = ?", (rowid,)).fetchone()
        return found

    def new(self, store: sqlite3.Connection, key: str) -> list[Rows]:
        since = 0 if self.mark is None else self.mark[0]
        # The plus keeps SQLite from going by an index, which is in the order of the steps and would have to be sorted.
        query = f"SELECT {COLUMNS} FROM metrics WHERE +{_key(store)} = ? AND id > ? ORDER BY id"
        records = list[Mapping[str, float]]()
        for rowid, time, step, metrics in self.rows_of(store.execute(query, (key, since))):
            numbers = _numbers(metrics)
            if numbers is None or not isinstance(step, int):
                self._skip(f"row {rowid} holds no metrics")
            elif numbers:
                records.append(numbers | {"step": float(step), "time": _seconds(time)})
        return [together(records)] if records else []


def _key(store: sqlite3.Connection) -> str:
    """The column by which runs are told from each other: early versions had names alone."""
    names = {name for _, name, *_ in store.execute("PRAGMA table_info(metrics)")}
    return "run_id" if "run_id" in names else "run_name"


def _numbers(metrics: object) -> dict[str, float] | None:
    """The numbers of a record by their names; None where it is none. Texts, pictures and tables are no numbers."""
    try:
        found = msgspec.json.decode(metrics if isinstance(metrics, (bytes, str)) else b"", type=dict)
        numbers = {}
        for name, value in found.items():
            if type(value) is float or type(value) is int:
                numbers[name] = float(value)
            elif value is None or (isinstance(value, str) and value in NOT_FINITE):
                numbers[name] = NOT_FINITE[value]
    except (msgspec.MsgspecError, UnicodeError, OverflowError):
        return None
    return numbers


def _seconds(time: object) -> float:
    """Seconds since 1970; NaN where that cannot be known."""
    try:
        told = datetime.fromisoformat(str(time))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return math.nan

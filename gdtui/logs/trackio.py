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


class Trackio(StoreReader):
    """A run of trackio's; see `gdtui.logs.rows.Reader`."""

    format: ClassVar[str] = "trackio's SQLite stores"
    tables: ClassVar[frozenset[str]] = frozenset({"metrics", "configs"})

    @classmethod
    def named(cls, store: sqlite3.Connection) -> list[tuple[str, str]]:
        key = _key(store)
        return store.execute(
            f"SELECT CAST(run_name AS TEXT), {key} FROM metrics GROUP BY {key} ORDER BY min(id)"
        ).fetchall()

    def marked(self, store: sqlite3.Connection, rowid: int) -> Mark | None:
        found: Mark | None = store.execute(f"SELECT {COLUMNS} FROM metrics WHERE id = ?", (rowid,)).fetchone()
        return found

    def new(self, store: sqlite3.Connection, key: str) -> list[Rows]:
        since = 0 if self.mark is None else self.mark[0]
        rows = store.execute(
            f"SELECT id, timestamp, step, metrics FROM metrics WHERE {_key(store)} = ? AND id > ? ORDER BY id",
            (key, since),
        ).fetchall()
        records = list[Mapping[str, float]]()
        for rowid, time, step, metrics in rows:
            numbers = _numbers(metrics)
            if numbers is None or not isinstance(step, int):
                self.skipped += 1
                self.first_skipped = self.first_skipped or f"row {rowid} holds no metrics"
            elif numbers:
                records.append(numbers | {"step": float(step), "time": _seconds(time)})
        self.mark = rows[-1] if rows else self.mark
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
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                numbers[name] = float(value)
            elif isinstance(value, (str, type(None))) and value in NOT_FINITE:
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

"""MLflow's store in a SQLite database (`sqlite:///mlflow.db`)."""

from __future__ import annotations

import sqlite3
from typing import ClassVar

import numpy as np

from gdtui.logs.rows import Rows
from gdtui.logs.stores import Mark, StoreReader

ENDED = ("FINISHED", "FAILED", "KILLED")
LARGEST = float(np.finfo(np.float64).max)
"""As which MLflow keeps infinity."""
COLUMNS = """rowid, coalesce(CAST(key AS TEXT), ''), CAST(step AS REAL), timestamp / 1000.0,
    CASE WHEN is_nan THEN NULL ELSE CAST(value AS REAL) END"""


class MLflow(StoreReader):
    """A run of MLflow's; see `gdtui.logs.rows.Reader`."""

    format: ClassVar[str] = "MLflow's SQLite stores"
    tables: ClassVar[frozenset[str]] = frozenset({"experiments", "runs", "metrics", "latest_metrics"})

    @classmethod
    def named(cls, store: sqlite3.Connection) -> list[tuple[str, str]]:
        return store.execute(
            """SELECT CAST(e.name AS TEXT) || '/' || coalesce(r.name, r.run_uuid), r.run_uuid
            FROM runs r JOIN experiments e USING (experiment_id)
            WHERE r.lifecycle_stage = 'active' ORDER BY r.start_time, r.rowid"""
        ).fetchall()

    def marked(self, store: sqlite3.Connection, rowid: int) -> Mark | None:
        found: Mark | None = store.execute(f"SELECT {COLUMNS} FROM metrics WHERE rowid = ?", (rowid,)).fetchone()
        return found

    def new(self, store: sqlite3.Connection, key: str) -> list[Rows]:
        status = store.execute("SELECT status FROM runs WHERE run_uuid = ?", (key,)).fetchone()
        self.is_over = status is not None and status[0] in ENDED
        self.failure = "its status is FAILED" if status == ("FAILED",) else ""
        since = 0 if self.mark is None else self.mark[0]
        query = f"SELECT {COLUMNS} FROM metrics WHERE run_uuid = ? AND rowid > ? ORDER BY rowid"
        rows = self.rows_of(store.execute(query, (key, since)))
        if not rows:
            return []
        _, names, *places, values = zip(*rows, strict=True)
        table = np.array([*places, values], dtype=np.float64).T
        table[np.abs(table[:, 2]) == LARGEST, 2] *= np.inf
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        which = np.array([numbers[name] for name in names])
        records = np.arange(self.count + 1.0, self.count + len(rows) + 1)
        self.count += len(rows)
        masks = {name: which == number for name, number in numbers.items()}
        return [Rows(("step", "time", name), table[own], records=records[own]) for name, own in masks.items()]

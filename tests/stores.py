"""Copies of the recorded stores of MLflow and trackio, and writing to them as these programs do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gdtui.logs.mlflow import MLflow
from gdtui.logs.stores import StoreReader
from gdtui.logs.trackio import Trackio
from tests.recordings import unpacked

KINDS: list[type[StoreReader]] = [MLflow, Trackio]


def copied(kind: type[StoreReader], folder: Path) -> Path:
    """A copy of what was recorded."""
    name, inside = ("mlflow_runs", "mlflow.db.gz") if kind is MLflow else ("trackio_runs", "trackio/unit.db.gz")
    return unpacked(name, inside, folder)


def kind_of(store: Path) -> type[StoreReader]:
    """Whose it is."""
    return Trackio if store.name == "unit.db" else MLflow


def add(connection: sqlite3.Connection, store: Path, step: int, value: float, like: str = "fast") -> None:
    """One row more of a run, as the program writes it."""
    if kind_of(store) is MLflow:
        connection.execute(
            "INSERT INTO metrics SELECT 'train/loss', ?, ?, run_uuid, ?, 0 FROM runs WHERE name = ?",
            (value, 1_796_071_200_000 + step, step, like),
        )
    else:
        connection.execute(
            """INSERT INTO metrics (run_id, timestamp, run_name, step, metrics)
            SELECT run_id, '2026-11-30T20:41:58.5+00:00', run_name, ?, ? FROM configs WHERE run_name = ?""",
            (step, b'{"train/loss": %f}' % value, like),
        )


def reader_for(store: Path, run: str = "fast") -> StoreReader:
    """A reader of a run of the experiment or project unit."""
    kind = kind_of(store)
    return kind(str(store), f"unit/{run}" if kind is MLflow else run)


def steps(reader: StoreReader) -> list[int]:
    """The steps of the training loss in what is new."""
    columns = [rows.table[:, rows.names.index("step")] for rows in reader.read() if "train/loss" in rows.names]
    return [int(step) for column in columns for step in column]

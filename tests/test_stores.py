"""MLflow's and trackio's SQLite stores: as these programs left them, and while somebody writes to them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from gdtui.logs.mlflow import MLflow
from gdtui.logs.places import LogPlaces
from gdtui.logs.readers import reader_of
from gdtui.logs.rows import LogError
from gdtui.logs.trackio import Trackio
from tests.recordings import assert_same, metrics, oracle
from tests.stores import KINDS, add, copied, kind_of, reader_for, steps


@pytest.fixture
def store(request, tmp_path):
    """A copy of what was recorded."""
    return copied(request.param, tmp_path)


def test_mlflow_is_read_as_mlflow_reads_it(tmp_path):
    store = copied(MLflow, tmp_path)
    expected = oracle("mlflow_runs")
    assert reader_of(str(store)) is MLflow
    assert sorted(MLflow.runs(str(store))) == sorted(expected)
    for run, tags in expected.items():
        for rows in tags.values():
            for row in rows:
                row[1] /= 1000
                row[2] = {"1.7976931348623157e+308": "inf"}.get(row[2], row[2])
        tags["train/loss"][5][2] = "nan"  # MLflow's own reader makes 0 of it.
        assert_same(metrics(MLflow(str(store), run)), tags)


@pytest.mark.parametrize("run", ["fast", "slow"])
def test_trackio_is_read_as_it_was_logged(run, tmp_path):
    store = copied(Trackio, tmp_path)
    assert reader_of(str(store)) is Trackio
    assert Trackio.runs(str(store)) == ["fast", "slow"]
    [rows] = Trackio(str(store), run).read()
    assert rows.said is not None
    for step, expected in enumerate(oracle("trackio_runs")[run]):
        found = {name: rows.table[step, column] for column, name in enumerate(rows.names) if rows.said[step, column]}
        assert found.pop("step") == step
        assert 1_796_071_000 < found.pop("time") < 1_796_080_000
        assert {name: repr(float(value)) for name, value in found.items()} == {
            name: repr(float(value)) for name, value in expected.items()
        }


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_all_runs_of_a_store_are_shown(store):
    runs = LogPlaces([str(store)]).runs
    for run in runs:
        assert run.poll()
        assert not run.poll()
        assert run.gaps == 1
    names = {MLflow: ["unit/fast", "unit/slow"], Trackio: ["fast", "slow"]}[kind_of(store)]
    assert [run.name for run in runs][:2] == names
    assert runs[0].state == ("ended" if kind_of(store) is MLflow else "following")


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_only_new_rows_are_read_while_somebody_writes(store, journal):
    with closing(sqlite3.connect(store)) as writer:
        writer.execute(f"PRAGMA journal_mode = {journal}")
        reader = reader_for(store)
        assert steps(reader) == [*range(20)]
        for step in range(20, 30):
            add(writer, store, step, 0.5)
            add(writer, store, step, 0.5, like="slow")
            assert steps(reader) == []
            writer.commit()
            assert steps(reader) == [step]
            assert steps(reader) == []
        assert (reader.readings, reader.skipped) == (1, 0)


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_long_run_is_read_a_part_at_a_time(store, monkeypatch):
    monkeypatch.setattr("gdtui.logs.stores.MOST_AT_ONCE", 7)
    reader = reader_for(store)
    parts = [steps(reader)]
    while reader.has_more:
        parts.append(steps(reader))
    assert [step for part in parts for step in part] == [*range(20)]
    assert len(parts) > 2
    assert max(map(len, parts)) <= 7


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_locked_store_is_waited_for(store):
    reader = reader_for(store)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("PRAGMA journal_mode = delete")
        writer.execute("BEGIN EXCLUSIVE")
        assert steps(reader) == []
        add(writer, store, 20, 0.5)
        assert steps(reader) == []
        writer.commit()
        assert steps(reader) == [*range(21)]


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_store_that_stays_locked_is_told_in_a_line(store, monkeypatch):
    monkeypatch.setattr("gdtui.logs.stores.PATIENCE", 0.0)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("PRAGMA journal_mode = delete")
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LogError, match="is locked by a program that writes to it"):
            LogPlaces([str(store)])


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_reading_leaves_no_files(store):
    before = store.read_bytes()
    for run in LogPlaces([str(store)]).runs:
        run.poll()
    assert os.listdir(store.parent) == [store.name]
    assert store.read_bytes() == before


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_store_that_is_as_it_was_is_not_opened(store, monkeypatch):
    reader = reader_for(store)
    steps(reader)
    monkeypatch.setattr("gdtui.logs.stores.sqlite3.connect", None)
    assert steps(reader) == []


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_run_that_is_written_anew_is_read_from_its_start(store):
    reader = reader_for(store)
    steps(reader)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("DELETE FROM metrics")
        for step in range(3):
            add(writer, store, step, 0.5)
        writer.commit()
    assert steps(reader) == [0, 1, 2]
    assert reader.readings == 2


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_run_that_is_gone_is_told(store):
    reader = reader_for(store)
    steps(reader)
    with closing(sqlite3.connect(store)) as writer:
        for table in ("metrics", "runs") if kind_of(store) is MLflow else ("metrics",):
            writer.execute(f"DELETE FROM {table}")
        writer.commit()
    with pytest.raises(LogError, match=r"has no run .*fast any more"):
        reader.read()


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_store_without_runs_waits_for_the_first(store):
    with closing(sqlite3.connect(store)) as writer:
        tables = ("metrics", "runs") if kind_of(store) is MLflow else ("metrics",)
        kept = {table: writer.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        for table in tables:
            writer.execute(f"DELETE FROM {table}")
        writer.commit()
        [run] = LogPlaces([str(store)]).runs
        assert not run.poll()
        assert run.state == "waiting"
        for table, rows in kept.items():
            writer.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        writer.commit()
    assert run.poll()
    assert len(run.metrics["train/loss"]) == 20


def test_runs_of_the_same_name_are_told_apart(tmp_path):
    store = copied(MLflow, tmp_path)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("UPDATE runs SET name = 'fast'")
        writer.commit()
    assert MLflow.runs(str(store)) == ["unit/fast", "unit/fast #2", "other/fast"]
    first, second = (metrics(MLflow(str(store), run))["train/loss"][-1, 2] for run in MLflow.runs(str(store))[:2])
    assert first < second


def test_early_stores_of_trackio_have_no_run_ids(tmp_path):
    store = copied(Trackio, tmp_path)
    with closing(sqlite3.connect(store)) as writer:
        found = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%metrics(run_id%'"
        for (index,) in writer.execute(found).fetchall():
            writer.execute(f"DROP INDEX {index}")
        writer.execute("ALTER TABLE metrics DROP COLUMN run_id")
        writer.commit()
    assert Trackio.runs(str(store)) == ["fast", "slow"]
    assert steps(Trackio(str(store), "slow")) == [*range(20)]


@pytest.mark.parametrize("is_read", [True, False])
def test_a_run_of_mlflow_that_is_renamed_is_the_same_run_and_is_read_on(is_read, tmp_path):
    store, clock = copied(MLflow, tmp_path), [0.0]
    places = LogPlaces([str(store)], clock=lambda: clock[0])
    count = len(places.runs)
    with closing(sqlite3.connect(store)) as writer:
        if not is_read:
            writer.execute("DELETE FROM metrics")
            writer.commit()
        places.poll()
        writer.execute("UPDATE runs SET name = 'other' WHERE name = 'fast'")
        writer.commit()
        clock[0] = 1e6
        places.poll()
        add(writer, store, 99, 0.5, like="other")
        writer.commit()
        places.poll()
    assert [run.name for run in places.runs][:2] == ["unit/other", "unit/slow"]
    assert (len(places.runs), [run.error for run in places.runs]) == (count, [None] * count)
    assert places.runs[0].metrics["train/loss"].values[-1] == 0.5

"""MLflow's and trackio's SQLite stores: as these programs left them, and while somebody writes to them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.logs.mlflow import MLflow
from gdtui.logs.places import LogPlaces
from gdtui.logs.readers import reader_of
from gdtui.logs.rows import LogError
from gdtui.logs.run import LogRun
from gdtui.logs.trackio import Trackio
from tests.recordings import assert_same, metrics, oracle, unpacked

KINDS = [MLflow, Trackio]


def runs_in(store):
    """Those that are shown of it."""
    return LogPlaces([str(store)]).runs


@pytest.fixture
def store(request, tmp_path):
    """A copy of what was recorded."""
    return copied(request.param, tmp_path)


def copied(kind, folder):
    name, inside = ("mlflow_runs", "mlflow.db.gz") if kind is MLflow else ("trackio_runs", "trackio/unit.db.gz")
    return unpacked(name, inside, folder)


def kind_of(store):
    return Trackio if store.name == "unit.db" else MLflow


def add(connection, store, step, value, like="fast"):
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


def reader_for(store, run="fast"):
    kind = kind_of(store)
    return kind(str(store), f"unit/{run}" if kind is MLflow else run)


def steps(reader):
    """The steps of the training loss in what is new."""
    columns = [rows.table[:, rows.names.index("step")] for rows in reader.read() if "train/loss" in rows.names]
    return [int(step) for column in columns for step in column]


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
    runs = runs_in(store)
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
            runs_in(store)


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_reading_leaves_no_files(store):
    before = store.read_bytes()
    for run in runs_in(store):
        run.poll()
        run.poll()
    assert os.listdir(store.parent) == [store.name]
    assert store.read_bytes() == before


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_store_that_is_as_it_was_is_not_opened(store, monkeypatch):
    reader = reader_for(store)
    steps(reader)
    monkeypatch.setattr("gdtui.logs.stores.sqlite3.connect", None)
    assert steps(reader) == []


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(tmp_path):
    store = copied(MLflow, tmp_path)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("UPDATE runs SET name = CAST(x'61ff' AS TEXT)")
        writer.commit()
    assert MLflow.runs(str(store))[0] == "unit/a\N{REPLACEMENT CHARACTER}"


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
        [run] = runs_in(store)
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


@pytest.mark.parametrize(
    "metrics", [b"nothing", b"[1]", b'{"a": 1%s}' % (b"0" * 400), None, "\udcff".encode("utf-8", "surrogatepass")]
)
def test_a_row_of_trackio_that_is_no_record_is_passed_over(metrics, tmp_path):
    store = copied(Trackio, tmp_path)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("UPDATE metrics SET metrics = ? WHERE id = 3", (b"" if metrics is None else metrics,))
        writer.commit()
    reader = Trackio(str(store), "fast")
    assert 2 not in steps(reader)
    assert (reader.skipped, reader.first_skipped) == (1, "row 3 holds no metrics")


def test_other_databases_are_no_logs(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as writer:
        writer.execute("CREATE TABLE metrics (id)")
    with pytest.raises(LogError, match="no log that gdtui understands"):
        reader_of(str(tmp_path / "other.db"))


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_a_store_that_is_not_whole_yet_is_read_when_it_is(store, tmp_path):
    content = store.read_bytes()
    for cut in [*range(0, 120, 7), *np.linspace(120, len(content) - 1, 40).astype(int)]:
        torn = tmp_path / "torn.db"
        torn.write_bytes(content[:cut])
        run = LogRun(str(torn), reader_for(store).run)
        run.poll()
        assert "\n" not in (run.error or "")
        shutil.copy(store, torn)
        run.poll()
        assert run.error is None
        assert len(run.metrics["train/loss"]) == 20


@settings(deadline=None)
@given(st.data())
def test_what_was_changed_in_a_store_costs_a_line_at_the_most(tmp_path_factory, data):
    store = copied(data.draw(st.sampled_from(KINDS)), tmp_path_factory.mktemp("fuzzed"))
    content = bytearray(store.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        page = data.draw(st.integers(0, len(content) // 4096 - 1))
        content[4096 * page + data.draw(st.integers(0, 4095))] = data.draw(st.integers(0, 255))
    store.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    said = []
    try:
        for run in runs_in(store):
            run.poll()
            said.append(run.error or "")
    except LogError as error:
        said.append(str(error))
    assert not any("\n" in line for line in said)

"""MLflow's and trackio's SQLite stores where they are torn, damaged, or no such stores."""

from __future__ import annotations

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
from tests.conftest import examples
from tests.stores import KINDS, copied, reader_for, steps


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


def test_a_row_beyond_all_measure_is_one_line(tmp_path):
    store = copied(Trackio, tmp_path)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("ALTER TABLE metrics RENAME TO rows")
        columns = "id INTEGER PRIMARY KEY, run_id, run_name, timestamp, step"
        writer.execute(f"CREATE TABLE metrics ({columns}, metrics AS (zeroblob(100000000)))")
        writer.execute("INSERT INTO metrics SELECT id, run_id, run_name, timestamp, step FROM rows")
        writer.commit()
    with pytest.raises(LogError, match="cannot be read: string or blob too big"):
        Trackio(str(store), "fast").read()


def test_other_databases_are_no_logs(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as writer:
        writer.execute("CREATE TABLE metrics (id)")
    with pytest.raises(LogError, match="no log that gdtui understands"):
        reader_of(str(tmp_path / "other.db"))


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(tmp_path):
    store = copied(MLflow, tmp_path)
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("UPDATE runs SET name = CAST(x'61ff' AS TEXT)")
        writer.commit()
    assert MLflow.runs(str(store))[0] == "unit/a\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_is_not_whole_yet_is_read_when_it_is(kind, tmp_path):
    store = copied(kind, tmp_path)
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_list_of_tables_is_told_in_a_line(kind, tmp_path):
    store = copied(kind, tmp_path)
    store.write_bytes(store.read_bytes().replace(b"CREATE TABLE ", b"CREATE \xff\xfe\n\x80\x81 "))
    with pytest.raises(LogError) as caught:
        LogPlaces([str(store)])
    assert str(caught.value).startswith(f"{store}: cannot be read: ")
    assert "\n" not in str(caught.value)


@pytest.mark.long
@settings(deadline=None, max_examples=examples(60, 3000))
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
        for run in LogPlaces([str(store)]).runs:
            run.poll()
            said.append(run.error or "")
    except LogError as error:
        said.append(str(error))
    assert not any("\n" in line for line in said)

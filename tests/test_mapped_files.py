"""Files whose rows stay on the disk: what is wrong with them, or with the disk, is one line, and names the row."""

from __future__ import annotations

import contextvars
import os

import numpy as np
import pytest

from gdtui.data.dataset import DataError
from gdtui.data.load import load
from gdtui.data.mapped import MappedRows
from gdtui.data.progress import PROGRESS, GivenUpError, Progress
from gdtui.data.streams import NpyStream
from gdtui.data.survey import Survey
from gdtui.settings import DataSettings
from tests.test_mapped import ROWS, assert_alike, both, refusal, saved, table

__all__ = ["saved"]


def test_a_file_that_is_cut_off_names_the_row(saved, monkeypatch):
    path = saved(table())
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert refusal(path) == f"is cut off: row {ROWS - 1:,} is not there any more, and its header says {ROWS:,} rows"
    path.write_bytes(whole)
    stat = os.fstat
    monkeypatch.setattr(NpyStream, "_stamp", lambda self: (len(whole), stat(self._file.fileno()).st_mtime_ns))
    path.write_bytes(whole[:288])
    assert refusal(path) == "row 1 cannot be read: the file was cut off while it was read"


@pytest.mark.parametrize("change", ["grows", "is written anew"])
def test_a_file_that_changes_while_it_is_read(saved, monkeypatch, change):
    path, known = saved(table()), []

    def looked(self, values, codes, at):
        if not known:
            with path.open("ab" if change == "grows" else "r+b") as file:
                file.write(b"\0" * 8 if change == "grows" else path.read_bytes())
            os.utime(path, (1, 1))
        known.append(at)

    monkeypatch.setattr(Survey, "_look", looked)
    assert refusal(path) == "was changed while it was read; give it again when it is complete"


def test_a_file_may_be_gone_when_it_has_been_read(saved):
    path = saved(table())
    here, there = both(path)
    path.unlink()
    assert_alike(here, there)


def test_what_is_no_table_of_numbers(saved, tmp_path):
    for array in (np.array([["a", "0"], ["b", "1"]]), np.arange(5.0), np.ones((3, 3)) * 1j, np.empty((0, 3))):
        assert "is no array of rows of numbers, which --mapped needs" in refusal(saved(array))
    (tmp_path / "t.csv").write_text("a,y\n1,0\n")
    for source in ("blobs", tmp_path / "t.csv"):
        assert "--mapped applies to .npy and .parquet files; save the table as one of them" in refusal(source)


def test_where_the_disk_has_no_room(saved, monkeypatch, tmp_path):
    path = saved(table())
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result((1, 1, 9, 9, 9, 9, 9, 9, 9, 9)))
    said = f"its rows take 141 kB in {tmp_path}, where 1 kB are free; set TMPDIR to a folder with more room"
    assert refusal(path) == said
    monkeypatch.undo()
    monkeypatch.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert "they cannot be written: No space left on device; set TMPDIR" in refusal(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["t.npy"]


def test_reading_can_be_given_up_and_tells_how_far_it_is(saved, monkeypatch):
    path, progress, texts = saved(table()), Progress(), []
    saw = Progress.saw

    def watched(self, size, rows):
        saw(self, size, rows)
        texts.append(self.text)
        self.is_given_up = len(texts) == 4

    monkeypatch.setattr(Progress, "saw", watched)
    context = contextvars.copy_context()
    context.run(PROGRESS.set, progress)
    with pytest.raises(GivenUpError):
        context.run(load, DataSettings(str(path), mapped=True))
    assert texts == ["reading t.npy …  4,096 rows  23%", "reading t.npy …  4,396 rows  25%",
                     "reading t.npy …  4,396 rows  48%", "reading t.npy …  4,396 rows  50%"]  # fmt: skip


@pytest.mark.parametrize("mapped", [None, True, False])
def test_where_it_goes_is_decided_by_the_room_there_is(saved, monkeypatch, mapped):
    path = saved(table())
    monkeypatch.setattr("gdtui.data.table.memory", lambda: 10**5)
    if mapped is False:
        with pytest.raises(DataError, match="does not fit into memory"):
            load(DataSettings(str(path), mapped=mapped))
    else:
        assert isinstance(load(DataSettings(str(path), mapped=mapped)).X, MappedRows)
    monkeypatch.undo()
    assert isinstance(load(DataSettings(str(path), mapped=mapped)).X, MappedRows) == (mapped is True)


def test_what_is_no_file_or_empty_is_told_by_who_reads_into_memory(saved, tmp_path):
    assert "no such file" in refusal(tmp_path / "gone.npy")
    (tmp_path / "folder.npy").mkdir()
    assert "is a directory" in refusal(tmp_path / "folder.npy")
    assert refusal(saved(np.zeros((0, 3)))) == "is no array of rows of numbers, which --mapped needs"


def test_parquet_without_rows(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"a": arrow.array([], arrow.float64()), "y": []}), tmp_path / "t.parquet")
    assert refusal(tmp_path / "t.parquet") == "has no rows of data"

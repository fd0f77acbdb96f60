"""TensorBoard's event files: as their own writers left them, growing, torn, damaged, and rotated."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui.logs.crc32c import crc32c, crcs32c, varying
from gdtui.logs.readers import reader_of
from gdtui.logs.record_framing import Frames
from gdtui.logs.rows import LogError
from gdtui.logs.run import LogRun
from gdtui.logs.tensorboard import TensorBoard
from tests.conftest import examples
from tests.event_files import BEGIN, checksum, event, nested, record, split
from tests.recordings import LOGS, assert_same, metrics, oracle

PROGRAMS = ["tensorboardx_runs", "torch_summary", "tensorflow_summary"]
RUNS = [(name, run) for name in PROGRAMS for run in oracle(name)]
FILES = sorted(LOGS.rglob("*tfevents*"), key=lambda path: -path.stat().st_size)


LONG = BEGIN + b"".join(event(step // 2, {"ab"[step % 2] * (step % 2 + 1): step}) for step in range(400))
"""A file in which two sizes of records alternate."""


@pytest.mark.parametrize(("name", "run"), RUNS)
def test_a_run_is_read_as_tensorboard_reads_it(name, run):
    folder = LOGS / name / "runs" / run
    assert reader_of(str(folder)) is TensorBoard
    assert_same(metrics(TensorBoard(str(folder))), oracle(name)[run])


def test_a_single_file_is_a_run_whatever_its_name(tmp_path):
    shutil.copy(FILES[0], tmp_path / "log")
    assert reader_of(str(tmp_path / "log")) is TensorBoard
    assert metrics(TensorBoard(str(tmp_path / "log")))


def test_records_of_other_things_are_no_event_file(tmp_path):
    (tmp_path / "rows.tfrecord").write_bytes(record(nested(1, b"an example")))
    assert reader_of(str(FILES[0])) is TensorBoard
    with pytest.raises(LogError, match="no log that gdtui understands"):
        reader_of(str(tmp_path / "rows.tfrecord"))


@pytest.mark.long
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_a_file_torn_at_any_byte_waits_for_the_rest(path, tmp_path):
    records, log = split(path.read_bytes())[:12], tmp_path / path.name
    log.write_bytes(content := b"".join(records))
    whole = metrics(TensorBoard(str(log)))
    for cut in range(len(b"".join(records[:-2])), len(content), examples(3, 1)):
        log.write_bytes(content[:cut])
        reader = TensorBoard(str(log))
        parts = [metrics(reader)]
        with log.open("ab") as file:
            file.write(content[cut:])
        parts.append(metrics(reader))
        assert (reader.skipped, reader.readings) == (0, 1)
        for name, table in whole.items():
            found = np.concatenate([part[name] for part in parts if name in part])
            np.testing.assert_array_equal(found, table)


def test_what_is_read_already_is_not_read_again(tmp_path):
    log = tmp_path / "tfevents"
    log.write_bytes(BEGIN)
    reader = TensorBoard(str(log))
    for step in range(300):
        with log.open("ab") as file:
            file.write(event(step, {"a": step, "b": -step}))
        found = metrics(reader)
        assert {name: table[:, 0].tolist() for name, table in found.items()} == {"a": [step], "b": [step]}
    assert metrics(reader) == {}


def test_a_long_run_is_read_a_part_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr("gdtui.logs.event_file.BLOCK", 2**9)
    monkeypatch.setattr("gdtui.logs.event_file.MOST_AT_ONCE", 2**11)
    for file in (0, 1):
        records = [event(step, {"a": step}) for step in range(500 * file, 500 * (file + 1))]
        (tmp_path / f"tfevents.{file}").write_bytes(BEGIN + b"".join(records))
    reader = TensorBoard(str(tmp_path))
    parts = [metrics(reader)["a"]]
    while reader.has_more:
        parts.append(metrics(reader)["a"])
    assert np.concatenate(parts)[:, 0].tolist() == [*range(1000)]
    assert max(map(len, parts)) < 100


def test_records_of_different_lengths_stay_in_their_order(tmp_path):
    records = [event(step, {tag: step}) for step in range(0, 40_000, 7) for tag in ("a", "b", "long/name")]
    (tmp_path / "tfevents").write_bytes(BEGIN + b"".join(records))
    for table in metrics(TensorBoard(str(tmp_path))).values():
        np.testing.assert_array_equal(table[:, 0], np.arange(0, 40_000, 7))
        np.testing.assert_array_equal(table[:, 2], np.arange(0, 40_000, 7))


def test_an_event_may_have_many_values(tmp_path):
    (tmp_path / "tfevents").write_bytes(BEGIN + event(0, {"a": 1, "b": 2}) + event(5, {"a": 3, "b": 4, "c": 5}))
    found = {name: table[:, ::2].tolist() for name, table in metrics(TensorBoard(str(tmp_path))).items()}
    assert found == {"a": [[0, 1], [5, 3]], "b": [[0, 2], [5, 4]], "c": [[5, 5]]}


def test_a_tag_that_is_called_like_a_place_is_a_metric(tmp_path):
    (tmp_path / "tfevents").write_bytes(BEGIN + event(3, {"step": 0.5, "Time": 9}))
    run = LogRun(str(tmp_path))
    run.poll()
    assert {name: metric.values.tolist() for name, metric in run.metrics.items()} == {
        "scalars/step": [0.5],
        "scalars/Time": [9],
    }


def test_tensors_that_something_else_shows_are_no_scalars(tmp_path):
    tensor = nested(8, b"\x08\x01" + nested(2, b"") + nested(5, bytes(4)))
    begin = BEGIN
    for tag in (b"hparams", b"scalars"):
        plugin = nested(9, nested(1, nested(1, tag)))  # said at a tag's first value only
        begin += record(nested(5, nested(1, nested(1, tag) + plugin + tensor)))
        begin += record(nested(5, nested(1, nested(1, tag) + tensor)))
    (tmp_path / "tfevents").write_bytes(begin)
    assert {name: len(table) for name, table in metrics(TensorBoard(str(tmp_path))).items()} == {"scalars": 2}


def test_a_damaged_record_is_told_and_passed_over(tmp_path):
    records = split((path := FILES[0]).read_bytes())
    damaged = bytearray(records[3])
    damaged[20] ^= 1
    (tmp_path / path.name).write_bytes(b"".join([*records[:3], damaged, *records[4:]]))
    reader = TensorBoard(str(tmp_path))
    found = metrics(reader)
    assert (reader.skipped, reader.first_skipped) == (1, f"{path.name}: record 4 is damaged")
    assert sum(map(len, found.values())) == sum(map(len, metrics(TensorBoard(str(path))).values())) - 1


def test_behind_a_damaged_length_nothing_is_read_and_that_is_told(tmp_path):
    log = tmp_path / "tfevents"
    damaged = bytearray(event(2, {"a": 3}))
    damaged[0] ^= 1
    log.write_bytes(BEGIN + event(1, {"a": 2}) + damaged + event(3, {"a": 4}))
    reader = TensorBoard(str(log))
    assert metrics(reader)["a"][:, 0].tolist() == [1]
    with pytest.raises(LogError) as caught:
        reader.read()
    place = len(BEGIN + event(1, {"a": 2}))
    assert str(caught.value) == f"{log}: record 3, at byte {place}, has a damaged length: nothing behind it can be read"


def test_a_damaged_file_does_not_hide_those_after_it(tmp_path):
    (tmp_path / "tfevents.1").write_bytes(BEGIN + event(1, {"a": 2}) + b"garbage, not a record")
    (tmp_path / "tfevents.2").write_bytes(BEGIN + event(2, {"a": 3}))
    reader = TensorBoard(str(tmp_path))
    assert metrics(reader, polls=3)["a"][:, 0].tolist() == [1, 2]
    assert reader.skipped == 1
    assert "record 3" in reader.first_skipped


def test_a_run_goes_on_in_the_next_file(tmp_path):
    first, second = sorted((LOGS / "tensorboardx_runs" / "runs" / "alpha=0.01").glob("*tfevents*"))
    shutil.copy(first, tmp_path)
    reader = TensorBoard(str(tmp_path))
    before = metrics(reader)["train/loss"]
    shutil.copy(second, tmp_path)
    after = metrics(reader)["train/loss"]
    assert [*before[:, 0], *after[:, 0]] == [*range(40)]
    assert reader.readings == 1


@pytest.mark.parametrize("how", ["replaced", "cut", "begun anew in place", "one of two gone"])
def test_a_file_that_is_begun_anew_is_read_from_its_start(tmp_path, how):
    log, other = tmp_path / "tfevents.1", tmp_path / "tfevents.2"
    log.write_bytes(BEGIN + b"".join(event(step, {"a": step}) for step in range(9)))
    if how == "one of two gone":
        shutil.copy(log, other)
    reader = TensorBoard(str(tmp_path))
    metrics(reader)
    anew = BEGIN + event(1, {"a": 5})
    if how == "replaced":
        (tmp_path / "new").write_bytes(log.read_bytes())
        os.replace(tmp_path / "new", log)
    elif how == "one of two gone":
        other.unlink()
    else:
        log.write_bytes(anew if how == "cut" else anew + b"".join(event(step, {"b": step}) for step in range(20)))
    found = metrics(reader)
    assert reader.readings == 2
    assert found["a"][:, 2].tolist() == ([*range(9)] if how in ("replaced", "one of two gone") else [5])


def test_a_length_beyond_all_files_waits_and_asks_for_no_memory(tmp_path):
    log = tmp_path / "tfevents"
    log.write_bytes(BEGIN + event(1, {"a": 2}) + b"".join(_header(2**62)))
    reader = TensorBoard(str(log))
    assert len(metrics(reader)["a"]) == 1
    with log.open("ab") as file:
        file.write(b"a little more")
    assert metrics(reader) == {}


def test_a_long_picture_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("gdtui.logs.event_file.BLOCK", 2**10)
    monkeypatch.setattr("gdtui.logs.event_file.LONGEST", 2**12)
    picture = record(nested(5, nested(1, nested(1, b"picture") + nested(4, bytes(5000)))))
    large = event(2, {f"a{number}": number for number in range(100)})
    content = BEGIN + event(1, {"a": 1}) + picture + large + event(3, {"a": 3})
    for cut in (len(content) - len(large) - 100, len(content) - 100, len(content) - 20, len(content)):
        (tmp_path / "tfevents").write_bytes(content[:cut])
        reader = TensorBoard(str(tmp_path))
        found = [metrics(reader)]
        (tmp_path / "tfevents").write_bytes(content)
        found.append(metrics(reader))
        assert reader.readings == 1
        assert [step for part in found for step in part.get("a", np.zeros((0, 3)))[:, 0]] == [1, 3]
        assert sum("a99" in part for part in found) == 1


def _header(length: int) -> tuple[bytes, bytes]:
    written = length.to_bytes(8, "little")
    return written, checksum(written)


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_crcs_are_those_of_rfc_3720(data, crc):
    assert crc32c(data) == crc


@settings(deadline=None)
@given(st.integers(1, 2100), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_many_crcs_are_those_of_one_by_one(length, count, seed):
    rows = np.random.default_rng(seed).integers(0, 256, (count, length), dtype=np.uint8)
    rows[:, ::2] = rows[0, ::2]
    assert crcs32c(rows, varying(rows)).tolist() == [crc32c(row.tobytes()) for row in rows]


@pytest.mark.long
@settings(deadline=None, max_examples=examples(40, 3000))
@example([1, 0, 0], 42, [1, 0])
@example([1, 2, 5, 7], 100, [2, 1, 5, 7] * 3)
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 300), st.lists(st.integers(0, 9), max_size=9))
def test_frames_are_found_in_patterns_and_without(pattern, times, rest):
    sizes = [*pattern * times, *rest]
    block = b"".join(record(bytes(size)) for size in sizes)
    frames = Frames(block + block[:11])
    assert frames.sizes.tolist() == [size + 16 for size in sizes]
    assert frames.starts.tolist() == np.cumsum([0, *frames.sizes])[:-1].tolist()
    assert frames.end == len(block)
    assert not frames.is_damaged


@pytest.mark.long
@settings(deadline=None, max_examples=examples(60, 5000))
@given(st.data())
def test_what_was_changed_in_a_file_costs_a_line_at_the_most(tmp_path_factory, data):
    content = bytearray(data.draw(st.sampled_from([*(path.read_bytes() for path in FILES), LONG])))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))] + data.draw(st.binary(max_size=40))
    log = tmp_path_factory.mktemp("fuzzed") / "tfevents"
    log.write_bytes(content)
    assert_told_in_a_line(log)


@pytest.mark.long
@settings(deadline=None, max_examples=examples(60, 5000))
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_what_is_no_event_costs_a_line_at_the_most(tmp_path_factory, payloads):
    log: Path = tmp_path_factory.mktemp("fuzzed") / "tfevents"
    log.write_bytes(BEGIN + b"".join(map(record, payloads)))
    assert_told_in_a_line(log)


def assert_told_in_a_line(log: Path) -> None:
    run = LogRun(str(log))
    run.poll()
    run.poll()
    said = [run.error or "", run.reader.first_skipped if run.reader else ""]
    assert not any("\n" in line for line in said)

"""MLflow's store in a folder: as MLflow left it, and while somebody writes to it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gdtui.logs import mlflow_files
from gdtui.logs.mlflow_files import MLflowFiles
from gdtui.logs.places import LogPlaces
from gdtui.logs.readers import reader_of
from gdtui.logs.run import UNKNOWN, LogRun
from tests.logs import places, said, values
from tests.recordings import LOGS, assert_same, metrics, oracle

RECORDED = LOGS / "mlflow_files" / "mlruns"
FAST, SLOW = "unit: first/fast", "unit: first/slow, it's late"


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Path]:
    """The runs in a copy of what was recorded, by their names."""
    shutil.copytree(RECORDED, tmp_path / "mlruns")
    return {MLflowFiles.runs(str(path))[0]: path for path in (tmp_path / "mlruns").glob("*/*") if path.is_dir()}


def status(run: Path, number: int) -> None:
    """Have a run be at that number in MLflow's list of what one may be."""
    about = run / "meta.yaml"
    about.write_text(about.read_text().replace("status: 3", f"status: {number}"))


def test_it_is_read_as_mlflow_reads_it(runs: dict[str, Path]) -> None:
    expected = oracle("mlflow_files")
    assert {*runs} == {*expected} == {FAST, SLOW}
    for name, tags in expected.items():
        assert reader_of(str(runs[name])) is MLflowFiles
        tags = {tag: [[step, time / 1000, value] for step, time, value in rows] for tag, rows in tags.items()}
        assert_same(metrics(MLflowFiles(str(runs[name]))), tags)


def test_all_runs_of_a_store_are_found_and_told_by_their_names(runs: dict[str, Path], tmp_path: Path) -> None:
    found = LogPlaces([str(tmp_path / "mlruns")])
    found.poll()
    told = {run.name: (run.state, run.failure, run.gaps, run.reader and run.reader.skipped) for run in found.runs}
    assert told == {FAST: ("ended", "", 1, 0), SLOW: ("crashed", "its status is FAILED", 1, 0)}
    (run,) = LogPlaces([str(runs[FAST])]).runs
    assert run.poll()
    assert not run.poll()


def test_a_run_that_grows_is_read_on_at_every_byte(runs: dict[str, Path]) -> None:
    path = runs[FAST] / "metrics" / "train" / "loss"
    whole = path.read_bytes()
    known = LogRun(str(runs[FAST]))
    known.poll()
    path.write_bytes(whole[:600])
    run = LogRun(str(runs[FAST]))
    for end in range(600, len(whole) + 1):
        with open(path, "ab") as file:
            file.write(whole[end - 1 : end] if end > 600 else b"")
        run.poll()
        assert (run.error, run.reader and run.reader.skipped) == (None, 0)
    assert said(run).keys() == said(known).keys()
    assert all(values(run, name) == values(known, name) for name in ("accuracy", "val/loss"))
    assert values(run, "train/loss")[6:] == values(known, "train/loss")[6:]
    assert run.reader is not None
    assert run.reader.readings == 1


def test_what_is_written_anew_or_taken_away_is_read_anew(runs: dict[str, Path]) -> None:
    run = LogRun(str(runs[FAST]))
    run.poll()
    (runs[FAST] / "metrics" / "train" / "loss").write_text("1000 0.5 1\n")
    run.poll()
    assert (values(run, "train/loss"), run.reader and run.reader.readings) == ([0.5], 2)
    (runs[FAST] / "metrics" / "beyond").unlink()
    run.poll()
    assert {*run.metrics} == {"accuracy", "train/loss", "val/loss"}
    assert not run.poll()


def test_stray_lines_are_counted_and_older_ones_have_no_step(runs: dict[str, Path]) -> None:
    (runs[FAST] / "metrics" / "old").write_text("1000 0.5\n2000 nan 3\nhello\n1 2 3 4\n\n3000 0.25 7\n")
    run = LogRun(str(runs[FAST]))
    run.poll()
    assert run.reader is not None
    assert (run.reader.skipped, run.gaps) == (3, 2)
    assert run.reader.first_skipped == "old: line 3 is not a time, a value and a step"
    assert places(run, "old", next(iter(run.metrics["old"].along))) == [0, 3, 7]


def test_of_many_metrics_some_are_read_at_once(runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow_files, "AT_ONCE", -1.0)
    run, counts = LogRun(str(runs[FAST])), list[int]()
    while not counts or getattr(run.reader, "has_more", False):
        run.poll()
        counts.append(len(run.metrics))
    assert counts == [1, 2, 3, 4]


def test_a_run_whose_metrics_grow_does_not_rest_though_its_folder_is_old(runs: dict[str, Path]) -> None:
    status(runs[FAST], 1)
    written = max(path.stat().st_mtime for path in runs[FAST].rglob("*") if path.is_file())
    os.utime(runs[FAST], (0, 0))
    states = {}
    for age in (1.0, UNKNOWN + 1):
        run = LogRun(str(runs[FAST]), now=lambda age=age: written + age)
        run.poll()
        states[age] = run.state
    assert [*states.values()] == ["following", "at rest"]


def test_a_description_that_cannot_be_read_hinders_nothing(runs: dict[str, Path]) -> None:
    (runs[FAST] / "meta.yaml").write_bytes(b"\xff\0: {")
    assert MLflowFiles.runs(str(runs[FAST])) == [""]
    run = LogRun(str(runs[FAST]))
    run.poll()
    assert (len(run.metrics), run.error, run.is_over) == (4, None, False)


def test_a_run_that_is_renamed_is_the_same_run(runs: dict[str, Path], tmp_path: Path) -> None:
    clock = [0.0]
    found = LogPlaces([str(tmp_path / "mlruns")], clock=lambda: clock[0])
    found.poll()
    about = runs[FAST] / "meta.yaml"
    about.write_text(about.read_text().replace("run_name: fast", "run_name: second"))
    clock[0] = 1e6
    found.poll()
    assert sorted(run.name for run in found.runs) == ["unit: first/second", SLOW]

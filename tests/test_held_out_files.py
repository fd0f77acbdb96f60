"""The rows kept for testing, in run files."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gdtui.data.load import load
from gdtui.runs.compare import Entrant
from gdtui.runs.export import export
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.session import opening
from gdtui.settings import DataSettings, Display, Settings, StopRules

NOISY = DataSettings("blobs", noise=6.0, test_size=0.4)


def lines_of(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path, **settings) -> Run:
    """Twenty epochs in a file, in two pulls."""
    run = Run(Settings(**{"data": NOISY, "epochs": 20, "alpha": 0.3, **settings}), load(NOISY))
    writer = RunWriter(str(path), run)
    writer.take(run.advance(9))
    writer.take(run.advance(11))
    writer.close()
    return run


def test_a_file_tells_the_test_loss_of_each_epoch_and_all_of_those_that_were_shown(tmp_path):
    run = written(tmp_path / "run.jsonl")
    header, *lines = lines_of(tmp_path / "run.jsonl")
    epochs, end = [line for line in lines if "epoch" in line and "kind" not in line], lines[-2]["end"]
    assert (header["data"]["test_size"], header["rows"], header["test_rows"]) == (0.4, 150, 100)
    assert [line["test"] for line in epochs] == run.history.tested.values.tolist()
    assert [line["epoch"] for line in epochs if "test_confusion" in line] == [9, 20]
    assert tuple(epochs[8]["test_confusion"]) == run.moment(9).test_confusion
    assert (end["test"], tuple(end["test_confusion"])) == (run.end().test_loss, run.end().test_confusion)


def test_a_file_without_a_test_set_says_nothing_of_one(tmp_path):
    run = Run(Settings(epochs=5), load("blobs"))
    RunWriter(str(tmp_path / "run.jsonl"), run).take(run.advance(5))
    header, *lines = lines_of(tmp_path / "run.jsonl")
    assert "test_rows" not in header
    assert not [name for line in [*lines, lines[-1].get("end", {})] for name in line if name.startswith("test")]


def test_a_test_loss_that_is_not_finite_is_null_and_is_read_as_not_known(tmp_path):
    run = written(tmp_path / "run.jsonl", loss="cross-entropy", init=(1e308, 1e308, 1e308), alpha=1e-9)
    _, first, *_ = lines_of(tmp_path / "run.jsonl")
    assert not np.isfinite(run.history.tested.values[0])
    assert first["test"] is None
    assert RunFile(str(tmp_path / "run.jsonl")).branch.tested[0] is None


def test_what_other_programs_mean_by_test_is_passed_over(tmp_path):
    path = tmp_path / "theirs.jsonl"
    tests = ["yes", [1], {"a": 1}, None, 3, 2.5]
    path.write_text("".join(json.dumps({"epoch": n, "loss": 1.0, "test": t}) + "\n" for n, t in enumerate(tests, 1)))
    assert RunFile(str(path)).branch.tested == [None, None, None, None, 3.0, 2.5]
    curve = Entrant(str(path)).curve.tested
    assert [part.tolist() for part in curve.known()] == [[5, 6], [3.0, 2.5]]
    assert curve.span() == (2.5, 3.0)


@pytest.mark.parametrize("wrong", [[1, 2, 3], [0, 0, 0, 0], [1, -1, 1, 1]])
def test_a_test_confusion_that_is_none_is_refused_with_its_line(tmp_path, wrong):
    written(tmp_path / "run.jsonl")
    lines = [line for line in lines_of(tmp_path / "run.jsonl") if line.get("kind") != "check"]
    lines[9]["test_confusion"] = wrong
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "line 10 has a value of the wrong kind" in str(RunFile(str(tmp_path / "run.jsonl")).damage)


def test_an_export_has_a_column_for_the_test_loss_where_there_is_one(tmp_path, capsys):
    run = written(tmp_path / "run.jsonl")
    export(str(tmp_path / "run.jsonl"), "csv")
    names, first, *_ = capsys.readouterr().out.splitlines()
    assert names == "epoch,loss,test_loss,alpha,W0,W1,W2"
    assert first.split(",")[:3] == ["1", repr(run.history.losses[0].item()), repr(run.history.tested.values[0].item())]


@pytest.mark.parametrize("rules", [StopRules(), StopRules(patience=100)])
def test_a_run_whose_file_lacks_test_losses_goes_on_and_has_those_that_come(tmp_path, rules):
    path = tmp_path / "run.jsonl"
    run = written(path, epochs=30, stop=rules)
    kept = [{k: v for k, v in line.items() if k != "test"} for line in lines_of(path) if line.get("kind") != "check"]
    path.write_text("".join(json.dumps(line) + "\n" for line in kept))
    _, again, _ = continued(str(path))
    run.advance(10)
    again.advance(10)
    tested = again.history.tested.values
    assert np.isnan(tested[:20]).all()
    assert tested[20:].tobytes() == run.history.tested.values[20:].tobytes()


def test_a_run_whose_test_rows_have_changed_is_refused(tmp_path):
    data = DataSettings(str(tmp_path / "points.csv"), test_size=0.5)
    rows = [f"{number},{number % 7},{number % 2}" for number in range(20)]
    (tmp_path / "points.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    run = Run(Settings(data=data, epochs=5), load(data))
    writer = RunWriter(str(tmp_path / "run.jsonl"), run)
    writer.take(run.advance(3))
    writer.close()
    continued(str(tmp_path / "run.jsonl"))[2].close()
    other = replace(run.data, test=replace(run.data.test, X=run.data.test.X + 1.0))
    assert other.digest != run.data.digest
    assert (other.X == run.data.X).all()
    (tmp_path / "points.csv").write_text("\n".join(["a,b,y", *rows[:-1], "99,5,1"]) + "\n")
    with pytest.raises(RunFileError, match="its data has changed"):
        continued(str(tmp_path / "run.jsonl"))


def test_of_many_classes_whose_data_is_gone_what_is_known_of_the_test_rows_is_shown(tmp_path):
    known = load(DataSettings("iris", classes=("all",), standardize=False))
    lines = [
        ",".join(map(repr, [*row, int(label)])) for row, label in zip(known.features.tolist(), known.y, strict=True)
    ]
    path = tmp_path / "iris.csv"
    path.write_text("\n".join(["a,b,c,d,kind", *lines]) + "\n")
    data = DataSettings(str(path), test_size=0.2)
    run = Run(Settings(data=data, epochs=5, loss="cross-entropy"), load(data))
    writer = RunWriter(str(tmp_path / "run.jsonl"), run)
    writer.take(run.advance(5))
    writer.close()
    path.unlink()
    snapshot = opening.watch(str(tmp_path / "run.jsonl"), Display()).snapshot()
    assert snapshot.missing
    assert "120 rows (30 more for testing), 4 features, 3 classes" in snapshot.title
    assert (snapshot.shown, len(snapshot.shown.test_confusion)) == (run.end(), 9)

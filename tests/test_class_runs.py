"""Runs of more than two classes, and of the hinge: saved, gone on with, watched, compared, exported, printed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.compare import Entrant
from gdtui.runs.export import export
from gdtui.runs.lost import LostData
from gdtui.runs.reader import OnlyLossesError, RunFile, RunFileError
from gdtui.runs.reopen import Watched, reopen, settings_of
from gdtui.runs.run import Run
from gdtui.runs.samples import details, samples
from gdtui.runs.writer import RunWriter
from gdtui.settings import LOSSES, DataSettings, Settings

IRIS = DataSettings("iris", classes=("all",))
TWO = DataSettings("iris")
TABLE = "a,b,kind\n" + "".join(f"{row % 7},{row * row % 11},{'pqrs'[row % 4]}\n" for row in range(40))


def saved(folder: Path, data: DataSettings, loss: str = "article", epochs: int = 30) -> tuple[str, Run]:
    """A run that stopped half way, and one in its file."""
    run = Run(Settings(data, epochs=epochs, alpha=0.1, loss=loss), load(data))
    writer = RunWriter(str(folder / "run.jsonl"), run)
    writer.take(run.advance(epochs // 2))
    writer.close()
    return writer.path, run


def table(folder: Path) -> DataSettings:
    (folder / "t.csv").write_text(TABLE)
    return DataSettings(str(folder / "t.csv"))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("data", [IRIS, TWO, DataSettings("blobs", centers=5)], ids=lambda data: data.source)
def test_a_run_goes_on_with_the_same_bits_and_knows_its_past(tmp_path, data, loss):
    path, run = saved(tmp_path, data, loss)
    assert settings_of(RunFile(path)) == Settings(data, epochs=30, alpha=0.1, loss=loss, init=tuple(run.start.tolist()))
    again = reopen(RunFile(path))[0]
    run.advance(100), again.advance(100)
    assert again.weights.tobytes() == run.weights.tobytes()
    assert again.end() == run.end()
    for epoch in (1, 14, 15, 30):
        assert again.history.weights_at(epoch).tobytes() == run.history.weights_at(epoch).tobytes()
    fork, same = (one.forked(7, 0.02) for one in (run, again))
    fork.advance(9), same.advance(9)
    assert fork.weights.tobytes() == same.weights.tobytes() != run.history.weights_at(16).tobytes()


def test_a_run_is_watched_without_its_data(tmp_path):
    path, run = saved(tmp_path, table(tmp_path), epochs=24)
    wanted = run.moment(12)
    (tmp_path / "t.csv").unlink()
    shown = Watched(path).run
    assert isinstance(shown.data, LostData)
    assert (shown.data.class_names, shown.data.X.shape, shown.kernel.size) == (("p", "q", "r", "s"), (0, 3), 12)
    assert (shown.moment(12), shown.moment(12).weights.tobytes()) == (wanted, wanted.weights.tobytes())


@pytest.mark.parametrize(
    "changes", [{"class_names": ["p"]}, {"class_names": ["p"] * 11}, {"class_names": "pqrs"}], ids=str
)
def test_without_its_data_a_file_must_name_its_classes(tmp_path, changes):
    path, _ = saved(tmp_path, table(tmp_path))
    (tmp_path / "t.csv").unlink()
    told, *lines = Path(path).read_text().splitlines(keepends=True)
    header = {**json.loads(told), **changes}
    Path(path).write_text("".join([json.dumps(header) + "\n", *(line for line in lines if '"check"' not in line)]))
    with pytest.raises((OnlyLossesError, RunFileError)):
        Watched(path)


def test_runs_of_several_classes_are_compared_and_exported(tmp_path, capsys):
    path, run = saved(tmp_path, IRIS)
    assert Entrant(path).accuracy == run.moment(15).accuracy
    out = tmp_path / "out.csv"
    export(path, "csv", str(out))
    names, first, *_ = csv.reader(out.open())
    assert names == ["epoch", "loss", "alpha", *(f"W{number}" for number in range(15))]
    assert [float(weight) for weight in first[3:]] == run.start.tolist()
    assert plain.watch(path, follow=False) == 0
    assert "\ntrue_label=1 (versicolor): " in capsys.readouterr().out


def test_a_table_of_four_classes_is_trained_in_a_pipe(tmp_path, capsys):
    data = table(tmp_path)
    assert plain.train(Settings(data, epochs=20, alpha=0.1)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if line.startswith("true_label")] == [
        "true_label=0 (p)", "true_label=1 (q)", "true_label=2 (r)", "true_label=3 (s)",
    ]  # fmt: skip
    assert sum(line.startswith("weights of class ") for line in lines) == 4
    assert "40 rows, 2 features, 4 classes, standardised" in lines[-3]


def test_a_sample_has_the_activation_of_the_class_that_wins():
    run = Run(Settings(IRIS, epochs=40, alpha=0.5), load(IRIS))
    run.advance(100)
    p = softmax(run.data.X @ run.weights.reshape(3, 5).T, axis=1)
    for sample in samples(run, run.weights):
        assert sample.activation == pytest.approx(p[sample.index].max())
        assert (sample.predicted, sample.true) == (p[sample.index].argmax(), run.data.y[sample.index])
    run.history.steer(41, 1e308)
    assert {sample.predicted for sample in samples(run, np.full(15, np.nan))} == {None}


@pytest.mark.parametrize("data", [TWO, IRIS], ids=["two", "three"])
def test_a_sample_of_the_hinge_has_a_score_of_which_0_is_the_threshold(data):
    run = Run(Settings(data, epochs=40, alpha=0.1, loss="hinge"), load(data))
    run.advance(100)
    z = run.data.X @ run.weights.reshape(run.data.units, -1).T
    wins = (z[:, 0] >= 0) if data is TWO else z.argmax(axis=1)
    for sample in samples(run, run.weights):
        assert sample.activation == pytest.approx(z[sample.index].max())
        assert sample.predicted == wins[sample.index]
    assert run.end().accuracy == pytest.approx(np.mean(wins == run.data.y))
    out = io.StringIO()
    plain.train(run.settings, out=out)
    assert out.getvalue().count("\nscore=") == 10
    assert "activation" not in out.getvalue()


def test_details_of_many_classes_leave_out_what_is_nought_and_most_weights():
    data = load("digits")
    run = Run(Settings(DataSettings("digits"), alpha=0.1), data)
    lines = details(run.moment(0), data.class_names, data.feature_names)
    assert not any(" 0 as" in line for line in lines)
    assert lines[-1].startswith("weights of class 9: bias=")
    assert lines[-1].endswith(", and 62 more")

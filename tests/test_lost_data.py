"""A run whose data is gone: its file shows all but the points, as it was when the data was there."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from gdtui.charts.roles import Role
from gdtui.data.dataset import DataError
from gdtui.data.load import load
from gdtui.report import print_report
from gdtui.runs.compare import Entrant
from gdtui.runs.events import Forked
from gdtui.runs.lost import LostData
from gdtui.runs.reader import OnlyLossesError, RunFile, RunFileError
from gdtui.runs.reopen import Watched, reopen
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.session import opening
from gdtui.session.commands import GoTo, NextBranch
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Display, Settings, StopRules
from gdtui.views.data import DataView
from gdtui.views.loss import LossView


def table(path: Path, features: int = 2, rows: int = 60) -> Path:
    """A CSV file of two classes."""
    generator = np.random.default_rng(features)
    labels = np.arange(rows) % 2
    values = generator.normal(size=(rows, features)) + labels[:, None]
    lines = [
        ",".join([*map(repr, row.tolist()), ["no", "yes"][label]]) for row, label in zip(values, labels, strict=True)
    ]
    path.write_text("\n".join([",".join([f"f{number}" for number in range(features)] + ["class"]), *lines]) + "\n")
    return path


def trained(folder: Path, features: int = 2, pulls: int = 6, test_size: float = 0.0, **changes) -> tuple[str, Run]:
    """A run of twelve epochs with its file, and its data still there."""
    data = DataSettings(str(table(folder / "points.csv", features)), test_size=test_size)
    run = Run(Settings(**{"data": data, "epochs": 12, "alpha": 0.3, **changes}), load(data))
    recorder = RunWriter(str(folder / "run.jsonl"), run)
    for _ in range(pulls):
        recorder.take(run.advance(run.epochs // 6))
    recorder.close()
    return recorder.path, run


def watched(path: str) -> Session:
    return opening.watch(path, Display())


def gone_to(session: Session, epoch: int) -> Snapshot:
    session.do(GoTo(epoch))
    session.turn()
    return session.snapshot()


def lose(folder: Path) -> None:
    (folder / "points.csv").unlink()


@pytest.mark.parametrize(("features", "test_size"), [(1, 0.0), (2, 0.0), (5, 0.0), (2, 0.25), (5, 0.25)])
@pytest.mark.parametrize("pulls", [5, 6])
def test_every_epoch_is_shown_as_it_was_without_its_points(tmp_path, features, test_size, pulls):
    path, run = trained(tmp_path, features, pulls, test_size)
    whole = watched(path)
    lose(tmp_path)
    lost = watched(path)
    stands = lost.snapshot()
    assert "no such file" in stands.missing
    assert (stands.done, stands.epochs, stands.alpha, stands.stop) == (run.done, 12, 0.3, run.stop)
    assert stands.title == whole.snapshot().title
    for epoch in [run.done + 1, *range(1, run.done + 1)]:
        here, there = gone_to(lost, epoch), gone_to(whole, epoch)
        assert (here.phase, here.past) == (there.phase, there.past)
        assert (here.shown.epoch, here.shown.loss) == (there.shown.epoch, there.shown.loss)
        assert here.shown.test_loss == there.shown.test_loss
        assert here.shown.weights.tobytes() == there.shown.weights.tobytes()
        if epoch % 2 == 0 or epoch > run.done:  # the last of a pull, or the end
            assert here.shown.confusion == there.shown.confusion
            assert here.shown.test_confusion == there.shown.test_confusion
            assert here.shown.gradient_norm == pytest.approx(there.shown.gradient_norm, rel=1e-12)
        else:
            assert (here.shown.confusion, here.shown.accuracy, here.shown.gradient_norm) == (None, None, None)
        drawn, full = (DataView().draw(snapshot, 60, 20) for snapshot in (here, there))
        kinds = Role.CLASS_0, Role.CLASS_1, Role.WRONG_0, Role.WRONG_1
        points = np.isin(full.roles, kinds)
        assert points.any()
        assert not np.isin(drawn.roles, kinds).any()
        points |= drawn.roles == Role.LABEL  # in a corner where no point is
        assert (drawn.grounds[~points] == full.grounds[~points]).all()
        assert (drawn.chars[~points] == full.chars[~points]).all()
        assert (LossView().draw(here, 60, 20).chars == LossView().draw(there, 60, 20).chars).all()


def test_a_thinned_run_goes_from_one_kept_epoch_to_the_next(tmp_path):
    path, run = trained(tmp_path, epochs=60_000)
    lose(tmp_path)
    session = watched(path)
    assert gone_to(session, 20_003).past == 20_001
    assert session.snapshot().shown.weights.tobytes() == run.history.weights_at(20_001).tobytes()
    for wanted, reached in ((20_002, 20_011), (20_010, 20_001), (59_999, 60_000), (60_000, 60_000), (59_999, 59_991)):
        found = gone_to(session, wanted)
        assert (found.past, found.shown.epoch) == (reached, reached)


def test_branches_are_shown_and_followed(tmp_path):
    path, run = trained(tmp_path, pulls=3, epochs=60)
    _, run, recorder = continued(path)
    lose(tmp_path)
    session = watched(path)
    fork = run.forked(11, 0.05)
    recorder.take(Forked(11, 0, {"alpha": 0.05}))
    recorder.take(fork.advance(10))
    session.turn()
    found = session.snapshot()
    assert "fork 1 at 11, α 0.05" in [entry.text for entry in found.log]
    assert found.shown.weights.tobytes() == fork.history.weights_at(20).tobytes()
    assert found.shown.confusion == fork.moment(20).confusion
    recorder.take(fork.advance(100))
    session.turn()
    assert session.snapshot().stop is not None
    assert session.snapshot().shown.weights.tobytes() == fork.weights.tobytes()
    session.do(NextBranch())
    session.turn()
    assert session.snapshot().shown.weights.tobytes() == run.history.weights_at(30).tobytes()
    recorder.close()


def test_changed_data_counts_as_gone(tmp_path):
    path, _ = trained(tmp_path)
    table(tmp_path / "points.csv", rows=62)
    assert "has changed" in watched(path).snapshot().missing
    with pytest.raises(RunFileError, match="has changed"):
        reopen(RunFile(path))


def test_what_was_known_at_the_end_is_reported(tmp_path, capsys):
    path, run = trained(tmp_path)
    wanted = run.end()
    lose(tmp_path)
    print_report(Watched(path).run)
    assert f"loss {wanted.loss:.7f}, accuracy {wanted.accuracy:.2%} (all 12 epochs done)" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_run_of_no_epochs_stands_at_its_start(tmp_path):
    path, run = trained(tmp_path, pulls=0)
    lose(tmp_path)
    found = watched(path).snapshot()
    assert (found.shown.epoch, found.shown.confusion) == (0, None)
    assert np.isnan(found.shown.loss)
    assert (DataView().draw(found, 60, 20).grounds != 0).any()
    assert Watched(path).run.weights.tobytes() == run.start.tobytes()


def test_a_run_that_diverged_is_shown_as_far_as_it_was_finite(tmp_path):
    path, run = trained(tmp_path, alpha=1e308, loss="cross-entropy")
    assert run.stop.diverged
    lose(tmp_path)
    found = watched(path).snapshot()
    assert found.stop == run.stop
    assert np.isfinite(found.shown.weights).all()
    DataView().draw(found, 60, 20)


@pytest.mark.parametrize("rules", [StopRules(target_loss=10.0), StopRules(target_accuracy=0.6)])
def test_a_stop_rule_is_told(tmp_path, rules):
    path, run = trained(tmp_path, stop=rules, epochs=3_000)
    lose(tmp_path)
    assert watched(path).snapshot().stop == run.stop


def change(path: str, **changes) -> None:
    """Other values in the first line of a file, which has no checks then; None takes one away."""
    lines = Path(path).read_text().splitlines(keepends=True)
    first, *others = (line for line in lines if '"check"' not in line)
    told = {name: value for name, value in {**json.loads(first), **changes}.items() if value is not None}
    Path(path).write_text("".join([json.dumps(told) + "\n", *others]))


PLANE = {"origin": [0, 0], "axes": [[1, 0], [0, 1]], "labels": ["u", "v"], "spans": [[0, 1], [0, 1]], "note": ""}


@pytest.mark.parametrize(
    "changes",
    [
        {"plane": None},
        {"rows": "many"},
        {"class_names": ["one"]},
        *({"plane": {**PLANE, **wrong}} for wrong in (
            {"origin": [0]}, {"axes": [[1, 0]]}, {"axes": "none"}, {"labels": ["u"]}, {"spans": [[1, 0], [0, 1]]},
            {"origin": [None, 0]},
        )),
    ],
    ids=str,
)  # fmt: skip
def test_a_file_that_says_too_little_of_its_data_has_its_losses_only(tmp_path, changes):
    path, _ = trained(tmp_path)
    change(path, **changes)
    assert Watched(path).run.done == 12  # nothing of that is needed where the data is there
    lose(tmp_path)
    with pytest.raises(OnlyLossesError, match="no such file"):
        Watched(path)


@pytest.mark.parametrize(
    "line",
    [
        '{"epoch":13,"loss":1,"confusion":[1,2,3],"gradient":1}',
        '{"epoch":13,"loss":1,"confusion":[0,0,0,0],"gradient":1}',
        '{"epoch":13,"loss":1,"confusion":[1,2,3,-4],"gradient":1}',
        '{"epoch":13,"loss":1,"confusion":[1,2,3,4]}',
        '{"epoch":13,"loss":1,"weights":[[1],[2],[3]]}',
        '{"stop":"epochs","epoch":12,"end":{"loss":1}}',
        '{"stop":"epochs","epoch":12,"end":7}',
    ],
)
def test_a_measurement_that_is_none_is_one_clear_line(tmp_path, line):
    path, _ = trained(tmp_path)
    with open(path, "a") as file:
        file.write(line + "\n")
    assert "line 16 has a value of the wrong kind" in RunFile(path).error


@pytest.mark.parametrize(
    "line",
    [
        '{"epoch":13,"loss":1,"weights":[1,2]}',
        '{"stop":"epochs","epoch":12,"end":{"loss":1,"weights":[1,2],"gradient":1,"confusion":[1,1,1,1]}}',
    ],
)
def test_weights_of_another_number_are_one_clear_line(tmp_path, line):
    path, _ = trained(tmp_path)
    with open(path, "a") as file:
        file.write(line + "\n")
    assert "line 16 has 2 weights, not 3" in RunFile(path).error


def test_it_has_no_rows_to_compute_with(tmp_path):
    path, run = trained(tmp_path)
    lose(tmp_path)
    data = Watched(path).run.data
    assert isinstance(data, LostData)
    assert (len(data), data.X.shape, data.standardized) == (60, (0, 3), run.data.standardized)


def test_who_only_looks_reads_no_rows_from_standard_input(tmp_path, monkeypatch):
    text = table(tmp_path / "points.csv").read_bytes()
    stdin = io.TextIOWrapper(io.BytesIO(text))
    monkeypatch.setattr("sys.stdin", stdin)
    data = DataSettings("-")
    run = Run(Settings(data=data, epochs=3), load(data))
    path = str(tmp_path / "run.jsonl")
    recorder = RunWriter(path, run)
    recorder.take(run.advance(3))
    recorder.close()
    stdin.seek(0)
    assert watched(path).snapshot().missing == Entrant(path).note == "its data was read from standard input"
    assert stdin.read(2) == "f0"
    stdin.seek(0)
    assert reopen(RunFile(path))[0].weights.tobytes() == run.weights.tobytes()


def test_rows_are_not_read_from_a_terminal(monkeypatch):
    near, far = os.openpty()
    with os.fdopen(far) as terminal, os.fdopen(near):
        monkeypatch.setattr("sys.stdin", terminal)
        with pytest.raises(DataError, match="is a terminal"):
            load("-")


@pytest.mark.parametrize("is_lost", [False, True], ids=["data", "no data"])
def test_a_file_that_begins_late_and_a_fork_from_before_that_are_shown(tmp_path, is_lost):
    """As another program may write it."""
    path, run = trained(tmp_path)
    first, *lines = Path(path).read_text().splitlines()
    late = [line for line in lines if json.loads(line).get("epoch", 0) > 6]
    Path(path).write_text("\n".join([first, *late, '{"kind":"fork","fork":4,"of":0,"alpha":0.1}']) + "\n")
    if is_lost:
        lose(tmp_path)
    session = watched(path)
    assert session.snapshot().done == (0 if is_lost else 3)
    session.do(NextBranch())
    session.turn()
    for epoch in (7, 12) if is_lost else range(1, 13):
        assert gone_to(session, epoch).shown.weights.tobytes() == run.history.weights_at(epoch).tobytes()
    assert gone_to(session, 1).shown.epoch == (7 if is_lost else 1)

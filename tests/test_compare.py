"""Run files side by side: the losses known of them, and where they stand."""

from __future__ import annotations

import io
import json
import math
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.compare import Entrant, entrants_of, fair_target
from gdtui.runs.curve import KnownLosses, first_at_most, loss_at
from gdtui.runs.events import Forked
from gdtui.runs.reader import RunFileError
from gdtui.runs.recipes import alphas
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.settings import DataSettings, Settings
from tests.command import gdtui

EPOCHS = Settings(epochs=60, init=(0.5, 0.5, 0.5))


def saved(path: Path, **changes: object) -> Run:
    settings = replace(EPOCHS, **changes)
    run = Run(settings, load(settings.data))
    recorder = RunWriter(str(path), run)
    recorder.take(run.advance(settings.epochs))
    recorder.close()
    return run


def foreign(path: Path, losses: dict[int, float]) -> None:
    """What another program's loop writes."""
    path.write_text("".join(json.dumps({"epoch": epoch, "loss": loss}) + "\n" for epoch, loss in losses.items()))


known = st.dictionaries(st.integers(1, 60), st.floats(-9, 9) | st.just(math.nan), min_size=1, max_size=30)


@given(known, st.lists(st.integers(0, 60), min_size=2, max_size=12).map(sorted))
def test_stretches_are_those_of_the_epochs_within(losses, edges):
    curve = KnownLosses()
    epochs = sorted(losses)
    for part in (epochs[:3], epochs[3:]):
        curve.extend(part, [losses[epoch] for epoch in part])
    assert len(curve) == epochs[-1]
    low, high = curve.stretches(np.array(edges))
    for begin, end, smallest, largest in zip(edges, edges[1:], low, high, strict=False):
        within = [losses[epoch] for epoch in range(begin + 1, end + 1) if epoch in losses]
        within = [loss for loss in within if not math.isnan(loss)]
        assert (smallest, largest) == (
            (min(within), max(within)) if within else (pytest.approx(math.nan, nan_ok=True),) * 2
        )


def test_a_loss_is_that_of_the_nearest_known_epoch_before():
    curve = KnownLosses()
    curve.extend([10, 20], [3.0, 2.0])
    assert [loss_at(curve, epoch) for epoch in (9, 10, 19, 20, 21)] == [None, 3.0, 3.0, 2.0, None]
    assert [first_at_most(curve, loss) for loss in (3, 2.5, 1)] == [10, 20, None]


def test_a_run_stands_where_it_was_measured(tmp_path):
    run = saved(tmp_path / "a.jsonl", alpha=0.05)
    entrant = Entrant(str(tmp_path / "a.jsonl"))
    losses = run.history.losses
    assert (entrant.name, entrant.state, len(entrant.curve)) == ("a", "done", 60)
    assert alphas(entrant.curve.trained) == [(1, 0.05)]
    assert (first_at_most(entrant.curve, float(losses[20])), loss_at(entrant.curve, 31)) == (21, losses[30])
    assert (entrant.loss, entrant.accuracy) == (run.end().loss, run.end().accuracy)
    assert entrant.note is None


def test_the_target_is_one_that_all_have_reached(tmp_path):
    for name, alpha in (("a", 0.01), ("b", 0.2)):
        saved(tmp_path / f"{name}.jsonl", alpha=alpha)
    entrants = [Entrant(str(tmp_path / f"{name}.jsonl")) for name in "ab"]
    target = fair_target(entrants)
    assert target == entrants[0].curve.span()[0] > entrants[1].curve.span()[0]
    assert all(first_at_most(entrant.curve, target) is not None for entrant in entrants)


def test_a_file_of_another_program_has_its_losses_and_says_what_it_has_not(tmp_path):
    foreign(tmp_path / "torch.jsonl", {100: 5.0, 200: 2.5})
    entrant = Entrant(str(tmp_path / "torch.jsonl"))
    assert (len(entrant.curve), entrant.loss, entrant.accuracy) == (200, 2.5, None)
    assert first_at_most(entrant.curve, 3.0) == 200
    assert "trained on" in entrant.note
    assert Entrant(str(tmp_path / "torch.jsonl")).state == "following"


def test_a_run_whose_data_is_gone_has_its_losses_and_what_accuracy_its_file_tells(tmp_path):
    data = tmp_path / "points.csv"
    data.write_text("x,y\n1,0\n2,0\n8,1\n9,1\n")
    run = saved(tmp_path / "run.jsonl", data=DataSettings(str(data)), init="zeros")
    data.unlink()
    entrant = Entrant(str(tmp_path / "run.jsonl"))
    assert "its data cannot be had" in entrant.note or "no such file" in entrant.note
    assert (len(entrant.curve), entrant.accuracy) == (60, run.moment(60).accuracy)
    with open(tmp_path / "run.jsonl", "a") as file:
        file.write('{"epoch":61,"loss":1}\n')
    assert entrant.poll()
    assert (len(entrant.curve), entrant.accuracy) == (61, None)


def test_the_table_says_how_steps_were_taken_where_they_were_not_plain(tmp_path, capsys):
    for name, parts in (("gd", {}), ("adam", {"optimizer": "adam", "batch_size": 16})):
        run = Run(Settings(epochs=3, **parts), load("blobs"))
        writer = RunWriter(str(tmp_path / f"{name}.jsonl"), run)
        writer.take(run.advance(3))
        writer.close()
    assert plain.compare([str(tmp_path / "gd.jsonl"), str(tmp_path / "adam.jsonl")], None, follow=False) == 0
    head, first, second, *verdicts = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in verdicts] == ["[INFO] verdict on gd", "[INFO] verdict on adam"]
    assert "steps" in head
    assert first.rstrip().endswith("0.01   plain")
    assert second.rstrip().endswith("0.01   adam, batches of 16")


def test_what_is_written_later_is_taken_in(tmp_path):
    run = Run(EPOCHS, load("blobs"))
    recorder = RunWriter(str(tmp_path / "run.jsonl"), run)
    entrant = Entrant(str(tmp_path / "run.jsonl"))
    assert (entrant.state, entrant.poll()) == ("waiting", False)
    recorder.take(run.advance(5))
    assert (entrant.poll(), entrant.state, len(entrant.curve)) == (True, "following", 5)
    fork = run.forked(3, 0.5)
    recorder.take(Forked(3, 0, {"alpha": 0.5}))
    recorder.take(fork.advance(1))
    assert (entrant.poll(), len(entrant.curve), alphas(entrant.curve.trained)) == (True, 3, [(1, 0.01), (3, 0.5)])
    assert entrant.curve.known()[1].tolist() == fork.history.losses.tolist()


def test_a_name_is_as_long_as_it_must_be_to_tell_runs_apart(tmp_path):
    paths = [tmp_path / name for name in ("a/x/run.jsonl", "b/x/run.jsonl", "b/other.jsonl")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        foreign(path, {1: 1.0})
    names = [entrant.name for entrant in entrants_of([str(path) for path in paths])]
    assert names == ["a/x/run", "b/x/run", "other"]


def test_a_file_that_goes_away_is_told_and_keeps_what_it_had(tmp_path):
    foreign(tmp_path / "run.jsonl", {1: 5.0})
    entrant = Entrant(str(tmp_path / "run.jsonl"))
    (tmp_path / "run.jsonl").unlink()
    assert (entrant.poll(), entrant.state, entrant.poll()) == (True, "unreadable", False)
    assert "no such file" in entrant.error
    assert len(entrant.curve) == 1
    foreign(tmp_path / "run.jsonl", {1: 5.0, 2: 4.0})
    assert (entrant.poll(), entrant.error, len(entrant.curve)) == (True, None, 2)


def test_a_run_of_several_branches_that_is_replaced_by_another_thing_keeps_what_it_had(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"epoch":1,"loss":3}\n{"kind":"fork","fork":1,"of":0,"now":{}}\n{"epoch":1,"loss":2}\n')
    entrant = Entrant(str(path))
    path.write_text("something else, and longer than what was there before: it is no JSON, but goes on and on\n")
    assert entrant.poll()
    assert (entrant.state, entrant.loss, entrant.wanted) == ("unreadable", 2, 1)


def test_what_comes_after_a_wrong_line_is_not_read(tmp_path):
    path = tmp_path / "run.jsonl"
    foreign(path, {1: 5.0})
    entrant = Entrant(str(path))
    with path.open("a") as file:
        file.write('oops\n{"epoch": 2, "loss": 1}\n')
    for _ in range(2):
        entrant.poll()
        assert "line 2 is not JSON" in entrant.error
        with path.open("a") as file:
            file.write('{"epoch": 3, "loss": 1}\n')
    assert len(entrant.curve) == 1


def test_the_command_prints_the_table_and_the_errors(tmp_path):
    saved(tmp_path / "slow.jsonl")
    saved(tmp_path / "fast.jsonl", alpha=0.5)
    foreign(tmp_path / "torch.jsonl", {100: 5.0, 200: 2.5})
    found = gdtui("watch", "slow.jsonl", "fast.jsonl", "torch.jsonl", "--loss", "20", cwd=tmp_path)
    lines = found.stdout.splitlines()
    assert found.returncode == 0
    assert "loss ≤ 20 at" in lines[0]
    assert [line.split()[0] for line in lines[1:4]] == ["slow", "fast", "torch"]
    wrong = gdtui("watch", "slow.jsonl", "missing.jsonl", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "slow" in wrong.stdout  # which can be shown all the same
    assert wrong.stderr == "gdtui: missing.jsonl: no such file; with --follow it is waited for\n"
    with pytest.raises(RunFileError, match="no such file"):
        Entrant(str(tmp_path / "missing.jsonl"))


STRANGE = {
    "log.csv": "step,loss\n1,2\n",
    "trainer_state.json": '{\n "log_history": []\n}',
    "binary": "\0{}",
    "text": "loss 3",
    "log.jsonl": '{"step": 1, "train/loss": 2}\n',
    "folder": None,
}


@pytest.mark.parametrize("name", STRANGE)
def test_when_a_loss_was_reached_is_not_asked_of_the_logs_of_others(name, tmp_path):
    saved(tmp_path / "a.jsonl")
    text = STRANGE[name]
    (tmp_path / name).mkdir() if text is None else (tmp_path / name).write_text(text)
    done = gdtui("watch", "a.jsonl", name, "--loss", "20", cwd=tmp_path)
    wrong = f"gdtui: --loss tells when gdtui's run files reached it, and {name} is none; leave it out\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", wrong)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["log.csv", "--speed", "3"], "--speed is for a single run file of gdtui's"),
        (["a.jsonl", "--y", "loss", "--fps", "3"], "--fps is for a single run file of gdtui's"),
        (["a.jsonl", "a.jsonl", "--speed", "3"], "--speed is for a single run file of gdtui's"),
        (["a.jsonl", "--loss", "3", "--speed", "3"], "--speed is for a single run file of gdtui's"),
        (["a.jsonl", "--loss", "3", "--x", "step"], "--x and --y are for the logs of other programs"),
        (["-", "--loss", "3"], "--loss compares run files; what comes through a pipe is none"),
    ],
)
def test_what_would_do_nothing_is_refused(arguments, wrong, tmp_path):
    saved(tmp_path / "a.jsonl")
    (tmp_path / "log.csv").write_text(STRANGE["log.csv"])
    done = gdtui("watch", *arguments, "--plain", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert wrong in done.stderr
    assert gdtui("watch", "a.jsonl", "--speed", "3", "--fps", "3", "--plain", cwd=tmp_path).returncode == 0


def test_what_was_reached_is_told_in_ascii_as_well(tmp_path, monkeypatch):
    saved(tmp_path / "a.jsonl")
    monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert "loss <= 20 at" in gdtui("watch", "a.jsonl", "--loss", "20", cwd=tmp_path).stdout


def test_losses_of_another_kind_are_not_compared_without_a_word(tmp_path):
    saved(tmp_path / "a.jsonl")
    saved(tmp_path / "b.jsonl", alpha=0.2)
    saved(tmp_path / "ce.jsonl", loss="cross-entropy")
    foreign(tmp_path / "torch.jsonl", {100: 5.0, 200: 2.5})

    def told(*names: str) -> str:
        asked = ("--loss", "3") if "torch" in names else ()  # else it is a log among logs
        return gdtui("watch", *asked, *(str(tmp_path / f"{name}.jsonl") for name in names)).stdout

    assert "do not compare" not in told("a", "b", "torch")
    assert "objective" not in told("a", "b", "torch")
    assert "do not compare" in told("a", "torch", "ce")
    assert re.search(r"ce .* cross-entropy +blobs", told("a", "ce"))
    assert "loss ≤" in told("a", "b")
    assert "loss ≤" not in told("a", "ce")
    assert "loss ≤ 3 at" in gdtui("watch", "--loss", "3", str(tmp_path / "a.jsonl"), str(tmp_path / "ce.jsonl")).stdout


def test_lines_without_epoch_and_loss_are_no_run(tmp_path):
    path = tmp_path / "wandb.jsonl"
    path.write_text('{"step": 1, "loss": 3.0}\n{"step": 2, "loss": 2.0}\n')
    with pytest.raises(RunFileError, match=r"no line has 'epoch' and 'loss'.*it has 'step', 'loss'"):
        Entrant(str(path))
    path.write_text('{"lr": 0.1}\n{"epoch": 1, "loss": 3.0}\n')
    assert len(Entrant(str(path)).curve) == 1


def test_an_alpha_that_was_chosen_and_not_trained_with_is_not_told(tmp_path):
    run = Run(EPOCHS, load("blobs"))
    recorder = RunWriter(str(tmp_path / "run.jsonl"), run)
    recorder.take(run.advance(30))
    for event in run.set_alpha(0.5):
        recorder.take(event)
    entrant = Entrant(str(tmp_path / "run.jsonl"))
    assert alphas(entrant.curve.trained) == [(1, 0.01)]
    recorder.take(run.advance(30))
    entrant.poll()
    assert alphas(entrant.curve.trained) == [(1, 0.01), (31, 0.5)]


def test_of_a_race_it_is_told_who_is_shown(tmp_path):
    path, other = tmp_path / "race.jsonl", tmp_path / "other.jsonl"
    saved(other)
    gdtui("--plain", "--race", "0.01,0.1", "--epochs", "9", "--save", str(path))
    assert [entrant.name for entrant in entrants_of([str(path), str(other)])] == ["race: α 0.01", "other"]

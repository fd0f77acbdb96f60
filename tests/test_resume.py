"""Runs gone on with, from their files: each goes to the end that it would have had."""

from __future__ import annotations

import json
import shutil

import pytest

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.events import RuleDropped
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.reopen import Watched, reopen
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.session import opening
from gdtui.session.commands import SetEpochs
from gdtui.settings import Display, Settings, StopRules

BLOBS = load("blobs")
TARGET = Settings(epochs=200, init=(0.5, 0.5, 0.5), stop=StopRules(target_loss=20.0))


def uninterrupted(settings: Settings, epochs: int) -> Run:
    """That many epochs at once, with no rule that ends them."""
    run = Run(Settings(epochs=epochs, alpha=settings.alpha, init=settings.init), BLOBS)
    run.advance(epochs)
    return run


def test_a_run_that_a_rule_ended_stays_ended_unless_more_is_asked_for(tmp_path, capsys):
    path = str(tmp_path / "run.jsonl")
    assert plain.train(TARGET, save=path) == 0
    told = capsys.readouterr().out.splitlines()
    assert "(loss reached 20 at epoch 27)" in told[-1]
    before = RunFile(path).branch.epochs
    assert plain.resume(path, None, None, Display()) == 0
    assert capsys.readouterr().out.splitlines()[-1] == told[-1]
    assert RunFile(path).branch.epochs == before == list(range(1, 28))
    assert plain.resume(path, 300, None, Display()) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("(all 300 epochs done)")
    again = reopen(RunFile(path))[0]
    whole = uninterrupted(TARGET, 300)
    assert (again.done, again.stop, again.dropped) == (300, whole.stop, ["target-loss"])
    assert again.history.losses.tobytes() == whole.history.losses.tobytes()
    assert again.weights.tobytes() == whole.weights.tobytes()


def test_a_rule_that_was_dropped_stays_dropped_when_the_run_is_killed(tmp_path, capsys):
    path = str(tmp_path / "run.jsonl")
    session = opening.begin(TARGET, Display(speed=1e-9), path)
    session.pull(100)
    assert (session.run.done, session.run.stop.rule) == (27, "target-loss")
    session.do(SetEpochs(300))
    assert RuleDropped("target-loss") in session.turn()
    session.pull(20)
    assert session.run.done == 47
    copy = shutil.copy(path, tmp_path / "killed.jsonl")  # nobody has closed it
    assert reopen(RunFile(str(copy)))[0].descent.rules == StopRules()
    assert plain.resume(str(copy), None, None, Display()) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("(all 300 epochs done)")
    again, whole = reopen(RunFile(str(copy)))[0], uninterrupted(TARGET, 300)
    assert again.history.losses.tobytes() == whole.history.losses.tobytes()
    assert again.weights.tobytes() == whole.weights.tobytes()


@pytest.mark.parametrize("killed", [10_010, 10_050, 10_105])
def test_patience_counts_from_the_best_epoch_also_where_that_is_not_in_the_file(tmp_path, killed):
    """Beyond 10,000 epochs every tenth is kept; the best before the end is epoch 10,008."""
    rules = StopRules(patience=100, min_delta=0.0009118)
    settings = Settings(epochs=20_000, init=(0.5, 0.5, 0.5), stop=rules)
    whole = Run(settings, BLOBS)
    whole.advance(20_000)
    assert (whole.done, whole.stop.message) == (10_108, "no better loss in 100 epochs, since epoch 10008")
    path = str(tmp_path / "run.jsonl")
    run = Run(settings, BLOBS)
    writer = RunWriter(path, run)
    writer.take(run.advance(killed))
    copy = shutil.copy(path, tmp_path / "killed.jsonl")
    _, again, _ = continued(str(copy))
    assert again.done == killed - 1 - (killed - 2) % 10
    again.advance(20_000)
    assert (again.done, again.stop) == (whole.done, whole.stop)
    assert again.weights.tobytes() == whole.weights.tobytes()


def test_a_run_ended_by_hand_between_two_epochs_that_are_kept_has_all_its_epochs(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), Run(Settings(epochs=20_000, init=(0.5, 0.5, 0.5)), BLOBS)
    writer = RunWriter(path, run)
    writer.take(run.advance(10_006))
    for event in run.set_epochs(10_006):
        writer.take(event)
    writer.take(run.advance(1))
    assert run.stop.message == "all 10006 epochs done"
    again = reopen(RunFile(path))[0]
    assert (again.done, again.stop) == (10_006, run.stop)
    assert again.weights.tobytes() == run.weights.tobytes()
    assert again.end() == run.end()


def sparse(path: str, epochs: list[int], *lines: dict) -> str:
    """A run file that holds these epochs alone, with losses that fall."""
    RunWriter(path, Run(Settings(epochs=10**12, init=(0.5, 0.5, 0.5)), BLOBS)).close()
    with open(path, "a") as file:
        for epoch in epochs:
            file.write(json.dumps({"epoch": epoch, "loss": 1 / epoch, "weights": [0.1, 0.2, 0.3]}) + "\n")
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


def test_a_run_longer_than_memory_is_opened_again_in_the_room_that_training_takes(tmp_path):
    epochs = [1]
    while epochs[-1] < 10**12:
        epochs.append(epochs[-1] + max(10_000, epochs[-1] // 1000))
    path = sparse(str(tmp_path / "run.jsonl"), epochs)
    _, run, _ = continued(path)
    assert run.done == len(run.history) == epochs[-1]
    assert run.history.span() == (1 / epochs[-1], 1.0)
    assert run.advance(1).first == epochs[-1] + 1
    shown = Watched(path).run
    assert shown.moment(epochs[-2]).weights.tolist() == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("epochs", "line"),
    [
        ([1, 10**8], None),
        ([1], {"kind": "alpha", "alpha": 1, "from": 10**8}),
        ([1], {"fork": 10**9, "of": 0, "alpha": 1}),
    ],
)
def test_what_would_take_for_ever_to_compute_again_is_refused_and_its_losses_are_shown(tmp_path, epochs, line):
    path = sparse(str(tmp_path / "run.jsonl"), epochs, *([] if line is None else [line]))
    with pytest.raises(RunFileError, match="leaves out too much between the epochs 1 and"):
        continued(path)
    opening.watch(path, Display()).turn()

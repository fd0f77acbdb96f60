"""Run files: what is written reads back, and a run goes on from its file to the same bits."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.events import Event, Forked, Switched
from gdtui.runs.export import export
from gdtui.runs.kept import step_between_kept
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.reopen import Watched, reopen
from gdtui.runs.run import Run
from gdtui.runs.samples import summary
from gdtui.runs.writer import RunWriter, continued
from gdtui.settings import DataSettings, Settings, StopRules
from tests.command import gdtui
from tests.conftest import examples

BLOBS = load("blobs")


def new_run(**changes) -> Run:
    return Run(Settings(**{"epochs": 10_000, "init": (0.5, 0.5, 0.5), **changes}), BLOBS)


def last_run(file: RunFile) -> Run:
    """The run that a file ends with, ready to go on."""
    return reopen(file)[file.current]


def tell(recorder: RunWriter, *events: Event) -> None:
    for event in events:
        recorder.take(event)


def train(run: Run, recorder: RunWriter, epochs: int) -> None:
    tell(recorder, run.advance(epochs))


def fork_of(run: Run, recorder: RunWriter, number: int, epoch: int, alpha: float) -> Run:
    """A fork of the run, which is the branch of that number in the file."""
    tell(recorder, Forked(epoch, number, {"alpha": alpha}))
    return run.forked(epoch, alpha)


ACTIONS = st.one_of(
    st.tuples(st.just("step"), st.integers(1, 40)),
    st.tuples(st.just("alpha"), st.sampled_from([0.001, 0.02, 0.3])),
    st.tuples(st.just("extend"), st.integers(1, 100)),
    st.tuples(st.just("fork"), st.floats(0, 1)),
    st.tuples(st.just("reload"), st.none()),
)


@pytest.mark.long
@settings(max_examples=examples(40, 1000), deadline=None)
@given(actions=st.lists(ACTIONS, min_size=1, max_size=12))
def test_any_story_with_its_file_ends_with_the_bits_of_the_story_without(tmp_path_factory, actions):
    path = str(tmp_path_factory.mktemp("runs") / "run.jsonl")
    told, saved, branches = new_run(), new_run(), 1
    recorder = RunWriter(path, saved)
    for action, value in [*actions, ("step", 7), ("reload", None)]:
        if action == "step":
            told.advance(value)
            train(saved, recorder, value)
        elif action == "alpha":
            told.set_alpha(value)
            tell(recorder, *saved.set_alpha(value))
        elif action == "extend":
            told.set_epochs(told.epochs + value)
            tell(recorder, *saved.set_epochs(saved.epochs + value))
        elif action == "fork" and told.done:
            epoch = 1 + int(value * (told.done - 1))
            told, saved = told.forked(epoch, 0.05), fork_of(saved, recorder, branches - 1, epoch, 0.05)
            branches += 1
        elif action == "reload":
            recorder.close()
            _, saved, recorder = continued(path)
        assert (saved.alpha, saved.epochs) == (told.alpha, told.epochs)
        assert saved.weights.tobytes() == told.weights.tobytes()
        assert saved.history.losses.tobytes() == told.history.losses.tobytes()
    for epoch in range(1, told.done + 1):
        assert saved.history.weights_at(epoch).tobytes() == told.history.weights_at(epoch).tobytes()
        assert saved.history.recipe_at(epoch) == told.history.recipe_at(epoch)


TREE_ACTIONS = st.one_of(
    st.tuples(st.just("step"), st.integers(1, 30)),
    st.tuples(st.just("alpha"), st.sampled_from([0.001, 0.02, 0.3])),
    st.tuples(st.just("extend"), st.integers(1, 100)),
    st.tuples(st.just("fork"), st.floats(0, 1)),
    st.tuples(st.just("switch"), st.integers(0, 10)),
    st.tuples(st.just("resume"), st.none()),
)


def assert_same(found: Run, wanted: Run) -> None:
    """Both hold the same epochs, and would go on to the same bits."""
    for name in ("done", "alpha", "epochs", "forked_at", "stop", "dropped"):
        assert getattr(found, name) == getattr(wanted, name), name
    assert found.descent.rules == wanted.descent.rules
    assert found.end() == wanted.end()
    assert found.weights.tobytes() == wanted.weights.tobytes()
    assert found.history.losses.tobytes() == wanted.history.losses.tobytes()
    assert found.history.steered == wanted.history.steered
    for epoch in range(1, wanted.done + 1, 1 + wanted.done // 100):
        assert found.history.weights_at(epoch).tobytes() == wanted.history.weights_at(epoch).tobytes()


@pytest.mark.long
@settings(max_examples=examples(40, 1000), deadline=None)
@given(actions=st.lists(TREE_ACTIONS, min_size=1, max_size=14))
def test_every_branch_of_a_tree_is_in_its_file_whether_saved_from_the_start_or_at_the_end(tmp_path_factory, actions):
    folder = tmp_path_factory.mktemp("runs")
    path, late = str(folder / "run.jsonl"), str(folder / "late.jsonl")
    branches = [new_run()]
    run = branches[0]
    recorder = RunWriter(path, run)
    for action, value in [("step", 3), *actions]:
        if action == "step":
            train(run, recorder, value)
        elif action == "alpha":
            tell(recorder, *run.set_alpha(value))
        elif action == "extend":
            tell(recorder, *run.set_epochs(run.epochs + value))
        elif action == "fork" and run.done:
            run = fork_of(run, recorder, branches.index(run), 1 + int(value * (run.done - 1)), 0.05)
            branches.append(run)
        elif action == "switch":
            run = branches[value % len(branches)]
            tell(recorder, Switched(branches.index(run)))
        elif action == "resume":
            recorder.close()
            branches, run, recorder = continued(path, run.done + 5)
    train(run, recorder, 2)
    RunWriter(late, run, branches=branches).close()
    for name in (path, late):
        found = reopen(RunFile(name))
        assert len(found) == len(branches)
        for one, other in zip(found, branches, strict=True):
            assert_same(one, other)
    assert reopen(RunFile(late))[RunFile(late).current].done == run.done


def test_long_runs_are_thinned_and_what_lies_between_is_the_same(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run(epochs=23_456)
    recorder = RunWriter(path, run)
    while run.stop is None:
        train(run, recorder, 5_000)
    file = RunFile(path)
    assert len(file.branch.epochs) == 10_000 + 1_346 + 1  # the last one, too
    assert file.stop is not None
    assert file.stop.rule == "epochs"
    again = last_run(file)
    assert again.weights.tobytes() == run.weights.tobytes()
    for epoch in (1, 9_999, 10_001, 10_002, 20_017, 23_455, 23_456):
        assert again.history.weights_at(epoch).tobytes() == run.history.weights_at(epoch).tobytes()


@pytest.mark.parametrize(("epoch", "step"), [(1, 1), (10_000, 1), (10_001, 10), (100_000, 10), (100_001, 100)])
def test_which_epochs_are_kept(epoch, step):
    assert step_between_kept(epoch, 3) == step_between_kept(epoch, 100) == step


def test_of_a_run_of_many_weights_fewer_epochs_are_kept_and_it_goes_on_to_the_same_bits(tmp_path):
    data = DataSettings("digits", samples=100)
    run, path = Run(Settings(data, epochs=1_700, alpha=0.1), load(data)), str(tmp_path / "run.jsonl")
    writer = RunWriter(path, run)
    writer.take(run.advance(1_665))
    writer.close()
    file = RunFile(path)
    assert file.branch.epochs == [*range(1, 1_614), 1_621, 1_631, 1_641, 1_651, 1_661]
    again = last_run(file)
    assert again.advance(39).weights[-1].tobytes() == run.advance(35).weights[-1].tobytes()


def test_what_no_kept_epoch_tells_yet_is_known_from_what_was_steered(tmp_path):
    """Beyond 10,000 epochs most are not in the file; a kill comes before the next that is."""
    path, run = str(tmp_path / "run.jsonl"), new_run(epochs=30_000)
    recorder = RunWriter(path, run)
    train(run, recorder, 10_014)
    tell(recorder, *run.set_alpha(0.3))
    train(run, recorder, 2)
    again = last_run(RunFile(path))
    assert (again.done, again.alpha) == (10_014, 0.3)
    again.advance(2)
    assert again.weights.tobytes() == run.weights.tobytes()
    fork = fork_of(run, recorder, 0, 10_009, 0.05)
    train(fork, recorder, 2)
    again = last_run(RunFile(path))
    assert (again.done, again.alpha) == (10_008, 0.05)
    again.advance(2)
    assert again.weights.tobytes() == fork.weights.tobytes()
    for epoch in (10_005, 10_008, 10_009, 10_010):
        assert again.history.weights_at(epoch).tobytes() == fork.history.weights_at(epoch).tobytes()


def test_a_fork_is_in_its_file_before_its_first_step(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run()
    recorder = RunWriter(path, run)
    train(run, recorder, 20)
    fork = fork_of(run, recorder, 0, 7, 0.5)
    again = last_run(RunFile(path))
    assert_same(again, fork)
    tell(recorder, Switched(0))
    assert_same(last_run(RunFile(path)), run)


def test_a_file_has_one_writer_at_a_time(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run()
    recorder = RunWriter(path, run)
    train(run, recorder, 5)
    for other in (lambda: continued(path), lambda: RunWriter(path, new_run(), force=True)):
        with pytest.raises(RunFileError, match="is being written by another gdtui"):
            other()
    assert RunFile(path).branch.epochs == [1, 2, 3, 4, 5]
    recorder.close()
    _, again, recorder = continued(path)
    train(again, recorder, 1)
    assert RunFile(path).branch.epochs[-1] == 6


def test_a_run_begun_without_a_file_is_saved_whole(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run()
    run.advance(20)
    run.set_alpha(0.2)
    run.advance(20)
    recorder = RunWriter(path, run)
    train(run, recorder, 10)
    again = last_run(RunFile(path))
    assert again.history.losses.tobytes() == run.history.losses.tobytes()
    assert again.history.alphas == run.history.alphas


def test_patience_goes_on_counting_where_it_was(tmp_path):
    rules = StopRules(patience=30, min_delta=0.5)
    whole = new_run(stop=rules)
    whole.advance(10_000)
    path, run = str(tmp_path / "run.jsonl"), new_run(stop=rules)
    train(run, RunWriter(path, run), whole.done - 10)
    _, again, recorder = continued(path)
    train(again, recorder, 10_000)
    assert (again.done, again.stop) == (whole.done, whole.stop)


@pytest.mark.parametrize("cut", [1, 2, 30, 60])
def test_a_line_cut_off_by_a_kill_is_passed_over_and_written_again(tmp_path, cut):
    path = tmp_path / "run.jsonl"
    run = new_run(epochs=50)
    train(run, RunWriter(str(path), run), 20)
    path.write_bytes(path.read_bytes()[:-cut])
    _, again, recorder = continued(str(path))
    assert again.done == 19
    train(again, recorder, 31)
    whole = new_run(epochs=50)
    whole.advance(50)
    assert again.weights.tobytes() == whole.weights.tobytes()
    assert last_run(RunFile(str(path))).history.losses.tobytes() == whole.history.losses.tobytes()


@pytest.mark.parametrize("lines", [3, 500, 4_000])
def test_a_killed_run_goes_on_to_the_end_it_would_have_had(tmp_path, lines):
    path, options = str(tmp_path / "run.jsonl"), ("--epochs", "20000", "--speed", "40000", "--every", "1")
    whole = gdtui(*options).stdout.splitlines()
    command = [sys.executable, "-m", "gdtui", *options, "--save", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
        assert process.wait() == -signal.SIGKILL
    recorded = RunFile(path).branch.epochs[-1]
    assert recorded >= lines - 1  # what was printed had been written
    rest = gdtui("resume", path, "--every", "1").stdout.splitlines()
    assert rest[-1] == whole[-1]
    assert [line for line in rest if "#" in line] == [line for line in whole if "#" in line][recorded:]


KILLED_WRITERS = """
import os, random, signal, sys
from gdtui.data.load import load
from gdtui.runs.reopen import reopen
from gdtui.runs.writer import RunWriter
from gdtui.runs.run import Run
from gdtui.settings import Settings

folder, count, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data, chance = load("blobs"), random.Random(7)
for number in range(count):
    path, size = f"{folder}/{number}.jsonl", chance.randint(2_000, 150_000)
    child = os.fork()
    if not child:
        run = Run(Settings(epochs=epochs, init=(0.5, 0.5, 0.5)), data)
        recorder = RunWriter(path, run)
        while run.stop is None:
            for event in run.set_alpha(0.02 if run.done >= 300 else 0.01):
                recorder.take(event)
            recorder.take(run.advance(100))
        os._exit(0)
    has_ended = lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    while not (os.path.exists(path) and os.path.getsize(path) >= size or has_ended()):
        pass
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] in (0, signal.SIGKILL)
"""


@pytest.mark.long
def test_runs_killed_at_random_moments_go_on_to_the_end_they_would_have_had(tmp_path):
    count, epochs = examples(15, 200), 2_000
    subprocess.run([sys.executable, "-c", KILLED_WRITERS, str(tmp_path), str(count), str(epochs)], check=True)
    whole = new_run(epochs=epochs)
    whole.advance(300)
    whole.set_alpha(0.02)
    whole.advance(epochs)
    reached = set()
    for number in range(count):
        path = tmp_path / f"{number}.jsonl"
        _, run, recorder = continued(str(path))
        reached.add(run.done)
        while run.stop is None:
            tell(recorder, *run.set_alpha(0.02 if run.done >= 300 else 0.01))
            train(run, recorder, 100 - run.done % 100)
        assert_same(last_run(RunFile(str(path))), whole)
    assert len(reached) > 5


def test_nothing_is_overwritten_unless_asked(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text("dear\n")
    refused = gdtui("--save", str(path), "--epochs", "3")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"gdtui: {path}: is there already")
    assert path.read_text() == "dear\n"
    assert gdtui("--save", str(path), "--epochs", "3", "--force").returncode == 0
    assert RunFile(str(path)).branch.epochs == [1, 2, 3]


def test_a_full_disk_is_told_and_training_goes_on():
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = gdtui("--save", "/dev/full", "--force", "--epochs", "50")
    assert done.returncode == 2
    assert "epoch #50," in done.stdout
    assert done.stderr.count("\n") == 1
    assert "No space left on device; training goes on" in done.stderr


BAD = {
    "empty": (b"", "is empty"),
    "binary": (bytes(range(128, 256)) * 40 + b"\n", "line 1 is not UTF-8"),
    "text": (b"hello\n", "line 1 is not JSON"),
    "list": (b"[1]\n", "line 1 is not a JSON object"),
    "nan": (b'{"epoch": 1, "loss": NaN}\n', "line 1 is not JSON: it says NaN; write null"),
    "beyond": (b'{"epoch": 100000000000000000000, "loss": 1}\n', "line 1 says an epoch beyond"),
    "kind": (b'{"epoch": "one", "loss": 1}\n', "line 1 has a value of the wrong kind"),
    "alpha": (b'{"epoch": 1, "loss": 1, "alpha": -1%s}\n' % (b"0" * 400), "wrong kind"),
    "weights": (b'{"epoch": 1, "loss": 1, "weights": ["a"]}\n', "wrong kind"),
    "zero": (b'{"epoch": 0, "loss": 1}\n', "epochs are counted from 1"),
    "order": (b'{"epoch": 2, "loss": 1}\n{"epoch": 1, "loss": 1}\n', "line 2 goes back from epoch 2 to 1"),
    "newer": (b'{"format": "gdtui-run", "version": 6}\n', "version 6; this gdtui reads up to version 5"),
    "other": (b'{"format": "cast", "version": 1}\n', "names the format 'cast'"),
    "fork": (b'{"epoch": 1, "loss": 1}\n{"fork": 0, "of": 0, "alpha": 1}\n', "line 2 has a value of the wrong kind"),
    "branch": (b'{"epoch": 1, "loss": 1}\n{"branch": 7}\n', "line 2 has a value of the wrong kind"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_clear_line_and_exit_code_2(tmp_path, name):
    content, said = BAD[name]
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    for command in ("watch", "resume", "export") if name == "newer" else ("resume", "export"):
        done = gdtui(command, str(path))
        assert done.returncode == 2
        assert bool(done.stdout) == (command != "resume" and "line 2" in said)  # what comes before it is whole
        assert done.stderr.count("\n") == 1
        assert str(path) in done.stderr
        assert said in done.stderr


DEEP: list = []
for _ in range(300):
    DEEP = [DEEP]
WRONG_KINDS = [
    ("data.source", 5),
    ("data.samples", 10**400),
    ("data.classes", ["a"]),
    ("rules.patience", 0),
    ("features", 5),
    ("features", [5]),
    ("epochs", "many"),
    ("epochs", 10**30),
    ("alpha", -1),
    ("alpha", 1e999),
    ("loss", []),
    ("init", "x"),
    ("init", []),
    ("init", [0.5]),
    ("seed", "x"),
    ("seed", 2**40),
    ("sample_size", -1),
    ("digest", DEEP),
    ("version", True),
    ("version", -1),
]


@pytest.mark.parametrize(("field", "value"), WRONG_KINDS, ids=lambda value: str(value)[:20])
def test_a_first_line_with_a_value_of_another_kind_is_refused_by_the_name_of_its_field(tmp_path, field, value):
    path, run = tmp_path / "run.jsonl", new_run()
    train(run, RunWriter(str(path), run), 5)
    first, rest = path.read_text().split("\n", 1)
    header = json.loads(first)
    *outer, name = field.split(".")
    (header[outer[0]] if outer else header)[name] = value
    path.write_text(f"{json.dumps(header)}\n{rest}".replace("Infinity", "1e999"))
    for command in (["watch"], ["watch", str(path)], ["resume"], ["export", "--format", "json"]):
        done = gdtui(*command, str(path))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert f"{path}: line 1 has a value of the wrong kind" in done.stderr
        assert f"$.{field}" in done.stderr


@pytest.mark.parametrize(
    ("numbers", "others"), [(r"\[2.0,", "[-1,"), (r"\[2.0,", "[1e999,"), (r"(\[2.0,.*?),[^,]*\]", r"\1,-0.5]")]
)
def test_a_memory_that_no_optimizer_can_have_is_refused(tmp_path, numbers, others):
    """Steps that were none, or without bounds, and a mean of squares below 0."""
    path, run = tmp_path / "run.jsonl", Run(Settings(optimizer="adam", epochs=9), load(DataSettings()))
    train(run, RunWriter(str(path), run), 5)
    path.write_text("".join(line + "\n" for line in path.read_text().split("\n")[:4] if '"check"' not in line))
    path.write_text(re.sub(f'"memory":{numbers}', f'"memory":{others}', path.read_text()))
    done = gdtui("resume", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"gdtui: {path}: epoch 3 has a memory that no optimiser can have\n"


def test_another_programs_alpha_of_nothing_is_passed_over(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"loss": 3, "epoch": 1, "alpha": 0.0}\n{"loss": 2, "epoch": 2, "alpha": 0.5}\n')
    assert RunFile(str(path)).branch.alphas == [(2, 0.5)]


@pytest.mark.parametrize("told", [{"kind": "epochs", "epochs": 10**400}, {"kind": "steered", "now": {}, "from": 0}])
def test_numbers_of_epochs_that_cannot_be_are_refused(tmp_path, told):
    path = tmp_path / "run.jsonl"
    path.write_text(f'{{"epoch": 1, "loss": 3}}\n{json.dumps(told)}\n')
    assert "line 2 has a value of the wrong kind" in str(RunFile(str(path)).damage)


def test_a_loss_that_this_gdtui_does_not_know_is_shown_and_cannot_go_on(tmp_path):
    path, run = tmp_path / "run.jsonl", new_run()
    train(run, RunWriter(str(path), run), 5)
    path.write_text(path.read_text().replace('"loss":"article"', '"loss":"tanh"'))
    assert gdtui("watch", str(path)).stdout.count("epoch #") == 5
    assert "not all can be shown" in gdtui("watch", str(path), str(path)).stdout
    assert "so it cannot go on" in gdtui("resume", str(path)).stderr


def test_a_line_without_end_is_not_read_into_memory(tmp_path):
    path = tmp_path / "run.jsonl"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(RunFileError, match="line 1 is longer than"):
        RunFile(str(path))


def test_another_programs_run_is_shown_but_cannot_go_on(tmp_path):
    path = tmp_path / "torch.jsonl"
    path.write_text("".join(json.dumps({"epoch": n, "loss": 1 / n}) + "\n" for n in range(1, 6)))
    assert gdtui("watch", str(path)).stdout.splitlines()[1] == "epoch 2: loss 0.5"
    refused = gdtui("resume", str(path))
    assert refused.returncode == 2
    assert "does not say what it was trained on" in refused.stderr


def test_changed_data_is_refused(tmp_path):
    table, path = tmp_path / "mine.csv", str(tmp_path / "run.jsonl")
    table.write_text("x,y\n1,0\n2,0\n3,1\n5,1\n")
    source = DataSettings(str(table))
    run = Run(Settings(data=source), load(source))
    train(run, RunWriter(path, run), 5)
    assert last_run(RunFile(path)).done == 5
    table.write_text("x,y\n1,0\n2,0\n3,1\n6,1\n")
    with pytest.raises(RunFileError, match="data has changed"):
        last_run(RunFile(path))
    table.unlink()
    with pytest.raises(RunFileError, match="data cannot be had"):
        last_run(RunFile(path))


def test_a_diverged_run_cannot_go_on(tmp_path):
    path = str(tmp_path / "run.jsonl")
    done = gdtui("--alpha", "1e308", "--save", path)
    assert done.returncode == 1
    assert "the run diverged" in gdtui("resume", path).stderr
    assert gdtui("watch", path).returncode == 1
    assert RunFile(path).branch.epochs == [1, 2, 3]
    assert [weights is None for weights in RunFile(path).branch.weights] == [False, True, True]


def test_a_diverged_run_stays_so_whatever_is_asked_of_it(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run(alpha=1e308)
    recorder = RunWriter(path, run)
    train(run, recorder, 100)
    tell(recorder, *run.set_epochs(20_000))
    assert RunFile(path).stop == run.stop
    assert run.stop.diverged


def test_a_growing_file_is_read_on_from_where_it_ended(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run()
    recorder = RunWriter(path, run)
    train(run, recorder, 5)
    file = RunFile(path)
    assert file.branch.epochs == [1, 2, 3, 4, 5]
    with open(path, "a") as half:
        half.write('{"epoch": 6, "lo')
    assert file.read_more() == 0
    with open(path, "a") as half:
        half.write('ss": 1.5}\n')
    assert file.read_more() == 1
    assert (file.branch.epochs[-1], file.branch.losses[-1]) == (6, 1.5)


def test_following_ends_when_the_run_does(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run(epochs=30)
    recorder = RunWriter(path, run)
    train(run, recorder, 10)
    command = [sys.executable, "-m", "gdtui", "watch", "--follow", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "epoch #1," in process.stdout.readline()
        train(run, recorder, 20)
        rest = process.stdout.read().splitlines()
        assert process.wait(timeout=20) == 0
    assert f"[INFO] epoch #30, loss={run.history.losses[-1]:.7f}" in rest
    assert rest[-1] == summary(run, run.end())


def test_exports_hold_every_kept_epoch(tmp_path, capsys):
    path, run = str(tmp_path / "run.jsonl"), new_run(epochs=12)
    train(run, RunWriter(path, run), 12)
    export(path, "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["loss"]) for row in rows] == run.history.losses.tolist()
    assert [float(rows[4][f"W{i}"]) for i in range(3)] == run.history.weights_at(5).tolist()
    export(path, "json")
    known = json.loads(capsys.readouterr().out)
    assert np.array([epoch["loss"] for epoch in known["epochs"]]).tobytes() == run.history.losses.tobytes()
    export(path, "md", str(tmp_path / "table.md"))
    lines = (tmp_path / "table.md").read_text().splitlines()
    assert lines[0].split("|")[1:4] == [" epoch ", " loss ", " alpha "]
    assert len(lines) == 14
    with pytest.raises(RunFileError, match="is there already"):
        export(path, "md", str(tmp_path / "table.md"))


def test_alpha_changed_among_thinned_epochs_counts_from_its_own_epoch(tmp_path):
    path, run = str(tmp_path / "run.jsonl"), new_run(epochs=10_100)
    recorder = RunWriter(path, run)
    train(run, recorder, 10_034)
    tell(recorder, *run.set_alpha(0.3))
    train(run, recorder, 66)
    again = last_run(RunFile(path))
    assert again.history.alphas == run.history.alphas == [(1, 0.01), (10_035, 0.3)]
    assert again.weights.tobytes() == run.weights.tobytes()
    for epoch in range(10_030, 10_101):
        assert again.history.weights_at(epoch).tobytes() == run.history.weights_at(epoch).tobytes()


def test_what_is_watched_is_what_is_trained(tmp_path):
    path, run, now = str(tmp_path / "run.jsonl"), new_run(epochs=60), [0.0]
    recorder = RunWriter(path, run)
    watched = Watched(path, clock=lambda: now[0])
    assert watched.state == "waiting"
    assert not watched.poll()
    train(run, recorder, 20)
    assert watched.poll()
    assert watched.state == "following"
    fork = fork_of(run, recorder, 0, 11, 0.2)
    train(fork, recorder, 10)
    assert watched.poll()
    assert [branch.done for branch in watched.runs] == [20, 20]
    assert watched.run.history.losses.tobytes() == fork.history.losses.tobytes()
    assert watched.run.history.weights_at(15).tobytes() == fork.history.weights_at(15).tobytes()
    now[0] = 6.0
    assert watched.state == "stalled"
    train(fork, recorder, 40)
    assert watched.poll()
    assert watched.state == "ended"
    assert watched.run.weights.tobytes() == fork.weights.tobytes()
    assert watched.run.stop == fork.stop


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file systems there have no such names")
def test_a_path_that_is_not_utf_8_can_be_saved_and_gone_on_with(tmp_path):
    table, path = os.fsdecode(bytes(tmp_path) + b"/\xff.csv"), str(tmp_path / "run.jsonl")
    Path(table).write_text("a,b,c\n1,2,0\n2,3,1\n3,1,0\n")
    data = DataSettings(table)
    run = Run(Settings(data=data), load(data))
    train(run, RunWriter(path, run), 3)
    again = last_run(RunFile(path))
    again.advance(5)
    run.advance(5)
    assert again.weights.tobytes() == run.weights.tobytes()


def test_fewer_epochs_than_there_are_cannot_be_wanted(tmp_path):
    path = str(tmp_path / "run.jsonl")
    run = new_run(epochs=30)
    recorder = RunWriter(path, run)
    train(run, recorder, 30)
    recorder.close()
    for _ in range(2):  # and the file is not kept from others
        with pytest.raises(RunFileError, match="has 30 epochs already"):
            continued(path, 20)


def test_who_follows_lines_is_told_that_nothing_comes(tmp_path, capsys):
    path = str(tmp_path / "run.jsonl")
    run = new_run(epochs=4)
    recorder = RunWriter(path, run)
    train(run, recorder, 2)
    os.utime(path, (0, 0))  # written long ago
    looks = []

    def sleep(_: float) -> None:
        looks.append(capsys.readouterr().err)
        if len(looks) == 4:
            train(run, recorder, 2)

    assert plain.watch(path, follow=True, sleep=sleep) == 0
    told = "".join(looks) + capsys.readouterr().err
    assert told == f"gdtui: {path}: nothing new for 5 s; if its writer is gone, gdtui resume {path} goes on\n"

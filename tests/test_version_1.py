"""Run files of version 1, which were written before there was a version 2: they are read as what they were."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.compare import entrants_of
from gdtui.runs.curve import first_at_most
from gdtui.runs.export import export
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.recipes import alphas
from gdtui.runs.reopen import reopen
from gdtui.runs.run import Run
from gdtui.runs.writer import continued
from gdtui.session import opening
from gdtui.session.commands import NextBranch
from gdtui.settings import Display, Settings, StopRules
from tests.test_session import assert_same

FILES = Path(__file__).parent / "files"
NAMES = ["v1-tree", "v1-dropped-rule", "v1-patience", "v1-diverged", "torch"]
BLOBS = load("blobs")
HALVES = (0.5, 0.5, 0.5)


def path_of(name: str) -> str:
    return str(FILES / f"{name}.jsonl")


def tree() -> list[Run]:
    """The runs of v1-tree, as they were trained."""
    first = Run(Settings(epochs=40, init=HALVES), BLOBS)
    first.advance(12)
    first.set_alpha(0.05)
    first.advance(8)
    fork = first.forked(9, 0.2)
    fork.set_epochs(30)
    fork.advance(100)
    first.set_epochs(60)
    first.advance(5)
    first.set_alpha(0.1)
    return [first, fork]


def dropped_rule() -> Run:
    """The run of v1-dropped-rule."""
    run = Run(Settings(epochs=200, init=HALVES, stop=StopRules(target_loss=20.0)), BLOBS)
    run.advance(100)
    assert run.done == 27
    run.set_epochs(300)
    run.advance(20)
    return run


def patience() -> Run:
    """The run of v1-patience."""
    rules = StopRules(patience=5, min_delta=0.2)
    run = Run(Settings(epochs=400, alpha=0.5, init=HALVES, stop=rules), BLOBS)
    run.advance(20)
    return run


def stories() -> list[tuple[str, list[Run]]]:
    return [("v1-tree", tree()), ("v1-dropped-rule", [dropped_rule()]), ("v1-patience", [patience()])]


@pytest.mark.parametrize(("name", "told"), stories(), ids=lambda value: value if isinstance(value, str) else "")
def test_each_branch_is_read_as_it_was_trained(name, told):
    file = RunFile(path_of(name))
    assert file.header["version"] == 1
    for found, wanted in zip(reopen(file), told, strict=True):
        assert_same(found, wanted)
        assert found.end() == wanted.end()
        assert found.dropped == wanted.dropped
        assert found.descent.rules == wanted.descent.rules


@pytest.mark.parametrize(("name", "told"), stories(), ids=lambda value: value if isinstance(value, str) else "")
def test_each_goes_on_with_the_bits_of_a_run_that_nothing_interrupted(tmp_path, name, told):
    copy = shutil.copy(path_of(name), tmp_path / "run.jsonl")
    runs, run, writer = continued(str(copy), epochs=500)
    wanted = told[runs.index(run)]
    wanted.set_epochs(500)
    for advanced in (wanted.advance(500), run.advance(500)):
        assert advanced.stop.message == "all 500 epochs done"
    writer.take(advanced)
    writer.close()
    for found, other in zip(reopen(RunFile(str(copy))), told, strict=True):
        assert_same(found, other)


def test_a_rule_that_was_dropped_does_not_end_it_again(tmp_path, capsys):
    copy = shutil.copy(path_of("v1-dropped-rule"), tmp_path / "run.jsonl")
    assert plain.resume(str(copy), None, None, Display()) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("(all 300 epochs done)")
    whole = Run(Settings(epochs=300, init=HALVES), BLOBS)
    whole.advance(300)
    again = reopen(RunFile(str(copy)))[0]
    assert again.history.losses.tobytes() == whole.history.losses.tobytes()
    assert again.weights.tobytes() == whole.weights.tobytes()


def test_a_rule_that_ended_it_still_does(tmp_path, capsys):
    copy = shutil.copy(path_of("v1-patience"), tmp_path / "run.jsonl")
    assert plain.resume(str(copy), None, None, Display()) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("(no better loss in 5 epochs, since epoch 9)")
    assert Path(copy).read_bytes() == Path(path_of("v1-patience")).read_bytes()


def test_what_diverged_does_not_go_on_and_what_another_program_wrote_cannot(tmp_path):
    for name, why in (("v1-diverged", "the run diverged"), ("torch", "does not say what it was trained on")):
        with pytest.raises(RunFileError, match=why):
            continued(shutil.copy(path_of(name), tmp_path))


WATCHED = [
    ("v1-tree", 0, "epoch #25,", "still training, or cut off"),
    ("v1-dropped-rule", 0, "epoch #47,", "still training, or cut off"),
    ("v1-patience", 0, "epoch #14,", "no better loss in 5 epochs, since epoch 9"),
    ("v1-diverged", 1, "epoch #2, loss=nan", "loss became infinite at epoch 2; alpha 1e+308 is too large"),
    ("torch", 0, "epoch #1450, loss=0.1034483", "still training, or cut off"),
]


@pytest.mark.parametrize(("name", "code", "last", "end"), WATCHED)
def test_each_is_watched_as_lines(capsys, name, code, last, end):
    assert plain.watch(path_of(name), follow=False) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith(f"({end})")
    assert last in [line for line in lines if "#" in line][-1]


def test_the_branches_of_a_tree_are_shown_in_a_session():
    session, told = opening.watch(path_of("v1-tree"), Display()), tree()
    for number in (0, 1):
        snapshot = session.snapshot()
        assert snapshot.run is session.runs[number]
        assert snapshot.names == ("first run, α 0.1", "fork 1 at 9, α 0.2")
        assert snapshot.shown == told[number].newest()
        assert snapshot.shown.weights.tobytes() == told[number].newest().weights.tobytes()
        session.do(NextBranch())
        session.turn()


def test_all_are_compared(capsys):
    entrants = {entrant.name: entrant for entrant in entrants_of([path_of(name) for name in NAMES])}
    found = {name: (one.state, len(one.curve), first_at_most(one.curve, 20.0)) for name, one in entrants.items()}
    assert found["v1-patience"] == ("patience", 14, int((patience().history.losses <= 20).argmax()) + 1)
    assert found["v1-diverged"] == ("diverged", 2, 1)
    assert found["torch"][1:] == (1450, 50)
    assert found["v1-tree"][1:] == (25, int((tree()[0].history.losses <= 20).argmax()) + 1)
    assert found["v1-dropped-rule"][1:] == (47, 27)
    assert entrants["v1-patience"].loss == patience().end().loss
    assert [alpha for _, alpha in alphas(entrants["v1-tree"].curve.trained)] == [0.01, 0.05]
    assert plain.compare([path_of(name) for name in NAMES], None, follow=False) == 0
    table = capsys.readouterr().out
    assert all(name in table for name in NAMES)
    assert "0.01 → 0.05" in table


@pytest.mark.parametrize("name", NAMES)
def test_each_is_exported(capsys, name):
    export(path_of(name), "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    known = RunFile(path_of(name)).branch
    assert [int(row["epoch"]) for row in rows] == known.epochs
    assert [row["loss"] for row in rows[:-1]] == [str(loss) for loss in known.losses[:-1]]
    if name == "v1-tree":
        assert [row["alpha"] for row in rows] == ["0.01"] * 12 + ["0.05"] * 13
        assert [float(rows[-1][f"W{n}"]) for n in range(3)] == tree()[0].history.weights_at(25).tolist()


def test_patience_is_remembered_of_the_old_part_of_a_file_that_was_gone_on_with(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text("".join(Path(path_of("v1-patience")).read_text().splitlines(keepends=True)[:11]))
    _, run, writer = continued(str(path))
    assert run.done == 10
    writer.take(run.advance(2))
    writer.close()
    found, wanted = reopen(RunFile(str(path)))[0].history, patience().history
    assert [found.state_at(epoch).best for epoch in range(1, 13)] == [wanted.state_at(n).best for n in range(1, 13)]

"""Files of runs whose data was changed by hand: who resumes, watches or compares them has the data of each epoch."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from gdtui import plain
from gdtui.data.dataset import DataError
from gdtui.data.edits import MOST, edited
from gdtui.runs.compare import entrants_of, tasks_differ
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.reopen import reopen
from gdtui.session import opening
from gdtui.session.commands import Begin, Do, Edit, GoTo, NextBranch, Race, Restart, Save
from gdtui.session.log import Said
from gdtui.settings import DataEdit, StopRules
from tests.oracles import noisy
from tests.test_edited import ADDED, FLIPPED, said, saved
from tests.test_session import SLOW, ask


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("own_epochs", [0, 7])
@pytest.mark.parametrize("before", [0, 9, 10_033])
def test_whoever_goes_on_with_the_file_has_the_same_bits(tmp_path, before, own_epochs, late):
    session, path = saved(tmp_path, 0.3, epochs=10_100, optimizer="momentum")
    if late:
        session.close_file()
        session.writer = None
    session.pull(before)
    ask(session, Edit((ADDED, ADDED)), Do.UNDO, Edit((FLIPPED,)))
    session.pull(own_epochs)
    if late:
        ask(session, Save(path := str(tmp_path / "late.jsonl")))
    again = reopen(RunFile(path))
    for found, told in zip(again, session.runs, strict=True):
        found.advance(20)
        told.advance(found.done - told.done)
        assert found.data.digest == told.data.digest
        for epoch in range(max(1, before - 5), found.done + 1):
            assert found.history.weights_at(epoch).tobytes() == told.history.weights_at(epoch).tobytes()
            assert found.moment(epoch) == told.moment(epoch)


@pytest.mark.parametrize("first", [GoTo(None), Begin((0.5, -0.5, 0.25))])
def test_a_change_that_was_taken_back_before_the_next_epoch_leaves_no_trace(tmp_path, first):
    session, path = saved(tmp_path, stop=StopRules(patience=20), alpha=0.2, optimizer="momentum")
    session.pull(9)
    state = session.run.descent.state
    ask(session, Do.PAUSE, first, Edit((ADDED,)), Do.UNDO)
    if isinstance(first, GoTo):
        assert session.run.descent.state.best == state.best
        assert session.run.data is session.runs[0].data
    for told, found in zip(session.runs, reopen(RunFile(path)), strict=True):
        assert found.newest() == told.newest()
        told.advance(40)
        found.advance(40)
        assert found.weights.tobytes() == told.weights.tobytes()
        assert (found.stop, found.done) == (told.stop, told.done)


def test_a_restart_keeps_what_was_changed_and_so_does_its_file(tmp_path):
    session, _ = saved(tmp_path)
    session.pull(9)
    ask(session, Edit((ADDED, FLIPPED)))
    session.pull(3)
    changed = session.run.data
    ask(session, Restart())
    session.pull(5)
    assert session.run.data is changed
    ask(session, Save(path := str(tmp_path / "again.jsonl")), Do.UNDO)
    session.pull(3)
    again = reopen(RunFile(path))
    assert [run.data.digest for run in again] == [run.data.digest for run in session.runs]
    assert again[1].weights.tobytes() == session.run.weights.tobytes()
    assert (len(session.runs[0].data), len(session.run.data)) == (41, 41)
    assert [len(run.data) for run in opening.watch(path, SLOW).runs] == [41, 41]


@pytest.mark.parametrize("is_gone", [False, True])
def test_whoever_watches_sees_each_change_at_once(tmp_path, is_gone):
    session, path = saved(tmp_path)
    session.pull(9)
    ask(session, Edit((ADDED,)))
    if is_gone:
        os.remove(tmp_path / "points.csv")
    watching = opening.watch(path, SLOW)
    for number, command in enumerate((Edit((ADDED,)), Edit((FLIPPED,)), Do.UNDO, Do.UNDO)):
        ask(session, command)
        watching.turn()
        assert len(watching.snapshot().data) == len(session.run.data) == (42, 42, 42, 41)[number]
        assert is_gone or watching.snapshot().shown == session.snapshot().shown
    assert "41 rows" in watching.snapshot().title
    for command in (Edit((ADDED,)), Do.UNDO):
        assert ["only watched" in one.text for one in said(watching, command)] == [True]
    session.pull(5)
    ask(watching, GoTo(9))
    assert len(watching.snapshot().data) == 40
    ask(watching, GoTo(None), NextBranch())
    assert len(watching.snapshot().data) == 40


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (DataEdit(2, row=0), "there is no class 2"),
        (DataEdit(-1, features=(1.0, 2.0)), "there is no class -1"),
        (DataEdit(1, row=40), "there is no row 40"),
        (DataEdit(1, row=-1), "there is no row -1"),
        (DataEdit(1, features=(1.0,)), "a point has 2 features, not 1"),
        (DataEdit(1, features=(1.0, float("nan"))), "a point must have finite features"),
    ],
)
def test_what_cannot_be_is_refused_by_the_session_and_in_a_file(tmp_path, edit, why):
    session, path = saved(tmp_path)
    session.pull(5)
    assert said(session, Edit((edit,))) == [Said(f"points.csv: {why}", is_error=True)]
    assert len(session.runs) == 1
    session.close()
    number = [value if value == value else 1e999 for value in edit.features]
    line = {"kind": "data", "edits": [{"label": edit.label, "row": edit.row, "features": number}]}
    with open(path, "a") as file:
        file.write('{"kind":"fork","fork":3,"of":0,"now":{}}\n')
        file.write(str(line).replace("'", '"').replace("None", "null").replace("inf", "1e999") + "\n")
    with pytest.raises(RunFileError, match=why):
        reopen(RunFile(path))


def test_data_that_is_too_large_and_lines_that_come_too_late_are_refused(tmp_path):
    large = noisy(MOST // 3 + 1)
    with pytest.raises(DataError, match="rows are too many to be changed by hand"):
        edited(large, [FLIPPED])
    session, path = saved(tmp_path)
    session.pull(5)
    session.close()
    with open(path, "a") as file:
        file.write('{"kind":"data","undone":1}\n')
    assert "the data is changed of a branch that has epochs" in str(RunFile(path).damage)


def test_files_are_compared_by_the_data_that_they_end_with(tmp_path):
    session, path = saved(tmp_path)
    session.pull(9)
    other = shutil.copy(path, tmp_path / "other.jsonl")
    ask(session, Edit((ADDED, FLIPPED)))
    session.pull(5)
    first, second = entrants_of([path, str(other)])
    assert first.accuracy == session.run.newest().accuracy
    assert tasks_differ([first, second])
    assert not tasks_differ([second, second])


def test_lines_and_a_resumed_run_have_the_data_of_the_branch(tmp_path, capsys):
    session, path = saved(tmp_path, epochs=20)
    session.pull(9)
    ask(session, Edit((ADDED, FLIPPED)))
    session.pull(5)
    session.close()
    assert plain.resume(path, None, None, replace(SLOW, speed=1e9)) == 0
    told = capsys.readouterr().out
    assert "41 rows" in told
    assert reopen(RunFile(path))[1].done == 20
    assert plain.watch(path, follow=False) == 0


def test_whoever_watches_a_race_sees_all_of_it_on_the_data_that_is_changed(tmp_path):
    session, path = saved(tmp_path)
    ask(session, Race((("alpha", 0.1),)))
    watching = opening.watch(path, SLOW)
    for command in (GoTo(None), Edit((FLIPPED,)), Edit((ADDED,))):
        ask(session, command)
        watching.turn()
        told = [run.newest() for run in session.runs]
        assert all([racer.shown for racer in one.snapshot().race] == told for one in (session, watching))


def test_lines_say_which_branch_is_on_changed_data_and_how_many_rows_that_has(tmp_path, capsys):
    session, path = saved(tmp_path, 0.3, epochs=9)
    session.pull(3)
    steps = [lambda: ask(session, Edit((ADDED,))), lambda: session.pull(100)]
    plain.watch(path, follow=True, sleep=lambda _: steps.pop(0)())
    told = capsys.readouterr()
    assert "[INFO] branch 1, from epoch 4, on data changed by hand" in told.out.splitlines()
    assert f"as of {len(session.run.data)} rows" in told.out + told.err
    assert len(session.run.data) == len(session.runs[0].data) + 1

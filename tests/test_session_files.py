"""What is told of a file that is watched, and what becomes of files when a session turns to something else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gdtui.data.load import load
from gdtui.file_lines import Printed
from gdtui.runs.events import Forked, Switched
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter, continued
from gdtui.session import opening
from gdtui.session.commands import Change, ChooseData, Do, GoTo, NextBranch, Restart, Save, SetAlpha
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import DataSettings, Settings
from tests.test_session import SLOW, ask, table


def texts(session: Session) -> list[str]:
    return [entry.text for entry in session.snapshot().log]


def saved(folder: Path, epochs: int = 100) -> tuple[str, Run, RunWriter]:
    asked = Settings(table(folder / "points.csv"), epochs=epochs, alpha=0.1)
    run = Run(asked, load(asked.data))
    return str(folder / "run.jsonl"), run, RunWriter(str(folder / "run.jsonl"), run)


def test_the_log_of_a_branch_has_no_line_of_another_that_is_written_meanwhile(tmp_path):
    path, run, writer = saved(tmp_path)
    writer.take(run.advance(20))
    fork = run.forked(11, 0.5)
    writer.take(Forked(11, 0, {"alpha": 0.5}))
    writer.take(fork.advance(3))
    session = opening.watch(path, SLOW)
    assert session.snapshot().run is session.runs[1]
    ask(session, NextBranch())
    before = texts(session)
    assert session.snapshot().run is session.runs[0]
    writer.take(fork.advance(5))
    session.turn()
    assert texts(session) == before
    shown = session.snapshot().shown
    assert (shown.epoch, shown.loss) == (20, run.moment(20).loss)
    ask(session, NextBranch())
    lines = [entry for entry in session.snapshot().log if entry.epoch is not None]
    assert [entry.epoch for entry in lines] == list(range(1, 19))
    assert [entry.text.split("=")[1] for entry in lines] == [f"{loss:.7f}" for loss in fork.history.losses]
    writer.take(Switched(0))
    writer.take(run.advance(2))
    session.turn()
    assert [entry.epoch for entry in session.snapshot().log if entry.epoch is not None][-2:] == [21, 22]


def test_a_run_started_over_leaves_its_file_whole_and_to_others(tmp_path):
    path = str(tmp_path / "run.jsonl")
    asked = Settings(table(tmp_path / "points.csv"), epochs=100)
    session = opening.begin(asked, SLOW, save=path)
    writer = session.writer  # were it not closed, it would keep the file from others as long as it lives
    session.pull(7)
    ask(session, Restart())
    assert (session.snapshot().saved_in, session.snapshot().left_behind) == (None, path)
    assert f"{path} holds the run before; w saves this one" in texts(session)
    session.pull(5)
    _, again, other = continued(path)
    assert (again.done, writer.failure) == (7, None)
    other.close()
    new = str(tmp_path / "new.jsonl")
    ask(session, Save(new))
    session.pull(1)
    assert RunFile(new).branch.epochs == list(range(1, 7))


def test_a_branch_that_diverged_does_not_keep_the_others_from_going_on(tmp_path):
    path = str(tmp_path / "run.jsonl")
    session = opening.begin(Settings(epochs=40, init=(0.5, 0.5, 0.5)), SLOW, save=path)
    session.pull(10)
    ask(session, SetAlpha(1e308))
    session.pull(30)
    first = session.run
    assert session.phase is Phase.DIVERGED
    with pytest.raises(RunFileError, match="the run diverged"):
        opening.resume(shutil.copy(path, tmp_path / "diverged.jsonl"), None, None, SLOW)
    ask(session, GoTo(11), SetAlpha(0.1), Do.FORK)
    session.pull(5)
    session = opening.resume(shutil.copy(path, tmp_path / "killed.jsonl"), None, None, SLOW)
    session.pull(100)
    told = Run(Settings(epochs=40, init=(0.5, 0.5, 0.5)), load("blobs"))
    told.advance(10)
    told.set_alpha(0.1)
    told.advance(100)
    assert session.run.weights.tobytes() == told.weights.tobytes()
    assert session.run.history.losses.tobytes() == told.history.losses.tobytes()
    ask(session, NextBranch())
    assert (session.run.stop, session.phase) == (first.stop, Phase.DIVERGED)


def test_a_branch_goes_on_from_the_file_that_was_forked_where_the_weights_were_infinite_already(tmp_path):
    path = str(tmp_path / "run.jsonl")
    session = opening.begin(Settings(epochs=40, init=(0.5, 0.5, 0.5)), SLOW, save=path)
    session.pull(10)
    ask(session, SetAlpha(1e308))
    session.pull(30)
    ask(session, GoTo(session.run.done), SetAlpha(0.1), Do.FORK, GoTo(11), SetAlpha(0.1), Do.FORK)
    session.pull(5)
    again = opening.resume(shutil.copy(path, tmp_path / "killed.jsonl"), None, None, SLOW)
    assert again.run.weights.tobytes() == session.run.weights.tobytes()
    assert len(opening.watch(path, SLOW).runs) == 3


@pytest.mark.parametrize("asked", [Restart(), SetAlpha(0.5), Change((("alpha", 0.5),))])
def test_what_is_asked_for_behind_a_save_is_answered_also_while_data_is_read(tmp_path, asked):
    late, path = tmp_path / "late.csv", str(tmp_path / "run.jsonl")
    os.mkfifo(late)
    session = opening.begin(Settings(epochs=100), SLOW)
    session.pull(5)
    run = session.run
    ask(session, ChooseData(DataSettings(str(late))))
    session.do(Save(path, then=asked))
    said = [event.text for event in session.turn() if isinstance(event, Said)]
    assert (session.snapshot().saved_in, session.run, run.done) == (path, run, 5)
    assert said[-1] == "the run stands still while other data is read; space gives that up"
    ask(session, Do.PAUSE, asked)
    assert session.run is not run or run.alpha == 0.5
    os.close(os.open(late, os.O_WRONLY | os.O_NONBLOCK))  # whoever waits still may end


def test_the_log_has_no_line_of_a_schedule_that_was_chosen_and_left_again(tmp_path):
    session = opening.begin(Settings(table(tmp_path / "points.csv"), epochs=15), SLOW, str(tmp_path / "run.jsonl"))
    session.pull(2)
    ask(session, Change((("schedule", "cosine"),)))
    told = texts(session)
    ask(session, Change((("schedule", "constant"),)))
    assert texts(session) == told[:-1]
    session.pull(1)
    session.close()
    file = RunFile(str(tmp_path / "run.jsonl"))
    assert [line for line in Printed(file).new_lines(0, False, None, True) if " from epoch " in line] == []
    assert not any(" from epoch " in line for line in texts(opening.watch(file.path, SLOW)))


def test_a_branch_that_cannot_be_shown_is_told_of_and_the_others_go_on(tmp_path):
    path, run, writer = saved(tmp_path)
    writer.take(run.advance(5))
    session = opening.watch(path, SLOW)
    with open(path, "a") as file:
        file.write('{"kind":"fork","fork":2,"of":0,"now":{"optimizer":"adam"}}\n')
        file.write('{"epoch":2,"loss":1,"weights":[1,2,3],"memory":[1,2]}\n')
    for more in ("", '{"kind":"branch","branch":0}\n'):
        with open(path, "a") as file:
            file.write(more)
        session.turn()
        assert len(session.snapshot().names) == 1
        assert "epoch 2 has a memory of 2 numbers, which does not fit" in texts(session)[-1]


def test_what_is_said_of_a_file_that_grows_can_be_read_for_a_while(tmp_path):
    path, run, writer = saved(tmp_path)
    writer.take(run.advance(20))
    session, said, later = opening.watch(path, SLOW), [], [0.0]
    begin = session.clock()
    session.clock = lambda: begin + later[0]
    for later[0] in (0.0, 0.2, 0.4, 5.0):
        session.turn()
        said.append((session.snapshot().done, session.snapshot().line.text))
        writer.take(run.advance(10))
    assert [done for done, _ in said] == [20, 30, 40, 50]
    assert said[0][1] == said[1][1] == said[2][1] != said[3][1]

"""Branches that begin with weights which somebody has chosen: what comes before is shared, and nothing crosses over."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdtui import plain
from gdtui.data.load import load
from gdtui.runs.reader import VERSION, RunFile, RunFileError
from gdtui.runs.reopen import reopen
from gdtui.runs.run import Run
from gdtui.session import opening
from gdtui.session.commands import Begin, Do, GoTo, NextBranch, Race, Restart, Save, SetAlpha
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import Settings, StopRules
from tests.oracles import START, article_run
from tests.test_forks import NOISY, begun
from tests.test_session import SLOW, ask, table

CHOSEN = (-1.5, 2.0, 0.25)


def texts(session: Session) -> list[str]:
    return [entry.text for entry in session.snapshot().log]


def article_from(weights, epochs: int, alpha: float = 0.01):
    return article_run(NOISY.X, NOISY.y, np.array(weights), [alpha] * epochs)


@pytest.mark.parametrize("capacity", [None, 4])
@pytest.mark.parametrize("at", [1, 2, 37, 100])
def test_it_shares_what_came_before_and_goes_on_from_those_weights_also_where_few_states_are_kept(at, capacity):
    session = begun(capacity, epochs=100)
    session.pull(100)
    ask(session, GoTo(at), Begin(CHOSEN))
    session.pull(100)
    first, run = session.runs
    before, after = article_from(START, at - 1)[1], article_from(CHOSEN, 101 - at)
    assert (run.forked_at, run.done, run.parent) == (at, 100, first)
    for epoch in range(1, 101):
        wanted = before[epoch - 1] if epoch < at else after[1][epoch - at]
        assert run.history.weights_at(epoch).tobytes() == wanted.tobytes()
    assert run.weights.tobytes() == after[1][-1].tobytes()
    assert run.history.losses[at - 1 :].tolist() == after[0]
    assert first.weights.tobytes() == article_from(START, 100)[1][-1].tobytes()


@pytest.mark.parametrize("capacity", [None, 4])
def test_forks_of_it_before_at_and_after_its_beginning_are_what_they_would_be_without_it(capacity):
    session = begun(capacity, epochs=60)
    session.pull(60)
    ask(session, GoTo(31), Begin(CHOSEN))
    session.pull(100)
    after = article_from(CHOSEN, 30)[1]
    for at, wanted in ((20, article_from(START, 60)[1][60]), (31, after[30]), (45, after[30])):
        fork = session.run.forked(at)
        fork.advance(100)
        assert fork.weights.tobytes() == wanted.tobytes()
        assert fork.history.weights_at(19).tobytes() == article_from(START, 18)[1][18].tobytes()
        assert fork.forked(fork.done + 1).descent.state.weights.tobytes() == wanted.tobytes()


def test_it_is_shown_at_once_and_the_log_says_what_it_is():
    session = begun(epochs=100)
    session.pull(40)
    ask(session, Begin(CHOSEN))
    shown = session.snapshot()
    assert (shown.phase, shown.past, shown.done, shown.shown.epoch) == (Phase.TRAINING, None, 40, 40)
    assert shown.shown.weights.tolist() == [*CHOSEN]
    assert shown.shown.loss == article_from(CHOSEN, 1)[0][0]
    assert texts(session)[-1] == "fork 1 from epoch 41, from weights chosen by hand"
    session.pull(1)
    assert (session.snapshot().shown.epoch, session.snapshot().shown.loss) == (41, shown.shown.loss)


def test_before_the_first_epoch_it_begins_a_run_of_those_weights():
    session = begun(epochs=10)
    ask(session, Begin(CHOSEN))
    assert session.snapshot().shown.weights.tolist() == [*CHOSEN]
    session.pull(10)
    told = article_from(CHOSEN, 10)
    assert session.run.history.losses.tolist() == told[0]
    ask(session, Restart())
    session.pull(10)
    assert session.run.weights.tobytes() == told[1][-1].tobytes()


def test_after_the_end_it_has_as_many_epochs_as_the_run_was_begun_with():
    session = begun(epochs=30)
    session.pull(30)
    ask(session, Begin(CHOSEN))
    assert (session.run.forked_at, session.run.epochs, session.phase) == (31, 60, Phase.TRAINING)
    assert [text for text in texts(session) if "epochs" in text][-1] == "epochs 30 → 60"
    session.pull(100)
    assert (session.run.done, session.run.stop.rule) == (60, "epochs")


def test_after_a_run_diverged_it_goes_on_from_the_epoch_at_which_it_did(tmp_path):
    path = str(tmp_path / "run.jsonl")
    session = opening.begin(Settings(epochs=30, init=tuple(START)), SLOW, save=path)
    session.pull(5)
    ask(session, SetAlpha(1e308))
    session.pull(25)
    diverged = session.run.done
    assert session.phase is Phase.DIVERGED
    ask(session, SetAlpha(0.1), Begin(CHOSEN))
    session.pull(10)
    assert (session.run.forked_at, session.run.done) == (diverged, diverged + 9)
    again = reopen(RunFile(path))
    assert again[1].weights.tobytes() == session.run.weights.tobytes()


def test_neither_the_optimiser_nor_the_patience_remembers_what_came_before():
    session = begun(epochs=300, optimizer="adam", alpha=0.1, stop=StopRules(patience=20))
    session.pull(100)
    ask(session, Begin(CHOSEN))
    session.pull(100)
    fresh = Run(replace(session.run.settings, init=CHOSEN), NOISY)
    fresh.advance(100)
    assert session.run.weights.tobytes() == fresh.weights.tobytes()
    assert session.run.descent.state.best.epoch == fresh.descent.state.best.epoch + session.run.forked_at - 1


@pytest.mark.parametrize("weights", [(), (1.0, 2.0), (1.0, 2.0, float("nan")), (1.0, float("inf"), 3.0)])
def test_weights_that_the_run_cannot_have_are_refused(weights):
    session = begun(epochs=10)
    session.pull(3)
    session.do(Begin(weights))
    assert Said("the run has 3 weights, all of them finite", is_error=True) in session.turn()
    assert len(session.runs) == 1


def test_it_trains_alone_and_leaves_the_race_as_it_is():
    session = begun(epochs=30)
    session.pull(5)
    ask(session, Race((("alpha", 0.1),)), Begin(CHOSEN))
    session.pull(5)
    assert [run.done for run in session.runs] == [5, 5, 10]
    assert session.run.race == (session.run,)
    assert len(session.runs[0].race) == 2


def saved(tmp_path, **options) -> tuple[Session, str]:
    path = str(tmp_path / "run.jsonl")
    asked = Settings(table(tmp_path / "points.csv"), epochs=50, init=tuple(START), **options)
    return opening.begin(asked, SLOW, save=path), path


def test_a_file_tells_it_in_the_line_of_the_fork_and_is_of_another_version(tmp_path):
    session, path = saved(tmp_path)
    session.pull(9)
    ask(session, GoTo(5), Do.FORK, Begin(CHOSEN))
    session.close()
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    assert lines[0]["version"] == VERSION
    plain_fork, hand = [line for line in lines if line["kind" if "kind" in line else "epoch"] == "fork"]
    assert plain_fork == {"kind": "fork", "fork": 5, "of": 0, "now": {}}
    assert hand == {"kind": "fork", "fork": 5, "of": 1, "now": {}, "weights": [*CHOSEN]}


@pytest.mark.parametrize("late", [False, True])
def test_whoever_goes_on_with_the_file_before_an_epoch_was_trained_has_the_same_bits(tmp_path, late):
    session, path = saved(tmp_path, optimizer="adam")
    session.pull(9)
    if late:
        session.close_file()
        session.writer = None
    ask(session, Begin(CHOSEN))
    if late:
        ask(session, Save(path := str(tmp_path / "late.jsonl")))
    again = reopen(RunFile(path))[1]
    assert again.newest().weights.tolist() == [*CHOSEN]
    session.pull(100)
    again.advance(100)
    assert again.weights.tobytes() == session.run.weights.tobytes()
    assert (again.forked_at, again.begun_with.tolist()) == (10, [*CHOSEN])


@pytest.mark.parametrize("is_gone", [False, True])
def test_whoever_watches_sees_it_at_once_also_where_the_data_is_gone(tmp_path, is_gone):
    session, path = saved(tmp_path)
    session.pull(9)
    ask(session, Begin(CHOSEN))
    if is_gone:
        os.remove(tmp_path / "points.csv")
    watching = opening.watch(path, SLOW)
    shown = watching.snapshot()
    assert (shown.front, shown.shown.epoch, shown.shown.weights.tolist()) == (1, 9, [*CHOSEN])
    assert np.isnan(shown.shown.loss) == is_gone
    watching.do(Begin(CHOSEN))
    assert any(isinstance(event, Said) and "only watched" in event.text for event in watching.turn())
    session.pull(100)
    watching.turn()
    for epoch in (3, 9, 10, 30):
        ask(watching, GoTo(epoch))
        wanted = session.run.history.weights_at(epoch)
        assert watching.snapshot().shown.weights.tobytes() == wanted.tobytes()
    ask(watching, NextBranch())
    assert watching.run.forked_at is None


def test_where_a_file_leaves_epochs_out_nothing_is_computed_across_a_beginning(tmp_path):
    path = str(tmp_path / "run.jsonl")
    asked = Settings(table(tmp_path / "points.csv"), epochs=10_100, init=tuple(START))
    session = opening.begin(asked, SLOW, save=path)
    session.pull(10_033)
    ask(session, Begin(CHOSEN))  # at an epoch that the file does not keep, between two that it keeps
    killed = reopen(RunFile(path))[1]
    assert killed.newest().weights.tolist() == [*CHOSEN]
    session.pull(6)
    ask(session, GoTo(10_037), Begin((1.0, 1.0, 1.0)))
    for run, wanted in zip(reopen(RunFile(path)), session.runs, strict=True):
        run.advance(20)
        wanted.advance(run.done - wanted.done)
        for epoch in range(10_020, run.done + 1):
            assert run.history.weights_at(epoch).tobytes() == wanted.history.weights_at(epoch).tobytes()


@pytest.mark.parametrize(
    ("weights", "said"),
    [("[1,2]", "has 2 weights, not 3"), ("[1,2,1e999]", "wrong kind"), ('[1,2,"x"]', "wrong kind")],
)
def test_weights_in_a_file_that_are_none_are_refused_with_their_line(tmp_path, weights, said):
    session, path = saved(tmp_path)
    session.pull(3)
    session.close()
    with open(path, "a") as file:
        file.write(f'{{"kind":"fork","fork":2,"of":0,"now":{{}},"weights":{weights}}}\n')
    with pytest.raises(RunFileError, match=said):
        reopen(RunFile(path))


def test_lines_say_where_a_branch_begins_with_chosen_weights(tmp_path, capsys):
    session, path = saved(tmp_path)
    session.pull(3)
    steps = [lambda: ask(session, Begin(CHOSEN)), lambda: session.pull(100)]
    plain.watch(path, follow=True, sleep=lambda _: steps.pop(0)())
    assert "[INFO] branch 1, from epoch 4, from weights chosen by hand" in capsys.readouterr().out.splitlines()


def test_a_file_of_version_3_is_read_as_it_was_written():
    path = os.path.join(os.path.dirname(__file__), "files", "v3-race.jsonl")
    assert RunFile(path).header["version"] == 3
    first, rival, fork = reopen(RunFile(path))
    asked = first.settings
    told = Run(asked, load(asked.data))
    told.advance(12)
    racer = told.forked(1, 0.1)
    racer.advance(16)
    told.steer(schedule="cosine")
    told.advance(4)
    forked = told.forked(9, 0.5, told.history.recipe_at(9))
    forked.advance(6)
    for found, wanted in ((first, told), (rival, racer), (fork, forked)):
        assert found.weights.tobytes() == wanted.weights.tobytes()
        found.advance(5)
        wanted.advance(5)
        assert found.weights.tobytes() == wanted.weights.tobytes()

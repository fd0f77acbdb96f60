"""Weights that are held in the hand: they are shown, nothing is trained meanwhile, and descent goes on from them."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.learning.moment import measure
from gdtui.session import opening
from gdtui.session.commands import Begin, Do, Edit, GoTo, Hold, NextBranch, Note, Restart, SetAlpha, Travel
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import DataEdit, Display
from tests.oracles import START, article_run
from tests.test_edited import said, saved
from tests.test_forks import NOISY, begun
from tests.test_session import ask

HELD = (-1.5, 2.0, 0.25)
OTHER = (1.0, 1.0, 1.0)


def holding(epochs: int = 100, *before) -> Session:
    session = begun(epochs=epochs)
    session.pull(20)
    ask(session, *before, Hold(HELD))
    return session


@pytest.mark.parametrize("past", [None, 7])
def test_they_are_measured_where_one_stands_and_nothing_is_trained(past):
    session = holding(100, GoTo(past))
    shown, run = session.snapshot(), session.run
    assert (shown.phase, shown.past, shown.done, len(shown.names)) == (Phase.HELD, past, 20, 1)
    assert shown.shown == measure(run.kernel, np.array(HELD), past or 20)
    assert shown.shown.weights.tolist() == [*HELD]
    assert session.due() is None
    session.turn()
    assert run.done == 20
    ask(session, Hold(OTHER))
    assert session.snapshot().shown.weights.tolist() == [*OTHER]
    assert run.weights.tobytes() == article_run(NOISY.X, NOISY.y, START, [0.01] * 20)[1][-1].tobytes()


@pytest.mark.parametrize("command", [Do.PAUSE, Do.FORK, Do.STEP])
@pytest.mark.parametrize("past", [None, 7])
def test_they_are_trained_on_from_as_a_branch(past, command):
    session = holding(100, GoTo(past), Hold(OTHER))
    ask(session, Hold(HELD), command)
    at, is_step = past or 21, command is Do.STEP
    assert (session.run.forked_at, session.run.begun_with.tolist()) == (at, [*HELD])
    assert (session.phase, session.hand) == (Phase.PAUSED if is_step else Phase.TRAINING, None)
    assert session.run.done == at - 1 + is_step
    session.pull(4 - is_step)
    wanted = article_run(NOISY.X, NOISY.y, np.array(HELD), [0.01] * 4)[1][-1]
    assert session.run.weights.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("before", [(), (Do.PAUSE,), (GoTo(7),)])
def test_given_up_what_was_going_on_goes_on(before):
    session = holding(100, *before)
    ask(session, Hold(None))
    phase = Phase.PAST if before == (GoTo(7),) else Phase.PAUSED if before else Phase.TRAINING
    assert (session.phase, session.hand, len(session.runs)) == (phase, None, 1)
    assert session.snapshot().shown == session.run.moment(7 if phase is Phase.PAST else 20)
    ask(session, Hold(None))
    assert session.phase is phase


@pytest.mark.parametrize("command", [GoTo(5), Travel(-3), Restart(), NextBranch(), Begin(OTHER), Do.PLAY])
def test_whoever_turns_to_something_else_has_given_them_up(command):
    session = holding(100)
    ask(session, command)
    assert (session.hand, session.phase is Phase.HELD) == (None, False)
    assert session.snapshot().shown.weights.tolist() != [*HELD]


def test_alpha_and_the_data_may_be_changed_meanwhile():
    session = holding(100)
    ask(session, SetAlpha(0.5), Edit((DataEdit(1, features=(0.0, 1.0)),)))
    shown = session.snapshot()
    assert (shown.phase, len(shown.data), shown.alpha) == (Phase.HELD, 43, 0.5)
    assert shown.shown == measure(session.run.kernel, np.array(HELD), 20)
    assert sum(shown.shown.confusion) == 43
    ask(session, Do.PAUSE)
    assert (len(session.run.data), session.run.alpha, session.run.begun_with.tolist()) == (43, 0.5, [*HELD])
    session = holding(100)
    ask(session, Edit((DataEdit(1, features=(0.0, 1.0)),)), Hold(None))
    assert session.phase is Phase.TRAINING


def test_after_the_end_they_are_held_and_trained_on_from_too():
    session = holding(20)
    assert session.snapshot().phase is Phase.HELD
    ask(session, Hold(None))
    assert session.phase is Phase.DONE
    ask(session, Hold(HELD), Do.PAUSE)
    assert (session.run.forked_at, session.run.epochs, session.phase) == (21, 40, Phase.TRAINING)


def test_what_cannot_be_held_is_refused_and_so_it_is_where_a_file_is_watched(tmp_path):
    session = begun(epochs=9)
    assert said(session, Hold((1.0, 2.0))) == [Said("the run has 3 weights, all of them finite", is_error=True)]
    assert session.phase is Phase.TRAINING
    other, path = saved(tmp_path)
    other.pull(3)
    watching = opening.watch(path, Display())
    assert ["only watched" in one.text for one in said(watching, Hold(HELD))] == [True]
    assert watching.hand is None


def test_a_note_for_the_person_alone_is_not_in_the_log():
    session = begun(epochs=9)
    logged = session.snapshot().logged
    assert said(session, Note("so it is", is_logged=False)) == [Said("so it is")]
    assert session.snapshot().logged == logged
    assert said(session, Note("so it is")) == []
    assert session.snapshot().logged == logged + 1

"""Remedies that are tried: what becomes of them in the session, its log, its file, and on lines."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from gdtui.session import opening
from gdtui.session.commands import Begin, Do, Edit, GoTo, Hold, NextBranch, Race, Restart, SetAlpha, SetEpochs
from gdtui.session.line import Mood
from gdtui.session.log import Marked, Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import DataEdit, Settings, StopRules
from gdtui.why.verdict import Kind, Remedy, Verdict
from tests.test_session import SLOW, ask

BETTER, WORSE = 0.5, 0.001
"""Alphas by which the loss comes down faster than by that of these runs, and slower."""


def begun(settings: Settings, epochs: int = 40, save: Path | None = None) -> Session:
    session = opening.begin(settings, SLOW, None if save is None else str(save))
    session.pull(epochs)
    return session


def log(session: Session) -> list[str]:
    return [entry.text for entry in session.log.entries if entry.epoch is None]


def line(session: Session) -> str:
    return session.snapshot().line.text


def test_a_remedy_that_helps_is_confirmed_at_the_verdicts_epoch(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.PAUSE)
    assert session.snapshot().line.remedy == Remedy(11, (("alpha", BETTER),))
    ask(session, Do.TRY)
    fork, first = session.run, session.runs[0]
    assert (fork.forked_at, fork.recipe.alpha, session.phase) == (11, BETTER, Phase.TRAINING)
    assert log(session)[-1] == "fork 1: trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
    session.pull(10)
    ask(session)
    now, then = (run.history.losses[19] for run in (fork, first))
    assert line(session) == f"trying alpha 0.5 from epoch 11 to epoch 40: loss {now:.3g} against {then:.3g} at epoch 20"
    assert session.snapshot().line.briefs[0] == "trying alpha 0.5 to epoch 40"
    session.pull(1_000)
    session.do(GoTo(None))
    happened = session.turn()
    now, then = (run.history.losses[39] for run in (fork, first))
    told = f"confirmed: loss {now:.3g} instead of {then:.3g} at epoch 40"
    assert Marked(told) in happened
    assert (fork.done, session.phase, line(session), log(session)[-1]) == (40, Phase.PAUSED, told, told)
    assert session.snapshot().line.mood is Mood.GOOD
    assert session.snapshot().line.remedy is not None  # of the fork, which can be tried as well


def test_where_the_fork_has_ended_the_line_says_that_its_losses_are_those_before_the_last_step(
    crawling: Settings, propose
) -> None:
    session = begun(crawling, 60)
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session)
    shown, before = session.snapshot().shown.loss, session.run.history.losses[59]
    assert shown != before
    assert line(session).startswith(f"confirmed: loss {before:.3g} instead of ")
    assert line(session).endswith(" at epoch 60, before its step")
    ask(session, GoTo(60))
    assert session.snapshot().shown.loss == before
    assert line(session).endswith(" at epoch 60")


def test_one_that_does_not_is_refuted_and_what_was_going_on_goes_on(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(WORSE, 11)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session)
    assert line(session).startswith("refuted: loss ")
    assert session.snapshot().line.mood is Mood.BAD
    assert session.phase is Phase.TRAINING
    session.pull(1_000)
    assert (session.run.done, session.phase) == (60, Phase.DONE)


def test_the_outcome_is_the_forks_and_the_other_says_where_it_was_tried(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    ask(session, NextBranch())
    assert line(session) == "crawling (tried in fork 1): 9,000 epochs more at this pace"
    ask(session, NextBranch())
    session.pull(1_000)
    ask(session)
    assert line(session).startswith("confirmed: ")
    ask(session, GoTo(39))
    assert line(session) == "crawling: 9,000 epochs more at this pace"
    ask(session, GoTo(40))
    assert line(session).startswith("confirmed: ")
    ask(session, GoTo(None), NextBranch())
    assert line(session) == "crawling (confirmed in fork 1): 9,000 epochs more at this pace"
    assert session.snapshot().line.briefs == ("crawling (confirmed in fork 1)", "crawling")
    assert session.snapshot().line.remedy is None
    session.do(Do.TRY)
    assert Said("there is no remedy to try") in session.turn()
    assert len(session.runs) == 2


def test_in_the_past_that_of_the_epoch_shown_is_tried(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, GoTo(30), Do.TRY)
    assert session.run.tried.until == 30
    session.pull(1_000)
    ask(session)
    assert (session.run.done, session.phase, session.past) == (30, Phase.PAUSED, None)


def test_where_there_is_none_it_forks_in_the_past_and_says_so_in_the_present(crawling: Settings, monkeypatch) -> None:
    monkeypatch.setattr("gdtui.session.judging.judge", lambda *_: Verdict(Kind.FALLING, 40, "falling"))
    session = begun(crawling)
    session.do(Do.TRY)
    assert Said("there is no remedy to try") in session.turn()
    ask(session, GoTo(20), Do.TRY)
    assert (session.run.forked_at, session.run.tried) == (20, None)


@pytest.mark.parametrize("steer", [SetAlpha(0.3), SetAlpha(BETTER * 2)])
def test_whoever_steers_the_fork_gives_the_trial_up(crawling: Settings, propose, steer: SetAlpha) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.pull(9)
    ask(session, steer)
    told = "no longer trying alpha 0.5 from epoch 11: the run was steered"
    assert (session.run.proved.outcome, log(session)[-1]) == ("off", told)
    session.pull(1_000)
    assert (session.run.done, session.run.proved.told) == (60, told)


def test_it_is_given_up_too_where_that_comes_before_its_first_epoch(crawling: Settings, propose) -> None:
    for steer in (SetAlpha(0.3), Edit((DataEdit(1, 3),))):
        session = begun(crawling)
        propose(BETTER, 11)
        ask(session, Do.TRY, steer)
        assert session.run.proved.outcome == "off"


def test_what_does_not_steer_leaves_it_on(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(5)
    ask(session, Do.PAUSE, Do.STEP, SetEpochs(20), GoTo(12), GoTo(None), NextBranch(), NextBranch())
    session.pull(1_000)
    ask(session)
    assert (session.run.done, session.run.proved) == (20, None)
    assert line(session).startswith("trying alpha 0.5 from epoch 11 to epoch 40: loss ")
    ask(session, SetEpochs(90))
    session.pull(1_000)
    ask(session)
    assert session.run.proved.outcome == "confirmed"


def test_where_a_rule_ends_the_fork_earlier_that_counts(crawling: Settings, propose) -> None:
    quick = begun(replace(crawling, alpha=4 * BETTER)).run.history.losses
    session = begun(replace(crawling, stop=StopRules(target_loss=float(quick[2]))), 5)
    assert session.run.stop is None
    propose(4 * BETTER, 1)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session)
    run = session.run
    assert (run.stop.rule, run.done) == ("target-loss", 3)
    assert run.proved.told.endswith(f"at epoch {run.done} already")
    assert line(session) == run.proved.told


def test_there_is_no_fork_where_there_is_no_room_for_one(crawling: Settings, propose, monkeypatch) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    monkeypatch.setattr("gdtui.session.branching.MOST_BRANCHES", 1)
    ask(session, GoTo(20))
    session.do(Do.TRY)
    assert Said("a run has 1 branches at the most", is_error=True) in session.turn()
    assert (len(session.runs), session.past, session.phase) == (1, 20, Phase.PAST)
    assert session.recipe.alpha == 0.05


def test_while_weights_are_held_it_trains_on_from_them(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Hold((1.0, 2.0, 3.0)))
    assert session.snapshot().verdict is None
    ask(session, Do.TRY)
    assert session.run.begun_with.tolist() == [1.0, 2.0, 3.0]
    assert session.run.tried is None


def test_a_racer_tries_it_alone(crawling: Settings, propose) -> None:
    session = begun(crawling, 10)
    ask(session, Race((("alpha", 0.02),)))
    session.pull(20)
    propose(BETTER, 11)
    ask(session, NextBranch(), Do.TRY)
    fork = session.run
    assert (fork.race, fork.parent) == ((fork,), session.runs[1])
    session.pull(1_000)
    ask(session)
    assert fork.proved.outcome == "confirmed"
    assert session.runs[1].done == 30


def test_a_restart_has_tried_nothing(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.TRY, Begin((1.0, 1.0, 1.0)), Restart())
    assert [run.tried for run in session.runs] == [None]


def test_a_run_that_is_begun_anew_keeps_nothing_of_what_was_tried_before(crawling: Settings, propose) -> None:
    session = begun(crawling)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(1_000)
    ask(session)
    assert session.run.proved is not None
    fork = weakref.ref(session.run)
    ask(session, Restart())
    session.snapshot()
    gc.collect()
    assert fork() is None

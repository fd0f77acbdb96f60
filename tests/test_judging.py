"""Verdict and limits of a session: exact where it stands still, seldom while it moves, and never in its way."""

from __future__ import annotations

import math
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from gdtui.analysis.stability import limits
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.session import judging, opening
from gdtui.session.commands import Change, Do, GoTo, Hold, NextBranch, Race, SetAlpha
from gdtui.session.comparison import Comparison
from gdtui.session.session import Session
from gdtui.settings import DataSettings, Display, Settings
from gdtui.why.judge import judge, judge_losses
from gdtui.why.verdict import Kind, Verdict
from tests.test_session import SLOW, ask, table


class Clock:
    """Stands still unless it is told otherwise."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begun(clock: Clock, settings: Settings | None = None, epochs: int = 20) -> Session:
    settings = settings or Settings(epochs=10_000, alpha=0.05, init=(0.5, 0.5, 0.5))
    session = opening.begin(settings, SLOW, clock=clock)
    session.pull(epochs)
    return session


def known(session: Session) -> tuple[object, object]:
    snapshot = session.snapshot()
    return snapshot.verdict, snapshot.limits


def wanted(session: Session) -> tuple[object, object]:
    run, moment = session.run, session.moment()
    recipe = run.recipe if session.past is None else run.history.recipe_at(session.past)
    found = limits(run.data, run.settings.loss, recipe, moment.weights)
    return judge(run, moment, found), found


def test_they_are_exact_where_the_session_stands_still(clock: Clock) -> None:
    session = begun(clock)
    ask(session, Do.PAUSE)
    for command in (Do.STEP, SetAlpha(0.3), Do.STEP, Change((("l2", 0.1),)), GoTo(3), GoTo(15), GoTo(None)):
        ask(session, command)
        assert known(session) == wanted(session), command
        assert not session.snapshot().is_judging
    ask(session, Change((("optimizer", "adam"),)))
    assert "adam" in session.snapshot().limits.why_not
    ask(session, GoTo(5))  # there it was another
    assert session.snapshot().limits.why_not == ""


def test_while_it_trains_they_come_now_and_then(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    judged, kinds = [], [Kind.FALLING]

    def so(run: Run, moment, limits) -> Verdict:
        judged.append(moment.epoch)
        return Verdict(kinds[-1], moment.epoch, f"epoch {moment.epoch}")

    monkeypatch.setattr(judging, "judge", so)
    session = begun(clock)
    told = []
    for _ in range(8):
        session.pull(1)
        told.append(session.snapshot().line.text)
        clock.now += 0.2
    assert judged == [21, 24, 27]  # each half a second after the one before, at the least
    assert told == ["epoch 21"] * 6 + ["epoch 27"] * 2  # figures stay for a second
    kinds.append(Kind.LEVELLING)  # which is little else
    session.pull(1)
    assert session.snapshot().line.text == "epoch 27"
    clock.now += 0.5
    kinds.append(Kind.DIVERGING)
    session.pull(1)
    clock.now += 0.1
    assert session.snapshot().line.text == "epoch 30"  # another kind comes at once
    session.pull(1)
    assert session.snapshot().line.text == "epoch 30"
    ask(session, Do.PAUSE)
    assert session.snapshot().line.text == "epoch 31"  # as it stands still


def test_each_rests_as_long_as_makes_it_cheap(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"judge": [], "limits_at": []}
    for name, called in times.items():
        does = getattr(judging, name)

        def slowly(*arguments, does=does, called=called):
            called.append(clock.now)
            clock.now += 0.01
            return does(*arguments)

        monkeypatch.setattr(judging, name, slowly)
    session = begun(clock)
    for _ in range(200):
        session.pull(1)
        session.snapshot()
        clock.now += 0.1
    for called in times.values():
        assert len(called) > 5
        assert min(np.diff(called)) > 2.5


def test_limits_that_take_long_come_from_another_thread(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    go, threads, does = threading.Event(), [], judging.limits_at

    def waits(*arguments):
        threads.append(threading.current_thread())
        assert go.wait(20)
        return does(*arguments)

    monkeypatch.setattr(judging, "limits_at", waits)
    monkeypatch.setattr(judging, "AT_ONCE", 0)
    session = begun(clock)
    ask(session, Do.PAUSE)
    snapshot = session.snapshot()
    assert (snapshot.limits, snapshot.is_judging) == (None, True)
    assert snapshot.verdict == judge(session.run, session.moment(), None)
    ask(session, Do.STEP)  # nobody waits for them
    assert session.run.done == 21
    assert 0 < session.due() < 1
    go.set()
    while session.snapshot().is_judging:
        session.turn()
    assert known(session) == wanted(session)
    assert session.due() is None
    assert threading.main_thread() not in threads


def test_those_of_what_is_no_longer_shown_are_not_waited_for(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    go, does = threading.Event(), judging.limits_at

    def waits(*arguments):
        assert arguments[2].optimizer != "gd" or go.wait(20)
        return does(*arguments)

    monkeypatch.setattr(judging, "limits_at", waits)
    monkeypatch.setattr(judging, "AT_ONCE", 0)
    session = begun(clock)
    ask(session, Do.PAUSE)
    assert session.snapshot().is_judging
    ask(session, Change((("optimizer", "momentum"),)))
    while session.snapshot().is_judging:
        session.turn()
    found = known(session)
    go.set()
    assert found == known(session) == wanted(session)


def test_of_many_rows_some_stand_for_all_but_for_what_is_stable_for_sure() -> None:
    data, weights = load("blobs"), np.array([0.5, 0.5, 0.5])
    found = judging.limits_at(data, "article", Settings().recipe, weights, 100)
    whole = limits(data, "article", Settings().recipe, weights)
    assert (found.rows, found.sure) == (100, whole.sure)
    assert found.here != whole.here
    assert math.isclose(found.here, whole.here, rel_tol=0.2)


def test_of_a_race_it_is_the_one_in_front(clock: Clock) -> None:
    session = begun(clock, epochs=5)
    ask(session, Race((("alpha", 5.0),)))
    session.pull(30)
    ask(session, Do.PAUSE)
    first = known(session)
    ask(session, NextBranch())
    second = known(session)
    assert first[0] == judge(session.runs[0], session.runs[0].newest(), first[1])
    assert second[0] == judge(session.runs[1], session.runs[1].newest(), second[1])
    assert first != second


def test_nothing_is_said_of_weights_that_are_held_or_before_there_is_anything(clock: Clock) -> None:
    session = begun(clock, epochs=0)
    assert session.snapshot().verdict is None
    assert session.snapshot().line.text == ""
    session.pull(5)
    ask(session, Hold((1.0, 2.0, 3.0)))
    snapshot = session.snapshot()
    assert snapshot.verdict is None
    assert snapshot.limits == limits(session.run.data, "article", session.recipe, np.array([1.0, 2.0, 3.0]))


def test_a_run_that_diverged_is_told_so(clock: Clock) -> None:
    session = begun(clock, Settings(epochs=100, alpha=1e308))
    assert session.snapshot().verdict.kind is Kind.DIVERGING
    ask(session, Do.TRY)
    session.pull(100)
    ask(session)
    assert session.run.proved.outcome == "confirmed"


def test_of_a_file_whose_data_is_gone_it_is_what_is_left(tmp_path: Path) -> None:
    data = table(tmp_path / "points.csv")
    session = opening.begin(Settings(data, epochs=30, alpha=0.05), SLOW, str(tmp_path / "run.jsonl"))
    session.pull(30)
    session.close()
    shutil.move(tmp_path / "points.csv", tmp_path / "gone.csv")
    watching = opening.watch(str(tmp_path / "run.jsonl"), Display())
    snapshot = watching.snapshot()
    assert "not at hand" in snapshot.limits.why_not
    assert snapshot.verdict.epoch == 30
    assert not snapshot.is_judging


def test_of_runs_side_by_side_it_is_what_losses_tell_of_the_one_in_front(tmp_path: Path) -> None:
    paths = []
    for alpha in (0.05, 1e308):
        paths.append(str(tmp_path / f"{alpha:g}.jsonl"))
        session = opening.begin(Settings(DataSettings(), epochs=30, alpha=alpha), SLOW, paths[-1])
        session.pull(30)
        session.close()
    comparison = Comparison(paths)
    for front in range(2):
        comparison.turn()
        curve = comparison.now.entrants[front].curve
        assert comparison.snapshot().line.text == judge_losses(curve).text
        comparison.do(NextBranch())
    comparison.do(GoTo(12))
    comparison.turn()
    assert comparison.snapshot().line.text == judge_losses(comparison.now.entrants[0].curve, 12).text

"""Remedies that are tried: what becomes of them in the session, its log, its file, and on lines."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gdtui import plain
from gdtui.runs.export import export
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import Watched
from gdtui.runs.verdict import UNCHECKED, WHOLE, verdict
from gdtui.session import opening
from gdtui.session.commands import Begin, Do, Edit, GoTo, Hold, NextBranch, Race, Restart, Save, SetAlpha, SetEpochs
from gdtui.session.line import Mood
from gdtui.session.log import Marked, Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import DataEdit, Display, Settings, StopRules
from gdtui.why.verdict import Kind, Measure, Remedy, Verdict
from tests.test_session import SLOW, ask, table

BETTER, WORSE = 0.5, 0.001
"""Alphas by which the loss comes down faster than by that of these runs, and slower."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(table(tmp_path / "points.csv"), epochs=60, alpha=0.05, init=(0.5, 0.5, 0.5))


@pytest.fixture
def propose(monkeypatch: pytest.MonkeyPatch):
    """Has every verdict propose an alpha from an epoch on."""

    def so(alpha: float, epoch: int, measure: Measure = "loss") -> None:
        remedy = Remedy(epoch, (("alpha", alpha),), measure)
        found = Verdict(Kind.CRAWLING, 0, "crawling: 9,000 epochs more at this pace", remedy=remedy)
        for where in ("gdtui.session.judging.judge", "gdtui.verdicts.judge"):
            monkeypatch.setattr(where, lambda run, moment, limits: replace(found, epoch=moment.epoch))

    return so


def begun(settings: Settings, epochs: int = 40, save: Path | None = None) -> Session:
    session = opening.begin(settings, SLOW, None if save is None else str(save))
    session.pull(epochs)
    return session


def log(session: Session) -> list[str]:
    return [entry.text for entry in session.log.entries if entry.epoch is None]


def line(session: Session) -> str:
    return session.snapshot().line.text


def test_a_remedy_that_helps_is_confirmed_at_the_verdicts_epoch(settings: Settings, propose) -> None:
    session = begun(settings)
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
    assert line(session) == f"trying alpha 0.5 from epoch 11: epoch 20 of 40, loss {now:.3g} against {then:.3g} then"
    assert session.snapshot().line.briefs[0] == "trying alpha 0.5: epoch 20 of 40"
    session.pull(1_000)
    session.do(GoTo(None))
    happened = session.turn()
    now, then = (run.history.losses[39] for run in (fork, first))
    told = f"confirmed: loss {now:.3g} instead of {then:.3g} at epoch 40"
    assert Marked(told) in happened
    assert (fork.done, session.phase, line(session), log(session)[-1]) == (40, Phase.PAUSED, told, told)
    assert session.snapshot().line.mood is Mood.GOOD
    assert session.snapshot().line.remedy is not None  # of the fork, which can be tried as well


def test_one_that_does_not_is_refuted_and_what_was_going_on_goes_on(settings: Settings, propose) -> None:
    session = begun(settings)
    propose(WORSE, 11)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session)
    assert line(session).startswith("refuted: loss ")
    assert session.snapshot().line.mood is Mood.BAD
    assert session.phase is Phase.TRAINING
    session.pull(1_000)
    assert (session.run.done, session.phase) == (60, Phase.DONE)


def test_the_outcome_is_the_forks_and_the_other_says_where_it_was_tried(settings: Settings, propose) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    ask(session, NextBranch())
    assert line(session).endswith("; tried in fork 1")
    ask(session, NextBranch())
    session.pull(1_000)
    ask(session)
    assert line(session).startswith("confirmed: ")
    ask(session, GoTo(39))
    assert line(session) == "crawling: 9,000 epochs more at this pace"
    ask(session, GoTo(40))
    assert line(session).startswith("confirmed: ")
    ask(session, GoTo(None), NextBranch())
    assert line(session).endswith("; tried in fork 1: confirmed")
    assert session.snapshot().line.remedy is None
    session.do(Do.TRY)
    assert Said("there is no remedy to try") in session.turn()
    assert len(session.runs) == 2


def test_in_the_past_that_of_the_epoch_shown_is_tried(settings: Settings, propose) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, GoTo(30), Do.TRY)
    assert session.run.tried.until == 30
    session.pull(1_000)
    ask(session)
    assert (session.run.done, session.phase, session.past) == (30, Phase.PAUSED, None)


def test_where_there_is_none_it_forks_in_the_past_and_says_so_in_the_present(settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr("gdtui.session.judging.judge", lambda *_: Verdict(Kind.FALLING, 40, "falling"))
    session = begun(settings)
    session.do(Do.TRY)
    assert Said("there is no remedy to try") in session.turn()
    ask(session, GoTo(20), Do.TRY)
    assert (session.run.forked_at, session.run.tried) == (20, None)


@pytest.mark.parametrize("steer", [SetAlpha(0.3), SetAlpha(BETTER * 2)])
def test_whoever_steers_the_fork_gives_the_trial_up(settings: Settings, propose, steer: SetAlpha) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.pull(9)
    ask(session, steer)
    told = "no longer trying alpha 0.5 from epoch 11: the run was steered"
    assert (session.run.proved.outcome, log(session)[-1]) == ("off", told)
    session.pull(1_000)
    assert (session.run.done, session.run.proved.told) == (60, told)


def test_it_is_given_up_too_where_that_comes_before_its_first_epoch(settings: Settings, propose) -> None:
    for steer in (SetAlpha(0.3), Edit((DataEdit(1, 3),))):
        session = begun(settings)
        propose(BETTER, 11)
        ask(session, Do.TRY, steer)
        assert session.run.proved.outcome == "off"


def test_what_does_not_steer_leaves_it_on(settings: Settings, propose) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(5)
    ask(session, Do.PAUSE, Do.STEP, SetEpochs(20), GoTo(12), GoTo(None), NextBranch(), NextBranch())
    session.pull(1_000)
    ask(session)
    assert (session.run.done, session.run.proved) == (20, None)
    assert line(session).startswith("trying alpha 0.5 from epoch 11: epoch 20 of 40")
    ask(session, SetEpochs(90))
    session.pull(1_000)
    ask(session)
    assert session.run.proved.outcome == "confirmed"


def test_where_a_rule_ends_the_fork_earlier_that_counts(settings: Settings, propose) -> None:
    quick = begun(replace(settings, alpha=4 * BETTER)).run.history.losses
    session = begun(replace(settings, stop=StopRules(target_loss=float(quick[2]))), 5)
    assert session.run.stop is None
    propose(4 * BETTER, 1)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session)
    run = session.run
    assert (run.stop.rule, run.done) == ("target-loss", 3)
    assert run.proved.told.endswith(f"at epoch {run.done} already")
    assert line(session) == run.proved.told


def test_there_is_no_fork_where_there_is_no_room_for_one(settings: Settings, propose, monkeypatch) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    monkeypatch.setattr("gdtui.session.branching.MOST_BRANCHES", 1)
    ask(session, GoTo(20))
    session.do(Do.TRY)
    assert Said("a run has 1 branches at the most", is_error=True) in session.turn()
    assert (len(session.runs), session.past, session.phase) == (1, 20, Phase.PAST)
    assert session.recipe.alpha == 0.05


def test_while_weights_are_held_it_trains_on_from_them(settings: Settings, propose) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, Hold((1.0, 2.0, 3.0)))
    assert session.snapshot().verdict is None
    ask(session, Do.TRY)
    assert session.run.begun_with.tolist() == [1.0, 2.0, 3.0]
    assert session.run.tried is None


def test_a_racer_tries_it_alone(settings: Settings, propose) -> None:
    session = begun(settings, 10)
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


def test_the_file_has_it_whenever_its_writer_is_killed(settings: Settings, propose, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begun(settings, save=path)
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    outcomes = []
    for number, epochs in enumerate((0, 7, 1_000)):
        session.pull(epochs)
        copy = shutil.copy(path, tmp_path / f"killed-{number}.jsonl")  # at the last, before anything is told
        again = opening.resume(str(copy), None, None, SLOW)
        assert again.run.tried == session.run.tried
        assert log(again)[-2] == "trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
        again.pull(1_000)
        ask(again)
        again.close()
        outcomes.append([run.proved for run in Watched(str(copy)).runs])
    ask(session)
    assert outcomes == [[None, session.run.proved]] * 3
    session.close()
    assert verdict(str(path))[0] == WHOLE
    export(str(path), "csv", str(tmp_path / "run.csv"))
    assert len((tmp_path / "run.csv").read_text().splitlines()) == 41


def test_whoever_goes_on_with_another_alpha_gives_it_up(settings: Settings, propose, tmp_path: Path) -> None:
    session = begun(settings, save=tmp_path / "run.jsonl")
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.close()
    again = opening.resume(str(tmp_path / "run.jsonl"), None, 0.1, SLOW)
    ask(again)
    assert again.run.proved.outcome == "off"


def test_a_file_that_is_begun_later_has_all_of_it(settings: Settings, propose, tmp_path: Path) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, Do.TRY)
    session.pull(1_000)
    ask(session, GoTo(35))
    propose(WORSE, 20)
    ask(session, Do.TRY, Save(str(tmp_path / "run.jsonl")))
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines if line.get("kind") in ("fork", "tried", "proved")] == [
        *("fork", "tried", "proved"), *("fork", "tried"),
    ]  # fmt: skip
    session.pull(1_000)
    ask(session)
    told = [(run.tried, run.proved) for run in session.runs]
    assert [proved and proved.outcome for _, proved in told] == [None, "confirmed", "refuted"]
    session.close()
    assert [(run.tried, run.proved) for run in Watched(str(tmp_path / "run.jsonl")).runs] == told


def test_whoever_watches_is_told_as_it_comes(settings: Settings, propose, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    session = begun(settings, save=path)
    watching = opening.watch(str(path), Display())
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(7)
    watching.turn()
    assert log(watching)[-2] == "trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
    assert line(watching).startswith("trying alpha 0.5 from epoch 11: epoch 17 of 40, loss ")
    session.pull(1_000)
    ask(session)
    watching.turn()
    told = session.run.proved.told
    assert (log(watching)[-1], line(watching)) == (told, told)
    watching.turn()
    assert log(watching).count(told) == 1
    watching.do(Do.TRY)
    watching.turn()
    assert len(watching.runs) == 2
    again = opening.watch(str(path), Display())
    assert log(again)[-2:] == [told, f"{path}: following"]


def test_lines_tell_it_at_the_end(settings: Settings, propose, tmp_path: Path, capsys) -> None:
    path = str(tmp_path / "run.jsonl")
    session = begun(settings, save=Path(path))
    propose(BETTER, 11)
    ask(session, Do.PAUSE, Do.TRY)
    session.pull(5)
    session.close()
    assert plain.resume(path, None, None, Display()) == 0
    *rest, tried, judged, _ = capsys.readouterr().out.splitlines()
    told = RunFile(path).branch.proved.told
    what = "trying alpha 0.5 from epoch 11: crawling: 9,000 epochs more at this pace"
    assert tried == f"[INFO] fork 1, {what}; {told}"
    assert judged == "[INFO] verdict: crawling: 9,000 epochs more at this pace; try alpha 0.5 from epoch 11"
    assert not any("verdict" in line or "trying" in line for line in rest)
    assert plain.watch(path, follow=False) == 0
    assert capsys.readouterr().out.splitlines()[-3:-1] == [tried, judged]


def test_a_restart_has_tried_nothing(settings: Settings, propose) -> None:
    session = begun(settings)
    propose(BETTER, 11)
    ask(session, Do.TRY, Begin((1.0, 1.0, 1.0)), Restart())
    assert [run.tried for run in session.runs] == [None]


TRIED = {"kind": "tried", "until": 9, "verdict": "crawling", "why": "so", "now": {"alpha": 1.0}}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([TRIED], "a remedy is tried in a fork"),
        ([{"kind": "proved", "outcome": "refuted", "told": "so"}], "nothing was tried"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "until": 1}], "a remedy is tried in a fork"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "now": {"alpha": -1}}], "wrong kind"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "now": {"beta": 1}}], "wrong kind"),
        ([{"kind": "fork", "fork": 2, "of": 0, "now": {}}, {**TRIED, "measure": "?"}], "wrong kind"),
        (
            [{"kind": "fork", "fork": 2, "of": 0, "now": {}}, TRIED, {"kind": "proved", "outcome": "?", "told": ""}],
            "wrong kind",
        ),
    ],
)
def test_a_file_that_tells_nonsense_of_it_is_damaged_there(settings, tmp_path: Path, lines: list, told: str) -> None:
    path = tmp_path / "run.jsonl"
    begun(settings, save=path).close()
    with open(path, "a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    assert told in str(RunFile(str(path)).damage)
    assert verdict(str(path))[0] not in (WHOLE, UNCHECKED)

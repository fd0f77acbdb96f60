"""Races: who descends together does so epoch by epoch, whatever happens, and each as it would alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from gdtui.learning.moment import Moment
from gdtui.learning.stop import Stop
from gdtui.runs.curve import KnownLosses
from gdtui.runs.race import Standing, by_place, names_of, standings_in
from gdtui.runs.reader import RunFile, RunFileError
from gdtui.runs.reopen import Watched
from gdtui.runs.run import Run
from gdtui.session import opening
from gdtui.session.commands import Change, Do, GoTo, NextBranch, Race, Restart, SetAlpha, SetEpochs
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import MOST_RACERS, Display, Recipe, Settings
from tests.oracles import START, article_losses
from tests.test_session import SLOW, ask

ALPHAS = 0.001, 0.01, 0.1


def begun(epochs: int = 40, save: Path | None = None, display: Display = SLOW, alphas=ALPHAS, **options) -> Session:
    first, *others = (Settings(epochs=epochs, alpha=alpha, init=tuple(START.tolist()), **options) for alpha in alphas)
    return opening.begin(first, display, save and str(save), rivals=[other.recipe for other in others])


def test_a_race_is_as_many_runs_as_the_articles_loop_would_make():
    session = begun()
    session.pull(7)
    session.pull(100)
    for run, alpha in zip(session.runs, ALPHAS, strict=True):
        assert run.history.losses.tolist() == article_losses(alpha, 40)
    assert session.phase is Phase.DONE


def test_nobody_is_ahead_while_there_is_no_time_for_all():
    session = begun(10**7, display=Display(speed=math.inf))
    for _ in range(4):
        session.turn()
        assert len({run.done for run in session.runs}) == 1
    assert session.run.done > 4


def test_whoever_diverged_stays_behind_and_the_others_go_on_without_it():
    session = begun(alphas=(1e308, 0.1))
    first, other = session.runs
    session.pull(30)
    assert (first.stop.rule, other.done, session.standing()) == ("diverged", 30, Phase.PAUSED)
    assert first.done < 30
    snapshot = session.snapshot()
    assert (snapshot.stop, snapshot.is_over, snapshot.is_diverged) == (first.stop, False, False)
    assert [(one.state, one.is_diverged) for one in snapshot.race] == [("diverged", True), ("training", False)]
    session.pull(30)
    assert (other.done, session.phase) == (40, Phase.DIVERGED)
    assert session.snapshot().is_over
    assert session.log.entries[-1].text == "α 0.1: all 40 epochs done"


def test_wherever_a_race_is_killed_it_goes_on_to_the_same_bits(tmp_path):
    session = begun(6, tmp_path / "run.jsonl", alphas=(1e308, 0.01, 0.1))
    for _ in range(3):
        session.pull(2)
    session.close()
    lines = (tmp_path / "run.jsonl").read_bytes().splitlines(keepends=True)
    begin = next(at for at, line in enumerate(lines) if b'"race"' in line) + 1
    assert len(lines) - begin > 20
    for end in range(begin, len(lines) + 1):
        cut = tmp_path / f"{end}.jsonl"
        cut.write_bytes(b"".join(lines[:end]) + b'{"epoch": 1')
        again = opening.resume(str(cut), None, None, SLOW)
        again.pull(6)
        again.close()
        for found, wanted in zip(again.runs, session.runs, strict=True):
            # Of one that diverged, the file has no weights at the end, and no more than the losses.
            assert (found.stop, found.done) == (wanted.stop, wanted.done if found.done > 1 else 1)
            assert found.history.losses.tobytes() == wanted.history.losses[: found.done].tobytes()
        watched = Watched(str(cut)).runs
        assert [run.race for run in watched] == [tuple(watched)] * 3
        assert [run.done for run in watched[1:]] == [6, 6]


def test_a_race_in_which_all_diverged_cannot_go_on(tmp_path):
    path = tmp_path / "run.jsonl"
    session = begun(9, path, alphas=(1e308, 1.5e308))
    session.pull(9)
    session.close()
    with pytest.raises(RunFileError, match="the run diverged"):
        opening.resume(str(path), None, None, SLOW)


def test_all_who_race_are_shown_at_the_epoch_of_the_past_that_is_looked_at():
    session = begun(alphas=(0.01, 0.1, 1e308))
    session.pull(20)
    ask(session, GoTo(7), NextBranch())
    snapshot = session.snapshot()
    assert (snapshot.past, snapshot.run) == (7, session.runs[1])
    assert [one.shown.epoch for one in snapshot.race] == [7, 7, session.runs[2].done]
    for one, run in zip(snapshot.race[:2], session.runs[:2], strict=True):
        assert one.shown.weights.tobytes() == run.history.weights_at(7).tobytes()
    ask(session, NextBranch())
    assert session.snapshot().shown.epoch == session.runs[2].done < 7


def test_a_racer_that_comes_to_the_front_does_not_stop_the_race():
    session = begun()
    session.phase = Phase.TRAINING
    ask(session, NextBranch())
    assert (session.run, session.phase) == (session.runs[1], Phase.TRAINING)
    ask(session, SetAlpha(0.5))
    assert [run.alpha for run in session.runs] == [0.001, 0.5, 0.1]


def test_who_has_ended_keeps_its_name_until_it_trains_with_what_was_chosen_then(tmp_path):
    session = begun(4, tmp_path / "run.jsonl", alphas=(0.1, 0.2))
    session.pull(4)
    ask(session, Change((("optimizer", "adam"),)))
    file = RunFile(str(tmp_path / "run.jsonl"))
    told = [one.name for one in standings_in(file.branches, file.racing, "")]
    assert [session.name(run) for run in session.runs] == told == ["α 0.1", "α 0.2"]
    ask(session, SetEpochs(5))
    assert [session.name(run) for run in session.runs] == ["adam α 0.1", "gd α 0.2"]


def test_a_fork_of_a_racer_trains_alone():
    session = begun()
    session.pull(20)
    ask(session, GoTo(11), SetAlpha(0.2), Do.FORK)
    session.pull(5)
    assert [run.done for run in session.runs] == [20, 20, 20, 15]
    assert session.snapshot().race == ()
    assert session.name(session.run) == "fork 3 at 11, α 0.2"


def test_who_joins_in_the_past_catches_up_with_the_others_first():
    session = begun(alphas=(0.01,))
    session.pull(20)
    ask(session, GoTo(5), Race((("alpha", 0.2),)))
    assert ([run.done for run in session.runs], session.phase) == ([20, 4], Phase.TRAINING)
    assert session.log.entries[-1].text == "α 0.2 races from epoch 5 on"
    session.pull(1)
    assert [run.done for run in session.runs] == [21, 21]
    alone = Run(session.runs[0].settings, session.run.data)
    alone.advance(4)
    alone.set_alpha(0.2)
    alone.advance(17)
    assert session.runs[1].history.losses.tobytes() == alone.history.losses.tobytes()


def test_who_joins_in_the_past_goes_by_the_alpha_that_was_chosen_there():
    session = begun(alphas=(0.01,))
    session.pull(20)
    ask(session, GoTo(5), SetAlpha(0.2), Race((("optimizer", "momentum"),)))
    recipe = session.runs[1].recipe
    assert (recipe.optimizer, recipe.alpha) == ("momentum", 0.2)
    assert session.run.alpha == 0.01


def test_who_cannot_join_is_told_why():
    session = begun(9, alphas=(0.01,))
    ask(session, *(Race((("alpha", float(alpha)),)) for alpha in range(1, MOST_RACERS)))
    assert len(session.run.race) == MOST_RACERS
    for parts, told in (({"alpha": 99.0}, "10 race at the most"),):
        session.do(Race(tuple(parts.items())))
        assert Said(told, is_error=True) in session.turn()
    other = begun(9, alphas=(0.01,))
    other.do(Race((("alpha", 0.01),)))
    assert Said("it would be the same; give another alpha, say", is_error=True) in other.turn()
    other.pull(9)
    other.do(Race((("alpha", 0.1),)))
    assert Said("the run has ended; go back first (Home is its start), or add epochs (+)") in other.turn()
    assert len(other.runs) == 1


def test_a_race_that_is_restarted_is_one_again():
    session = begun()
    session.pull(20)
    ask(session, NextBranch(), SetAlpha(0.05), Restart())
    assert [run.alpha for run in session.runs] == [0.001, 0.05, 0.1]
    assert session.run is session.runs[1]
    session.pull(3)
    assert [run.done for run in session.runs] == [3, 3, 3]


def test_a_file_tells_who_races_and_a_race_of_none_or_of_strangers_is_refused(tmp_path):
    path = tmp_path / "run.jsonl"
    session = begun(9, path)
    session.pull(3)
    session.close()
    file = RunFile(str(path))
    assert (file.racing, file.current, file.is_over) == ((0, 1, 2), 0, False)
    for numbers in ("[]", "[0, 0]", "[0, 3]", "7"):
        path.write_text(path.read_text().rpartition('{"kind": "race"')[0] or path.read_text())
        with path.open("a") as out:
            out.write(f'{{"kind": "race", "branches": {numbers}}}\n')
        assert "has a value of the wrong kind" in str(RunFile(str(path)).damage)


@pytest.mark.parametrize(
    ("recipes", "names"),
    [
        ([{"alpha": 0.001}, {"alpha": 0.1}], ("α 0.001", "α 0.1")),
        ([{}, {"optimizer": "momentum"}, {"optimizer": "adam"}], ("gd", "momentum", "adam")),
        (
            [{"optimizer": "adam"}, {"alpha": 0.1}, {"alpha": 0.1, "batch_size": 16}],
            ("adam α 0.01", "gd α 0.1", "gd α 0.1 batch 16"),
        ),
        ([{"l2": 0.0}, {"l2": 0.1}], ("l2 0", "l2 0.1")),
        ([{}, {}], ("#1", "#2")),
        ([{"decay_every": 20}, {"schedule": "cosine", "decay_every": 200}], ("constant", "cosine")),
        ([{"schedule": "step", "decay_every": 2}, {"decay_every": 2, "alpha": 1.0}], ("α 0.01 step", "α 1")),
        (
            [{"schedule": "step", "decay_every": every} for every in (2, 9)] + [{"decay_every": 3}],
            ("step decay every 2", "step decay every 9", "constant"),
        ),
        ([{}, {"since": 9, "seed": 3, "alpha": 0.1}], ("α 0.01", "α 0.1")),
    ],
)
def test_a_racer_is_called_by_what_it_differs_in(recipes, names):
    assert names_of(tuple(Recipe(**parts) for parts in recipes)) == names


def test_the_first_has_the_lowest_loss_and_whoever_diverged_is_last():
    def standing(name: str, loss: float, rule: str | None = None) -> Standing:
        stop = None if rule is None else Stop(rule, rule)
        return Standing(0, name, "", Recipe(), KnownLosses(), Moment(1, np.zeros(3), loss), stop)

    racers = [standing("b", 2), standing("d", 0.1, "diverged"), standing("a", 1, "epochs"), standing("c", math.nan)]
    assert [one.name for one in by_place(racers)] == ["a", "b", "c", "d"]


def test_who_race_anew_from_fresh_weights_have_the_rows_in_one_order_too():
    session = begun(batch_size=16)
    ask(session, Restart(fresh=True))
    assert [run.recipe.seed for run in session.runs] == [session.run.settings.seed] * 3 == [1] * 3


def test_who_race_anew_for_longer_have_schedules_of_that_length():
    session = begun(40, schedule="cosine")
    ask(session, SetEpochs(90), Change((("decay", 0.5),)), Restart())
    assert [run.recipe.decay_every for run in session.runs] == [90] * 3


def test_a_run_begun_anew_has_a_schedule_for_all_of_it_unless_another_was_chosen():
    for chosen, every in (((), 40), ((("decay_every", 7),), 7)):
        session = begun(40, alphas=(0.1,))
        session.pull(30)
        ask(session, Change((("schedule", "cosine"), *chosen)))
        assert session.run.recipe.decay_every == (7 if chosen else 10)
        ask(session, Restart())
        assert (session.run.recipe.schedule, session.run.recipe.decay_every) == ("cosine", every)
    kept = begun(40, alphas=(0.1,), schedule="step", decay_every=4)
    ask(kept, SetEpochs(90), Restart())
    assert kept.run.recipe.decay_every == 4

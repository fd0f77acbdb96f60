"""Epochs of very many batches: they are broken off where something else is to be done, and gone on with to the same
bits."""

from __future__ import annotations

from itertools import chain, cycle, repeat

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui.learning import batches
from gdtui.learning.descent import Descent, State
from gdtui.learning.moment import measure
from gdtui.session import opening
from gdtui.session.commands import Do, Restart, SetAlpha, Travel
from gdtui.session.pace import Pace
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import Display, Recipe, Settings, StopRules
from tests.oracles import START, kernel_of, noisy
from tests.test_optimizers import RECIPES
from tests.test_session import SLOW, ask

NOISY = noisy()
FEW = 3
"""Batches that are brought into their order at a time here, so that small sets have epochs of many groups."""


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", FEW)


def descent(state: State = State(START), rules: StopRules | None = None, **parts: object) -> Descent:  # noqa: B008
    return Descent(kernel_of(NOISY), state, Recipe(**parts), 10**6, rules)


@given(
    recipe=RECIPES,
    pulls=st.lists(st.tuples(st.integers(1, 6), st.lists(st.booleans(), min_size=1, max_size=9)), min_size=1),
    rules=st.sampled_from([None, StopRules(target_accuracy=1.0, patience=7), StopRules(target_loss=6.0)]),
)
@example({"optimizer": "adam", "batch_size": 7}, [(1, [False]), (6, [False, False, True])], None)
@settings(max_examples=60, deadline=None)
def test_wherever_epochs_are_broken_off_the_bits_are_the_same(recipe, pulls, rules):
    whole, broken = (descent(rules=rules, **recipe) for _ in range(2))
    expected, found, left = whole.advance(12), [], chain(pulls, repeat((12, [False])))
    while broken.stop is None and broken.done < 12:
        count, answers = next(left)
        enough = cycle(answers)
        before = broken.state
        batch = broken.advance(min(count, 12 - broken.done), is_enough=lambda enough=enough: next(enough))
        found.append(batch)
        assert batch.first == before.done + 1
        assert len(batch) == broken.done - before.done
        assert (batch.last is None) == (len(batch) == 0)
        if batch.last is not None:
            assert batch.last == measure(kernel_of(NOISY), batch.weights[-1], broken.done, broken.recipe)
        if not len(batch):
            assert broken.is_midway
            assert (broken.state.weights.tobytes(), broken.state.best) == (before.weights.tobytes(), before.best)
    assert broken.stop == whole.stop
    assert broken.weights.tobytes() == whole.weights.tobytes()
    assert broken.state.memory.tobytes() == whole.state.memory.tobytes()
    for part in ("losses", "weights", "memory"):
        pieces = [getattr(batch, part) for batch in found if len(batch)]
        assert np.concatenate(pieces).tobytes() == getattr(expected, part).tobytes()
    assert tuple(chain.from_iterable(batch.bests for batch in found)) == expected.bests


def test_what_was_begun_after_the_epoch_at_which_a_rule_ends_it_is_begun_anew():
    target = descent(batch_size=7).advance(3).losses[-1]
    whole, broken = (descent(rules=StopRules(target_loss=target), batch_size=7) for _ in range(2))
    broken.advance(1)  # how long one takes is known then, and several are taken at once
    answers = iter([False] * 3 + [True])
    assert len(broken.advance(9, is_enough=lambda: next(answers))) == 2
    assert (broken.stop.rule, broken.is_midway) == ("target-loss", False)
    whole.advance(9)
    for one in (whole, broken):
        one.extend(20)
    assert broken.advance(5).weights.tobytes() == whole.advance(5).weights.tobytes()


def test_another_recipe_takes_the_epoch_from_its_beginning_and_the_same_one_goes_on():
    broken, again = descent(batch_size=1), descent(batch_size=1, alpha=0.5)
    for _ in range(3):
        assert not len(broken.advance(1, is_enough=lambda: True))
    broken.follow(broken.recipe)
    assert broken.is_midway
    broken.follow(again.recipe)
    assert not broken.is_midway
    assert broken.advance(2).weights.tobytes() == again.advance(2).weights.tobytes()


def test_an_epoch_is_broken_off_when_its_time_is_up_and_takes_as_long_as_its_parts():
    ticks = iter(range(10**6))
    broken = descent(batch_size=1)
    assert not len(broken.advance(5, 3.0, lambda: float(next(ticks))))
    assert (broken.is_midway, broken.seconds_per_epoch) == (True, 0.0)
    while not broken.done:
        broken.advance(1, 3.0, lambda: float(next(ticks)))
    assert broken.seconds_per_epoch > -(-len(NOISY) // FEW)


def test_an_epoch_of_few_batches_is_never_broken_off():
    assert len(descent(batch_size=14).advance(1, 0.0, is_enough=lambda: True)) == 1


def long(*alphas: float, **options: object) -> Session:
    """A session whose epochs have more groups than are taken in a turn: each look at the clock takes a second."""
    ticks = iter(range(10**9))
    others = [Recipe(alpha=alpha, batch_size=1).settled(20) for alpha in alphas]
    asked = Settings(epochs=20, init="zeros", batch_size=1, **options)
    return opening.begin(asked, Display(speed=1e9), clock=lambda: float(next(ticks)), rivals=others)


def told(session: Session) -> list[bytes]:
    return [run.history.losses.tobytes() + run.weights.tobytes() for run in session.runs]


def after(session: Session, epochs: int) -> Session:
    session.pull(epochs)
    return session


def test_what_is_asked_for_in_the_midst_of_an_epoch_is_done_at_once():
    session = long()
    session.turn()
    assert (session.run.done, session.phase, session.due()) == (0, Phase.TRAINING, 0.0)
    ask(session, Do.PAUSE)
    assert (session.run.done, session.phase) == (0, Phase.PAUSED)
    ask(session, Do.PAUSE)
    for _ in range(1000):
        session.turn()
        if session.run.done == 3:
            break
    assert told(session) == told(after(long(), 3))


def test_a_step_that_takes_many_turns_ends_standing_still():
    session = long(0.1, 1.0)
    ask(session, Do.PAUSE)
    ask(session, Do.STEP)
    assert session.phase is Phase.TRAINING
    turns = 0
    while session.phase is Phase.TRAINING:
        assert session.due() == 0.0
        session.turn()
        turns += 1
    assert turns > 3
    assert (session.phase, [run.done for run in session.runs]) == (Phase.PAUSED, [1, 1, 1])
    assert told(session) == told(after(long(0.1, 1.0), 1))


def test_a_pause_in_the_midst_of_a_step_is_the_end_of_it():
    session = long()
    ask(session, Do.PAUSE)
    ask(session, Do.STEP)
    ask(session, Do.PAUSE)
    assert (session.phase, session.run.done) == (Phase.PAUSED, 0)
    ask(session, Do.PAUSE)
    for _ in range(1000):
        session.turn()
        if session.run.done == 2:
            break
    assert session.phase is Phase.TRAINING


def test_alpha_counts_from_the_epoch_on_that_is_under_way():
    session = long()
    session.turn()
    ask(session, SetAlpha(0.5))
    assert session.run.history.steered == [(1, session.run.recipe)]
    session.pull(3)
    run = after(opening.begin(Settings(epochs=20, init="zeros", batch_size=1, alpha=0.5), SLOW), 3).run
    assert session.run.history.losses.tobytes() == run.history.losses.tobytes()


def test_the_past_and_a_new_start_are_to_be_had_in_the_midst_of_an_epoch():
    session = after(long(), 2)
    session.turn()
    assert session.run.descent.is_midway
    ask(session, Travel(-1))
    assert (session.past, session.phase) == (1, Phase.PAST)
    ask(session, Do.FORK)
    session.pull(3)
    assert session.run.history.losses.tobytes() == after(long(), 3).run.history.losses.tobytes()
    ask(session, Restart(fresh=False))
    assert (session.run.done, session.run.descent.is_midway) == (0, False)


def test_the_pace_is_that_of_whole_epochs():
    pace = Pace(2.0)
    for seconds in (0.5, 1.5):
        pace.saw(0, seconds)
    assert pace.measured == 0
    pace.saw(1, 2.0)
    assert pace.measured == 0.25
    assert pace.due(0.0)[0] == 0
    assert pace.due(0.0, is_midway=True)[0] == 1

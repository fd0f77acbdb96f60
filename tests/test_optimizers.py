"""Optimisers and schedules against optax, step for step, in double precision."""

import jax
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.learning import optimizer
from gdtui.learning.descent import CHUNK, Descent, State
from gdtui.learning.optimizer import FEW, OF_FEW, OPTIMIZERS
from gdtui.learning.schedule import alpha_at
from gdtui.recipe_options import RULES
from gdtui.settings import SCHEDULES, Recipe
from tests.oracles import START, kernel_of, noisy

NOISY = noisy()
STEPS = CHUNK + 44
"""More than a chunk holds."""
BETA, BETA2, EPSILON, ALPHA = 0.8, 0.95, 1e-3, 0.03
THEIRS = {
    "gd": optax.sgd(ALPHA),
    "momentum": optax.sgd(ALPHA, momentum=BETA),
    "nesterov": optax.sgd(ALPHA, momentum=BETA, nesterov=True),
    # optax adds epsilon below the root unless told otherwise; Hinton's slides and PyTorch add it to the root.
    "rmsprop": optax.rmsprop(ALPHA, decay=BETA2, eps=EPSILON, eps_in_sqrt=False),
    "adam": optax.adam(ALPHA, b1=BETA, b2=BETA2, eps=EPSILON),
}


@pytest.fixture(autouse=True)
def _in_double_precision():
    with jax.enable_x64(True):
        yield


def descent(state=None, epochs=10**6, **parts) -> Descent:
    return Descent(kernel_of(NOISY), state or State(START), Recipe(**parts), epochs)


def gradient_at(weights: np.ndarray) -> np.ndarray:
    """The article's, by itself."""
    p = 1 / (1 + np.exp(-NOISY.X @ weights))
    return NOISY.X.T @ (p - NOISY.y) / len(NOISY)


def walk(optimizer: optax.GradientTransformation, steps: int, gradient=gradient_at) -> np.ndarray:
    """The weights before each step, as optax takes them."""
    weights, state, found = START, optimizer.init(START), []
    for _ in range(steps):
        found.append(weights)
        updates, state = optimizer.update(gradient(weights), state, weights)
        weights = np.asarray(optax.apply_updates(weights, updates))
    return np.array(found)


@pytest.mark.parametrize("few", [0, FEW])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_optax(name, few, monkeypatch):
    monkeypatch.setattr(optimizer, "FEW", few)
    found = descent(optimizer=name, alpha=ALPHA, momentum=BETA, beta2=BETA2, epsilon=EPSILON).advance(STEPS)
    np.testing.assert_allclose(found.weights, walk(THEIRS[name], STEPS), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("alpha", [0.03, 1e300])
@pytest.mark.parametrize("name", OF_FEW)
def test_number_by_number_steps_have_the_same_bits(name, alpha, batch_size, monkeypatch):
    found = []
    for few in (0, FEW):
        monkeypatch.setattr(optimizer, "FEW", few)
        asked = descent(optimizer=name, alpha=alpha, batch_size=batch_size, schedule="cosine", decay_every=STEPS)
        assert (type(optimizer.optimizer_of(asked.recipe, 3)) is OF_FEW[name]) is (few > 0)
        batch = asked.advance(STEPS)
        found.append([part.tobytes() for part in (batch.losses, batch.weights, batch.memory, asked.weights)])
    assert found[0] == found[1]


def test_an_epsilon_of_nothing_is_no_fault():
    found = Descent(kernel_of(NOISY), State(START), Recipe(optimizer="adam", epsilon=0.0), 5).advance(5)
    np.testing.assert_allclose(found.weights, walk(optax.adam(0.01, eps=0.0), 5), rtol=1e-12)


def test_what_nobody_says_is_what_optax_takes():
    adam, rmsprop = descent(optimizer="adam").advance(60), descent(optimizer="rmsprop").advance(60)
    np.testing.assert_allclose(adam.weights, walk(optax.adam(0.01), 60), rtol=1e-12)
    np.testing.assert_allclose(rmsprop.weights, walk(optax.rmsprop(0.01, eps_in_sqrt=False), 60), rtol=1e-12)


# Of optax's schedules count is the step, from 0 on, as n is here. Its exponential one is a staircase where that is
# asked for; it has no inverse one, which is checked by itself.
# They are made where they are used, since what they hold is of the precision of the time.
SCHEDULED = {
    "constant": lambda: optax.constant_schedule(0.3),
    "step": lambda: optax.exponential_decay(0.3, 7, 0.6, staircase=True),
    "exponential": lambda: optax.exponential_decay(0.3, 7, 0.6),
    "cosine": lambda: optax.cosine_decay_schedule(0.3, 7),
    "inverse": lambda: lambda n: 0.3 / (1 + 0.6 * n / 7),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_those_of_optax(name):
    recipe = Recipe(alpha=0.3, schedule=name, decay=0.6, decay_every=7)
    for n in range(30):
        assert alpha_at(recipe, n + 1) == pytest.approx(float(SCHEDULED[name]()(n)), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_steps_of_a_schedule_are_those_of_optax(name):
    found = descent(alpha=0.3, schedule=name, decay=0.6, decay_every=7).advance(40)
    schedule, weights = SCHEDULED[name](), START
    for n in range(40):  # optax counts in 32 bits itself
        np.testing.assert_allclose(found.weights[n], weights, rtol=1e-12)
        weights = weights - float(schedule(n)) * gradient_at(weights)


def test_alpha_warms_up_in_even_steps_and_counts_from_where_it_was_chosen():
    recipe = Recipe(alpha=0.4, warmup=4, since=11)
    assert [alpha_at(recipe, epoch) for epoch in range(10, 17)] == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4])


@pytest.mark.parametrize(("part", "value"), [("optimizer", "adamm"), ("schedule", "cosin")])
def test_a_name_that_there_is_not_is_refused(part, value):
    with pytest.raises(ValueError, match=f"no such {part}: '{value}'; there are "):
        descent(**{part: value})


def test_each_optimizer_and_schedule_has_its_rule_in_a_line():
    assert set(RULES) == {*OPTIMIZERS, *SCHEDULES, "l2", "l1"}


RECIPES = st.fixed_dictionaries(
    {
        "optimizer": st.sampled_from([*OPTIMIZERS]),
        "batch_size": st.sampled_from([None, 1, 7, 16, 40]),
        "schedule": st.sampled_from(SCHEDULES),
        "decay_every": st.sampled_from([1, 50]),
        "warmup": st.sampled_from([0, 9]),
        "l2": st.sampled_from([0.0, 0.1]),
        "l1": st.sampled_from([0.0, 0.02]),
        "alpha": st.sampled_from([0.01, 0.2]),
    }
)


@given(first=RECIPES, second=RECIPES, turn=st.integers(0, 30), pulls=st.lists(st.integers(1, 20), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_pulls_and_states_give_the_bits_of_one_descent(first, second, turn, pulls):
    whole = descent(**first)
    expected = whole.advance(turn)
    whole.follow(Recipe(**second))
    losses = [*expected.losses, *whole.advance(40).losses]
    split, got, left = descent(**first), [], [*pulls]
    while split.done < turn + 40:
        if split.done == turn:
            split.follow(Recipe(**second))
        until = turn if split.done < turn else turn + 40
        got += split.advance(min(left.pop() if left else 50, until - split.done)).losses.tolist()
        split = Descent(kernel_of(NOISY), split.state, split.recipe, 10**6)  # all that it depends on is its state
    assert got == losses
    assert split.weights.tobytes() == whole.weights.tobytes()
    assert split.state.memory.tobytes() == whole.state.memory.tobytes()


def test_an_optimizer_forgets_what_another_remembered_but_momentum_is_momentum():
    for before, after, keeps in (("momentum", "nesterov", True), ("momentum", "rmsprop", False), ("adam", "gd", False)):
        changed = descent(optimizer=before)
        changed.advance(5)
        fresh = Descent(kernel_of(NOISY), State(changed.weights), Recipe(optimizer=after), 10**6)
        changed.follow(Recipe(optimizer=after))
        assert (changed.advance(3).weights.tobytes() != fresh.advance(3).weights.tobytes()) is keeps


def test_an_optimizer_that_is_chosen_again_before_a_step_remembers_what_it_did():
    changed, steady = descent(optimizer="adam"), descent(optimizer="adam")
    for one in (changed, steady):
        one.advance(5)
    changed.follow(Recipe())
    state = changed.state
    changed.follow(steady.recipe)
    assert changed.advance(3).weights.tobytes() == steady.advance(3).weights.tobytes()
    assert (state.optimizer, state.memory[0]) == ("adam", 5)

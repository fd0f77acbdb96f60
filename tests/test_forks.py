"""Time travel and forks: whatever is done in whatever order, each branch is what an uninterrupted run would be."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.data.load import load
from gdtui.data.split import split
from gdtui.learning.descent import Batch
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import objective_named
from gdtui.runs.envelope import Envelope
from gdtui.runs.history import History
from gdtui.runs.run import Run
from gdtui.session.commands import Change, Command, Do, GoTo, NextBranch, SetAlpha, SetEpochs
from gdtui.session.session import Session
from gdtui.settings import Display, Recipe, Settings, StopRules
from tests.conftest import examples
from tests.oracles import START, article_run, noisy

NOISY = split(noisy(60), 0.3, seed=1)
ALPHAS = st.sampled_from([0.01, 0.1, 0.5, 2.0])


def begun(capacity: int | None = None, kept_losses: int | None = None, data=NOISY, **options) -> Session:
    """A session whose history keeps so few keyframes and losses, and so slow that it trains only when it is pulled."""
    run = Run(Settings(init=tuple(START), **options), data)
    run.history = History(run.kernel, run.recipe, run.settings.stop, capacity)
    if kept_losses is not None:
        run.history.envelope, run.history.tested = Envelope(kept_losses), Envelope(kept_losses)
    return Session([run], run, Display(speed=1e-9))


def ask(session: Session, *commands: Command) -> None:
    for command in commands:
        session.do(command)
    session.turn()


def train(session: Session, epochs: int) -> None:
    """Pull so many epochs in the present."""
    ask(session, GoTo(None))
    session.pull(epochs)


@dataclass
class Expected:
    """What a branch must be."""

    epochs: int
    alpha: float
    alphas: list[float] = field(default_factory=list)
    """The alpha of each epoch done."""
    shared: list[int] = field(default_factory=list)
    """How many epochs each fork that led here took over."""

    def train(self, epochs: int) -> None:
        self.alphas += [self.alpha] * max(0, min(epochs, self.epochs - len(self.alphas)))

    def fork(self, epoch: int, alpha: float) -> Expected:
        return Expected(max(self.epochs, epoch), alpha, self.alphas[: epoch - 1], [*self.shared, epoch - 1])

    def stretches(self) -> list[tuple[int, float]]:
        pairs = enumerate(zip([None, *self.alphas], self.alphas, strict=False), 1)
        return [(epoch, alpha) for epoch, (before, alpha) in pairs if alpha != before]


def assert_is(run: Run, expected: Expected) -> None:
    """Losses, alphas and the weights of every epoch, bit for bit those of the article's loop."""
    losses, weights = article_run(run.data.X, run.data.y, START, expected.alphas)
    history = run.history
    assert run.done == len(history) == run.descent.done == len(expected.alphas)
    assert (run.epochs, run.alpha) == (expected.epochs, expected.alpha)
    assert run.weights.tobytes() == weights[-1].tobytes()
    assert history.alphas == expected.stretches()
    for epoch, alpha in enumerate(expected.alphas, 1):
        assert history.weights_at(epoch).tobytes() == weights[epoch - 1].tobytes()
        assert history.recipe_at(epoch).alpha == alpha
    assert_holds(history.envelope, losses, expected.shared)
    held_out = run.data.test
    errors = [1 / (1 + np.exp(-held_out.X.dot(W))) - held_out.y for W in weights[:-1]]
    tested = [len(run.data) / len(held_out) * float(np.sum(error**2)) for error in errors]
    assert_holds(history.tested, tested, expected.shared)


def assert_holds(envelope: Envelope, losses: list[float], shared: list[int]) -> None:
    """These losses, or the smallest of each few."""
    stride = envelope.stride
    kept = [min(losses[at : at + stride]) for at in range(0, len(losses), stride)]
    mixed = {count // stride for count in shared if count % stride}
    for index, (found, wanted) in enumerate(zip(envelope.values.tolist(), kept, strict=True)):
        # Losses of a thinned history may hold the minimum of both branches, where the two part.
        assert found <= wanted if index in mixed else found == wanted


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("train"), st.integers(1, 90)),
        st.tuples(st.just("alpha"), ALPHAS),
        st.tuples(st.just("extend"), st.integers(1, 300)),
        st.tuples(st.just("go"), st.integers(-3, 250)),
        st.tuples(st.just("fork"), st.integers(1, 250), st.none() | ALPHAS),
        st.tuples(st.just("switch")),
    ),
    max_size=14,
)


@pytest.mark.long
@given(ACTIONS, st.integers(1, 40), st.sampled_from([1, 2, 3, 16, 100, 10**6]))
@settings(max_examples=examples(40, 2000), deadline=None)
def test_each_branch_is_bit_for_bit_what_an_uninterrupted_run_would_be(actions, capacity, kept_losses):
    session = begun(capacity, kept_losses, epochs=150)
    branches, at = [Expected(150, 0.01)], 0
    train(session, 30)
    branches[0].train(30)
    for name, *given_values in actions:
        run, expected = session.run, branches[at]
        if name in ("go", "fork") and not run.done:
            continue  # a fork at its first epoch has no past yet
        if name == "train":
            train(session, given_values[0])
            expected.train(given_values[0])
        elif name == "alpha":
            ask(session, GoTo(None), SetAlpha(given_values[0]))
            expected.alpha = given_values[0]
        elif name == "extend":
            ask(session, SetEpochs(given_values[0]))
            expected.epochs = max(given_values[0], len(expected.alphas))
        elif name == "go":
            epoch = given_values[0]
            ask(session, GoTo(epoch))
            if epoch <= run.done:
                epoch = max(1, epoch)
                weights = article_run(NOISY.X, NOISY.y, START, expected.alphas[: epoch - 1])[1]
                assert (session.past, session.snapshot().shown.epoch) == (epoch, epoch)
                assert session.snapshot().shown.weights.tobytes() == weights[-1].tobytes()
                assert session.alpha == expected.alphas[epoch - 1]
            else:
                assert (session.past, session.alpha) == (None, expected.alpha)
        elif name == "fork":
            epoch, alpha = min(given_values[0], run.done), given_values[1]
            ask(session, GoTo(epoch), *([] if alpha is None else [SetAlpha(alpha)]), Do.FORK)
            branches.append(expected.fork(epoch, expected.alphas[epoch - 1] if alpha is None else alpha))
            at = len(branches) - 1
            assert (session.run.forked_at, session.past) == (epoch, None)
        else:
            ask(session, NextBranch())
            at = (at + 1) % len(branches)
        assert session.run is session.runs[at]
    assert len(session.runs) == len(branches)
    for run, expected in zip(session.runs, branches, strict=True):
        assert_is(run, expected)


def test_forks_of_forks_of_forks_share_what_they_share_and_nothing_else():
    session = begun(capacity=4, epochs=200)
    train(session, 200)
    expected = [Expected(200, 0.01, [0.01] * 200)]
    for epoch, alpha in ((150, 0.5), (120, 2.0), (160, 0.1), (1, 0.02), (200, 0.3)):
        ask(session, GoTo(epoch), SetAlpha(alpha), Do.FORK)
        train(session, 10**6)
        expected.append(expected[-1].fork(epoch, alpha))
        expected[-1].train(10**6)
    for run, wanted in zip(session.runs, expected, strict=True):
        assert_is(run, wanted)


def test_an_epoch_shown_again_is_measured_as_it_was_then():
    session = begun(capacity=3, epochs=100, alpha=0.5)
    then = []
    for _ in range(60):
        train(session, 1)
        then.append(session.snapshot().shown)
    for epoch in (60, 1, 37, 38, 2):
        ask(session, GoTo(epoch))
        assert session.snapshot().shown == then[epoch - 1]
        assert session.snapshot().shown.weights.tobytes() == then[epoch - 1].weights.tobytes()


def test_looking_at_the_past_and_choosing_an_alpha_there_leaves_the_run_as_it_is():
    session = begun(epochs=100)
    train(session, 20)
    ask(session, GoTo(7), SetAlpha(0.7))
    assert (session.alpha, session.run.alpha) == (0.7, 0.01)
    ask(session, GoTo(None))
    assert session.alpha == 0.01
    train(session, 20)
    assert_is(session.run, Expected(100, 0.01, [0.01] * 40))


def test_an_epoch_that_comes_in_while_one_looks_at_the_past_is_remembered_and_not_shown():
    session = begun(epochs=100)
    train(session, 20)
    ask(session, GoTo(7))
    session.pull(5)
    assert (session.snapshot().shown.epoch, session.run.done) == (7, 25)
    ask(session, GoTo(None))
    assert session.snapshot().shown.epoch == 25
    assert_is(session.run, Expected(100, 0.01, [0.01] * 25))


def test_all_runs_of_a_data_set_evaluate_it_in_the_same_buffers():
    """Those of 5,000,000 rows take 160 MB, and only one run trains at a time."""
    run = Run(Settings(epochs=9), NOISY)
    run.advance(3)
    fork = run.forked(2, 0.5)
    assert {id(made.kernel) for made in (fork, fork.forked(1), run.restarted(), run.restarted(7))} == {id(run.kernel)}
    assert fork.descent.kernel is run.kernel


@pytest.mark.parametrize("epoch", [1, 2, 30, 31])
def test_a_run_can_be_forked_from_its_first_epoch_to_the_one_that_is_next(epoch):
    session = begun(capacity=4, epochs=40)
    train(session, 30)
    fork = session.run.forked(epoch, 0.5)
    assert (fork.done, fork.forked_at, fork.alpha) == (epoch - 1, epoch, 0.5)
    fork.advance(100)
    assert_is(fork, Expected(40, 0.5, [0.01] * (epoch - 1) + [0.5] * (41 - epoch), [epoch - 1]))


@pytest.mark.parametrize("epoch", [-1, 0, 32])
def test_a_run_cannot_be_forked_elsewhere(epoch):
    session = begun(epochs=40)
    train(session, 30)
    with pytest.raises(ValueError, match=rf"epoch {epoch} is not in 1 … 31"):
        session.run.forked(epoch)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_a_fork_with_no_alpha_worth_the_name_is_refused(alpha):
    session = begun(epochs=40)
    train(session, 3)
    with pytest.raises(ValueError, match="alpha must be a positive number"):
        session.run.forked(2, alpha)


def test_a_run_that_diverged_goes_on_from_before_with_a_smaller_alpha():
    session = begun(epochs=40, data=split(load(), 0.2, seed=1))
    train(session, 10)
    ask(session, SetAlpha(1e308))
    train(session, 100)
    assert session.run.stop.diverged
    ask(session, GoTo(11), SetAlpha(0.1), Do.FORK)
    train(session, 100)
    assert session.run.stop.rule == "epochs"
    assert_is(session.run, Expected(40, 0.1, [0.01] * 10 + [0.1] * 30, [10]))


def test_a_fork_ends_by_the_rules_of_the_run_it_comes_from():
    target = article_run(NOISY.X, NOISY.y, START, [0.5] * 41)[0][40]
    session = begun(epochs=100, alpha=0.5, stop=StopRules(target_loss=target))
    train(session, 100)
    reached = session.run.done
    assert session.run.stop.rule == "target-loss"
    ask(session, GoTo(reached // 2), Do.FORK)
    train(session, 100)
    assert (session.run.stop.rule, session.run.done) == ("target-loss", reached)
    assert session.run.stop.message == session.runs[0].stop.message


def test_a_fork_remembers_what_the_optimizer_did_that_it_goes_on_with():
    """Also where the run it comes from has chosen another at that epoch."""
    run, steady = (Run(Settings(optimizer="adam", init=tuple(START)), NOISY) for _ in range(2))
    run.advance(10)
    run.steer(optimizer="gd")
    run.advance(10)
    fork = run.forked(11, recipe=run.history.recipe_at(10))
    fork.advance(5)
    assert fork.weights.tobytes() == steady.advance(16).weights[-1].tobytes()


def test_a_schedule_chosen_in_the_past_has_as_long_as_the_fork_has():
    session = begun(epochs=40)
    train(session, 30)
    ask(session, GoTo(11), Change((("schedule", "cosine"),)))
    assert (session.recipe.since, session.recipe.decay_every) == (11, 30)


def test_a_fork_with_the_same_alpha_loses_patience_where_the_run_it_comes_from_did():
    session = begun(epochs=500, alpha=1.0, stop=StopRules(patience=5, min_delta=0.001))
    train(session, 500)
    reached = session.run.done
    assert session.run.stop.rule == "patience"
    ask(session, GoTo(reached - 2), Do.FORK)
    train(session, 500)
    assert (session.run.done, session.run.stop.message) == (reached, session.runs[0].stop.message)


# What it costs


class CountingKernel(Kernel):
    """A kernel that counts its evaluations."""

    calls = 0

    def loss_gradient(self, weights, gradient):
        self.calls += 1
        return super().loss_gradient(weights, gradient)


def long_history(epochs: int, features: int, at_once: int = 20_000) -> tuple[History, CountingKernel]:
    """A history of so many epochs that nobody trained."""
    X = np.ones((10, features + 1))
    kernel = CountingKernel(X, np.arange(10) % 2.0, objective_named("article"))
    history = History(kernel, Recipe(alpha=0.1))
    losses, weights = np.linspace(2, 1, at_once), np.zeros((at_once, features + 1))
    for first in range(1, epochs + 1, at_once):
        history.append(Batch(first, losses, weights, None, None))
    return history, kernel


@pytest.mark.parametrize(("epochs", "features", "megabytes"), [(1_000_000, 2, 64), (100_000, 30, 128)])
def test_a_long_history_fits_into_its_memory_and_any_epoch_is_near_a_keyframe(epochs, features, megabytes):
    tracemalloc.start()
    try:
        history, kernel = long_history(epochs, features)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(history) == epochs
    assert held < megabytes * 1e6
    chosen = [1, 2, epochs - 1, epochs, *np.random.default_rng(0).integers(1, epochs + 1, size=300).tolist()]
    for epoch in chosen:
        kernel.calls = 0
        history.weights_at(epoch)
        assert kernel.calls <= 3
    tracemalloc.start()
    try:
        fork = history.prefix(epochs * 9 // 10, Recipe(alpha=0.1))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < megabytes * 1e6 / 8
    for epoch in chosen:
        kernel.calls = 0
        fork.weights_at(min(epoch, len(fork)))
        assert kernel.calls <= 16


def test_ten_million_epochs_still_fit():
    tracemalloc.start()
    try:
        history, kernel = long_history(10_000_000, 2, 100_000)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 64e6
    for epoch in np.random.default_rng(0).integers(1, len(history) + 1, size=100).tolist():
        kernel.calls = 0
        history.weights_at(epoch)
        assert kernel.calls <= 40


@given(st.integers(1, 2000), st.integers(1, 64))
@settings(max_examples=40, deadline=None)
def test_keyframes_are_never_further_apart_than_twice_what_the_room_needs(epochs, capacity):
    kernel = CountingKernel(NOISY.X, NOISY.y, objective_named("article"))
    history = History(kernel, Recipe(alpha=0.1), capacity=capacity)
    history.append(Batch(1, np.ones(epochs), np.zeros((epochs, 3)), None, None))
    for epoch in {1, epochs // 2 + 1, epochs}:
        kernel.calls = 0
        history.weights_at(epoch)
        assert kernel.calls < 2 * -(-epochs // capacity)

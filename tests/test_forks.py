"""Time travel and forks: whatever is done in whatever order, each branch is what an uninterrupted run would be."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field

import numpy as np
import pytest
from gdtui.tui.stage import Stage
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.data.load import load
from gdtui.learning.descent import Batch
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import objective_named
from gdtui.runs.envelope import Envelope
from gdtui.runs.history import History
from gdtui.runs.run import Run
from gdtui.settings import Settings, StopRules
from gdtui.views.data import ScatterChart
from tests.conftest import examples
from tests.oracles import START, article_run, kernel_of, noisy

NOISY = noisy()
SCATTER = ScatterChart(NOISY)
ALPHAS = st.sampled_from([0.01, 0.1, 0.5, 2.0])


def begun(capacity: int | None = None, kept_losses: int | None = None, data=NOISY, **options) -> Stage:
    """A run on the stage, whose history keeps so few keyframes and losses."""
    run = Run(Settings(init=tuple(START), **options), data)
    run.history = History(kernel_of(data), capacity)
    if kept_losses is not None:
        run.history._losses = Envelope(kept_losses)
    return Stage(run, SCATTER)


def train(stage: Stage, epochs: int) -> None:
    stage.take_in(stage.run, stage.run.descent.advance(epochs))
    stage.show_newest()


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
        assert history.alpha_at(epoch) == alpha
    stride = history.envelope.stride
    kept = [min(losses[at : at + stride]) for at in range(0, len(losses), stride)]
    mixed = {count // stride for count in expected.shared if count % stride}
    for index, (found, wanted) in enumerate(zip(history.losses.tolist(), kept, strict=True)):
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
    stage = begun(capacity, kept_losses, epochs=150)
    branches, at = [Expected(150, 0.01)], 0
    train(stage, 30)
    branches[0].train(30)
    for name, *given_values in actions:
        run, expected = stage.run, branches[at]
        if name in ("go", "fork") and not run.done:
            continue  # a fork at its first epoch has no past yet
        if name == "train":
            stage.back_to_newest()
            train(stage, given_values[0])
            expected.train(given_values[0])
        elif name == "alpha":
            stage.back_to_newest()
            stage.set_alpha(given_values[0])
            expected.alpha = given_values[0]
        elif name == "extend":
            run.set_epochs(given_values[0])
            expected.epochs = max(given_values[0], len(expected.alphas))
        elif name == "go":
            epoch = given_values[0]
            stage.go(epoch)
            if epoch <= run.done:
                epoch = max(1, epoch)
                weights = article_run(NOISY.X, NOISY.y, START, expected.alphas[: epoch - 1])[1]
                assert (stage.past, stage.shown.epoch) == (epoch, epoch)
                assert stage.shown.weights.tobytes() == weights[-1].tobytes()
                assert stage.alpha == expected.alphas[epoch - 1]
            else:
                assert (stage.past, stage.alpha) == (None, expected.alpha)
        elif name == "fork":
            epoch, alpha = min(given_values[0], run.done), given_values[1]
            stage.go(epoch)
            if alpha is not None:
                stage.set_alpha(alpha)
            stage.fork()
            branches.append(expected.fork(epoch, expected.alphas[epoch - 1] if alpha is None else alpha))
            at = len(branches) - 1
            assert (stage.run.forked_at, stage.past) == (epoch, None)
        else:
            stage.next_branch()
            at = (at + 1) % len(branches)
        assert stage.run is stage.branches[at]
    assert len(stage.branches) == len(branches)
    for run, expected in zip(stage.branches, branches, strict=True):
        assert_is(run, expected)


def test_forks_of_forks_of_forks_share_what_they_share_and_nothing_else():
    stage = begun(capacity=4, epochs=200)
    train(stage, 200)
    expected = [Expected(200, 0.01, [0.01] * 200)]
    for epoch, alpha in ((150, 0.5), (120, 2.0), (160, 0.1), (1, 0.02), (200, 0.3)):
        stage.go(epoch)
        stage.set_alpha(alpha)
        stage.fork()
        train(stage, 10**6)
        expected.append(expected[-1].fork(epoch, alpha))
        expected[-1].train(10**6)
    for run, wanted in zip(stage.branches, expected, strict=True):
        assert_is(run, wanted)


def test_an_epoch_shown_again_is_measured_as_it_was_then():
    stage = begun(capacity=3, epochs=100, alpha=0.5)
    then = []
    for _ in range(60):
        train(stage, 1)
        then.append(stage.shown)
    for epoch in (60, 1, 37, 38, 2):
        stage.go(epoch)
        was = then[epoch - 1]
        for name in ("epoch", "loss", "gradient_norm", "confusion"):
            assert getattr(stage.shown, name) == getattr(was, name)
        assert stage.shown.weights.tobytes() == then[epoch - 1].weights.tobytes()


def test_looking_at_the_past_and_choosing_an_alpha_there_leaves_the_run_as_it_is():
    stage = begun(epochs=100)
    train(stage, 20)
    stage.go(7)
    stage.set_alpha(0.7)
    assert (stage.alpha, stage.run.alpha) == (0.7, 0.01)
    stage.back_to_newest()
    assert stage.alpha == 0.01
    train(stage, 20)
    assert_is(stage.run, Expected(100, 0.01, [0.01] * 40))


def test_an_epoch_that_comes_in_while_one_looks_at_the_past_is_remembered_and_not_shown():
    stage = begun(epochs=100)
    train(stage, 20)
    stage.go(7)
    stage.take_in(stage.run, stage.run.descent.advance(5))
    assert (stage.shown.epoch, stage.run.done, stage.has_unshown) == (7, 25, True)
    stage.back_to_newest()
    assert (stage.shown.epoch, stage.has_unshown) == (25, False)
    assert_is(stage.run, Expected(100, 0.01, [0.01] * 25))


def test_an_epoch_of_a_branch_that_comes_in_after_a_fork_goes_to_its_own_branch():
    stage = begun(epochs=100)
    train(stage, 20)
    first, late = stage.run, stage.run.descent.advance(5)
    stage.go(7)
    stage.fork()
    stage.take_in(first, late)
    assert (stage.run.done, first.done, stage.has_unshown) == (6, 25, False)
    assert_is(first, Expected(100, 0.01, [0.01] * 25))
    assert_is(stage.run, Expected(100, 0.01, [0.01] * 6, [6]))


@pytest.mark.parametrize("epoch", [1, 2, 30, 31])
def test_a_run_can_be_forked_from_its_first_epoch_to_the_one_that_is_next(epoch):
    stage = begun(capacity=4, epochs=40)
    train(stage, 30)
    fork = stage.run.forked(epoch, 0.5)
    assert (fork.done, fork.forked_at, fork.alpha) == (epoch - 1, epoch, 0.5)
    fork.advance(100)
    assert_is(fork, Expected(40, 0.5, [0.01] * (epoch - 1) + [0.5] * (41 - epoch), [epoch - 1]))


@pytest.mark.parametrize("epoch", [-1, 0, 32])
def test_a_run_cannot_be_forked_elsewhere(epoch):
    stage = begun(epochs=40)
    train(stage, 30)
    with pytest.raises(ValueError, match=rf"epoch {epoch} is not in 1 … 31"):
        stage.run.forked(epoch)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_a_fork_with_no_alpha_worth_the_name_is_refused(alpha):
    stage = begun(epochs=40)
    train(stage, 3)
    with pytest.raises(ValueError, match="alpha must be a positive number"):
        stage.run.forked(2, alpha)


def test_a_run_that_diverged_goes_on_from_before_with_a_smaller_alpha():
    stage = begun(epochs=40, data=load())
    train(stage, 10)
    stage.set_alpha(1e308)
    train(stage, 100)
    assert stage.run.stop.diverged
    stage.go(11)
    stage.set_alpha(0.1)
    stage.fork()
    train(stage, 100)
    assert stage.run.stop.rule == "epochs"
    assert_is(stage.run, Expected(40, 0.1, [0.01] * 10 + [0.1] * 30, [10]))


def test_a_fork_ends_by_the_rules_of_the_run_it_comes_from():
    target = article_run(NOISY.X, NOISY.y, START, [0.5] * 41)[0][40]
    stage = begun(epochs=100, alpha=0.5, stop=StopRules(target_loss=target))
    train(stage, 100)
    reached = stage.run.done
    assert stage.run.stop.rule == "target-loss"
    stage.go(reached // 2)
    stage.fork()
    train(stage, 100)
    assert (stage.run.stop.rule, stage.run.done) == ("target-loss", reached)
    assert stage.run.stop.message == stage.branches[0].stop.message


def test_a_fork_with_the_same_alpha_loses_patience_where_the_run_it_comes_from_did():
    stage = begun(epochs=500, alpha=1.0, stop=StopRules(patience=5, min_delta=0.001))
    train(stage, 500)
    reached = stage.run.done
    assert stage.run.stop.rule == "patience"
    stage.go(reached - 2)
    stage.fork()
    train(stage, 500)
    assert (stage.run.done, stage.run.stop.message) == (reached, stage.branches[0].stop.message)


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
    history = History(kernel)
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
        fork = history.prefix(epochs * 9 // 10)
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
    history = History(kernel, capacity)
    history.append(Batch(1, np.ones(epochs), np.zeros((epochs, 3)), None, None))
    for epoch in {1, epochs // 2 + 1, epochs}:
        kernel.calls = 0
        history.weights_at(epoch)
        assert kernel.calls < 2 * -(-epochs // capacity)

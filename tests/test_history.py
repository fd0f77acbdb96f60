import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.data.load import load
from gdtui.learning.descent import CHUNK, Descent, State
from gdtui.runs.history import History
from gdtui.runs.series import Series
from gdtui.settings import Recipe
from tests.conftest import examples
from tests.oracles import START, kernel_of, noisy

NOISY = noisy()


def trained(stretches, capacity=None, loss="article", data=NOISY):
    """A history of (alpha, epochs) stretches, and all the weights and losses the descent had, not thinned."""
    descending = Descent(kernel_of(data, loss), State(START), Recipe(alpha=0.1), 10**6)
    history = History(kernel_of(data, loss), Recipe(alpha=stretches[0][0]), capacity=capacity)
    batches = []
    for alpha, epochs in stretches:
        descending.follow(Recipe(alpha=alpha))
        history.steer(descending.done + 1, Recipe(alpha=alpha))
        batches.append(descending.advance(epochs))
        history.append(batches[-1])
    weights = np.concatenate([batch.weights for batch in batches])
    return history, weights, np.concatenate([batch.losses for batch in batches])


STRETCHES = st.lists(st.tuples(st.sampled_from([0.01, 0.1, 2.0]), st.integers(0, 150)), min_size=1, max_size=6)


@given(STRETCHES, st.integers(1, 40), st.data())
@settings(max_examples=60, deadline=None)
def test_weights_at_are_those_the_descent_had_however_thin_the_keyframes(stretches, capacity, data):
    history, weights, losses = trained(stretches, capacity)
    assert len(history) == len(weights)
    assert history.losses.tolist() == losses.tolist()
    if len(weights):
        chosen = data.draw(st.lists(st.integers(1, len(weights)), max_size=8))
        for epoch in (1, len(weights), *chosen):
            assert (history.weights_at(epoch) == weights[epoch - 1]).all()


def test_weights_at_every_epoch_with_keyframes_halved_many_times():
    # 4 keyframes of 700 epochs: they are 256 epochs apart, so that one recomputation crosses three alphas.
    stretches = [(0.1, 50), (0.5, 60), (0.02, 90), (1.0, 500)]
    history, weights, _ = trained(stretches, capacity=4)
    for epoch in range(1, len(weights) + 1):
        assert (history.weights_at(epoch) == weights[epoch - 1]).all()


@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error"])
def test_weights_at_are_right_for_the_other_objectives(loss):
    history, weights, _ = trained([(0.3, 100), (0.1, 100)], capacity=3, loss=loss)
    assert all((history.weights_at(epoch) == weights[epoch - 1]).all() for epoch in range(1, 201, 7))


def test_weights_up_to_a_divergence_are_kept():
    history, weights, losses = trained([(1e-9, 30), (1e308, 30)], capacity=4, data=load())
    assert not np.isfinite(losses[-1])
    for epoch in range(1, len(weights) + 1):
        assert np.array_equal(history.weights_at(epoch), weights[epoch - 1], equal_nan=True)


def test_memory_is_bounded():
    history, weights, _ = trained([(0.1, 1000)] * 10, capacity=8)
    assert len(history._keyframes) <= 8
    assert (history.weights_at(9_999) == weights[9_998]).all()


def test_alphas_are_stretches():
    history, *_ = trained([(0.1, 10), (0.1, 5), (0.2, 0), (0.3, 10), (0.1, 1)])
    assert history.alphas == [(1, 0.1), (16, 0.3), (26, 0.1)]
    assert [history.recipe_at(epoch).alpha for epoch in (1, 15, 16, 25, 26)] == [0.1, 0.1, 0.3, 0.3, 0.1]


def test_alphas_and_weights_are_copies():
    history, weights, _ = trained([(0.1, 10)])
    history.alphas.clear()
    history.weights_at(3)[:] = 0
    assert history.alphas == [(1, 0.1)]
    assert (history.weights_at(3) == weights[2]).all()


@pytest.mark.parametrize("epoch", [0, -1, 11])
def test_an_epoch_that_was_not_is_an_index_error(epoch):
    history, *_ = trained([(0.1, 10)])
    with pytest.raises(IndexError, match=rf"epoch {epoch} is not in 1 … 10"):
        history.weights_at(epoch)


def test_an_empty_history():
    history = History(kernel_of(NOISY), Recipe(alpha=0.1))
    assert len(history) == 0
    assert len(history.losses) == 0
    assert history.alphas == []
    with pytest.raises(IndexError):
        history.weights_at(1)


def test_without_a_capacity_every_epoch_of_a_short_run_is_a_keyframe():
    history, weights, _ = trained([(0.1, 4 * CHUNK)])
    assert (history._keyframes.view() == weights).all()


@pytest.mark.long
@given(STRETCHES, st.integers(1, 40), st.lists(st.tuples(st.floats(0, 1), STRETCHES), min_size=1, max_size=3))
@settings(max_examples=examples(8, 200), deadline=None)
def test_a_prefix_goes_on_on_its_own_and_leaves_the_history_it_comes_from_as_it_is(stretches, capacity, branches):
    history, weights, losses = trained(stretches, capacity)
    alphas = [alpha for alpha, epochs in stretches for _ in range(epochs)]
    known = [(history, weights, losses, alphas)]
    for share, others in branches:
        count = round(share * len(weights))
        fork = history.prefix(count, Recipe(alpha=others[0][0]))
        start = weights[count] if count < len(weights) else START
        if count == len(weights) and count:
            continue  # the weights after the last epoch are the descent's to know
        descending = Descent(kernel_of(NOISY), State(start, count), Recipe(alpha=0.1), 10**6)
        for alpha, epochs in others:
            descending.follow(Recipe(alpha=alpha))
            fork.steer(descending.done + 1, Recipe(alpha=alpha))
            batch = descending.advance(epochs)
            fork.append(batch)
            weights, losses = (
                np.concatenate([weights[: batch.first - 1], batch.weights]),
                np.concatenate([losses[: batch.first - 1], batch.losses]),
            )
            alphas = [*alphas[: batch.first - 1], *[alpha] * len(batch)]
        weights, losses, alphas = weights[: len(fork)], losses[: len(fork)], alphas[: len(fork)]
        known.append((fork, weights, losses, alphas))
        history = fork
    for kept, its_weights, its_losses, its_alphas in known:
        assert len(kept) == len(its_weights) == len(its_alphas)
        assert kept.losses.tobytes() == its_losses.tobytes()
        assert len(kept._keyframes) <= capacity
        for epoch in range(1, len(kept) + 1, 7):
            assert kept.weights_at(epoch).tobytes() == its_weights[epoch - 1].tobytes()
            assert kept.recipe_at(epoch).alpha == its_alphas[epoch - 1]


def test_an_empty_prefix_is_as_a_new_history():
    history, *_ = trained([(0.1, 50)], capacity=4)
    prefix = history.prefix(0, Recipe(alpha=0.1))
    assert (len(prefix), prefix.alphas, prefix.losses.tolist()) == (0, [], [])
    with pytest.raises(IndexError):
        prefix.weights_at(1)


@given(st.lists(st.integers(0, 3000), max_size=5))
def test_a_series_is_its_parts_in_order(lengths):
    series, parts = Series(2), [np.full((length, 2), float(i)) for i, length in enumerate(lengths)]
    for part in parts:
        series.extend(part)
    expected = np.concatenate(parts) if parts else np.empty((0, 2))
    assert len(series) == len(expected)
    assert (series.view() == expected).all()


@given(st.integers(0, 3000))
def test_a_halved_series_keeps_every_second_row(length):
    series = Series()
    series.extend(np.arange(float(length)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gdtui.runs.series.AT_ONCE", 64)
        series.halve(lambda rows: rows[::2])
    assert series.view().tolist() == list(range(0, length, 2))
    series.extend(np.array([-1.0]))
    assert series.view()[-1] == -1


def test_of_many_weights_few_epochs_are_computed_again_at_once():
    """Else to save a run of ten classes takes gigabytes for a moment."""
    kernel = kernel_of(noisy(10, features=2**10 - 1))
    history = History(kernel, Recipe(alpha=1e-6))
    batches = [batch for batch, _ in history.redo(State(np.zeros(2**10)), 2100)]
    assert [len(batch) for batch in batches] == [1024, 1024, 52]


def test_a_prefix_that_remembers_for_an_optimizer_keeps_fewer_keyframes(monkeypatch):
    monkeypatch.setattr("gdtui.runs.history.FORK_BYTES", 3 * 8 * 300)
    for optimizer, kept in (("gd", 300), ("adam", 100)):
        recipe, kernel = Recipe(alpha=0.01, optimizer=optimizer), kernel_of(NOISY)
        history = History(kernel, recipe)
        history.append(Descent(kernel, State(START), recipe, 10**6).advance(1000))
        assert kept / 2 <= len(history.prefix(900, recipe)._keyframes) <= kept


@pytest.mark.parametrize("epochs", [1, 70, 5_000])
def test_the_path_is_the_same_epochs_whenever_it_is_asked_for_and_pairs_of_neighbours(epochs: int) -> None:
    kernel = kernel_of(noisy())
    descent, history = Descent(kernel, State(START), Recipe(), 100_000), History(kernel, Recipe())
    before: set[float] = set()
    for _ in range(3):
        history.append(descent.advance(epochs))
        known, weights = history.path()
        assert weights.shape == (len(known), 3)
        assert (np.diff(known) > 0).all()
        assert before <= set(known.tolist())
        before = set(known.tolist())
    for at in (0, len(known) // 2, -1):
        assert np.array_equal(weights[at], history.weights_at(int(known[at])))
    assert known[: min(epochs, 512)].tolist() == [*range(1, 1 + min(epochs, 512))]
    assert len(known) < 4_000
    assert len(history) - known[-1] <= len(history) / 256

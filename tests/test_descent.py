import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, log_loss

from gdtui.data.dataset import dataset
from gdtui.data.load import load
from gdtui.learning.descent import CHUNK, Descent, State
from gdtui.learning.moment import Moment, measure
from gdtui.learning.objective import objective_named
from gdtui.runs.samples import predictions
from gdtui.settings import LOSSES, DataSettings, Recipe, StopRules
from tests.oracles import START, TickingKernel, article_blobs, article_losses, kernel_of, noisy

NOISY = noisy()
LONG = 2 * CHUNK + 88
"""More epochs than two chunks hold."""


def descent(alpha=0.1, epochs=LONG, rules=None, loss="article", data=NOISY, start=START):
    return Descent(kernel_of(data, loss), State(start), Recipe(alpha=alpha), epochs, rules)


def batches_of(descending, pulls):
    return [descending.advance(pull) for pull in pulls]


def losses_of(batches):
    return np.concatenate([batch.losses for batch in batches])


# Parity with the article


@pytest.mark.parametrize("alpha", [0.1, 0.01, 0.001])
def test_losses_are_the_articles_to_the_last_bit(alpha):
    batch = descent(alpha, 100, data=load("blobs")).advance(100)
    assert batch.losses.tolist() == article_losses(alpha, 100)
    assert f"{batch.losses[0]:.7f}" == "123.4238915"


def test_blobs_are_the_articles_to_the_last_bit():
    X, y = article_blobs()
    data = load("blobs")
    assert (data.X == X).all()
    assert (data.y == y).all()


# The optimum


def unpenalised() -> LogisticRegression:
    """scikit-learn's logistic regression without a penalty; how to ask for that changed in 1.8."""
    asked = inspect.signature(LogisticRegression).parameters["penalty"].default
    options = {"C": np.inf} if asked == "deprecated" else {"penalty": None}
    return LogisticRegression(**options, solver="newton-cholesky", tol=1e-12, max_iter=1000)


@pytest.mark.parametrize(
    ("names", "alpha"),
    [
        (("mean radius", "mean texture"), 4.0),
        (("mean texture", "mean smoothness", "mean fractal dimension"), 4.0),
        (("mean radius", "mean texture", "mean symmetry"), 4.0),
        (("mean compactness", "mean concavity", "mean concave points"), 2.5),
        (("mean texture",), 4.0),
    ],
)
@pytest.mark.parametrize("loss", ["cross-entropy", "article"])
def test_reaches_the_optimum_that_scikit_learn_finds(names, alpha, loss):
    data = load(DataSettings("breast-cancer", features=names))
    model = unpenalised().fit(data.features, data.y)
    # Were a plane to separate the classes, there would be no optimum, and this would say nothing.
    assert model.score(data.features, data.y) < 1
    best = log_loss(data.y, model.predict_proba(data.features))
    descending = descent(alpha, 3000, loss=loss, data=data, start=np.zeros(len(names) + 1))
    descending.advance(3000)
    # The article's update is the gradient of the mean cross-entropy, so it ends where that does.
    reached = measure(kernel_of(data, "cross-entropy"), descending.weights)
    assert abs(reached.loss - best) < 1e-6
    assert descending.weights[1:] == pytest.approx(model.coef_[0], rel=1e-3)
    assert reached.accuracy == pytest.approx(model.score(data.features, data.y))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_small_alpha_goes_downhill(loss):
    losses = descent(0.05, loss=loss, start=np.zeros(3)).advance(50).losses
    assert (np.diff(losses) < 0).all()


# Pulling


@given(
    pulls=st.lists(st.integers(0, CHUNK + 40), max_size=12),
    turns=st.dictionaries(st.integers(0, LONG), st.sampled_from([0.01, 0.5, 3.0]), max_size=4),
    loss=st.sampled_from(LOSSES),
)
@settings(max_examples=60, deadline=None)
def test_any_pulls_give_the_bits_of_one_pull_for_each_alpha(pulls, turns, loss):
    whole, split = descent(loss=loss), descent(loss=loss)
    ends = [*sorted(turns), LONG]
    left = list(pulls)
    for end in ends:
        expected = whole.advance(end - whole.done)
        got = []
        while split.done < end:
            pull = left.pop() if left else LONG
            got.append(split.advance(min(pull, end - split.done)))
        if got:
            assert losses_of(got).tolist() == expected.losses.tolist()
            assert (np.concatenate([batch.weights for batch in got]) == expected.weights).all()
        assert (split.weights == whole.weights).all()
        for descending in (whole, split):
            descending.follow(Recipe(alpha=turns.get(end, descending.recipe.alpha)))
    assert split.stop == whole.stop


@given(
    pulls=st.lists(st.integers(1, 300), max_size=6),
    target=st.one_of(st.none(), st.floats(4, 12)),
    accuracy=st.one_of(st.none(), st.floats(0.45, 0.85)),
    patience=st.one_of(st.none(), st.integers(1, 200)),
    delta=st.sampled_from([0.0, 1e-4, 0.01]),
)
@settings(max_examples=60, deadline=None)
def test_any_pulls_stop_where_one_pull_stops(pulls, target, accuracy, patience, delta):
    rules = StopRules(target, accuracy, patience, delta)
    whole, split = descent(0.7, rules=rules), descent(0.7, rules=rules)
    whole.advance(LONG)
    batches = batches_of(split, [*pulls, LONG])
    assert split.stop == whole.stop
    assert split.done == whole.done
    assert (split.weights == whole.weights).all()
    assert batches[-1].stop == split.stop


def test_epochs_are_numbered_from_1_and_measured_before_their_step():
    descending = descent()
    first, second = batches_of(descending, [3, 4])
    assert (first.first, second.first, descending.done) == (1, 4, 7)
    assert (first.weights[0] == START).all()
    kernel = kernel_of(NOISY)
    for batch in (first, second):
        for loss, weights in zip(batch.losses, batch.weights, strict=True):
            assert measure(kernel, weights).loss == loss


def test_a_step_is_minus_alpha_times_the_gradient():
    weights = descent(alpha=0.25).advance(2).weights
    gradient = np.empty(3)
    kernel_of(NOISY).loss_gradient(weights[0], gradient)
    assert (weights[1] == weights[0] - 0.25 * gradient).all()


@pytest.mark.parametrize("pull", [1, 7, CHUNK, CHUNK + 1, LONG])
def test_last_is_the_last_epoch_in_full(pull):
    batch = descent().advance(pull)
    assert batch.last == measure(kernel_of(NOISY), batch.weights[-1], len(batch))
    assert batch.last.weights.tobytes() == batch.weights[-1].tobytes()


def test_last_is_that_of_the_epoch_at_which_it_stopped():
    # The chunk goes on past that epoch before the rule is seen, so the kernel must look again.
    batch = descent(rules=StopRules(target_loss=8.0)).advance(LONG)
    assert 1 < len(batch) < CHUNK
    assert batch.last == measure(kernel_of(NOISY), batch.weights[-1], len(batch))
    assert batch.last.weights.tobytes() == batch.weights[-1].tobytes()


def test_records_do_not_change_when_the_descent_goes_on():
    descending = descent()
    batch = descending.advance(5)
    losses, weights, after = batch.losses.copy(), batch.weights.copy(), descending.weights
    kept = after.copy()
    descending.advance(50)
    assert (batch.losses == losses).all()
    assert (batch.weights == weights).all()
    assert (after == kept).all()


def test_the_start_is_copied():
    start = START.copy()
    descent(start=start).advance(10)
    assert (start == START).all()


def test_an_empty_pull_is_an_empty_record():
    batch = descent().advance(0)
    assert len(batch) == 0
    assert batch.last is None
    assert batch.stop is None
    assert batch.weights.shape == (0, 3)


# Time budgets: every evaluation takes one second of the kernel's own clock


def ticking(epochs=10_000):
    kernel = TickingKernel(NOISY.X, NOISY.y, objective_named("article"))
    return Descent(kernel, State(START), Recipe(alpha=0.1), epochs), kernel.clock


def test_a_time_budget_is_kept():
    descending, clock = ticking()
    assert len(descending.advance(1000, 10.0, clock)) == 10
    assert len(descending.advance(1000, 400.0, clock)) == 400  # more than one chunk
    assert clock() == 410.0


def test_a_budget_too_small_for_one_epoch_gives_one():
    descending, clock = ticking()
    assert [len(descending.advance(1000, 0.0, clock)) for _ in range(3)] == [1, 1, 1]


def test_the_epochs_asked_for_end_a_pull_before_its_time():
    descending, clock = ticking()
    assert len(descending.advance(7, 100.0, clock)) == 7
    assert descending.stop is None


def test_a_time_budget_does_not_change_the_bits():
    descending, clock = ticking(300)
    batches = [descending.advance(300, seconds, clock) for seconds in (0.5, 3, 17, 40, 1000)]
    assert losses_of(batches).tolist() == descent(epochs=300).advance(300).losses.tolist()


# Steering


def test_alpha_changed_between_pulls_counts_from_the_next_epoch():
    descending, steady = descent(0.1), descent(0.1)
    before = descending.advance(3)
    descending.follow(Recipe(alpha=0.2))
    after = descending.advance(3)
    same = steady.advance(6)
    assert before.losses.tolist() == same.losses[:3].tolist()
    # Epoch 4 is measured at the weights that epoch 3 left, so alpha shows from epoch 5 on.
    assert after.losses[0] == same.losses[3]
    assert after.losses[1] != same.losses[4]


def test_more_epochs_go_on_as_if_they_had_been_asked_for_at_once():
    descending = descent(epochs=10)
    first = descending.advance(100)
    assert descending.stop.rule == "epochs"
    descending.extend(25)
    assert descending.stop is None
    second = descending.advance(100)
    assert losses_of([first, second]).tolist() == descent(epochs=25).advance(100).losses.tolist()
    assert descending.stop.message == "all 25 epochs done"


def test_fewer_epochs_end_it_there():
    descending = descent(epochs=100)
    descending.advance(10)
    descending.extend(12)
    assert len(descending.advance(100)) == 2
    assert descending.stop.rule == "epochs"


def test_extending_to_no_more_than_is_done_leaves_it_stopped():
    descending = descent(epochs=10)
    descending.advance(10)
    descending.extend(10)
    assert descending.stop.rule == "epochs"
    assert len(descending.advance(5)) == 0


# Stop rules


def test_stops_when_the_epochs_are_done():
    descending = descent(epochs=10)
    assert descending.advance(9).stop is None
    batch = descending.advance(9)
    assert (len(batch), descending.done) == (1, 10)
    assert (batch.stop.rule, batch.stop.message) == ("epochs", "all 10 epochs done")
    assert not batch.stop.diverged
    assert len(descending.advance(9)) == 0


@pytest.mark.parametrize("epoch", [1, 2, CHUNK, CHUNK + 1, LONG - 1])
def test_stops_at_the_first_epoch_whose_loss_is_at_most_the_target(epoch):
    losses = descent(0.01, start=np.zeros(3)).advance(LONG).losses
    assert (np.diff(losses) < 0).all()
    target = float(losses[epoch - 1])
    descending = descent(0.01, rules=StopRules(target_loss=target), start=np.zeros(3))
    batch = descending.advance(LONG)
    assert (len(batch), descending.done) == (epoch, epoch)
    assert batch.losses.tolist() == losses[:epoch].tolist()
    assert batch.stop.rule == "target-loss"
    assert batch.stop.message == f"loss reached {target:g} at epoch {epoch}"


def accuracies(epochs):
    weights = descent(0.02, epochs, start=-START).advance(epochs).weights
    return [float(np.mean(((NOISY.X @ w) >= 0) == NOISY.y)) for w in weights]


def test_stops_at_the_first_epoch_whose_accuracy_is_the_target():
    known = accuracies(LONG)
    target = sorted(set(known))[-2]
    epoch = next(i for i, accuracy in enumerate(known, 1) if accuracy >= target)
    assert epoch > 10
    batch = descent(0.02, rules=StopRules(target_accuracy=target), start=-START).advance(LONG)
    assert len(batch) == epoch
    assert batch.last.accuracy >= target
    assert batch.stop.rule == "target-accuracy"
    assert batch.stop.message == f"accuracy reached {target:.4g} at epoch {epoch}"


def expected_patience(losses, patience, delta):
    best, since = np.inf, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best - delta:
            best, since = loss, epoch
        elif epoch - since == patience:
            return epoch, since
    return None


# alpha 3 overshoots at first; a delta of 0.05 is soon not reached any more, also when the loss still falls.
@pytest.mark.parametrize(("alpha", "patience", "delta"), [(3.0, 1, 0.0), (0.1, 5, 0.05), (0.5, CHUNK, 0.01)])
def test_stops_after_so_many_epochs_without_a_better_loss(alpha, patience, delta):
    start = np.array([5.0, -5.0, 5.0]) if alpha == 3.0 else np.zeros(3)
    losses = descent(alpha, 3 * LONG, start=start).advance(3 * LONG).losses
    epoch, since = expected_patience(losses, patience, delta)
    rules = StopRules(patience=patience, min_delta=delta)
    batch = descent(alpha, 3 * LONG, rules, start=start).advance(3 * LONG)
    assert len(batch) == epoch
    assert batch.stop.rule == "patience"
    assert batch.stop.message == f"no better loss in {patience} epochs, since epoch {since}"


def test_patience_is_not_lost_while_the_loss_falls():
    assert descent(0.01, rules=StopRules(patience=1), start=np.zeros(3)).advance(LONG).stop.rule == "epochs"


def test_the_first_rule_that_holds_is_the_reason():
    losses = descent(0.01, start=np.zeros(3)).advance(20).losses
    for index, rule in ((4, "target-loss"), (40, "patience")):
        target = float(losses[4]) if index == 4 else 0.0
        rules = StopRules(target_loss=target, patience=9, min_delta=100.0)
        assert descent(0.01, rules=rules, start=np.zeros(3)).advance(LONG).stop.rule == rule


@pytest.mark.parametrize(
    "rules",
    [StopRules(target_loss=8.0), StopRules(target_accuracy=0.7), StopRules(patience=2, min_delta=0.5)],
    ids=["target-loss", "target-accuracy", "patience"],
)
def test_given_more_epochs_the_rule_that_ended_it_is_dropped(rules):
    descending = descent(0.1, 300, rules, start=np.zeros(3))
    first = descending.advance(300)
    assert first.stop.rule != "epochs"
    descending.extend(400)
    assert descending.stop is None
    second = descending.advance(400)
    assert descending.stop.message == "all 400 epochs done"
    expected = descent(0.1, 400, start=np.zeros(3)).advance(400).losses
    assert losses_of([first, second]).tolist() == expected.tolist()


def test_the_other_rules_still_hold_after_one_was_dropped():
    rules = StopRules(target_loss=9.0, target_accuracy=0.99, patience=3, min_delta=1.0)
    descending = descent(0.1, LONG, rules, start=np.zeros(3))
    reasons = []
    for _ in range(3):
        reasons.append(descending.advance(LONG).stop.rule)
        descending.extend(LONG)
    assert sorted(reasons) == ["epochs", "patience", "target-loss"]


def test_patience_counts_only_epochs_that_happened():
    # The chunk computes epochs past the one at which a rule holds; their losses must not count as the best,
    # or a descent that goes on with a smaller alpha is stopped though each of its epochs is better.
    rules = StopRules(target_loss=9.0, patience=5)
    descending = descent(0.1, LONG, rules, start=np.zeros(3))
    descending.advance(1)
    descending.advance(LONG)
    assert descending.stop.rule == "target-loss"
    descending.follow(Recipe(alpha=1e-3))
    descending.extend(LONG)
    batch = descending.advance(LONG)
    assert (np.diff(batch.losses) < 0).all()
    assert batch.stop.rule == "epochs"


# Divergence


@pytest.mark.parametrize(("loss", "alpha"), [("article", 1e308), ("cross-entropy", 1e308), ("cross-entropy", 1e307)])
def test_a_loss_that_is_not_finite_stops_it_with_a_reason(loss, alpha):
    descending = descent(alpha, loss=loss, data=load("blobs"))
    batch = descending.advance(LONG)
    assert np.isfinite(batch.losses[:-1]).all()
    assert not np.isfinite(batch.losses[-1])
    assert batch.stop.diverged
    what = "infinite" if np.isinf(batch.losses[-1]) else "not a number"
    assert batch.stop.message == f"loss became {what} at epoch {len(batch)}; alpha {alpha:g} is too large"
    assert descending.done == len(batch)


def test_an_infinite_loss_is_called_infinite():
    # Each row's loss is 1.5e308; only their sum is beyond the largest number.
    far = dataset("far", np.array([[1e154], [-1e154]]), np.array([0.0, 1.0]))
    batch = descent(1.0, loss="cross-entropy", data=far, start=np.array([0.0, 1.5e154])).advance(5)
    assert batch.stop.message == "loss became infinite at epoch 1; alpha 1 is too large"


def test_an_epoch_that_could_not_be_measured_takes_no_step():
    descending = descent(1e308, data=load("blobs"))
    batch = descending.advance(LONG)
    assert np.array_equal(descending.weights, batch.weights[-1], equal_nan=True)


def test_infinite_weights_after_the_last_epoch_are_a_divergence():
    descending = descent(1e308, epochs=1, data=load("blobs"))
    batch = descending.advance(1)
    assert np.isfinite(batch.losses).all()
    assert batch.stop.diverged
    assert batch.stop.message == "weights became infinite after epoch 1; alpha 1e+308 is too large"


def test_a_diverged_descent_stays_stopped():
    descending = descent(1e308, data=load("blobs"))
    descending.advance(LONG)
    reason = descending.stop
    descending.extend(2 * LONG)
    descending.follow(Recipe(alpha=0.01))
    assert descending.stop == reason
    assert len(descending.advance(10)) == 0


def test_divergence_is_the_same_in_any_pulls():
    whole, split = (descent(1e308, data=load("blobs")) for _ in range(2))
    whole.advance(LONG)
    batches_of(split, [1] * 10)
    assert split.stop == whole.stop
    assert split.done == whole.done


# Measurements


def test_measure_agrees_with_scikit_learn_and_numpy():
    weights, gradient = np.array([0.3, 0.8, -0.4]), np.empty(3)
    kernel = kernel_of(NOISY, "cross-entropy")
    found = measure(kernel, weights)
    kernel.loss_gradient(weights, gradient)
    p = 1 / (1 + np.exp(-NOISY.X @ weights))
    assert found.loss == pytest.approx(log_loss(NOISY.y, p))
    assert found.gradient_norm == pytest.approx(np.linalg.norm(gradient))
    assert found.confusion == tuple(confusion_matrix(NOISY.y, p >= 0.5).ravel())
    assert found.accuracy == np.mean((p >= 0.5) == NOISY.y)


def test_accuracy_is_the_share_of_the_diagonal():
    assert Moment(1, START, 0.0, 0.0, (3, 1, 2, 4)).accuracy == 0.7


def test_predictions_are_1_from_one_half_on():
    assert predictions(np.array([0.0, np.nextafter(0.5, 0), 0.5, 1.0])).tolist() == [0, 0, 1, 1]

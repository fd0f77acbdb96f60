import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import hinge_loss, log_loss

from gdtui.learning.objective import OBJECTIVES, objective_named, sigmoid
from gdtui.settings import LOSSES
from tests.oracles import finite_difference, kernel_of, noisy

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1))
def test_sigmoid_of_any_finite_number_is_in_0_to_1_without_a_warning(values):
    with np.errstate(all="raise", over="ignore", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        p = sigmoid(np.array(values))
    assert ((p >= 0) & (p <= 1)).all()


@given(FINITE)
def test_sigmoid_agrees_with_scipy(value):
    with np.errstate(over="ignore"):
        p = sigmoid(np.array([value]))[0]
    # Below −709 the article's form gives 0 where the true value is some 1e-310.
    assert p == pytest.approx(expit(value), rel=1e-14, abs=1e-300)


def test_sigmoid_can_write_into_its_argument():
    z = np.array([-1.0, 0.0, 1.0])
    out = np.empty(3)
    assert sigmoid(z, out) is out
    assert z.tolist() == [-1.0, 0.0, 1.0]
    assert out == pytest.approx(expit(z))


def mean_cross_entropy(data, weights):
    return log_loss(data.y, expit(data.X @ weights), labels=[0, 1])


def mean_squared_error(data, weights):
    return float(np.mean((expit(data.X @ weights) - data.y) ** 2))


def mean_hinge(data, weights):
    return float(hinge_loss(data.y, data.X @ weights))


# Note the first line: the article prints Σ (p − y)², but steps along Xᵀ·(p − y) / N, which is the gradient of the
# mean *cross-entropy*; that of what it prints would have a further factor 2·p·(1 − p).
DESCENDED = {
    "article": mean_cross_entropy,
    "cross-entropy": mean_cross_entropy,
    "squared-error": mean_squared_error,
    "hinge": mean_hinge,
}
SHOWN = {
    "article": lambda data, weights: float(np.sum((expit(data.X @ weights) - data.y) ** 2)),
    "cross-entropy": mean_cross_entropy,
    "squared-error": mean_squared_error,
    "hinge": mean_hinge,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("features", [1, 2, 7])
@pytest.mark.parametrize("seed", range(3))
def test_gradient_agrees_with_finite_differences(loss, features, seed):
    data = noisy(features=features)
    weights = np.random.default_rng(seed).normal(size=features + 1)
    gradient = np.empty(features + 1)
    kernel_of(data, loss).loss_gradient(weights, gradient)
    expected = finite_difference(lambda w: DESCENDED[loss](data, w), weights)
    assert gradient == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_articles_update_is_not_the_gradient_of_what_it_prints():
    data, weights, gradient = noisy(), np.array([0.3, 0.8, -0.4]), np.empty(3)
    kernel_of(data, "article").loss_gradient(weights, gradient)
    printed = finite_difference(lambda w: SHOWN["article"](data, w), weights)
    cosine = gradient @ printed / np.linalg.norm(gradient) / np.linalg.norm(printed)
    assert cosine < 0.9999  # not even its direction


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_is_what_its_name_says(loss):
    data, weights = noisy(), np.array([0.3, 0.8, -0.4])
    assert kernel_of(data, loss).loss_gradient(weights, np.empty(3)) == pytest.approx(SHOWN[loss](data, weights))


def test_cross_entropy_is_right_where_activations_round_to_0_or_1():
    # −log(sigmoid(−1000)) is 1000 exactly, though sigmoid(−1000) is 0 in floating point.
    z, y = np.array([-1000.0, 1000.0, -1000.0, 1000.0]), np.array([1.0, 0.0, 0.0, 1.0])
    with np.errstate(over="ignore"):
        total = objective_named("cross-entropy").loss_and_signal(z, y, *np.empty((3, 4)))
    assert total == 2000.0


@pytest.mark.parametrize("loss", LOSSES)
def test_blocks_of_rows_add_up(loss):
    data, weights = noisy(rows=50), np.array([0.3, 0.8, -0.4])

    def total(rows):
        z, y = data.X[rows] @ weights, data.y[rows]
        signal = np.empty(len(y))
        value = objective_named(loss).loss_and_signal(z, y, np.empty(len(y)), signal, np.empty(len(y)))
        return np.array([value, *(data.X[rows].T @ signal)])

    assert total(slice(0, 20)) + total(slice(20, 50)) == pytest.approx(total(slice(0, 50)))


def test_every_loss_of_the_command_line_is_an_objective():
    assert tuple(OBJECTIVES) == LOSSES
    assert all(objective_named(name).name == name for name in LOSSES)


def test_another_loss_is_refused_with_the_names_that_exist():
    with pytest.raises(ValueError, match="'tanh'; there are article, cross-entropy, squared-error, hinge"):
        objective_named("tanh")

"""More than two classes, and the hinge, against scikit-learn, scipy and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from scipy.special import softmax
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, hinge_loss, log_loss

from gdtui.data.dataset import BLOCK, WHOLE, dataset
from gdtui.data.load import standardize
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import BlockedKernel, Kernel, kernel_for, kernel_over
from gdtui.learning.objective import objective_named
from gdtui.learning.parts import part_of
from gdtui.learning.weights import initial_weights, logits
from gdtui.settings import LOSSES, Recipe
from tests.oracles import finite_difference, noisy


def classes(count: int, rows: int = 60, features: int = 3, seed: int = 1):
    """Rows of so many classes, all of which are there, and which no lines part."""
    generator = np.random.default_rng(seed)
    y = np.arange(rows) % count
    X = generator.normal(size=(rows, features)) + generator.normal(size=(count, features))[y]
    return dataset("classes", X, y, class_names=tuple(map(str, range(count))))


def kernel_of(data, loss: str) -> Kernel:
    return kernel_for(data, objective_named(loss, len(data.class_names)))


def start(data, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=data.units * data.X.shape[1])


def one_hot(data) -> np.ndarray:
    return np.eye(len(data.class_names))[data.y.astype(int)]


def probabilities(data, weights) -> np.ndarray:
    return softmax(data.X @ weights.reshape(data.units, -1).T, axis=1)


def mean_cross_entropy(data, weights) -> float:
    return log_loss(data.y, probabilities(data, weights), labels=range(data.units))


def mean_squared_error(data, weights) -> float:
    return float(np.mean(np.sum((probabilities(data, weights) - one_hot(data)) ** 2, axis=1)))


def mean_hinge(data, weights) -> float:
    if data.units == 1:
        return float(hinge_loss(data.y, data.X @ weights))
    units = weights.reshape(data.units, -1)
    return float(sum(hinge_loss(data.y == number, data.X @ unit) for number, unit in enumerate(units)))


# As in test_objective.py, the article shows one thing and descends another.
DESCENDED = {
    "article": mean_cross_entropy, "cross-entropy": mean_cross_entropy, "squared-error": mean_squared_error,
    "hinge": mean_hinge,
}  # fmt: skip
SHOWN = {**DESCENDED, "article": lambda data, weights: len(data) * mean_squared_error(data, weights)}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("count", [3, 5, 10])
def test_the_loss_and_its_gradient_are_what_the_name_says(loss, count):
    data = classes(count)
    weights, gradient = start(data), np.empty(4 * count)
    assert kernel_of(data, loss).loss_gradient(weights, gradient) == pytest.approx(SHOWN[loss](data, weights))
    expected = finite_difference(lambda w: DESCENDED[loss](data, w), weights)
    assert gradient == pytest.approx(expected, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_gradient_of_some_rows_is_that_of_a_data_set_of_them(loss, count):
    data = classes(count) if count > 2 else noisy(rows=60, features=3)
    kernel, weights = kernel_of(data, loss), start(data)
    whole, part, again = np.empty((3, kernel.size))
    kernel.loss_gradient(weights, whole)
    part_of(kernel.X, kernel.targets, kernel.objective).gradient(weights, part)
    assert part == pytest.approx(whole, rel=1e-10, abs=1e-14)
    rows, targets = kernel.X[:7].copy(), kernel.targets[:7].copy()
    batch = part_of(rows, targets, kernel.objective)
    rows[:], targets[:] = kernel.X[20:27], kernel.targets[20:27]
    few = dataset("few", data.features[20:27], data.y[20:27], class_names=data.class_names)
    kernel_of(few, loss).loss_gradient(weights, whole)
    for _ in range(2):  # nothing of the first call is left for the second
        batch.gradient(weights, again)
        assert again == pytest.approx(whole, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("count", [3, 10])
def test_confusion_is_scikit_learns_at_the_last_weights(count):
    data = classes(count)
    kernel, weights = kernel_of(data, "cross-entropy"), start(data)
    kernel.loss_gradient(np.zeros(len(weights)), np.empty(len(weights)))
    kernel.loss_gradient(weights, np.empty(len(weights)))
    expected = confusion_matrix(data.y, probabilities(data, weights).argmax(axis=1), labels=range(count))
    assert kernel.confusion() == tuple(expected.ravel())


def test_cross_entropy_is_right_where_activations_round_to_0_and_1():
    data = dataset("far", np.array([[1.0], [1.0], [-1.0]]), np.array([0.0, 1.0, 2.0]), class_names=("a", "b", "c"))
    weights, gradient = np.array([0.0, 1000.0, 0.0, -1000.0, 0.0, -3000.0]), np.empty(6)
    # By the difference of the logits from the largest: none, 2,000, and none.
    assert kernel_of(data, "cross-entropy").loss_gradient(weights, gradient) == pytest.approx(2000 / 3)
    assert np.isfinite(gradient).all()


def test_two_units_of_softmax_are_one_of_sigmoid():
    data, weights = noisy(features=3), np.array([0.3, 0.8, -0.4, 1.0])
    one, two = Kernel(data.X, data.y, objective_named("cross-entropy")), np.empty(8)
    both = kernel_over(data.X, data.y, objective_named("cross-entropy", 3), 2, [])
    gradient = np.empty(4)
    loss = one.loss_gradient(weights, gradient)
    assert both.loss_gradient(np.concatenate([weights * 0, weights]), two) == pytest.approx(loss)
    assert two == pytest.approx(np.concatenate([-gradient, gradient]))


def descended(data, loss: str, alpha: float, epochs: int) -> tuple[np.ndarray, float]:
    kernel = kernel_of(data, loss)
    descent = Descent(kernel, State(np.zeros(kernel.size)), Recipe(alpha=alpha), epochs)
    descent.advance(epochs)
    return descent.weights, kernel.loss_gradient(descent.weights, np.empty(kernel.size))


def test_softmax_finds_the_optimum_that_scikit_learn_finds():
    data = classes(4, rows=200)
    best = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(data.features, data.y)
    weights, loss = descended(data, "cross-entropy", 0.5, 20_000)
    assert loss == pytest.approx(log_loss(data.y, best.predict_proba(data.features)), rel=1e-8)
    assert probabilities(data, weights) == pytest.approx(best.predict_proba(data.features), abs=1e-4)


def test_softmax_on_iris_is_on_its_way_to_the_optimum():
    data = standardize(dataset("iris", *load_iris(return_X_y=True), class_names=("a", "b", "c")))

    def down(w: np.ndarray) -> np.ndarray:
        return ((probabilities(data, w) - one_hot(data)).T @ data.X / len(data)).ravel()

    found = minimize(lambda w: mean_cross_entropy(data, w), np.zeros(15), jac=down, options={"gtol": 1e-5})
    weights, loss = descended(data, "cross-entropy", 1.0, 20_000)
    assert found.fun <= loss < found.fun + 0.002
    assert (probabilities(data, weights).argmax(axis=1) == data.y).mean() > 0.98


def test_hinge_comes_down_to_the_optimum_of_the_linear_programme():
    data = noisy(rows=80, features=2)
    sides = (2 * data.y - 1)[:, None] * data.X
    # Weights and a slack for each row, which is at least 0 and at least 1 − s·z: the least mean of the slacks.
    best = linprog(
        np.r_[np.zeros(3), np.full(80, 1 / 80)],
        A_ub=np.c_[-sides, -np.eye(80)],
        b_ub=-np.ones(80),
        bounds=[(None, None)] * 3 + [(0, None)] * 80,
    )
    weights, loss = descended(data, "hinge", 0.01, 10_000)
    assert loss == pytest.approx(mean_hinge(data, weights))
    assert best.fun - 1e-9 <= loss < best.fun * 1.002


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("rows", [3, BLOCK, BLOCK + 1, 3 * BLOCK + 17])
def test_blocks_on_any_number_of_threads_give_what_the_whole_gives(loss, rows):
    data, objective = classes(3, rows=rows), objective_named(loss, 3)
    weights, found = start(data), []
    for blocks, threads in (([], None), (data.blocks, 1), (data.blocks, 3)):
        kernel, gradient = kernel_over(data.X, data.y, objective, 3, blocks, threads), np.empty(12)
        found.append((kernel.loss_gradient(weights, gradient), gradient, kernel.confusion()))
    whole, one, many = found
    assert one[0] == pytest.approx(whole[0], rel=1e-12)
    assert one[1] == pytest.approx(whole[1], rel=1e-9, abs=1e-13)
    assert one[2] == whole[2]
    assert (one[0], one[1].tobytes(), one[2]) == (many[0], many[1].tobytes(), many[2])


def test_data_is_taken_whole_up_to_where_blas_would_share_it_out():
    for rows, is_whole in ((WHOLE // 12, True), (WHOLE // 12 + 1, False)):
        kernel = kernel_of(classes(3, rows=rows), "article")
        assert isinstance(kernel, BlockedKernel)
        assert (len(kernel._blocks[0].T) == len(kernel.y)) == is_whole


def test_given_weights_are_those_of_all_units():
    assert initial_weights((1.0,) * 9, 9, 0, 3).tolist() == [1.0] * 9
    with pytest.raises(ValueError, match=r"3 weights, but the data needs 9 \(for each of 3 classes the bias and 2 f"):
        initial_weights((1.0, 2.0, 3.0), 9, 0, 3)


def test_logits_of_one_unit_and_of_several():
    X = np.array([[1.0, 2.0], [1.0, -1.0]])
    assert logits(X, np.array([1.0, 3.0])).tolist() == [7.0, -2.0]
    assert logits(X, np.array([1.0, 3.0, 0.0, 1.0, 5.0, 0.0])).tolist() == [[7.0, -2.0], [2.0, -1.0], [5.0, 5.0]]

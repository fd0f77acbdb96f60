"""Penalties against finite differences, and against the optimum that scikit-learn finds."""

import inspect

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from gdtui.data.load import load
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import kernel_for
from gdtui.learning.moment import measure
from gdtui.learning.objective import objective_named
from gdtui.learning.penalty import loss_gradient_of
from gdtui.settings import LOSSES, DataSettings, Recipe
from tests.oracles import finite_difference, kernel_of, noisy
from tests.test_classes import classes

NOISY = noisy(60, 4)
START = np.array([0.3, -0.7, 0.4, 1.1, -0.2])


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss != "article"])
def test_the_gradient_is_that_of_the_loss_with_its_penalty(loss):
    loss_gradient, gradient = loss_gradient_of(kernel_of(NOISY, loss), Recipe(l2=0.3)), np.empty(5)
    found = loss_gradient(START, gradient)
    assert found == pytest.approx(
        kernel_of(NOISY, loss).loss_gradient(START, np.empty(5)) + 0.15 * np.sum(START[1:] ** 2)
    )
    wanted = finite_difference(lambda weights: loss_gradient(weights, np.empty(5)), START)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-7, atol=1e-9)


def test_the_articles_loss_is_shown_without_a_penalty_that_is_followed_all_the_same():
    plain, gradient, penalised = kernel_of(NOISY), np.empty(5), np.empty(5)
    assert loss_gradient_of(plain, Recipe(l2=0.3, l1=1.0))(START, penalised) == plain.loss_gradient(START, gradient)
    np.testing.assert_allclose(penalised - gradient, 0.3 * np.array([0, *START[1:]]), rtol=1e-12)


def trained(epochs: int, **parts) -> np.ndarray:
    descent = Descent(kernel_of(NOISY, "cross-entropy"), State(np.zeros(5)), Recipe(alpha=1.0, **parts), epochs)
    descent.advance(epochs)
    return descent.weights


@pytest.mark.parametrize("optimizer", ["gd", "nesterov"])
def test_l2_leads_to_the_optimum_that_scikit_learn_finds(optimizer):
    theirs = LogisticRegression(C=1 / (0.05 * len(NOISY)), tol=1e-12, solver="newton-cholesky", max_iter=1000)
    theirs.fit(NOISY.features, NOISY.y)
    weights = trained(3000, l2=0.05, optimizer=optimizer)
    np.testing.assert_allclose(weights, [theirs.intercept_[0], *theirs.coef_[0]], rtol=1e-6, atol=1e-6)


def test_l1_leads_to_the_optimum_that_scikit_learn_finds_with_weights_that_are_exactly_0():
    # How to ask for it changed in scikit-learn 1.8. Its saga counts no bias among the weights, its liblinear does.
    asked = inspect.signature(LogisticRegression).parameters["penalty"].default
    how = {"l1_ratio": 1} if asked == "deprecated" else {"penalty": "l1"}
    theirs = LogisticRegression(C=1 / (0.15 * len(NOISY)), solver="saga", tol=1e-10, max_iter=100_000, **how)
    theirs.fit(NOISY.features, NOISY.y)
    weights = trained(3000, l1=0.15)
    np.testing.assert_allclose(weights, [theirs.intercept_[0], *theirs.coef_[0]], atol=1e-4)
    assert set(np.flatnonzero(weights == 0.0)) == set(np.flatnonzero(np.abs([1, *theirs.coef_[0]]) < 1e-6)) != set()


def test_the_bias_is_not_penalised():
    assert measure(kernel_of(NOISY, "cross-entropy"), np.array([9.0, 0, 0, 0, 0]), recipe=Recipe(l2=5, l1=5)).loss == (
        measure(kernel_of(NOISY, "cross-entropy"), np.array([9.0, 0, 0, 0, 0])).loss
    )


# Several classes


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss != "article"])
def test_the_gradient_is_that_of_the_loss_with_its_penalty_for_any_number_of_classes(loss, count):
    data = classes(count)
    kernel = kernel_for(data, objective_named(loss, count))
    loss_gradient, gradient = loss_gradient_of(kernel, Recipe(l2=0.3)), np.empty(kernel.size)
    weights = np.random.default_rng(5).normal(size=kernel.size)
    loss_gradient(weights, gradient)
    wanted = finite_difference(lambda at: loss_gradient(at, np.empty(kernel.size)), weights, 1e-6)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-8)


# Strong enough that a few hundred steps arrive: the better conditioned the problem, the fewer they are.
@pytest.mark.parametrize(("name", "l2", "alpha", "epochs"), [("iris", 0.05, 0.5, 600), ("wine", 0.05, 0.3, 600),
                                                             ("digits", 0.1, 0.3, 700)])  # fmt: skip
def test_softmax_with_l2_arrives_where_scikit_learn_does(name, l2, alpha, epochs):
    data = load(DataSettings(name, classes=("all",)))
    kernel = kernel_for(data, objective_named("cross-entropy", len(data.class_names)))
    recipe = Recipe(optimizer="nesterov", momentum=0.95, alpha=alpha, l2=l2)
    descent = Descent(kernel, State(np.zeros(kernel.size)), recipe, epochs)
    descent.advance(epochs)
    units = descent.weights.reshape(len(data.class_names), -1)
    theirs = LogisticRegression(C=1 / (l2 * len(data)), tol=1e-12, max_iter=10_000, solver="newton-cg")
    theirs.fit(data.features, data.y)
    # All biases may be greater by the same: only their differences count.
    ours = units - np.eye(1, units.shape[1]) * units[:, 0].mean()
    found = np.column_stack([theirs.intercept_ - theirs.intercept_.mean(), theirs.coef_])
    np.testing.assert_allclose(ours, found, atol=1e-6)

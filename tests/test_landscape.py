"""The loss over a plane of weights, and the planes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from gdtui.analysis.heading import continuation, next_step
from gdtui.analysis.landscape import (
    Heights,
    evenly,
    finite,
    plane_of_two,
    principal_plane,
    sampled,
)
from gdtui.analysis.optimum import optimum
from gdtui.data.dataset import names_of_weights, weight_told
from gdtui.learning.descent import State
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import objective_named
from gdtui.learning.penalty import loss_gradient_of
from gdtui.settings import LOSSES, Recipe
from tests.oracles import finite_difference, noisy

RECIPES = Recipe(), Recipe(l2=0.3), Recipe(l1=0.2), Recipe(l2=0.1, l1=0.1)


def of_classes(classes: int, rows: int = 90, features: int = 3, seed: int = 0):
    """Rows of so many classes that no planes part."""
    data = noisy(rows, features, seed)
    if classes == 2:
        return data
    y = np.random.default_rng(seed).integers(0, classes, rows).astype(float)
    return replace(data, y=y, class_names=tuple(map(str, range(classes))))


def walk(size: int, steps: int = 50, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(steps, size)).cumsum(axis=0)


@pytest.mark.parametrize(("loss", "classes"), itertools.product(LOSSES, (2, 3)))
def test_the_losses_are_those_of_the_kernel_at_the_weights_of_each_cell(loss: str, classes: int) -> None:
    data = of_classes(classes)
    kernel = kernel_for(data, objective_named(loss, classes))
    plane = principal_plane([walk(kernel.size)])
    a, b = np.linspace(*plane.limits[0], 9), np.linspace(*plane.limits[1], 7)
    for recipe in RECIPES:
        found = np.array([*Heights(data, kernel.objective, recipe).over(plane, a, b)])
        assert found.shape == (7, 9)
        evaluate = loss_gradient_of(kernel, recipe)
        rng = np.random.default_rng(1)
        for row, column in zip(rng.integers(0, 7, 20), rng.integers(0, 9, 20), strict=True):
            weights = plane.weights(np.array([[a[column], b[row]]]))[0]
            assert found[row, column] == pytest.approx(evaluate(weights, np.empty(kernel.size)), rel=1e-9, abs=1e-9)


def test_losses_are_infinite_where_they_overflow() -> None:
    data = noisy()
    plane = replace(principal_plane([walk(3)]), limits=((-1e99, 1e99), (-1e99, 1e99)))
    heights = Heights(data, objective_named("cross-entropy"), Recipe(l2=1.0))
    found = np.array([*heights.over(plane, np.array([-1e200, 0.0]), np.array([0.0]))])
    assert found[0, 0] == np.inf
    assert np.isfinite(found[0, 1])


@pytest.mark.parametrize("loss", ["article", "cross-entropy"])
def test_of_much_data_evenly_spaced_rows_stand_for_all(loss: str) -> None:
    data = noisy(1000)
    sample, objective = sampled(data, objective_named(loss), 300)
    assert len(sample) == 300
    assert np.array_equal(sample.X, data.X[np.linspace(0, 999, 300).astype(int)])
    weights = np.array([0.1, 0.2, 0.3])
    heights = Heights(sample, objective, Recipe())
    one = kernel_for(sample, objective_named(loss)).loss(weights)
    assert heights.loss(weights) == pytest.approx(one * (1000 / 300 if loss == "article" else 1))


@pytest.mark.parametrize("size", [6, 700])
def test_the_plane_of_paths_is_that_of_their_principal_components(size: int) -> None:
    paths = [walk(size, seed=seed) for seed in (1, 2)]
    plane = principal_plane(paths)
    points = np.concatenate([evenly(path, 48) for path in paths])
    oracle = PCA(2).fit(points)
    assert plane.share == pytest.approx(oracle.explained_variance_ratio_.sum(), abs=1e-12)
    assert np.abs(plane.axes @ oracle.components_.T) == pytest.approx(np.eye(2), abs=1e-9)
    assert plane.place(plane.weights(np.array([[1.0, -2.0]]))) == pytest.approx(np.array([[1.0, -2.0]]))
    assert (plane.axes[[0, 1], np.abs(plane.axes).argmax(axis=1)] > 0).all()
    places = plane.place(points)
    for along, (low, high) in zip(places.T, plane.limits, strict=True):
        assert low < along.min()
        assert along.max() < high


@pytest.mark.parametrize(
    "path",
    [
        np.zeros((1, 3)),
        np.ones((4, 3)),
        np.full((4, 3), 0.1),
        np.array([[0.0, 0, 0], [1, 1, 1]]),
        np.array([[1.0, 0], [2, 0], [5, 0]]),
    ],
)
def test_a_path_that_spans_no_plane_has_one_all_the_same(path: np.ndarray) -> None:
    plane = principal_plane([path])
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2))
    assert plane.holds(path)
    (left, right), (low, high) = plane.limits
    assert 0.4 < (right - left) / (high - low) < 2.5


def test_weights_that_are_no_places_are_left_out() -> None:
    path = np.array([[1.0, 2.0], [np.inf, 1.0], [np.nan, 0.0], [1e200, 0.0], [3.0, 4.0]])
    assert finite(path).tolist() == [[1, 2], [3, 4]]


def test_points_are_evenly_spaced_along_a_path_however_fast_it_was_walked() -> None:
    found = evenly(np.array([[0.0, 0.0], [0.1, 0.0], [0.2, 0.0], [4.0, 0.0], [4.0, 4.0]]), 9)
    assert found == pytest.approx(np.array([[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [4, 1], [4, 2], [4, 3], [4, 4.0]]))


def test_a_weight_of_many_classes_is_called_after_its_own_first() -> None:
    names = [weight_told(*name) for name in names_of_weights(of_classes(3))]
    assert names == [f"{unit}: {name}" for unit in "012" for name in ("bias", "x1", "x2", "x3")]


def test_a_plane_of_two_weights_keeps_the_others() -> None:
    path = walk(4)
    names = [weight_told(*name) for name in names_of_weights(of_classes(2))]
    plane = plane_of_two((3, 1), names, [path], path[-1])
    assert plane.labels == ("x3", "x1")
    assert plane.place(path) == pytest.approx(path[:, [3, 1]])
    assert plane.weights(np.array([[7.0, 8.0]]))[0] == pytest.approx([path[-1, 0], 8, path[-1, 2], 7])
    assert plane.holds(path[-1:])
    assert not plane.holds(path[-1:] + np.array([100.0, 0, 0, 0]))
    assert not plane.holds(path[-1:] + np.array([0, 100.0, 0, 0]))


def test_two_weights_are_a_plane_of_their_own() -> None:
    path = walk(2)
    assert plane_of_two((0, 1), ("bias", "x1"), [path], path[-1]).share == pytest.approx(1.0)


@pytest.mark.parametrize("loss", ["article", "cross-entropy"])
def test_the_optimum_is_that_of_scikit_learn(loss: str) -> None:
    data = noisy()
    for l2 in (0.0, 0.02):
        C = 1 / (l2 * len(data)) if l2 else np.inf
        oracle = LogisticRegression(C=C, tol=1e-12, max_iter=10_000).fit(data.features, data.y)
        found = optimum(data, loss, Recipe(l2=l2), np.array([0.5, 0.5, 0.5]))
        assert found.weights == pytest.approx(np.array([*oracle.intercept_, *oracle.coef_[0]]), abs=1e-5)
        assert not found.is_parted


def test_the_optimum_of_several_classes_is_that_of_scikit_learn() -> None:
    data = of_classes(3)
    oracle = LogisticRegression(C=1 / (0.05 * len(data)), tol=1e-12, max_iter=10_000).fit(data.features, data.y)
    found = optimum(data, "cross-entropy", Recipe(l2=0.05), np.zeros(12)).weights
    assert found is not None
    units = found.reshape(3, -1)
    assert units[:, 1:] == pytest.approx(oracle.coef_, abs=1e-5)
    assert units[:, 0] - units[0, 0] == pytest.approx(oracle.intercept_ - oracle.intercept_[0], abs=1e-5)


def test_an_optimum_with_the_second_penalty_has_weights_of_exactly_0() -> None:
    data = noisy(features=5)
    found = optimum(data, "cross-entropy", Recipe(l1=0.1), np.full(6, 0.5)).weights
    assert found is not None
    assert (found == 0).any()
    heights, rng = Heights(data, objective_named("cross-entropy"), Recipe(l1=0.1)), np.random.default_rng(0)
    least = heights.loss(found)
    assert all(heights.loss(found + 0.01 * rng.normal(size=6)) >= least for _ in range(50))


def test_classes_that_can_be_parted_have_no_optimum() -> None:
    data = noisy()
    parted = replace(data, y=(data.X[:, 1] > 0).astype(float))
    found = optimum(parted, "article", Recipe(), np.full(3, 0.5))
    assert found.weights is None
    assert found.is_parted
    assert optimum(parted, "article", Recipe(l2=0.01), np.full(3, 0.5)).weights is not None


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(l1=0.05), Recipe(l2=0.05)], ids=["plain", "l1", "l2"])
@pytest.mark.parametrize("number", [2, 3])
def test_nowhere_is_a_hinge_less_than_at_its_optimum(number: int, recipe: Recipe) -> None:
    """It is convex: that it is more everywhere around is enough."""
    data = noisy(features=4) if number == 2 else of_classes(3)
    heights, rng = Heights(data, objective_named("hinge", number), recipe), np.random.default_rng(0)
    found = optimum(data, "hinge", recipe, np.zeros(heights.kernel.size)).weights
    assert found is not None
    least = heights.loss(found)
    for size in np.geomspace(1e-3, 10, 400):
        assert heights.loss(found + size * rng.normal(size=len(found))) >= least - 1e-6


@pytest.mark.parametrize("loss", ["article", "hinge"])
def test_an_optimum_is_found_whatever_the_features_are_measured_in(loss: str) -> None:
    data = noisy(features=3)
    scales, shifts = np.array([1, 1e-3, 1.0, 1e4]), np.array([0, 5.0, -100.0, 1e5])
    plain, other = (
        optimum(each, loss, Recipe(), np.full(4, 0.5)).weights
        for each in (data, replace(data, X=data.X * scales + shifts))
    )
    assert plain is not None
    assert other is not None
    assert other[1:] * scales[1:] == pytest.approx(plain[1:], rel=1e-4)


def test_what_follows_is_what_a_descent_would_do() -> None:
    data, recipe, start = noisy(), Recipe(alpha=0.5, optimizer="momentum"), np.full(3, 0.5)
    kernel = kernel_for(data, objective_named("article"))
    path = continuation(kernel, State(start), recipe, 30)
    assert len(path) == 31  # before each of them, and after the last
    assert path[0] == pytest.approx(start)
    gradient = np.empty(3)
    kernel.loss_gradient(start, gradient)
    assert path[1] - path[0] == pytest.approx(-0.5 * gradient)


@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error"])
@pytest.mark.parametrize(("optimizer", "size"), [("gd", 0), ("momentum", 3), ("nesterov", 3), ("adam", 6)])
def test_the_part_of_a_step_that_the_gradient_makes_is_along_the_finite_differences_of_the_loss(
    loss: str, optimizer: str, size: int
) -> None:
    data, weights = noisy(), np.array([0.3, -0.2, 0.9])
    kernel = kernel_for(data, objective_named(loss))
    memory = np.concatenate([[5.0], np.abs(np.random.default_rng(0).normal(size=size))]) if size else np.empty(0)
    recipe = Recipe(alpha=0.1, optimizer=optimizer, momentum=0.8)
    step = next_step(kernel, State(weights, 5, memory=memory, optimizer=optimizer), recipe)
    slope = finite_difference(kernel.loss, weights)
    if size == 0:
        assert step.gradient is None
        assert step.whole == pytest.approx(-0.1 * slope, rel=1e-6)
        return
    assert step.gradient is not None
    rest = step.whole - step.gradient
    if optimizer == "adam":
        means, squares = memory[1:4], 0.999 * memory[4:] + 0.001 * slope**2
        rate = 0.1 / (1 - 0.8**6) / (np.sqrt(squares / (1 - 0.999**6)) + 1e-8)
        assert step.gradient == pytest.approx(-rate * 0.2 * slope, rel=1e-5)
        assert rest == pytest.approx(-rate * 0.8 * means, rel=1e-5)
    else:
        ahead = optimizer == "nesterov"
        assert step.gradient == pytest.approx(-0.1 * slope * (1.8 if ahead else 1.0), rel=1e-6)
        assert rest == pytest.approx(-0.1 * memory[1:] * (0.64 if ahead else 0.8), rel=1e-9)

"""The limit of alpha at an optimum against runs: 0.95 of it comes back to the optimum, 1.05 of it leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from gdtui.analysis.optimum import optimum
from gdtui.analysis.stability import limits
from gdtui.data.dataset import Dataset, dataset
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import objective_named
from gdtui.learning.penalty import loss_gradient_of
from gdtui.settings import Recipe
from gdtui.types import Floats
from tests.conftest import examples

AWAY = 1e-4
"""How far from the optimum a run begins: near enough for the curvature to be that of the optimum."""
EPOCHS = 400


def clouds(seed: int, rows: int, features: int, classes: int) -> Dataset:
    """Clouds that overlap, of features whose scales differ, with every class among the labels."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    centres = generator.normal(size=(classes, features))
    points = (centres[labels] + generator.normal(size=(rows, features))) * generator.uniform(0.3, 3, features)
    return dataset("clouds", points, labels.astype(float), class_names=tuple(map(str, range(classes))))


def steepest(data: Dataset, recipe: Recipe, weights: Floats) -> Floats:
    """The direction of the largest curvature, of length 1, by differences of the gradient of the loss."""
    gradient_of = loss_gradient_of(kernel_for(data, objective_named("cross-entropy", len(data.class_names))), recipe)
    size, h = len(weights), 1e-4
    hessian = np.empty((size, size))
    for row, step in zip(hessian, np.eye(size) * h, strict=True):
        after, before = np.empty(size), np.empty(size)
        gradient_of(weights + step, after)
        gradient_of(weights - step, before)
        row[:] = (after - before) / (2 * h)
    return np.linalg.eigh((hessian + hessian.T) / 2)[1][:, -1]


@pytest.mark.long
@settings(max_examples=examples(25, 1_000), deadline=None)
@given(
    seed=some.integers(0, 10**6),
    rows=some.integers(12, 90),
    features=some.integers(1, 4),
    classes=some.integers(2, 4),
    optimizer=some.sampled_from(["gd", "momentum", "nesterov"]),
    momentum=some.floats(0.0, 0.95),
    l2=some.sampled_from([0.0, 0.01, 0.3]),
    loss=some.sampled_from(["article", "cross-entropy"]),
    aside=some.booleans(),
)
def test_just_below_the_limit_a_run_comes_back_and_just_above_it_leaves(
    seed: int,
    rows: int,
    features: int,
    classes: int,
    optimizer: str,
    momentum: float,
    l2: float,
    loss: str,
    aside: bool,
) -> None:
    data = clouds(seed, rows, features, classes)
    recipe = Recipe(optimizer=optimizer, momentum=momentum, l2=l2)
    best = optimum(data, loss, recipe, np.zeros(data.units * data.X.shape[1])).weights
    assume(best is not None and np.abs(best).max() < 30)
    found = limits(data, loss, recipe, best)
    along = steepest(data, recipe, best)
    step = np.random.default_rng(seed).normal(size=len(best)) if aside else along
    begin = best + AWAY * (along + (step - (step @ along) * along if aside else 0))

    def distances(share: float) -> Floats:
        assert found.here is not None
        steps = Recipe(alpha=share * found.here, optimizer=optimizer, momentum=momentum, l2=l2)
        kernel = kernel_for(data, objective_named(loss, classes))
        run = Descent(kernel, State(begin), steps, EPOCHS).advance(EPOCHS)
        return np.abs((run.weights - best) @ along) / AWAY

    assert distances(0.95)[-1] < 0.1
    assert distances(1.05).max() > 10
    assert found.sure is not None
    assert found.sure <= found.here * (1 + 1e-9)

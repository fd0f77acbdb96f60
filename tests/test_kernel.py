from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import confusion_matrix

from gdtui.data.dataset import BLOCK, WHOLE, dataset
from gdtui.data.rows import partitioned
from gdtui.learning.kernel import BlockedKernel, Kernel, kernel_for, kernel_over
from gdtui.learning.objective import objective_named
from gdtui.settings import LOSSES
from tests.oracles import kernel_of, noisy


@given(st.integers(2, 60), st.lists(st.floats(-10, 10), min_size=3, max_size=3))
@settings(deadline=None)
def test_confusion_is_scikit_learns_at_the_last_weights(rows, weights):
    data = noisy(rows=rows)
    kernel = kernel_of(data)
    kernel.loss_gradient(np.ones(3), np.empty(3))
    kernel.loss_gradient(np.array(weights), np.empty(3))
    expected = confusion_matrix(data.y, expit(data.X @ weights) >= 0.5)
    assert kernel.confusion() == tuple(expected.ravel())


def test_an_activation_of_one_half_is_class_1():
    data = dataset("halves", np.array([[0.0], [0.0], [-1e-9]]), np.array([1.0, 0.0, 1.0]))
    kernel = kernel_of(data)
    kernel.loss_gradient(np.array([0.0, 1.0]), np.empty(2))
    assert kernel.confusion() == (0, 1, 1, 1)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_evaluation_changes_neither_data_nor_weights(loss):
    data, weights = noisy(), np.array([0.3, 0.8, -0.4])
    X, y, before = data.X.copy(), data.y.copy(), weights.copy()
    kernel_of(data, loss).loss_gradient(weights, np.empty(3))
    assert (data.X == X).all()
    assert (data.y == y).all()
    assert (weights == before).all()


# Data beyond the cache

ROWS = 3 * BLOCK + 17
"""Several blocks, the last of them short."""


def blocked(data, loss, threads=None) -> Kernel:
    return BlockedKernel(data.X, data.y, objective_named(loss), data.blocks, threads)


def evaluated(kernel, weights):
    gradient = np.empty(len(weights))
    return kernel.loss_gradient(weights, gradient), gradient, kernel.confusion()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("rows", [1 + 1, BLOCK, BLOCK + 1, ROWS])
def test_blocks_give_what_the_whole_gives(loss, rows):
    data, weights = noisy(rows=rows, features=4), np.array([0.1, 0.8, -0.4, 0.3, 2.0])
    whole, parts = evaluated(kernel_of(data, loss), weights), evaluated(blocked(data, loss), weights)
    assert parts[0] == pytest.approx(whole[0], rel=1e-12)
    assert parts[1] == pytest.approx(whole[1], rel=1e-9, abs=1e-13)
    assert parts[2] == whole[2]


@pytest.mark.parametrize("threads", [2, 3, 4, 50])
def test_the_number_of_threads_changes_no_bit(threads):
    data, weights = noisy(rows=ROWS, features=4), np.array([0.1, 0.8, -0.4, 0.3, 2.0])
    one, many = (evaluated(blocked(data, "article", n), weights) for n in (1, threads))
    assert one[0] == many[0]
    assert (one[1] == many[1]).all()
    assert one[2] == many[2]


def test_blocks_do_not_warn_of_an_overflow_in_any_thread():
    data = noisy(rows=ROWS)
    with np.errstate(over="ignore", invalid="ignore"):  # as a descent does for the caller's own thread
        evaluated(blocked(data, "cross-entropy", 3), np.array([1e308, 1e308, -1e308]))


@pytest.mark.parametrize(("rows", "kind"), [(WHOLE // 4, Kernel), (WHOLE // 4 + 1, BlockedKernel)])
def test_data_is_taken_whole_up_to_the_size_of_a_cache(rows, kind):
    data = noisy(rows=rows, features=3)
    assert type(kernel_for(data, objective_named("article"))) is kind


@pytest.mark.parametrize("classes", [2, 3])
def test_stretches_that_are_evaluated_apart_add_up_to_the_same_bits(classes):
    generator = np.random.default_rng(classes)
    X = generator.normal(size=(33 * BLOCK + 77, 3))
    names = tuple("abc"[:classes])
    data = replace(dataset("x", X, generator.integers(0, classes, len(X)) * 1.0, class_names=names), partitions=4)
    objective, weights = objective_named("cross-entropy", classes), generator.normal(size=data.units * 4)
    gradients, losses = np.empty((4, len(weights))), np.empty(4)
    for number, cut in enumerate(partitioned(len(data.blocks), 4)):
        rows = slice(cut.start * BLOCK, cut.stop * BLOCK)
        part = kernel_over(data.X[rows], data.y[rows], objective, data.units, data.blocks[cut], threads=1)
        losses[number] = part.sums(weights, gradients[number])
    gradient = np.empty(len(weights))
    assert kernel_for(data, objective).loss_gradient(weights, gradient) == losses.sum() / len(data)
    assert gradient.tobytes() == (gradients.sum(axis=0) / len(data)).tobytes()


def test_more_stretches_than_blocks_are_as_many_as_there_are_blocks():
    assert partitioned(3, 64) == [slice(0, 1), slice(1, 2), slice(2, 3)]
    assert [cut.stop - cut.start for cut in partitioned(489, 64)].count(8) == 41

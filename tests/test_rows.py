"""Rows that do not live in an array train to the same bits as those that do."""

from dataclasses import replace

import numpy as np
import pytest

from gdtui.analysis.range_test import range_test
from gdtui.analysis.stability import curvature
from gdtui.data.dataset import Dataset, dataset, some_rows
from gdtui.data.rows import BLOCK, DRAWN, Rows
from gdtui.data.split import split
from gdtui.learning.batches import Batches
from gdtui.learning.kernel import BlockedKernel, kernel_for
from gdtui.learning.moment import measure
from gdtui.learning.objective import OBJECTIVES, objective_named
from gdtui.runs.run import Run
from gdtui.runs.samples import samples
from gdtui.settings import Recipe, Settings


class Elsewhere(Rows):
    """The rows of an array, block by block."""

    def __init__(self, X):
        super().__init__(*X.shape)
        self._X = X

    def block(self, number):
        return np.ascontiguousarray(self._X[number * BLOCK : (number + 1) * BLOCK].T)


def elsewhere(data: Dataset) -> Dataset:
    test = data.test and elsewhere(data.test)
    return replace(data, X=Elsewhere(data.X), y=data.y.astype(np.int8), test=test)


def made(rows: int, features: int = 3, classes: int = 2, seed: int = 0) -> Dataset:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, rows)
    values = generator.normal(size=(rows, features)) + labels[:, None]
    return dataset("made", values, labels, class_names=tuple(map(str, range(classes))))


LARGE = made(100_001), made(30_001, 3, 3)


@pytest.mark.parametrize("loss", OBJECTIVES)
@pytest.mark.parametrize("data", [*LARGE, made(500), made(500, 3, 3)], ids=lambda data: f"{len(data)}x{data.units}")
def test_all_that_a_kernel_says_is_the_same(data, loss):
    data = split(data, 0.3, 1)
    weights = np.random.default_rng(2).normal(size=data.units * data.X.shape[1])
    objective = objective_named(loss, len(data.class_names))
    here, there = (measure(kernel_for(each, objective), weights) for each in (data, elsewhere(data)))
    assert here == there
    assert here.test_confusion is not None
    assert isinstance(kernel_for(data, objective), BlockedKernel) == (len(data) > 500 or data.units > 1)


@pytest.mark.parametrize("data", LARGE, ids=("two", "three"))
@pytest.mark.parametrize("recipe", [{}, {"batch_size": 1000, "optimizer": "adam", "l2": 0.1}], ids=("all", "batches"))
def test_a_run_has_the_same_bits(data, recipe):
    data = split(data, 0.2, 1)
    settings = Settings(loss="cross-entropy", alpha=0.1, epochs=3, **recipe)
    here, there = Run(settings, data), Run(settings, elsewhere(data))
    for run in (here, there):
        while run.stop is None:
            run.advance(2)
    assert here.weights.tobytes() == there.weights.tobytes()
    assert here.history.state_at(2).weights.tobytes() == there.history.state_at(2).weights.tobytes()
    assert samples(here, here.weights) == samples(there, there.weights)


@pytest.mark.parametrize("data", LARGE, ids=("two", "three"))
def test_the_digest_is_the_same(data):
    data = split(data, 0.2, 1)
    assert elsewhere(data).digest == data.digest


def test_some_of_them_are_an_array():
    data = split(made(9000), 0.2, 1)
    for most in (9000, 1234, 10):
        here, there = some_rows(data, most), some_rows(elsewhere(data), most)
        for one, other in ((here, there), (here.test, there.test)):
            assert np.array_equal(one.X, other.X)
            assert np.array_equal(one.y, other.y)
            assert other.y.dtype == np.float64
    assert elsewhere(data).plane.spans == data.plane.spans


def test_of_many_a_sample_stands_for_all():
    rows = DRAWN // 700 + 5000
    X = np.broadcast_to(np.arange(rows, dtype=float)[:, None], (rows, 700))
    numbers, some = Elsewhere(X).drawn
    assert len(numbers) == DRAWN // 700
    assert (numbers[0], numbers[-1]) == (0, rows - 1)
    assert (some[:, 3] == numbers).all()


def test_any_of_them_can_be_had():
    X = made(5000).X
    rows = Elsewhere(X)
    numbers = np.random.default_rng(0).permutation(5000)[:700]
    for which in (slice(None), slice(2000, 4100), slice(5, 4999, 7), slice(9, 3), numbers, numbers[:0], 4999, -1):
        assert np.array_equal(rows[which], X[which])
    assert np.array_equal(rows[X[:, 1] > 0], X[X[:, 1] > 0])
    assert (rows.shape, len(rows), rows.size) == (X.shape, 5000, X.size)


def test_what_alpha_can_be_is_found_block_by_block():
    data, recipe = LARGE[0], Recipe()
    assert curvature(elsewhere(data)) == pytest.approx(curvature(data), rel=1e-12)
    weights, objective = np.zeros(4), objective_named("cross-entropy")
    here, there = (list(range_test(each, objective, recipe, weights))[-1] for each in (data, elsewhere(data)))
    assert np.array_equal(here.losses, there.losses)


def test_the_order_of_many_rows_takes_four_bytes_each_and_is_what_it_was():
    data = LARGE[0]
    batches = Batches(kernel_for(data, objective_named("article")), 50_000, 7)
    for epoch in (1, 2, 1):
        expected = np.random.default_rng([7, epoch - 1]).permuted(np.arange(len(data))[None], axis=1)[0]
        assert np.array_equal(batches.order(epoch), expected)
    assert batches.order(1).dtype == np.int32
    assert [part.rows for parts in batches.in_groups(1) for part in parts] == [50_000, 50_000, 1]

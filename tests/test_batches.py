"""Batches: each row once an epoch, in an order that can be had again, and steps along their own gradients."""

from itertools import chain

import numpy as np
import pytest

from gdtui.learning.batches import AT_ONCE, Batches
from gdtui.learning.descent import Descent, State
from gdtui.settings import LOSSES, Recipe
from tests.oracles import START, finite_difference, kernel_of, noisy

NOISY = noisy()


@pytest.mark.parametrize(
    ("rows", "size"), [(40, 7), (40, 40), (40, 64), (40, 1), (3 * AT_ONCE + 5, 1), (4 * AT_ONCE, 2)]
)
def test_each_row_is_in_one_batch_an_epoch(rows, size):
    data = noisy(rows)
    kernel = kernel_of(data)
    batches, gradient = Batches(kernel, size, 3), np.empty(3)
    for epoch in (1, 2, 70):
        total, count = np.zeros(3), 0
        for part in chain.from_iterable(batches.in_groups(epoch)):
            part.gradient(START, gradient)
            total += gradient * part.rows
            count += 1
        assert count == batches.count == -(-rows // size)
        kernel.loss_gradient(START, gradient)
        np.testing.assert_allclose(total / rows, gradient, rtol=1e-10)


def test_the_order_follows_from_seed_and_epoch_alone():
    orders = [Batches(kernel_of(NOISY), 8, 3).order(epoch).tolist() for epoch in range(1, 140)]
    again = Batches(kernel_of(NOISY), 16, 3)
    assert [again.order(epoch).tolist() for epoch in (120, 3, 64, 65)] == [
        orders[epoch - 1] for epoch in (120, 3, 64, 65)
    ]
    assert all(sorted(order) == [*range(40)] for order in orders)
    assert len({tuple(order) for order in orders}) == len(orders)
    assert Batches(kernel_of(NOISY), 8, 4).order(1).tolist() != orders[0]


@pytest.mark.parametrize("loss", LOSSES)
def test_an_epoch_is_a_step_for_each_batch(loss):
    kernel, recipe = kernel_of(NOISY, loss), Recipe(alpha=0.3, batch_size=16, seed=5)
    found = Descent(kernel, State(START), recipe, 10).advance(3)
    weights = START
    for epoch in (1, 2, 3):
        np.testing.assert_allclose(found.weights[epoch - 1], weights, rtol=1e-6)
        order = Batches(kernel, 16, 5).order(epoch)
        for rows in (order[:16], order[16:32], order[32:]):
            # The article follows the gradient of the cross-entropy.
            asked = kernel_of(NOISY, "cross-entropy" if loss == "article" else loss)

            def of_rows(at: np.ndarray, rows=rows, asked=asked) -> float:
                part = type(asked)(NOISY.X[rows], NOISY.y[rows], asked.objective)
                return part.loss_gradient(at, np.empty(3))

            weights = weights - 0.3 * finite_difference(of_rows, weights)


def test_what_is_shown_of_an_epoch_is_measured_over_all_rows_before_its_steps():
    found = Descent(kernel_of(NOISY), State(START), Recipe(batch_size=16), 10).advance(4)
    losses = [kernel_of(NOISY).loss_gradient(weights, np.empty(3)) for weights in found.weights]
    assert found.losses.tolist() == losses


def test_a_batch_of_all_rows_is_plain_descent_to_the_last_bit():
    whole = Descent(kernel_of(NOISY), State(START), Recipe(batch_size=40), 10).advance(5)
    assert whole.weights.tobytes() == Descent(kernel_of(NOISY), State(START), Recipe(), 10).advance(5).weights.tobytes()

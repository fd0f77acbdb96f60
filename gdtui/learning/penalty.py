"""What large weights cost: λ₂/2 · Σw² and λ₁ · Σ|w|, over all weights but the biases.

The first has a gradient, which is added to that of the loss (Hoerl and Kennard, "Ridge regression", 1970). The second
has none at 0: each step is followed by its proximal operator, which moves every weight by α·λ₁ towards 0 and no
further, so that weights become exactly 0 (Tibshirani, "Regression shrinkage and selection via the lasso", 1996; Beck
and Teboulle, "A fast iterative shrinkage-thresholding algorithm", 2009, equation 1.5). With optimisers that have a rate
for each weight it is taken with α all the same.
"""

from collections.abc import Callable

import numpy as np

from gdtui.learning.kernel import Kernel
from gdtui.settings import Recipe
from gdtui.types import Floats


class Penalty:
    """The penalties of a recipe on the weights of a kernel."""

    def __init__(self, recipe: Recipe, kernel: Kernel) -> None:
        is_weight = np.ones(kernel.size)
        is_weight[:: kernel.X.shape[1]] = 0.0  # the biases
        self._l2, self._l1 = recipe.l2 * is_weight, recipe.l1 * is_weight
        self._is_shown = kernel.objective.is_mean

    def loss(self, weights: Floats) -> float:
        """What is added to the loss. To the article's it is nothing, which shows a sum over the rows and follows
        another gradient than its own."""
        if not self._is_shown:
            return 0.0
        return float(0.5 * (self._l2 * weights) @ weights + self._l1 @ np.abs(weights))

    def pull(self, weights: Floats, gradient: Floats) -> None:
        """Add the gradient of the first to a gradient."""
        gradient += self._l2 * weights

    def shrink(self, weights: Floats, alpha: float) -> None:
        """Take the proximal step of the second."""
        shrunk = np.maximum(np.abs(weights) - alpha * self._l1, 0.0)
        np.copyto(weights, np.copysign(shrunk, weights), where=self._l1 > 0)


def loss_gradient_of(kernel: Kernel, recipe: Recipe) -> Callable[[Floats, Floats], float]:
    """`Kernel.loss_gradient` with the penalties of a recipe."""
    if not (recipe.l2 or recipe.l1):
        return kernel.loss_gradient
    penalty = Penalty(recipe, kernel)

    def loss_gradient(weights: Floats, gradient: Floats) -> float:
        loss = kernel.loss_gradient(weights, gradient) + penalty.loss(weights)
        penalty.pull(weights, gradient)
        return loss

    return loss_gradient


def held_out_loss_of(kernel: Kernel, recipe: Recipe) -> Callable[[Floats], float] | None:
    """The loss of weights on the rows kept for testing, with the penalties of a recipe; None where there are none."""
    if kernel.held_out is None:
        return None
    loss, penalty = kernel.held_out.loss, Penalty(recipe, kernel.held_out)
    return loss if not (recipe.l2 or recipe.l1) else lambda weights: loss(weights) + penalty.loss(weights)

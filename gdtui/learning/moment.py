"""One state of the unit, and what is known of it."""

import math
from dataclasses import dataclass, field

import numpy as np

from gdtui.learning.kernel import Kernel
from gdtui.learning.penalty import held_out_loss_of, loss_gradient_of
from gdtui.settings import Recipe
from gdtui.types import Confusion, Floats

NO_PENALTY = Recipe()


@dataclass(frozen=True, slots=True)
class Moment:
    """One state, all measured at the same weights. What is not known, of a run file without its data, say, is None.

    Attributes:
        epoch: the epoch that was measured, before its step; of a run that has ended also the state after its last.
        weights: shape (d + 1,), the bias first.
        loss: NaN where there is none.
        gradient_norm: the Euclidean norm of the gradient.
        confusion: over all rows; None also where activations are not numbers, which are neither right nor wrong.
        test_loss, test_confusion: the same over the rows kept for testing, where there are any.
    """

    epoch: int
    weights: Floats = field(compare=False)
    loss: float
    gradient_norm: float | None = None
    confusion: Confusion | None = None
    test_loss: float | None = None
    test_confusion: Confusion | None = None

    @property
    def accuracy(self) -> float | None:
        """The share of right predictions, 0 to 1."""
        return None if self.confusion is None else accuracy_of(self.confusion)

    @property
    def test_accuracy(self) -> float | None:
        """The same over the rows kept for testing."""
        return None if self.test_confusion is None else accuracy_of(self.test_confusion)


def accuracy_of(confusion: Confusion) -> float:
    """The share of right predictions, 0 to 1."""
    classes = math.isqrt(len(confusion))
    return sum(confusion[:: classes + 1]) / sum(confusion)


def measure(kernel: Kernel, weights: Floats, epoch: int = 0, recipe: Recipe = NO_PENALTY) -> Moment:
    """The state at `weights`, shape (size,), in full, with the penalties of a recipe; without rows nothing is known."""
    if not len(kernel.y):
        return Moment(epoch, weights, math.nan)
    gradient = np.empty(len(weights))
    with np.errstate(over="ignore", invalid="ignore"):
        loss = float(loss_gradient_of(kernel, recipe)(weights, gradient))
        test_loss = held_out_loss_of(kernel, recipe)
        tested = None if test_loss is None else float(test_loss(weights))
        return evaluated(kernel, epoch, weights, loss, gradient, tested)


def evaluated(
    kernel: Kernel, epoch: int, weights: Floats, loss: float, gradient: Floats, tested: float | None
) -> Moment:
    """The state that the kernel's last evaluation was of, with the losses and the gradient that came of it."""
    norm = float(np.sqrt(gradient @ gradient))
    confusion = None if math.isnan(loss) else kernel.confusion()
    of_tests = None if kernel.held_out is None or tested is None or math.isnan(tested) else kernel.held_out.confusion()
    return Moment(epoch, weights, loss, None if math.isnan(norm) else norm, confusion, tested, of_tests)

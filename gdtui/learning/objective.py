"""The sigmoid unit, and the losses it can be trained on.

A unit's logits are z = X·W, where X carries a column of ones, so that W[0] is the bias, and its activations
are p = sigmoid(z). Each objective turns logits and labels into two things: the loss, and the *signal* s, the
derivative of the objective with respect to z; the gradient is then Xᵀ·s / N for every objective. Both are sums
over rows, so that blocks of rows can be added up.

One honest note. The article prints Σ (p − y)² and steps along Xᵀ·(p − y) / N. That is *not* the gradient of
what it prints (which has a further factor 2·p·(1 − p), see `squared_error`): it is the gradient of the mean
cross-entropy. ``article`` does what the article does, bit for bit; the others are what they say.

Two classes are told apart by one unit, more of them by a unit for each, whose logits are a row each: see
`gdtui.learning.softmax` for what is written there of them all. ``hinge`` is the same for any number of units.

Sources: A. Rosebrock, "Gradient descent with Python", 2016; Bishop, *Pattern Recognition and Machine
Learning*, 2006, section 4.3.2, for the gradient of the cross-entropy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy import add, exp, multiply, negative, reciprocal, subtract  # a name less to look up in each epoch

from gdtui.learning import softmax
from gdtui.types import Floats

ONE, total = np.array(1.0), np.add.reduce
"""A number in an array is taken faster than a plain one, and what is named by one name faster than by three."""
THRESHOLD = 0.5
"""An activation of at least this much is class 1, where activations are sigmoids."""


def sigmoid(z: Floats, out: Floats | None = None) -> Floats:
    """1 / (1 + exp(−z)) for logits of any shape, in the article's own order of operations.

    exp(−z) overflows to infinity for z < −709, which gives the right answer, 0; the warning about it is what
    callers switch off with `np.errstate(over="ignore")`, once for a whole batch rather than here each time.
    """
    out = negative(z, out)
    exp(out, out)
    add(out, ONE, out)
    return reciprocal(out, out)


def article(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """The article's: the squared error is shown, the cross-entropy's gradient is followed."""
    sigmoid(z, p)
    subtract(p, y, signal)
    multiply(signal, signal, scratch)
    return total(scratch)  # type: ignore[no-any-return]


def cross_entropy(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """Cross-entropy, −Σ(y·log p + (1 − y)·log(1 − p)), in the form log(1 + exp(z)) − y·z, which is exact for
    logits of any size (Bishop 2006, eq. 4.90)."""
    sigmoid(z, p)
    np.subtract(p, y, out=signal)
    # log(1 + exp(z)) − y·z is log(1 + exp(z)) for y = 0 and log(1 + exp(−z)) for y = 1: written with a sign,
    # it is right for infinite logits too.
    np.multiply(y, -2.0, out=scratch)
    np.add(scratch, 1.0, out=scratch)
    np.multiply(scratch, z, out=scratch)
    np.logaddexp(0.0, scratch, out=scratch)
    return np.add.reduce(scratch)  # type: ignore[no-any-return]


def squared_error(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """Squared error, Σ(p − y)², with its own gradient: the signal is 2·(p − y)·p·(1 − p)."""
    loss = article(z, y, p, signal, scratch)
    np.subtract(1.0, p, out=scratch)
    np.multiply(scratch, p, out=scratch)
    np.multiply(signal, scratch, out=signal)
    np.multiply(signal, 2.0, out=signal)
    return loss


def hinge(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """Hinge loss, Σ max(0, 1 − s·z) with s = 2·y − 1, which is 1 or −1: the activation is z itself, and the signal −s
    within the margin, else 0. Of several units it is the sum of theirs: each parts one class from the rest."""
    np.copyto(p, z)
    np.multiply(y, -2.0, out=signal)
    np.add(signal, 1.0, out=signal)
    np.multiply(signal, z, out=scratch)
    np.add(scratch, 1.0, out=scratch)
    np.maximum(scratch, 0.0, out=scratch)
    loss = np.add.reduce(scratch, axis=None)
    np.sign(scratch, out=scratch)
    np.multiply(signal, scratch, out=signal)
    return loss  # type: ignore[no-any-return]


Signal = Callable[[Floats, Floats], None]
"""Takes logits and labels, and writes the signal in the place of the logits. Of the few rows of a batch, what each call
of NumPy costs is most of the time: SciPy's sigmoid is one call. It is imported where batches ask for it."""


def residual(z: Floats, y: Floats) -> None:
    """p − y: the signal of the cross-entropy, and of the article."""
    from scipy.special import expit

    np.subtract(expit(z, z), y, z)


def squared_error_signal(z: Floats, y: Floats) -> None:
    """2·(p − y)·p·(1 − p)."""
    from scipy.special import expit

    p = expit(z)
    np.subtract(p, y, z)
    z *= p
    np.subtract(1.0, p, p)
    z *= p
    z *= 2.0


def hinge_signal(z: Floats, y: Floats) -> None:
    """−s within the margin, else 0, in the place of the logits."""
    sides = 1.0 - 2.0 * y
    z *= sides
    np.greater(z, -1.0, z)
    z *= sides


@dataclass(frozen=True, slots=True)
class Objective:
    """What a descent goes down.

    Attributes:
        title: the formula of its loss, or the name in words.
        is_mean: whether the loss is divided by the number of rows (the article's is a sum).
        loss_and_signal: takes logits, labels and three buffers, all of shape (n,), or (k, n) for k units, whose labels
            are 1 in the row of the class and 0 in the others: writes the activations into the first buffer and the
            signal into the second, and returns the loss summed over the rows of the data. Logits may be overwritten.
        signal: what gives batches their signal.
        activations: of logits of these shapes, which it may overwrite.
        is_score: whether activations are the logits themselves, and no shares of 1.
    """

    name: str
    title: str
    is_mean: bool
    loss_and_signal: Callable[[Floats, Floats, Floats, Floats, Floats], float]
    signal: Signal
    activations: Callable[[Floats], Floats] = sigmoid
    is_score: bool = False

    @property
    def threshold(self) -> float:
        """An activation of at least this much is class 1, where there are two."""
        return 0.0 if self.is_score else THRESHOLD

    @property
    def unit(self) -> str:
        """What an activation is called where it is printed."""
        return "score" if self.is_score else "activation"

    def scaled(self, factor: float) -> Objective:
        """The same with a sum as of so many times the rows; a mean is one anyway."""
        if self.is_mean:
            return self
        whole = self.loss_and_signal
        return replace(self, loss_and_signal=lambda *buffers: factor * whole(*buffers))


def _named(*objectives: Objective) -> dict[str, Objective]:
    return {objective.name: objective for objective in objectives}


OBJECTIVES = _named(
    Objective("article", "Σ (p − y)²", False, article, residual),
    Objective("cross-entropy", "mean cross-entropy", True, cross_entropy, residual),
    Objective("squared-error", "mean squared error", True, squared_error, squared_error_signal),
    Objective("hinge", "mean hinge loss", True, hinge, hinge_signal, np.positive, True),
)

OF_CLASSES = _named(
    Objective("article", "Σ (p−y)² by cross-entropy", False, softmax.article, softmax.residual, softmax.softmax),
    Objective("cross-entropy", "mean cross-entropy", True, softmax.cross_entropy, softmax.residual, softmax.softmax),
    Objective(
        "squared-error", "mean Σ (p − y)²", True, softmax.squared_error, softmax.squared_error_signal, softmax.softmax
    ),
    Objective("hinge", "mean hinge, one vs rest", True, hinge, hinge_signal, np.positive, True),
)
"""The same for more than two classes."""


def objective_named(name: str, classes: int = 2) -> Objective:
    """The objective of that name, for so many classes. Raises ValueError for another."""
    if name not in OBJECTIVES:
        raise ValueError(f"no such loss: {name!r}; there are {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name] if classes == 2 else OF_CLASSES[name]

"""Losses of several units, one a class, whose activations are shares of 1.

Logits z have shape (k, n): a row for each of k classes, a column for each of n rows of the data. So have labels, which
are 1 for the class of a row and 0 for the others, and all buffers; see `Objective` for what the functions take and
return.

Source: Bishop, *Pattern Recognition and Machine Learning*, 2006, section 4.3.4.
"""

import numpy as np

from gdtui.types import Floats


def softmax(z: Floats, p: Floats | None = None, scratch: Floats | None = None) -> Floats:
    """exp(z) / Σ exp(z), the sum over the classes.

    The largest logit of each column is first taken from z itself, so that no exponential overflows.

    Args:
        p: where to write it; may be z.
        scratch: shape (n,); holds the sums in the end.
    """
    np.subtract(z, np.maximum.reduce(z, axis=0, out=scratch), out=z)
    p = np.exp(z, out=p)
    return np.divide(p, np.add.reduce(p, axis=0, out=scratch), out=p)


def article(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """What the article's code would do: Σ (p − y)² is shown, the cross-entropy's gradient is followed."""
    softmax(z, p, scratch[0])
    np.subtract(p, y, out=signal)
    np.multiply(signal, signal, out=scratch)
    return np.add.reduce(scratch, axis=None)  # type: ignore[no-any-return]


def cross_entropy(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """Cross-entropy, −Σ y·log p, in the form log(Σ exp(z)) − y·z, which is exact where p rounds to 0."""
    sums = scratch[0]
    softmax(z, p, sums)
    loss = np.add.reduce(np.log(sums, out=sums))
    np.multiply(y, z, out=scratch)
    np.subtract(p, y, out=signal)
    return loss - np.add.reduce(scratch, axis=None)  # type: ignore[no-any-return]


def squared_error(z: Floats, y: Floats, p: Floats, signal: Floats, scratch: Floats) -> float:
    """Squared error, Σ(p − y)², with its own gradient: the signal is 2·p·(e − Σ e·p) with e = p − y."""
    loss = article(z, y, p, signal, scratch)
    np.multiply(signal, p, out=scratch)
    np.subtract(signal, np.add.reduce(scratch, axis=0, out=z[0]), out=signal)
    np.multiply(signal, p, out=signal)
    np.multiply(signal, 2.0, out=signal)
    return loss


def residual(z: Floats, y: Floats) -> None:
    """p − y in the place of the logits: the signal of the cross-entropy, and of the article."""
    np.subtract(softmax(z, z), y, z)


def squared_error_signal(z: Floats, y: Floats) -> None:
    """2·p·(e − Σ e·p) in the place of the logits."""
    p = softmax(z)
    np.subtract(p, y, z)
    z -= np.add.reduce(z * p, axis=0)
    z *= p
    z *= 2.0

"""Where a descent starts."""

import numpy as np

from gdtui.types import Floats

ALONE = 2**18
"""Multiplications up to which BLAS keeps to one core: to wait for one that is busy takes ten times as long."""


def initial_weights(init: str | tuple[float, ...], size: int, seed: int, units: int = 1) -> Floats:
    """`size` = units · (d + 1) weights, unit by unit, the bias first.

    Args:
        init: ``uniform`` in [0, 1) by `seed`, ``zeros``, ``ones``, or the weights themselves.

    Raises:
        ValueError: weights are given, but not `size` of them.
    """
    if init == "uniform":
        return np.random.default_rng(seed).uniform(size=size)
    if init in ("zeros", "ones"):
        return np.full(size, float(init == "ones"))
    if isinstance(init, str):
        raise ValueError(f"no such start: {init!r}; there are uniform, zeros, ones or W0,W1,…")
    if len(init) != size:
        each = f"for each of {units} classes the" if units > 1 else "the"
        of = f"{each} bias and {size // units - 1} features"
        raise ValueError(f"--init gives {len(init)} weights, but the data needs {size} ({of})")
    return np.array(init, dtype=np.float64)


def logits(X: Floats, weights: Floats) -> Floats:
    """Of the rows of X, shape (n, d + 1): shape (n,), or (k, n) where these are the weights of k units."""
    units = weights.reshape(-1, X.shape[1])
    if len(units) == 1:
        return X @ weights
    step = max(1, ALONE // units.size)
    return np.concatenate([units @ X[at : at + step].T for at in range(0, len(X), step)] or [units @ X.T], axis=1)


def start_told(weights: Floats, seed: int) -> str:
    """Where these first weights come from, in words: a run file holds the weights alone."""
    for init, words in (("uniform", f"seed {seed}"), ("zeros", "from zeros"), ("ones", "from ones")):
        if np.array_equal(weights, initial_weights(init, len(weights), seed)):
            return words
    return "given weights"

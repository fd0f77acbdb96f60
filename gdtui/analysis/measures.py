"""Measures of how well a state tells classes apart.

All figures equal those of scikit-learn's functions that are named here, to rounding. They are written again in NumPy,
since to import `sklearn.metrics` takes longer than a screen may wait.

Of more than two classes one is looked at against the rest. The activation of class k is p_k = exp(z_k) / Σ exp(z_j),
the sum over all classes, and that is the sigmoid of z_k − log Σ exp(z_j), the sum over the others: divide by exp(z_k).

Sources: Bishop, *Pattern Recognition and Machine Learning*, 2006, section 4.2 (equations 4.57 to 4.63), for the softmax
as a sigmoid; Fawcett, "An introduction to ROC analysis", *Pattern Recognition Letters* 27, 2006; Niculescu-Mizil and
Caruana, "Predicting good probabilities with supervised learning", ICML 2005, for calibration in bins; Brier,
"Verification of forecasts expressed in terms of probability", *Monthly Weather Review* 78, 1950.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdtui.types import Confusion, Floats

Bools = NDArray[np.bool_]
BINS = 10
"""Into which calibration parts the activations from 0 to 1."""


def against_rest(z: Floats, number: int) -> Floats:
    """The score of one class against the rest, whose sigmoid is its activation by the softmax (see above).

    Args:
        z: logits, shape (k, n).
        number: of the class, from 0.

    Returns:
        z_k − log Σ exp(z_j), the sum over the others, shape (n,). The largest of these is taken out of the sum first,
        so that no exponential overflows.
    """
    others = np.delete(z, number, axis=0)
    largest = others.max(axis=0)
    with np.errstate(invalid="ignore"):  # where logits are infinite
        sums = largest + np.log(np.exp(others - largest).sum(axis=0))
        rest: Floats = z[number] - np.where(np.isfinite(largest), sums, largest)
    return rest


class Roc(NamedTuple):
    """A receiver operating characteristic.

    Attributes:
        false, true: the shares of the negative and of the positive rows that have at least some value, from (0, 0) on:
            one point for each of the values that occur, the largest first. NaN where there are no such rows.
        area: below the curve; NaN where there are rows of one class only.
    """

    false: Floats
    true: Floats
    area: float


def roc_of(positive: Bools, values: Floats) -> Roc:
    """The curve of values, shape (n,), n > 0, of rows that are positive or not, shape (n,); none of them may be NaN.

    As `sklearn.metrics.roc_curve` with drop_intermediate=False, and `roc_auc_score`.
    """
    order = np.argsort(-values)
    ranked, hits = values[order], np.cumsum(positive[order], dtype=np.float64)
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(values) - 1)  # of the rows with each value
    true, both = np.append(0.0, hits[last]), np.append(0.0, last + 1.0)
    false = both - true
    with np.errstate(invalid="ignore"):
        true, false = true / true[-1], false / false[-1]
    return Roc(false, true, float(np.trapezoid(true, false)))


def point_of(positive: Bools, called: Bools) -> tuple[float, float]:
    """Where a threshold is on the curve: the shares of the negative and of the positive rows that are called positive,
    by both of shape (n,). NaN where there are no such rows."""
    hits, calls, all_hits = (int(np.count_nonzero(rows)) for rows in (called & positive, called, positive))
    misses = len(positive) - all_hits
    return (calls - hits) / misses if misses else math.nan, hits / all_hits if all_hits else math.nan


class Quality(NamedTuple):
    """Of each class, shape (k,), and the mean over those that occur, be it as true or as predicted; 0 where there is
    nothing to divide by, as scikit-learn has it."""

    precision: Floats
    recall: Floats
    f1: Floats
    means: tuple[float, float, float]


def quality_of(confusion: Confusion) -> Quality:
    """Precision, recall and F1 from the counts of true and predicted classes, k × k of them.

    As `sklearn.metrics.precision_recall_fscore_support`, whose average "binary" is that of class 1 here, and "macro"
    the means.
    """
    counts = np.array(confusion, dtype=np.float64).reshape(math.isqrt(len(confusion)), -1)
    right, true, predicted = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    shares = [
        np.divide(times * right, of, out=np.zeros_like(of), where=of > 0)
        for times, of in ((1, predicted), (1, true), (2, predicted + true))
    ]
    occurs = true + predicted > 0
    precision, recall, f1 = (float(share[occurs].mean()) if occurs.any() else math.nan for share in shares)
    return Quality(shares[0], shares[1], shares[2], (precision, recall, f1))


class Calibration(NamedTuple):
    """How often rows whose activations are in each bin are positive.

    Attributes:
        counts: rows in each bin, shape (BINS,).
        predicted: the mean of their activations; NaN in an empty bin.
        share: of them that are positive; NaN in an empty bin.
        brier: the mean of (p − y)², where y is 1 for a positive row, else 0.
    """

    counts: NDArray[np.intp]
    predicted: Floats
    share: Floats
    brier: float


def bins_of(p: Floats) -> NDArray[np.intp]:
    """In which bin each of these activations is, from 0 on: a bin has its upper edge, and the first has 0 too."""
    return np.searchsorted(np.linspace(0.0, 1.0, BINS + 1)[1:-1], p)


def calibration_of(positive: Bools, p: Floats) -> Calibration:
    """The bins of activations p, shape (n,), n > 0, from 0 to 1, of rows that are positive or not, shape (n,).

    As `sklearn.calibration.calibration_curve` with strategy "uniform", which leaves out empty bins, and
    `sklearn.metrics.brier_score_loss`.
    """
    places = bins_of(p)
    counts = np.bincount(places, minlength=BINS)
    with np.errstate(invalid="ignore"):
        predicted = np.bincount(places, weights=p, minlength=BINS) / counts
        share = np.bincount(places, weights=positive, minlength=BINS) / counts
    return Calibration(counts, predicted, share, float(np.mean((p - positive) ** 2)))

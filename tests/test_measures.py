"""Measures of a state: each figure is scikit-learn's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    brier_score_loss,
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)

from gdtui.analysis.measures import against_rest, calibration_of, point_of, quality_of, roc_of
from gdtui.learning.softmax import softmax

shares = st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0]), st.floats(0, 1))
rows = st.lists(st.tuples(st.booleans(), shares), min_size=1, max_size=60)
close = {"rtol": 0, "atol": 1e-12}


def parted(of: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([positive for positive, _ in of]), np.array([value for _, value in of])


@settings(max_examples=60, deadline=None)
@given(rows)
@example([(True, 0.5), (False, 0.5), (True, 0.5)])  # one value for all
@example([(True, 0.2), (True, 0.4)])  # one class only
@example([(False, 0.2)])
def test_roc_and_its_area_are_those_of_scikit_learn(of: list[tuple[bool, float]]) -> None:
    positive, values = parted(of)
    found = roc_of(positive, values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where there is one class only
        false, true, thresholds = roc_curve(positive, values, pos_label=True, drop_intermediate=False)
        area = roc_auc_score(positive, values) if len({*positive}) == 2 else np.nan  # old ones raise there
    np.testing.assert_allclose(found.false, false, **close)
    np.testing.assert_allclose(found.true, true, **close)
    np.testing.assert_allclose(found.area, area, **close)
    for threshold in (0.5, 0.3):
        point = point_of(positive, values >= threshold)
        at = int(np.flatnonzero(thresholds >= threshold)[-1])  # the lowest that calls the same rows
        np.testing.assert_allclose(point, (false[at], true[at]), **close)


def test_scores_that_are_infinite_have_a_curve() -> None:
    values = np.array([-np.inf, 1.0, np.inf, np.inf])
    found = roc_of(np.array([False, True, False, True]), values)
    assert found.area == roc_auc_score([0, 1, 0, 1], [0, 1, 2, 2])


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 5).flatmap(lambda k: st.lists(st.tuples(*[st.integers(0, k - 1)] * 2), min_size=1, max_size=40)))
@example([(0, 0)])  # class 1 is nowhere
@example([(0, 1), (1, 2)])  # nothing is right
def test_precision_recall_and_f1_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    true, predicted = zip(*pairs, strict=True)
    labels = [*range(max(2, 1 + max(*true, *predicted)))]
    found = quality_of(tuple(confusion_matrix(true, predicted, labels=labels).ravel().tolist()))
    wanted = precision_recall_fscore_support(true, predicted, labels=labels, zero_division=0)
    for mine, theirs in zip(found[:3], wanted, strict=False):
        np.testing.assert_allclose(mine, theirs, **close)
    means = precision_recall_fscore_support(true, predicted, average="macro", zero_division=0)
    np.testing.assert_allclose(found.means, means[:3], **close)
    if len(labels) == 2:
        binary = precision_recall_fscore_support(true, predicted, average="binary", zero_division=0)
        np.testing.assert_allclose([share[1] for share in found[:3]], binary[:3], **close)


@settings(max_examples=60, deadline=None)
@given(rows)
@example([(True, 0.1), (False, 0.2), (True, 0.30000000000000004), (True, 1.0), (False, 0.0)])  # at the edges
@example([(True, 0.5)] * 3)
def test_calibration_is_that_of_scikit_learn(of: list[tuple[bool, float]]) -> None:
    positive, p = parted(of)
    found = calibration_of(positive, p)
    share, predicted = calibration_curve(positive, p, pos_label=True, n_bins=10)
    filled = found.counts > 0
    assert found.counts.sum() == len(p)
    np.testing.assert_allclose(found.share[filled], share, **close)
    np.testing.assert_allclose(found.predicted[filled], predicted, **close)
    assert np.isnan(found.share[~filled]).all()
    assert found.brier == pytest.approx(brier_score_loss(positive, p, pos_label=True), abs=1e-12)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1), st.sampled_from([1.0, 30.0, 1e4, 1e300]))
def test_the_sigmoid_of_a_class_against_the_rest_is_its_softmax(classes: int, seed: int, scale: float) -> None:
    z = np.random.default_rng(seed).normal(size=(classes, 7)) * scale
    for number in range(classes):
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(expit(against_rest(z, number)), softmax(z.copy())[number], **close)


def test_infinite_logits_leave_no_nan_where_there_is_a_winner() -> None:
    z = np.array([[np.inf, 0.0], [0.0, -np.inf], [1.0, -np.inf]])
    assert against_rest(z, 0).tolist() == [np.inf, np.inf]
    assert against_rest(z, 1).tolist() == [-np.inf, -np.inf]

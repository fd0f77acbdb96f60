"""The limits of alpha against dense eigenvalues; against runs, see `test_limits_of_runs`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdtui.analysis.stability import limits
from gdtui.data.dataset import Dataset, dataset, some_rows
from gdtui.data.load import load
from gdtui.learning.softmax import softmax
from gdtui.learning.weights import logits
from gdtui.session.judging import limits_at
from gdtui.settings import DataSettings, Recipe


@pytest.mark.parametrize(("source", "classes"), [("blobs", None), ("breast-cancer", None), ("wine", ("all",))])
@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_limits_are_those_of_the_dense_matrices(source: str, classes: tuple[str, ...] | None, l2: float) -> None:
    data = load(DataSettings(source, classes=classes))
    X, (N, width), size = data.X, data.X.shape, data.X.shape[1] * data.units
    weights = np.random.default_rng(1).normal(size=size) * 0.3
    z = logits(X, weights)
    if data.units == 1:
        p = 1 / (1 + np.exp(-z))
        hessian, bound = X.T @ (X * (p * (1 - p))[:, None]) / N, X.T @ X / 4 / N
    else:
        p = softmax(z.copy())
        parts = [np.kron(np.diag(q) - np.outer(q, q), np.outer(x, x)) for q, x in zip(p.T, X, strict=True)]
        hessian, bound = sum(parts) / N, np.kron(np.eye(data.units), X.T @ X) / 2 / N
    penalty = np.full(size, l2)
    penalty[::width] = 0.0
    here, sure = (2 / np.linalg.eigvalsh(whole + np.diag(penalty))[-1] for whole in (hessian, bound))
    found = limits(data, "article", Recipe(l2=l2), weights)
    assert found.here == pytest.approx(here, rel=1e-6)
    assert found.sure == pytest.approx(sure, rel=1e-6)
    assert found.sure <= found.here


@pytest.mark.parametrize("weight", [np.nan, np.inf, 1e308])
@pytest.mark.parametrize("source", ["blobs", "digits"])
def test_where_activations_are_not_finite_only_that_of_any_weights_is_known(source: str, weight: float) -> None:
    data = load(DataSettings(source, classes=None if source == "blobs" else ("all",)))
    weights = np.full(data.X.shape[1] * data.units, weight)
    weights[::2] *= -1
    found = limits(data, "article", Recipe(), weights)
    assert found.here is None or source == "blobs"
    assert found.sure is not None


def test_a_weight_that_l1_holds_at_0_does_not_count() -> None:
    data = load(DataSettings("breast-cancer"))
    weights = np.zeros(data.X.shape[1])
    weights[[3, 5]] = 0.5
    part = replace(data, X=data.X[:, [0, 3, 5]])
    alone = limits(part, "article", Recipe(), weights[[0, 3, 5]])
    assert limits(data, "article", Recipe(l1=0.1), weights).here == pytest.approx(alone.here, rel=1e-9)


def test_rows_that_stand_for_all_do_so_at_the_weights_alone() -> None:
    data = load(DataSettings("breast-cancer"))
    weights = np.zeros(data.X.shape[1])
    whole = limits(data, "article", Recipe(), weights)
    some = limits(data, "article", Recipe(), weights, some_rows(data, 100))
    assert (some.sure, some.rows) == (whole.sure, 100)
    assert some.here == limits(some_rows(data, 100), "article", Recipe(), weights).here != whole.here


@pytest.mark.parametrize("features", [2, 80])
def test_features_whose_squares_overflow_have_no_limits(features: int) -> None:
    large = np.random.default_rng(0).normal(size=(20, features)) * 1e200
    found = limits(dataset("large", large, np.arange(20) % 2.0), "article", Recipe(), np.zeros(features + 1))
    assert (found.sure, found.here) == (None, None)
    assert "too large" in found.why_not


@pytest.mark.parametrize("features", [2, 80])
@pytest.mark.parametrize("units", [1, 3])
def test_numbers_beyond_all_bounds_have_no_limits_and_end_nothing(features: int, units: int) -> None:
    X = np.ones((12, features + 1))
    X[:, 1:] = 10.0 ** np.linspace(-310, 300, 12)[:, None]
    classes = ("a", "b", "c")[: max(2, units)]
    data = Dataset("far", X, np.arange(12.0) % len(classes), tuple(f"x{at}" for at in range(features)), classes)
    for weights in (np.ones(X.shape[1] * units), np.full(X.shape[1] * units, 1e300)):
        found = limits(data, "cross-entropy", Recipe(), weights)
        assert (found.sure, found.here) == (None, None)
        assert "too large" in found.why_not


def test_what_is_stable_for_sure_is_told_from_all_rows() -> None:
    X = np.ones((1000, 2))
    X[501, 1] = 1e4  # a row that no sample is sure to have
    data = Dataset("rare", X, np.arange(1000.0) % 2, ("x",), ("a", "b"))
    found = limits_at(data, "cross-entropy", Recipe(), np.zeros(2), most=100)
    assert found.rows == 100
    assert found.sure == pytest.approx(8 * 1000 / np.linalg.eigvalsh(X.T @ X)[-1])

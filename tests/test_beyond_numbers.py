"""Data and alphas beyond all bounds: what is told of such runs ends nothing, and warns nobody."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.optimum import optimum
from gdtui.runs.run import Run
from gdtui.session.judging import limits_at
from gdtui.settings import DataSettings, Recipe, Settings
from gdtui.why.judge import judge
from gdtui.why.verdict import Kind

CASES = [(1e300, 1e-3), (1e154, 1e154), (1e-310, 1.0), (0.0, 0.0), (5.0, 1e-160)]


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def scaled(sizes: tuple[float, float], classes: int) -> Dataset:
    rows = np.random.default_rng(2).normal(size=(24, 2)) * sizes
    return Dataset(
        "far", np.column_stack([np.ones(24), rows]), np.arange(24.0) % classes, ("x", "y"), ("a", "b", "c")[:classes]
    )


@pytest.mark.parametrize("sizes", CASES)
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error", "hinge"])
@pytest.mark.parametrize("alpha", [1e-300, 0.1, 1e308])
def test_verdicts(sizes: tuple[float, float], classes: int, loss: str, alpha: float) -> None:
    data = scaled(sizes, classes)
    run = Run(Settings(epochs=40, loss=loss, alpha=alpha, init="ones"), data)
    run.advance(40)
    end = run.newest()
    for known in (None, limits_at(data, loss, run.recipe, end.weights)):
        for moment in (end, run.moment(run.done)) if run.done else ():
            assert "nan" not in judge(run, moment, known).text


@pytest.mark.parametrize("sizes", CASES)
@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.1, 0.0), (0.0, 0.1)])
@pytest.mark.parametrize("loss", ["cross-entropy", "hinge"])
def test_optima(sizes: tuple[float, float], l1: float, l2: float, loss: str) -> None:
    found = optimum(scaled(sizes, 2), loss, Recipe(l1=l1, l2=l2), np.ones(3))
    assert found.weights is None or np.isfinite(found.weights).all()


@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error", "hinge"])
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("rows", [250, 200_000])
def test_a_loss_that_stands_still_since_no_step_changes_a_weight_is_at_no_optimum(
    loss: str, optimizer: str, rows: int
) -> None:
    run = Run(Settings(epochs=40, loss=loss, alpha=1e-300, optimizer=optimizer), load(DataSettings(samples=rows)))
    run.advance(40)
    assert judge(run, run.newest()).kind is Kind.LEVELLING

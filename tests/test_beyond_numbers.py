"""Data and alphas beyond all bounds: what is told of such runs ends nothing, and warns nobody."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest

from gdtui.analysis.optimum import optimum
from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.session.commands import Do
from gdtui.session.judging import limits_at
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import OPTIMIZERS, DataSettings, Display, Recipe, Settings
from gdtui.views.anatomy import AnatomyView
from gdtui.views.check import CheckView
from gdtui.views.ruler import RulerView
from gdtui.views.view import View
from gdtui.why.judge import judge
from gdtui.why.verdict import Kind

CASES = [(1e300, 1e-3), (1e154, 1e154), (1e-310, 1.0), (0.0, 0.0), (5.0, 1e-160)]


@pytest.fixture(autouse=True)
def strict():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def whole(view: View, snapshot: Snapshot) -> None:
    """Draw it until all is in it."""
    woken = threading.Semaphore(0)
    view.wake = woken.release
    while True:
        view.titles(snapshot)
        view.draw(snapshot, 80, 24)
        if not view.is_busy:
            break
        woken.acquire(timeout=60)


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


def test_an_alpha_of_which_the_schedule_makes_nothing() -> None:
    settings = Settings(epochs=9, loss="hinge", alpha=5e-324, warmup=10, init=(1e308, 1e308, 1e308))
    run = Run(settings, scaled((1e3, 1e3), 2))
    run.advance(9)
    assert judge(run, run.newest()).kind is Kind.DIVERGING


def test_an_alpha_of_0_is_no_remedy() -> None:
    run = Run(Settings(epochs=9, alpha=1e308, warmup=5, init=(1e308, 1e308, 1e308)), scaled((1e3, 1e3), 2))
    run.advance(9)
    found = judge(run, run.newest())
    assert (found.kind, found.remedy) == (Kind.DIVERGING, None)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", ["article", "hinge"])
def test_views(optimizer: str, loss: str) -> None:
    settings = Settings(epochs=9, loss=loss, optimizer=optimizer, alpha=1e308, warmup=5, l2=0.1)
    run = Run(settings, scaled((1e200, 1.0), 2))
    session = Session([run], run, Display())
    for _ in range(4):
        session.do(Do.STEP)
        session.turn()
        for view in (RulerView(), AnatomyView(), CheckView()):
            whole(view, session.snapshot())

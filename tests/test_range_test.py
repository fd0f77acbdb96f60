"""The range test: alpha rises, the loss is that of the steps, and what is marked is what is to be seen."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from gdtui.analysis.range_test import RangeTest, range_test
from gdtui.analysis.stability import limits
from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.learning.descent import Descent, State
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import objective_named
from gdtui.settings import DataSettings, Recipe
from gdtui.types import Floats
from tests.command import gdtui


def outcome(data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> RangeTest:
    found = None
    for found in range_test(data, objective_named(loss, len(data.class_names)), recipe, weights):
        assert len(found.alphas) == len(found.losses)
    assert found is not None
    return found


MOONS = load(DataSettings("moons"))
START = np.full(3, 0.5)


def test_the_losses_are_those_of_steps_with_these_alphas() -> None:
    found = outcome(MOONS, "cross-entropy", Recipe(), START)
    X, y, weights, N = MOONS.X, MOONS.y, START.copy(), len(MOONS)
    stable = found.alphas < limits(MOONS, "cross-entropy", Recipe(), START).sure  # beyond, rounding grows
    for alpha, loss in zip(found.alphas[stable], found.losses[stable], strict=True):
        weights -= alpha * X.T @ (1 / (1 + np.exp(-X @ weights)) - y) / N
        z = X @ weights
        assert loss == pytest.approx(float((np.logaddexp(0, z) - y * z).mean()), rel=1e-9)
    assert np.allclose(found.alphas[1:] / found.alphas[:-1], 10 ** (1 / 32))


@pytest.mark.parametrize("loss", ["article", "cross-entropy", "squared-error", "hinge"])
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("batch", [None, 32])
def test_what_it_suggests_trains_and_what_is_beyond_the_blow_up_does_not(
    loss: str, optimizer: str, batch: int | None
) -> None:
    recipe = Recipe(optimizer=optimizer, batch_size=batch)
    found = outcome(MOONS, loss, recipe, START)
    assert found.suggested is not None
    assert found.steepest is not None
    assert found.smallest is not None
    assert found.steepest <= found.smallest
    assert found.suggested <= found.smallest / 10 * (1 + 1e-5)
    objective = objective_named(loss, 2)

    def after(alpha: float) -> float:
        steps = Recipe(alpha=alpha, optimizer=optimizer, batch_size=batch)
        return float(Descent(kernel_for(MOONS, objective), State(START), steps, 100).advance(100).losses[-1])

    best = min(after(alpha) for alpha in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10))
    assert after(found.suggested) - best < 0.1 * (found.first - best)
    if found.blow_up is not None:
        assert found.suggested < found.blow_up


def test_it_begins_where_nothing_is_unstable_and_ends_beyond() -> None:
    sure = limits(MOONS, "article", Recipe(), START).sure
    found = outcome(MOONS, "article", Recipe(), START)
    assert sure is not None
    assert found.blow_up is not None
    assert found.alphas[0] == pytest.approx(sure / 1000, rel=0.1)
    assert np.isclose(found.alphas, 0.1).any()
    assert sure < found.blow_up < found.alphas[-1] < 2 * found.blow_up


def test_marks_are_those_of_the_curve() -> None:
    losses = np.array([9.9, 9.8, 9.0, 7.0, 4.0, 2.5, 2.0, 1.9, 2.1, 9.0, math.inf])
    found = RangeTest(np.geomspace(0.1, 1, len(losses)), losses, 10.0)
    assert found.smallest == found.alphas[7]
    assert found.blow_up == found.alphas[9]
    assert found.steepest == found.alphas[3]
    assert found.suggested == 0.05
    early = RangeTest(np.geomspace(0.1, 100, 9), losses[:9], 10.0)  # which never blew up
    assert early.suggested == 1.0 < early.steepest < early.smallest / 10
    never = RangeTest(np.geomspace(0.1, 1, 3), np.array([10.0, 20.0, math.nan]), 10.0)
    assert (never.smallest, never.steepest, never.suggested) == (None, None, None)
    assert never.blow_up == never.alphas[1]


def test_of_weights_that_are_not_finite_nothing_is_known() -> None:
    assert not [*range_test(MOONS, objective_named("article"), Recipe(), np.array([np.inf, 0, 0]))]


def test_the_command_prints_a_table_of_it(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    gdtui("--plain", "--data", "moons", "--init", "0.5,0.5,0.5", "--epochs", "1", "--save", path)
    before = Path(path).read_bytes()
    for asked in (["--data", "moons", "--init", "0.5,0.5,0.5"], [path]):
        done = gdtui("range", *asked)
        assert (done.returncode, done.stderr) == (0, "")
        weights = START
        if asked == [path]:
            weights = np.array([float(name.partition("=")[2]) for name in weights_of(path)])
        found = outcome(MOONS, "article", Recipe(), weights)
        rows = {words[2]: float(words[0]) for line in table_of(done.stdout) if len(words := line.split(None, 2)) > 2}
        assert rows["smallest"] == pytest.approx(found.smallest, rel=1e-3)
        assert rows["falls fastest"] == pytest.approx(found.steepest, rel=1e-3)
        assert rows["blows up"] == pytest.approx(found.blow_up, rel=1e-3)
        assert f"suggested: --alpha {found.suggested:g}," in done.stdout
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize(("data", "is_beyond"), [("blobs", True), ("moons", False)])
def test_the_command_says_why_it_suggests_an_alpha_beyond_the_limit(data: str, is_beyond: bool) -> None:
    said = gdtui("range", "--data", data).stdout.splitlines()[-1]
    assert said.startswith("suggested: --alpha ")
    assert ("; beyond the limit at the first weights, " in said) is is_beyond


def table_of(printed: str) -> list[str]:
    lines = printed.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.split() == ["alpha", "loss"]) + 1
    return lines[begin : lines.index("", begin)]


def weights_of(path: str) -> list[str]:
    told = gdtui("watch", "--plain", path).stdout
    return next(line for line in told.splitlines() if line.startswith("weights")).partition(": ")[2].split(", ")


def test_the_command_says_why_there_is_nothing_to_suggest() -> None:
    done = gdtui("range", "--data", "moons", "--init", "1e200,1e200,1e200", "--optimizer", "adam")
    assert done.returncode == 0
    assert "adam scales each weight's step by itself" in done.stdout
    assert gdtui("range", "--data", "none").returncode == 2

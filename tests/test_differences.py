"""The gradient by differences, against SciPy's and JAX's, and what `gdtui check-gradient` says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.optimize._numdiff import approx_derivative

from gdtui.analysis import differences
from gdtui.analysis.differences import (
    CENTRAL,
    FORWARD,
    Function,
    agrees,
    apart_told,
    at_corners,
    caveats,
    central,
    compared,
    error,
    errors,
    forward,
    functions,
    largest,
    sample_of,
    some_of,
    swept,
)
from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.settings import LOSSES, DataSettings, Recipe
from gdtui.types import Floats
from tests.command import gdtui

BLOBS = load(DataSettings("blobs", noise=3.0))
WINE = load(DataSettings("wine", classes=("all",)))
SIZES = [10.0**-exponent for exponent in range(1, 13)]


def start(data: Dataset, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(size=data.units * data.X.shape[1]) * 0.3


def written_again(data: Dataset, loss: str) -> Callable[[Floats], object]:
    """The loss in JAX, whose gradient nobody here wrote."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jnp, X, y = jax.numpy, data.X, data.y.astype(int)

    def of(weights: Floats) -> object:
        z = X @ weights.reshape(data.units, -1).T
        log_p = jax.nn.log_softmax(jnp.concatenate([0 * z, z], axis=1) if data.units == 1 else z, axis=1)
        wanted = jax.nn.one_hot(y, log_p.shape[1])
        if loss == "cross-entropy":
            return -(wanted * log_p).sum() / len(y)
        off = (jnp.exp(log_p) - wanted) ** 2
        return off[:, 1].sum() if data.units == 1 else off.sum()

    return of


@pytest.mark.parametrize("data", [BLOBS, WINE], ids=["blobs", "wine"])
def test_the_article_prints_one_function_and_follows_another_and_both_gradients_are_jax_s(data: Dataset) -> None:
    jax = pytest.importorskip("jax")
    printed, followed = functions(data, "article", Recipe())
    for function, loss in ((printed, "article"), (followed, "cross-entropy")):
        of, at = written_again(data, loss), start(data)
        assert function.loss(at) == pytest.approx(float(of(at)), rel=1e-12)  # type: ignore[arg-type]
        np.testing.assert_allclose(function.gradient(at), jax.grad(of)(at), rtol=1e-9, atol=1e-12)
    assert error(printed.gradient(start(data)), len(data) * followed.gradient(start(data))) > 0.1


@pytest.mark.parametrize("data", [BLOBS, WINE], ids=["blobs", "wine"])
@pytest.mark.parametrize("loss", LOSSES)
def test_differences_are_those_of_scipy_and_agree_with_the_formula(data: Dataset, loss: str) -> None:
    for function in functions(data, loss, Recipe(l2=0.1, l1=0.3)):
        at, found = start(data), compared(function, start(data))
        np.testing.assert_allclose(found.forward, approx_fprime(at, function.loss, FORWARD), rtol=1e-6, atol=1e-8)
        both = approx_derivative(function.loss, at, "3-point", abs_step=CENTRAL)
        np.testing.assert_allclose(found.central, both, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(found.central, found.analytic, rtol=1e-6, atol=1e-8)
        assert agrees(found, swept(function, at, SIZES))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_wrong_formula_does_not_agree(loss: str) -> None:
    for right in functions(BLOBS, loss, Recipe()):
        wrong = right._replace(gradient=lambda at, of=right.gradient: 1.001 * of(at))
        assert not agrees(compared(wrong, start(BLOBS)), swept(wrong, start(BLOBS), SIZES))


def test_the_penalty_of_squares_is_part_of_it_and_that_of_absolute_values_is_not() -> None:
    (plain,), (one,), (other,) = (
        functions(BLOBS, "cross-entropy", Recipe(**p)) for p in ({}, {"l2": 0.5}, {"l1": 0.5})
    )
    at = start(BLOBS)
    np.testing.assert_allclose(one.gradient(at) - plain.gradient(at), 0.5 * np.array([0, *at[1:]]), rtol=1e-12)
    assert one.loss(at) == pytest.approx(plain.loss(at) + 0.25 * np.sum(at[1:] ** 2), rel=1e-12)
    assert (other.gradient(at) == plain.gradient(at)).all()
    assert "no gradient at 0" in caveats(BLOBS, "cross-entropy", Recipe(l1=0.5), at)[0]
    assert "a batch of 32" in caveats(BLOBS, "cross-entropy", Recipe(batch_size=32), at)[0]
    assert caveats(BLOBS, "cross-entropy", Recipe(batch_size=250), at) == []


def test_truncation_falls_with_h_and_rounding_grows_and_each_is_best_near_its_theory() -> None:
    (function,) = functions(WINE, "cross-entropy", Recipe())
    points = [*swept(function, start(WINE), SIZES)]
    ahead, both = (np.log10([getattr(point, name) for point in points]) for name in ("forward", "central"))
    np.testing.assert_allclose(np.diff(ahead[:6]), -1, atol=0.15)  # h
    np.testing.assert_allclose(np.diff(both[:4]), -2, atol=0.15)  # h²
    np.testing.assert_allclose(ahead[-1] - ahead[-4], 3, atol=1)  # ε/h
    assert abs(np.log10(SIZES[int(ahead.argmin())] / FORWARD)) < 1.3
    assert abs(np.log10(SIZES[int(both.argmin())] / CENTRAL)) < 1.3


def test_what_is_divided_by_is_the_step_that_was_taken_and_weights_are_left_as_they_were() -> None:
    at = np.array([1e6, 3.0])
    for h in (1e-9, 1e-3):
        assert forward(lambda weights: weights[0] - 1e6, at, h, [0]) == pytest.approx(1.0, rel=1e-12)
        assert central(lambda weights: weights[1], at, h, [1]) == pytest.approx(1.0, rel=1e-6)
    assert np.isnan(forward(lambda weights: weights[0], at, 1e-12, [0]))  # no step is taken at all
    assert at.tolist() == [1e6, 3.0]


def test_a_corner_of_the_hinge_is_told_and_away_from_it_all_agree() -> None:
    (function,) = functions(BLOBS, "hinge", Recipe())
    edge = np.array([1.0, 0.0, 0.0])
    assert at_corners(BLOBS, edge, CENTRAL) == np.count_nonzero(BLOBS.y == 1)
    assert not agrees(compared(function, edge), swept(function, edge, SIZES))
    assert "125 of the rows are" in caveats(BLOBS, "hinge", Recipe(), edge)[0]
    assert at_corners(BLOBS, start(BLOBS), CENTRAL) == 0
    edge = np.zeros(WINE.units * WINE.X.shape[1])
    edge[0] = 1.0
    assert at_corners(WINE, edge, CENTRAL) == np.count_nonzero(WINE.y == 0)


def test_how_often_rows_are_looked_at_and_how_long_that_takes() -> None:
    looks: list[Floats] = []
    function = Function("f", lambda at: looks.append(at) or 0.0, lambda at: at)  # type: ignore[func-returns-value]
    ticks = iter(np.cumsum([0, 0, 1, 0, 0, 3, 0, 0, 6]))
    found = compared(function, np.ones(4), lambda: float(next(ticks)))
    assert found.seconds == (1.0, 3.0, 6.0)
    assert found.evaluations == (1, 5, 8)
    assert len(looks) == 5 + 8 + 1


def test_a_first_call_that_has_to_wait_is_timed_again() -> None:
    function = Function("f", lambda at: 0.0, lambda at: at)
    ticks = iter(np.cumsum([0, 0, 0.04, 0, 0.001, 0, 0.001, 0, 0, 3, 0, 0, 6]))
    assert compared(function, np.ones(4), lambda: float(next(ticks))).seconds[0] == pytest.approx(0.001)


def test_where_weights_are_not_finite_nothing_agrees_and_where_there_is_no_slope_all_does() -> None:
    (function,) = functions(BLOBS, "squared-error", Recipe())
    assert not agrees(compared(function, np.full(3, np.inf)), swept(function, np.full(3, np.inf), SIZES))
    saturated = np.array([1e4, 0.0, 0.0])
    assert agrees(compared(function, saturated), swept(function, saturated, SIZES))
    assert errors(np.zeros(2), np.zeros(2)).tolist() == [0, 0]
    assert error(np.zeros(2), np.zeros(2)) == 0


def test_of_much_some_is_swept_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert some_of(3) == [0, 1, 2]
    assert len(some_of(650)) == differences.MOST
    assert some_of(650)[-1] == 649
    assert sample_of(WINE) is WINE
    monkeypatch.setattr(differences, "NUMBERS", 42 * 50)
    assert (sample_of(WINE).X == sample_of(WINE).X).all()
    assert len(sample_of(WINE)) == 50
    assert differences.swept_told(WINE) == "relative error for each h, of 24 of 42 weights and 50 of 178 rows"
    (function,) = functions(WINE, "cross-entropy", Recipe())
    assert len(largest(compared(function, start(WINE)), 5)) == 5


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--data", "wine", "--classes", "all", "--loss", "squared-error", "--l2", "0.1"],
        ["--data", "breast-cancer", "--batch-size", "32", "--l1", "0.1", "--optimizer", "adam"],
        ["--data", "iris", "--features", "petal width", "--loss", "hinge"],
    ],
)
def test_the_command_says_it_in_one_screen(options: list[str]) -> None:
    done = gdtui("check-gradient", *options)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert len(lines) <= 26
    assert all(len(line) <= 80 for line in lines)
    assert lines[-1] == "differences and formula agree"
    assert ("which is followed" in done.stdout) == ("--loss" not in options)


def test_where_they_do_not_agree_the_exit_code_says_so() -> None:
    done = gdtui("check-gradient", "--loss", "hinge", "--init", "1,0,0")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "differences and formula do not agree"
    assert gdtui("check-gradient", "--data", "none").returncode == 2
    assert gdtui("check-gradient", "--init", "1,2").returncode == 2
    done = gdtui("check-gradient", "--init", "1e308,1e308,1e308")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "gdtui: the loss is not finite at these weights; --init gives others\n"


def test_how_much_longer_the_gradient_of_what_is_printed_is_has_few_digits_at_the_optimum() -> None:
    printed = np.array([1.0, 2.0, 3.0])
    assert "is 79 × as long" in apart_told(BLOBS, printed * 79, printed)[1]
    assert "is 1,234 × as long" in apart_told(BLOBS, printed * 1234, printed)[1]
    assert "is 1.74e+15 × as long" in apart_told(BLOBS, printed, printed / 1.736e15)[1]
    for followed in (0 * printed, np.inf * printed):
        assert apart_told(BLOBS, printed, followed)[0].endswith("the squared error that is printed.")
        assert len(apart_told(BLOBS, printed, followed)) == 1


def test_of_gradients_beyond_all_numbers_no_error_is_known_and_none_is_raised() -> None:
    assert np.isnan(errors(np.array([np.inf]), np.array([np.inf]))).all()

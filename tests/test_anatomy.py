"""A step taken apart: what comes of it is what training comes to, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdtui.analysis.anatomy import SHOWN, steps_of
from gdtui.data.load import load
from gdtui.learning.kernel import kernel_for
from gdtui.learning.objective import objective_named
from gdtui.runs.run import Run
from gdtui.settings import LOSSES, OPTIMIZERS, SCHEDULES, DataSettings, Recipe, Settings

SETS = {
    "blobs": DataSettings("blobs", samples=60, noise=3.0),
    "wine": DataSettings("wine", classes=("all",)),
    "one": DataSettings("iris", features=("petal width",)),
}
DATA = {name: load(asked) for name, asked in SETS.items()}


@given(
    st.sampled_from([*SETS]),
    st.sampled_from(LOSSES),
    st.sampled_from(OPTIMIZERS),
    st.sampled_from(SCHEDULES),
    st.sampled_from([None, 1, 7, 32, 10_000]),
    st.sampled_from([(0.0, 0.0), (0.1, 0.0), (0.0, 0.05), (0.1, 0.05)]),
    st.sampled_from([0, 3]),
    st.integers(1, 9),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_steps_of_an_epoch_lead_to_the_weights_that_the_run_then_has(
    name: str, loss: str, optimizer: str, schedule: str, batch: int | None, costs: tuple[float, float], warmup: int,
    epoch: int,
) -> None:  # fmt: skip
    asked = Settings(
        data=SETS[name], loss=loss, optimizer=optimizer, schedule=schedule, batch_size=batch, l2=costs[0], l1=costs[1],
        warmup=warmup, epochs=10, alpha=0.3, decay_every=3,
    )  # fmt: skip
    run = Run(asked, DATA[name])
    run.advance(10)
    kernel = kernel_for(DATA[name], run.objective)
    steps = [*steps_of(kernel, run.history.state_at(epoch), run.history.recipe_at(epoch))]
    assert len(steps) == steps[0].count
    assert sum(step.rows for step in steps) == len(DATA[name])
    assert steps[0].weights.tobytes() == run.history.weights_at(epoch).tobytes()
    assert steps[-1].result.tobytes() == run.history.weights_at(epoch + 1).tobytes()
    assert steps[0].loss == run.history.losses[epoch - 1]
    state = run.history.state_at(epoch + 1)
    assert np.append(steps[-1].taken + 1, steps[-1].after).tobytes() == state.memory.tobytes() or not len(state.memory)


def test_the_last_state_and_one_of_another_optimiser_go_on_as_training_does() -> None:
    run = Run(Settings(data=SETS["blobs"], optimizer="adam", epochs=9), DATA["blobs"])
    run.advance(5)
    for changes in ({}, {"optimizer": "momentum"}, {"optimizer": "nesterov"}, {"optimizer": "adam"}):
        run.steer(**changes)
        (step,) = steps_of(kernel_for(DATA["blobs"], run.objective), run.descent.state, run.recipe)
        assert step.epoch == run.done + 1
        run.advance(1)
        assert step.result.tobytes() == run.weights.tobytes()


@pytest.mark.parametrize("name", [*SETS])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_parts_of_a_step_are_what_their_formulas_say(name: str, loss: str) -> None:
    run = Run(Settings(data=SETS[name], loss=loss, l2=0.1, l1=0.02, alpha=0.1), DATA[name])
    (step,) = steps_of(run.kernel, run.descent.state, run.recipe)
    some, data = step.some, DATA[name]
    W = step.weights.reshape(data.units, -1)
    assert len(some.numbers) == SHOWN
    assert {*data.y[some.numbers]} == {*data.y}
    np.testing.assert_allclose(some.z, W @ data.X[some.numbers].T)
    if loss in ("article", "cross-entropy"):
        np.testing.assert_array_equal(some.errors, some.p - some.y)
    wanted = data.y == 1 if data.units == 1 else data.y == np.arange(data.units)[:, None]
    np.testing.assert_array_equal(some.y, np.atleast_2d(wanted)[:, some.numbers])
    np.testing.assert_allclose(run.objective.activations(some.z.copy()), some.p)
    is_weight = np.arange(len(step.weights)) % data.X.shape[1] > 0
    np.testing.assert_allclose(step.gradient, step.slope + 0.1 * step.weights * is_weight)
    np.testing.assert_allclose(step.moved, step.weights - 0.1 * step.gradient)
    shrunk = np.sign(step.moved) * np.maximum(np.abs(step.moved) - 0.002 * is_weight, 0)
    np.testing.assert_allclose(step.result, shrunk)


def test_weights_that_are_not_finite_are_taken_apart_too() -> None:
    kernel = kernel_for(DATA["blobs"], objective_named("article"))
    for bad in (np.inf, np.nan):
        run = Run(Settings(data=SETS["blobs"], init=(1e300, 1e300, 1e300)), DATA["blobs"])
        (step,) = steps_of(kernel, run.descent.state.__class__(np.full(3, bad)), Recipe())
        assert np.isnan(step.result).all()

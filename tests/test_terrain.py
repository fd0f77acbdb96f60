"""Which plane a landscape is of, when it moves, and of which data and weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdtui.analysis.heading import next_step
from gdtui.charts.roles import PATHS, Role
from gdtui.learning.kernel import kernel_for
from gdtui.session import commands as ask
from gdtui.settings import ALL, DataEdit, DataSettings, Recipe, Settings
from gdtui.views.terrain import Terrain
from gdtui.views.walks import standing, starts, walks
from tests.landscapes import NOISY, Looking, cell, do, session


def test_the_plane_stands_still_until_the_path_leaves_it() -> None:
    of, looking = session(Settings(data=NOISY, alpha=0.01, epochs=30)), Looking()
    do(of, ask.Do.STEP)
    looking.at(of)
    before = looking.map
    for _ in range(20):
        do(of, ask.Do.STEP)
        looking.at(of)
    assert looking.map.surface is before.surface
    do(of, ask.SetAlpha(1.0), *[ask.Do.STEP] * 8)
    looking.at(of)
    assert looking.plane is not before.plane
    assert looking.plane.holds(of.moment().weights[None], 0.5)


def test_in_the_past_the_ball_is_at_the_epoch_shown_and_what_was_walked_later_is_kept() -> None:
    of, looking = session(Settings(data=NOISY, alpha=0.1, epochs=60)), Looking()
    do(of, *[ask.Do.STEP] * 40)
    looking.at(of)
    before = looking.plane
    do(of, ask.GoTo(5))
    chart = looking.at(of)
    assert looking.plane is before
    assert chart.chars[cell(looking.map, of.run.history.weights_at(5))] == "●"
    assert chart.roles[cell(looking.map, of.run.history.weights_at(30))] == Role.AXIS
    assert "to come" not in looking.titles.below
    do(of, ask.SetAlpha(0.3))  # of a fork from there
    looking.at(of)
    assert "to come" in looking.titles.below
    coming = looking.scene.coming
    do(of, ask.Do.FORK, ask.Do.PAUSE, *[ask.Do.STEP] * 3)
    assert of.run.history.weights_at(6) == pytest.approx(coming[1])
    chart = looking.at(of)
    assert chart.roles[cell(looking.map, of.moment().weights)] == Role.BALL
    assert set(PATHS[:2]) <= set(chart.roles.ravel().tolist())  # that of the first run too


def test_planes_of_two_weights_are_gone_through() -> None:
    of, looking = session(), Looking()
    do(of, *[ask.Do.STEP] * 3)
    looking.at(of)
    seen = []
    for _ in range(4):
        assert looking.view.turn(of.snapshot(), 1, 0)
        chart = looking.at(of)
        seen.append(looking.plane.labels)
        assert chart.chars[cell(looking.map, of.moment().weights)] == "●"
    assert seen == [("bias", "x1"), ("bias", "x2"), ("x1", "x2"), ("PC 1", "PC 2")]
    assert looking.view.turn(of.snapshot(), -1, 0)
    looking.at(of)
    assert looking.plane.labels == ("x1", "x2")
    assert looking.plane.weights(np.zeros((1, 2)))[0, 0] == of.moment().weights[0]
    assert not looking.view.turn(of.snapshot(), 0, 1)


def test_one_feature_has_its_plane_exactly() -> None:
    of, looking = session(Settings(data=DataSettings("iris", features=("petal length",)))), Looking()
    do(of, ask.Do.STEP)
    looking.at(of)
    assert looking.plane.labels == ("bias", "petal length")
    assert looking.plane.share == pytest.approx(1.0)
    assert "every weight" in looking.titles.above
    assert not looking.view.turn(of.snapshot(), 1, 0)


def test_weights_that_are_not_finite_are_told() -> None:
    of, looking = session(Settings(data=NOISY, init=(np.inf, 1.0, 1.0))), Looking()
    assert "not finite" in "".join(looking.at(of).lines())


def test_other_data_has_another_landscape() -> None:
    of, other, looking = session(), session(Settings(data=DataSettings("iris", classes=(ALL,)))), Looking()
    for which in (of, other, of):
        do(which, *[ask.Do.STEP] * 5)
        chart = looking.at(which)
        assert chart.chars[cell(looking.map, which.moment().weights)] == "●"


def test_the_past_has_the_loss_over_the_data_that_it_was_measured_on() -> None:
    of, looking = session(), Looking()
    do(of, *[ask.Do.STEP] * 5, ask.Edit((DataEdit(0, row=1), DataEdit(1, features=(-2.0, -1.5)))), *[ask.Do.STEP] * 5)
    for epoch, rows in ((None, 251), (3, 250)):
        do(of, ask.GoTo(epoch))
        looking.at(of)
        (a,), (b,) = looking.map.surface.a[:1], looking.map.surface.b[:1]
        weights = looking.plane.weights(np.array([[a, b]]))[0]
        shown = of.snapshot()
        assert len(shown.data) == rows
        loss = kernel_for(shown.data, of.run.objective).loss(weights)
        assert looking.map.surface.losses[0, 0] == pytest.approx(loss, rel=1e-9)


def test_weights_in_the_hand_take_the_ball_with_them_and_the_plane_stays() -> None:
    of, looking = session(Settings(data=NOISY, optimizer="momentum")), Looking()
    do(of, *[ask.Do.STEP] * 10)
    looking.at(of)
    before, here = looking.plane, of.moment().weights
    (low, high), _ = before.limits
    held = here + before.axes[0] * (0.3 * (high - low)) * (-1 if before.place(here[None])[0, 0] > 0 else 1)
    do(of, ask.Hold(tuple(held.tolist())))
    chart = looking.at(of)
    assert looking.plane is before
    assert (chart.chars[cell(looking.map, held)], chart.roles[cell(looking.map, held)]) == ("●", Role.BALL)
    middle = cell(looking.map, (here + held) / 2)
    assert chart.roles[middle] != PATHS[0]  # nobody has walked there
    step, coming = looking.scene.step, looking.scene.coming
    assert step.gradient is None  # nothing has led there
    do(of, ask.Do.STEP, ask.Do.STEP)
    assert of.run.begun_with == pytest.approx(held)
    assert of.run.history.weights_at(12) == pytest.approx(held + step.whole)
    assert of.run.history.weights_at(12) == pytest.approx(coming[1])
    chart = looking.at(of)
    assert chart.roles[middle] not in PATHS


HELD = ask.Hold((0.5, -0.5, 0.25))


@pytest.mark.parametrize("optimizer", ["gd", "momentum"])
@pytest.mark.parametrize("asked", [ask.Edit((DataEdit(0, 2),)), ask.Begin(HELD.weights), HELD])
@pytest.mark.parametrize("epochs", [10, 100])
def test_the_next_step_of_what_begins_anew_is_the_one_that_is_taken(asked, optimizer, epochs) -> None:
    of = session(Settings(data=NOISY, optimizer=optimizer, schedule="step", epochs=epochs))
    do(of, *[ask.Do.STEP] * 10, ask.SetAlpha(0.5), asked)
    shown = of.snapshot()
    start = standing(shown)
    step = next_step(of.run.kernel, start.state, start.then)
    do(of, ask.Do.STEP)
    assert (start.state.done, start.epochs) == (10, of.run.epochs - 10)
    assert of.run.weights == pytest.approx(shown.shown.weights + step.whole, rel=1e-12)


def test_data_that_is_changed_has_another_surface_over_the_same_plane() -> None:
    of, looking = session(), Looking()
    do(of, *[ask.Do.STEP] * 10)
    looking.at(of)
    before = looking.map
    do(of, ask.Edit((DataEdit(0, features=(9.0, 9.0)),)))
    assert of.run.data is not of.runs[0].data
    looking.at(of)
    assert looking.plane is before.plane
    assert looking.map.surface.losses != pytest.approx(before.surface.losses)
    do(of, ask.Restart())
    looking.at(of)
    assert looking.plane is not before.plane


def test_without_points_there_is_no_landscape() -> None:
    of, looking = session(), Looking()
    snapshot = of.snapshot()
    none = replace(snapshot.data, X=snapshot.data.X[:0], y=snapshot.data.y[:0])
    chart = looking.at(replace(snapshot, data=none))
    assert "no landscape: there are no points yet" in "".join(chart.lines())
    assert not looking.view.turn(replace(snapshot, data=none), 1, 0)


def test_a_plane_that_is_found_after_another_was_chosen_is_not_kept() -> None:
    of = session()
    do(of, *[ask.Do.STEP] * 10)
    shown = of.snapshot()
    terrain = Terrain(shown)
    work = terrain._computed("asked", None, terrain.pair, starts(shown), walks(shown), shown.recipe)
    assert next(work).plane is terrain.plane
    assert terrain.turn(shown, 1)
    assert next(work).pair is None
    assert (terrain.pair, terrain.plane) == ((0, 1), None)


def test_weights_held_in_a_race_that_are_too_large_for_any_plane_are_told() -> None:
    of, looking = session(others=(Recipe(alpha=0.1),)), Looking()
    do(of, ask.Hold((1e200, 0.0, 0.0)))
    looking.view.turn(of.snapshot(), 1, 0)
    chart = looking.at(of)
    assert "not finite" in "".join(chart.chars.ravel())


def test_what_came_later_has_a_gap_where_somebody_chose_weights() -> None:
    of, looking = session(Settings(data=NOISY)), Looking()
    do(of, *[ask.Do.STEP] * 10)
    looking.at(of)
    here = of.moment().weights
    chosen = here + looking.plane.axes[0] * 0.2
    do(of, ask.Begin(tuple(chosen.tolist())), *[ask.Do.STEP] * 3)
    for epoch in (4, 10):
        do(of, ask.GoTo(epoch))
        (walk,) = (walk for walk in walks(of.snapshot()) if walk.number == 1)
        (gap,) = walk.later_gaps
        np.testing.assert_array_equal(walk.later[gap], chosen)
        np.testing.assert_array_equal(walk.later[0], of.moment().weights)
    assert walk.later_gaps == (1,)

"""The landscape: what is drawn where, and when its plane moves."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gdtui.charts.field import Shading
from gdtui.charts.roles import PATHS, UPPER, Role, ramp
from gdtui.data.load import load
from gdtui.learning.kernel import kernel_for
from gdtui.learning.landscape import Plane
from gdtui.learning.penalty import loss_gradient_of
from gdtui.runs.race import race_of
from gdtui.runs.run import Run, Shown
from gdtui.session import commands as ask
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import ALL, DataEdit, DataSettings, Display, Recipe, Settings
from gdtui.views.landscape import LandscapeView
from gdtui.views.maps import Map, widened
from gdtui.views.over_plane import told
from gdtui.views.surface import Levels
from gdtui.views.view import Touch

WAIT = 60.0
NOISY = DataSettings(noise=3.0)
SIZE = 80, 30


def session(settings: Settings = Settings(data=NOISY), others: tuple[Recipe, ...] = ()) -> Session:  # noqa: B008
    """One that stands still at its start."""
    run = Run(settings, load(settings.data))
    racers: list[Shown] = [*race_of(run, others)]
    found = Session(racers, run, Display())
    do(found, ask.Do.PAUSE)
    return found


def do(of: Session, *commands: Any) -> None:
    for command in commands:
        of.do(command)
        of.turn()


class Looking:
    """A view that is drawn until all of it is there."""

    VIEW: type[Any] = LandscapeView

    def __init__(self, shading: Shading = Shading.TONES) -> None:
        self.view = self.VIEW()
        self.view.shading = shading
        self._woken = threading.Event()
        self.view.wake = self._woken.set

    def at(self, of: Session | Snapshot, size: tuple[int, int] = SIZE):
        shown = of if isinstance(of, Snapshot) else of.snapshot()
        while True:
            self._woken.clear()
            is_busy = self.view.is_busy
            self.titles = self.view.titles(shown)
            self.scene = None if shown.missing else self.view._looked[1]
            chart = self.view.draw(shown, *size)
            if not (is_busy or self.view.is_busy or self._woken.is_set()):
                return chart
            assert self._woken.wait(WAIT)

    @property
    def map(self) -> Map:
        assert self.view._map is not None
        return self.view._map

    @property
    def plane(self) -> Plane:
        return self.map.plane


def cell(shown: Map, weights: np.ndarray) -> tuple[int, int]:
    """Row and column in the chart of where weights project."""
    canvas, (place,) = shown.canvas, shown.plane.place(weights[None])
    x, y = place[:1], place[1:]
    return canvas.top + int(canvas.rows(y)[0]), canvas.left + int(canvas.columns(x)[0])


@pytest.mark.parametrize("loss", ["article", "hinge"])
@pytest.mark.parametrize("classes", [2, 3])
def test_each_tone_is_that_of_the_loss_there(loss: str, classes: int) -> None:
    data = NOISY if classes == 2 else DataSettings("iris", classes=(ALL,))
    of, looking = session(Settings(data=data, loss=loss, l2=0.1, epochs=20)), Looking()
    do(of, ask.Do.STEP)
    chart, shown = looking.at(of), looking.map
    canvas, surface, run = shown.canvas, shown.surface, of.run
    assert surface.is_fine
    assert surface.losses.shape == (2 * canvas.height, canvas.width)
    evaluate = loss_gradient_of(kernel_for(run.data, run.objective), run.recipe)
    rng, levels = np.random.default_rng(0), Levels.of(surface)
    for row, column in zip(rng.integers(0, canvas.height, 20), rng.integers(0, canvas.width, 20), strict=True):
        for half in (0, 1):
            place = np.array([[canvas.x_centres()[column], canvas.y_centres(2)[2 * row + half]]])
            loss_there = evaluate(shown.plane.weights(place)[0], np.empty(run.kernel.size))
            assert surface.losses[::-1][2 * row + half, column] == pytest.approx(loss_there, rel=1e-9)
            tone = ramp(levels.heights(np.array([loss_there])))[0]
            at = canvas.top + row, canvas.left + column
            if half and chart.grounds[at]:
                assert chart.grounds[at] == tone
            elif chart.chars[at] == "▀":
                assert chart.roles[at] == UPPER + tone


def test_the_ball_and_the_path_are_where_their_weights_project() -> None:
    of, looking = session(Settings(data=NOISY, alpha=0.1, epochs=60)), Looking()
    do(of, *[ask.Do.STEP] * 40)
    chart = looking.at(of)
    ball = cell(looking.map, of.moment().weights)
    assert (chart.chars[ball], chart.roles[ball]) == ("●", Role.BALL)
    seen = 0
    for epoch in range(1, 38):
        at = cell(looking.map, of.run.history.weights_at(epoch))
        assert chart.roles[at] in (PATHS[0], Role.BALL, Role.OPTIMUM), epoch
        seen += chart.roles[at] == PATHS[0]
    assert seen > 20
    assert len(np.argwhere(chart.chars == "●")) == 1


def test_what_is_to_come_is_where_the_descent_goes() -> None:
    of, looking = session(Settings(data=NOISY, alpha=0.05, epochs=60)), Looking()
    do(of, *[ask.Do.STEP] * 5)
    chart = looking.at(of)
    ahead = looking.scene.coming
    assert "┄ to come" in looking.titles.below
    do(of, *[ask.Do.STEP] * 30)
    assert of.moment().weights == pytest.approx(ahead[30])
    before = looking.plane
    assert before.holds(of.moment().weights[None])
    assert chart.roles[cell(looking.map, of.moment().weights)] in (PATHS[0], *range(UPPER, 256), Role.BLANK)
    looking.at(of)
    assert looking.plane is before


def test_the_arrow_is_along_the_finite_differences_of_what_is_followed() -> None:
    of, looking = session(Settings(data=NOISY, loss="cross-entropy", alpha=0.05)), Looking()
    do(of, ask.Do.STEP)
    chart = looking.at(of)
    run, shown, h = of.run, looking.map, 1e-6
    weights = of.moment().weights
    slope = np.array(
        [(run.kernel.loss(weights + h * e) - run.kernel.loss(weights - h * e)) / (2 * h) for e in np.eye(3)]
    )
    across, up = shown.plane.directions(-slope[None])[0]
    heads = np.argwhere((chart.roles == Role.BALL) & (chart.chars != "●") & np.isin(chart.chars, list("→↗↑↖←↙↓↘")))
    assert len(heads) == 1
    row, column = heads[0] - np.array(cell(shown, weights))
    canvas = shown.canvas
    wanted = np.arctan2(
        up * 4 * (canvas.height - 1) / np.ptp(canvas.ylim), across * 2 * (canvas.width - 1) / np.ptp(canvas.xlim)
    )
    assert np.cos(np.arctan2(-4 * row, 2 * column) - wanted) > 0.85
    assert chart.chars[tuple(heads[0])] == "→↗↑↖←↙↓↘"[round(wanted / (np.pi / 4)) % 8]
    assert "→ next step" in looking.titles.below
    assert "momentum" not in looking.titles.below


def test_with_momentum_the_step_has_its_parts() -> None:
    of, looking = session(Settings(data=NOISY, optimizer="momentum", alpha=0.02)), Looking()
    do(of, *[ask.Do.STEP] * 4)
    chart = looking.at(of)
    assert "▶ gradient  ▷ momentum" in looking.titles.below
    assert {Role.GRADIENT, Role.MOMENTUM} <= set(chart.roles.ravel().tolist())
    step = looking.scene.step
    do(of, ask.Do.STEP)
    assert of.moment().weights == pytest.approx(of.run.history.weights_at(4) + step.whole)


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


def test_what_stands_still_is_not_drawn_anew() -> None:
    of, looking = session(Settings(data=NOISY, alpha=0.01, epochs=60)), Looking()
    do(of, ask.Do.STEP)
    chart = looking.at(of)
    for _ in range(20):
        do(of, ask.Do.STEP)
        after = looking.at(of)
        assert ((after.chars != chart.chars) | (after.roles != chart.roles)).sum() < 20
        chart = after
    assert sum(cells for _, _, cells in looking.at(of).changes(chart)) == 0


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


def test_each_who_races_has_a_path_and_a_ball_in_its_colour() -> None:
    of, looking = session(others=(Recipe(optimizer="momentum"), Recipe(optimizer="adam", alpha=0.05))), Looking()
    do(of, *[ask.Do.STEP] * 20)
    chart = looking.at(of)
    roles = [chart.roles[cell(looking.map, racer.shown.weights)] for racer in of.snapshot().race]
    assert roles == [Role.BALL, PATHS[1], PATHS[2]]
    assert len(np.argwhere(chart.chars == "●")) == 3
    do(of, ask.NextBranch())
    chart = looking.at(of)
    assert chart.roles[cell(looking.map, of.moment().weights)] == Role.BALL


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


def test_a_click_trains_on_from_the_weights_there() -> None:
    of, looking = session(), Looking()
    do(of, ask.Do.STEP)
    looking.at(of)
    snapshot, canvas = of.snapshot(), looking.map.canvas
    touch = Touch(canvas.left + 7, canvas.top + 3, *SIZE)
    command = looking.view.touched(snapshot, touch)
    assert isinstance(command, ask.Begin)
    assert cell(looking.map, np.array(command.weights)) == (canvas.top + 3, canvas.left + 7)
    for other in (touch._replace(kind="drag"), touch._replace(kind="release"), touch._replace(column=0)):
        assert looking.view.touched(snapshot, other) is None
    assert looking.view.touched(replace(snapshot, watched="run.jsonl"), touch) is None


def test_the_scale_is_chosen_and_is_logarithmic_by_itself_where_losses_are_far_apart() -> None:
    noisy, parted = Looking(), Looking()
    for looking, data, is_log in ((noisy, NOISY, False), (parted, DataSettings(), True)):
        of = session(Settings(data=data, epochs=100))
        do(of, ask.Do.STEP)
        looking.at(of)
        looking.at(of)
        assert ("(log)" in looking.titles.above) == is_log
        assert looking.view.toggle_log(of.snapshot())
        looking.at(of)
        looking.at(of)
        assert ("(log)" in looking.titles.above) != is_log
    assert "no optimum: the classes can be parted" in parted.titles.above


@pytest.mark.parametrize("shading", [Shading.TONES, Shading.HATCHED])
@pytest.mark.parametrize("size", [(20, 5), (12, 6), (40, 12), (11, 4), (0, 0), (200, 8), (30, 50)])
def test_it_is_drawn_at_any_size(size: tuple[int, int], shading: Shading) -> None:
    of = session()
    do(of, ask.Do.STEP)
    chart = Looking(shading).at(of, size)
    assert (chart.width, chart.height) == size


def test_without_colours_heights_are_told_by_characters() -> None:
    of = session()
    do(of, ask.Do.STEP)
    chart = Looking(Shading.HATCHED).at(of)
    assert not chart.grounds.any()
    assert len({char for char in chart.chars.ravel().tolist() if char in "·:-~+=x*%#@"}) > 6


def test_weights_that_are_not_finite_are_told() -> None:
    of, looking = session(Settings(data=NOISY, init=(np.inf, 1.0, 1.0))), Looking()
    assert "not finite" in "".join(looking.at(of).lines())


def test_a_step_as_long_looks_as_long_in_any_direction_where_there_is_room() -> None:
    assert widened(((0.0, 2.0), (0.0, 2.0)), 2.0) == ((-1.0, 3.0), (0.0, 2.0))
    assert widened(((0.0, 4.0), (0.0, 2.0)), 1.0) == ((0.0, 4.0), (-1.0, 3.0))
    assert widened(((0.0, 2.0), (0.0, 2.0)), 9.0) == ((-1.0, 3.0), (0.0, 2.0))  # not a dot in a wide field


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.99999, "99.99 %"), (0.995, "99.50 %"), (0.4267, "42 %")]
)
def test_shares_are_never_rounded_up(share: float, text: str) -> None:
    assert told(share) == text


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

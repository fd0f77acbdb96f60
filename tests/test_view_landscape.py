"""The landscape: what is drawn where."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gdtui.charts.field import Shading
from gdtui.charts.roles import PATHS, UPPER, Role, ramp
from gdtui.learning.kernel import kernel_for
from gdtui.learning.penalty import loss_gradient_of
from gdtui.session import commands as ask
from gdtui.settings import ALL, DataSettings, Recipe, Settings
from gdtui.views.arrows import PARTS, SHORTEST
from gdtui.views.maps import plain, widened
from gdtui.views.over_plane import told
from gdtui.views.surface import Levels
from gdtui.views.view import Touch
from tests.landscapes import NOISY, SIZE, Looking, cell, do, session


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


def test_of_an_arrow_that_is_drawn_longer_the_legend_says_how_much() -> None:
    of, looking = session(Settings(data=NOISY, loss="cross-entropy", alpha=0.0005)), Looking()
    do(of, ask.Do.STEP)
    chart = looking.at(of)
    weights, shown = of.moment().weights, looking.map
    do(of, ask.Do.STEP)
    before, after = (np.array(cell(shown, at)) for at in (weights, of.moment().weights))
    assert np.abs(after - before).max() <= 1  # the step itself would not be seen
    assert np.isin(chart.chars, list(PARTS["next step"])).sum() == 1
    said = re.search(r"→ next step ×([\d,]+)", looking.titles.below)
    assert said is not None
    canvas, step = shown.canvas, shown.plane.directions((of.moment().weights - weights)[None])[0]
    dots = np.hypot(
        step[0] * 2 * (canvas.width - 1) / np.ptp(canvas.xlim), step[1] * 4 * (canvas.height - 1) / np.ptp(canvas.ylim)
    )
    assert float(said[1].replace(",", "")) == pytest.approx(SHORTEST / dots, rel=0.5)
    assert "[ ] plane" in looking.titles.below


def test_with_momentum_the_step_has_its_parts() -> None:
    of, looking = session(Settings(data=NOISY, optimizer="momentum", alpha=0.02)), Looking()
    do(of, *[ask.Do.STEP] * 4)
    chart = looking.at(of)
    assert "▶ gradient  ▷ momentum" in looking.titles.below
    assert {Role.GRADIENT, Role.MOMENTUM} <= set(chart.roles.ravel().tolist())
    step = looking.scene.step
    do(of, ask.Do.STEP)
    assert of.moment().weights == pytest.approx(of.run.history.weights_at(4) + step.whole)


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
    assert "no optimum: the classes are separable" in parted.titles.above


@pytest.mark.parametrize(("l1", "is_sought"), [(0.0, True), (0.01, False)])
def test_of_a_hinge_with_both_penalties_it_says_that_no_optimum_is_looked_for(l1: float, is_sought: bool) -> None:
    of, looking = session(Settings(data=NOISY, loss="hinge", l1=l1, l2=0.01, epochs=20)), Looking()
    do(of, *[ask.Do.STEP] * 5)
    looking.at(of)
    looking.at(of)
    assert ("no optimum is looked for: a hinge with both penalties" in looking.titles.above) is not is_sought
    assert ("◎ optimum" in looking.titles.below) is is_sought
    assert ("optimum unknown: l1 and l2" in looking.titles.below) is not is_sought


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


def test_a_step_as_long_looks_as_long_in_any_direction_where_there_is_room() -> None:
    assert widened(((0.0, 2.0), (0.0, 2.0)), 2.0) == ((-1.0, 3.0), (0.0, 2.0))
    assert widened(((0.0, 4.0), (0.0, 2.0)), 1.0) == ((0.0, 4.0), (-1.0, 3.0))
    assert widened(((0.0, 2.0), (0.0, 2.0)), 9.0) == ((-1.0, 3.0), (0.0, 2.0))  # not a dot in a wide field


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.99999, "99.99 %"), (0.995, "99.50 %"), (0.4267, "42 %")]
)
def test_shares_are_never_rounded_up(share: float, text: str) -> None:
    assert told(share) == text


def test_a_label_is_whole_or_not_there() -> None:
    of, looking = session(Settings(data=NOISY, alpha=0.3, epochs=200)), Looking()
    seen = set()
    for _ in range(40):
        do(of, ask.Do.STEP)
        chart = looking.at(of)
        for row, roles in zip(chart.chars.tolist(), chart.roles.tolist(), strict=True):
            text = "".join(char if role == Role.OPTIMUM else " " for char, role in zip(row, roles, strict=True))
            seen |= set(text.replace("◎", " ").split())
    known = {plain(edge) for edge in Levels.of(looking.map.surface).lines}
    assert seen & known
    assert all(len(text) > 1 for text in seen)

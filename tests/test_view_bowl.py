"""The bowl: what is drawn where, how it is turned, and what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip

from gdtui.analysis.heading import next_step
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.roles import PATHS, Role
from gdtui.session import commands as ask
from gdtui.session import opening
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import ALL, DataSettings, Display, Recipe, Settings
from gdtui.tui.colours import chart_styles
from gdtui.views.bowl import BALL, BEHIND, BowlView, facing
from gdtui.views.view import Touch
from gdtui.wire.cells import Cells
from tests import landscapes as landscape
from tests.landscapes import do, session
from tests.test_lost_data import lose, trained
from tests.test_relief import height_at

NOISY = DataSettings(noise=3.0, standardize=True)
SETTINGS = Settings(data=NOISY, alpha=0.2)
SIZE = 58, 22


class Looking(landscape.Looking):
    """The same of a bowl."""

    VIEW = BowlView

    def at(self, of: Session | Snapshot, size: tuple[int, int] = SIZE) -> Chart:
        return super().at(of, size)

    def cell(self, weights: np.ndarray) -> tuple[int, int]:
        """Row and column of where weights project, on the loss that they have there."""
        bowl = self.view._bowl
        assert bowl is not None
        (a, b), surface = bowl.surface.plane.place(weights[None])[0], bowl.surface
        (left, right), (bottom, top) = surface.plane.limits
        x, y = 2 * (a - left) / (right - left) - 1, 2 * (b - bottom) / (top - bottom) - 1
        z = height_at(bowl.field, x, y)
        column, row, _ = bowl.solid.seen.frame.project(x, y, z)
        return int(row) // 2, int(column)


def balls(chart: Chart, role: int = Role.BALL) -> list[tuple[int, int]]:
    at = (chart.roles == role) & np.isin(chart.chars, [BALL, BEHIND])
    return [(int(row), int(column)) for row, column in np.argwhere(at)]


def test_the_ball_and_the_way_are_where_their_weights_project() -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 40)
    chart = looking.at(of)
    assert balls(chart) == [looking.cell(of.moment().weights)]
    for epoch in range(1, 38):
        assert chart.roles[looking.cell(of.run.history.weights_at(epoch))] in (PATHS[0], Role.BALL, Role.OPTIMUM)
    surface = looking.view._surface
    assert surface is not None
    for row, column in ((0, 0), (7, 60), (79, 79)):
        place = np.array([[surface.a[column], surface.b[row]]])
        loss = of.run.kernel.loss(surface.plane.weights(place)[0])
        assert surface.losses[row, column] == pytest.approx(float(loss), rel=1e-9)
    assert (chart.chars == "◎").sum() == 1
    low, high = surface.span
    field = looking.view._bowl.field if looking.view._bowl is not None else None
    np.testing.assert_allclose(field, (surface.losses - low) / (high - low), atol=1e-12)
    assert looking.titles.above.startswith("Bowl")
    assert "% of the path" in looking.titles.above


def test_the_next_step_is_a_line_from_the_ball_on() -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 3)
    chart, run, bowl = looking.at(of), of.run, looking.view._bowl
    assert bowl is not None
    step = next_step(run.kernel, run.history.state_at(3), run.recipe)
    direction, times = bowl.arrow(step)
    taken = run.history.next_state.weights - run.history.weights_at(3)
    assert direction == pytest.approx(bowl.surface.plane.directions(taken[None])[0])
    for part in np.linspace(0, times, 5)[1:-1]:
        assert chart.roles[looking.cell(of.moment().weights + part * taken)] == Role.BALL
    assert f"next step ×{times:.0f}" in looking.view._legend(looking.view._look(of.snapshot())[1])


def test_no_line_leads_to_weights_that_were_chosen() -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 40)
    looking.at(of)
    before, surface = of.moment().weights, looking.view._surface
    assert surface is not None
    chosen = surface.plane.weights(np.array([[surface.a[-8], surface.b[8]]]))[0]
    do(of, ask.Begin(tuple(chosen.tolist())), ask.Do.STEP)
    chart = looking.at(of)
    between = {looking.cell(before + part * (chosen - before)) for part in np.linspace(0.3, 0.7, 9)}
    assert not any(chart.roles[cell] in PATHS for cell in between)
    assert (chart.roles == PATHS[1]).any()
    do(of, ask.GoTo(35))
    chart = looking.at(of)  # nor from an epoch of the past
    assert not any(chart.roles[cell] in PATHS for cell in between)


def test_an_epoch_of_the_past_has_its_own_ball_and_the_rest_is_faint() -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 40)
    now = looking.at(of)
    do(of, ask.GoTo(10))
    then = looking.at(of)
    assert balls(then) == [looking.cell(of.run.history.weights_at(10))] != balls(now)
    later = looking.cell(of.run.history.weights_at(30))
    assert chart_is_dotted(then, later)
    assert not chart_is_dotted(now, later)


def chart_is_dotted(chart: Chart, cell: tuple[int, int]) -> bool:
    return "\u2800" <= str(chart.chars[cell]) < "\u2900"


def test_each_racer_has_a_ball_and_a_way_of_its_own() -> None:
    of, looking = session(SETTINGS, (Recipe(alpha=2.0), Recipe(alpha=0.2, optimizer="momentum"))), Looking()
    do(of, *[ask.Do.STEP] * 25)
    shown = of.snapshot()
    chart = looking.at(shown)
    for racer in shown.race:
        role = Role.BALL if racer.number == shown.front else PATHS[racer.number]
        assert balls(chart, role) == [looking.cell(racer.shown.weights)]
        assert (chart.roles == PATHS[racer.number]).any()


def test_only_ball_and_way_change_while_it_stands_still() -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 5)
    before = looking.at(of)
    do(of, ask.Do.STEP)
    after = looking.at(of)
    assert sum(cells for _, _, cells in after.changes(before)) <= 12


def sent(charts: list[Chart]) -> list[int]:
    """The bytes that each costs after the one before, in true colours."""
    styles, grounds = chart_styles(Color.parse("#0F1318"), True, "truecolor")
    cells, found = Cells(), []
    for chart in charts:
        size = chart.width, chart.height
        parts = zip(chart.chars.tolist(), chart.roles.tolist(), chart.grounds.tolist(), strict=True)
        looks = [
            [(char, styles[role] + Style(bgcolor=grounds.get(ground))) for char, role, ground in zip(*row, strict=True)]
            for row in parts
        ]
        rows = [[Strip([Segment(char, look) for char, look in row])] for row in looks]
        found.append(len(cells.update(LayoutUpdate(rows, Region(0, 0, *size)), size, ColorSystem.TRUECOLOR).encode()))
    return found


@pytest.mark.parametrize("size", [SIZE, (118, 34)], ids=["beside the loss", "zoomed"])
def test_a_turn_is_no_more_than_a_slow_link_can_carry(size: tuple[int, int]) -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 40)
    shown, charts = of.snapshot(), []
    for _ in range(9):
        charts.append(looking.at(shown, size))
        looking.view.turn(shown, 1, 0)
    assert max(sent(charts)) <= 25_000
    few = Looking(Shading.TWO)
    slow = []
    for _ in range(9):
        slow.append(few.at(shown, size))
        few.view.turn(shown, 1, 0)
    assert max(sent(slow)) < max(sent(charts)) / 2


def test_keys_turn_it_round_and_tilt_it_as_far_as_it_goes() -> None:
    of, looking = session(SETTINGS), Looking()
    shown = of.snapshot()
    first = looking.at(shown)
    for across in (1, -1):
        seen = set()
        for _ in range(24):
            assert looking.view.turn(shown, across, 0)
            seen.add(looking.at(shown).roles.tobytes())
            told = looking.titles.below
            assert f"[ ] {looking.view._eye.azimuth:g}°" in told
        assert len(seen) == 24
        np.testing.assert_array_equal(looking.at(shown).roles, first.roles)
    for up, ends in ((-1, 15), (1, 85)):
        for _ in range(12):
            looking.view.turn(shown, 0, up)
        assert looking.view._eye.elevation == ends
        looking.at(shown)


def test_the_mouse_turns_it_by_drawing_and_a_click_does_nothing() -> None:
    of, looking = session(SETTINGS), Looking()
    shown = of.snapshot()
    looking.at(shown)
    before = looking.view._eye

    def touch(column: int, row: int, kind: Any) -> None:
        assert looking.view.touched(shown, Touch(column, row, *SIZE, kind)) is None

    touch(20, 10, "press")
    touch(20, 10, "release")
    assert looking.view._eye == before
    touch(20, 10, "press")
    touch(30, 10, "drag")
    turned = looking.view._eye
    assert 0 < (before.azimuth - turned.azimuth) % 360 < 90, "it follows the mouse"
    touch(30, 15, "drag")
    assert looking.view._eye.azimuth == turned.azimuth
    assert looking.view._eye.elevation > turned.elevation
    touch(20, 10, "drag")
    touch(20, 10, "release")
    assert looking.view._eye == before


def test_it_is_seen_at_first_from_where_its_depth_is_seen() -> None:
    at = np.linspace(0, 1, 30)
    slope = np.repeat(at[:, None], 30, axis=1)  # it goes up with y: so y is to go away
    assert facing(slope) in (30, 330)
    assert facing(slope[::-1]) in (150, 210)
    assert facing(np.full((30, 30), np.nan)) % 90 in (30, 60)


def test_logarithms_of_the_loss_are_shown_where_the_losses_ask_for_it_or_somebody_does() -> None:
    of, looking = session(SETTINGS), Looking()
    do(of, *[ask.Do.STEP] * 10)
    shown = of.snapshot()
    first = looking.at(shown)
    was_log = "(log)" in looking.titles.above
    assert looking.view.toggle_log(shown)
    other = looking.at(shown)
    looking.at(shown)
    assert ("(log)" in looking.titles.above) is not was_log
    assert (other.roles != first.roles).any()
    assert balls(other) == [looking.cell(shown.shown.weights)]
    assert looking.view.toggle_log(shown)
    np.testing.assert_array_equal(looking.at(shown).roles, first.roles)


@pytest.mark.parametrize("shading", Shading)
@pytest.mark.parametrize(
    "settings",
    [
        Settings(data=DataSettings("iris", classes=(ALL,)), alpha=0.1, loss="hinge"),
        Settings(data=DataSettings("breast-cancer"), alpha=0.1, l2=0.01),
        Settings(data=NOISY, alpha=1e6, loss="squared-error"),
        Settings(data=DataSettings(test_size=0.25), loss="cross-entropy"),
    ],
    ids=["iris", "30 features", "a wild alpha", "test set"],
)
def test_whatever_is_trained_it_is_drawn_at_every_size(settings: Settings, shading: Shading) -> None:
    of, looking = session(settings), Looking(shading)
    for size in ((20, 5), SIZE):
        assert looking.at(of, size).chars.shape == size[::-1]
    do(of, *[ask.Do.STEP] * 12)
    for size in ((20, 5), (40, 12), SIZE, (198, 50)):
        chart = looking.at(of, size)
        assert chart.chars.shape == size[::-1]
        assert len(np.unique(chart.roles)) > 3
        assert not chart.grounds.any() or shading is not Shading.HATCHED


def test_without_colours_letters_tell_where_it_stands_and_where_the_optimum_is() -> None:
    of, looking = session(SETTINGS), Looking(Shading.HATCHED)
    do(of, *[ask.Do.STEP] * 40)
    chart = looking.at(of)
    row, column = looking.cell(of.moment().weights)
    assert "".join(chart.chars[row, column - 1 : column + 2]) == " O "
    assert (chart.chars[chart.roles == Role.OPTIMUM] != " ").sum() == 1
    assert "O here" in looking.titles.below


def test_weights_that_are_not_finite_have_no_ball() -> None:
    settings = Settings(data=NOISY, alpha=1e300, loss="article", init=(1e200, 1.0, 1.0))
    of, looking = session(settings), Looking()
    do(of, *[ask.Do.STEP] * 5)
    chart = looking.at(of)
    assert not balls(chart)


def test_other_data_has_another_bowl() -> None:
    of, other, looking = session(SETTINGS), session(Settings(data=DataSettings("iris", classes=(ALL,)))), Looking()
    do(of, *[ask.Do.STEP] * 5)
    do(other, *[ask.Do.STEP] * 5)
    for which in (of, other, of):
        assert balls(looking.at(which)) == [looking.cell(which.moment().weights)]


def test_a_file_whose_data_is_gone_says_so(tmp_path: Path) -> None:
    path, _ = trained(tmp_path)
    looking = Looking()
    assert balls(looking.at(opening.watch(path, Display())))
    lose(tmp_path)
    chart = looking.at(opening.watch(path, Display()))
    assert "no bowl: " in "\n".join(chart.lines())
    assert looking.titles.above.startswith("Bowl")


def test_of_many_leaps_to_and_fro_only_the_last_are_lines() -> None:
    counts = []
    for epochs in (2, 60):
        of, looking = session(Settings(data=NOISY, loss="cross-entropy", alpha=40.0, epochs=epochs)), Looking()
        do(of, *[ask.Do.STEP] * epochs)
        chart = looking.at(of)
        mine = chart.roles == PATHS[0]
        counts.append((mine.sum(), (mine & (chart.chars >= "\u2800") & (chart.chars < "\u2900")).sum()))
        assert balls(chart) == [looking.cell(of.moment().weights)]
    (few, none), (many, dotted) = counts
    assert few
    assert not none
    assert 0 < dotted < many < 0.5 * SIZE[0] * SIZE[1]

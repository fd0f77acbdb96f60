"""The ruler: its zones and marks are where the limits and the alphas are, and a click sets alpha there."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gdtui.analysis.stability import limits
from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.roles import RUNS, Role
from gdtui.learning.schedule import alpha_at
from gdtui.numbers import nearest_rung, share_told
from gdtui.runs.race import Standing
from gdtui.session.commands import Change, GoTo, SetAlpha
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataSettings, Recipe, Settings
from gdtui.views.alphas import Span
from gdtui.views.ruler import RulerView
from gdtui.views.view import Touch
from tests.drawings import clouds, dots, standing

BLOBS = Settings(init=(0.5, 0.5, 0.5), epochs=10**6)
WINE = Settings(data=DataSettings("wine", classes=("all",)), alpha=0.3, epochs=10**6)


def drawn(
    snapshot: Snapshot, size: tuple[int, int] = (78, 20), shading: Shading = Shading.TONES
) -> tuple[RulerView, Chart]:
    """The view, and what it draws once the limits are there."""
    view = RulerView()
    view.shading = shading
    view.draw(snapshot, *size)
    while view.is_busy:
        time.sleep(0.001)
    return view, view.draw(snapshot, *size)


def column_of(view: RulerView, alpha: float) -> int:
    assert view._scale is not None
    canvas = view._scale.canvas
    return canvas.left + int(canvas.columns(np.array([alpha]))[0])


def arrows(chart: Chart, sign: str = "▼") -> dict[int, int]:
    """The columns of all arrows, and their roles."""
    return {int(column): int(chart.roles[row, column]) for row, column in np.argwhere(chart.chars == sign)}


@pytest.mark.parametrize("settings", [BLOBS, WINE, replace(BLOBS, optimizer="momentum", l2=0.1)])
@pytest.mark.parametrize("past", [None, 5])
@pytest.mark.parametrize("shading", [Shading.TONES, Shading.HATCHED])
def test_zones_end_at_the_limits_of_the_moment_shown(settings: Settings, past: int | None, shading: Shading) -> None:
    session = standing(settings, 30)
    if past is not None:
        session.do(GoTo(past))
        session.turn()
    while session.snapshot().is_judging:
        session.turn()
    snapshot = session.snapshot()
    view, chart = drawn(snapshot, shading=shading)
    found = limits(snapshot.data, settings.loss, snapshot.recipe, snapshot.shown.weights)
    scale = view._scale
    assert scale is not None
    assert found.sure is not None
    assert found.here is not None
    row = scale.canvas.top + scale.canvas.height - scale.band  # the names of the zones are below it
    layer = chart.grounds if shading is Shading.TONES else chart.chars.view(np.uint32)
    zones = layer[row, scale.canvas.left : scale.canvas.left + scale.canvas.width]
    changes = np.flatnonzero(np.diff(zones.astype(int))) + 1 + scale.canvas.left
    assert changes.tolist() == [column_of(view, found.sure), column_of(view, found.here)]
    assert column_of(view, snapshot.alpha) in arrows(chart)
    assert f"{snapshot.alpha:g} is {share_told(snapshot.alpha, found.here)}" in view.titles(snapshot).above


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (replace(BLOBS, optimizer="adam"), "adam scales"),
        (replace(BLOBS, loss="hinge"), "has corners"),
        (replace(BLOBS, loss="squared-error"), "not convex"),
        (replace(BLOBS, batch_size=32), "by batches"),
    ],
)
def test_where_no_limit_holds_it_says_so_and_shows_no_zones(settings: Settings, why: str) -> None:
    view, chart = drawn(standing(settings, 3).snapshot())
    assert why in "\n".join(chart.lines())
    assert not chart.grounds.any()
    assert not (chart.chars == "┊").any()
    assert arrows(chart) == {column_of(view, 0.01): RUNS[0]}
    assert "no limit is known" in view.titles(standing(settings, 3).snapshot()).above


def test_a_schedule_has_two_marks() -> None:
    snapshot = standing(replace(BLOBS, schedule="exponential", decay_every=10), 30).snapshot()
    view, chart = drawn(snapshot)
    assert [*arrows(chart)] == [column_of(view, alpha_at(snapshot.recipe, 30))]
    assert [*arrows(chart, "▽")] == [column_of(view, 0.01)]


def test_each_racer_has_a_mark_in_its_colour() -> None:
    snapshot = standing(BLOBS, 3).snapshot()
    race = tuple(
        Standing(number, f"gd α {alpha}", "training", Recipe(alpha=alpha), snapshot.run.history, snapshot.shown, None)
        for number, alpha in enumerate((0.01, 0.1, 1.0))
    )
    names = tuple(racer.name for racer in race)
    view, chart = drawn(replace(snapshot, race=race, names=names, curves=(snapshot.run.history,) * 3))
    assert arrows(chart) == {column_of(view, racer.recipe.alpha): RUNS[racer.number] for racer in race}


def test_of_weights_that_are_not_finite_only_that_of_any_is_known() -> None:
    snapshot = standing(BLOBS, 3).snapshot()
    broken = replace(snapshot.shown, weights=np.array([np.nan, 1.0, 1.0]))
    found = limits(snapshot.data, "article", snapshot.recipe, broken.weights)
    chart = drawn(replace(snapshot, shown=broken, limits=found))[1]
    assert len(np.argwhere((chart.chars == "┊").any(axis=0))) == 1
    assert "not known" in "\n".join(chart.lines())


def test_a_press_sets_alpha_to_the_nearest_rung() -> None:
    snapshot = standing(BLOBS, 3).snapshot()
    view, _ = drawn(snapshot)
    for alpha in (0.1, 0.005):
        assert view.touched(snapshot, Touch(column_of(view, alpha * 1.1), 3, 78, 20)) == SetAlpha(alpha)
    assert view.touched(snapshot, Touch(column_of(view, 0.01), 3, 78, 20)) is None
    assert view.touched(snapshot, Touch(0, 19, 78, 20)) is None
    assert view.touched(replace(snapshot, watched="x"), Touch(column_of(view, 0.1), 3, 78, 20)) is None


@pytest.mark.parametrize(("value", "rung"), [(0.47, 0.5), (0.3, 0.2), (0.33, 0.5), (1.0, 1.0), (7.2, 10.0), (7.0, 5.0)])
def test_the_nearest_rung_is_nearest_by_ratio(value: float, rung: float) -> None:
    assert nearest_rung(value) == rung


def test_the_ends_move_outwards_only_while_the_same_is_chosen() -> None:
    span = Span()
    assert span.holding(1, [0.01], [0.5]) == (-4.0, 0.0)
    assert span.holding(1, [0.01], [50.0]) == (-4.0, 2.0)
    assert span.holding(1, [0.01], [0.5]) == (-4.0, 2.0)
    assert span.holding(2, [0.01], [0.5]) == (-4.0, 0.0)


def test_it_can_be_drawn_at_any_size() -> None:
    snapshots = [standing(settings, 3).snapshot() for settings in (BLOBS, replace(BLOBS, optimizer="adam"))]
    for snapshot, shading in product(snapshots, Shading):
        for size in product((0, 1, 12, 20, 38, 198), (0, 1, 5, 8, 11, 57)):
            chart = drawn(snapshot, size, shading)[1]
            assert (chart.width, chart.height) == size
    assert (chart.chars == "▼").any()
    assert Role.NOTE in chart.roles


def ranged(snapshot: Snapshot, size: tuple[int, int] = (78, 20)) -> tuple[RulerView, Chart]:
    view, _ = drawn(snapshot, size)
    view.begin_test()
    view.draw(snapshot, *size)
    while view.is_busy:
        time.sleep(0.001)
    return view, view.draw(snapshot, *size)


@pytest.mark.parametrize("optimizer", ["gd", "adam"])
def test_the_curve_of_a_range_test_is_where_its_losses_are(optimizer: str) -> None:
    settings = replace(BLOBS, data=DataSettings("moons"), loss="cross-entropy", optimizer=optimizer)
    snapshot = standing(settings, 3).snapshot()
    view, chart = ranged(snapshot)
    scale, test = view._scale, view._tests[snapshot.run.history, 3].found
    assert scale is not None
    assert scale.upper is not None
    down, across = np.nonzero(dots(chart, Role.CURVE))
    rows = np.interp(across + 0.5, scale.upper.columns(test.alphas, 2), scale.upper.rows(test.losses, 4))
    is_before = across < scale.upper.columns(np.array([test.blow_up]), 2)[0] - 4
    assert np.count_nonzero(is_before) > 60
    assert np.abs(rows - down - 0.5)[is_before].max() < 2
    for alpha, sign in ((test.smallest, "●"), (test.steepest, "◆"), (test.blow_up, "✗")):
        assert alpha is not None
        assert [*arrows(chart, sign)] == [column_of(view, alpha)]
    assert f"suggested {test.suggested:g}" in "\n".join(chart.lines())
    assert view.toggle_log(snapshot)
    assert view.draw(snapshot, 78, 20).lines() != chart.lines()


def test_where_a_suggested_alpha_is_beyond_the_limit_the_line_below_says_why_it_is_suggested_all_the_same() -> None:
    snapshot, view = standing(BLOBS, 100).snapshot(), RulerView()
    view.draw(snapshot, 78, 20)
    view.begin_test()
    view.draw(snapshot, 78, 20)
    while view.is_busy:
        time.sleep(0.001)
    below = view.titles(snapshot).below  # which come before the drawing
    assert view._tests[snapshot.run.history, 100].found.suggested > snapshot.limits.here
    assert "suggested beyond the limit, since the loss fell there" in below
    snapshot = standing(replace(BLOBS, data=DataSettings("moons")), 3).snapshot()
    view, _ = ranged(snapshot)
    assert view._tests[snapshot.run.history, 3].found.suggested < snapshot.limits.here
    assert "suggested" not in view.titles(snapshot).below


def test_a_range_test_of_weights_that_are_not_finite_or_without_data_is_refused_in_words() -> None:
    snapshot = standing(BLOBS, 3).snapshot()
    broken = replace(snapshot.shown, weights=np.array([np.nan, 1.0, 1.0]))
    view, _ = ranged(replace(snapshot, shown=broken))
    assert view.titles(snapshot).below == "no range test: the weights are not finite"
    assert view.aim is None


def test_of_large_data_it_is_of_some_rows_and_says_so() -> None:
    large = clouds(rows=50_000, features=30)
    snapshot = replace(standing(BLOBS, 3).snapshot(), data=large)
    moment = replace(snapshot.shown, weights=np.zeros(31))
    view, _ = ranged(replace(snapshot, shown=moment))
    assert "range test at epoch 3, 8,192 rows" in view.titles(replace(snapshot, shown=moment)).below


def test_a_range_test_can_be_drawn_at_any_size() -> None:
    for settings in (BLOBS, WINE, replace(BLOBS, loss="hinge", optimizer="adam")):
        snapshot = standing(settings, 3).snapshot()
        view, _ = ranged(snapshot)
        for size in product((0, 1, 12, 20, 38, 198), (0, 1, 5, 8, 11, 57)):
            chart = view.draw(snapshot, *size)
            assert (chart.width, chart.height) == size


def test_in_the_past_the_limits_are_those_of_a_fork_by_the_recipe_that_was_chosen_for_it() -> None:
    session = standing(BLOBS, 30, rivals=[Recipe(alpha=0.1)])
    for command in (GoTo(5), Change((("optimizer", "momentum"), ("l2", 0.1))), SetAlpha(0.05)):
        session.do(command)
        session.turn()
    snapshot = session.snapshot()
    view, chart = drawn(snapshot)
    found = limits(snapshot.data, "article", Recipe(optimizer="momentum", l2=0.1), snapshot.shown.weights)
    lines = np.flatnonzero((chart.chars == "┊").any(axis=0)).tolist()
    assert lines == [column_of(view, limit) for limit in (found.sure, found.here) if limit is not None]
    assert "alpha 0.05" in "\n".join(chart.lines())
    assert {*arrows(chart)} == {column_of(view, 0.05), column_of(view, 0.1)}

"""A solid in cells, read back pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.charts.chart import Chart
from gdtui.charts.field import SLOPES, Shading
from gdtui.charts.relief import Eye, Frame
from gdtui.charts.roles import HEIGHTS, LIGHTS, PATHS, RAMP, UPPER, Role
from gdtui.charts.solid import FAINT, SIDE, WAY, Solid
from gdtui.encoding import stand_in
from gdtui.types import Floats

AT = np.linspace(-1, 1, 49)
BOWL = (AT[:, None] ** 2 + AT[None, :] ** 2) / 2
RIDGE = np.where(np.abs(AT) < 0.2, 1.0, 0.0)[:, None] * np.ones(49)
EVEN = np.arange(1, HEIGHTS) / HEIGHTS
WIDTH, HEIGHT = 40, 20


def solid(
    eye: Eye = Eye(30, 50),  # noqa: B008 - frozen
    field: Floats = BOWL,
    shading: Shading = Shading.TONES,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Solid:
    return Solid.of(field, Frame(eye, size[0], 2 * size[1]), EVEN, shading)


def quarters(chart: Chart) -> np.ndarray:
    """What is in each quarter of a cell: a ground, or minus the role whose colour it has."""
    found = np.zeros((2 * chart.height, 2 * chart.width), dtype=int)
    front = np.where(chart.roles > UPPER, chart.roles.astype(int) - UPPER, -chart.roles.astype(int))
    parts = {(0, 0): "▀█▘▌▛▜▙▚", (0, 1): "▀█▝▐▛▜▟▞", (1, 0): "▄█▖▌▛▙▟▞", (1, 1): "▄█▗▐▜▙▟▚"}
    for (down, across), full in parts.items():
        found[down::2, across::2] = np.where(np.isin(chart.chars, list(full)), front, chart.grounds.astype(int))
    return found


@pytest.mark.parametrize("shading", [Shading.TONES, Shading.TWO])
def test_every_pixel_has_its_tone(shading: Shading) -> None:
    shown = solid(shading=shading)
    tones, heights = shown.tones, shown.seen.heights
    np.testing.assert_array_equal(quarters(shown.chart), np.repeat(tones, 2, axis=1))
    known = np.isfinite(heights)
    assert ((tones > 0) == known).all()
    levels = np.minimum((heights[known] * HEIGHTS).astype(int), HEIGHTS - 1)
    assert (np.abs((tones[known] - RAMP) // LIGHTS - levels) <= (shading is Shading.TWO)).all()


def test_there_are_fewer_tones_for_slow_links() -> None:
    every, few = (len(np.unique(solid(shading=shading).tones)) for shading in (Shading.TONES, Shading.TWO))
    assert few < every / 2


def test_lines_go_where_one_tone_ends_and_the_next_begins() -> None:
    shown = solid(Eye(0, 84), size=(120, 60))
    seen, known = shown.seen, np.isfinite(shown.seen.heights)
    darker = np.where(known, seen.lights - (shown.tones - RAMP) % LIGHTS, 0)
    dark = (darker == 2) & ~seen.sides
    level = seen.heights * HEIGHTS
    away = np.abs(level - np.round(level)) / np.hypot(*np.gradient(level))
    assert away[dark].max() < 0.5, "not further from the line than half a pixel"
    assert {round(value) for value in level[dark]} >= {*range(1, HEIGHTS - 1)}
    flat = solid(Eye(0, 60), np.full((9, 9), 0.4))
    assert len(np.unique(flat.tones[~flat.seen.sides & (flat.tones > 0)])) == 1


def test_a_line_covers_the_quarters_it_goes_through_and_no_more() -> None:
    shown = solid(Eye(0, 60))
    chart, x = shown.chart.copy(), np.linspace(-0.9, 0.6, 900)
    places = x, 0.5 * x, (x**2 + 0.25 * x**2) / 2
    shown.trace(chart, places, PATHS[1])
    columns, rows, _ = shown.seen.frame.project(*places)
    assert shown.seen.sees(*places)[2].all()
    wanted = np.zeros((2 * HEIGHT, 2 * WIDTH), dtype=bool)
    wanted[np.floor(rows).astype(int), np.floor(2 * columns).astype(int)] = True
    np.testing.assert_array_equal(quarters(chart) == -PATHS[1], wanted)
    cells = wanted.reshape(HEIGHT, 2, WIDTH, 2).any(axis=(1, 3))
    for layer, before in ((chart.chars, shown.chart.chars), (chart.grounds, shown.chart.grounds)):
        assert (layer == before)[~cells].all()
    assert chart.grounds[cells].all(), "the solid is to be seen beside the line"


def test_a_faint_line_is_of_dots() -> None:
    shown = solid(Eye(0, 60))
    chart = shown.chart.copy()
    shown.trace(chart, (np.array([0.3]), np.array([-0.2]), np.array([0.065])), PATHS[0], is_faint=True)
    (row,), (column,) = np.nonzero(chart.roles == PATHS[0])
    across, down, _ = shown.seen.frame.project(*map(np.float64, (0.3, -0.2, 0.065)))
    assert (row, column) == (int(down) // 2, int(across))
    bits = ord(chart.chars[row, column]) - 0x2800
    dot = int(4 * (down / 2 - row)), int(2 * (across - column))
    assert bits == 1 << {(3, 0): 6, (3, 1): 7}.get(dot, dot[0] + 3 * dot[1])


@pytest.mark.parametrize("shading", [Shading.TONES, Shading.HATCHED])
def test_what_is_behind_the_solid_is_not_drawn_but_a_sign_may_say_that_it_is_there(shading: Shading) -> None:
    shown = solid(Eye(0, 20), RIDGE, shading)
    chart = shown.chart.copy()
    hidden = np.array([0.0]), np.array([0.5]), np.array([0.0])
    shown.trace(chart, (AT[1:-1], np.full(47, 0.5), np.zeros(47)), PATHS[0])
    shown.put(chart, hidden, "●", Role.BALL)
    np.testing.assert_array_equal(chart.chars, shown.chart.chars)
    shown.put(chart, hidden, "●", Role.BALL, "○")
    shown.put(chart, (np.array([0.0]), np.array([-0.5]), np.array([0.0])), "●", Role.BALL, "○")
    assert sorted(chart.chars[chart.roles == Role.BALL]) == [*" " * 4 * (shading is Shading.HATCHED), "○", "●"]
    for nowhere in (np.nan, np.inf):
        shown.put(chart, (np.array([nowhere]), np.zeros(1), np.zeros(1)), "x", Role.BALL, "y")
    assert not np.isin(chart.chars[chart.roles == Role.BALL], ["x", "y"]).any()


def test_without_colours_characters_tell_the_heights() -> None:
    shown = solid(shading=Shading.HATCHED)
    chart, seen = shown.chart, shown.seen
    highest = np.fmax(seen.heights[0::2], seen.heights[1::2])
    field = np.isfinite(highest) & ~seen.sides[0::2] & ~seen.sides[1::2]
    levels = np.clip(highest[field] * HEIGHTS, 1, HEIGHTS - 1).astype(int)
    assert [*chart.chars[field]] == [SLOPES[level] for level in levels]
    assert " " not in chart.chars[field]
    assert (chart.chars[seen.sides[1::2]] == SIDE).all()
    assert not chart.grounds.any()
    plain = [stand_in(char) if ord(char) > 126 else char for char in (*SLOPES, SIDE, WAY, FAINT)]
    assert len(set(plain)) == len(plain), "they can be told apart in ASCII too"
    x = np.linspace(-0.5, 0.5, 200)
    drawn = chart.copy()
    shown.trace(drawn, (x, 0 * x, x**2 / 2), PATHS[0])
    assert (drawn.chars[drawn.roles == PATHS[0]] == WAY).all()
    assert (drawn.roles == PATHS[0]).sum() > 5


def test_what_is_flat_or_has_holes_is_drawn_too() -> None:
    holes = BOWL.copy()
    holes[10:20, 10:20] = np.nan
    for shading in Shading:
        for field in (holes, np.zeros((5, 5)), np.full((5, 5), np.nan)):
            shown = Solid.of(field, Frame(Eye(), 12, 10), np.empty(0), shading)
            assert (shown.chart.width, shown.chart.height) == (12, 5)

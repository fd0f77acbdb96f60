"""The colours of the field and its points, on the ground of every theme."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from gdtui.charts.roles import (
    BY_CLASS,
    CLASSES,
    FAINTS,
    FLAT,
    HEIGHTS,
    LIGHTS,
    PATHS,
    RUNS,
    SHADES,
    TONES,
    UPPER,
    WRONGS,
    Ground,
    Role,
    ramp,
)
from gdtui.tui.colours import FieldColours, chart_styles, contrast, field_colours
from gdtui.tui.themes import OWN

THEMES = [*OWN, *(theme for theme in BUILTIN_THEMES.values() if not theme.ansi)]
GROUNDS = {theme.name: Color.parse(theme.to_color_system().generate()["background"]) for theme in THEMES}
DARK = {theme.name: theme.dark for theme in THEMES}
LOOKS = [(name, are_256) for name in GROUNDS for are_256 in (False, True)]

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009),
# severity 1.0, on linear RGB.
VISIONS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Linear sRGB to CIE XYZ (D65), relative to white (IEC 61966-2-1).
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: Color, vision: str | None = None) -> np.ndarray:
    """CIE L*a*b* of a colour, as people of that vision see it."""
    linear = np.array([(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour.rgb])
    if vision is not None:
        linear = np.clip(np.array(VISIONS[vision]) @ linear, 0, 1)
    xyz = TO_XYZ @ linear / TO_XYZ.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: Color, other: Color, vision: str | None = None) -> float:
    """CIE 1976 colour difference; 2.3 is just noticeable."""
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def looks_of(name: str, are_256: bool) -> FieldColours:
    return field_colours(GROUNDS[name], DARK[name], are_256)


@pytest.mark.parametrize(("name", "are_256"), LOOKS)
def test_tones_part_and_points_stand_out(name: str, are_256: bool) -> None:
    ground, looks = GROUNDS[name], looks_of(name, are_256)
    seen = {
        tone.rich_color.downgrade(ColorSystem.EIGHT_BIT if are_256 else ColorSystem.TRUECOLOR) for tone in looks.tones
    }
    assert len(seen) >= 7
    strongest = looks.tones[0], looks.tones[-1]
    for tone in strongest:
        assert contrast(tone, ground) >= 1.5 or apart(tone, ground) > 30
    assert apart(*strongest) > 30
    for point in (*looks.points, *looks.wrong, looks.line):
        assert min(contrast(point, tone) for tone in looks.tones) >= 3


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("name", "are_256"), LOOKS)
def test_people_of_any_colour_vision_can_tell_the_classes_apart(name: str, are_256: bool, vision: str) -> None:
    looks = looks_of(name, are_256)
    assert apart(looks.tones[0], looks.tones[-1], vision) > 15
    assert apart(*looks.points, vision) > 15


def test_the_tones_of_each_class_become_steadily_stronger() -> None:
    for name, ground in GROUNDS.items():
        tones = looks_of(name, False).tones
        for side in (tones[4::-1], tones[5:]):
            steps = [contrast(tone, ground) for tone in side]
            assert steps == sorted(steps)
            assert min(apart(one, other) for one, other in pairwise(side)) > 1


# As an IBM PC had them, which terminals still begin with, more or less.
SIXTEEN = {f"#{''.join(f'{part:02X}' for part in parts)}" for parts in product((0, 0xAA), repeat=3)} | {
    *(f"#{''.join(f'{part:02X}' for part in parts)}" for parts in product((0x55, 0xFF), repeat=3)),
    "#AA5500",
}
FIELD = {UPPER + tone for tones in BY_CLASS for tone in tones}
RAMP = {UPPER + ramp(height, light) for height in range(HEIGHTS) for light in range(LIGHTS)}
ON_RAMP = (*PATHS, Role.BALL, Role.OPTIMUM, Role.GRADIENT, Role.MOMENTUM)


@pytest.mark.parametrize(("ground", "dark"), [("#000000", True), ("#FFFFFF", False)])
def test_of_16_colours_all_that_is_drawn_stands_out(ground: str, dark: bool) -> None:
    styles, grounds = chart_styles(Color.parse(ground), dark, "standard")
    fronts = {role: style.color.triplet.hex.upper() for role, style in styles.items() if style.color is not None}
    known = {int(role) for role in (*Role, *CLASSES, *WRONGS, *PATHS, *SHADES, *FAINTS) if role is not Role.BLANK}
    assert set(fronts) == known | FIELD | RAMP
    assert set(fronts.values()) <= SIXTEEN
    assert fronts.pop(int(Role.PAPER)) == ground
    for role, front in fronts.items():
        if role in FIELD and role - UPPER not in TONES:  # of more than two classes, the points tell which is which
            continue
        least = 2.2 if role in FAINTS else 2.8 if role in (*FIELD, *RAMP, *SHADES, *CLASSES, *WRONGS) else 4.5
        assert contrast(Color.parse(front), Color.parse(ground)) >= least, role
    assert len({fronts[role] for role in RUNS[:6]}) == 6
    sides = (Role.CLASS_0, Role.CLASS_1), (Role.WRONG_0, Role.WRONG_1), (UPPER + TONES[0], UPPER + TONES[-1])
    for one, other in sides:
        assert fronts[one] != fronts[other]
    behind = Color.from_rich_color(grounds[Ground.SOLID_1])
    assert apart(Color.parse(fronts[Role.CLASS_0]), behind) > 30


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("system", ["truecolor", "256", "standard"])
def test_what_lies_behind_an_average_is_seen_and_stands_out_less(dark: bool, system: str) -> None:
    ground = Color.parse("#101014" if dark else "#F8F8F8")
    styles, _ = chart_styles(ground, dark, system)
    for run, faint in zip(RUNS, FAINTS, strict=True):
        front, behind = (contrast(Color.from_rich_color(styles[role].color), ground) for role in (run, faint))
        assert 1.4 < behind < 0.8 * front


@pytest.mark.parametrize(("name", "are_256"), LOOKS)
def test_points_of_ten_classes_stand_out_from_the_tones_of_all(name: str, are_256: bool) -> None:
    looks, ground = field_colours(GROUNDS[name], DARK[name], are_256, 10), GROUNDS[name]
    assert (len(looks.tones), len(looks.points), len(looks.wrong)) == (50, 10, 10)
    assert looks.tones[:10] == looks_of(name, are_256).tones
    assert looks.points[:2] == looks_of(name, are_256).points
    for point in (*looks.points, *looks.wrong, looks.line):
        assert min(contrast(point, tone) for tone in looks.tones) >= 3
    for number in range(2, 10):
        strongest = looks.tones[5 * number + 4]
        assert contrast(strongest, ground) >= 1.5 or apart(strongest, ground) > 8


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_people_of_any_colour_vision_can_tell_ten_classes_apart_in_gdtuis_own_themes(theme: Theme) -> None:
    """Shapes tell them apart as well; in themes of other grounds some come nearer to each other."""
    points = field_colours(GROUNDS[theme.name], theme.dark, False, 10).points
    for vision in (None, *VISIONS):
        assert min(apart(one, other, vision) for one, other in combinations(points[:5], 2)) > 15
        assert min(apart(one, other, vision) for one, other in combinations(points, 2)) > 10


def ramp_of(name: str, system: str) -> list[list[Color]]:
    """The colours of each height, in every light, the least first."""
    grounds = chart_styles(GROUNDS[name], DARK[name], system)[1]
    return [
        [Color.from_rich_color(grounds[ramp(height, light)]) for light in range(LIGHTS)] for height in range(HEIGHTS)
    ]


@pytest.mark.parametrize("system", ["truecolor", "256"])
@pytest.mark.parametrize("name", GROUNDS)
def test_what_is_drawn_on_the_ramp_stands_out_from_every_height(name: str, system: str) -> None:
    styles = chart_styles(GROUNDS[name], DARK[name], system)[0]
    lit = [colour for lights in ramp_of(name, system) for colour in lights[1:]]
    for role in ON_RAMP:
        front = Color.from_rich_color(styles[role].color)
        assert min(contrast(front, colour) for colour in (GROUNDS[name], *lit)) >= 3, role
    for shade in SHADES:
        assert contrast(Color.from_rich_color(styles[shade].color), GROUNDS[name]) >= 3


@pytest.mark.parametrize("vision", [None, *VISIONS])
@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_the_higher_the_lighter_and_the_steps_are_even_to_any_eye(theme: Theme, vision: str | None) -> None:
    rows = ramp_of(theme.name, "truecolor")
    for at_light in zip(*rows, strict=True):
        lightness = [lab(colour, vision)[0] for colour in at_light]
        assert lightness == sorted(lightness)
        steps = [apart(one, other, vision) for one, other in pairwise(at_light)]
        assert min(steps) > 1
        assert vision is not None or max(steps) < 2 * min(steps)
    for at_height in rows:
        lightness = [lab(colour)[0] for colour in at_height]
        assert lightness == sorted(lightness)
        assert min(apart(one, other) for one, other in pairwise(at_height)) > 2.3


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_of_256_colours_the_ramp_has_fewer_that_stay_apart(theme: Theme) -> None:
    rows = ramp_of(theme.name, "256")
    seen = [
        [Color.from_rich_color(colour.rich_color.downgrade(ColorSystem.EIGHT_BIT)) for colour in row] for row in rows
    ]
    flat = list(dict.fromkeys(row[FLAT] for row in seen))
    assert len(flat) == 6
    assert min(apart(one, other) for one, other in pairwise(flat)) > 10
    for row in rows:
        lightness = [lab(colour)[0] for colour in row]
        assert lightness == sorted(lightness)

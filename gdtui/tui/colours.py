"""Colours of the field and of the points on it, made for whatever lies behind them.

The classes' hues are Okabe and Ito's (*Color Universal Design*, 2008), which people of any colour vision can tell
apart; how light they are is computed, so that every theme has tones that part and points that stand out. Contrasts are
those of WCAG 2.2.
"""

from functools import lru_cache
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from gdtui.charts.roles import TONES, UPPER, Ground, Role

HUES = Color.parse("#56B4E9"), Color.parse("#E69F00")
DARKER_HUES = Color.parse("#0072B2"), Color.parse("#C44E00")
"""The same on light grounds."""
STEPS = 5
"""Tones a class."""
STRONGEST = 2.2
"""The contrast of the strongest tone to the ground."""
POINT = 3.3
"""The contrast of a point to any tone, at the least."""

_DARK_256 = ("#00005f", "#000087", "#0000af", "#005faf"), ("#5f0000", "#870000", "#875f00", "#875f00")
_LIGHT_256 = ("#d7ffff", "#afffff", "#afd7ff", "#87d7ff"), ("#ffffd7", "#ffd7af", "#ffd787", "#ffaf87")


class FieldColours(NamedTuple):
    """See the module; each has that of class 0 first."""

    tones: tuple[Color, ...]
    """From class 0 for certain to class 1 for certain."""
    points: tuple[Color, Color]
    wrong: tuple[Color, Color]
    """Of points that are predicted to be of the other class."""
    line: Color
    """Of the boundary."""


def field_colours(ground: Color, are_256: bool) -> FieldColours:
    """The colours on such a ground.

    Args:
        are_256: whether the terminal has 256 colours only, of which near ones would become the same.
    """
    dark = is_dark(ground)
    ink = Color(255, 255, 255) if dark else Color(0, 0, 0)
    hues = HUES if dark else DARKER_HUES
    if are_256:
        sides = [(ground, *map(Color.parse, side)) for side in (_DARK_256 if dark else _LIGHT_256)]
    else:
        sides = [_tones(ground, hue) for hue in hues]
    tones = (*reversed(sides[0]), *sides[1])
    zero, one = (_standing_out(hue, ink, (ground, *tones), POINT) for hue in hues)
    return FieldColours(tones, (zero, one), (zero.blend(ink, 0.6), one.blend(ink, 0.6)), ink)


_FEW = {True: (("#00AAAA", "#55FFFF"), ("#AA5500", "#FFFF55")), False: (("#0000AA", "#0000AA"), ("#AA0000", "#AA0000"))}
"""Of 16 colours, those of the field and of the points of each class, on dark and on light grounds."""


@lru_cache(maxsize=8)
def field_styles(ground: Color, system: str | None) -> tuple[dict[int, Style], dict[int, RichColor]]:
    """How roles look, and which colours the grounds are.

    Args:
        ground: of the drawing.
        system: as rich names how many colours a terminal has.
    """
    if system in ("truecolor", "256"):
        looks = field_colours(ground, system == "256")
        tones = [tone.rich_color for tone in looks.tones]
        points, wrong = ([colour.rich_color for colour in pair] for pair in (looks.points, looks.wrong))
        line = looks.line.rich_color
    else:
        few = _FEW[is_dark(ground)]
        tones = [RichColor.parse(few[number >= STEPS][0]) for number in range(len(TONES))]
        points = wrong = [RichColor.parse(bright) for _, bright in few]
        line = RichColor.parse("#FFFFFF" if is_dark(ground) else "#000000")
    behind = Style(bgcolor=ground.rich_color)
    fronts = {UPPER + tone: behind + Style(color=colour) for tone, colour in zip(TONES, tones, strict=True)}
    fronts[Role.BOUNDARY] = behind + Style(color=line, bold=True)
    for number in range(2):
        fronts[(Role.CLASS_0, Role.CLASS_1)[number]] = behind + Style(color=points[number])
        fronts[(Role.WRONG_0, Role.WRONG_1)[number]] = behind + Style(color=wrong[number], bold=True)
    return fronts, {**dict(zip(map(int, TONES), tones, strict=True)), Ground.SOLID_1: points[1]}


def is_dark(ground: Color) -> bool:
    """Whether light things stand out on it."""
    return luminance(ground) < 0.18


def luminance(colour: Color) -> float:
    """Relative luminance, 0 to 1."""
    parts = (value / 255 for value in colour.rgb)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """From 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _tones(ground: Color, hue: Color) -> tuple[Color, ...]:
    """From the weakest to the strongest."""
    shares = (share / 100 for share in range(1, 101))
    most = next((share for share in shares if contrast(ground, ground.blend(hue, share)) >= STRONGEST), 1.0)
    return tuple(ground.blend(hue, most * (step + 0.5) / (STEPS - 0.5)) for step in range(STEPS))


def _standing_out(hue: Color, ink: Color, grounds: tuple[Color, ...], least: float) -> Color:
    """The hue, as much lighter or darker as it must be."""
    tried = (hue.blend(ink, share / 20) for share in range(21))
    return next((colour for colour in tried if min(contrast(colour, ground) for ground in grounds) >= least), ink)

"""Colours of drawings, made for whatever lies behind them.

The hues of two classes are Okabe and Ito's (*Color Universal Design*, 2008), which people of any colour vision can tell
apart; those of the others were chosen one after the other, each as far from those before as it can be to any such eye.
How light they are is computed, so that every theme has tones that part and points that stand out. Contrasts are those
of WCAG 2.2.
"""

from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from gdtui.charts.roles import (
    CLASSES,
    FAINTS,
    LIGHTS,
    PATHS,
    RAMP,
    RUNS,
    SHADES,
    STEPS,
    TONES,
    UPPER,
    WRONGS,
    Ground,
    Role,
)
from gdtui.tui.ramp import few_ramp_colours, ramp_colours

HUES = (
    *("#56B4E9", "#E69F00", "#B5FB8F", "#EFFE48", "#19EDB8"),
    *("#A6AB50", "#DD8EB4", "#CDAB87", "#DFE8FF", "#FE71DC"),
)
DARKER_HUES = (
    *("#0072B2", "#C44E00", "#6613BF", "#5E034E", "#19247E"),
    *("#990629", "#7D314C", "#37310B", "#1F5628", "#5F4162"),
)
"""The same on light grounds."""
STRONGEST = 2.2
"""The contrast of the strongest tone to the ground."""
POINT, TEXT, PATH = 3.3, 4.6, 3.0
"""The contrast of a point to any tone, of a text or a curve to the ground, and of a path to any height of the ramp, at
the least."""
BEHIND = 0.45
"""How much of its colour a curve has behind its average."""

_DARK_256 = (
    ("#00005f", "#000087", "#0000af", "#005faf"), ("#5f0000", "#870000", "#875f00", "#875f00"),
    # Of others there is hardly more than one dark tone.
    *(("#005f00",) * 4, ("#5f5f00",) * 4, ("#005f5f",) * 4, ("#444444",) * 4),
    *(("#87005f",) * 4, ("#5f5f5f",) * 4, ("#5f5f87",) * 4, ("#870087",) * 4),
)  # fmt: skip
_LIGHT_256 = (
    ("#d7ffff", "#afffff", "#afd7ff", "#87d7ff"), ("#ffffd7", "#ffd7af", "#ffd787", "#ffaf87"),
    *(("#d7afff",) * 4, ("#ffafff",) * 4, ("#d7d7ff",) * 4, ("#ffafaf",) * 4),
    *(("#ffd7d7",) * 4, ("#d7d787",) * 4, ("#afd7af",) * 4, ("#c6c6c6",) * 4),
)  # fmt: skip
_DARK_16 = (
    *("#00AAAA #55FFFF", "#AA5500 #FFFF55", "#00AA00 #55FF55", "#AA00AA #FF55FF", "#FF5555 #FF5555"),
    *("#5555FF #FFFFFF", "#AAAAAA #AAAAAA", "#00AA00 #00AA00", "#00AAAA #00AAAA", "#AAAAAA #FFFFFF"),
)
"""Of each class, the field and the points; shapes tell apart what is of one colour."""
_LIGHT_16 = (
    *("#0000AA #0000AA", "#AA0000 #AA0000", "#AA00AA #AA00AA", "#AA5500 #AA5500", "#00AA00 #000000"),
    *("#5555FF #5555FF", "#555555 #555555", "#FF5555 #AA0000", "#5555FF #0000AA", "#555555 #000000"),
)


class FieldColours(NamedTuple):
    """See the module; each has that of class 0 first."""

    tones: tuple[Color, ...]
    """From class 0 for certain to class 1 for certain, and on as in `BY_CLASS`."""
    points: tuple[Color, ...]
    wrong: tuple[Color, ...]
    """Of points that are predicted to be of another class."""
    line: Color
    """Of the boundary."""


def field_colours(ground: Color, dark: bool, are_256: bool, classes: int = 2) -> FieldColours:
    """The colours on such a ground.

    Args:
        dark: whether light things stand out on it.
        are_256: whether the terminal has 256 colours only, of which near ones would become the same.
        classes: how many to have colours for.
    """
    ink = Color(255, 255, 255) if dark else Color(0, 0, 0)
    hues = [Color.parse(hue) for hue in (HUES if dark else DARKER_HUES)[:classes]]
    if are_256:
        sides = [(ground, *map(Color.parse, side)) for side in (_DARK_256 if dark else _LIGHT_256)[:classes]]
    else:
        sides = [_tones(ground, hue) for hue in hues]
    tones = (*reversed(sides[0]), *chain.from_iterable(sides[1:]))
    # The tones of the others are no lighter or darker than those of the first two.
    points = [_standing_out(hue, ink, (ground, *tones[: 2 * STEPS]), POINT) for hue in hues]
    return FieldColours(tones, tuple(points), tuple(point.blend(ink, 0.6) for point in points), ink)


_Looks = dict[int, tuple[str, str, str]]
_STROKES: _Looks = {
    # The hue, and what stands for it among 16 colours on dark and on light grounds.
    Role.CURVE: ("#009E73", "#55FF55", "#0000AA"),
    Role.RUN_2: ("#E69F00", "#FFFF55", "#AA5500"),
    Role.RUN_3: ("#56B4E9", "#55FFFF", "#AA00AA"),
    Role.RUN_4: ("#CC79A7", "#FF55FF", "#AA0000"),
    Role.RUN_5: ("#F0E442", "#FFFFFF", "#555555"),
    Role.RUN_6: ("#D55E00", "#FF5555", "#000000"),
    Role.TEST: ("#9AA5B1", "#AAAAAA", "#555555"),
    # Of 16 colours not so many stand out that each could have one of its own; names tell these apart.
    Role.RUN_7: ("#9467BD", "#00AA00", "#5555FF"),
    Role.RUN_8: ("#B5CF6B", "#00AAAA", "#0000AA"),
    Role.RUN_9: ("#FF9DA7", "#AAAAAA", "#AA5500"),
    Role.RUN_10: ("#9C755F", "#55FF55", "#AA00AA"),
    Role.MARK: ("#CC79A7", "#FF55FF", "#AA00AA"),
    Role.CURSOR: ("#F0C44C", "#FFFF55", "#AA5500"),
    Role.NOTE: ("#F0C44C", "#FFFF55", "#AA5500"),
}
_IN_FRONT: _Looks = {
    Role.BALL: ("#FFFFFF", "#FFFFFF", "#000000"),
    Role.OPTIMUM: ("#FFE9A8", "#FFFFFF", "#000000"),
    Role.GRADIENT: ("#4FC3F7", "#55FFFF", "#0000AA"),
    Role.MOMENTUM: ("#F0C000", "#FFFF55", "#AA5500"),
    **{path: _STROKES[run] for path, run in zip(PATHS, RUNS, strict=True)},
}
"""The same in front of a ramp."""
_BOLD = (Role.BOUNDARY, Role.TEXT, *WRONGS, Role.NOTE, Role.BALL, Role.OPTIMUM)


@lru_cache(maxsize=8)
def chart_styles(ground: Color, dark: bool, system: str | None) -> tuple[dict[int, Style], dict[int, RichColor]]:
    """How roles look, and which colours the grounds are.

    Args:
        ground: of the drawing.
        dark: whether light things stand out on it.
        system: as rich names how many colours a terminal has.
    """
    if system in ("truecolor", "256") and ground.ansi is None:
        looks = field_colours(ground, dark, system == "256", len(CLASSES))
        ink = looks.line
        heights = ramp_colours(dark, system == "256")
        lit = [colour for at, colour in enumerate(heights) if at % LIGHTS]  # nothing is drawn on what is turned away
        fronts = {role: _standing_out(Color.parse(hue), ink, (ground,), TEXT) for role, (hue, _, _) in _STROKES.items()}
        for role, (hue, _, _) in _IN_FRONT.items():
            fronts[role] = _standing_out(Color.parse(hue), ink, (ground, *lit), PATH)
        for shade, colour in zip(SHADES, heights[LIGHTS - 1 :: LIGHTS], strict=True):
            fronts[shade] = _standing_out(colour, ink, (ground,), PATH)
        fronts[Role.LABEL] = _standing_out(ground.blend(ink, 0.5), ink, (ground,), TEXT)
        fronts[Role.AXIS] = ground.blend(ink, 0.35)
        fronts |= {faint: ground.blend(fronts[run], BEHIND) for faint, run in zip(FAINTS, RUNS, strict=True)}
    else:
        looks, heights = _few(dark), few_ramp_colours(dark)
        fronts = {role: Color.parse(few[not dark]) for role, (_, *few) in (_STROKES | _IN_FRONT).items()}
        fronts |= dict(zip(SHADES, heights[::LIGHTS], strict=True))
        fronts[Role.LABEL] = fronts[Role.AXIS] = Color.parse("#AAAAAA" if dark else "#555555")
        fronts |= dict.fromkeys(FAINTS, Color.parse("#555555" if dark else "#AAAAAA"))
    fronts[Role.BOUNDARY] = fronts[Role.TEXT] = looks.line
    of_points = {**dict(zip(CLASSES, looks.points, strict=True)), **dict(zip(WRONGS, looks.wrong, strict=True))}
    tones = dict(enumerate(looks.tones, TONES[0])) | dict(enumerate(heights, RAMP))
    behind = Style(bgcolor=ground.rich_color)
    styles = {int(role): behind + Style(color=colour.rich_color) for role, colour in (fronts | of_points).items()}
    styles |= {UPPER + tone: behind + Style(color=colour.rich_color) for tone, colour in tones.items()}
    styles |= {int(role): styles[role] + Style(bold=True) for role in _BOLD} | {int(Role.BLANK): behind}
    styles[int(Role.PAPER)] = behind + Style(color=ground.rich_color)
    grounds = {**tones, **dict(enumerate(looks.points, Ground.SOLID_0))}
    return styles, {int(tone): colour.rich_color for tone, colour in grounds.items()}


def _few(dark: bool) -> FieldColours:
    """Of 16 colours."""
    pairs = [tuple(map(Color.parse, both.split())) for both in (_DARK_16 if dark else _LIGHT_16)]
    points = tuple(point for _, point in pairs)
    tones = tuple(field for field, _ in pairs for _ in range(STEPS))
    return FieldColours(tones, points, points, Color.parse("#FFFFFF" if dark else "#000000"))


@lru_cache(maxsize=4096)
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

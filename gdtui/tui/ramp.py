"""The colours of the ramp: a height each, in a light each, by which a landscape is drawn.

In each light, the lower the darker: who sees no hues, or prints it in grey, sees the same landscape. The steps from
height to height are even to the eye, since they are mixed in CIE L*a*b*.
"""

from textual.color import Color, Lab, lab_to_rgb

from gdtui.charts.roles import HEIGHTS, LIGHTS

_ON_DARK = ((20, 4, -32), (27, 26, -44), (34, 42, -28), (41, 42, -2), (48, 28, 24))
_ON_LIGHT = ((68, -4, -34), (74, 10, -28), (80, 18, -12), (86, 13, 6), (92, 2, 22))
"""Blue, violet, rose and amber in full light, L*, a* and b* each, about as far from one to the next."""
_SHADES_ON_DARK, _SHADES_ON_LIGHT = (0.5, 0.72, 0.82, 0.92, 1.0), (0.74, 0.85, 0.9, 0.95, 1.0)
"""How light each is, of what it is in full light."""
_DARK_256 = (
    *("#00005f #000087 #0000af", "#00005f #5f0087 #5f00af", "#5f005f #870087 #8700af"),
    *("#5f0000 #87005f #af0087", "#5f0000 #af005f #d7005f", "#5f5f00 #875f00 #af5f00"),
)
"""Of 256 colours, two heights each, away from the light, in little and in more of it."""
_LIGHT_256 = (
    *("#5f87af #87afd7 #87afff", "#8787af #afafd7 #afafff", "#af87af #d7afd7 #d7afff"),
    *("#af8787 #d7afaf #ffafd7", "#af8787 #ffafaf #ffd7d7", "#afaf87 #ffd7af #ffffd7"),
)
_DARK_16 = "#5555FF", "#AA00AA", "#FF5555", "#FFFF55"
_LIGHT_16 = "#0000AA", "#AA00AA", "#AA0000", "#AA5500"
"""Of characters that stand for three heights each."""


def ramp_colours(dark: bool, are_256: bool) -> tuple[Color, ...]:
    """Those of every height, the lowest first, in every light, the least first.

    Args:
        dark: whether light things stand out on the ground.
        are_256: whether the terminal has 256 colours only, of which near ones would become the same.
    """
    if are_256:
        rows = [[*map(Color.parse, row.split())] for row in (_DARK_256 if dark else _LIGHT_256)]
        lights = [(light + 1) // 2 for light in range(LIGHTS)]
        return tuple(rows[height * len(rows) // HEIGHTS][light] for height in range(HEIGHTS) for light in lights)
    colours: list[Color] = []
    anchors = _ON_DARK if dark else _ON_LIGHT
    for height in range(HEIGHTS):
        place = height * (len(anchors) - 1) / (HEIGHTS - 1)
        part = min(int(place), len(anchors) - 2)
        below, above, share = anchors[part], anchors[part + 1], place - part
        full = [low + (high - low) * share for low, high in zip(below, above, strict=True)]
        shades = _SHADES_ON_DARK if dark else _SHADES_ON_LIGHT
        colours += [lab_to_rgb(Lab(*(shade * axis for axis in full))).clamped for shade in shades]
    return tuple(colours)


def few_ramp_colours(dark: bool) -> tuple[Color, ...]:
    """The same of 16 colours, for characters."""
    colours = [*map(Color.parse, _DARK_16 if dark else _LIGHT_16)]
    return tuple(colours[height * len(colours) // HEIGHTS] for height in range(HEIGHTS) for _ in range(LIGHTS))

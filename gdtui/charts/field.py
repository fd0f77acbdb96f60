"""The field: which class each place of a plane is taken for, and how surely, in tones behind a drawing."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import BY_CLASS, LIGHTS, RAMP, SHADES, STEPS, TONES, UPPER, Ground, Role
from gdtui.types import Floats

Codes = NDArray[np.intp]
"""Grounds."""


class Shading(Enum):
    """How a field is drawn."""

    TONES = "tones"
    """In colours, two halves to a cell."""
    HATCHED = "hatched"
    """By characters, where there are few colours or none."""
    TWO = "two"
    """In one tone a class, which changes in the fewest cells: for slow links."""


_SHARES = np.arange(1, len(TONES)) / len(TONES)
EDGES = np.log(_SHARES / (1 - _SHARES))
"""The scores between two tones, which are evenly spread over the activations."""
MARGINS = np.linspace(-1, 1, len(TONES) - 1)
"""The same where activations are the scores themselves: the last tones are beyond the margin."""
SHARES, SCORES = _SHARES[STEPS:], MARGINS[STEPS:]
"""What parts the tones of one class of many: its share, or its score."""
_OF_CLASSES = " ▓▒▒░ " + "".join((" ░▒▒▓", " ╌──═")[number % 2] for number in range(1, len(BY_CLASS)))
"""By ground. Dots for class 0 and lines for class 1, and so on by turns: without colours nothing else tells the sides
apart."""
SLOPES = " ·:-~+=x*%#@"
"""Without colours, the heights of the ramp: the higher, the denser."""
HATCHES = np.array([*_OF_CLASSES.ljust(RAMP), *(char for char in SLOPES for _ in range(LIGHTS))])
HATCHED = np.array([*range(UPPER, UPPER + RAMP), *(shade for shade in SHADES for _ in range(LIGHTS))])
"""By ground, the characters that stand for them and the roles of those."""
_TONES = np.array(BY_CLASS)
_MILD = 2
"""The strength that stands for all."""


def tones_of_two(scores: Floats, shading: Shading, edges: Floats = EDGES) -> Codes:
    """The tones of two classes.

    Args:
        scores: of which the activation is the sigmoid, or which it is; shape (2 · height, width), two to a cell.
        edges: what parts the tones, ascending.
    """
    if shading is Shading.TWO:
        tones: Codes = _TONES[(scores >= 0).astype(int), _MILD]
        return tones
    if shading is Shading.HATCHED:
        bounded = np.clip(scores, 2 * edges[0], 2 * edges[-1])
        scores = (bounded[0::2] + bounded[1::2]) / 2
    return TONES[0] + np.searchsorted(edges, scores)


def tones_of_many(winners: NDArray[np.intp], values: Floats, shading: Shading, edges: Floats) -> Codes:
    """The tones of more classes: of the one that wins in each place, with its share or score, as `edges` part them."""
    tones: Codes = _TONES[winners, _MILD if shading is Shading.TWO else np.searchsorted(edges, values)]
    return tones


def paint(chart: Chart, canvas: Canvas, tones: Codes, shading: Shading) -> None:
    """Put a field behind what is drawn in the canvas.

    Args:
        tones: shape (2 · height, width), two to a cell; one to a cell where the shading is HATCHED.
    """
    chars, roles, grounds = (layer[canvas.area] for layer in (chart.chars, chart.roles, chart.grounds))
    blank, bare = roles == Role.BLANK, (grounds == Ground.NONE) & (roles != Role.LABEL)
    if shading is Shading.HATCHED:
        chars[blank], roles[blank] = HATCHES[tones[blank]], HATCHED[tones[blank]]
        return
    upper, lower = tones[0::2], tones[1::2]
    grounds[bare] = lower[bare]
    halved = blank & (upper != lower)
    chars[halved], roles[halved] = "▀", UPPER + upper[halved]

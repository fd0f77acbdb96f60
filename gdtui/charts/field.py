"""The field: how sure the unit is of its class everywhere in a plane, in tones behind a drawing."""

from enum import Enum

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import TONES, UPPER, Ground, Role
from gdtui.types import Floats


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
HATCHES = np.array(list("▓▒▒░  ╌──═"))
"""Dots for class 0 and lines for class 1: without colours nothing else tells the sides apart."""
MILD = np.array([TONES[2], TONES[7]])


def paint(chart: Chart, canvas: Canvas, scores: Floats, shading: Shading) -> None:
    """Put a field behind what is drawn in the canvas.

    Args:
        scores: of which the activation is the sigmoid; shape (2 · height, width), two to a cell.
    """
    chars, roles, grounds = (layer[canvas.area] for layer in (chart.chars, chart.roles, chart.grounds))
    blank, bare = roles == Role.BLANK, (grounds == Ground.NONE) & (roles != Role.LABEL)
    if shading is Shading.HATCHED:
        bounded = np.clip(scores, 2 * EDGES[0], 2 * EDGES[-1])
        means = np.searchsorted(EDGES, (bounded[0::2] + bounded[1::2]) / 2)
        chars[blank], roles[blank] = HATCHES[means[blank]], UPPER + TONES[0] + means[blank]
        return
    tones = MILD[(scores >= 0).astype(int)] if shading is Shading.TWO else TONES[0] + np.searchsorted(EDGES, scores)
    upper, lower = tones[0::2], tones[1::2]
    grounds[bare] = lower[bare]
    halved = blank & (upper != lower)
    chars[halved], roles[halved] = "▀", UPPER + upper[halved]

"""The mark in a drawing of losses where that on the rows kept for testing parts from that of training."""

import math

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.runs.curve import Curve
from gdtui.runs.gap import gap_of

FARTHEST = 2
"""Rows from the arrow to its words at the most."""


def mark_gap(chart: Chart, canvas: Canvas, curve: Curve) -> None:
    """An arrow at the two curves where the gap opens, if it does, with words where they cover nothing."""
    epoch = gap_of(curve)
    column = -1 if epoch is None else math.floor(canvas.columns(np.array([float(epoch)]))[0])
    if not 0 <= column < canvas.width:
        return
    drawn = np.flatnonzero(np.isin(chart.roles[canvas.area][:, column], (*RUNS, Role.TEST)))
    if not len(drawn):
        return
    for row, arrow, step in ((int(drawn[0]) - 1, "▼", -1), (int(drawn[-1]) + 1, "▲", 1)):
        if _is_free(chart, canvas, row, column, 1):
            chart.write(canvas.top + row, canvas.left + column, arrow, Role.NOTE)
            _name(chart, canvas, (row, column), step, f"gap opens at {epoch}")
            return


def _name(chart: Chart, canvas: Canvas, arrow: tuple[int, int], step: int, text: str) -> None:
    """Write this beside the arrow, or further from the curves, by as many rows as it takes."""
    row, column = arrow
    for away in range(FARTHEST + 1):
        beside = 2 * (away == 0)
        for begin in (column + beside, column + 1 - beside - len(text)):
            if _is_free(chart, canvas, row + step * away, begin, len(text)):
                chart.write(canvas.top + row + step * away, canvas.left + begin, text, Role.NOTE)
                return


def _is_free(chart: Chart, canvas: Canvas, row: int, begin: int, length: int) -> bool:
    """Whether there is nothing in these cells and beside them but lines from top to bottom, and the arrow itself."""
    if not (0 <= row < canvas.height and 0 <= begin <= canvas.width - length):
        return False
    cells = row, slice(max(begin - 1, 0), begin + length + 1)
    chars, roles = chart.chars[canvas.area][cells], chart.roles[canvas.area][cells]
    return bool((np.isin(roles, (Role.BLANK, Role.NOTE)) | np.isin(chars, ("┊", "│"))).all())

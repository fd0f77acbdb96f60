"""The mark in a drawing of losses where that on the rows kept for testing parts from that of training."""

import math

import numpy as np

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.runs.curve import Curve
from gdtui.runs.gap import gap_of
from gdtui.views.labels import is_free, label, write


def mark_gap(chart: Chart, canvas: Canvas, curve: Curve) -> None:
    """An arrow at the two curves where the gap opens, if it does, with words where they cover nothing."""
    epoch = gap_of(curve)
    column = -1 if epoch is None else math.floor(canvas.columns(np.array([float(epoch)]))[0])
    if not 0 <= column < canvas.width:
        return
    drawn = np.flatnonzero(np.isin(chart.roles[canvas.area][:, column], (*RUNS, Role.TEST)))
    if not len(drawn):
        return
    around = slice(max(column - 1, 0), column + 2)
    free = is_free(chart, canvas)
    for row, arrow in ((int(drawn[0]) - 1, "▼"), (int(drawn[-1]) + 1, "▲")):
        if 0 <= row < canvas.height and free[row, around].all():
            write(chart, canvas, row, column, arrow, Role.NOTE)
            label(chart, canvas, (row, column), f"gap opens at {epoch}", Role.NOTE)
            return

"""What curves over the epochs have in common."""

from __future__ import annotations

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart
from gdtui.charts.roles import Role
from gdtui.views.curves import draw_head


def test_on_axes_that_span_nothing_there_is_no_head() -> None:
    chart, canvas = Chart.blank(20, 5), Canvas(0, 0, 20, 5, (0, 10), (1e-320, 1e-320))
    assert draw_head(chart, canvas, 5, 1e-320, Role.LABEL) is None

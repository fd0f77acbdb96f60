"""A widget that shows a chart, and repaints only the cells that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from gdtui.charts.roles import Ground, Role
from gdtui.tui.colours import chart_styles
from gdtui.tui.styled import Resized, Styled

if TYPE_CHECKING:
    from gdtui.charts.chart import Chart

Kind = Literal["press", "drag", "release"]


class ChartView(Styled):
    """Places a `Chart`."""

    class Touched(Message):
        """The mouse was pressed over the chart, or drawn along with its button down, or let go."""

        def __init__(self, view: ChartView, column: int, row: int, kind: Kind, button: int) -> None:
            super().__init__()
            self.view, self.column, self.row, self.kind, self.button = view, column, row, kind, button

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chart: Chart | None = None
        self._button = 0

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.get_content_offset(self) is not None:  # not its frame
            self.capture_mouse()
            self._button = event.button
            self._touch(event, "press")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._touch(event, "drag")

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self.app.mouse_captured is self:
            self._touch(event, "release")
        self.release_mouse()

    def _touch(self, event: events.MouseEvent, kind: Kind) -> None:
        self.post_message(self.Touched(self, *event.get_content_offset_capture(self), kind, self._button))

    def on_resize(self) -> None:
        self.post_message(Resized())

    def show(self, chart: Chart) -> None:
        """Show this chart from now on."""
        before, self.chart = self.chart, chart
        if before is None or before.chars.shape != chart.chars.shape:
            self.refresh()
        elif regions := [Region(column, row, cells, 1) for column, row, cells in chart.changes(before)]:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        if self.chart is None or y >= self.chart.height:
            return Strip.blank(self.size.width, self.look(Role.BLANK, Ground.NONE))
        segments = [Segment(text, self.look(role, ground)) for text, role, ground in self.chart.runs(y)]
        return Strip(segments, self.chart.width)  # it is as wide as the widget, but until it is drawn for another size

    def look(self, role: int, ground: int = Ground.NONE) -> Style:
        """How what has this role looks in front of that."""
        if (role, ground) not in self.known:
            colours = self.background_colors[1], self.app.current_theme.dark, self.app.console.color_system
            styles, grounds = chart_styles(*colours)
            self.known[role, ground] = styles[role] + Style(bgcolor=grounds.get(ground))
        return self.known[role, ground]

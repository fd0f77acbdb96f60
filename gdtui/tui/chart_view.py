"""A widget that shows a chart, and repaints only the cells that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from gdtui.charts.roles import Ground, Role
from gdtui.tui.colours import field_styles
from gdtui.tui.styled import Resized, Styled

if TYPE_CHECKING:
    from gdtui.charts.chart import Chart


class ChartView(Styled):
    """Places a `Chart`; its colours come from the style sheet, one component class a role."""

    COMPONENT_CLASSES = {role.css for role in Role}

    class Touched(Message):
        """The mouse was pressed, or drawn along with its button down, over a column of the chart."""

        def __init__(self, view: ChartView, column: int) -> None:
            super().__init__()
            self.view, self.column = view, column

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chart: Chart | None = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._touch(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._touch(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def _touch(self, event: events.MouseEvent) -> None:
        self.post_message(self.Touched(self, event.get_content_offset_capture(self).x))

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
        blank = self._style(Role.BLANK, Ground.NONE)
        if self.chart is None or y >= self.chart.height:
            return Strip.blank(self.size.width, blank)
        segments = [Segment(text, self._style(role, ground)) for text, role, ground in self.chart.runs(y)]
        return Strip(segments, self.chart.width).adjust_cell_length(self.size.width, blank)

    def _style(self, role: int, ground: int) -> Style:
        if (role, ground) not in self.known:
            fronts, grounds = self._field
            look = fronts[role] if role in fronts else self.style(Role(role).css)
            self.known[role, ground] = look + Style(bgcolor=grounds.get(ground))
        return self.known[role, ground]

    @property
    def _field(self) -> tuple[dict[int, Style], dict[int, Color]]:
        """How the field and what lies on it look here."""
        return field_styles(self.background_colors[1], self.app.console.color_system)

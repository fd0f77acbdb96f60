"""A widget that shows a chart, and repaints only the cells that changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from gdtui.charts.grid import Chart, Ground, Role

GAP = 4
"""Unchanged cells between two changed runs that are repainted rather than skipped: about what a jump costs."""


class ChartView(Widget):
    """Places a `Chart`; its colours come from the style sheet, one component class a role."""

    COMPONENT_CLASSES = {
        *(f"chart--{role.name.lower().replace('_', '-')}" for role in Role),
        *(f"chart--ground-{ground.name.lower().replace('_', '-')}" for ground in Ground),
    }

    class Resized(Message):
        """The room for the chart is another; whoever draws it should draw it anew."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chart = Chart.blank(0, 0)
        self._strips: dict[int, Strip] = {}
        self._styles: list[list[Style]] = []

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = []
        self._strips.clear()

    def show(self, chart: Chart) -> None:
        """Show this chart from now on."""
        before, self.chart = self.chart, chart
        if before.chars.shape != chart.chars.shape:
            self._strips.clear()
            self.refresh()
            return
        regions = list(changed_regions(before, chart))
        for region in regions:
            self._strips.pop(region.y, None)
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        if y >= self.chart.height:
            return Strip.blank(self.size.width, self._style(Role.BLANK, Ground.NONE))
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._render_row(y)
        return strip.adjust_cell_length(self.size.width, self._style(Role.BLANK, Ground.NONE))

    def _render_row(self, y: int) -> Strip:
        chars, roles, grounds = self.chart.chars[y], self.chart.roles[y], self.chart.grounds[y]
        text = "".join(chars.tolist())
        kinds = roles.astype(np.int16) * 256 + grounds
        cuts = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(text)]
        return Strip(
            [
                Segment(text[begin:end], self._style(int(roles[begin]), int(grounds[begin])))
                for begin, end in pairwise(cuts)
                if end > begin
            ],
            len(text),
        )

    def _style(self, role: int, ground: int) -> Style:
        if not self._styles:
            self._styles = [[self._look_up(role, ground) for ground in Ground] for role in Role]
        return self._styles[role][ground]

    def _look_up(self, role: Role, ground: Ground) -> Style:
        front = self.get_component_rich_style(f"chart--{role.name.lower().replace('_', '-')}")
        behind = self.get_component_rich_style(f"chart--ground-{ground.name.lower().replace('_', '-')}")
        return front + Style(bgcolor=behind.bgcolor)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return container.height


def changed_regions(before: Chart, after: Chart) -> Iterator[Region]:
    """The runs of cells, one row high, in which two charts of the same size differ."""
    differ = (before.chars != after.chars) | (before.roles != after.roles) | (before.grounds != after.grounds)
    for row in np.flatnonzero(differ.any(axis=1)).tolist():
        columns = np.flatnonzero(differ[row])
        parts = np.split(columns, np.flatnonzero(np.diff(columns) > GAP) + 1)
        for part in parts:
            yield Region(int(part[0]), row, int(part[-1] - part[0]) + 1, 1)

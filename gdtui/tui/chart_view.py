"""A widget that shows a chart, and repaints only the cells that changed; keys can move a cursor in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from gdtui.charts.roles import GROUNDS, Ground, Role
from gdtui.tui.colours import chart_styles
from gdtui.tui.styled import Resized, Styled
from gdtui.wire.strips import Drawn, Palette

if TYPE_CHECKING:
    from gdtui.charts.chart import Chart
    from gdtui.views.view import Aim

Kind = Literal["press", "drag", "release"]
FAR = 5
"""Cells by which the cursor moves with shift."""
POINTING = ("c End", "←↑↓→ Move")
"""The keys of the cursor in every view, each with a word, for the foot of the screen."""
HOLDING = ("space Train on", "escape Give up", *POINTING)
"""The same while weights are held."""


class ChartView(Styled):
    """Places a `Chart`."""

    COMPONENT_CLASSES = {"chart-view--cursor"}
    BINDINGS = [
        *(
            Binding(f"{shift}{key}", f"move({across * far},{down * far})", show=False)
            for key, across, down in (("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1))
            for shift, far in (("", 1), ("shift+", FAR))
        ),
        Binding("enter", "touch", show=False),
        *(Binding(str(digit), f"touch({digit})", show=False) for digit in range(10)),
        Binding("escape", "screen.end_cursor", show=False),
    ]
    """The cursor's, while there is one: then the chart has the focus."""

    class Touched(Message):
        """The mouse was pressed over the chart, or drawn along with its button down, or let go; or the cursor stands
        there, and a key was pressed, which may be a digit."""

        def __init__(
            self, view: ChartView, column: int, row: int, kind: Kind, button: int, digit: int | None = None
        ) -> None:
            super().__init__()
            self.view, self.column, self.row, self.kind, self.button = view, column, row, kind, button
            self.digit = digit

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chart: Chart | None = None
        self.has_digits = False
        """Whether digits touch it, where there is a cursor."""
        self._button = 0
        self.is_behind = False
        """Whether the mouse does nothing here but take it to the front."""
        self.is_marked = False
        """Whether it has a mark that it is in front, where there is no frame for one."""
        self._at: tuple[float, float] = (0.5, 0.5)
        """Where the cursor is, or was last, as shares of the width and the height."""
        self._aimed_at: object = None
        """What it was last placed at."""
        self._looks: Any = None
        """See `Chart.looks`."""
        self._palette = self._new_palette()

    @property
    def cursor(self) -> tuple[int, int] | None:
        """The column and the row in which keys act, while they do."""
        across, down = self._at
        return (int(across * self.size.width), int(down * self.size.height)) if self.can_focus else None

    def point(self, is_on: bool) -> None:
        """Let keys move a cursor from now on, or no more."""
        if self.can_focus != is_on:
            self.can_focus = is_on
            self.refresh()
        if is_on:
            self.focus(scroll_visible=False)
        elif self.has_focus:
            self.blur()

    def action_move(self, across: int, down: int) -> None:
        if self.cursor is not None and self.size:
            (column, row), (width, height) = self.cursor, self.size
            to = min(max(column + across, 0), width - 1), min(max(row + down, 0), height - 1)
            self._at = (to[0] + 0.5) / width, (to[1] + 0.5) / height
            self.refresh(Region(column, row, 1, 1), Region(*to, 1, 1))

    def action_touch(self, digit: int | None = None) -> None:
        if digit is not None and not self.has_digits:
            raise SkipAction  # the key means what it means elsewhere
        if self.cursor is not None:
            for kind in ("press", "release"):
                self.post_message(self.Touched(self, *self.cursor, kind, 1, digit))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.get_content_offset(self) is not None and not self.is_behind:  # not its frame
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

    def show(self, chart: Chart, aim: Aim | None = None) -> None:
        """Show this chart from now on, with the cursor there, be it seen or not, where it is told so for the first
        time."""
        if aim is not None and aim.what is not self._aimed_at and self.size:
            self._aimed_at = aim.what
            cells = [] if self.cursor is None else [Region(*self.cursor, 1, 1), Region(aim.column, aim.row, 1, 1)]
            self._at = (aim.column + 0.5) / self.size.width, (aim.row + 0.5) / self.size.height
            self.refresh(*cells)
        if self.is_marked:
            chart = chart.copy()  # its view may keep it
            chart.write(chart.height - 1, 0, "▸", Role.NOTE)
        before, self.chart = self.chart, chart
        self._looks = chart.looks()
        if before is None or before.chars.shape != chart.chars.shape:
            self.refresh()
        elif regions := [Region(column, row, cells, 1) for column, row, cells in chart.changes(before)]:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        if self.chart is None or y >= self.chart.height:
            # Most colours of drawings need not be known before there is one: the first paint does not wait for them.
            return Strip.blank(self.size.width, Style(bgcolor=self.background_colors[1].rich_color))
        # As wide as the widget, but until it is drawn for another size.
        strip: Strip = Drawn(self.chart.chars[y], self._looks[y], self._palette)
        if self.cursor is None or self.cursor[1] != y or self.cursor[0] >= self.chart.width:
            return strip
        before, at, after = strip.divide([self.cursor[0], self.cursor[0] + 1, self.chart.width])
        style = self.style("chart-view--cursor")
        return Strip.join([before, Strip([Segment(segment.text, style) for segment in at]), after])

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = self._new_palette()

    def _new_palette(self) -> Palette:
        return Palette(lambda look: self.filtered(self.look(*divmod(look, GROUNDS))))

    def look(self, role: int, ground: int = Ground.NONE) -> Style:
        """How what has this role looks in front of that."""
        if (role, ground) not in self.known:
            colours = self.background_colors[1], self.app.current_theme.dark, self.app.console.color_system
            styles, grounds = chart_styles(*colours)
            self.known[role, ground] = styles[role] + Style(bgcolor=grounds.get(ground))
        return self.known[role, ground]

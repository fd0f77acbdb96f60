"""The log: the article's lines as they come, and what was steered."""

from __future__ import annotations

from collections import deque

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget

KEPT = 10_000
"""Lines to scroll back to."""


class LogView(Widget):
    """Lines of text that follow the newest; the mouse wheel scrolls back."""

    COMPONENT_CLASSES = {"log--line", "log--event"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: deque[tuple[str, bool]] = deque(maxlen=KEPT)
        self._styles: tuple[Style, Style] | None = None
        self._sought: str | None = None
        self._marked: int | None = None
        self._back = 0
        """Lines between the newest and the lowest shown."""

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = None

    def add(self, lines: list[str], event: bool = False) -> None:
        """Add lines; `event` marks what the user or the run did, beside the epochs' own lines."""
        self.lines.extend((line, event) for line in lines)
        if self._back:
            self._scroll(len(lines))  # whoever reads old lines goes on seeing them
        self.refresh()

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()
        self._scroll(0)

    def _scroll(self, lines: int) -> None:
        self._back = max(0, min(self._back + lines, len(self.lines) - self.size.height))
        self.border_subtitle = f"{self._back} newer lines below" if self._back else ""
        self.refresh()

    def find(self, text: str | None) -> None:
        """Show the newest line that holds this text, marked; with None, follow the newest line again."""
        if text == self._sought:
            return
        self._sought = text
        self._marked = None
        if text is None:
            self._scroll(-len(self.lines))
            return
        for back, (line, _) in enumerate(reversed(self.lines)):
            if text in line:
                self._marked = len(self.lines) - 1 - back
                self._scroll(max(0, back - self.size.height // 2) - self._back)
                break
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(-3)

    def on_resize(self) -> None:
        self._scroll(0)

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        index = max(0, len(self.lines) - height - self._back) + y
        text, event = self.lines[index] if index < len(self.lines) else ("", False)
        if self._styles is None:
            self._styles = self.get_component_rich_style("log--line"), self.get_component_rich_style("log--event")
        style = self._styles[event or index == self._marked]
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

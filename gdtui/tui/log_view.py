"""The log: the article's lines as they come, and what was steered."""

from __future__ import annotations

import math
import re
from collections import deque

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget

EPOCH_LINE = re.compile(r"\[INFO\] epoch #(\d+), loss=(.+)")
KEPT = 10_000
"""Lines to scroll back to."""


class LogView(Widget):
    """Lines of text that follow the newest; the mouse wheel scrolls back."""

    COMPONENT_CLASSES = {"log--line", "log--event"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: deque[tuple[str, bool]] = deque(maxlen=KEPT)
        self._styles: tuple[Style, Style] | None = None
        self._added = 0
        """Lines ever added: old ones leave at the top, so lines are told apart by their number among these."""
        self._sought: tuple[int, float] | None = None
        self._marked: int | None = None
        self._back = 0
        """Lines between the newest and the lowest shown."""

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = None

    def add(self, lines: list[str], event: bool = False) -> None:
        """Add lines; `event` marks what the user or the run did, beside the epochs' own lines."""
        self.lines.extend((line, event) for line in lines)
        self._added += len(lines)
        if self._back:
            self._scroll(len(lines))  # whoever reads old lines goes on seeing them
        self.refresh()

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()
        self._scroll(0)

    def _scroll(self, lines: int) -> None:
        self._back = max(0, min(self._back + lines, len(self.lines) - self.size.height))
        self.border_subtitle = f"{self._back} newer line{'s' * (self._back > 1)} below" if self._back else ""
        self.refresh()

    def find(self, epoch: int | None, loss: float = math.nan) -> None:
        """Show that epoch's newest line, marked, or, where the log has none, that of the nearest epoch before it;
        with None, follow the newest line again. With its loss: another branch may have a line of the same epoch."""
        sought = None if epoch is None else (epoch, loss)
        if sought == self._sought:
            return
        self._sought = sought
        self._marked = None
        if epoch is None:
            self._scroll(-len(self.lines))
            return
        back = self._back_to(epoch, f"{loss:.7f}")
        if back is not None:
            self._marked = self._added - 1 - back
            self._scroll(max(0, back - self.size.height // 2) - self._back)
        self.refresh()

    def _back_to(self, epoch: int, loss: str) -> int | None:
        """How many lines before the newest that line is."""
        nearest, found = 0, None
        for back, (line, _) in enumerate(reversed(self.lines)):
            known = EPOCH_LINE.match(line)
            if known is None:
                continue
            number = int(known[1])
            if number == epoch and known[2] == loss:
                return back
            if nearest < number < epoch:
                nearest, found = number, back
        return found

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(-3)

    def on_resize(self) -> None:
        self._scroll(0)

    def _marked_index(self) -> int | None:
        return None if self._marked is None else self._marked - self._added + len(self.lines)

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        index = max(0, len(self.lines) - height - self._back) + y
        text, event = self.lines[index] if index < len(self.lines) else ("", False)
        if self._styles is None:
            self._styles = self.get_component_rich_style("log--line"), self.get_component_rich_style("log--event")
        is_marked = index == self._marked_index()
        style = self._styles[event or is_marked]
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

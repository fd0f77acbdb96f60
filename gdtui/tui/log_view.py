"""The log: the article's lines as they come, and what was steered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from gdtui.tui.styled import Styled

if TYPE_CHECKING:
    from gdtui.session.log import Entry  # brings NumPy with it


class LogView(Styled):
    """Entries that follow the newest, until somebody scrolls back."""

    COMPONENT_CLASSES = {"log--line", "log--event"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: tuple[Entry, ...] = ()
        self._shown: tuple[int, int | None, object] = 0, None, None
        self._marked: int | None = None
        """The place of the entry that is marked."""
        self._back = 0
        """Entries between the newest and the lowest shown."""
        self._lines: list[tuple[str, str]] = []
        """What is drawn."""

    def show(self, entries: tuple[Entry, ...], added: int, epoch: int | None, of: object = None) -> None:
        """Show these from now on.

        Args:
            added: how many there ever were: old ones leave at the top.
            epoch: whose entry is to be seen, and marked, or, where there is none, that of the nearest epoch before
                it; None to follow the newest.
            of: whose log it is; another's is shown from its newest on.
        """
        before, self._shown = self._shown, (added, epoch, of)
        if self._shown == before and entries[-1:] == self.entries[-1:]:
            return
        self.entries, self._marked = entries, None
        if epoch is not None:
            known = ((entry.epoch, place) for place, entry in enumerate(entries) if entry.epoch)
            places = (pair for pair in known if pair[0] <= epoch)
            self._marked = max(places, default=(0, None))[1]
        if self._shown[1:] != before[1:] or self._marked is not None:
            self._seek()
        elif self._back:
            self._scroll(added - before[0])  # whoever reads old lines goes on seeing them
        self._paint()

    def _seek(self) -> None:
        """Show the entry that is marked in the middle, or the newest."""
        back = 0 if self._marked is None else len(self.entries) - 1 - self._marked
        self._scroll(max(0, back - self.size.height // 2) - self._back)

    def _scroll(self, lines: int) -> None:
        self._back = max(0, min(self._back + lines, len(self.entries) - self.size.height))
        self.border_subtitle = f"{self._back} newer line{'s' * (self._back > 1)} below" if self._back else ""
        self._paint()

    def scroll_lines(self, lines: int) -> None:
        """Show what is so many lines further down."""
        self._scroll(-lines)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(-3)

    def on_resize(self) -> None:
        if self._marked is None:
            self._scroll(0)
        else:
            self._seek()

    def _top(self) -> int:
        """The place of the entry in the first line. Where the newest is followed, several lines come before all move
        up: that is calmer to look at, and less to send."""
        height, added = self.size.height, self._shown[0]
        if self._back:
            return max(0, len(self.entries) - height - self._back)
        step = max(1, height // 3)
        first = -(-max(0, added - height) // step) * step
        return max(0, first - (added - len(self.entries)))

    def _line(self, y: int) -> tuple[str, str]:
        """The text of a line, and how it looks."""
        index = self._top() + y
        entry = self.entries[index] if index < len(self.entries) else None
        if entry is None:
            return "", "log--line"
        if index == self._marked:
            return _fitted(f"▶ {entry.text}", self.size.width), "log--event"
        return _fitted(entry.text, self.size.width), "log--event" if entry.epoch is None else "log--line"

    def _paint(self) -> None:
        """Have those lines drawn anew that are others than before."""
        before, self._lines = self._lines, [self._line(y) for y in range(self.size.height)]
        if len(before) != len(self._lines):
            self.refresh()
            return
        rows = [y for y, (old, new) in enumerate(zip(before, self._lines, strict=True)) if old != new]
        if rows:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))

    def render_line(self, y: int) -> Strip:
        text, look = self._line(y)
        return Strip([Segment(text, self.style(look))]).adjust_cell_length(self.size.width, self.style(look))


def _fitted(text: str, width: int) -> str:
    """A line in so many columns. Where it is too long, it goes without its level first; what is cut has a mark."""
    if cell_len(text) > width:
        text = text.replace("[INFO] ", "", 1)
    return text if cell_len(text) <= width or not width else set_cell_size(text, width - 1) + "…"

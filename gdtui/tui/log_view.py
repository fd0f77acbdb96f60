"""The log: the article's lines as they come, and what was steered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual import events

from gdtui.tui.styled import Pieces, Written

if TYPE_CHECKING:
    from gdtui.session.log import Entry  # brings NumPy with it

INDENT = 2
"""Columns by which the further lines of an entry begin later."""
FEW = 20
"""Entries among which that of the epoch before is looked for: between two of them may stand what was steered."""


Shorter = tuple[str, str | Callable[[re.Match[str]], str]]
LEVEL: Shorter = r"\[INFO\] ", ""
EPOCHS: tuple[Shorter, ...] = (
    (r"\btest_loss=", "test="),
    (r"(?<==)-?\d+\.\d{7}\b", lambda found: f"{float(found[0]):.4f}"),
    (r"\bepoch #", "#"),
)
"""What a line can do without, and one of an epoch besides: the first first."""


class LogView(Written):
    """Entries that follow the newest, until somebody scrolls back."""

    COMPONENT_CLASSES = {"log--line", "log--event"}
    REST = "log--line"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: tuple[Entry, ...] = ()
        self._shown: tuple[int, int | None, object] = 0, None, None
        self._marked: int | None = None
        """The place of the entry that is marked."""
        self._back = 0
        """Entries between the newest and the lowest shown."""

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
        self.paint()

    def _seek(self) -> None:
        """Show the entry that is marked in the middle, or the newest."""
        back = 0 if self._marked is None else len(self.entries) - 1 - self._marked
        self._scroll(max(0, back - self.size.height // 2) - self._back)

    def _scroll(self, lines: int) -> None:
        self._back = max(0, min(self._back + lines, len(self.entries) - self.size.height))
        self.border_subtitle = f"{self._back} newer line{'s' * (self._back > 1)} below" if self._back else ""
        self.paint()

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

    def _top(self, height: int) -> int:
        """The place of the entry in the first line. Where the newest is followed, several lines come before all move
        up: that is calmer to look at, and less to send."""
        added = self._shown[0]
        if self._back:
            return max(0, len(self.entries) - height - self._back)
        step = max(1, height // 3)
        first = -(-max(0, added - height) // step) * step
        return max(0, first - (added - len(self.entries)))

    def lines(self, width: int, height: int) -> list[Pieces]:
        top = self._top(height)
        shown: list[Pieces] = []
        last = min(top + height, len(self.entries))
        for place in range(top, last):
            free = height - len(shown) - (last - place)
            shown += self._line(place, width, 1 + free)
        return shown + [[]] * (height - len(shown))

    def _line(self, place: int, width: int, most: int) -> list[Pieces]:
        """An entry, in several lines where there is no other use for them."""
        entry = self.entries[place]
        text = f"… {entry.text}" if self._is_after_gap(place) else entry.text
        is_event = place == self._marked or (entry.epoch is None and not entry.is_quiet)
        text = f"▶ {text}" if place == self._marked else text
        lines = [text]
        is_long = len(text) == cell_len(text) > width and not entry.epoch  # a line of an epoch can do with less
        if most > 1 and width > 2 * INDENT and is_long:
            lines = wrap(text, width, subsequent_indent=" " * INDENT, break_on_hyphens=False)
            rest = lines[most - 1 :]
            lines = lines[: most - 1] + ([" ".join([rest[0], *map(str.strip, rest[1:])])] if rest else [])
        shorter = (LEVEL, *EPOCHS) if entry.epoch else (LEVEL,)
        return [[(_fitted(line, width, shorter), "log--event" if is_event else "log--line")] for line in lines]

    def _is_after_gap(self, index: int) -> bool:
        """Whether epochs have no line between that of an entry and the one before. A count of them would be more to
        send with each frame than the line itself."""
        epoch = self.entries[index].epoch
        if epoch is None:
            return False
        before = (self.entries[place].epoch for place in range(index - 1, max(-1, index - FEW), -1))
        return epoch - next(filter(None, before), 0) > 1


def _fitted(text: str, width: int, shorter: Sequence[Shorter]) -> str:
    """A line in so many columns. Where it is too long, each of these patterns is replaced in turn, until it is not;
    what is cut then has a mark."""
    for pattern, shortly in shorter:
        if cell_len(text) > width:
            text = re.sub(pattern, shortly, text)
    return text if cell_len(text) <= width or not width else set_cell_size(text, width - 1) + "…"

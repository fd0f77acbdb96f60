"""Widgets that draw their own lines, in the styles that the style sheet gives their component classes."""

from itertools import takewhile
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from gdtui.wire.lines import FrugalWidget


class Resized(Message):
    """The room for what a widget shows is another; whoever draws it should draw it anew."""


class Styled(FrugalWidget):
    """Remembers its styles: to look one up takes longer than to draw a line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known: dict[object, Style] = {}

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.known.clear()

    def style(self, name: str) -> Style:
        """That of a component class."""
        if name not in self.known:
            self.known[name] = self.get_component_rich_style(name)
        return self.known[name]


Piece = tuple[str, str]
"""Text, and the component class that styles it."""
Pieces = list[Piece]


class Written(Styled):
    """Lines of text, of which only those are drawn anew that are others than before."""

    REST: ClassVar[str]
    """The component class that styles what is left of a line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Pieces] = []
        """What is drawn."""
        self._room = Size(0, 0)
        """The room that it is drawn for."""

    def lines(self, width: int, height: int) -> list[Pieces]:
        """What is to be drawn in so many columns and rows."""
        raise NotImplementedError

    def paint(self) -> None:
        """Draw what is to be drawn now."""
        before = self._lines
        self._write()
        if len(before) != len(self._lines):
            self.refresh()
            return
        pairs = enumerate(zip(before, self._lines, strict=True))
        if parts := [_changed(old, new, y) for y, (old, new) in pairs if old != new]:
            self.refresh(*parts)

    def _write(self) -> None:
        self._room = self.size
        self._lines = self.lines(*self._room)

    def on_resize(self) -> None:
        self.paint()

    def render_line(self, y: int) -> Strip:
        if self.size != self._room:  # then all of it is drawn anew
            self._write()
        pieces = self._lines[y] if y < len(self._lines) else []
        strip = Strip([Segment(text, self.style(name)) for text, name in pieces])
        return strip.adjust_cell_length(self._room.width, self.style(self.REST))


def _changed(old: Pieces, new: Pieces, y: int) -> Region:
    """The part of a line that is another now: the digits of a number, say."""
    begin = 0
    for (text, name), (other, other_name) in zip(old, new, strict=False):
        if name != other_name:
            break
        if text != other:
            if text.isascii() and other.isascii():  # else what begins alike may be a part of a character
                alike = (one == another for one, another in zip(text, other, strict=False))
                begin += sum(takewhile(bool, alike))
            break
        begin += cell_len(text)
    end = max(sum(cell_len(text) for text, _ in line) for line in (old, new))
    return Region(begin, y, end - begin, 1)

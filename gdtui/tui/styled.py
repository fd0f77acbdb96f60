"""Widgets that draw their own lines, in the styles that the style sheet gives their component classes."""

from rich.style import Style
from textual.message import Message

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

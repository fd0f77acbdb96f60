"""Lines of widgets that draw them themselves, for less.

Textual's way, for each line that changes, finds out all of the widget's colours, titles and filters, and makes the
frame and the padding on both sides anew. Here both sides of a line are remembered until the widget's look changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from gdtui.wire.strips import Drawn, Framed


@dataclass(frozen=True)
class _Sides:
    """What stands on both sides of each line, in a widget of that size with that background."""

    size: Size
    background: Color
    rows: range
    """The lines that the widget draws."""
    left: list[Segment]
    right: list[Segment]
    width: int
    """Columns between them."""
    filters: Sequence[LineFilter]

    @cached_property
    def filtered(self) -> tuple[Strip, Strip]:
        """Both sides."""
        return Strip(self._filtered(self.left)), Strip(self._filtered(self.right))

    def suit(self, widget: Widget) -> bool:
        is_link_lit = widget.hover_style.link_id and widget.auto_links  # the mouse is over it
        return self.size == widget.outer_size and not is_link_lit

    def around(self, line: Strip) -> list[Segment]:
        return [*self.left, *line.adjust_cell_length(self.width), *self.right]

    def drawn(self, line: Strip) -> Strip:
        """A line that the widget draws, filtered, with what is around it."""
        if isinstance(line, Drawn) and line.cell_length == self.width:  # which is filtered
            return Framed(self.filtered[0], line, self.filtered[1])
        return Strip(self._filtered(self.around(line)), self.size.width)

    def _filtered(self, segments: list[Segment]) -> list[Segment]:
        for line_filter in self.filters:
            segments = line_filter.apply(segments, self.background)
        return segments


class FrugalLines(StylesCache):
    """The same lines as Textual's."""

    def __init__(self) -> None:
        super().__init__()
        self._sides: _Sides | None = None
        self._drawn: dict[int, Strip] = {}
        """The lines that were not made in Textual's way, filtered."""

    def clear(self) -> None:  # where the look may be another
        super().clear()
        self._sides = None
        self._drawn.clear()

    def render_widget(self, widget: Widget, crop: Region) -> list[Strip]:
        sides = self._sides
        if sides is None or not sides.suit(widget):
            for y in self._drawn:  # Textual has others, or none
                self._cache.pop(y, None)
            self._drawn.clear()
            strips = super().render_widget(widget, crop)
            self._sides = self._found(widget)
            return strips
        return [self._line(widget, sides, y).crop(*crop.column_span) for y in crop.line_range]

    def _line(self, widget: Widget, sides: _Sides, y: int) -> Strip:
        if y not in sides.rows:
            return super().render_widget(widget, Region(0, y, sides.size.width, 1))[0]
        if y in self._dirty_lines or y not in self._drawn:
            self._drawn[y] = sides.drawn(widget.render_line(y - sides.rows.start))
            self._dirty_lines.discard(y)
        return self._drawn[y]

    def _found(self, widget: Widget) -> _Sides | None:
        """The sides of the lines that Textual has made, if those can be made of them."""
        gutter, (width, height) = widget.gutter, widget.outer_size
        rows = range(gutter.top, height - gutter.bottom)
        for y in rows:
            if (known := self._cache.get(y)) is not None:
                left, right = known.crop(0, gutter.left), known.crop(width - gutter.right)
                look = widget.outer_size, widget.background_colors[1]
                sides = _Sides(*look, rows, [*left], [*right], width - gutter.width, widget.get_line_filters())
                return sides if sides.around(widget.render_line(y - rows.start)) == [*known] else None
        return None


class FrugalWidget(Widget):
    """A widget that draws its own lines."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_cache = FrugalLines()

    def filtered(self, style: Style) -> Style:
        """What the app's filters make of a style, as those of a terminal without colours."""
        segments = [Segment(" ", style)]
        for line_filter in self.get_line_filters():
            segments = line_filter.apply(segments, self.background_colors[1])
        return segments[0].style or style

    def entitle(self, place: str, title: Content) -> None:
        """Have this as `border_title` or as `border_subtitle`. Textual's own way has all within drawn anew too."""
        setattr(self, f"_{place}", title.expand_tabs(4).split()[0])
        (width, height), gutter = self.outer_size, self.gutter
        y = 0 if place == "border_title" else height - 1
        self.refresh(Region(-gutter.left, y - gutter.top, width, 1))

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Textual's own tells a widget in three messages that parts of it are to be drawn anew."""
        if not regions or layout or recompose or not self._is_mounted or self._closing or not self.is_attached:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        self._set_dirty(*regions)
        screen = self.screen
        screen._dirty_widgets.add(self)
        if not getattr(screen, "is_changing", False):
            screen.check_idle()
        return self

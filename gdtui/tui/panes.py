"""A container that places its widgets where an arrangement has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from gdtui.tui.arrangement import Area


class Panes(Widget):
    """Fills the screen. What the arrangement leaves out is not to be seen.

    Args:
        children: each with an id.
        areas: where those are, in so many columns and rows.
    """

    def __init__(self, *children: Widget, areas: Callable[[int, int], Mapping[str, Area]]) -> None:
        super().__init__(*children)
        self._placed = _Placed(areas)

    def place(self) -> None:
        """Place them anew: other areas are told for the same size."""
        for child in self.children[:1]:  # a widget remembers its layout until one of its children asks
            child.refresh(layout=True)

    @property
    def layout(self) -> Layout:
        return self._placed


class _Placed(Layout):
    name = "placed"

    def __init__(self, areas: Callable[[int, int], Mapping[str, Area]]) -> None:
        self._areas = areas

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        areas = self._areas(*size)
        return [
            WidgetPlacement(Region(*areas[str(child.id)]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in areas
        ]

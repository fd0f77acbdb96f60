"""A compositor that renders only the lines it needs.

Textual's own, for any change, has every visible widget render every line between the topmost and the lowest
change, and then throws most of it away. With charts that change in a few cells a frame that is most of a frame's
CPU. This one asks a widget for a line only where something changed within the widget's part of that line, and
nothing covers it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip


class FrugalCompositor(Compositor):
    """The same picture as Textual's, for less."""

    def __init__(self) -> None:
        super().__init__()
        self._spans: dict[int, list[tuple[int, int]]] | None = None
        """For each line, the [begin, end) in which it changed."""

    def render_partial_update(self) -> ChopsUpdate | None:
        self._spans = {}
        for y, begin, end in self._regions_to_spans(self._dirty_regions):
            self._spans.setdefault(y, []).append((begin, end))
        try:
            return super().render_partial_update()
        finally:
            self._spans = None

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        if self._spans is None:
            return super()._render_chops(crop, is_rendered_line)
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        for widget, (region, clip) in self.visible_widgets.items():  # front to back
            visible = region.intersection(clip)
            if not visible or not crop.overlaps(visible):
                continue
            first, last = visible.column_span
            wanted = [y for y in visible.line_range if self._is_wanted(chops, y, first, last)]
            for lines in _consecutive(wanted):
                part = Region(first - region.x, lines[0] - region.y, last - first, len(lines))
                for y, strip in zip(lines, widget.render_lines(part), strict=False):
                    places = [cut for cut in cuts[y] if first <= cut <= last]
                    pieces = strip.divide([cut - first for cut in places[1:]])
                    for place, piece in zip(places, pieces, strict=False):
                        if chops[y][place] is None:
                            chops[y][place] = piece
        return chops  # type: ignore[return-value]

    def _is_wanted(self, chops: list[dict[int, Strip | None]], y: int, first: int, last: int) -> bool:
        """Whether line `y` changed between two columns, and is not covered there."""
        assert self._spans is not None
        if not any(begin < last and end > first for begin, end in self._spans.get(y, ())):
            return False
        return any(piece is None for place, piece in chops[y].items() if first <= place < last)


def _consecutive(numbers: list[int]) -> list[list[int]]:
    """Ascending numbers as runs without gaps."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in run] for _, run in runs]


class FrugalScreen(Screen[object]):
    """A screen with that compositor."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()

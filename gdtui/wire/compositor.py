"""A compositor that renders only the lines it needs.

Textual's own, for any change, has every visible widget render every line between the topmost and the lowest
change, and then throws most of it away. With charts that change in a few cells a frame that is most of a frame's
CPU. This one asks a widget for a line only where something changed within a part of that line that is the widget's,
and nothing covers it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, pairwise

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
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in self.cuts]
        missing = {y: self._changed(y) for y in self._spans if 0 <= y < len(chops)}
        for widget, (region, clip) in self.visible_widgets.items():  # front to back
            visible = region.intersection(clip)
            if not visible or not crop.overlaps(visible):
                continue
            (first, last), (top, bottom) = visible.column_span, visible.line_span
            wanted: dict[int, list[int]] = {}
            for y, ends in missing.items():
                if top <= y < bottom and (places := [place for place in ends if first <= place < last]):
                    wanted[y] = places
            for lines in _consecutive(list(wanted)):
                part = Region(first - region.x, lines[0] - region.y, last - first, len(lines))
                for y, strip in zip(lines, widget.render_lines(part), strict=False):
                    for place in wanted[y]:
                        chops[y][place] = strip.crop(place - first, missing[y].pop(place) - first)
        return chops  # type: ignore[return-value]

    def _changed(self, y: int) -> dict[int, int]:
        """The pieces of line `y` in which something changed: where each ends, by where it begins."""
        assert self._spans is not None
        cuts, spans = self.cuts[y], self._spans[y]
        return {
            place: end for place, end in pairwise(cuts) if any(begin < end and until > place for begin, until in spans)
        }


def _consecutive(numbers: list[int]) -> list[list[int]]:
    """Ascending numbers as runs without gaps."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in run] for _, run in runs]


class FrugalScreen(Screen[object]):
    """A screen with that compositor."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        self.is_changing = False
        """Whether more is about to change; what has is drawn after it."""

    @contextmanager
    def changing(self) -> Iterator[None]:
        """What changes meanwhile is drawn at its end. Textual has a message sent to the screen for it, a timer woken by
        that, and the timer draw: a tenth of the work of a frame."""
        self.is_changing = True
        try:
            yield
        finally:
            self.is_changing = False
        if any(widget._repaint_required or widget._layout_required for widget in self._compositor.visible_widgets):
            self.check_idle()  # those tell it by messages, and are drawn with all the rest
            return
        with self._context():
            self._on_timer_update()

"""Lines of cells that know their styles by number: no other lines than those of segments."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from gdtui.charts.chart import cells_of
from gdtui.wire.cells import Cells
from gdtui.wire.strips import Drawn, Framed, Palette

STYLES = [Style(color="#ff0000"), Style(bgcolor="#00ff00", bold=True), Style(reverse=True)]
SIDE = Style(dim=True)
lines = st.lists(st.tuples(st.sampled_from("ab ⠹▚─≈漢"), st.integers(0, len(STYLES) - 1)), min_size=1, max_size=12)


def both(line: list[tuple[str, int]]) -> tuple[Framed, Strip]:
    """A line between two sides, and the same of segments."""
    cells = [(cell, number) for char, number in line for cell in cells_of(char)]
    chars, numbers = np.array([cell for cell, _ in cells]), np.array([number for _, number in cells])
    left, right = Segment("│ ", SIDE), Segment("│", SIDE)
    inner = Drawn(chars, numbers, Palette(STYLES.__getitem__))
    parts = [Segment(char, STYLES[number]) for char, number in line]
    return Framed(Strip([left]), inner, Strip([right])), Strip([left, *parts, right], len(cells) + 3)


@given(lines)
def test_they_are_what_segments_make(line: list[tuple[str, int]]) -> None:
    framed, plain = both(line)
    assert (framed.text, framed.cell_length) == (plain.text, plain.cell_length)
    assert [*framed.simplify()] == [*plain.simplify()]
    assert [*Strip.join([framed, framed])] == [*framed, *framed]


@given(lines, lines, st.integers(0, 20), st.integers(1, 20), st.integers(0, 3))
def test_any_part_of_them_shows_what_the_same_part_of_segments_does(
    before: list[tuple[str, int]], line: list[tuple[str, int]], start: int, columns: int, x: int
) -> None:
    shown: list[str] = []
    for which in (0, 1):
        cells, size = Cells(), (24, 1)
        for strip in (both(before)[which], both(line)[which].crop(start, start + columns)):
            cells.update(LayoutUpdate([[strip]], Region(x, 0, strip.cell_length, 1)), size, ColorSystem.TRUECOLOR)
        shown.append(cells.whole())
    assert shown[0] == shown[1]


def test_nothing_that_a_terminal_would_obey_is_sent() -> None:
    strip = Drawn(np.array(["a", "\x1b", "b"]), np.array([0, 0, 0]), Palette(STYLES.__getitem__))
    sent = Cells().update(LayoutUpdate([[strip]], Region(0, 0, 3, 1)), (3, 1), None)
    assert "\x1b" not in sent.removeprefix("\x1b[1H")

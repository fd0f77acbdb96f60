"""A title and the values behind it, in the room that there is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

LOG = " (log)"
"""What the axis says too, and so is the first to be left out."""
LEAST_TITLE = 8
"""Columns that a title keeps, where values need its room."""


def fitted(title: str, legends: Sequence[Sequence[tuple[str, int]]], room: int) -> tuple[str, list[tuple[str, int]]]:
    """The first of these legends that there is room for. In the last the title is cut before a value is; where one is
    left out, that is seen."""
    for legend in legends:
        if cell_len(title) + _wide(legend) <= room:
            return title, [*legend]
    if not legends:
        return title, []
    shown, title = [*legends[-1]], title.removesuffix(LOG)
    least, is_cut = min(cell_len(title), LEAST_TITLE), False
    while shown and least + _wide(shown) + 3 * is_cut > room:
        shown.pop()
        is_cut = True
    left = max(least, room - _wide(shown) - 3 * is_cut)
    short = title if cell_len(title) <= left else set_cell_size(title, left - 1).rstrip() + "…"
    return short, [*shown, *([("…", shown[-1][1] if shown else legends[-1][0][1])] if is_cut else [])]


def _wide(legend: Sequence[tuple[str, int]]) -> int:
    return sum(cell_len(text) + 2 for text, _ in legend)

"""The keys at the foot of the screen: as many as there is room for, none cut in half."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip

from gdtui.encoding import named
from gdtui.tui.bindings import FIRST, Key
from gdtui.tui.possible import can_be_done
from gdtui.tui.styled import Styled

BETWEEN = 2
"""Blank cells between two keys."""


def footer(key: Key, shown: Any) -> str:
    """What the foot says of a key, given the snapshot that is shown; empty where it would do nothing, or nothing of
    use."""
    if shown is None or not can_be_done(key, shown):
        return key.footer if can_be_done(key, shown) else ""
    match key.action:
        case "pause" if shown.phase.is_past or shown.watched is not None:
            return "space Stop" if shown.phase.value == "replay" else "space Play"
        case "pause" if shown.phase.value == "paused":
            return "space Go on"
        case "step" if shown.phase.is_past:
            return ""
        case "alpha_up" | "faster" | "max_speed" if shown.phase.is_over:
            return ""
    return key.footer


class KeyBar(Styled):
    """A line of keys, each with a word; a click presses it.

    Args:
        keys: the table of them; those with a footer are shown, the first to be known first.
    """

    COMPONENT_CLASSES = {"key-bar--key", "key-bar--word"}

    footers: reactive[list[tuple[Key, str]]] = reactive(list)

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__()
        order = {action: place for place, action in enumerate(FIRST)}
        self._table = sorted((key for key in keys if key.footer), key=lambda key: order.get(key.action, len(FIRST)))
        self.show(None)

    def show(self, snapshot: Any) -> None:
        """Show the keys that do something now."""
        self.footers = [(key, named(text)) for key in self._table if (text := footer(key, snapshot))]

    def render_line(self, y: int) -> Strip:
        key_style, word_style = self.style("key-bar--key"), self.style("key-bar--word")
        segments = [Segment(" ", word_style)]
        room = self.size.width - 1 + BETWEEN
        for key, text in self.footers:
            room -= len(text) + BETWEEN
            if room < 0:
                break
            name, _, word = text.partition(" ")
            click = Style.from_meta({"@click": key.binding if "." in key.action else f"screen.{key.binding}"})
            segments += [
                Segment(name, key_style + click),
                Segment(f" {word}", word_style + click),
                Segment(" " * BETWEEN, word_style),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, word_style)

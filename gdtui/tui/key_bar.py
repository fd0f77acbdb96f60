"""The keys at the foot of the screen: as many as there is room for, none cut in half."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip

from gdtui.tui.bindings import FIRST, STEERING, Key
from gdtui.tui.styled import Styled

if TYPE_CHECKING:
    from gdtui.session.snapshot import Snapshot  # brings NumPy with it

BETWEEN = 2
"""Blank cells between two keys."""


def footer(key: Key, shown: Snapshot | None) -> str:
    """What the foot says of a key; empty where it would do nothing, or nothing of use."""
    if shown is None:
        return key.footer
    phase = shown.phase
    match key.action:
        case "pause" if phase.is_past or shown.watched is not None:
            return "space Stop" if phase.value == "replay" else "space Play"
        case "pause" if phase.value == "paused":
            return "space Go on"
        case action if shown.watched is not None and action in STEERING:
            return ""
        case "pause" | "faster" | "max_speed" | "alpha_up" if phase.is_over:
            return ""
        case "step" if phase.is_over or phase.is_past:
            return ""
        case "fork" | "travel_to_end" if not phase.is_past:
            return ""
        case "next_branch" if len(shown.names) < 2:
            return ""
        case "save" if shown.saved_in is not None:
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

    def show(self, snapshot: Snapshot | None) -> None:
        """Show the keys that do something now."""
        self.footers = [(key, text) for key in self._table if (text := footer(key, snapshot))]

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

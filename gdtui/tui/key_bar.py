"""The keys at the foot of the screen: as many as there is room for, none cut in half."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from gdtui.tui.bindings import FIRST, Key

BETWEEN = 2
"""Blank cells between two keys."""


class Doing(NamedTuple):
    """What goes on, as far as it decides what the keys at the foot do."""

    state: str = "loading"
    """As `Status.state`."""
    replays: bool = False
    watches: bool = False
    branches: int = 1
    saved_in: str | None = None
    """The file that the run is being written into."""

    def footer(self, key: Key) -> str:
        """What the foot says of a key; empty where it would do nothing, or nothing of use."""
        is_past, stands = self.state in ("past", "replay"), self.state in ("done", "stopped", "diverged")
        match key.action:
            case "pause" if is_past or self.watches:
                return "space Stop" if self.replays else "space Play"
            case "pause" if self.state == "paused":
                return "space Go on"
            case "pause" | "faster" | "max_speed" | "alpha_up" if stands:
                return ""
            case "step" if stands or is_past:
                return ""
            case "fork" | "travel_to_end" if not is_past:
                return ""
            case "next_branch" if self.branches < 2:
                return ""
            case "save" if self.saved_in is not None:
                return ""
        return key.footer


class KeyBar(Widget):
    """A line of keys, each with a word; a click presses it.

    Args:
        keys: the table of them; those with a footer are shown, the first to be known first.
        footer: what to show of a key now; empty for nothing.
    """

    COMPONENT_CLASSES = {"key-bar--key", "key-bar--word"}

    def __init__(self, keys: Sequence[Key], footer: Callable[[Key], str] = attrgetter("footer")) -> None:
        super().__init__()
        self._footer = footer
        order = {action: place for place, action in enumerate(FIRST)}
        self._table = sorted((key for key in keys if key.footer), key=lambda key: order.get(key.action, len(FIRST)))

    def on_mount(self) -> None:
        # What can be done changes with what is shown.
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def _shown(self) -> Iterator[tuple[Key, str]]:
        room = self.size.width - 1
        for key in self._table:
            text = self._footer(key)
            if not text or not self.app.check_action(key.action.partition("(")[0], ()):
                continue
            room -= len(text) + BETWEEN
            if room < -BETWEEN:
                return
            yield key, text

    def render_line(self, y: int) -> Strip:
        key_style = self.get_component_rich_style("key-bar--key")
        word_style = self.get_component_rich_style("key-bar--word")
        segments = [Segment(" ", word_style)]
        for key, text in self._shown():
            name, _, word = text.partition(" ")
            click = Style.from_meta({"@click": f"app.{key.action}"})
            segments += [
                Segment(name, key_style + click),
                Segment(f" {word}", word_style + click),
                Segment(" " * BETWEEN, word_style),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, word_style)

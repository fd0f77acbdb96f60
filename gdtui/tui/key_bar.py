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
from gdtui.tui.possible import Standing, can_be_done, standing_of
from gdtui.tui.styled import Styled

BETWEEN = 2
"""Blank cells between two keys."""
LAST = {"help": 1, "quit": 2}
"""What stands at the end, in that order, though it may be among the first to be shown."""


def footer(key: Key, shown: Any, is_zoomed: bool = False) -> str:
    """What the foot says of a key, given the snapshot that is shown, or its standing; empty where it would do
    nothing, or nothing of use."""
    if key.action == "back":
        return key.footer if shown is not None and shown.phase.value == "held" else ""
    if key.action == "zoom" and is_zoomed:
        return "z Back"
    if shown is None or not can_be_done(key, shown):
        return key.footer if can_be_done(key, shown) else ""
    match key.action:
        case "pause" if shown.reading:
            return "space Stop"
        case "pause" if shown.phase.is_past or shown.watched is not None:
            return "space Stop" if shown.phase.value == "replay" else "space Play"
        case "pause" if shown.phase.value == "held":
            return "space Train on"
        case "pause" if shown.phase.value == "paused" or getattr(shown, "state", "") == "paused":
            return "space Go on"
        case "step" if shown.phase.is_past:
            return ""
        case "fork" if shown.phase.value == "held":  # as space, which is told already
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

    of_dialog: reactive[tuple[str, ...]] = reactive(())
    """The keys of the dialog that is open, each with a word: it has them all."""

    is_zoomed = reactive(False)
    """Whether a chart has the screen to itself."""

    def __init__(self, keys: Sequence[Key], *, id: str) -> None:
        super().__init__(id=id)
        self.have(keys)
        self._standing: Any = None
        self._tell()

    def have(self, keys: Sequence[Key]) -> None:
        """Show no others from now on."""
        order = {action: place for place, action in enumerate(FIRST)}
        self._table = sorted((key for key in keys if key.footer), key=lambda key: order.get(key.action, len(FIRST)))

    def watch_is_zoomed(self) -> None:
        if self._standing is not None:
            self._tell()

    def wait(self) -> None:
        """There is nothing yet that could be asked for anything."""
        self.footers = [pair for pair in self.footers if pair[0].action in LAST]

    def show(self, snapshot: Any) -> None:
        """Show the keys that do something now."""
        before, self._standing = self._standing, standing_of(snapshot)
        if not isinstance(before, Standing) or before != self._standing:
            self._tell()

    def _tell(self) -> None:
        shown = self._standing
        self.footers = [(key, named(text)) for key in self._table if (text := footer(key, shown, self.is_zoomed))]

    def render_line(self, y: int) -> Strip:
        key_style, word_style = self.style("key-bar--key"), self.style("key-bar--word")
        segments = [Segment(" ", word_style)]
        for key, text in self._fitting():
            name, _, word = text.partition(" ")
            click = _click(key)
            segments += [
                Segment(name, key_style + click),
                Segment(f" {word}", word_style + click),
                Segment(" " * BETWEEN, word_style),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, word_style)

    def _fitting(self) -> list[tuple[Key | None, str]]:
        """Those that there is room for, the first first, and at the end those that are wanted wherever one is. Those of
        a dialog are no keys of the table."""
        room, fitting = self.size.width - 1 + BETWEEN, []
        for key, text in [(None, named(text)) for text in self.of_dialog] or self.footers:
            room -= len(text) + BETWEEN
            if room < 0:
                break
            fitting.append((key, text))
        return sorted(fitting, key=lambda pair: LAST.get(pair[0].action, 0) if pair[0] else 0)


def _click(key: Key | None) -> Style:
    """What makes a click press that key."""
    if key is None:
        return Style()
    return Style.from_meta({"@click": key.binding if "." in key.action else f"screen.{key.binding}"})

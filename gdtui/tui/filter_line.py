"""The line in which a filter is typed; what it lets through is to be seen with each letter."""

from __future__ import annotations

from collections.abc import Callable

from textual.binding import Binding
from textual.widgets import Input

from gdtui.tui.dialogs import Dialog, Line


class FilterLine(Dialog):
    """Asks for a part of a name, or a pattern; the answer is that.

    Args:
        wanted: what stands there to begin with.
        typed: called with what stands there after each letter.
    """

    BINDINGS = [Binding("escape", "answer('')", "Show all")]
    footers = "enter Keep it", "escape Show all"

    def __init__(self, wanted: str, typed: Callable[[str], None]) -> None:
        self._typed = typed
        super().__init__("/", Line(wanted, placeholder="part of a name, or a pattern such as val*", compact=True))

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Input).cursor_blink = self.app.animation_level != "none"

    def on_input_changed(self, event: Input.Changed) -> None:
        self._typed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_answer(event.value)

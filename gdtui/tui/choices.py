"""A list to choose from, as Textual has it, but for what comes before it is drawn, or after it has changed."""

from __future__ import annotations

from contextlib import suppress

from textual.events import Click
from textual.widgets import OptionList


class Settled(OptionList):
    """Keys and clicks that are for no line of it do nothing: Textual fails where it has not been laid out yet, or where
    the line that was clicked is there no more."""

    def action_page_up(self) -> None:
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]

    def _on_click(self, event: Click) -> None:  # type: ignore[override]
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()

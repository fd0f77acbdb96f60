"""What comes from a terminal, be it what it may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.events import MouseEvent, Paste, Resize
from textual.message import Message
from textual.messages import InBandWindowResize

from gdtui.text import printable

LARGEST = 1000, 500
"""Columns and rows that are drawn on at the most: who claims more would never see the first frame."""


def drawable(width: int, height: int) -> tuple[int, int]:
    """As much of that size as is drawn on."""
    return min(width, LARGEST[0]), min(height, LARGEST[1])


class Listening(Driver):
    """A part of drivers: makes messages of what comes, and hands on those that can do no harm."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._parser = XTermParser()

    def take(self, parse: Callable[[], Iterable[Message]]) -> None:
        """Hand on what the parser makes of it. What it fails at, such as a key beyond Unicode, is dropped."""
        for message in self._parsed(parse):
            self.hear(message)

    def hear(self, message: Message) -> None:
        """Hand it on, if it is anything to be handed on."""
        match message:
            case Paste(text=text):
                self.process_message(Paste("\n".join(map(printable, text.splitlines()))))
            case Resize() | InBandWindowResize():  # not asked for
                self._parser.mouse_pixels = False
            case MouseEvent() if not self._app.size.contains(int(message.x), int(message.y)):
                pass  # it would take the focus from a dialog
            case _:
                self.process_message(message)

    def _parsed(self, parse: Callable[[], Iterable[Message]]) -> Iterator[Message]:
        try:
            yield from parse()
        except Exception:
            self._parser = XTermParser()

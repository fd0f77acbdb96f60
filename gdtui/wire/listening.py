"""What comes from a terminal, be it what it may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, groupby
from typing import Any

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.events import Key, MouseEvent, Paste, Resize
from textual.message import Message
from textual.messages import InBandWindowResize

from gdtui.text import printable

LARGEST = 1000, 500
"""Columns and rows that are drawn on at the most: who claims more would never see the first frame."""

MANY, ALIKE = 64, 3
"""As many letters at once nobody types, unless they are a few that a held key repeats: it is a paste, from a terminal
that does not say so. A thousand keys would take the app seconds, and could mean anything."""


def drawable(width: int, height: int) -> tuple[int, int]:
    """As much of that size as is drawn on."""
    return min(width, LARGEST[0]), min(height, LARGEST[1])


class Listening(Driver):
    """A part of drivers: makes messages of what comes, and hands on those that can do no harm."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._parser = XTermParser()

    def take_text(self, text: str) -> None:
        """Hand on what the parser makes of text that came at once, message by message: what one of them says may be
        what the next is read by."""
        feeds = (self._parsed(lambda letter=letter: self._parser.feed(letter)) for letter in text)  # type: ignore[misc]
        for is_letters, messages in groupby(chain.from_iterable(feeds), _is_letter):
            for message in _joined(list(messages)) if is_letters else messages:
                self.hear(message)

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

    def _parsed(self, parse: Callable[[], Iterable[Message]]) -> list[Message]:
        found: list[Message] = []
        try:
            found.extend(parse())
        except Exception:
            self._parser = XTermParser()
        return [] if _is_unknown(found) else found


def _is_unknown(found: list[Message]) -> bool:
    """Whether these are the letters of a sequence that the parser does not know, which come all at once. Some terminals
    say what nobody asked, and none of that is a key."""
    return sum(map(_is_letter, found)) > 1


def _is_letter(message: Message) -> bool:
    """Also one that controls something: what is pasted may be anything."""
    return isinstance(message, Key) and message.character is not None


def _joined(letters: list[Any]) -> list[Any]:
    """Keys that are letters, or the paste that they are."""
    text = "".join(letter.character for letter in letters)
    return [Paste(text)] if len(text) >= MANY and len(set(text)) > ALIKE else letters

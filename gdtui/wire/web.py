"""The driver for a browser: what is drawn goes through pipes to the server that has begun this program."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from typing import Any

from textual.color import Color, ColorParseError
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver
from textual.theme import Theme

from gdtui.guests import lock
from gdtui.wire.listening import Listening, drawable

HEARD = "resize", "focus", "blur", "quit"
"""What the server may tell besides keys."""


class VisitorDriver(Listening, WebDriver):
    """Draws for a guest: whoever has this driver can do no more than a guest may."""

    def __init__(self, *args: Any, **options: Any) -> None:
        lock()
        super().__init__(*args, **options)
        self._size = drawable(*_size(*(self._size or (80, 24))))

    def _get_terminal_size(self) -> tuple[int, int]:
        """The first size may be told after one that came later; see `TerseApp.on_resize`."""
        assert self._size is not None
        return self._size

    def start_application_mode(self) -> None:
        super().start_application_mode()
        self._app.theme_changed_signal.subscribe(self._app, self._show_background, immediate=True)
        self._show_background(self._app.current_theme)

    def _show_background(self, _: Theme) -> None:
        """Let what is around the cells have the colour of those that are blank (OSC 11), or the browser's own."""
        try:
            told = f"11;{Color.parse(self._app.theme_variables['background']).hex6}"
        except (KeyError, ColorParseError):
            told = "111"
        self.write(f"\x1b]{told}\x1b\\")

    def write(self, data: str) -> None:
        out = sys.__stdout__
        assert out is not None
        drawn = data.encode(out.encoding, out.errors or "strict")
        packet = memoryview(b"D%s%s" % (len(drawn).to_bytes(4, "big"), drawn))
        with suppress(BrokenPipeError):  # nobody looks any more
            while packet:
                packet = packet[os.write(self.fileno, packet) :]

    def run_input_thread(self) -> None:
        stream, decode = ByteStream(), codecs.getincrementaldecoder("utf-8")("replace").decode
        for data in self._input_reader:
            for kind, payload in stream.feed(data) if data else ():
                if kind == "D":
                    self.take_text(decode(payload))
                else:
                    with suppress(ValueError, TypeError, AttributeError, KeyError, OverflowError):
                        self._on_meta(kind, payload)
            self.take(self._parser.tick)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "resize":
            width, height = drawable(*_size(payload["width"], payload["height"]))
            payload = {"width": width, "height": height}
        if packet_type in HEARD:
            super().on_meta(packet_type, payload)


def _size(width: Any, height: Any) -> tuple[int, int]:
    """A size that a browser tells. Raises ValueError or TypeError where it is none."""
    return max(1, int(width)), max(1, int(height))

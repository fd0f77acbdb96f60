"""Recording what the screen shows: asciicasts, and stills. The part of an app that every screen has."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import Static

from gdtui.settings import CastSettings
from gdtui.wire.terminal import TerseApp

if TYPE_CHECKING:
    # Imported when something is recorded: the first paint does not wait for it.
    from gdtui.recording.cast import CastWriter
    from gdtui.recording.themes import Theme

BLANK = "\x1b[m\x1b[2J\x1b[H\x1b[?25l"
"""A blank screen without a cursor: what a cast begins with, wherever it is played."""
DONE = "\x1b[m\x1b[{row};1H\x1b[?25h"


class Filming(TerseApp):
    """The part of the app that records.

    What is recorded is what is drawn, cell by cell, without the questions to the terminal and the modes that it is
    put into: a player would have them answered by whatever terminal it runs in.
    """

    film = CastSettings()
    _cast: CastWriter | None = None
    _filmed_size = (0, 0)

    def begin_film(self) -> None:
        """Record from the start, if that was asked for; before the app runs. Raises CastError."""
        if self.film.path is not None:
            import shutil

            self._cast = self._open_cast(self.film.path, shutil.get_terminal_size())

    def end_film(self, discard: bool = False) -> None:
        """Nothing more is recorded; the last screen stays. Or there is no recording at all."""
        if self._cast is not None:
            self._cast.output(DONE.format(row=self._filmed_size[1]))
            self._cast.close()
            if discard:
                os.unlink(self._cast.path)
            self._cast = None
            self._show_filming()

    def mark(self, label: str) -> None:
        """Leave a marker, that players can jump to."""
        if self._cast is not None:
            self._cast.marker(label)

    def say(self, text: str) -> None:
        """Tell the user what came of a key."""
        self.notify(text)

    def drawn(self, text: str) -> None:
        if self._cast is None:
            return
        size = (self.size.width, self.size.height)
        if size != self._filmed_size:
            self._filmed_size = size
            self._cast.resize(*size)
        self._cast.output(text)
        if self._cast.failure:
            failed, self._cast = self._cast, None
            self.call_later(self.say, f"{failed.path}: recording ended: {failed.failure}")
            self.call_later(self._show_filming)

    def _open_cast(self, path: str, size: tuple[int, int]) -> CastWriter:
        from gdtui.recording.cast import CastWriter

        film = self.film
        cast = CastWriter(
            path,
            *size,
            title=f"gdtui {' '.join(sys.argv[1:])}".rstrip(),
            theme=self._colours().header(),
            version=film.version,
            idle_limit=film.idle_limit,
            force=film.force,
        )
        cast.output(BLANK + self._cells.whole())
        self._filmed_size = size
        return cast

    def _colours(self) -> Theme:
        """The theme's, as a terminal has them."""
        from gdtui.recording.themes import DEFAULT, Theme

        known = self.theme_variables
        front, behind = known.get("foreground", ""), known.get("background", "")
        are_plain = all(len(colour) == 7 and colour[0] == "#" for colour in (front, behind))
        return Theme(front, behind, DEFAULT.palette) if are_plain else DEFAULT

    def _show_filming(self) -> None:
        if self.is_running and self.screen_stack:
            self.screen_stack[0].set_class(self._cast is not None, "filming")

    def on_mount(self) -> None:
        self._show_filming()

    def action_record(self) -> None:
        if self._cast is not None:
            path = self._cast.path
            self.end_film()
            self.say(f"recorded in {path}")
            return
        try:
            self._cast = self._open_cast(_free_name(".cast"), (self.size.width, self.size.height))
        except ValueError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        self._show_filming()
        self.say(f"recording into {self._cast.path}")

    def action_still(self) -> None:
        from gdtui.recording.emulator import Emulator
        from gdtui.recording.picture import still, write_still

        emulator = Emulator(self.size.width, self.size.height)
        emulator.feed(self._cells.whole().encode())
        path = _free_name(".svg")
        try:
            write_still(still(emulator), Path(path), self._colours(), "gdtui")
        except OSError as error:
            self.notify(f"{path}: cannot be written: {error.strerror or error}", severity="error", timeout=10)
            return
        self.say(f"saved a picture in {path}")


def rec_view() -> Static:
    """The sign that says that the screen is recorded; shown while it is."""
    return Static("● rec", id="rec", markup=False)


def _free_name(ending: str) -> str:
    """A name in this folder that nothing has."""
    name = f"gdtui-{time.strftime('%Y%m%d-%H%M%S')}"
    number = 1
    while os.path.lexists(path := f"{name}{'' if number == 1 else f'-{number}'}{ending}"):
        number += 1
    return path

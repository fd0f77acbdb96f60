"""Recording what the screen shows: asciicasts, and stills.

What is recorded is what is drawn, cell by cell, without the questions to the terminal and the modes that it is put
into: a player would have them answered by whatever terminal it runs in.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.settings import CastSettings

if TYPE_CHECKING:
    # Imported when something is recorded: the first paint does not wait for it.
    from gdtui.recording.cast import CastWriter
    from gdtui.recording.themes import Theme
    from gdtui.wire.terminal import TerseApp

BLANK = "\x1b[m\x1b[2J\x1b[H\x1b[?25l"
"""A blank screen without a cursor: what a cast begins with, wherever it is played."""
DONE = "\x1b[m\x1b[{row};1H\x1b[?25h"


class Film:
    """What is recorded of an app's screen, if anything is; the settings say how."""

    def __init__(self, settings: CastSettings, app: TerseApp) -> None:
        self._settings, self._app = settings, app
        self._cast: CastWriter | None = None
        self._size = app.size
        self.failure: str | None = None
        """What went wrong with a recording."""

    @property
    def path(self) -> str | None:
        """The cast that is being written, if one is."""
        return None if self._cast is None else self._cast.path

    def begin(self, path: str) -> None:
        """Record from now on. Raises CastError."""
        from gdtui.recording.cast import CastWriter

        self._size = self._app.size
        self._cast = CastWriter(
            path,
            *self._size,
            title=f"gdtui {' '.join(sys.argv[1:])}".rstrip(),
            theme=self._colours().header(),
            version=self._settings.version,
            idle_limit=self._settings.idle_limit,
            force=self._settings.force,
        )
        self._cast.output(BLANK + self._app.cells.whole())

    def keep(self) -> None:
        """There is something to be seen: what is recorded takes its place."""
        if self._cast is not None:
            self._cast.keep()

    def end(self, discard: bool = False) -> str | None:
        """Nothing more is recorded; the last screen stays. Or there is no recording at all. Returns where it is, if
        all went well."""
        cast, self._cast = self._cast, None
        if cast is None:
            return None
        cast.output(DONE.format(row=self._size[1]))
        if discard:
            cast.discard()
            return None
        cast.close()
        return None if self._has_failed(cast) else cast.path

    def _has_failed(self, cast: CastWriter) -> bool:
        if cast.failure:
            self.failure = f"{cast.path}: recording ended: {cast.failure}"
        return bool(cast.failure)

    async def begin_or_end(self) -> str:
        """Returns what came of it, in words. Raises CastError."""
        if self._cast is not None:
            path = self.end()
            return str(self.failure) if path is None else f"recorded in {path}"
        self.begin(_free_name(".cast"))
        self.keep()
        return f"recording into {self.path}"

    def mark(self, label: str) -> None:
        """Leave a marker, that players can jump to."""
        if self._cast is not None:
            self._cast.marker(label)

    def drawn(self, text: str) -> str:
        """This was drawn. Returns what went wrong, if anything did: then nothing more is recorded."""
        if self._cast is None:
            return ""
        if self._app.size != self._size:
            self._size = self._app.size
            self._cast.resize(*self._size)
        self._cast.output(text)
        if not self._has_failed(self._cast):
            return ""
        self._cast.discard()
        self._cast = None
        return str(self.failure)

    async def still(self) -> str:
        """Save a picture of the screen. Returns that it did, in words. Raises ValueError where it cannot."""
        path, size, whole, colours = _free_name(".svg"), self._app.size, self._app.cells.whole(), self._colours()

        def draw() -> None:
            from gdtui.recording.emulator import Emulator
            from gdtui.recording.picture import write_still

            emulator = Emulator(*size)
            emulator.feed(whole.encode())
            write_still(emulator, Path(path), colours, "gdtui")

        try:
            await asyncio.to_thread(draw)
        except OSError as error:
            raise ValueError(f"{path}: cannot be written: {error.strerror or error}") from None
        return f"saved a picture in {path}"

    def _colours(self) -> Theme:
        """The theme's, as a terminal has them."""
        from gdtui.recording.themes import DEFAULT, Theme

        known = self._app.theme_variables
        front, behind = known.get("foreground", ""), known.get("background", "")
        are_plain = all(len(colour) == 7 and colour[0] == "#" for colour in (front, behind))
        return Theme(front, behind, DEFAULT.palette) if are_plain else DEFAULT


def _free_name(ending: str) -> str:
    """A name in this folder that nothing has."""
    name = f"gdtui-{time.strftime('%Y%m%d-%H%M%S')}"
    paths = (f"{name}{'' if number == 1 else f'-{number}'}{ending}" for number in count(1))
    return next(path for path in paths if not os.path.lexists(path))

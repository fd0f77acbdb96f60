"""An app that writes to the terminal tersely, and knows when the terminal has drawn what was sent."""

import math
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

from rich.console import RenderableType
from rich.control import Control
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.driver import Driver
from textual.events import CursorPosition, Event, Key, MouseDown, Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.worker import WorkerFailed

from gdtui.text import printable
from gdtui.wire.cells import Cells
from gdtui.wire.link import REQUEST, Link

PARKED = 1, 0
"""Column and row where the cursor rests on a terminal that others write to as well: no line that others begin or write
over ends there."""
LOOK = 2.0
"""Seconds between two looks at whether others have written there, at the least."""
SAVE, RESTORE, PLAIN = "\x1b7", "\x1b8", "\x1b[m"
"""Remember where the cursor is, take it back there, and write in no colour."""
HANGUP_POLL = 1.0
"""Seconds between two looks at whether there is still a terminal."""


class TerseApp(App[int]):
    """Sends the cells that differ (see `gdtui.wire.cells`), and asks after each frame whether it has been drawn
    (see `gdtui.wire.link`). A front end sets `frame_due` where the next thing sent is a frame."""

    ALLOW_SELECT = False  # the terminal selects text; Textual fails at a press on a widget that has just been removed

    def __init__(self) -> None:
        if sys.__stdout__ is not None and sys.__stdout__.isatty():
            for name in ("COLUMNS", "LINES"):  # the terminal knows better, and tells when it changes
                os.environ.pop(name, None)
        super().__init__()
        self.link = Link()
        self.frame_due = False
        self.cells = Cells()
        self.is_shared = False
        """Whether others may write to the terminal too: what pipes its output into this program has its standard error
        there. Then each frame takes the cursor back to where it was, so that the answer to its request tells whether
        anything but frames has moved it; what is spoilt is written anew. That is four bytes a frame, and as many each
        `LOOK` seconds where nothing changes."""
        self._is_parked = False
        self._painted = -math.inf
        """When all was written anew for the last time."""

    def on_load(self) -> None:
        # After a suspension (ctrl+z) the terminal shows the shell's lines.
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())
        if sys.platform != "win32":
            self.set_interval(HANGUP_POLL, self._look_for_hangup)
        if self.is_shared:
            self.set_interval(LOOK, self._look_for_others)

    def _look_for_others(self) -> None:
        """Ask where the cursor is, where no frame has asked that for a while."""
        if self._is_parked and self._driver is not None and not self.link.awaits:
            self.frame_due = True
            TerseApp.send(self, "")  # nobody records that

    def _look_for_hangup(self) -> None:
        """Whoever ignores the signal of a hangup would go on drawing for nobody, and read an end without end."""
        if self._driver is None or self.is_headless or sys.__stdin__ is None:
            return
        poll = select.poll()
        with suppress(OSError, ValueError):  # no file behind it
            poll.register(sys.__stdin__.fileno(), 0)
            if any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0)):
                self.hung_up()

    def on_resize(self, event: Resize) -> None:
        """Two changes of size in quick succession may be told in the wrong order: each signal's handler reads the
        size, and may be interrupted by the next before it has told it."""
        now = self.terminal_size()
        if now is not None and now != event.size:
            self.post_message(Resize(now, now))

    def terminal_size(self) -> Size | None:
        """The terminal's size as it is now; None where it is not asked for, but tells it."""
        ask = getattr(self._driver, "_get_terminal_size", None)
        tells = self.is_headless or getattr(self._driver, "_in_band_window_resize", False)
        return None if ask is None or tells else Size(*ask())

    def hung_up(self) -> NoReturn:
        """The terminal has gone, and nothing more can be shown or asked."""
        os._exit(128 + signal.SIGHUP)

    def get_driver_class(self) -> type[Driver]:
        known = super().get_driver_class()
        if known.__name__ == "WebDriver":
            from gdtui.wire.web import VisitorDriver

            return VisitorDriver
        if known.__name__ != "LinuxDriver":
            return known

        from gdtui.wire.driver import OutputDriver  # there is none on Windows

        return OutputDriver

    @property
    def fault(self) -> Exception | None:
        """What the app has failed by, if it has."""
        return self._exception

    def _handle_exception(self, error: Exception) -> None:
        """End, and leave it to whoever runs the app to say why: Textual would print pictures of all that it holds."""
        if self._exception is None:
            self._exception = error.error if isinstance(error, WorkerFailed) else error  # type: ignore[assignment]
            self._exception_event.set()
        self._close_messages_no_wait()

    def give_back(self) -> None:
        """See that the terminal is as it was, however the app has ended."""
        if self._driver is not None:
            self._driver.stop_application_mode()
            self._driver.close()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        # Textual's own version of this renders each update in full. The conditions are its conditions.
        driver = self._driver
        if (
            driver is None
            or driver.is_inline
            or self.is_headless
            or self._closed
            or self._batch_count
            or not isinstance(renderable, CompositorUpdate)
        ):
            super()._display(screen, renderable)
            return
        try:
            width, height = self.size
            text = self.cells.update(renderable, (width, height), self.console._color_system)
            if text:
                self.send(text)
        finally:
            self.post_display_hook()

    def refresh_css(self, animate: bool = True) -> None:
        """Textual parses all style sheets into a new one, in which what has been parsed is not known: before there is a
        screen it would only be parsed twice."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())
            self.stylesheet.update(self, animate=animate)

    def notify(self, message: str, *, markup: bool = False, **options: Any) -> None:
        """Say something in a corner, cut to half of the screen; brackets in it, of a path, say, are no markup."""
        text, room = printable(message), self.size.width * self.size.height // 3
        super().notify(text if len(text) <= room else f"{text[:room]}…", markup=markup, **options)

    async def on_event(self, event: Event) -> None:
        """What was said in the corner has been read by whoever goes on, and would cover what comes next.

        Where no widget has the focus, what a key is bound to is done before the next key is looked at: it may open a
        dialog, and the keys that came with it are meant for that."""
        if isinstance(event, Key | MouseDown) and self._notifications:
            self.clear_notifications()
        is_free = isinstance(event, Key) and not event.is_forwarded and self.focused is None
        if not (is_free and await self._check_bindings(event.key)):  # type: ignore[attr-defined]
            await super().on_event(event)

    def send(self, text: str) -> None:
        """Send what draws what has changed on the screen."""
        is_frame, self.frame_due = self.frame_due, False
        if self.cursor_position != (0, 0):  # an input method's window goes where the input's cursor is
            text += Control.move_to(*self.cursor_position).segment.text
            self._is_parked = False
        elif self._is_parked:
            text = text and f"{SAVE}{PLAIN}{text}{RESTORE}"
        elif self.is_shared:
            text = f"{PLAIN}{text}{Control.move_to(*PARKED).segment.text}"
            self._is_parked = True
        if self._sync_available and text:
            text = f"{SYNC_START}{text}{SYNC_END}"
        if is_frame:
            text += REQUEST
        self.link.wrote(len(text.encode()), is_frame)
        assert self._driver is not None
        self._driver.write(text)
        self._driver.flush()

    def on_cursor_position(self, event: CursorPosition) -> None:
        """The terminal has drawn a frame."""
        self.link.answered()
        patience = max(LOOK, 4 * (self.link.round_trip or 0.0))  # until then, answers to frames from before may come
        if self._is_parked and (event.x, event.y) != PARKED and time.monotonic() > self._painted + patience:
            self.action_repaint()

    def action_repaint(self) -> None:
        """What the terminal shows was spoilt by something else: write it anew. Its answers may be lost too."""
        self.link.forget()
        self.cells.forget()
        self._is_parked, self._painted = False, time.monotonic()
        self.refresh(layout=True)

"""The terminal: Textual's driver for Linux and macOS, made to stand whatever comes from there, at any moment."""

import codecs
import math
import os
import re
import select
import signal
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition
from textual.message import Message

from gdtui.wire.link import REQUEST
from gdtui.wire.listening import MANY, Listening, drawable

if TYPE_CHECKING:
    from gdtui.wire.terminal import TerseApp

ANSWER = re.compile(rb"\x1b\[\d+;\d+R")
"""What a terminal answers to `REQUEST`."""
GRACE = 10
"""Seconds that leaving may take, once it has been told by a signal."""
LATE = 0.5
"""Seconds that leaving waits for what the terminal was asked and has not answered yet: a shell would take the answer
for typed letters."""
READ = 2.0
"""Seconds that leaving waits for a terminal that answers to have read all that was written."""
BRIEF, MOST = 0.02, 2**16
"""Seconds that more of a text is waited for, and bytes of it that are taken at once."""
LOOK = 0.1
"""Seconds between two looks at whether no more keys are wanted."""


class OutputDriver(Listening, LinuxDriver):
    """Draws on standard output, where Textual draws on standard error: that it is a terminal is known of the former.

    Signals are heeded by the event loop: in a handler, a write would wait for a lock that the interrupted one holds.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file = sys.__stdout__
        self._size = self._get_terminal_size()
        self._is_on = self._is_suspended = self._is_leaving = self._is_to_stop = False
        self._asked = self._answered = 0
        self._context = copy_context()
        self._came, self._coming = os.pipe()
        for end in (self._came, self._coming):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._coming, warn_on_full_buffer=False)
        for number in (signal.SIGTSTP, signal.SIGCONT, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        """Have a signal heeded by the loop. These handlers outlive it, and hold until all has been said."""
        known: dict[int, Callable[[], None]] = {signal.SIGTSTP: self._suspend, signal.SIGCONT: self._go_on}
        heed = known.get(number)
        if heed is None:  # leave as by a key; that takes a moment, also where something hangs
            if self._is_leaving:  # nothing is to be done again, where they come faster than they are heeded
                return
            self._is_leaving = True
            signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
            signal.alarm(GRACE)
            heed = partial(self._app.exit, 128 + number)
        try:
            self._loop.call_soon_threadsafe(heed)
        except RuntimeError:  # the loop has ended
            if number == signal.SIGTSTP:
                self._suspend()

    def _has_to_stop(self) -> bool:
        """Whether it was told to stop, and not to go on since. Of two that come at the same time, to different threads,
        nobody knows which was the last: to stop once less does no harm, to stop for ever does."""
        with suppress(BlockingIOError):
            came = os.read(self._came, 65536)
            self._is_to_stop = signal.SIGCONT not in came and (self._is_to_stop or signal.SIGTSTP in came)
        return self._is_to_stop

    # The terminal's modes

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_on = self._writer_thread is not None  # not in the background, where nothing may be drawn

    def stop_application_mode(self) -> None:
        """The terminal's own settings come back when all has been read there: with them ctrl+c and ctrl+z are signals
        again, at each of which the kernel drops what was written and has not been read."""
        if self._is_on:
            self._is_on = False
            settings, self.attrs_before = self.attrs_before, None
            super().stop_application_mode()
            self.write(REQUEST if self._answered else "")
            self.close()  # when all is written
            self._writer_thread = None
            with suppress(OSError, termios.error):  # the terminal has gone
                self._await_answer()
                if settings is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, settings)

    def _await_answer(self) -> None:
        """Wait until the terminal has read all that was written, where it is one that answers."""
        data, until = b"", time.monotonic() + READ
        while self._asked > self._answered and not ANSWER.search(data):
            if not (self._is_there(until - time.monotonic()) and (more := os.read(self.fileno, 4096))):
                self._answered = 0  # it is not waited for again, unless it answers
                break
            data += more
        self._asked = self._answered

    def suspend_application_mode(self) -> None:
        super().suspend_application_mode()
        self._is_suspended = True

    def write(self, data: str) -> None:
        if self._writer_thread is not None:  # or it is suspended, and is painted anew when it goes on
            self._asked += data.count(REQUEST)
            super().write(data)

    def _suspend(self) -> None:
        """Stop, unless that has been done, or it has been told to go on since. The process stops a little after this,
        since it has several threads."""
        if self._has_to_stop() and self._is_on:
            self.suspend_application_mode()
        if self._has_to_stop():  # its handler may not have run yet, where one goes on
            self._is_to_stop = False
            os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        self._has_to_stop()  # from here on, it has not
        if self._is_on:  # it was stopped without notice, and others may have changed the terminal meanwhile
            self.suspend_application_mode()
        if self._is_suspended:
            self._must_signal_resume = True
            self.start_application_mode()
            self._is_suspended = not self._is_on

    def _get_terminal_size(self) -> tuple[int, int]:
        return drawable(*super()._get_terminal_size())

    def _query_in_band_window_resize(self) -> None:
        """Changes of size are signalled. Reports of them among the keys would turn on reports of the mouse in pixels,
        which Textual does not turn off."""

    # What comes from the terminal

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.call_later(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        until = math.inf
        while not self.exit_event.is_set() or (0 < self._answered < self._asked and time.monotonic() < until):
            if self.exit_event.is_set():
                until = min(until, time.monotonic() + LATE)
            if self._is_there(LOOK):
                data = b""
                with suppress(OSError):
                    data = os.read(self.fileno, 4096)
                    while MANY <= len(data) < MOST and b"\x1b" not in data[-MANY:] and self._is_there(BRIEF):
                        if not (more := os.read(self.fileno, 4096)):
                            break
                        data += more  # it is text, and all of it one paste
                if not data and self.exit_event.wait(LOOK):  # a hangup, which the app sees by itself
                    break
                self.take_text(decode(data))
            self.take(self._parser.tick)
        self._asked = self._answered  # what has not come by now is lost

    def _is_there(self, seconds: float) -> bool:
        """Whether anything comes within so many seconds."""
        return bool(select.select([self.fileno], [], [], max(0.0, seconds))[0])

    def hear(self, message: Message) -> None:
        if isinstance(message, CursorPosition):
            self._answered = min(self._answered + 1, self._asked)
            with suppress(RuntimeError):  # the loop has ended
                # Each frame has one: as a message it would take as long as a fiftieth of the frame's work.
                heed = cast("TerseApp", self._app).on_cursor_position
                self._loop.call_soon_threadsafe(heed, message, context=self._context)
            return
        super().hear(message)

"""`Terminal`: a program in a pty, and the emulator that it draws on."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import queue
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import IO, Any, Self

from pyte.screens import Char

from tests.terminal.begun import GDTUI, IN_TESTS, begin
from tests.terminal.far import FarSide

KEYS = {"up": "\x1b[A", "down": "\x1b[B", "enter": "\r", "escape": "\x1b"}
KEYS |= {f"ctrl+{letter}": chr(ord(letter) & 31) for letter in "clpz"}
NOT_OF_A_LOGIN = "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI", IN_TESTS
Wanted = str | Callable[["Terminal"], bool]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment as a login to a modern terminal has it."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TEXTUAL") and name not in NOT_OF_A_LOGIN
    }
    return {**own, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **changes}


class Terminal:
    """Runs a command in a terminal of its own. To be used in a `with`, whose end ends the program.

    Args:
        command: the program and its arguments.
        columns, rows: the terminal's size.
        env: what its environment has beside `environment()`.
        in_full: whether gdtui is to be begun by Python, also in tests; see `tests.terminal.begun`.
        answers: whether the terminal answers the program's questions (where is the cursor? …).
        sync: whether it says that it knows synchronised output.
        stdin, stdout, stderr: a file or `subprocess` constant where one of them is not the terminal.
    """

    def __init__(
        self,
        command: Sequence[str] = GDTUI,
        columns: int = 120,
        rows: int = 40,
        *,
        env: dict[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        answers: bool = True,
        sync: bool = True,
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        in_full: bool = False,
    ) -> None:
        self.answers = answers
        """May be changed: what is asked while it is False stays without an answer, as when a shell reads it away."""
        self.emulator = FarSide(columns, rows, self._say, sync)
        self.received = 0
        """Bytes that came from the program, all in all."""
        self.arrived = 0
        """Bytes that reached the emulator."""
        self.sent = 0
        """Bytes that went to the program: keys and answers."""
        self.arrivals: list[tuple[float, int]] = []
        """(time, bytes arrived by then), one each time."""
        self._changed = threading.Condition()
        self._watches: list[_Watch] = []
        self._ended = False
        self._failure: BaseException | None = None
        self._outbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._master, slave = os.openpty()
        self.tty = os.ttyname(slave)
        """The path of the terminal, as another process opens it."""
        self._set_size(columns, rows)
        self._attributes = termios.tcgetattr(self._master)
        self.started = time.monotonic()
        streams = [slave if stream is None else stream for stream in (stdin, stdout, stderr)]
        here = os.fspath(cwd or os.getcwd())
        self.process = begin(command, slave, streams, here, environment(), env or {}, in_full)
        os.close(slave)
        self._threads = [threading.Thread(target=work, daemon=True) for work in self._work()]
        for thread in self._threads:
            thread.start()

    def _work(self) -> list[Callable[[], None]]:
        return [self._read, self._write]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"--- the screen was ---\n{self.emulator.text().rstrip()}\n---")
        self.close()

    def close(self) -> None:
        """End the program, if it has not ended, and the terminal."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(5)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # Steering

    def send(self, *keys: str) -> float:
        """Type keys: names in `KEYS`, or text. Returns when."""
        now = time.monotonic()
        self._send("".join(KEYS.get(key, key) for key in keys).encode())
        return now

    def resize(self, columns: int, rows: int) -> float:
        """Make the terminal's window another size. Returns when."""
        now = time.monotonic()
        with self._changed:
            self.emulator.resize(columns, rows)
        self._post(lambda: self._set_size(columns, rows))
        return now

    def _say(self, answer: bytes) -> None:
        if self.answers:
            self._send(answer)

    def _send(self, data: bytes) -> None:
        self._post(lambda: self._type(data))

    def _post(self, action: Callable[[], None]) -> None:
        """Have this done to the pty, in order. Another link may do it later."""
        self._outbox.put(action)

    def _type(self, data: bytes) -> None:
        self.sent += len(data)
        os.write(self._master, data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # Looking

    def screen_text(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """What the screen shows now. Within a synchronised update: what it shows when that has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not self.emulator.is_updating or self._ended, 2)
            return self.emulator.lines()

    def cell(self, x: int, y: int) -> Char:
        """The cell in column x of row y, from 0."""
        with self._changed:
            return self.emulator.cell(x, y)

    def find(self, text: str) -> tuple[int, int]:
        """(column, row) at which the text begins on the screen. Raises ValueError where it is not."""
        for row, line in enumerate(self.lines()):
            if text in line:
                return line.index(text), row
        raise ValueError(f"{text!r} is not on the screen")

    def printed(self) -> list[str]:
        """The lines of the normal screen, with what scrolled off it."""
        with self._changed:
            return self.emulator.printed()

    def leftovers(self) -> list[str]:
        """Which modes of the terminal differ from before the program; empty is good."""
        with self._changed:
            found = self.emulator.leftovers()
        return found if termios.tcgetattr(self._master) == self._attributes else [*found, "the tty's own settings"]

    @property
    def latest(self) -> float:
        """When something last arrived."""
        return self.arrivals[-1][0] if self.arrivals else self.started

    def wait_for(self, wanted: Wanted, timeout: float = 20) -> float:
        """Wait until the screen shows this text, or until this holds. Returns since when it does.

        What is wanted is looked at whenever something arrived, but not within a synchronised update. Raises
        TimeoutError, also as soon as the program has ended without it.
        """
        watch = _Watch(_predicate(wanted))
        with self._changed:
            if not self.emulator.is_updating:
                watch.look(self, self.latest)
            self._watches.append(watch)
            self._changed.wait_for(lambda: watch.since is not None or self._ended, timeout)
            self._watches.remove(watch)
            if self._failure is not None:
                raise self._failure
            if watch.since is None:
                why = "the program ended" if self._ended else f"{timeout} s passed"
                raise TimeoutError(f"{why} without {wanted!r}; the screen:\n{self.emulator.text().rstrip()}")
            return watch.since

    def latency(self, keys: str, effect: Wanted, timeout: float = 20) -> float:
        """Seconds from typing these keys to their effect on the screen, which must not be there yet."""
        with self._changed:
            assert not _predicate(effect)(self), f"{effect!r} holds before {keys!r} is typed"
        return -self.send(keys) + self.wait_for(effect, timeout)

    def wait_exit(self, timeout: float = 20) -> int:
        """Wait until the program has ended and all that it wrote has arrived. Returns its exit code."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended, timeout):
                raise TimeoutError(f"the program goes on; the screen:\n{self.emulator.text().rstrip()}")
            if self._failure is not None:
                raise self._failure
        return self.process.wait(timeout)

    # The threads

    def _read(self) -> None:
        """Take what the program writes, as fast as it writes."""
        try:
            while data := self._read_some():
                self.received += len(data)
                self._came(data)
        finally:
            self._came(b"")

    def _read_some(self) -> bytes:
        try:
            return os.read(self._master, 65536)
        except OSError as error:
            if error.errno == errno.EIO:  # how Linux says that nobody has the pty's other side open
                return b""
            raise

    def _came(self, data: bytes) -> None:
        """Data from the program, b"" at its end. Another link may show it later."""
        self._show(data)

    def _show(self, data: bytes) -> None:
        now = time.monotonic()
        with self._changed:
            self.arrived += len(data)
            self.arrivals.append((now, self.arrived))
            self._ended = not data
            try:
                self.emulator.feed(data)
                if not self.emulator.is_updating or self._ended:
                    for watch in self._watches:
                        watch.look(self, now)
            except BaseException as error:  # it is raised where somebody waits
                self._failure, self._ended = error, True
            self._changed.notify_all()

    def _write(self) -> None:
        while (action := self._outbox.get()) is not None:
            with contextlib.suppress(OSError):  # the program may be gone
                action()


class _Watch:
    """Since when something holds."""

    def __init__(self, predicate: Callable[[Terminal], bool]) -> None:
        self._predicate = predicate
        self.since: float | None = None

    def look(self, terminal: Terminal, now: float) -> None:
        if self.since is None and self._predicate(terminal):
            self.since = now


def _predicate(wanted: Wanted) -> Callable[[Terminal], bool]:
    if isinstance(wanted, str):
        return lambda terminal: wanted in terminal.emulator.text()
    return wanted

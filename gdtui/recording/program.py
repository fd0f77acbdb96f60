"""A program in a pty with a screen behind it, driven by one thread: nothing happens but within `wait` and `run`."""

import codecs
import errno
import fcntl
import os
import secrets
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gdtui.recording.emulator import Emulator

QUIET = 0.1
"""Seconds without output after which a screen has settled."""
RESTLESS = 1.0
"""Seconds after which a screen that never settles is taken as it is."""
_UPDATE_BEGIN, _UPDATE_END = b"\x1b[?2026h", b"\x1b[?2026l"
_BEGUN = tuple(_UPDATE_BEGIN[:length] for length in range(1, len(_UPDATE_BEGIN)))
_TICK = 0.05
MARK = "GDTUI_TAPE"
"""A variable in the environment of all that a program begins."""
HELD = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


class Program:
    """A program that runs in a terminal of its own. `close` ends it and all that it has started there.

    Args:
        command: the program and its arguments.
        size: columns and rows.
        env: its whole environment.
        shown: is given all that the program writes, each update of the screen as a whole, before the screen changes.
    """

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], env: Mapping[str, str], shown: Callable[[str], None]
    ) -> None:
        self.ended = False
        self._mark = {MARK: secrets.token_hex(8)}
        self._shown, self._outbox, self._inbox = shown, bytearray(), bytearray()
        self.emulator = Emulator(*size, self._outbox.extend)
        self._before = self._held = b""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._master, self._slave = os.openpty()
        termios.tcsetwinsize(self._master, (size[1], size[0]))
        os.set_blocking(self._master, False)
        try:
            # The pty becomes the session's own terminal, so that ctrl+c is signalled.
            own = {**env, **self._mark}
            self.process = subprocess.Popen(command, env=own, preexec_fn=self._become_leader)
        except BaseException:
            self._release()
            raise

    def _become_leader(self) -> None:
        os.login_tty(self._slave)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)  # what `signals_held` holds back is its maker's matter

    def send(self, text: str) -> None:
        """Type this."""
        self._outbox += text.encode()

    def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Let the program go on until this holds, for so long at the most. Says whether it does.

        It is asked after each whole update of the screen, whatever pieces the bytes came in.
        """
        deadline = time.monotonic() + seconds
        while not self._holds(holds):
            if not self._inbox and not self._read(deadline):
                return self._holds(holds)
            self._feed()
        return True

    def run(self, seconds: float) -> None:
        """Let the program go on for so long."""
        self.wait(lambda: False, seconds)

    def settle(self, quiet: float = QUIET, longest: float = RESTLESS) -> bool:
        """Wait until all that was typed has been taken and nothing is written any more. Says whether that came."""
        deadline = time.monotonic() + longest
        while not self.ended and (left := deadline - time.monotonic()) > 0:
            while self._inbox:
                self._feed()
            if not self._read(time.monotonic() + min(quiet, left)) and self._is_taken():
                return not (self.emulator.is_updating or self._held)
        return self.ended

    def close(self) -> None:
        """End the program as a terminal does that is closed; what does not go then is killed."""
        try:
            self._signal(signal.SIGHUP, signal.SIGCONT)
            self._release()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(2)
        finally:  # also where a signal ends this process meanwhile
            self._signal(signal.SIGKILL)
            self.process.wait()
            self._signal(signal.SIGKILL)  # what was begun in between

    def _signal(self, *signals: signal.Signals) -> None:
        for number in signals:
            for process in self._members():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process, number)
            self.process.send_signal(number)

    def _release(self) -> None:
        for file in (self._slave, self._master):
            if file >= 0:
                os.close(file)
        self._slave = self._master = -1

    def _holds(self, holds: Callable[[], bool]) -> bool:
        return not self.emulator.is_updating and holds()

    def _is_taken(self) -> bool:
        """Whether the program has read what was typed. A line that is not ended counts as read."""
        return not self._outbox and not any(fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)))

    def _feed(self) -> None:
        """Show what has come, up to the next end of an update, of which a part may have been fed before."""
        before = self._before
        at = (before + self._inbox).find(_UPDATE_END)
        data = bytes(self._inbox if at < 0 else self._inbox[: at + len(_UPDATE_END) - len(before)])
        del self._inbox[: len(data)]
        self._before = (before + data)[-len(_UPDATE_END) + 1 :]
        self._held += data
        begins = _UPDATE_BEGIN in self._held or self._held.endswith(_BEGUN)
        if at >= 0 or self.ended or not begins:
            whole, self._held = self._held, b""  # a player that knows no such updates would show half of one
            self._shown(self._decode(whole))
            self.emulator.feed(whole)

    def _read(self, deadline: float) -> bool:
        """Wait for output until then, and write what is to be written meanwhile. Says whether there is any."""
        while not self.ended:
            left = deadline - time.monotonic()
            writing = [self._master] if self._outbox else []
            readable, writable, _ = select.select([self._master], writing, [], max(0.0, min(left, _TICK)))
            if writable:
                with suppress(BlockingIOError):
                    del self._outbox[: os.write(self._master, self._outbox)]
            if readable:
                try:
                    self._inbox += os.read(self._master, 65536)
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
                    self.ended = True
                return bool(self._inbox)
            if left <= 0:
                return False
            self.ended = self.process.poll() is not None
        return False

    def _members(self) -> list[int]:
        """The processes that the program has begun, where there is a /proc to tell: those of its session, and those
        in sessions of their own, which have its mark."""
        session, mark, found = self.process.pid, f"{MARK}={self._mark[MARK]}".encode(), []
        for path in Path("/proc").glob("[0-9]*"):
            process = int(path.name)
            with suppress(OSError):
                is_ours = os.getsid(process) == session or mark in (path / "environ").read_bytes().split(b"\0")
                if is_ours and process not in (session, os.getpid()):
                    found.append(process)
        return found


@contextmanager
def signals_held() -> Iterator[None]:
    """Signals that end this process come after this."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

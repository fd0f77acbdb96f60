"""Following a file that others write: what is new in it, whether it is still the same, and how far it is whole."""

import time
from collections.abc import Callable
from typing import IO

from gdtui.runs.lines import Lines, begins

STALLED = 5.0
"""Seconds without a new line after which a run that has not ended counts as stalled."""
ANEW = "was replaced, cut or begun anew: it is read from its start"


class RunFileError(ValueError):
    """A run file that cannot be used; the message is one line that says where and why."""


class ChangedError(RunFileError):
    """What was read is not what was written."""


class Followed:
    """A file of lines as far as it has been read, by polling, since other machines' writes raise no notification.

    Args:
        clock: seconds.

    Raises:
        RunFileError: see `read_more`.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._clock = clock
        self._last_news = 0.0
        self.readings = self._shown = 0
        """How often it has been begun to be read from its start, and which of these readings is shown."""
        self._begin_reading()
        self.read_more()
        self.error = None if self.damage is None else str(self.damage)
        """Why the file could not be read on, when it was last polled."""

    def _begin_reading(self) -> None:
        """Nothing of it is known."""
        self.readings += 1
        self.lines = Lines()
        self.checked = 0
        """Lines that are known to be as they were written, by the last check among them."""
        self.damage: RunFileError | None = None
        """What is wrong with the line after those that were read, behind which nothing is read."""

    def _take(self, raw: bytes) -> None:
        """Take the next line in. Raises RunFileError where it is wrong."""

    def read_more(self) -> int:
        """Read what is new, or the file from its start where it is another; returns how many lines that was. Raises
        RunFileError where it cannot be read, or nothing in it is whole."""
        try:
            with open(self.path, "rb") as file:
                return self._read(file)
        except IsADirectoryError:
            raise RunFileError(f"{self.path}: is a directory, not a run file") from None
        except FileNotFoundError:
            raise RunFileError(f"{self.path}: no such file") from None
        except (OSError, ValueError) as error:
            if isinstance(error, RunFileError):
                raise
            raise RunFileError(f"{self.path}: cannot be read: {error}") from None

    def _read(self, file: IO[bytes]) -> int:
        if not self.lines.are_in(file):
            if not begins(file):
                return 0  # begun anew a moment ago
            self._begin_reading()
        before = self.lines.count
        if self.damage is None:
            try:
                for line in self.lines.read(file):
                    self._take(line)
            except ValueError as error:
                self._salvage(file, error if isinstance(error, RunFileError) else self._wrong(str(error)))
        if self.damage is not None and not self.lines.count:
            raise self.damage
        if self.lines.count > before:
            self._last_news = self._clock()
        return max(0, self.lines.count - before)

    def _salvage(self, file: IO[bytes], damage: RunFileError) -> None:
        """A line is wrong: go back to the last check, if there is one, since those after it may be wrong as well."""
        if self.checked or isinstance(damage, ChangedError):
            checked = self.checked
            self._begin_reading()
            for line in self.lines.read(file):
                if self.lines.count == checked:
                    break
                self._take(line)
        if self.lines.count:
            damage = RunFileError(f"{damage}; whole: the first {self.lines.count:,} lines")
        self.damage = damage

    def poll(self) -> bool:
        """Read what is new, and make of it what is shown, which may be slow. Returns whether there is anything to tell;
        `error` tells of a file that cannot be read on."""
        before = self.error
        try:
            is_new = self.read_more() > 0 or not self.is_shown
            self.error = None if self.damage is None else str(self.damage)
            if is_new:
                self._show()
        except ValueError as error:
            is_new, self.error = False, str(error)
        return is_new or self.error != before

    @property
    def is_shown(self) -> bool:
        """Whether what is shown is this file, not one that it has replaced."""
        return self._shown == self.readings

    def _show(self) -> None:
        if not self.is_shown:
            self._set_up()
            self._shown = self.readings
        self._take_in()

    def _set_up(self) -> None:
        """Show nothing, of a file that is read from its start."""

    def _take_in(self) -> None:
        """Make of the branches what is shown of them, once more has been read."""

    def _wrong(self, what: str) -> RunFileError:
        return RunFileError(f"{self.path}: line {self.lines.count + 1} {what}")

    def _check(self, crc: object) -> None:
        if crc != self.lines.crc:
            line = self.lines.count + 1
            raise ChangedError(
                f"{self.path}: line {line} does not fit: bits have changed between the lines {self.checked} and {line}"
            )
        self.checked = self.lines.count + 1

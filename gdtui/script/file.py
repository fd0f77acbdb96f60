"""The file that a training script's log is written to. Nothing here raises what an operating system does."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False  # typing takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator

SHARE = 0.01
"""Of a script's time, the most that is spent on handing what was written to a far file system."""


class LogFile:
    """Appends lines to a file, each in one go, so that those of several threads and processes stay whole.

    Whatever goes wrong is told once, in a line on standard error; what can be written later still is.

    Attributes:
        path: of the file that is written, in full; None where there is none.
        takes_steering: whether something can lie beside it.
        is_new: whether nothing was in it before.
    """

    def __init__(self, path: str | os.PathLike[str] | None, resume: bool) -> None:
        self.path: str | None = None
        self.takes_steering, self.is_new = False, True
        self._fd: int | None = None
        self._is_torn = self._is_closed = self._has_told = False
        self._next_hand_over = 0.0
        self._name = "no log" if path is None else str(path)
        if path is None:
            return
        try:
            self._open(os.path.abspath(os.path.expanduser(os.fsdecode(path))), resume)
        except (OSError, ValueError, TypeError) as error:
            self.tell(f"cannot be written: {getattr(error, 'strerror', None) or error}")

    def _open(self, path: str, resume: bool) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path) and not os.path.isfile(path):  # a terminal, a pipe
            self._fd, self.path = os.open(path, _FLAGS), path
            return
        if resume or (os.path.exists(path) and not os.path.getsize(path)):
            self._fd, self.path = os.open(path, _FLAGS | os.O_CREAT, 0o666), path
            self.is_new = not os.path.getsize(path)
            self._is_torn = not self.is_new and not _ends_with_a_line(path)
        else:
            self._open_next(path)
        self.takes_steering = True

    def _open_next(self, path: str) -> None:
        """Make a file that is nobody else's: of that name, or run-2.jsonl, where run.jsonl is there already."""
        for name in _names(path):
            try:
                self._fd, self.path = os.open(name, _FLAGS | os.O_CREAT | os.O_EXCL, 0o666), name
            except FileExistsError:
                continue
            if name != path:
                said = f"{self._name} is there already, so this run goes into {os.path.basename(name)}"
                _say(f"{said}; log(path, resume=True) appends")
            return

    def write(self, line: bytes) -> None:
        """Append a line with its end, or none where it is empty."""
        if self._fd is None or not line:
            if self._is_closed:
                self.tell("is closed, and written no more")
            return
        if self._is_torn:  # what was begun before, and could not be ended
            line = b"\n" + line
        try:
            written = os.write(self._fd, line)
            self._is_torn = written < len(line)
            if self._is_torn:
                os.write(self._fd, line[written:])  # says why
                self._is_torn = False
            self._hand_over(self._fd)
        except OSError as error:
            self.tell(f"cannot be written: {error.strerror or error}")

    def _hand_over(self, fd: int) -> None:
        """Let other machines see it. Network file systems send what was written when a file is closed, which a copy of
        the descriptor does as well; on a disk of one's own that takes a microsecond."""
        begun = time.monotonic()
        if begun >= self._next_hand_over:
            os.close(os.dup(fd))
            ended = time.monotonic()
            self._next_hand_over = ended + (ended - begun) / SHARE

    def close(self) -> None:
        """Nothing more is written."""
        fd, self._fd = self._fd, None
        self._is_closed = self._is_closed or fd is not None
        if fd is not None:
            try:
                os.close(fd)
            except OSError as error:  # what a far file system had not taken before
                self.tell(f"was not written to its end: {error.strerror or error}")

    def tell(self, what: str) -> None:
        """Say on standard error what is wrong with the log, the first time that anything is."""
        if not self._has_told:
            self._has_told = True
            _say(f"{self._name}: {what}; the training goes on")


_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def _names(path: str) -> Iterator[str]:
    yield path
    stem, ending = os.path.splitext(path)
    for number in range(2, 100_000):
        yield f"{stem}-{number}{ending}"


def _ends_with_a_line(path: str) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _say(what: str) -> None:
    try:
        from gdtui.text import complain

        complain(what)
    except Exception:  # it is closed, or somebody's own
        return

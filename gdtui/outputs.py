"""The one place where files are made: nothing is overwritten unasked, and what is to be replaced stays until its
successor stands."""

import errno
import os
import stat
import threading
import weakref
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from typing import IO

SYNC_AFTER = 1.0
"""Seconds until what has been written is sent to the disk itself."""
_LOST = (errno.EIO, errno.ENOSPC, errno.EDQUOT)
"""A disk's answers that mean that it has not taken what was written; devices and pipes say that they have no disk."""

Path = str | os.PathLike[str]


class Output:
    """A file that is being made, open for writing. It is provisional until `keep`: closed before, it is gone again.

    Args:
        path: where it is to be. There must be nothing, not even a link that points nowhere, unless
        force: then what is there is replaced at `keep`, and has been left alone until then. Links are followed;
            devices and pipes are written to, and never removed.

    Raises OSError (FileExistsError where something is there), or ValueError where no file can have that name.
    """

    def __init__(self, path: Path, force: bool = False) -> None:
        self.replaced: FileIO | None = None
        """What it replaces, open until this is closed, so that whoever holds a lock on it holds that so long."""
        self._place = os.path.realpath(path) if force else os.fspath(path)
        self._made: str | None = self._place
        """What is removed where it is not kept."""
        there = _open_existing(path) if force else None
        if there is not None and not stat.S_ISREG(os.fstat(there.fileno()).st_mode):
            self.file, self._made = there, None
            return
        if there is not None:
            self.replaced = there
            self._made = os.path.join(os.path.dirname(self._place), f".gdtui-{os.urandom(6).hex()}")
        try:
            self.file = open(self._made or "", "xb", buffering=0)  # noqa: SIM115 - it stays open
        except BaseException:
            self._close_replaced()
            raise
        self._is = os.fstat(self.file.fileno())
        if there is not None:
            self._take_after(os.fstat(there.fileno()))

    def _take_after(self, old: os.stat_result) -> None:
        """Have the old file's owner, as far as we may give it away, and its permissions."""
        with suppress(OSError, AttributeError):
            os.chown(self._made or "", old.st_uid, old.st_gid)
        with suppress(OSError):
            os.chmod(self._made or "", stat.S_IMODE(old.st_mode))

    def keep(self) -> None:
        """It is good: from now on it has its name, and stays whatever happens. May raise OSError: then it does not."""
        if self._made is not None and self._made != self._place:
            os.fsync(self.file.fileno())  # a power cut must not leave the name with nothing behind it
            os.replace(self._made, self._place)
        self._made = None

    def close(self) -> None:
        """Nothing more comes; where it was not kept, all is as it was. May raise OSError, of what was written last."""
        try:
            self.file.close()
        finally:
            self._close_replaced()
            if self._made is not None:
                with suppress(OSError):  # somebody else may have put another in its place
                    if os.path.samestat(self._is, os.lstat(self._made)):
                        os.unlink(self._made)
                self._made = None

    def _close_replaced(self) -> None:
        if self.replaced is not None:
            self.replaced.close()


def _open_existing(path: Path) -> FileIO | None:
    """What is there, opened for writing and not changed; None where nothing is."""
    try:
        return FileIO(os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0)), "w")
    except FileNotFoundError:
        return None


def put(path: Path, data: bytes, force: bool = False) -> None:
    """Make a file of these bytes: all of it, or nothing. Raises as `Output` does."""
    output = Output(path, force)
    try:
        write_all(output.file, data)
        output.keep()
    finally:
        output.close()


def write_all(file: FileIO, data: bytes) -> None:
    """Write these bytes, also where the system takes them piece by piece."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file.fileno(), rest) :]


def check_apart(made: Iterable[Path | None], read: Iterable[Path] = ()) -> None:
    """Raises ValueError where two files that are to be made are one, or one of them is read; None is no file."""
    known, own = {_identity(path) for path in read}, set()
    for path in made:
        if path is not None:
            identity = _identity(path)
            if identity in known:
                raise ValueError(f"{path}: is what is read; give another name to write to")
            if identity in own:
                raise ValueError(f"{path}: two outputs cannot be one file; give another name")
            own.add(identity)


def _identity(path: Path) -> object:
    """What is the same for all names of a file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return os.path.realpath(path)
    return found.st_dev, found.st_ino


class Syncing:
    """Has what is written into a file sent to the disk itself, about a second later: a machine that loses its power
    forgets what it has not sent there. Whoever writes does not wait for it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._failure: OSError | None = None
        self._is_due = self._is_planned = False

    def wrote(self) -> None:
        """Something was written. Raises OSError where the disk has not taken what was written before."""
        if self._failure is not None:
            raise self._failure
        self._is_due = True
        if not self._is_planned:
            self._plan()

    def _plan(self) -> None:
        self._is_planned = True
        # Nobody is kept from closing the file, or from forgetting it, meanwhile.
        timer = threading.Timer(SYNC_AFTER, _sync_later, [weakref.ref(self)])
        timer.daemon = True
        with suppress(RuntimeError):  # no more threads can be had; it is sent when the file is closed
            timer.start()

    def sync(self) -> None:
        """Send it now. Raises OSError where the disk does not take it."""
        self._is_due = False
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            if error.errno in _LOST:
                raise

    def sync_planned(self) -> None:
        """Send it, in a thread of its own."""
        try:
            self.sync()
        except OSError as error:
            self._failure = error
        except ValueError:  # it has been closed
            return
        self._is_planned = False
        if self._is_due and not self._is_planned:
            self._plan()


def _sync_later(reference: "weakref.ref[Syncing]") -> None:
    syncing = reference()
    if syncing is not None:
        syncing.sync_planned()

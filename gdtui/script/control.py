"""The control file: what those who watch a training ask of it, in a small file beside its log.

It is read by opening it, again and again, and replaced as a whole by renaming, so that it works between two machines
that share a file system, where nothing tells of changes, locks may be missing, and times are coarse. Each wish has a
number, higher than those before; a script takes a wish once, and says so in its log. Where two watchers write at the
same time, the last one wins, and the other sees that.
"""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False  # typing takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LARGEST = 4096
"""Bytes that are read of a control file: all, unless it is none."""
READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
"""A pipe of that name is not waited for, and a link is none of ours."""
MOST_EPOCHS = 10**12


class Wish:
    """What somebody asks for.

    Attributes:
        value: of alpha, a number; of epochs, a whole number; of paused and stop, whether.
        number: higher than those of the wishes before.
        by: who asks.
    """

    __slots__ = ("by", "number", "value")

    def __init__(self, value: Any, number: int, by: str) -> None:
        self.value, self.number, self.by = value, number, by


def beside(log: str) -> str:
    """The path of a log's control file, by whatever links one comes to the log."""
    return f"{os.path.realpath(log)}.steer"


def read(path: str) -> bytes | None:
    """What is in it; None where there is none. Raises OSError as files do, and where just anybody may have put it
    there."""
    try:
        fd = os.open(path, READING)
    except FileNotFoundError:
        return None
    try:
        _check_owner(fd, path)
        return os.read(fd, LARGEST)
    finally:
        os.close(fd)


def _check_owner(fd: int, path: str) -> None:
    """In a folder that all may write to, such as /tmp, only oneself and the administrator are heeded: who shares a
    folder with some may be steered by them, but not by everybody."""
    if hasattr(os, "geteuid"):
        owner = os.fstat(fd).st_uid
        if owner not in (0, os.geteuid()) and os.stat(os.path.dirname(path) or ".").st_mode & 0o002:
            raise PermissionError(errno.EPERM, "it is another user's, in a folder that everybody may write to")


def wishes_in(raw: bytes, run: str) -> dict[str, Wish]:
    """The wishes in a control file by what they are about; none where it is about another run than this. Raises
    ValueError where it is no control file."""
    import json

    found = json.loads(raw)
    if not isinstance(found, dict) or found.get("gdtui") != "steer" or not isinstance(found.get("asked"), dict):
        raise ValueError("it is no control file of gdtui")
    wishes = {}
    for name, asked in found["asked"].items() if found.get("run") == run else ():
        if not isinstance(asked, dict) or type(asked.get("number")) is not int:
            raise ValueError(f"{name} has no number")
        wishes[name] = Wish(asked.get("to"), asked["number"], str(asked.get("by")))
    return wishes


def write(path: str, run: str, wishes: Mapping[str, Wish]) -> None:
    """Put these wishes in the place of what is there. Raises OSError as files do."""
    import json

    asked = {name: {"to": wish.value, "number": wish.number, "by": wish.by} for name, wish in wishes.items()}
    text = json.dumps({"gdtui": "steer", "version": 1, "run": run, "asked": asked})
    new = f"{path}.{os.urandom(4).hex()}"
    try:
        with open(new, "x") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        if os.path.exists(new):
            os.unlink(new)
        raise


def what_is_wrong(name: str, value: Any) -> str:
    """In words why a script cannot take this; empty where it can."""
    if name == "alpha":
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return "" if is_number and 0 < value <= sys.float_info.max else "is not a number greater than 0"
    if name == "epochs":
        is_count = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_EPOCHS
        return "" if is_count else "is not a whole number of at least 1"
    if name in ("paused", "stop"):
        return "" if isinstance(value, bool) else "is neither true nor false"
    return "is nothing that can be steered"

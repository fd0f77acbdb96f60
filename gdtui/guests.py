"""Guests: those who use gdtui from a browser. They steer what is run for them, and nothing else of the machine is
theirs: `Display.guest` has the session, the screen and its keys offer no more than that, and `lock` sees to it."""

import errno
import os
import sys
from typing import Any

DRIVER = "TEXTUAL_DRIVER"
"""In the environment where a program is served to a browser, by us or by `textual serve`: what is to draw."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
REFUSED = frozenset(
    (
        *("os.chmod", "os.chown", "os.exec", "os.fork", "os.forkpty", "os.kill", "os.link", "os.mkdir"),
        *("os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "os.setxattr", "os.spawn", "os.startfile"),
        *("os.symlink", "os.system", "os.truncate", "os.utime", "pty.spawn", "socket.bind", "socket.connect"),
        *("subprocess.Popen", "webbrowser.open"),
    )
)
"""What Python calls that which writes, or begins something else; see its table of audit events."""


def is_guest() -> bool:
    """Whether this is served to a browser."""
    return os.environ.get(DRIVER, "").endswith(":WebDriver")


def lock() -> None:
    """From here on, and for good, this process writes no file, begins no other, and connects to nothing: whatever tries
    to is told that by a PermissionError, as on a system where it has no right to."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, int) or path == os.devnull or not flags & WRITING:
            return
    elif event not in REFUSED:
        return
    raise PermissionError(errno.EPERM, "nothing is written for those who come by the web")

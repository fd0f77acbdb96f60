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
        *("os.chflags", "os.chmod", "os.chown", "os.link", "os.lockf", "os.mkdir", "os.remove", "os.removexattr"),
        *("os.rename", "os.rmdir", "os.setxattr", "os.symlink", "os.truncate", "os.utime"),
        *("os.exec", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.posix_spawn", "os.spawn", "os.startfile"),
        *("os.startfile/2", "os.system", "pty.spawn", "resource.prlimit", "signal.pthread_kill", "subprocess.Popen"),
        *("sys.remote_exec", "webbrowser.open", "_winapi.CreateJunction", "_winapi.CreateProcess"),
        *("_winapi.OpenProcess", "_winapi.TerminateProcess"),
        *("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"),
        *("socket.getnameinfo", "socket.sendmsg", "socket.sendto", "socket.sethostname"),
        *("sqlite3.enable_load_extension", "sqlite3.load_extension", "syslog.openlog", "syslog.syslog"),
        *("winreg.ConnectRegistry", "winreg.CreateKey", "winreg.DeleteKey", "winreg.DeleteValue", "winreg.LoadKey"),
        *("winreg.SaveKey", "winreg.SetValue"),
    )
)
"""What Python calls that which writes, or begins or reaches something else, of its table of audit events; what is made
of these, as shutil.move or http.client.connect, is not named again. ctypes.dlopen is not among them: by that the
threads of NumPy are counted, and no guest has a way to call it."""
READ_ONLY = "?mode=ro"
"""Of a database that is opened so, nothing is written: SQLite opens its files itself, which Python tells otherwise."""


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
    elif event == "sqlite3.connect":
        if READ_ONLY in str(arguments[0]):
            return
    elif event not in REFUSED:
        return
    raise PermissionError(errno.EPERM, "nothing is written for those who come by the web")

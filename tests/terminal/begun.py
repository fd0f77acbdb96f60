"""gdtui's processes, forked from one that has imported it: the imports of each would take longer than most tests do.

What runs in such a process is `python -m gdtui` from its first line on, in a session and a terminal of its own, or a
script that changes something in gdtui and then runs it.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import json
import os
import runpy
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

GDTUI = (sys.executable, "-m", "gdtui")
RUNS_IT = "from gdtui.cli import main"
"""Of a script."""
READ_LATE = {"TMPDIR"}
"""What of the environment is read when it is needed."""
IN_TESTS = "PYTEST_CURRENT_TEST"
"""What pytest has in the environment. Benchmarks begin everything in full."""
WARM = (
    *("gdtui.cli", "gdtui.commands.watch", "gdtui.tui.front", "gdtui.tui.classroom", "gdtui.tui.logs_board"),
    *("gdtui.session.opening", "gdtui.lessons.played", "gdtui.views.roc", "gdtui.views.bowl", "gdtui.views.data"),
    *("gdtui.views.loss", "gdtui.report", "gdtui.wire.driver", "gdtui.tui.comparison"),
)
"""What the process imports before it forks. Dialogs are not among it: keys may come before they are there."""
ROOT = Path(__file__).parents[2]
ADOPTING = 36
"""What Linux's prctl calls taking in the children of children that end."""


def begin(
    command: Sequence[str],
    terminal: int,
    streams: Sequence[int | IO[Any]],
    cwd: str,
    env: dict[str, str],
    changes: dict[str, str],
    in_full: bool,
) -> subprocess.Popen[bytes]:
    """Begin a command in a session of its own, which has this terminal, so that ctrl+c and resizes are signalled.

    Args:
        streams: standard input, output and error: files, descriptors, or `subprocess` constants.
        changes: what is another in the environment.
        in_full: whether gdtui is to be begun by Python, also in tests.
    """
    files = [stream if isinstance(stream, int) else stream.fileno() for stream in streams]
    is_gdtui = tuple(command[:3]) == GDTUI or (command[1:2] == ["-c"] and RUNS_IT in command[2])
    can_be = IN_TESTS in os.environ and sys.platform == "linux" and min(files) >= 0 and {*changes} <= READ_LATE
    if is_gdtui and can_be and not in_full:
        return _Forked((command[1:], changes, cwd), files, env)
    return subprocess.Popen(
        command,
        stdin=streams[0],
        stdout=streams[1],
        stderr=streams[2],
        env=env | changes,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
    )


class _Forked(subprocess.Popen[bytes]):
    """A process that another has begun on this one's behalf, and whose parent is this one."""

    def __init__(
        self, told: tuple[Sequence[str], dict[str, str], str], files: Sequence[int], env: dict[str, str]
    ) -> None:
        self._child_created, self.returncode, self.args = True, None, told[0]
        self.stdin = self.stdout = self.stderr = None
        self._waitpid_lock, self._sigint_wait_secs, self._communication_started = threading.Lock(), 0.25, False
        (asked, _), prctl = _forking(*sorted(env.items())), ctypes.CDLL(None).prctl
        prctl(ADOPTING, 1, 0, 0, 0)
        socket.send_fds(asked, [json.dumps(told).encode()], files)
        self.pid = int(asked.recv(32))
        prctl(ADOPTING, 0, 0, 0, 0)


@cache
def _forking(*env: tuple[str, str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Where the process is asked to fork that has this environment; it ends with this one."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", __name__, str(there.fileno())]
    process = subprocess.Popen(command, env=dict(env), cwd=ROOT, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
    there.close()
    return here, process


def _fork_for_ever(asked: socket.socket) -> list[str]:
    """Fork as often as is asked, to the end of whoever asks; returns Python's arguments in each process that is
    forked."""
    while True:
        told, streams, _, _ = socket.recv_fds(asked, 2**20, 3)
        if not told:
            os._exit(0)
        reads, writes = os.pipe()
        between = os.fork()
        if not between:
            forked = os.fork()
            if forked:
                os.write(writes, str(forked).encode())
                os._exit(0)
            arguments, changes, cwd = json.loads(told)
            os.environ.update(changes)
            _settle(streams, cwd)
            return arguments
        os.waitpid(between, 0)  # from now on, whoever asked is the parent
        asked.send(os.read(reads, 32))
        for number in (*streams, reads, writes):
            os.close(number)


def _settle(streams: list[int], cwd: str) -> None:
    """Have these streams, and their terminal, and be where it is to be."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 64)
    fcntl.ioctl(next(number for number in range(3) if os.isatty(number)), termios.TIOCSCTTY, 0)
    os.chdir(cwd)
    sys.path[0] = cwd
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        was = getattr(sys, name)
        stream = open(number, mode, encoding=was.encoding, errors=was.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    for name in WARM:
        __import__(name)
    gc.collect()
    gc.freeze()
    how, what, *arguments = _fork_for_ever(socket.socket(fileno=int(sys.argv[1])))
    sys.argv[:] = [how, *arguments]
    if how == "-c":
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    else:
        runpy.run_module(what, run_name="__main__", alter_sys=True)

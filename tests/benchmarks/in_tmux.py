"""gdtui in a terminal, and the same epochs in a tmux in such a terminal.

All bytes count. Without tmux these are, beside the cells: the marks around each synchronised update (CSI ? 2026 h and
l, 16 B) and the request that ends a frame (CSI 6 n, 4 B). tmux answers the request itself, and marks no update of a
few cells, though it is told that it may. It is told of true colour too: a tmux that is not rounds to 256 colours,
which are another picture, and shorter.
"""

from __future__ import annotations

import shlex

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.test_tmux import Tmux

FIRST, LAST = 20, 120
OPTIONS = ("--speed", "10", "--fps", "10", "--epochs", str(LAST + 20))


def alone() -> float:
    """Bytes an epoch, one epoch a frame, at 120×40."""
    with Terminal([*GDTUI, *OPTIONS]) as terminal:
        return _bytes_an_epoch(terminal)


def in_tmux() -> float:
    """The same, as tmux sends them to its client: in the same colours, with no status line."""
    server = Tmux(120, 40)
    try:
        server("set", "-g", "escape-time", "0", ";", "set", "-as", "terminal-features", ",xterm-256color:sync")
        with server.attach(120, 40) as client:
            server.send(shlex.join((*GDTUI, *OPTIONS)), "Enter")
            return _bytes_an_epoch(client)
    finally:
        server.close()


def _bytes_an_epoch(terminal: Terminal) -> float:
    begin, end = (_arrived_with(terminal, f"epoch #{epoch},") for epoch in (FIRST, LAST))
    return (end - begin) / (LAST - FIRST)


def _arrived_with(terminal: Terminal, text: str) -> int:
    """Bytes that had arrived when the screen first showed this."""
    since = terminal.wait_for(text, 60)
    return next(arrived for at, arrived in terminal.arrivals if at == since)

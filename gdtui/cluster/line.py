"""A connection for questions alone, beside Dask's: by way of those, a round takes ten times as long.

The worker listens at a port that the system gives it, until somebody comes who has the key, which Dask brought. Where
that port cannot be reached, or where Dask is to encrypt what goes over the wire, there is no line, and Dask is asked.
"""

from __future__ import annotations

import hmac
import secrets
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

WITHIN = 2.0
"""Seconds in which the other end has to come, and to give its half of the key."""
LONG = 0.25
"""Seconds after which an answer takes long."""
OPTIONS = {"TCP_NODELAY": 1, "TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 30_000}
"""Of a connection, where the system has them: whoever vanishes without a word is missed within 30 s, as Dask does."""
HALF = 16
"""Bytes in half a key. Who calls gives the first half, and gets the second."""
Answer = Callable[[str, Sequence[Any]], Any]
"""What answers, given the name of a method and its arguments."""
_numbers = count()
"""Of questions: what answers one that nobody waits for any more is told from what answers the next."""


def listen(address: str, method: Callable[[], Answer | None]) -> tuple[int, bytes]:
    """Let a thread answer who comes with the key. Returns the port and the key; raises OSError.

    Args:
        address: Dask's, of this worker.
        method: gives what answers; None ends the line.
    """
    listener, key = socket.create_server((urlsplit(address).hostname or "", 0)), secrets.token_bytes(2 * HALF)
    listener.settimeout(WITHIN)
    Thread(target=_serve, args=(listener, key, method), daemon=True).start()
    return listener.getsockname()[1], key


def _serve(listener: socket.socket, key: bytes, method: Callable[[], Answer | None]) -> None:
    with suppress(OSError, EOFError):
        with listener:
            while not hmac.compare_digest(_heard(caller := listener.accept()[0]), key[:HALF]):
                caller.close()
        caller.sendall(key[HALF:])
        with _line(caller) as line:
            while (question := line.recv()) and (answer := method()) is not None:
                number, function, arguments = question
                line.send((number, answer(function, arguments)))
                del answer  # while nothing is asked, what is held is not held here


def call(address: str, port: int, key: bytes) -> Connection:
    """A line to the worker of that address. Raises OSError."""
    one = socket.create_connection((urlsplit(address).hostname or "", port), WITHIN)
    one.sendall(key[:HALF])
    if _heard(one) != key[HALF:]:
        raise OSError("somebody else is there")
    return _line(one)


def _heard(one: socket.socket) -> bytes:
    """The half of the key that the other end gives; nothing where it gives none."""
    one.settimeout(WITHIN)
    with suppress(OSError):
        return one.recv(HALF)
    return b""


def _line(one: socket.socket) -> Connection:
    one.settimeout(None)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in OPTIONS.items():
        with suppress(AttributeError, OSError):
            one.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return Connection(one.detach())


def ask(
    lines: Mapping[str, Connection],
    function: str,
    wanted: Mapping[str, Sequence[Any]],
    known: Callable[[], Collection[str]],
) -> dict[str, Any]:
    """What each answers, by the worker's address, or OSError in its place. `known` tells who is there at all: it is
    asked where an answer takes long."""
    number, found, left = next(_numbers), dict[str, Any](), dict(lines)
    for address, line in lines.items():
        with suppress(OSError):  # it has no answer either then
            line.send((number, function, wanted[address]))
    while left:
        ready = wait([*left.values()], LONG)
        there = left if ready else known()
        for address, line in [*left.items()]:
            try:
                if address not in there:
                    raise OSError("the scheduler knows of no such worker")
                if line not in ready:
                    continue
                answered, answer = line.recv()
            except (OSError, EOFError) as error:
                answered, answer = number, OSError(str(error))
            if answered == number:
                found[address] = answer
                del left[address]
    return found

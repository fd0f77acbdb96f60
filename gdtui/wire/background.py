"""Work outside the screen's thread that nobody waits for when the program is left."""

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Work = Callable[[], None]

_idle: list[SimpleQueue[Work]] = []
"""The ways to threads that have nothing to do: to begin one takes as long as a good part of the work of a frame."""


async def in_background(work: Callable[[], T]) -> T:
    """As `asyncio.to_thread`, whose threads hold up the end of the program; raises what the work raises."""
    loop, context = asyncio.get_running_loop(), contextvars.copy_context()
    done: asyncio.Future[T] = loop.create_future()

    def settle(act: Callable[[Any], None], what: object) -> None:
        if not done.cancelled():
            act(what)

    def run() -> None:
        act: Callable[[Any], None] = done.set_result
        what: object
        try:
            what = context.run(work)
        except Exception as error:
            act, what = done.set_exception, error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, act, what)

    try:
        way = _idle.pop()
    except IndexError:
        way = SimpleQueue()
        Thread(target=_serve, args=[way], daemon=True, name="background").start()
    way.put(run)
    return await done


def _serve(way: SimpleQueue[Work]) -> None:
    while True:
        way.get()()
        _idle.append(way)

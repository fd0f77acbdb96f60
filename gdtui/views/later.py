"""What a view needs and takes longer to compute than a frame: it is computed in a thread of its own, step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

LINGERS = 1.0
"""Seconds for which a thread waits for more: to begin one takes as long as a tenth of the work of a frame."""


class Later(Generic[T]):
    """Computes what was asked for last.

    Args:
        wake: called, in that thread, when there is more to be seen.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Condition()
        self._is_served = False
        self._key: object = None
        self._work: Callable[[], Iterator[T]] | None = None
        self._rest = 0.0
        self._found: T | None = None
        self._failure: BaseException | None = None
        self.is_busy = False
        """Whether there is more to come."""

    @property
    def found(self) -> T | None:
        """The newest that has been found; None where nothing has been yet. Raises what the work has raised."""
        if self._failure is not None:
            raise self._failure
        return self._found

    def ask(self, key: object, work: Callable[[], Iterator[T]], rest: float = 0.0) -> T | None:
        """See `found`: that is of what is asked for, or, until there is anything, of what was asked for before.

        Args:
            key: what is asked for; work that is done or under way for an equal one is not begun again, and that for
                another is given up.
            work: yields what it finds, better and better.
            rest: for how many times as long as each step took the thread rests after it, so that others have the cores.
        """
        with self._lock:
            if key != self._key and self._failure is None:
                self._key, self._work, self._rest = key, work, rest
                if not self._is_served:
                    threading.Thread(target=self._serve, daemon=True, name="later").start()
                self.is_busy = self._is_served = True
                self._lock.notify()
        return self.found

    def _serve(self) -> None:
        try:
            while self._is_wanted():
                while self._do_next():
                    self._wake()
                self._wake()
        except BaseException as error:
            with self._lock:
                self._failure, self.is_busy = error, False
            self._wake()

    def _is_wanted(self) -> bool:
        """Whether there is anything to do, or comes to be soon."""
        with self._lock:
            self._is_served = self._lock.wait_for(lambda: self._work is not None, LINGERS)
            return self._is_served

    def _do_next(self) -> bool:
        """Do what was asked for last, or as much of it as is wanted. Returns whether there was anything."""
        with self._lock:
            work, self._work = self._work, None
            if work is None:
                self.is_busy = False
                return False
        began = time.perf_counter()
        for found in work():
            with self._lock:
                if self._work is not None:
                    return True
                self._found = found
            self._wake()
            time.sleep(self._rest * (time.perf_counter() - began))
            began = time.perf_counter()
        return True

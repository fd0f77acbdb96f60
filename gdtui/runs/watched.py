"""A run file that may still be written, here or on another machine, seen as runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from gdtui.runs.archive import ArchivedRun
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import data_or_what_is_left, runs_of, settings_of

STALLED = 5.0
"""Seconds without a new line after which a run that has not ended counts as stalled."""


class Followed:
    """A run file that is read on, by polling, since other machines' writes raise no notification.

    Args:
        clock: seconds.

    Raises:
        RunFileError: it is no run file.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.file = RunFile(path)
        self._clock = clock
        # A file that nobody has written to for long was stalled before anybody looked.
        self._last_news = clock() - max(0.0, time.time() - os.path.getmtime(path))

    @property
    def state(self) -> str:
        """waiting (no epoch yet), following, stalled, or ended."""
        if self.file.stop is not None:
            return "ended"
        if self._clock() - self._last_news > STALLED:
            return "stalled"
        return "following" if self.file.branch.epochs else "waiting"

    def poll(self) -> bool:
        """Read what is new; returns whether there was anything. Raises RunFileError."""
        if not self.file.read_more():
            return False
        self._last_news = self._clock()
        return True


class Watched(Followed):
    """A run file seen as runs.

    Raises:
        RunFileError: see `settings_of`, `data_or_what_is_left` and `runs_of`.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(path, clock)
        self._settings = settings_of(self.file)
        self._data = data_or_what_is_left(self.file, self._settings)
        self.runs = self._all()

    def _all(self) -> list[ArchivedRun]:
        return runs_of(self.file, self._settings, self._data)

    @property
    def run(self) -> ArchivedRun:
        """The branch that is written to."""
        return self.runs[self.file.current]

    def poll(self) -> bool:
        if not super().poll():
            return False
        if len(self.file.branches) > len(self.runs):
            self.runs += self._all()[len(self.runs) :]
        for run in self.runs:
            run.read_on(self.file.path)
        return True

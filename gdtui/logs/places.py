"""Where logs are: files, folders, standard input, and what is not there yet."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from stat import S_ISDIR

from gdtui.logs import pipe as piped
from gdtui.logs.file_reader import FileReader
from gdtui.logs.names import short_names
from gdtui.logs.readers import reader_of
from gdtui.logs.rows import LogError
from gdtui.logs.run import LogRun
from gdtui.logs.standard_input import NAME
from gdtui.logs.walk import Walk

WAITED = "; what comes there is taken in"
AT_ONCE = 0.3
"""Seconds after which no further run is read before what has been read is shown."""
LOOK, SHARE = 2.0, 20.0
"""Seconds after which folders are looked through again, at the least, and how many times as long as that takes."""


class LogPlaces:
    """All runs in some places, in folders also those that begin while one looks.

    Args:
        whats: files, folders, or - for standard input; what is not there yet is waited for.
        x, y: see `LogRun`.
        clock: seconds.

    Raises:
        LogError: there is nothing but files that cannot be opened, or for which there is no reader. Among others they
            are runs that cannot be read, behind those that can.
    """

    def __init__(
        self,
        whats: Sequence[str],
        x: str | None = None,
        y: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.runs: list[LogRun] = []
        """Those of a folder the newest first, but what comes later is behind them: no run changes its colour."""
        self._x, self._y, self._clock, self._found = x, tuple(y), clock, set[tuple[str, str]]()
        self._folders: list[Walk] = []
        self._waited: list[str] = []
        """What was not there, and may come to be a folder."""
        self._stores: dict[str, None] = {}
        """Logs that hold several runs, and may come to hold more."""
        self._next, self._is_behind = -1, False
        """Which run was polled last, and whether there was no time for all."""
        self._due = 0.0
        wrong = {what: why for what in dict.fromkeys(whats) if (why := self._take(what)) is not None}
        if wrong and not self.runs and not self._folders:
            raise next(iter(wrong.values()))
        self.runs += [LogRun(what, "", self._x, self._y) for what in wrong]
        self._look()

    def poll(self) -> bool:
        """Read what is new, and look for new runs where that is due. Where it takes long, other runs are read at the
        next call. Returns whether anything is new."""
        is_new = self._look() if self._clock() >= self._due else False
        begun, left = self._clock(), len(self.runs)
        while left and self._clock() - begun <= AT_ONCE:
            self._next = (self._next + 1) % len(self.runs)
            is_new |= self.runs[self._next].poll()
            left -= 1
        self._is_behind = left > 0
        return is_new

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come: all logs say that they have ended, and no folder is looked through."""
        return not self._folders and all(run.is_over or _is_given_up(run) for run in self.runs)

    @property
    def has_more(self) -> bool:
        """Whether there is more in the logs than was read at once."""
        return self._is_behind or any(getattr(run.reader, "has_more", False) for run in self.runs)

    @property
    def left_out(self) -> int:
        """Logs below folders that are not among the runs, since there are so many."""
        return sum(folder.left_out for folder in self._folders)

    @property
    def notes(self) -> list[str]:
        """What is to be said of the places, a line each: what is waited for, what was passed over, and a copy that
        cannot be written on."""
        waiting = [f"{run.path}: is not there yet{WAITED}" for run in self.runs if run.is_absent]
        empty = [f"{folder.path}: there is no log below it yet{WAITED}" for folder in self._folders if not folder.found]
        lost = [piped.current.failure] if piped.current is not None and piped.current.failure is not None else []
        return lost + waiting + empty + [note for folder in self._folders for note in folder.notes()]

    def _take(self, what: str) -> LogError | None:
        """Returns why it cannot be read, if it cannot."""
        if what != NAME and os.path.isdir(what):
            self._folders.append(Walk(what))
            return None
        try:
            self._add(what)
        except LogError as error:
            return error
        except OSError as error:
            return LogError(f"{what}: cannot be read: {error.strerror or error}")
        if self.runs[-1].is_absent:
            self._waited.append(what)
        return None

    def _add(self, path: str) -> bool:
        reader, is_new = None if path == NAME else reader_of(path), False
        names = [""] if reader is None else reader.runs(path)
        if names != [""]:
            self._stores[path] = None
        if any((path, name) not in self._found for name in names):
            self._take_names(path)
        for name in names:
            if (path, name) not in self._found:
                self._found.add((path, name))
                self.runs.append(LogRun(path, name, self._x, self._y))
                is_new = True
        return is_new

    def _take_names(self, path: str) -> None:
        """Call the runs there as they are called now: one that has been renamed is no other run."""
        here = [run for run in self.runs if run.path == path]
        self._found -= {(path, run.run) for run in here}
        for run in here:
            if isinstance(run.reader, FileReader):
                run.run = run.reader.run = run.reader.called()
        self._found |= {(path, run.run) for run in here}

    def _look(self) -> bool:
        """Look through the folders. Returns whether there is a run that was not there before."""
        begun, is_new = self._clock(), False
        for what in [what for what in self._waited if is_folder(what)]:
            self._waited.remove(what)
            self.runs = [run for run in self.runs if run.path != what]
            self._folders.append(Walk(what))
        known = {run.path for run in self.runs if run.metrics}  # of stores, too, but those are looked at by name
        paths = [*self._stores, *(path for folder in self._folders for path in folder.logs() if path not in known)]
        for path in dict.fromkeys(paths):
            with suppress(LogError, OSError):  # such as one that has gone since
                is_new |= self._add(path)
        self._due = self._clock() + max(LOOK, SHARE * (self._clock() - begun))
        for run, name in zip(self.runs, short_names([(run.path, run.run) for run in self.runs]), strict=True):
            run.short = name
        return is_new


def _is_given_up(run: LogRun) -> bool:
    """Whether nothing comes of it any more. One that is gone may be about to be written anew."""
    return run.error is not None and os.path.exists(run.path)


def is_folder(path: str) -> bool:
    """Whether there is a folder of that name."""
    try:
        return S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False

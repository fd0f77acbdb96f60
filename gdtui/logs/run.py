"""A run of somebody else's training, as far as its log has been read."""

from __future__ import annotations

import fnmatch
import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along, along_in
from gdtui.logs.readers import reader_of
from gdtui.logs.rows import LogError, Reader, Rows, joined
from gdtui.text import printable
from gdtui.types import Floats

PATIENCE, LEAST, UNKNOWN = 5.0, 5.0, 60.0
"""How many of its own intervals a run may be silent before it counts as stalled, and seconds: at the least, and where
no interval is known yet."""
OLD, OLD_AFTER = 600.0, 10.0
"""Seconds of silence, and how many times as long as until it counts as stalled, after which nobody waits any more for a
log that does not tell its end: it has ended, most likely."""
REMEMBERED = 32
"""Intervals by which the next is expected."""


class LogRun:
    """One run, which is read on by polling, since other machines' writes raise no notification. Its log may not be
    there yet.

    Args:
        path: of the log.
        run: which one it is of several in that log.
        x: what counts the training: step, epoch, time or record, or a column, by its name; None for a guess.
        y: patterns of the names of the metrics that are shown, as shells have them; empty for all.
        clock, now: seconds, the second since 1970.
    """

    def __init__(
        self,
        path: str,
        run: str = "",
        x: str | None = None,
        y: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path, self.run = path, run
        self.short = printable(run or os.path.basename(os.path.normpath(path)))
        """What it is called beside others."""
        self.metrics: dict[str, Metric] = {}
        """By their names, in the order in which they came."""
        self.columns: dict[str, None] = {}
        """The names in it, also of what is no metric."""
        self.error: str | None = None
        """Why it could not be read on, when it was last polled."""
        self.called: dict[Along, str] = {}
        """The names of the columns that tell places."""
        self.gaps = 0
        """Values that are no numbers."""
        self.reader: Reader | None = None
        """None until there is something to be read."""
        self._x, self._y, self._clock, self._now = x, tuple(y), clock, now
        self._readings = self._records = 0
        """How often it was read from its start, and how many records were read since."""
        self._seen: deque[float] = deque(maxlen=REMEMBERED)
        """When there was something new, by the clock."""
        self._rests = False
        """Whether it had not been written to for a while when it was first read, and nothing has come since."""

    @property
    def name(self) -> str:
        """For people."""
        return self.short

    @property
    def is_absent(self) -> bool:
        """Whether there is nothing of that name yet."""
        return self.reader is None and self.path != "-" and not os.path.exists(self.path)

    @property
    def chosen(self) -> str:
        """What counts the training, where somebody has chosen a name that there is; else empty."""
        return self._x if self._x is not None and self._x in self.called.values() else ""

    @property
    def is_over(self) -> bool:
        """Whether the log says that the training has ended."""
        return self.reader is not None and self.reader.is_over

    @property
    def end(self) -> tuple[Along, float] | None:
        """Where along the training the log says that it ends."""
        return getattr(self.reader, "end", None)

    @property
    def failure(self) -> str:
        """The error by which the training has ended, as its log tells it; empty where it tells of none."""
        return str(getattr(self.reader, "failure", "")) if self.is_over else ""

    @property
    def state(self) -> str:
        """waiting (nothing yet), following, paused (by who watches), stalled, at rest (of old), ended, crashed,
        unreadable."""
        if self.error is not None:
            return "unreadable"
        if self.is_over:
            return "crashed" if self.failure else "ended"
        if not self.metrics:
            return "waiting"
        if getattr(self.reader, "is_paused", False):
            return "paused"
        has_no_end = not getattr(self.reader, "tells_its_end", False)  # where there is one, it has been killed
        if self._rests or (has_no_end and self.silence > max(OLD, OLD_AFTER * self.patience)):
            return "at rest"
        return "stalled" if self.silence > self.patience else "following"

    @property
    def patience(self) -> float:
        """Seconds of silence after which it counts as stalled: several times its own interval."""
        return UNKNOWN if np.isnan(self.interval) else max(LEAST, PATIENCE * self.interval)

    @property
    def silence(self) -> float:
        """Seconds since there was something new; infinite where there never was."""
        return self._clock() - self._seen[-1] if self._seen else np.inf

    @property
    def interval(self) -> float:
        """Seconds between two times that there was something new; NaN where that is not known."""
        intervals = np.diff(self._seen)
        return float(np.median(intervals)) if len(intervals) else np.nan

    def poll(self) -> bool:
        """Read what is new. Returns whether there is anything to tell; `error` tells of a log that cannot be read."""
        before, found = self.error, list[Rows]()
        try:
            if not self.metrics:  # what was there at first may have been too little to know it by
                kind = reader_of(self.path)
                if kind is not None and type(self.reader) is not kind:
                    self.reader = kind(self.path, self.run)
            if self.reader is not None:
                found = self.reader.read()
            self.error = None
        except FileNotFoundError:
            self.error = None if not self.metrics else f"{self.path}: is not there any more"
        except (LogError, OSError) as error:
            self.error = str(error) if isinstance(error, LogError) else f"{self.path}: cannot be read: {error}"
        if self.reader is not None and self.reader.readings != self._readings:
            self._readings, self.metrics, self.columns, self.gaps = self.reader.readings, {}, {}, 0
            self._records = 0
        for rows in joined(found):
            self._take(rows)
        if found:
            self._rests = (self._rests or not self._seen) and self._age() > UNKNOWN
            self._seen.append(self._clock())
        return bool(found) or self.error != before

    @property
    def not_chosen(self) -> str:
        """What was asked for and is not in it, in a line; empty where all is."""
        has = f"it has {', '.join(map(printable, self.columns))}"
        if self._x is not None and self.columns and self._x != Along.RECORD.value and not self._has(self._x):
            return f"{self.name}: has no {self._x!r} that could count the training; {has}"
        if self._y and self.columns and not self.metrics:
            return f"{self.name}: has no metric {' or '.join(map(repr, self._y))}; {has}"
        return ""

    def _has(self, x: str) -> bool:
        return x in self.columns or any(kind.value == x for kind in along_in(self.columns))

    def _age(self) -> float:
        """Seconds since it was last written to; 0 where that is not known."""
        try:
            inside = [os.path.join(folder, name) for folder, _, names in os.walk(self.path) for name in names]
            return self._now() - max(map(os.path.getmtime, inside or [self.path]))
        except (OSError, ValueError):
            return 0.0

    def _take(self, rows: Rows) -> None:
        along, others = self._places(rows.names)
        self.called |= along
        places = {kind: rows.table[:, rows.names.index(name)] for kind, name in along.items()}
        follows = np.arange(self._records + 1.0, self._records + len(rows.table) + 1)
        places[Along.RECORD] = follows if rows.records is None else rows.records
        self._records = int(max(places[Along.RECORD].max(initial=0), self._records))
        for name, values, said in self._columns(rows, {*along.values(), *others}):
            metric = self.metrics.get(name)
            if metric is None:
                metric = self.metrics[name] = Metric(name, getattr(self.reader, "has_global_steps", False))
            metric.extend(places if said is None else {kind: place[said] for kind, place in places.items()}, values)
            self.gaps += int(np.count_nonzero(np.isnan(values)))

    def _places(self, names: Sequence[str]) -> tuple[dict[Along, str], Collection[str]]:
        """The columns that say where a record was made, of which one that somebody has chosen is the only one, and
        those that are no metrics either then. A chosen one that is known as none of these counts as the step."""
        found = along_in(names)
        if self._x is None:
            return found, ()
        chosen = {kind: name for kind, name in found.items() if self._x in (kind.value, name)}
        if not chosen and self._x in names:
            chosen = {Along.STEP: self._x}
        if chosen or self._x == Along.RECORD.value:
            return chosen, found.values()
        return found, ()

    def _columns(self, rows: Rows, along: Collection[str]) -> Iterator[tuple[str, Floats, np.ndarray | None]]:
        """The metrics among the columns, with what they say, and where they say anything, if not everywhere."""
        for place, name in enumerate(rows.names):
            self.columns[name] = None
            if name in along or (self._y and not any(fnmatch.fnmatchcase(name, one) for one in self._y)):
                continue
            said = None if rows.said is None else rows.said[:, place]
            values = rows.table[:, place] if said is None else rows.table[said, place]
            if len(values):
                yield printable(name), values, said

"""What sessions have in common that only look, at run files side by side or at other people's logs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar

from gdtui.session import commands as ask
from gdtui.session.line import Line
from gdtui.session.log import Entry, Log
from gdtui.session.pace import POLL
from gdtui.session.snapshot import Phase


@dataclass(slots=True, kw_only=True)
class Looked:
    """What others write, as it stands at one moment.

    Attributes:
        front: the number of the run in front.
        at: the record that is looked at, from 1, such as an epoch; None for the last of each run.
        last: the last record; 0 where there is none.
        states: of the runs, in words.
        news: how often there was anything new.
        asked: how many commands have been carried out.
        line: what is to be said of the run in front.
    """

    phase: ClassVar[Phase] = Phase.FOLLOWING
    is_over: ClassVar[bool] = False
    is_diverged: ClassVar[bool] = False
    saved_in: ClassVar[None] = None
    watched: ClassVar[None] = None
    reading: ClassVar[str] = ""
    is_judging: ClassVar[bool] = False
    """As in a `Snapshot`: what is looked at is written by others."""
    front: int = 0
    at: int | None = None
    last: int = 0
    states: tuple[str, ...] = ()
    news: int = 0
    log: tuple[Entry, ...] = ()
    logged: int = 0
    asked: int = 0
    is_leaving: bool = False
    line: Line = Line()  # noqa: RUF009 - frozen


T = TypeVar("T", bound=Looked)


class Looking(Generic[T]):
    """A session that looks, and reads on."""

    def __init__(self, now: T) -> None:
        self.now = now
        self._queue: deque[ask.Command] = deque()
        self._log = Log([])

    def do(self, command: ask.Command) -> None:
        """See `Session.do`."""
        self._queue.append(command)

    def due(self) -> float:
        """See `Session.due`."""
        return 0.0 if self._queue else POLL

    def snapshot(self) -> T:
        """All that is to be shown, as it is now."""
        return replace(self.now)

    def _carry_out_all(self) -> None:
        while self._queue:
            self._carry_out(self._queue.popleft())
            self.now.asked += 1

    def _carry_out(self, command: ask.Command) -> None:
        now, last = self.now, self.now.last
        match command:
            case ask.Travel(records, tenths):
                records += tenths * max(1, last // 10)
                self._go((last + (records > 0) if now.at is None else now.at) + records)
            case ask.GoTo(record):
                self._go(last + 1 if record is None else record)
            case ask.Do.LEAVE:
                now.is_leaving = True

    def _go(self, record: int) -> None:
        """Look at that record; beyond the last, at the last of each run."""
        if self.now.last:
            self.now.at = None if record > self.now.last else max(1, record)

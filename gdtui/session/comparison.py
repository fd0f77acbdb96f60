"""Several run files side by side, as a session: also one file that holds only losses."""

from collections import deque
from dataclasses import dataclass

from gdtui.runs.compare import Entrant, entrants_of
from gdtui.session import commands as ask
from gdtui.session.log import Entry, Log
from gdtui.session.session import POLL
from gdtui.session.snapshot import Said

LINES_AT_ONCE = 200
"""Epochs of a file that are logged at a time, at the most; those before them are left out."""


@dataclass(frozen=True, slots=True)
class Standings:
    """A comparison as it stands at one moment.

    Attributes:
        front: the number of the run whose curve is in front.
        epoch: the epoch looked at, where that is not each run's last.
        target: the loss of which the table says when it was reached; None for one that all have reached.
        asked: how many commands have been carried out.
        news: how often there was anything new in the files.
    """

    entrants: tuple[Entrant, ...]
    front: int
    epoch: int | None
    target: float | None
    log: tuple[Entry, ...]
    logged: int
    asked: int
    news: int
    is_leaving: bool


class Comparison:
    """Looks at run files, and reads on in them.

    Args:
        paths: the files.
        target: see `Standings`.

    Raises:
        RunFileError: one of them is no run file.
    """

    def __init__(self, paths: list[str], target: float | None = None) -> None:
        self.entrants = entrants_of(paths)
        self.target, self._front = target, 0
        self._epoch: int | None = None
        self._queue: deque[ask.Command] = deque()
        self._done = 0
        self._news = 0
        self._states: list[str] = []
        self._is_leaving = False
        self._log = Log([])
        for entrant in self.entrants:
            if entrant.note is not None:
                self._log.add(f"{entrant.path}: not all can be shown: {entrant.note}")

    def do(self, command: ask.Command) -> None:
        """See `Session.do`."""
        self._queue.append(command)

    def due(self) -> float:
        """See `Session.due`."""
        return 0.0 if self._queue else POLL

    def turn(self) -> list[Said]:
        """Do what was asked for, and read on."""
        while self._queue:
            self._carry_out(self._queue.popleft())
            self._done += 1
        for entrant in self.entrants:
            if entrant.poll():
                self._news += 1
                if entrant.error is not None:
                    self._log.add(entrant.error)
        states = [entrant.state for entrant in self.entrants]
        self._news += states != self._states
        self._states = states
        if len(self.entrants) == 1:  # of several, their curves tell it better
            self._log.read_on(entrant.branch, len(entrant.curve), LINES_AT_ONCE)
        return []

    def snapshot(self) -> Standings:
        """All that is to be shown, as it is now."""
        return Standings(
            tuple(self.entrants), self._front, self._epoch, self.target, tuple(self._log.entries), self._log.added,
            self._done, self._news, self._is_leaving,
        )  # fmt: skip

    def close(self) -> None:
        """Nothing more is to come."""

    def _carry_out(self, command: ask.Command) -> None:
        last = max(len(entrant.curve) for entrant in self.entrants)
        match command:
            case ask.Travel(epochs, tenths):
                epochs += tenths * max(1, last // 10)
                self._go((last + (epochs > 0) if self._epoch is None else self._epoch) + epochs, last)
            case ask.GoTo(epoch):
                self._go(last + 1 if epoch is None else epoch, last)
            case ask.NextBranch(step):
                self._front = (self._front + step) % len(self.entrants)
            case ask.Do.LEAVE:
                self._is_leaving = True

    def _go(self, epoch: int, last: int) -> None:
        """Look at that epoch of all runs; beyond the last, at each run's last."""
        if last:
            self._epoch = None if epoch > last else max(1, epoch)

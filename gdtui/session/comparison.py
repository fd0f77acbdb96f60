"""Several run files side by side, as a session: also one file that holds only losses."""

from collections import deque
from dataclasses import dataclass, replace
from typing import ClassVar

from gdtui.runs.compare import Entrant, entrants_of
from gdtui.runs.curve import Curve
from gdtui.runs.following import ANEW
from gdtui.session import commands as ask
from gdtui.session.line import Line, judged
from gdtui.session.log import Entry, Log, Said
from gdtui.session.session import POLL
from gdtui.session.snapshot import Phase
from gdtui.why.judge import judge_losses

LINES_AT_ONCE = 200
"""Epochs of a file that are logged at a time, at the most; those before them are left out."""


@dataclass(slots=True)
class Standings:
    """A comparison as it stands at one moment.

    Attributes:
        target: the loss of which the table says when it was reached; None for one that all have reached.
        front: the number of the run whose curve is in front.
        epoch: the epoch looked at, where that is not each run's last.
        states: of the runs, see `Entrant.state`.
        news: how often there was anything new in the files.
        asked: how many commands have been carried out.
        line: what the losses of the run in front tell of it.
    """

    phase: ClassVar[Phase] = Phase.FOLLOWING
    is_over: ClassVar[bool] = False
    is_diverged: ClassVar[bool] = False
    saved_in: ClassVar[None] = None
    reading: ClassVar[str] = ""
    is_judging: ClassVar[bool] = False
    """As in a `Snapshot`: files that are looked at stand still, and are written by others."""
    entrants: list[Entrant]
    target: float | None = None
    front: int = 0
    epoch: int | None = None
    states: tuple[str, ...] = ()
    news: int = 0
    log: tuple[Entry, ...] = ()
    logged: int = 0
    asked: int = 0
    is_leaving: bool = False
    line: Line = Line()  # noqa: RUF009 - frozen


class Comparison:
    """Looks at run files, and reads on in them.

    Args:
        paths: the files.
        target: see `Standings`.

    Raises:
        RunFileError: one of them is no run file.
    """

    def __init__(self, paths: list[str], target: float | None = None) -> None:
        self.now = Standings(entrants_of(paths), target)
        self._queue: deque[ask.Command] = deque()
        self._log = Log([])
        self._judged: tuple[Curve, int] | None = None
        """The losses that the line tells of, and up to which epoch."""
        for entrant in self.now.entrants:
            if entrant.note is not None:
                self._log.add(f"{entrant.path}: not all can be shown: {entrant.note}")
            if entrant.error is not None:
                self._log.add(entrant.error)

    def do(self, command: ask.Command) -> None:
        """See `Session.do`."""
        self._queue.append(command)

    def due(self) -> float:
        """See `Session.due`."""
        return 0.0 if self._queue else POLL

    def turn(self) -> list[Said]:
        """Do what was asked for, and read on."""
        now, log = self.now, self._log
        while self._queue:
            self._carry_out(self._queue.popleft())
            now.asked += 1
        for entrant in now.entrants:
            readings = entrant.readings
            if entrant.poll():
                now.news += 1
                if entrant.error is not None:
                    log.add(entrant.error)
                elif entrant.readings != readings:
                    log.add(f"{entrant.path}: {ANEW}")
        now.states = tuple(entrant.state for entrant in now.entrants)
        if len(now.entrants) == 1:  # of several, their curves tell it better
            log.read_on(now.entrants[0].front, len(now.entrants[0].curve), LINES_AT_ONCE)
        now.log, now.logged = tuple(log.entries), log.added
        self._judge(now.entrants[now.front].curve)
        return []

    def snapshot(self) -> Standings:
        """All that is to be shown, as it is now."""
        return replace(self.now)

    def _judge(self, curve: Curve) -> None:
        """Judge the losses up to the epoch looked at, where that has not been done."""
        epoch = min(self.now.epoch or len(curve), len(curve))
        if (curve, epoch) != self._judged:
            self.now.line = judged(judge_losses(curve, epoch)) if epoch else Line()
        self._judged = curve, epoch

    def _carry_out(self, command: ask.Command) -> None:
        now = self.now
        last = max(len(entrant.curve) for entrant in now.entrants)
        match command:
            case ask.Travel(epochs, tenths):
                epochs += tenths * max(1, last // 10)
                self._go((last + (epochs > 0) if now.epoch is None else now.epoch) + epochs, last)
            case ask.GoTo(epoch):
                self._go(last + 1 if epoch is None else epoch, last)
            case ask.NextBranch(step):
                now.front = (now.front + step) % len(now.entrants)
            case ask.Do.LEAVE:
                now.is_leaving = True

    def _go(self, epoch: int, last: int) -> None:
        """Look at that epoch of all runs; beyond the last, at each run's last."""
        if last:
            self.now.epoch = None if epoch > last else max(1, epoch)

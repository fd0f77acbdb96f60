"""Several run files side by side, as a session: also one file that holds only losses."""

from dataclasses import dataclass

from gdtui.runs.compare import Entrant, entrants_of
from gdtui.runs.curve import Curve
from gdtui.runs.following import ANEW
from gdtui.session import commands as ask
from gdtui.session.line import Line, judged
from gdtui.session.log import Said
from gdtui.session.looking import Looked, Looking
from gdtui.why.judge import judge_losses

LINES_AT_ONCE = 200
"""Epochs of a file that are logged at a time, at the most; those before them are left out."""


@dataclass(slots=True)
class Standings(Looked):
    """A comparison as it stands at one moment: of the curves, each record is an epoch.

    Attributes:
        target: the loss of which the table says when it was reached; None for one that all have reached.
    """

    entrants: list[Entrant]
    target: float | None = None


class Comparison(Looking[Standings]):
    """Looks at run files, and reads on in them.

    Args:
        paths: the files.
        target: see `Standings`.

    Raises:
        RunFileError: one of them is no run file.
    """

    def __init__(self, paths: list[str], target: float | None = None) -> None:
        super().__init__(Standings(entrants_of(paths), target))
        self._judged: tuple[Curve, int] | None = None
        """The losses that the line tells of, and up to which epoch."""
        for entrant in self.now.entrants:
            if entrant.note is not None:
                self._log.add(f"{entrant.path}: not all can be shown: {entrant.note}")
            if entrant.error is not None:
                self._log.add(entrant.error)
        self._find_last()

    def turn(self) -> list[Said]:
        """Do what was asked for, and read on."""
        now, log = self.now, self._log
        self._carry_out_all()
        for entrant in now.entrants:
            readings = entrant.readings
            if entrant.poll():
                now.news += 1
                if entrant.error is not None:
                    log.add(entrant.error)
                elif entrant.readings != readings:
                    log.add(f"{entrant.path}: {ANEW}")
        self._find_last()
        now.states = tuple(entrant.state for entrant in now.entrants)
        if len(now.entrants) == 1:  # of several, their curves tell it better
            log.read_on(now.entrants[0].front, len(now.entrants[0].curve), LINES_AT_ONCE)
        now.log, now.logged = tuple(log.entries), log.added
        self._judge(now.entrants[now.front].curve)
        return []

    def _find_last(self) -> None:
        self.now.last = max(len(entrant.curve) for entrant in self.now.entrants)

    def _judge(self, curve: Curve) -> None:
        """Judge the losses up to the epoch looked at, where that has not been done."""
        epoch = min(self.now.at or len(curve), len(curve))
        if (curve, epoch) != self._judged:
            self.now.line = judged(judge_losses(curve, epoch)) if epoch else Line()
        self._judged = curve, epoch

    def _carry_out(self, command: ask.Command) -> None:
        if isinstance(command, ask.NextBranch):
            self.now.front = (self.now.front + command.step) % len(self.now.entrants)
        super()._carry_out(command)

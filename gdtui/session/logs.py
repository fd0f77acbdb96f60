"""The logs of other people's runs, as a session: one run or many, with all their metrics."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakSet

from gdtui.logs.metric import Metric
from gdtui.logs.places import LogPlaces
from gdtui.logs.run import LogRun
from gdtui.session import commands as ask
from gdtui.session.guide import fresh, guide_of, how_read, notes_of, same_place, set_to
from gdtui.session.line import Line, Mood
from gdtui.session.log import Entry, Said
from gdtui.session.log_pace import Paces, Progress
from gdtui.session.logged import line_of, losses_of, state_line
from gdtui.session.looking import Looked, Looking
from gdtui.session.steering import Wheels, WheelShown
from gdtui.text import printable

AT_ONCE = 0.3
"""Seconds in which logs are read before those are shown, at first; then twice as many, and so on, since each time all
is drawn anew."""
PLAIN = 0
"""What stands for the epoch of a line of text that tells of none."""


@dataclass(slots=True)
class LogsShown(Looked):
    """The logs as they stand at one moment.

    Attributes:
        runs: may be read as long as the session does no turn. The records that one goes through are those of the run
            in front, see `guide_of`.
        wheel: how far the run in front can be steered.
        hidden: the numbers of the runs that are to be seen in front only.
        is_alone: whether the run in front is to be seen without others.
        progress: of the run in front.
        left_out: logs that are not among the runs, since there are so many.
    """

    runs: tuple[LogRun, ...] = ()
    wheel: WheelShown = WheelShown()  # noqa: RUF009 - frozen
    hidden: frozenset[int] = frozenset()
    is_alone: bool = False
    progress: Progress = Progress()  # noqa: RUF009 - frozen
    left_out: int = 0

    @property
    def state(self) -> str:
        """Of the run in front."""
        return self.states[self.front] if self.states else ""

    @property
    def seen(self) -> list[int]:
        """The numbers of the runs that are to be seen, that in front first."""
        others = [number for number in range(len(self.runs)) if number != self.front and number not in self.hidden]
        return [self.front, *([] if self.is_alone else others)] if self.runs else []


class LogsSession(Looking[LogsShown]):
    """Looks at logs, and reads on in them.

    Args:
        places: where they are.
        clock: seconds.
        steers: whether scripts that can be steered may be, as not by guests.
    """

    def __init__(self, places: LogPlaces, clock: Callable[[], float] = time.monotonic, steers: bool = True) -> None:
        super().__init__(LogsShown(runs=tuple(places.runs)))
        self._places, self._clock = places, clock
        self._wheels, self._paces = Wheels(clock, steers), Paces(clock)
        self._begun, self._at_once = WeakSet[LogRun](), AT_ONCE
        self._said: dict[object, str] = {}
        """What was last said of each thing."""
        self._text: tuple[str, ...] = ()
        self._guesses = set[str]()
        """How logs are read, as far as that is said: of many that are alike once."""
        self._judged: object = None
        """What the line was last made of."""
        self._heard: list[Said] = []
        """What is to be told next."""

    def due(self) -> float:
        return 0.0 if self._unread or self._places.has_more else super().due()

    def turn(self) -> list[Said]:
        """Do what was asked for, and read on."""
        now = self.now
        is_new = not self._begun and self._read_on()  # what a key means that came first depends on what is there
        self._carry_out_all()
        if is_new or self._read_on():
            now.news += 1
        now.runs, now.left_out = tuple(self._places.runs), self._places.left_out
        now.front = min(now.front, max(0, len(now.runs) - 1))
        self._find_last()
        unread = self._unread
        is_read = [run not in unread and not getattr(run.reader, "has_more", False) for run in now.runs]
        now.states = tuple(run.state if read else "reading" for run, read in zip(now.runs, is_read, strict=True))
        self._tell()
        now.wheel = self._wheels.shown(now.runs[now.front]) if now.runs else WheelShown()
        now.progress = self._paces.of(now.runs[now.front]) if now.runs else Progress()
        self._judge()
        now.log, now.logged = tuple(self._log.entries), self._log.added
        heard, self._heard = self._heard, []
        return heard

    @property
    def _unread(self) -> list[LogRun]:
        """The runs of which nobody has looked yet whether there is anything."""
        return [run for run in self._places.runs if run not in self._begun]

    def _read_on(self) -> bool:
        """Read what is new; of many logs some at first, so that there is something to be seen soon. Returns whether
        there was anything."""
        unread, begun, is_new = self._unread, self._clock(), False
        at_once, self._at_once = self._at_once, 2 * self._at_once
        if not unread:
            return self._places.poll()
        for run in unread:
            is_new |= run.poll()
            self._begun.add(run)
            if self._clock() - begun > at_once:
                break
        return is_new

    def _tell(self) -> None:
        """Say in the log what is new there: what could not be read, what was guessed, and text as it comes."""
        for run in self.now.runs:
            for number, note in enumerate(notes_of(run)):
                self._say((run, number), note and f"{run.name}: {note}")
            if (note := how_read(run)) and note not in self._guesses:
                self._guesses.add(note)
                self._log.append(Entry(printable(f"{run.name}: {note}"), is_quiet=True))
            if (note := set_to(run)) and self._said.get((run, note)) is None:
                self._said[run, note] = note
                self._log.append(Entry(printable(f"{run.name}: {note}"), is_quiet=True))
        for number, note in enumerate(self._places.notes):
            self._say(number, note)
        for run, told in self._wheels.news(self.now.runs):
            self._log.add(f"{run.name}: {told}" if len(self.now.runs) > 1 else told)
        if len(self.now.runs) == 1:  # of several, nobody could tell whose it is
            text = tuple(getattr(self.now.runs[0].reader, "text", ()))
            for line in fresh(self._text, text) if text != self._text else ():
                self._log.append(Entry(line, PLAIN))
            self._text = text

    def _judge(self) -> None:
        """Say what there is to be said of the run in front, where it is another than before."""
        now = self.now
        if not now.runs:
            now.line = Line(Mood.NEUTRAL, "; ".join(self._places.notes))
            return
        run = now.runs[now.front]
        state, as_of = state_line(run), (run, now.at, now.last, len(run.metrics), now.states[now.front])
        if (state, as_of) != self._judged:
            now.line = line_of(run, losses_of(run, self._until))
        self._judged = state, as_of

    def _until(self, metric: Metric) -> int:
        """How many values a metric of the run in front has up to the record that is looked at."""
        guide, record = guide_of(self.now.runs[self.now.front]), self.now.at
        if record is None or guide is None:
            return len(metric)
        found = same_place(guide, record, metric)
        return len(metric) if found is None else found

    def _say(self, what: object, text: str) -> None:
        if text and self._said.get(what) != text:
            self._log.add(text)
        self._said[what] = text

    def _carry_out(self, command: ask.Command) -> None:
        now = self.now
        match command:
            case ask.NextBranch(step) if len(now.runs) == 1:  # an arrow, before it was known how many there are
                self._steer(ask.StepAlpha(up=step < 0))
            case ask.NextBranch(step, among) if now.runs:
                order = [number for number in among if number < len(now.runs)] or range(len(now.runs))
                at = order.index(now.front) + step if now.front in order else 0
                self._bring_to_front(order[at % len(order)])
            case ask.Hide(only) if now.runs:
                self._hide(only)
            case ask.Note(text, is_logged):
                if is_logged:
                    self._log.add(text)
            case ask.Travel() | ask.GoTo() | ask.Do.LEAVE:
                super()._carry_out(command)
            case _ if now.runs:
                self._steer(command)

    def _steer(self, command: ask.Command) -> None:
        if said := self._wheels.steer(self.now.runs[self.now.front], command):
            self._heard.append(Said(said))

    def _find_last(self) -> None:
        now = self.now
        guide = guide_of(now.runs[now.front]) if now.runs else None
        now.last = 0 if guide is None else len(guide)

    def _bring_to_front(self, front: int) -> None:
        """What is looked at stays at the same place."""
        now = self.now
        before, after = guide_of(now.runs[now.front]), guide_of(now.runs[front])
        if now.at is not None and before is not None and after is not None and front != now.front:
            now.at = same_place(before, now.at, after)
        now.front = front
        self._find_last()

    def _hide(self, only: bool) -> None:
        now, count = self.now, len(self.now.runs)
        if only:
            now.is_alone = not now.is_alone
        elif now.front in now.hidden:
            now.hidden -= {now.front}
        else:
            behind = [(now.front + away) % count for away in range(1, count)]
            if (after := next((number for number in behind if number not in now.hidden), None)) is not None:
                now.hidden |= {now.front}
                self._bring_to_front(after)

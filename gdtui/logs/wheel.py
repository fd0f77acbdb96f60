"""Steering somebody else's training from where its log is watched; see `gdtui.script.control` for how it is asked."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from gdtui.logs.run import LogRun
from gdtui.logs.script_log import ScriptLog, in_words
from gdtui.script import control
from gdtui.script.control import Wish
from gdtui.text import printable

AGAIN = 1.0
"""Seconds between two looks whether others have asked for something else."""
LOOKS_AT = {"alpha": "alpha", "epochs": "epochs", "paused": "wait()", "stop": "should_stop"}
"""What a script must use to take each wish."""


class Asked(NamedTuple):
    """What was asked for here, and is not taken yet."""

    wish: Wish
    since: float
    is_told: bool = False
    """Whether it was said that it takes long."""


class Wheel:
    """Asks the script of one log for what is wanted, and sees what comes of it.

    Args:
        run: as far as it has been read.
        by: who asks, for the log.
        clock: seconds.
    """

    def __init__(self, run: LogRun, by: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self.run, self._clock = run, clock
        self.by = by or f"{printable(platform.node().partition('.')[0])[:40]}-{os.getpid()}"
        self._asked: dict[str, Asked] = {}
        self._next_look = 0.0

    @property
    def why_not(self) -> str:
        """Why nothing can be steered, in words; empty where it can."""
        reader = self.run.reader
        if reader is None:
            return "has not begun yet"
        if not isinstance(reader, ScriptLog):
            return "can only be looked at; a script that logs by gdtui.log can be steered"
        if not reader.takes_steering:
            return "takes no steering"
        return "has ended" if reader.is_over else ""

    def value(self, name: str) -> Any:
        """What is asked for, or, as far as is known, what the script has."""
        if name in self._asked:
            return self._asked[name].wish.value
        return self._reader.values.get(name) if isinstance(self.run.reader, ScriptLog) else None

    @property
    def asked(self) -> str:
        """What is asked for and not taken yet, in words; empty where there is nothing."""
        return ", ".join(wish_told(name, asked.wish.value) for name, asked in self._asked.items())

    def ask(self, name: str, value: Any) -> str:
        """Ask the script to take this; returns in words what is wrong, or nothing."""
        wrong = self.why_not
        if not wrong and (what := control.what_is_wrong(name, value)):
            wrong = f"{name} {what}"
        if wrong:
            return f"{self.run.name} {wrong}"
        try:
            known = self._known()
            numbers = [wish.number for wish in known.values()] + [one.number for one in self._reader.taken.values()]
            wish = Wish(value, 1 + max(numbers, default=0), self.by)
            self._write({**known, name: wish})
        except OSError as error:
            return f"{self.run.name} cannot be steered: {self._path}: {error.strerror or error}"
        self._asked[name] = Asked(wish, self._clock())
        return ""

    def poll(self) -> list[str]:
        """What has come of what was asked for, a line each. What a script has taken, its log tells."""
        if not self._asked:
            return []
        reader, said = self._reader, []
        for name, asked in [*self._asked.items()]:
            what = wish_told(name, asked.wish.value)
            taken = reader.taken.get(name)
            if taken is not None and taken.number >= asked.wish.number:
                del self._asked[name]
                if taken.by != self.by:
                    said.append(f"{what}: {_overtaken(taken.by)}")
            elif reader.is_over:
                del self._asked[name]
                said.append(f"{what}: {self.run.name} has ended before it took that")
        if self._clock() >= self._next_look:
            self._next_look = self._clock() + AGAIN
            said += self._look()
        return said + self._taking_long()

    def _look(self) -> list[str]:
        """See whether the control file still says what was asked for, since others may have replaced it."""
        said = []
        try:
            known, lost = self._known(), {}
            for name, asked in [*self._asked.items()]:
                found = known.get(name)
                if found is None or found.number < asked.wish.number:
                    lost[name] = asked.wish
                elif found.by != self.by:
                    del self._asked[name]
                    said.append(f"{wish_told(name, asked.wish.value)}: {_overtaken(found.by)}")
            if lost:
                self._write({**known, **lost})
        except OSError:
            pass  # it is tried again
        return said

    def _taking_long(self) -> list[str]:
        said = []
        for name, asked in self._asked.items():
            waited = self._clock() - asked.since
            if not asked.is_told and waited > self.run.patience:
                self._asked[name] = asked._replace(is_told=True)
                uses = f"run.{LOOKS_AT[name]}"
                said.append(f"{wish_told(name, asked.wish.value)}: not taken yet; does {self.run.name} use {uses}?")
        return said

    @property
    def _reader(self) -> ScriptLog:
        assert isinstance(self.run.reader, ScriptLog)
        return self.run.reader

    @property
    def _path(self) -> str:
        return control.beside(self.run.path)

    def _known(self) -> dict[str, Wish]:
        """What is asked for of this run so far, by anyone."""
        raw = control.read(self._path)
        try:
            return {} if raw is None else control.wishes_in(raw, self._reader.run_name)
        except (ValueError, RecursionError):  # nobody obeys it
            return {}

    def _write(self, wishes: dict[str, Wish]) -> None:
        control.write(self._path, self._reader.run_name, wishes)


def wish_told(name: str, value: Any) -> str:
    """What is asked for."""
    wishes = {("paused", True): "a pause", ("paused", False): "no pause", ("stop", True): "the end"}
    wishes[("stop", False)] = "no end"
    return wishes.get((name, value)) or in_words(name, value)


def _overtaken(by: str) -> str:
    return f"overtaken by {printable(by)}"

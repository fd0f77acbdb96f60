"""The keys of one's own training, for other people's: what each asks their scripts for, and what comes of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from gdtui.logs.run import LogRun
from gdtui.logs.script_log import Marks, ScriptLog
from gdtui.logs.wheel import Wheel
from gdtui.numbers import ladder_step
from gdtui.session import commands as ask

NOT_FREE = "nobody steers from here"
TWICE = 5.0
"""Seconds within which the end is to be asked for again: a training that has ended cannot be had back."""


class WheelShown(NamedTuple):
    """How far a run can be steered.

    Attributes:
        state: its alpha, and what is asked for; empty where it cannot be steered.
        why_not: why it cannot be.
        values: alpha and epochs as they were last asked for, or as it has them, as far as that is known.
    """

    state: str = ""
    why_not: str = ""
    values: tuple[tuple[str, float], ...] = ()


class Wheels:
    """Steers runs, each by a wheel of its own.

    Args:
        clock: seconds.
        are_free: whether anybody may; guests may not.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, are_free: bool = True) -> None:
        self._clock, self._are_free = clock, are_free
        self._wheels: dict[LogRun, Wheel] = {}
        self._marks = Marks()
        self._ends: dict[LogRun, float] = {}
        """When the end was asked for the first time."""

    def of(self, run: LogRun) -> Wheel:
        """The wheel of a run."""
        if run not in self._wheels:
            self._wheels[run] = Wheel(run, clock=self._clock)
        return self._wheels[run]

    def steer(self, run: LogRun, command: ask.Command) -> str | None:
        """Ask a run's script for what a command means; returns what is to be said of it, or None where it is not about
        steering."""
        wheel = self.of(run)
        found = _wish(wheel, command)
        if found is None:
            return None
        if not self._are_free:
            return NOT_FREE
        name, value = found
        if value is None and not wheel.why_not:
            key = "a" if name == "alpha" else "e"
            return f"{run.name} does not tell its {name}; {key} types one"
        if (name, value) == ("stop", True) and not wheel.why_not and self._is_first(run):
            return f"the same key again asks {run.name} to end"
        return wheel.ask(name, value) or f"asked for {wheel.asked}"

    def _is_first(self, run: LogRun) -> bool:
        before, self._ends[run] = self._ends.get(run, -math.inf), self._clock()
        return self._clock() - before > TWICE

    def news(self, runs: Iterable[LogRun]) -> Iterator[tuple[LogRun, str]]:
        """What is new: what scripts have taken, as their logs tell it, and what has come of the rest."""
        for run, text in self._marks.news(runs):
            yield run, text.replace(f"(by {self.of(run).by})", "(by you)")
        for run, wheel in self._wheels.items():
            yield from ((run, text) for text in wheel.poll())

    def shown(self, run: LogRun) -> WheelShown:
        """How far a run can be steered now."""
        if not self._are_free:
            return WheelShown(why_not=NOT_FREE)
        wheel = self.of(run)
        values = tuple((name, value) for name in ("alpha", "epochs") if (value := wheel.value(name)) is not None)
        if wheel.why_not:
            return WheelShown("", f"{run.name} {wheel.why_not}", values)
        alpha = run.reader.values.get("alpha") if isinstance(run.reader, ScriptLog) else None
        known = [f"alpha {alpha:g}"] if isinstance(alpha, (int, float)) else []
        asked = [f"asked for {wheel.asked}"] if wheel.asked else []
        return WheelShown(", ".join([*known, *asked]) or "can be steered", "", values)


def _wish(wheel: Wheel, command: ask.Command) -> tuple[str, Any] | None:
    """What is to be asked for, by its name; None in its place where that depends on what is not known."""
    alpha, epochs = wheel.value("alpha"), wheel.value("epochs")
    match command:
        case ask.SetAlpha(wanted):
            return "alpha", wanted
        case ask.StepAlpha(up):
            is_known = isinstance(alpha, (int, float)) and 0 < alpha < math.inf
            return "alpha", ladder_step(alpha, up) if is_known else None
        case ask.SetEpochs(count):
            return "epochs", count
        case ask.ScaleEpochs(up) if isinstance(epochs, int):
            return "epochs", epochs + max(1, epochs // 2) if up else max(1, round(epochs / 1.5))
        case ask.ScaleEpochs():
            return "epochs", None
        case ask.Do.PAUSE:
            return "paused", not wheel.value("paused")
        case ask.Do.STOP:
            return "stop", not wheel.value("stop")
    return None

"""The keys of one's own training, for other people's: what each asks their scripts for, and what comes of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gdtui.logs.run import LogRun
from gdtui.logs.script_log import Marks, ScriptLog
from gdtui.logs.wheel import Wheel
from gdtui.numbers import ladder_step
from gdtui.session import commands as ask

TWICE = 5.0
"""Seconds within which the end is to be asked for again: a training that has ended cannot be had back."""


class Wheels:
    """Steers runs, each by a wheel of its own.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
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
        yield from self._marks.news(runs)
        for run, wheel in self._wheels.items():
            yield from ((run, text) for text in wheel.poll())

    def told(self, run: LogRun) -> str:
        """Where a run that can be steered stands; empty of others."""
        wheel = self.of(run)
        if wheel.why_not:
            return ""
        reader, asked = run.reader, wheel.asked
        alpha = reader.values.get("alpha") if isinstance(reader, ScriptLog) else None
        known = [f"alpha {alpha:g}"] if isinstance(alpha, (int, float)) else []
        return ", ".join([*known, *([f"asked for {asked}"] if asked else [])]) or "takes steering"


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

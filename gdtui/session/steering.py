"""The keys of one's own training, for somebody else's: what each asks its script for."""

from __future__ import annotations

import math
from typing import Any

from gdtui.logs.wheel import Wheel
from gdtui.numbers import ladder_step
from gdtui.session import commands as ask


def steer(wheel: Wheel, command: ask.Command) -> str | None:
    """Ask for what a command means; returns what is to be said of it, or None where it is not about steering."""
    found = _wish(wheel, command)
    if found is None:
        return None
    name, value = found
    if value is None and not wheel.why_not:
        key = "a" if name == "alpha" else "e"
        return f"{wheel.run.name} does not tell its {name}; {key} types one"
    return wheel.ask(name, value) or f"asked: {wheel.asked}"


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

"""A script and those who watch it, in one process, with a clock that goes when it is told to."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gdtui import log
from gdtui.logs.run import LogRun
from gdtui.logs.script_log import ScriptLog
from gdtui.logs.wheel import Wheel


class Both:
    """A script with its log, and somebody who watches it; time passes for both when it is said to."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, **config: Any) -> None:
        self.now, self.path, self.control = 0.0, path, Path(f"{path}.steer")
        clock = SimpleNamespace(monotonic=lambda: self.now, sleep=time.sleep)
        monkeypatch.setattr("gdtui.script.steering.time", clock)
        self.run = log(path, **config)
        self.watched = LogRun(str(path), clock=lambda: self.now)
        self.wheel = self.another("one")
        self.watched.poll()

    def another(self, by: str) -> Wheel:
        return Wheel(self.watched, by, clock=lambda: self.now)

    def later(self, seconds: float = 1.0) -> None:
        self.now += seconds

    def come_to_know(self) -> list[str]:
        """What is said where it is watched, of what is asked for."""
        self.watched.poll()
        return self.wheel.poll()

    @property
    def told(self) -> list[str]:
        self.watched.poll()
        assert isinstance(self.watched.reader, ScriptLog)
        return [told.text for told in self.watched.reader.told]

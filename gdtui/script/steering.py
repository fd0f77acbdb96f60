"""What those who watch a training have asked of it, as its script takes it."""

from __future__ import annotations

import os
import time

from gdtui.script import control

TYPE_CHECKING = False  # typing takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from gdtui.script.control import Wish

POLL = 0.1
"""Seconds between two looks at the control file, at the least."""
GONE = "its control file is gone"


class Steering:
    """The values that can be steered. Each is looked for in the control file when the script asks for it, and that the
    script has it is written to the log then: what a script never asks for is never said to be taken.

    Args:
        path: of the control file; None where nothing is steered.
        run: the name of this run among all: a file that was left from an earlier one is not obeyed.
        values: those that the script begins with.
        told: writes to the log what was taken, with all there is to say of it.
    """

    def __init__(
        self, path: str | None, run: str, values: dict[str, Any], told: Callable[[Mapping[str, Any]], object]
    ) -> None:
        self._path, self._run, self._values, self._told = path, run, values, told
        self._wishes: dict[str, Wish] = {}
        """Those that the script has not asked for since."""
        self._taken: dict[str, int] = {}
        """The numbers of the wishes that it has."""
        self._obeyed: set[str] = set()
        self._due = 0.0 if path is not None else float("inf")
        self._seen: bytes | str | None = None
        self.is_steered = False
        self._take_away(is_left=True)

    def value(self, name: str) -> Any:
        """What is asked for last, or what the script began with. Raises nothing."""
        if time.monotonic() >= self._due:
            self._look()
        if name in self._wishes:
            self._take(name)
        return self._values.get(name)

    def new(self, name: str) -> Any:
        """The same where it was asked for since the last time; else None."""
        before = self._taken.get(name)
        value = self.value(name)
        return None if self._taken.get(name) == before or name not in self._obeyed else value

    def begin_with(self, values: Mapping[str, Any]) -> None:
        """What the script goes by, as long as nobody asks for anything else."""
        self._values |= {name: value for name, value in values.items() if name not in self._obeyed}

    def wait(self) -> None:
        """Return once nobody asks for a pause, or somebody for the end."""
        while self.value("paused") and not (self._values.get("stop") or "stop" in self._wishes):
            time.sleep(POLL)

    def _look(self) -> None:
        self._due = time.monotonic() + POLL
        assert self._path is not None
        seen: bytes | str | None
        try:
            seen = control.read(self._path)
        except OSError as error:
            seen = error.strerror or str(error)
        if seen == self._seen:
            return
        self._seen = seen
        if isinstance(seen, str):
            self._told({"gdtui": "note", "note": f"the control file cannot be read: {seen}"})
        elif seen is not None:
            self._understand(seen)
        elif self._values.get("paused"):
            self._wishes["paused"] = control.Wish(False, self._taken.get("paused", 0), GONE)

    def _understand(self, raw: bytes) -> None:
        try:
            found = control.wishes_in(raw, self._run)
        except (ValueError, RecursionError) as error:
            self._told({"gdtui": "note", "note": f"the control file is not obeyed: {error}"})
            return
        self.is_steered = self.is_steered or bool(found)
        self._wishes = {name: wish for name, wish in found.items() if wish.number > self._taken.get(name, 0)}

    def _take(self, name: str) -> None:
        wish = self._wishes.pop(name, None)
        if wish is None:  # another thread has it
            return
        wrong = control.what_is_wrong(name, wish.value)
        self._taken[name] = wish.number
        if not wrong:
            self._obeyed.add(name)
            self._values[name] = float(wish.value) if name == "alpha" else wish.value
        said = {"steered": {name: wish.value}} if not wrong else {"refused": {name: wrong}}
        self._told({"gdtui": "steered", **said, "by": wish.by, "number": wish.number})

    def end(self) -> None:
        """Take the control file away where it is about this run: nobody obeys it any more."""
        if self.is_steered:
            self._take_away()

    def _take_away(self, is_left: bool = False) -> None:
        """The same, also where it `is_left` from a run before this one, which was killed."""
        try:
            raw = None if self._path is None else control.read(self._path)
            if raw is not None and (control.wishes_in(raw, self._run) or is_left):
                os.unlink(str(self._path))
        except (OSError, ValueError, RecursionError):  # it is nobody's control file
            return

"""`trainer_state.json` of Hugging Face's Trainer, which is written anew with each checkpoint."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from gdtui.logs.file_reader import FileReader
from gdtui.logs.json_lines import numbers_in
from gdtui.logs.lines import together
from gdtui.logs.places_along import Along
from gdtui.logs.rows import LogError, Rows

NAME = "trainer_state.json"
CHECKPOINT = re.compile(r"checkpoint-(\d+)")

TORN = re.compile(r'[\w.+\-\\"]*')
"""What may be left of a value behind the place where it is no JSON any more."""


class TrainerState(FileReader):
    """See `gdtui.logs.rows.Reader`. The path is of the file, of a checkpoint, or of the folder that holds checkpoints,
    of which the last has all that was logged before."""

    format: ClassVar[str] = NAME

    def __init__(self, path: str, run: str = "") -> None:
        super().__init__(path, run)
        self.end: tuple[Along, float] | None = None
        """Where along the training it ends."""
        self._seen: tuple[object, ...] = ()

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self._known: list[dict[str, Any]] = []
        """What has been handed on."""

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        if os.path.isdir(path):
            return newest_in(path) is not None
        return head.lstrip().startswith(b"{") and (os.path.basename(path) == NAME or b'"log_history"' in head)

    def read(self) -> list[Rows]:
        path = (newest_in(self.path) if os.path.isdir(self.path) else None) or self.path
        with open(path, "rb") as file:
            about = os.fstat(file.fileno())
            seen = path, about.st_ino, about.st_size, about.st_mtime_ns
            if seen == self._seen:
                return []
            written = file.read()
        state = self._state_in(written.decode(errors="replace").rstrip(), path)
        if state is None:
            return []
        self._seen = seen
        steps = numbers_in(state)
        if steps.get("max_steps", 0) > 0:
            self.end = Along.STEP, steps["max_steps"]
        self.is_over = 0 < steps.get("max_steps", 0) <= steps.get("global_step", 0)
        return self._new_in(state["log_history"])

    def _state_in(self, written: str, path: str) -> dict[str, Any] | None:
        """None where the rest is still being written. Raises LogError where it is no state."""
        try:
            state = json.loads(written)  # which takes NaN, as the Trainer writes it
        except RecursionError:
            raise LogError(f"{path}: is no state of a Trainer") from None
        except json.JSONDecodeError as error:
            if error.msg.startswith("Unterminated") or TORN.fullmatch(written, error.pos):
                return None
            raise LogError(f"{path}: is no JSON: line {error.lineno}: {error.msg}") from None
        history = state.get("log_history") if isinstance(state, dict) else None
        if not isinstance(history, list) or not all(isinstance(entry, dict) for entry in history):
            raise LogError(f"{path}: is no state of a Trainer: it has no log_history")
        return state  # type: ignore[no-any-return]

    def _new_in(self, history: list[dict[str, Any]]) -> list[Rows]:
        if repr(history[: len(self._known)]) != repr(self._known):  # NaN is not the same as NaN
            self._begin_reading()
        records: list[Mapping[str, float]] = []
        for number, entry in enumerate(history[len(self._known) :], len(self._known) + 1):
            if numbers := numbers_in(entry):
                records.append(numbers)
            else:
                self._skip(f"entry {number} of log_history has no number")
        self._known = history
        return [together(records)] if records else []


def newest_in(folder: str) -> str | None:
    """The state in a folder, or in the checkpoint in it that has come furthest; None where there is none."""
    try:
        steps = {int(found[1]): name for name in os.listdir(folder) if (found := CHECKPOINT.fullmatch(name))}
    except OSError:
        return None
    places = [folder, *(os.path.join(folder, steps[step]) for step in sorted(steps, reverse=True))]
    return next((path for place in places if os.path.isfile(path := os.path.join(place, NAME))), None)

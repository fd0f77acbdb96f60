"""JSON lines of any program: an object a line, whose numbers are taken by their names."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import msgspec

from gdtui.logs.lines import LineReader, Record


class JsonLines(LineReader):
    """A JSON object a line; those inside others are named with a stroke between, as in `train/loss`."""

    format: ClassVar[str] = "JSON lines"

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        first = next((line for line in head.split(b"\n") if line.strip()), b"")
        return first.lstrip().startswith(b"{") and (b"\n" not in head or _object_in(first) is not None)

    def record(self, line: bytes) -> Record:
        found = _object_in(line)
        if found is None:
            return "is no JSON object"
        return _numbers_in(found) or "has no number"


def _object_in(line: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        try:
            found = json.loads(line)  # which takes NaN and Infinity, as Python's own writer makes them
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def _numbers_in(found: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """The numbers of an object, and of those inside it, by their names; a null is a number that is not known."""
    numbers: dict[str, float] = {}
    for name, value in found.items():
        if value is None:
            numbers[prefix + name] = float("nan")
        elif isinstance(value, dict):
            numbers |= _numbers_in(value, f"{prefix}{name}/")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers[prefix + name] = float(value)
    return numbers

"""JSON lines of any program: an object a line, whose numbers are taken by their names."""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar

import msgspec

from gdtui.logs.alike import Alike
from gdtui.logs.blocks import lines_in
from gdtui.logs.lines import LineReader, Record
from gdtui.logs.rows import Rows
from gdtui.logs.words import is_of_training

FEW = 64
"""Lines that are read one by one: the first, which tell how the others may be, and where there are no more."""

DEEPEST = 10
"""Objects in one another whose numbers are taken."""


class JsonLines(LineReader):
    """A JSON object a line; those inside others are named with a stroke between, as in `train/loss`."""

    format: ClassVar[str] = "JSON lines"

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self._alike = Alike()

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        first = next((line for line in head.split(b"\n") if line.strip()), b"")
        return first.lstrip().startswith(b"{") and (b"\n" not in head or object_in(first) is not None)

    @classmethod
    def is_likely(cls, head: bytes) -> bool:
        """Whether lines that begin so are of a training, and not of data."""
        lines = [found for line in head.split(b"\n")[:20] if (found := object_in(line)) is not None]
        return any(is_of_training(numbers_in(found)) for found in lines)

    def record(self, line: bytes) -> Record:
        if not line.strip():
            return None
        found = object_in(line)
        if found is None:
            return "is no JSON object"
        self._alike.learn(found)
        return numbers_in(found) or "has no number"

    def rows(self, block: bytes, before: int) -> list[Rows]:
        """As of any lines. Those that are alike are decoded all at once, which takes a tenth of the time."""
        lines = lines_in(block)
        if lines <= FEW:
            return super().rows(block, before)
        if not self._alike.is_begun:
            end = 0
            for _ in range(FEW):
                end = block.index(b"\n", end) + 1
            return [*super().rows(block[:end], before), *self.rows(block[end:], before + FEW)]
        found = self._alike.rows(block, lines)
        return super().rows(block, before) if found is None else [found]


def object_in(line: bytes) -> dict[str, Any] | None:
    """The JSON object that a line is; None where it is none."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        try:
            found = json.loads(line)  # which takes NaN and Infinity, as Python's own writer makes them
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def numbers_in(found: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, float]:
    """The numbers of an object, and of those inside it, by their names; a null is a number that is not known."""
    numbers: dict[str, float] = {}
    for name, value in found.items():
        if value is None:
            numbers[prefix + name] = math.nan
        elif isinstance(value, dict):
            numbers |= numbers_in(value, f"{prefix}{name}/", depth + 1) if depth < DEEPEST else {}
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers[prefix + name] = as_float(value)
    return numbers


def as_float(number: float) -> float:
    """An integer beyond all floats is infinite, as it is to those who write it so."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf

"""JSON lines that are alike, decoded all at once."""

from __future__ import annotations

import math
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from gdtui.logs.rows import Rows

UNSAID = math.inf
"""Stands where a line leaves a number out: JSON has no infinity."""
TRIES, MOST_NAMES = 20, 100
"""How often lines that turn out not to be alike are looked at so, and names that may be in them."""


class Alike:
    """Knows which names there are in the lines, and whether numbers have them."""

    def __init__(self) -> None:
        self.is_begun = False
        """Whether any line is known."""
        self._are_numbers: dict[str, bool] = {}
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self._tries = TRIES

    def learn(self, line: dict[str, Any]) -> None:
        """Know what is in this line too."""
        self.is_begun = True
        if self._tries and not line.keys() <= self._are_numbers.keys():
            for name, value in line.items():
                is_number = value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
                self._are_numbers.setdefault(name, is_number)
            if len(self._are_numbers) > MOST_NAMES or any(isinstance(value, dict) for value in line.values()):
                self._tries = 0
            self._decoder = None

    def rows(self, block: bytes, lines: int) -> Rows | None:
        """What these lines say; None where one is not like those that are known, or is no JSON."""
        if not self._tries:
            return None
        self._decoder = self._decoder or self._made()
        try:
            found = self._decoder.decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            found = []
        names = [name for name, is_number in self._are_numbers.items() if is_number]
        table = np.empty((len(found), len(names)), order="F")
        for place in range(len(names)):
            table[:, place] = np.fromiter(map(attrgetter(f"n{place}"), found), np.float64, len(found))
        said = table != UNSAID
        if len(found) != lines or not said.any(axis=1).all():
            self._tries -= 1
            return None
        if said.all():
            return Rows((*names,), table)
        stays = said.any(axis=0)
        names = [name for name, is_said in zip(names, stays, strict=True) if is_said]
        return Rows((*names,), table[:, stays], None if said[:, stays].all() else said[:, stays])

    def _made(self) -> msgspec.json.Decoder[Any]:
        """The decoder for the names that are known. A null is decoded as None, which becomes NaN."""
        fields: list[tuple[str, Any, Any]] = []
        names = {}
        for is_number in (True, False):
            kind, unsaid = (float | None, UNSAID) if is_number else (str | bool | list[Any], "")
            for place, name in enumerate(name for name, known in self._are_numbers.items() if known is is_number):
                field = f"{'n' if is_number else 'o'}{place}"
                fields.append((field, kind, unsaid))
                names[field] = name
        line = msgspec.defstruct("Line", fields, rename=names, forbid_unknown_fields=True, gc=False)
        return msgspec.json.Decoder(line)

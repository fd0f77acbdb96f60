"""Tables that programs print as they train (skorch, fastai, scikit-learn): names in a line, numbers in those below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdtui.logs.text_rules import NOISE, NUMBER, PLACES, Said
from gdtui.logs.words import is_metric

BETWEEN = re.compile(r"\s*\|\s*|\s{2,}|\t")
"""What is between two names, which may have a blank in them."""
CELL = re.compile(rf"({NUMBER})(?:/\d+)?")


class PrintedTable:
    """Knows the last line of names. Its first name is that of a place (epoch, iter, step), and one
    of the others is known."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def said_in(self, line: str) -> Said | None:
        """What a line says as a row; None where it is none, also where it is one of names."""
        fields = line.replace("|", " ").split()
        if fields and fields[0].lower() in PLACES:
            names = [name for name in BETWEEN.split(line.strip(" |\t")) if name]
            are_names = all(name[0].isalpha() and not name.endswith((":", "=")) for name in names)
            is_head = len(names) > 1 and are_names and any(map(is_metric, names))
            self._names = names if is_head else self._names
        elif fields and len(fields) == len(self._names) and fields[0][0].isdecimal():
            (_, place), *told = self._cells(fields)
            values = {name: value for name, value in told if name.lower() not in NOISE}
            return Said({PLACES[self._names[0].lower()]: place}, values, frozenset(values)) if values else None
        return None

    def _cells(self, fields: list[str]) -> Iterator[tuple[str, float]]:
        """The numbers, with their names; clocks and the like are passed over."""
        for name, field in zip(self._names, fields, strict=True):
            if cell := CELL.fullmatch(field):
                yield name, float(cell[1].replace(",", ""))

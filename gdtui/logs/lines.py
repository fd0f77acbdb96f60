"""Logs that are lines of text."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from gdtui.logs.blocks import Blocks
from gdtui.logs.file_reader import FileReader
from gdtui.logs.rows import Rows
from gdtui.runs.lines import LONGEST_LINE, begins

Record = Mapping[str, float] | str | None
"""What a line says: numbers by their names, or in words why none is understood, or nothing, as of a blank line."""

AT_ONCE = 0.3
"""Seconds in which a log is read before what it says is shown."""


class LineReader(FileReader):
    """See `gdtui.logs.rows.Reader`."""

    def _begin_reading(self) -> None:
        super()._begin_reading()
        self.blocks = Blocks()

    @abstractmethod
    def record(self, line: bytes) -> Record:
        """What the next line says, which has no end."""

    def read(self) -> list[Rows]:
        with open(self.path, "rb") as file:
            if not self.blocks.are_in(file):
                if not begins(file):
                    return []  # begun anew a moment ago
                self._begin_reading()
            found, begun, self.has_more = list[Rows](), time.monotonic(), False
            for block in self.blocks.read(file):
                if found and time.monotonic() - begun > AT_ONCE:
                    self.has_more = True
                    break
                found += self.rows(block, self.blocks.count)
            for number in self.blocks.too_long:
                self._skip(f"line {number} is longer than {LONGEST_LINE:,} bytes")
            self.blocks.too_long = []
            return found

    def rows(self, block: bytes, before: int) -> list[Rows]:
        """What whole lines say, each with its end, of which so many came before."""
        records = list[Mapping[str, float]]()
        for number, line in enumerate(block.split(b"\n")[:-1], before + 1):
            found = self.record(line)
            if isinstance(found, str):
                self._skip(f"line {number} {found}")
            elif found is not None:
                records.append(found)
        return [together(records)] if records else []


def together(records: Sequence[Mapping[str, float]]) -> Rows:
    """Records, one at the least, which may have different names."""
    names = dict.fromkeys(name for record in records for name in record)
    if all(len(record) == len(names) for record in records):
        table = [[record[name] for name in names] for record in records]
        return Rows((*names,), np.array(table, dtype=np.float64))
    said = np.array([[name in record for name in names] for record in records])
    table = [[record.get(name, np.nan) for name in names] for record in records]
    return Rows((*names,), np.array(table, dtype=np.float64), said)

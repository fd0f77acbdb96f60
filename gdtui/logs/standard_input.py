"""Standard input: what a program prints, as a log."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import ClassVar

from gdtui.logs import pipe as piped
from gdtui.logs.blocks import lines_in
from gdtui.logs.csv_lines import CsvLines, header_in
from gdtui.logs.lines import LineReader
from gdtui.logs.places_along import Along
from gdtui.logs.rows import Rows
from gdtui.logs.text_lines import TextLines, shown_of
from gdtui.logs.tracebacks import BEGINNING as TRACEBACK
from gdtui.logs.tracebacks import error_in
from gdtui.logs.words import is_of_training
from gdtui.runs.lines import LONGEST_LINE

NAME = "-"
BESIDE = "what is written to standard error comes with 2>&1 |"
"""To be said where nothing is told: bars of tqdm, logging and tracebacks go there."""

TEARDOWN = 2.0
"""Seconds that a program may take to end after its traceback. One that goes on for longer has not ended by it."""


class StandardInput:
    """See `gdtui.logs.rows.Reader`. Text, among which there may be JSON; or CSV, where it begins with a header."""

    format: ClassVar[str] = "standard input"
    readings = 1

    def __init__(self, path: str = NAME, run: str = "") -> None:
        self.is_over = False
        self._traced = -math.inf
        """When a traceback has come."""
        self._ended = math.inf
        self._text = TextLines(NAME)
        self._lines: LineReader | None = None
        self._rest, self._count, self._lost = b"", 0, 0

    @classmethod
    def understands(cls, path: str, head: bytes) -> bool:
        return path == NAME

    @classmethod
    def runs(cls, path: str) -> list[str]:
        return [""]

    @property
    def text(self) -> list[str]:
        """The last lines, and of all that were dropped how much it was."""
        return [
            *([f"({self.lost:,} bytes were passed over: they came too fast)"] if self.lost else []),
            *self._text.text,
        ]

    @property
    def prose(self) -> deque[str]:
        """See `TextLines`."""
        return self._text.prose

    @property
    def end(self) -> tuple[Along, float] | None:
        """See `TextLines`."""
        return self._text.end

    @property
    def lost(self) -> int:
        """Bytes that were dropped: of lines that are too long, and what came faster than it could be read."""
        return self._lost + (piped.current.dropped if piped.current is not None else 0)

    @property
    def skipped(self) -> int:
        return self._lines.skipped if self._lines is not None else 0

    @property
    def first_skipped(self) -> str:
        return self._lines.first_skipped if self._lines is not None else ""

    @property
    def failure(self) -> str:
        """The error whose traceback was among the last that came, just before the end. What had been printed before may
        come behind it: of what goes into a pipe, Python keeps up to 8 kB for itself until it ends."""
        return error_in(self._text.text) if self._ended - self._traced < TEARDOWN else ""

    def read(self) -> list[Rows]:
        pipe = piped.current
        if pipe is None:
            return []
        came = self._rest + pipe.take()
        if TRACEBACK in came:
            self._traced = time.monotonic()
        if pipe.is_over and not self.is_over:
            self.is_over, self._ended = True, time.monotonic()
        ends = (b"\n",) if self._is_table else (b"\n", b"\r")
        end = len(came) if self.is_over else 1 + max(came.rfind(end) for end in ends)
        block, self._rest = came[:end], came[end:]
        if len(self._rest) > LONGEST_LINE:
            self._rest, self._lost = b"", self._lost + len(self._rest)
        if self._lines is None and block and not self._choose(block):
            block, self._rest = b"", came
        return self._rows(block if block.endswith(b"\n") or not self.is_over else block + b"\n") if block else []

    @property
    def _is_table(self) -> bool:
        return isinstance(self._lines, CsvLines)

    def _choose(self, block: bytes) -> bool:
        """Take it for a table where it begins with the header of one and a line of it; returns whether that is known
        yet."""
        first, _, rest = block.partition(b"\n")
        header, _ = header_in(first)
        if len(header) > 1 and is_of_training(header) and b"\n" not in rest and not self.is_over:
            return False
        self._lines = CsvLines(NAME) if CsvLines.understands(NAME, block) else self._text
        return True

    def _rows(self, block: bytes) -> list[Rows]:
        lines = self._text if self._lines is None else self._lines
        if lines is self._text:
            self._text.now = time.time()
        else:
            self._text.text.extend(shown_of(line.rstrip(b"\r")) for line in block.split(b"\n")[:-1])
        found = lines.rows(block, self._count)
        self._count += lines_in(block)
        return found

"""By which error a Python program has ended, as its traceback tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence

BEGINNING = b"Traceback (most recent call last):"
ERROR = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?::.*)?$")
"""The line of a traceback that is not set in."""
BEHIND = 8192 + 1024
"""Letters that may stand behind it: as many as were printed before, and kept back."""
LONGEST = 200
"""Letters of an error that are told."""


def error_in(text: Sequence[str]) -> str:
    """The error that the last traceback in a text is of; empty where it has none, or where more stands behind it than
    what was kept back."""
    lines = [*text]
    begins = [at for at, line in enumerate(lines) if line.startswith(BEGINNING.decode())]
    for at, line in enumerate(lines[begins[-1] + 1 :] if begins else (), 1):
        if ERROR.match(line):
            is_last = sum(map(len, lines[begins[-1] + at + 1 :])) <= BEHIND
            return line[:LONGEST] if is_last else ""
        if line and not line[0].isspace():
            return ""
    return ""

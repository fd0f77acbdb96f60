"""On which lines of a TOML file its keys stand: tomllib reads the values, and does not tell where they were."""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]
"""Keys from the top down; of an array of tables each has its number, from 0."""

_HEADER = re.compile(r"\s*(\[\[?)([^\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')((?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


class Places:
    """The lines of the tables and the keys in a text that is TOML."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        counts: Counter[tuple[str, ...]] = Counter()
        table: Path = ()
        closing = ""
        for number, line in enumerate(text.split("\n"), 1):
            if closing:  # within a text of several lines
                closing = "" if closing in line else closing
                continue
            if header := _HEADER.match(line):
                names = _names(header[2])
                counts[names] += header[1] == "[["
                places = zip(names, range(1, len(names) + 1), strict=True)
                table = tuple(part for name, end in places for part in _numbered(name, counts[names[:end]]))
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, *_names(key[1] + key[2])), number)
            closing = _opened(line)

    def line(self, *path: str | int) -> int:
        """Where that stands, or what it is in."""
        return next(self._lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self._lines)


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))


def _numbered(name: str, count: int) -> Path:
    """A part of a table's path; `count` so many of its name were seen, if it is an array of tables."""
    return (name, count - 1) if count else (name,)


def _opened(line: str) -> str:
    """What closes the text of several lines that a line begins; empty where it begins none."""
    for quotes in ('"""', "'''"):
        if line.count(quotes) % 2:
            return quotes
    return ""

"""Tapes as tokens, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a tape; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class TapeError(ValueError):
    """A tape that cannot be used; the message says where and why."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is string, regex, json, number, word, symbol, or end (of a line); `text` is without its quotes."""

    kind: str
    text: str
    place: Place
    glued: bool
    """Whether it follows the token before it without a blank, as `ms` in `500ms`."""

    def fail(self, message: str) -> NoReturn:
        raise TapeError(self.place, message)


_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+|\#[^\n]*)
    |(?P<end>\n)
    |"(?P<double>[^"\n]*)" | '(?P<single>[^'\n]*)' | `(?P<back>[^`\n]*)`
    |/(?P<regex>(?:[^/\\\n]|\\[^\n])*)/
    |(?P<json>\{[^}]*\})
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<word>[A-Za-z._][-A-Za-z0-9._/%]*)
    |(?P<symbol>[@+=%^\\\[\]-])""",
    re.VERBOSE,
)
_KINDS = {"double": "string", "single": "string", "back": "string"}
_TORN = {'"': "string", "'": "string", "`": "string", "/": "regular expression", "{": "JSON object"}


def tokens(text: str, file: str) -> list[Token]:
    """All tokens of a tape, with an end after each line."""
    found: list[Token] = []
    at, line, begin, glued = 0, 1, 0, False
    text = text.removeprefix("\ufeff") + "\n"
    while at < len(text):
        place = Place(file, line, at - begin + 1)
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise TapeError(place, _complaint(text[at]))
        kind = match.lastgroup
        if kind != "blank":
            found.append(Token(_KINDS.get(kind, kind), match[kind], place, glued))
        glued, at = kind not in ("blank", "end"), match.end()
        newlines = match[0].count("\n")
        if newlines:
            line, begin = line + newlines, match.start() + match[0].rindex("\n") + 1
    return found


def _complaint(char: str) -> str:
    if char in _TORN:
        return f"this {_TORN[char]} has no end; it ends with {'}' if char == '{' else char} on the same line"
    return f"{char!r} means nothing here; put text in quotes"


UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
LONGEST, MOST = 3600.0, 10_000
"""Seconds of one command, and presses of one key."""


@dataclass
class Reader:
    """Takes a tape's tokens one after another."""

    tokens: list[Token]
    at: int = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += 1
        return token

    def taken(self, symbol: str) -> bool:
        """Take this symbol, if it comes next."""
        found = self.next.kind == "symbol" and self.next.text == symbol
        self.at += found
        return found

    def text(self, wanted: str) -> Token:
        """A string, or a bare word."""
        if self.next.kind not in ("string", "word"):
            self.next.fail(wanted)
        return self.take()

    def number(self, wanted: str) -> float:
        if self.next.kind != "number":
            self.next.fail(wanted)
        return float(self.take().text)

    def time(self, wanted: str) -> float:
        """Seconds: `500ms`, `2s`, or a plain number of them."""
        first = self.next
        seconds = self.number(wanted)
        if self.next.kind == "word" and (self.next.glued or self.next.text in UNITS):
            unit = self.take()
            if unit.text not in UNITS:
                first.fail(wanted)
            seconds = round(seconds * UNITS[unit.text], 9)
        if seconds > LONGEST:
            first.fail(f"more than {LONGEST:.0f} seconds is too long")
        return seconds

    def speed(self) -> float | None:
        return self.time("@ needs a time, as in Type@500ms") if self.taken("@") else None

    def count(self) -> int:
        first = self.next
        count = self.number("") if first.kind == "number" else 1
        if count != int(count) or not 1 <= count <= MOST:
            first.fail(f"a key is pressed a whole number of times, 1 to {MOST}")
        return int(count)

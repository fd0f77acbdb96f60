"""Tapes as tokens, each with its place."""

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
    |(?P<end>)\n
    |(?P<quote>["'`])(?P<string>(?:(?!(?P=quote))[^\n])*)(?P=quote)
    |/(?P<regex>(?:[^/\\\n]|\\[^\n])*)/
    |(?P<json>\{[^}]*\})
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<word>[A-Za-z._][-A-Za-z0-9._/%]*)
    |(?P<symbol>[@+=%^\\\[\]-])
    |(?P<wrong>.)""",
    re.VERBOSE,
)
_TORN = {'"': "string", "'": "string", "`": "string", "/": "regular expression", "{": "JSON object"}


def tokens(text: str, file: str) -> list[Token]:
    """All tokens of a tape, with an end after each line."""
    found: list[Token] = []
    line, begin, glued = 1, 0, False
    for match in _TOKEN.finditer(text.removeprefix("\ufeff") + "\n"):
        kind, place = str(match.lastgroup), Place(file, line, match.start() - begin + 1)
        if kind == "wrong":
            raise TapeError(place, _complaint(match[0]))
        if kind != "blank":
            found.append(Token(kind, match[kind], place, glued))
        glued = kind not in ("blank", "end")
        newlines = match[0].count("\n")
        if newlines:
            line, begin = line + newlines, match.start() + match[0].rindex("\n") + 1
    return found


def _complaint(char: str) -> str:
    if char in _TORN:
        return f"this {_TORN[char]} has no end; it ends with {'}' if char == '{' else char} on the same line"
    return f"{char!r} means nothing here; put text in quotes"

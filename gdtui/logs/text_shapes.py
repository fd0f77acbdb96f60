"""Lines that differ in their numbers alone, of which what they say is found out once: a program prints many such."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from gdtui.logs.text_rules import NOTHING, Said, said_in

NUMBER = re.compile(r"(\d(?:(?<![\w./@,+\-]\d)|(?<=[\s=:(\[][-+]\d))(?>\d*(?:\.\d+)?))(?!,\d)")
"""Numbers that are no part of a word, of a path, or of one with commas in it. Their signs and exponents are text."""
EXPONENT = re.compile(r"[eE][-+]?\d+")
BY_VALUE = re.compile(r"\d\s?(?:/|of)\s?\d|}$")
"""Lines of which it depends on the numbers what they say: so many of so many, and JSON."""
MOST = 1024
"""Shapes that are known, and those that have come once, at the most."""
TRIES, REST = 100, 1_000
"""After so many lines in a row of which the shape is no help, so many more are read without it."""
PROBES = 1009, 2003
"""What is put in the place of a line's first number, to see where it goes; the next ones for those behind it."""

Goes = dict[str, int | float]
"""By its key, which number of the line it is, from 0; or as a float what it always is."""


class Shape(NamedTuple):
    """What lines of a shape say.

    Attributes:
        said: without its numbers.
        around: of each number, its sign and its exponent.
    """

    said: Said
    around: list[tuple[str, str]]
    places: Goes
    values: Goes

    def of(self, numbers: list[str]) -> Said:
        """With these numbers."""
        if self.said is NOTHING:
            return NOTHING
        told = _told(self.around, numbers)
        places = {key: told[at] if type(at) is int else at for key, at in self.places.items()}
        values = {key: told[at] if type(at) is int else at for key, at in self.values.items()}
        return Said(places, values, self.said.known, is_summary=self.said.is_summary)


class Shapes:
    """Knows the shapes of lines, from the second of each on."""

    def __init__(self) -> None:
        self._known: dict[str, Shape | None] = {}
        """None for one of which nothing is known."""
        self._new: set[str] = set()
        """Those that have come once."""
        self._misses = self._rest = 0

    def said_in(self, line: str) -> Said:
        """See `gdtui.logs.text_rules.said_in`."""
        if self._rest:
            self._rest -= 1
            return said_in(line)
        parts = NUMBER.split(line)
        numbers = parts[1::2]
        shape = "\0".join([*parts[::2], *("." if "." in number else "" for number in numbers)])
        if (known := self._known.get(shape)) is not None:
            self._misses = 0
            return known.of(numbers)
        self._misses += 1
        if self._misses == TRIES:
            self._misses, self._rest = 0, REST
        said = said_in(line)
        if shape in self._new:
            self._new.remove(shape)
            self._known[shape] = _found(line, parts, said)
        elif shape not in self._known and len(self._known) < MOST:
            self._new = self._new if len(self._new) < MOST else set()
            self._new.add(shape)
        return said


def _found(line: str, parts: list[str], said: Said) -> Shape | None:
    """The shape of a line, if what it says does not depend on how large its numbers are."""
    if BY_VALUE.search(line) or said.bar is not None:
        return None
    texts, numbers = parts[::2], parts[1::2]
    around = []
    for before, after in pairwise(texts):
        exponent = EXPONENT.match(after)
        around.append((before[-1:] if before[-1:] in ("-", "+") else "", exponent[0] if exponent else ""))
    tried = []
    for first in PROBES:
        probes = [f"{first + at}{'.5' * ('.' in number)}" for at, number in enumerate(numbers)]
        pieces = (piece for pair in zip(texts, [*probes, ""], strict=True) for piece in pair)
        tried.append((said_in("".join(pieces)), _told(around, probes)))
    (one, ones), (other, others) = tried
    goes: list[Goes] = [{}, {}]
    for at, (here, there) in enumerate(((one.places, other.places), (one.values, other.values))):
        for key in here:
            pair = here[key], there.get(key)
            if pair[0] == pair[1]:
                goes[at][key] = here[key]
            elif pair in (known := [*zip(ones, others, strict=True)]):
                goes[at][key] = known.index(pair)
            else:
                return None
    shape = Shape(one if one is NOTHING else one._replace(places={}, values={}), around, *goes)
    return shape if shape.of(numbers) == said else None


def _told(around: list[tuple[str, str]], numbers: list[str]) -> list[float]:
    return [float(f"{sign}{number}{end}") for (sign, end), number in zip(around, numbers, strict=True)]

"""The fields of a protobuf message, by their places in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

VARINT, FIXED64, NESTED, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """A field's number, how it is written, and the place of its contents."""

    number: int
    wire: int
    start: int
    stop: int


def fields(message: bytes, start: int, stop: int) -> Iterator[Field]:
    """The fields of the message between these places. Raises ValueError where it is none."""
    while start < stop:
        key, start = varint(message, start, stop)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            end = varint(message, start, stop)[1]
        elif wire == NESTED:
            length, start = varint(message, start, stop)
            end = start + length
        elif wire in WIDTHS:
            end = start + WIDTHS[wire]
        else:
            raise ValueError("has a field of an unknown kind")
        if end > stop or not number:
            raise ValueError("has a field that is longer than itself")
        yield Field(number, wire, start, end)
        start = end


def varint(message: bytes, start: int, stop: int) -> tuple[int, int]:
    """The number that begins there, without a sign, and where it ends. Raises ValueError where there is none."""
    found = 0
    for place in range(start, min(stop, start + 10)):
        found |= (message[place] & 0x7F) << 7 * (place - start)
        if message[place] < 0x80:
            return found & 0xFFFFFFFFFFFFFFFF, place + 1
    raise ValueError("has a number that does not end")

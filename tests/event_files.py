"""TensorBoard's records and events as its writers make them, for tests of what no recording has."""

from __future__ import annotations

import struct

import numpy as np

from gdtui.logs.crc32c import crc32c, masked
from gdtui.logs.record_framing import HEADER, length_in


def record(payload: bytes) -> bytes:
    """A record in its frame."""
    length = struct.pack("<Q", len(payload))
    return length + checksum(length) + payload + checksum(payload)


def checksum(data: bytes) -> bytes:
    """As it is written."""
    return masked(np.array([crc32c(data)], dtype=np.uint32)).tobytes()


def varint(number: int) -> bytes:
    """A number that is not negative."""
    written = b""
    while number > 127:
        written += bytes([number & 127 | 128])
        number >>= 7
    return written + bytes([number])


def nested(number: int, message: bytes) -> bytes:
    """A field with a message in it."""
    return varint(number << 3 | 2) + varint(len(message)) + message


def event(step: int, values: dict[str, float], time: float = 1e9) -> bytes:
    """A record with scalars."""
    summary = b"".join(
        nested(1, nested(1, tag.encode()) + b"\x15" + struct.pack("<f", value)) for tag, value in values.items()
    )
    return record(b"\x09" + struct.pack("<d", time) + (b"\x10" + varint(step) if step else b"") + nested(5, summary))


BEGIN = record(b"\x09" + struct.pack("<d", 1e9) + nested(3, b"brain.Event:2"))
"""The first record of each file."""


def split(content: bytes) -> list[bytes]:
    """The records of a file, one by one."""
    found, at = [], 0
    while at < len(content):
        length = length_in(content[at : at + HEADER])
        assert length is not None
        found.append(content[at : at + length + 16])
        at += length + 16
    return found

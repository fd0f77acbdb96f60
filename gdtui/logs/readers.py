"""The formats of logs: a list of small readers, of which the first that understands a log has it."""

from __future__ import annotations

import os

from gdtui.logs.json_lines import JsonLines
from gdtui.logs.rows import LogError, Reader

READERS: tuple[type[Reader], ...] = (JsonLines,)
HEAD = 2**16
"""Bytes of the beginning of a file by which its format is known."""


def reader_of(path: str) -> type[Reader] | None:
    """The reader for a log; None where it is not there yet, or empty as yet. Raises LogError where there is no reader
    for it, and OSError as files do."""
    if os.path.isdir(path):
        head = b""
    elif os.path.exists(path):
        with open(path, "rb") as file:
            head = file.read(HEAD)
        if not head:
            return None
    else:
        return None
    for reader in READERS:
        if reader.understands(path, head):
            return reader
    raise LogError(f"{path}: is no log that gdtui understands; it reads {', '.join(one.format for one in READERS)}")

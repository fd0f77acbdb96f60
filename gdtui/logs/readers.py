"""The formats of logs: a list of small readers, of which the first that understands a log has it."""

from __future__ import annotations

import os
from stat import S_ISREG

from gdtui.logs.json_lines import JsonLines
from gdtui.logs.rows import LogError, Reader

READERS: tuple[type[Reader], ...] = (JsonLines,)
HEAD = 2**16
"""Bytes of the beginning of a file by which its format is known."""
NAMES = (".jsonl", ".ndjson", ".csv", ".tsv", ".log", ".out", ".db", ".sqlite", ".sqlite3", "trainer_state.json")
"""Ends of the names that logs have: in a folder nothing else is looked into."""


def reader_of(path: str) -> type[Reader] | None:
    """The reader for a log; None where it is not there yet, or empty as yet. Raises LogError where there is no reader
    for it, and OSError as files do."""
    if os.path.isdir(path):
        head = b""
    elif os.path.exists(path) and not os.path.isfile(path):
        raise LogError(f"{path}: is no file and no folder; what comes through a pipe is read by: gdtui watch -")
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


def is_log_folder(path: str) -> bool:
    """Whether a folder is itself a log, such as one that holds event files."""
    return any(reader.understands(path, b"") for reader in READERS)


def is_log(path: str) -> bool:
    """Whether a file that nobody has named is a log, by its name and how it begins. Raises OSError as files do."""
    name = os.path.basename(path)
    if not (name.endswith(NAMES) or "tfevents" in name) or not S_ISREG(os.stat(path).st_mode):
        return False
    try:
        return reader_of(path) is not None
    except LogError:
        return False

"""The formats of logs: a list of small readers, of which the first that understands a log has it."""

from __future__ import annotations

import os
from stat import S_ISREG

from gdtui.logs.csv_lines import CsvLines
from gdtui.logs.json_lines import JsonLines
from gdtui.logs.mlflow import MLflow
from gdtui.logs.mlflow_files import MLflowFiles
from gdtui.logs.own_run import OwnRun
from gdtui.logs.rows import LogError, Reader
from gdtui.logs.script_log import BEGINNING, ScriptLog
from gdtui.logs.standard_input import NAME, StandardInput
from gdtui.logs.stores import MAGIC
from gdtui.logs.tensorboard import TensorBoard
from gdtui.logs.text_lines import TextLines
from gdtui.logs.trackio import Trackio
from gdtui.logs.trainer_state import TrainerState

READERS: tuple[type[Reader], ...] = (
    StandardInput, OwnRun, ScriptLog, TrainerState, TensorBoard, MLflow, MLflowFiles, Trackio, JsonLines, CsvLines,
    TextLines,
)  # fmt: skip
HEAD = 2**16
"""Bytes of the beginning of a file by which its format is known."""
ENDS = (".jsonl", ".ndjson", ".csv", ".tsv", ".log", ".out", ".db", ".sqlite", ".sqlite3", "trainer_state.json")
"""Ends of the names that logs have: in a folder nothing else is looked into."""


def reader_of(path: str) -> type[Reader] | None:
    """The reader for a log; None where it is not there yet, or empty as yet. Raises LogError where there is no reader
    for it, and OSError as files do."""
    if path == NAME or os.path.isdir(path):
        head = b""
    elif os.path.exists(path) and not os.path.isfile(path):
        raise LogError(f"{path}: is no file and no folder; what comes through a pipe is read by: gdtui watch -")
    elif os.path.exists(path):
        with open(path, "rb") as file:
            head = file.read(HEAD)
        if any(begin.startswith(head) for begin in (BEGINNING, MAGIC)):  # there is nothing, or too little to tell
            return None
    else:
        return None
    for reader in READERS:
        if reader.understands(path, head):
            return reader
    if os.path.isdir(path):
        return None
    raise LogError(f"{path}: is no log that gdtui understands; it reads {', '.join(one.format for one in READERS)}")


def is_log_folder(path: str) -> bool:
    """Whether a folder is itself a log, such as one that holds event files."""
    return any(reader.understands(path, b"") for reader in READERS)


def is_log(path: str) -> bool:
    """Whether a file that nobody has named is a log, by its name and how it begins. Raises OSError as files do."""
    name = os.path.basename(path)
    if not (name.endswith(ENDS) or "tfevents" in name) or not S_ISREG(os.stat(path).st_mode):
        return False
    with open(path, "rb") as file:
        head = file.read(HEAD)
    reader = next((reader for reader in READERS if head and reader.understands(path, head)), None)
    return reader is not None and getattr(reader, "is_likely", _always)(head)


def _always(head: bytes) -> bool:
    return True

"""Where logs are: files, folders, and what is not there yet."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gdtui.logs.readers import reader_of
from gdtui.logs.run import LogRun


def runs_at(paths: Sequence[str], x: str | None = None, y: Sequence[str] = ()) -> list[LogRun]:
    """The runs in these logs, in their order; a log that is not there yet is waited for. Raises LogError where there
    is no reader for one, and OSError as files do."""
    found = []
    for path in paths:
        reader = reader_of(path)
        found += [LogRun(path, run, x, y) for run in ([""] if reader is None else reader.runs(path))]
    return found


def is_own(path: str) -> bool:
    """Whether that is a run file of gdtui's own, with all that one can look at in it."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(32).startswith(b'{"format":"gdtui-run"')

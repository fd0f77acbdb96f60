"""What is said where the program itself fails: one line, and the traceback in a file of its own."""

import os
import shlex
import tempfile
import traceback

from gdtui.text import complain

CRASHED = 70
"""The exit code; sysexits.h has it as EX_SOFTWARE."""


class CrashError(Exception):
    """The program has failed by a fault of its own, which is the cause of this.

    Args:
        saved_in: the file that holds the run until then, if one does.
    """

    def __init__(self, saved_in: str | None) -> None:
        super().__init__()
        self.saved_in = saved_in


def report_crash(error: Exception, is_debugging: bool) -> int:
    """Say on standard error what failed, how the run can go on and where the traceback is, which comes below if one
    is debugging; returns the exit code."""
    fault = error.__cause__ if isinstance(error, CrashError) and error.__cause__ is not None else error
    *_, place = traceback.extract_tb(fault.__traceback__) or [traceback.FrameSummary("?", 0, "?")]
    trace = "".join(traceback.format_exception(fault))
    said = [f"failed in {os.path.basename(place.filename)}, line {place.lineno}: {type(fault).__name__}: {fault}"]
    if isinstance(error, CrashError) and error.saved_in is not None:
        said.append(f"the run is whole in {error.saved_in}; gdtui resume {shlex.quote(error.saved_in)} goes on")
    path = None if is_debugging else _kept(trace)
    if path is not None:
        said.append(f"the traceback is in {path}")
    complain("; ".join(said), *([trace] if path is None else []))
    return CRASHED


def _kept(text: str) -> str | None:
    """The new file that holds this; None where there is no room for one."""
    try:
        handle, path = tempfile.mkstemp(".txt", "gdtui-")
        with open(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError:
        return None
    return path

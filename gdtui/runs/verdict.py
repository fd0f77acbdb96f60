"""How far a run file is whole."""

import os

from gdtui.runs.reader import RunFile, RunFileError

WHOLE, UNCHECKED, DAMAGED = 0, 1, 2


def verdict(path: str) -> tuple[int, str]:
    """`WHOLE`, or `UNCHECKED` where a file is torn at its end or not checked up to there, or `DAMAGED` where it is that
    or no run file; and a line that says what is whole."""
    try:
        file = RunFile(path)
    except RunFileError as error:
        return DAMAGED, str(error)
    lines, checked = file.lines.count, file.checked
    epoch = max((branch.epochs[-1] for branch in file.branches if branch.epochs), default=0)
    branches = "1 branch" if len(file.branches) == 1 else f"{len(file.branches):,} branches"
    holds = f"up to epoch {epoch:,}, {branches}"
    if file.damage is not None:
        return DAMAGED, f"{file.damage}, {holds}"
    known = (
        "checked to the end" if checked == lines else f"checked up to line {checked:,}" if checked else "not checked"
    )
    torn = os.path.getsize(path) - file.lines.whole
    is_torn = f"; then {torn:,} bytes of a line that was cut off" if torn else ""
    return (
        UNCHECKED if torn or checked < lines else WHOLE,
        f"{path}: whole: {lines:,} lines, {holds}; {known}{is_torn}",
    )

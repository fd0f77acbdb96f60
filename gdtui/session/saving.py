"""A session is written into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter

if TYPE_CHECKING:
    from gdtui.session.session import Session


def save(session: Session, path: str) -> bool:
    """Write all branches into a new file, and what is still to come; returns whether that went well."""
    if session.writer is not None:
        session.say(f"saved in {session.writer.path} already", is_error=True, is_logged=False)
        return False
    runs = [run for run in session.runs if isinstance(run, Run)]
    try:
        writer = RunWriter(path, runs[session.runs.index(session.run)], branches=runs)
        failure = writer.failure
    except ValueError as error:
        failure = str(error)
    session.failure = failure
    if failure is not None:
        session.say(failure, is_error=True)
        return False
    session.writer = writer
    session.say(f"saved in {path}, with what is to come")
    if writer.warning is not None:
        session.say(writer.warning, is_error=True)
    return True

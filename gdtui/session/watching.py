"""Reading on in a file that is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.runs.following import ANEW
from gdtui.runs.reopen import Watched

if TYPE_CHECKING:
    from gdtui.session.session import Session


def read_on(session: Session, watched: Watched) -> None:
    """Show what has been appended to the file that is watched."""
    written = watched.run
    if watched.poll():
        if is_another := watched.runs[0] is not session.runs[0]:
            session.runs, session.logs = [*watched.runs], {}
            session.enter(watched.run)
        if watched.is_shown:
            session.runs = [*watched.runs]
            is_elsewhere = watched.run is not written and watched.run not in session.run.race
            if is_elsewhere and session.run in written.race and session.past is None:
                session.enter(watched.run)
                session.log.add(session.name(watched.run), is_marked=True)
            session.log.read_on(watched.branches[session.runs.index(session.run)], session.run.done)
            session.seen = session.seen if session.phase.is_past else None
        if watched.error is not None:
            session.say(watched.error, is_error=True)
        elif is_another:
            session.say(f"{watched.path}: {ANEW}")
    if not session.phase.is_past:
        session.phase = session.standing()

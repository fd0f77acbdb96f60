"""What a session refuses to guests (see `gdtui.guests`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import gdtui
from gdtui.session import commands as ask
from gdtui.settings import BUILT_IN_SETS, Settings

if TYPE_CHECKING:
    from gdtui.session.session import Session

OURS = os.path.join(os.path.dirname(os.path.realpath(gdtui.__file__)), "")
"""Where the data of lessons is."""
LOOKING = (ask.ChangeSpeed, ask.Travel, ask.GoTo, ask.NextBranch, ask.Note)
"""What can be asked for by whoever only looks, beside these."""
AT_WILL = (ask.Do.PAUSE, ask.Do.PLAY, ask.Do.LEAVE)


def refusal(session: Session, command: ask.Command) -> str:
    """Why a guest cannot have this done; empty where that is no matter. Nothing is written for guests, no data is read
    but what comes with gdtui or was named by whoever serves it, and a file that is watched is not steered."""
    match command:
        case ask.Save():
            return "nothing is saved for those who come by the web"
        case ask.ChooseData(data) | ask.Train(Settings(data=data)) if not _is_open(session, data.source):
            return "no other files are read for those who come by the web"
    if session.watched is not None and command not in AT_WILL and not isinstance(command, LOOKING):
        return "this run is only watched"
    return ""


def _is_open(session: Session, source: str) -> bool:
    return source in (*BUILT_IN_SETS, session.given) or os.path.realpath(source).startswith(OURS)

"""What a key can do now, in one place for the footer, the palette and the help."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gdtui.session import commands as ask
from gdtui.tui.bindings import STEERING, Key

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.session.comparison import Standings
    from gdtui.session.logs import LogsShown
    from gdtui.session.snapshot import Phase, Snapshot

DIALOGS = {"choose_data": ask.ChooseData, "save": ask.Save}
"""What is asked for in the end by keys that open a dialog."""


class Standing(NamedTuple):
    """All of a run's snapshot on which it depends what can be done: few frames bring another."""

    phase: Phase
    watched: str | None
    reading: bool
    is_over: bool
    has_stopped: bool
    is_edited: bool
    is_begun: bool
    has_remedy: bool
    has_branches: bool
    is_saved: bool


def standing_of(shown: Snapshot | Standings | LogsShown | None) -> Standing | Standings | LogsShown | None:
    """That of a run's snapshot; the others as they are."""
    if shown is None:
        return None
    from gdtui.session.snapshot import Snapshot

    if not isinstance(shown, Snapshot):
        return shown
    return Standing(
        shown.phase, shown.watched, bool(shown.reading), shown.is_over, shown.stop is not None, shown.is_edited,
        bool(shown.done), shown.line.remedy is not None, len(shown.names) > 1, shown.saved_in is not None,
    )  # fmt: skip


def can_be_done(key: Key, shown: Snapshot | Standing | Standings | LogsShown | None) -> bool:
    """Whether a key would do anything, given what is shown; None where nothing is there yet."""
    known = shown if isinstance(shown, Standing) else standing_of(shown)
    if known is None:
        return key.command is None and key.action not in STEERING and key.action != "order"
    if isinstance(known, Standing):
        return _in_run(key, known)
    from gdtui.session.logs import LogsShown

    if not isinstance(known, LogsShown):
        return _in_looking(key, known, len(known.entrants))
    count = len(known.runs)
    if key.group == "Steer":
        is_alone = count == 1  # else these keys go from run to run
        return bool(known.wheel.state) and (is_alone or key.action not in ("alpha_up", "alpha_down"))
    return _in_looking(key, known, count)


def _in_run(key: Key, shown: Standing) -> bool:
    if shown.watched is not None and key.action in STEERING:
        return False
    if shown.reading:
        from gdtui.session.acts import WHILE_READING

        command = DIALOGS.get(key.action, key.command)
        is_steering = command is not None or key.action in STEERING
        return not is_steering or command in WHILE_READING or type(command) in WHILE_READING
    phase, is_past = shown.phase, shown.phase.is_past
    match key:
        case Key(action="pause" | "step" | "fork" | "try") if phase.value == "held":
            return True
        case Key(action="pause"):
            return shown.is_begun if is_past or shown.watched is not None else not phase.is_over
        case Key(action="step"):
            return not shown.is_over
        case Key(action="ask_racer"):
            return is_past or not shown.has_stopped
        case Key(action="try"):
            return is_past or shown.has_remedy
        case Key(action="undo"):
            return shown.is_edited
        case Key(action="fork") | Key(command=ask.GoTo(epoch=None)):
            return is_past
        case Key(command=ask.Travel(epochs, tenths)) if epochs + tenths > 0:
            return is_past
        case Key(action="replay") | Key(command=ask.GoTo() | ask.Travel()):
            return shown.is_begun
        case Key(action="next_branch"):
            return shown.has_branches
        case Key(action="save"):
            return not shown.is_saved
    return True


def _in_looking(key: Key, shown: Standings | LogsShown, count: int) -> bool:
    """Of so many runs side by side."""
    if key.action == "order":
        return count > 1
    match key.command:
        case ask.NextBranch() | ask.Hide():
            return count > 1
        case ask.GoTo(epoch=None):
            return shown.at is not None
        case ask.Travel(epochs, tenths) if epochs + tenths > 0:
            return shown.at is not None
        case ask.GoTo() | ask.Travel():
            return shown.last > 0
    return True

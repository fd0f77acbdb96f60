"""What of the screen of other people's runs is about steering them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.widget import AwaitMount

from gdtui.session.commands import Command, SetAlpha, SetEpochs
from gdtui.tui.board import Board
from gdtui.values import a_count, a_positive

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.session.logs import LogsShown

ALONE, SEVERAL = ("alpha_up", "alpha_down"), ("run_before", "next_run")
"""What the arrows do where there is one run, and where there are several."""


class WheelBoard(Board):
    """A board of runs of which those that are written by `gdtui.log` can be steered."""

    snapshot: LogsShown | None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        is_alone = self.snapshot is not None and len(self.snapshot.runs) == 1
        others = SEVERAL if is_alone else ALONE
        return super().check_action(action, parameters) and not (action == "ask" and {*parameters} & {*others})

    def action_ask_alpha(self) -> AwaitMount | None:
        return self._type("alpha", "the alpha to ask for", a_positive, SetAlpha)

    def action_ask_epochs(self) -> AwaitMount | None:
        return self._type("epochs", "the epochs to ask for, in all", a_count, SetEpochs)

    def _type(
        self, name: str, title: str, read: Callable[[str], Any], command: Callable[[Any], Command]
    ) -> AwaitMount | None:
        """Have somebody type what is to be asked for, where the run in front can be steered."""
        shown = self.snapshot
        if shown is None:
            return None
        if shown.wheel.why_not:
            self.app.notify(shown.wheel.why_not)
            return None
        value = dict(shown.wheel.values).get(name)
        known = "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:g}"
        return self.question(title, known, read, command)

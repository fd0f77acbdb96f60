"""What every view can do."""

from typing import Protocol

from gdtui.charts.chart import Chart
from gdtui.charts.roles import RUNS, Role
from gdtui.runs.race import Standing
from gdtui.session.commands import Command
from gdtui.session.snapshot import Snapshot


def role_of(racer: Standing) -> Role:
    """What is drawn of one who races: whoever diverged has no colour any more."""
    return Role.LABEL if racer.is_diverged else RUNS[racer.number % len(RUNS)]


class View(Protocol):
    """One way to look at a session. What it keeps is how to look, never what is seen."""

    def titles(self, snapshot: Snapshot) -> tuple[str, str]:
        """What it shows, for the upper edge of its panel, and for the lower."""

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        """The drawing, in so many cells."""

    def touched(self, snapshot: Snapshot, column: int, width: int, height: int) -> Command | None:
        """What a press of the mouse in that column of the drawing asks for, if anything."""

"""What every view can do."""

from typing import Protocol

from gdtui.charts.chart import Chart
from gdtui.session.commands import Command
from gdtui.session.snapshot import Snapshot


class View(Protocol):
    """One way to look at a session. What it keeps is how to look, never what is seen."""

    def titles(self, snapshot: Snapshot) -> tuple[str, str]:
        """What it shows, for the upper edge of its panel, and for the lower."""

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        """The drawing, in so many cells."""

    def touched(self, snapshot: Snapshot, column: int, width: int, height: int) -> Command | None:
        """What a press of the mouse in that column of the drawing asks for, if anything."""

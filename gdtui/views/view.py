"""What every view can do. The one named `loss` is `gdtui.views.loss.LossView`, and so are the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal, NamedTuple, Self

from gdtui.charts.chart import Chart
from gdtui.charts.field import Shading
from gdtui.charts.roles import RUNS, Role
from gdtui.runs.race import Standing
from gdtui.session.commands import Command
from gdtui.session.snapshot import Snapshot


def role_of(racer: Standing) -> Role:
    """What is drawn of one who races: whoever diverged has no colour any more."""
    return Role.LABEL if racer.is_diverged else RUNS[racer.number % len(RUNS)]


class Titles(NamedTuple):
    """What stands in the frame of a drawing.

    Attributes:
        above: what it shows.
        below: more about that.
        is_legend: whether what is below is nowhere else: where there is room for one of both, it is kept.
        brief: what stands below instead where there is room for this alone.
    """

    above: str
    below: str = ""
    is_legend: bool = False
    brief: str = ""


class Touch(NamedTuple):
    """What the mouse, or a cursor that keys move, did in a drawing of so many cells.

    Attributes:
        column, row: may be beyond the drawing's edges while the button is held down.
        digit: the key that was pressed, where it was one of the digits.
    """

    column: int
    row: int
    width: int
    height: int
    kind: Literal["press", "drag", "release"] = "press"
    button: int = 1
    digit: int | None = None


class Aim(NamedTuple):
    """Where a cursor is to go, if there is one.

    Attributes:
        what: what is there: for the same, a cursor goes there once.
    """

    what: object
    column: int
    row: int


class View:
    """One way to look at a session."""

    looks: ClassVar[tuple[str, ...]] = ("shading", "wake")
    """The attributes that say how to look; all others are of what is seen."""

    def __init__(self) -> None:
        self.shading = Shading.TONES
        """What the terminal and the way to it are good for."""
        self.wake: Callable[[], None] = lambda: None
        """To be called, by any thread, when there is more to be seen than was drawn last."""
        self.is_pointed = False
        """Whether keys move a cursor in it."""

    def afresh(self) -> Self:
        """Another that looks in the same way, and has seen nothing."""
        other = type(self)()
        for name in self.looks:
            setattr(other, name, getattr(self, name))
        return other

    @property
    def is_busy(self) -> bool:
        """Whether more is to be seen soon, though nothing happens."""
        return False

    def titles(self, snapshot: Snapshot) -> Titles:
        """What is said of it. Called before `draw`."""
        raise NotImplementedError

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        """The drawing, in so many cells."""
        raise NotImplementedError

    def begin_test(self) -> None:
        """Have made what can be made from the weights that are shown next, where the view does so."""

    @property
    def aim(self) -> Aim | None:
        """The place that is to be pointed at next, if any."""
        return None

    def touched(self, snapshot: Snapshot, touch: Touch) -> Command | None:
        """What the mouse asks for, if anything. What changes only how to look is drawn anew after it."""
        return None

    def toggle_log(self, snapshot: Snapshot) -> bool:
        """Choose the scale, linear or logarithmic, that is not shown. Returns whether there is a choice."""
        return False

    def turn_epochs(self) -> bool:
        """Go on to the next kind of the epochs' axis. Returns whether there is one."""
        return False

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool | Command:
        """Turn what is shown by so many steps: whatever there is to be turned, or gone through. Returns whether there
        is anything, or what that asks for."""
        return False

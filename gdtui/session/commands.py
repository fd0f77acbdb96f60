"""What a session can be asked to do. Each is applied between two chunks of epochs."""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal, NamedTuple

from gdtui.settings import DataEdit, DataSettings, Recipe, Settings


class Do(Enum):
    """The commands that take no argument."""

    PAUSE = "pause"
    """Stand still, or go on; in the past, and where a file is watched, play."""
    STEP = "step"
    """Train one epoch, then stand still."""
    PLAY = "play"
    """Play the run from where one stands, or stop playing."""
    FORK = "fork"
    """Train on from the epoch of the past that is shown, as a new branch."""
    TRY = "try"
    """Try what the verdict proposes, as a new branch; in the past, where it proposes nothing, `FORK`."""
    UNDO = "undo"
    """Take back the change of the data that was made last; see `Edit`."""
    STOP = "stop"
    """Ask somebody else's training to end, or, while it has not taken that, to go on after all."""
    LEAVE = "leave"
    """The end of the session."""


class SetAlpha(NamedTuple):
    """In the present, the learning rate from the next epoch on; in the past, that of a fork."""

    alpha: float


class Change(NamedTuple):
    """Other parts of the recipe from the next epoch on, by name; in the past, those of a fork."""

    parts: tuple[tuple[str, Any], ...]


class StepAlpha(NamedTuple):
    """To the next rung of the ladder 1, 2, 5, 10 …, up or down."""

    up: bool


class Race(NamedTuple):
    """Another descends with the run shown, from the epoch shown on, with these parts of the recipe changed."""

    parts: tuple[tuple[str, Any], ...]


class Begin(NamedTuple):
    """Train on from these weights, as a new branch: from the epoch shown on."""

    weights: tuple[float, ...]


class Hold(NamedTuple):
    """Show these weights at the epoch shown, as if it had come to them, and train nothing meanwhile; `Do.PAUSE` trains
    on from them. None gives them up."""

    weights: tuple[float, ...] | None


class Edit(NamedTuple):
    """Train on with data that is changed so, as a new branch, from the epoch shown on; or in the branch shown, where it
    has no epochs of its own yet."""

    changes: tuple[DataEdit, ...]


class SetEpochs(NamedTuple):
    """Train until so many are done in all, by each of those who race."""

    epochs: int


class ScaleEpochs(NamedTuple):
    """Half as many again, or a third fewer."""

    up: bool


class ChangeSpeed(NamedTuple):
    """`max` is also the way back from there."""

    to: Literal["faster", "slower", "max"]


class Travel(NamedTuple):
    """So many epochs, and tenths of the run, forward or back."""

    epochs: int = 0
    tenths: int = 0


class GoTo(NamedTuple):
    """That epoch; None for the present."""

    epoch: int | None


class NextBranch(NamedTuple):
    """Look at the next branch, or `step` branches on; of those who race, and of runs that are compared, it comes to the
    front of the others. `among` are the numbers of those to choose from, in their order; the first of them takes the
    place of one that is none of them."""

    step: int = 1
    among: tuple[int, ...] = ()


class Hide(NamedTuple):
    """Of runs that are looked at side by side: hide the one in front, or show it again; or show it alone, or all."""

    only: bool = False


class Restart(NamedTuple):
    """From the same weights, or from fresh ones."""

    fresh: bool = False


class ChooseData(NamedTuple):
    """Train on other data, with today's alpha and epochs."""

    data: DataSettings


class Train(NamedTuple):
    """Train with these settings, from their start, in the place of all branches.

    Attributes:
        rivals: the recipes of those who race with it.
        speed: epochs a second; None for today's.
        waits: stand still at first.
    """

    settings: Settings
    rivals: tuple[Recipe, ...] = ()
    speed: float | None = None
    waits: bool = False


class Save(NamedTuple):
    """Write the run into a new file, also what is still to come; and then, where that went well, do another thing."""

    path: str
    then: Command | None = None


class Note(NamedTuple):
    """Say this in the log, or to the person alone."""

    text: str
    is_logged: bool = True


Command = (
    Do | SetAlpha | Change | Race | Begin | Hold | Edit | StepAlpha | SetEpochs | ScaleEpochs | ChangeSpeed | Travel
    | GoTo | NextBranch | Hide | Restart | ChooseData | Train | Save | Note
)  # fmt: skip

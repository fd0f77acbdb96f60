"""What a session can be asked to do. Each is applied between two chunks of epochs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from gdtui.settings import DataSettings


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
    LEAVE = "leave"
    """The end of the session."""


@dataclass(frozen=True, slots=True)
class SetAlpha:
    """In the present, the learning rate from the next epoch on; in the past, that of a fork."""

    alpha: float


@dataclass(frozen=True, slots=True)
class StepAlpha:
    """To the next rung of the ladder 1, 2, 5, 10 …, up or down."""

    up: bool


@dataclass(frozen=True, slots=True)
class SetEpochs:
    """Train until so many are done in all."""

    epochs: int


@dataclass(frozen=True, slots=True)
class ScaleEpochs:
    """Half as many again, or a third fewer."""

    up: bool


@dataclass(frozen=True, slots=True)
class ChangeSpeed:
    """`max` is also the way back from there."""

    to: Literal["faster", "slower", "max"]


@dataclass(frozen=True, slots=True)
class Travel:
    """So many epochs, and tenths of the run, forward or back."""

    epochs: int = 0
    tenths: int = 0


@dataclass(frozen=True, slots=True)
class GoTo:
    """That epoch; None for the present."""

    epoch: int | None


@dataclass(frozen=True, slots=True)
class NextBranch:
    """Look at the next branch; of runs that are compared, `step` runs on, in front of the others."""

    step: int = 1


@dataclass(frozen=True, slots=True)
class Restart:
    """From the same weights, or from fresh ones."""

    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ChooseData:
    """Train on other data, with today's alpha and epochs."""

    data: DataSettings


@dataclass(frozen=True, slots=True)
class Save:
    """Write the run into a new file, also what is still to come; and then, where that went well, do another thing."""

    path: str
    then: Command | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Say this in the log."""

    text: str


Command = (
    Do | SetAlpha | StepAlpha | SetEpochs | ScaleEpochs | ChangeSpeed | Travel | GoTo
    | NextBranch | Restart | ChooseData | Save | Note
)  # fmt: skip

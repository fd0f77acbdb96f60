"""Everything that determines a run, as plain values. Imports nothing heavy: the command line reads it."""

import math
from dataclasses import dataclass

TWO_FEATURE_SETS = ("blobs", "moons", "circles", "xor")
BUILT_IN_SETS = (*TWO_FEATURE_SETS, "iris", "breast-cancer")
LOSSES = ("article", "cross-entropy", "squared-error")
MISSING = ("error", "drop", "mean")
AUTO = "auto"
"""Among the columns of texts: all of those."""
INITS = ("uniform", "zeros", "ones")

MOST_EPOCHS = 10**12
"""Epochs that can be asked for."""
MAX_SPEED = math.inf
"""A speed in epochs a second that means: as fast as the machine goes."""


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which data to learn from; see `gdtui.data.load.load`.

    Attributes:
        drop: columns to leave out.
        missing: what becomes of rows that lack a value: refused, left out, or filled with the column's mean.
        categorical: columns of texts to make columns of 0 and 1 of; `AUTO` among them stands for all of those.
        decimal: the mark in numbers that can be read with either.
        index: whether a first column that has no name, or counts the rows, is left out. It is not in runs that were
            saved before that was done.
    """

    source: str = "blobs"
    samples: int | None = None
    noise: float | None = None
    seed: int = 20
    target: str | None = None
    features: tuple[str, ...] | None = None
    classes: tuple[str, str] | None = None
    standardize: bool | None = None
    drop: tuple[str, ...] = ()
    missing: str = "error"
    categorical: tuple[str, ...] = ()
    decimal: str | None = None
    index: bool = True

    @property
    def is_standardized(self) -> bool:
        """Whether features are brought to mean 0 and deviation 1: where nobody says, those of sets that have more
        than two, and of files."""
        return self.source not in TWO_FEATURE_SETS if self.standardize is None else self.standardize


@dataclass(frozen=True, slots=True)
class StopRules:
    """When training ends, beside the number of epochs. None switches a rule off."""

    target_loss: float | None = None
    target_accuracy: float | None = None
    patience: int | None = None
    min_delta: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run is determined by, and how many of its rows are sampled in the end."""

    data: DataSettings = DataSettings()
    epochs: int = 100
    alpha: float = 0.01
    loss: str = "article"
    init: str | tuple[float, ...] = "uniform"
    seed: int = 0
    stop: StopRules = StopRules()
    sample_size: int = 10


@dataclass(frozen=True, slots=True)
class Display:
    """How a run is shown.

    Attributes:
        speed: epochs a second, or `MAX_SPEED`; None for the front end's own choice.
        fps: frames a second, at the most; None for the front end's own choice.
        calm: no blinking and no animation.
        detach: whether training outlives its terminal.
        theme: of the screen; None for the one that was chosen last.
        every: as lines, so manieth epochs are printed; None for all of a run of up to 1,000, and else for a ladder.
    """

    speed: float | None = None
    fps: float | None = None
    calm: bool = False
    detach: bool = False
    theme: str | None = None
    every: int | None = None


@dataclass(frozen=True, slots=True)
class CastSettings:
    """How the screen is recorded.

    Attributes:
        path: the asciicast to write from the start, if any.
        version: of the format, 2 or 3.
        idle_limit: seconds that a pause takes in it, at the most.
        force: overwrite what is there.
    """

    path: str | None = None
    version: int = 2
    idle_limit: float | None = None
    force: bool = False

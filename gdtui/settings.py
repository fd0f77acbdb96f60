"""Everything that determines a run, as plain values. Imports nothing heavy: the command line reads it."""

import math
from dataclasses import dataclass, fields, replace

TWO_FEATURE_SETS = ("blobs", "moons", "circles", "xor")
EMPTY = "none"
"""The set without points."""
BUILT_IN_SETS = (*TWO_FEATURE_SETS, "iris", "wine", "breast-cancer", "digits", EMPTY)
TABLES = (".csv", ".tsv", ".npz", ".npy", ".parquet")
"""What names of tables end with."""
LOSSES = ("article", "cross-entropy", "squared-error", "hinge")
OPTIMIZERS = ("gd", "momentum", "nesterov", "rmsprop", "adam")
SCHEDULES = ("constant", "step", "exponential", "cosine", "inverse")
MISSING = ("error", "drop", "mean")
AUTO = "auto"
"""Among the columns of texts: all of those."""
ALL = "all"
"""Instead of the names of classes: all there are."""
MOST_CLASSES = 10
"""As many can be told apart on a screen."""
INITS = ("uniform", "zeros", "ones")
LESSONS = "descent", "bowl", "gradient", "too-small", "too-large", "sigmoid", "batches", "no-line", "table"
"""The lessons that come with gdtui, in the order in which they are to be taken; see gdtui/lessons."""

PARTITIONS = 64
"""Stretches of rows, where nobody asks for more: some for each of a few workers, whose sums are still few numbers."""
MOST_EPOCHS = 10**12
"""Epochs that can be asked for."""
MOST_RACERS = 10
"""In one race: each has a colour of its own."""
MAX_SPEED = math.inf
"""A speed in epochs a second that means: as fast as the machine goes."""


@dataclass(frozen=True, slots=True)
class DataEdit:
    """A change of the data by hand.

    Attributes:
        label: the class that a point is of from then on, by its number.
        row: which point, counted from 0 among those that are trained on; None for a new one.
        features: of the new one, in the units that the data came in.
    """

    label: int
    row: int | None = None
    features: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which data to learn from; see `gdtui.data.load.load`.

    Attributes:
        classes: to learn, 0, 1 and so on; `ALL` alone stands for all, None for two of iris and all of others.
        drop: columns to leave out.
        missing: what becomes of rows that lack a value: refused, left out, or filled with the column's mean.
        categorical: columns of texts to make columns of 0 and 1 of; `AUTO` among them stands for all of those.
        decimal: the mark in numbers that can be read with either.
        index: whether a first column that has no name, or counts the rows, is left out. It is not in runs that were
            saved before that was done.
        centers: clouds of blobs, each a class, or classes of an empty plane; None for two.
        test_size: the share of the rows that is kept for testing, below 1; 0 for none.
        mapped: whether the rows of a file stay on the disk; None for where they do not fit into memory.
        edits: what was changed by hand afterwards.
        partitions: how many sums over rows are made, each of its own stretch of them, before these are added: in this
            process, and by workers, each of which has some of the stretches. It determines the last bits of sums over
            much data; how many workers there are does not. 0 for none, as in runs that were saved before there were
            any.
    """

    source: str = "blobs"
    samples: int | None = None
    noise: float | None = None
    seed: int = 20
    target: str | None = None
    features: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    standardize: bool | None = None
    drop: tuple[str, ...] = ()
    missing: str = "error"
    categorical: tuple[str, ...] = ()
    decimal: str | None = None
    index: bool = True
    centers: int | None = None
    test_size: float = 0.0
    edits: tuple[DataEdit, ...] = ()
    mapped: bool | None = None
    partitions: int = PARTITIONS

    @property
    def is_standardized(self) -> bool:
        """Whether features are brought to mean 0 and deviation 1: where nobody says, those of sets that have more
        than two, and of files."""
        return self.source not in (*TWO_FEATURE_SETS, EMPTY) if self.standardize is None else self.standardize


@dataclass(frozen=True, slots=True)
class StopRules:
    """When training ends, beside the number of epochs. None switches a rule off."""

    target_loss: float | None = None
    target_accuracy: float | None = None
    patience: int | None = None
    min_delta: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How steps are taken. All of it but the seed can be changed between two epochs.

    Attributes:
        alpha: the learning rate, which the schedule starts from.
        optimizer: one of `OPTIMIZERS`; see `gdtui.learning.optimizer`.
        momentum: the share of the velocity that each step keeps, and Adam's β1.
        beta2: the share of the mean of squares that each step keeps; None for 0.999, and 0.9 with RMSProp.
        epsilon: what is added to the root of that mean.
        batch_size: rows for each step; None for all of them.
        schedule: one of `SCHEDULES`; see `gdtui.learning.schedule`.
        decay: what alpha is multiplied by, or how fast it falls.
        decay_every: epochs in which it does; None for a tenth of those wanted, and all of them for ``cosine``.
        warmup: epochs over which alpha rises to where it begins.
        since: the epoch from which schedule and warm-up count.
        l2, l1: how much the squares and the absolute values of the weights cost; see `gdtui.learning.penalty`.
        seed: of the rows' order in batches.
    """

    alpha: float = 0.01
    optimizer: str = "gd"
    momentum: float = 0.9
    beta2: float | None = None
    epsilon: float = 1e-8
    batch_size: int | None = None
    schedule: str = "constant"
    decay: float = 0.5
    decay_every: int | None = None
    warmup: int = 0
    since: int = 1
    l2: float = 0.0
    l1: float = 0.0
    seed: int = 0

    def settled(self, epochs: int) -> "Recipe":
        """The same with what nobody said, for a run of so many epochs."""
        if self.decay_every is not None:
            return self
        return replace(self, decay_every=epochs if self.schedule == "cosine" else max(1, epochs // 10))


@dataclass(frozen=True, slots=True)
class Settings(Recipe):
    """All that a run is determined by, and how many of its rows are sampled in the end. `seed` is that of the weights
    and of the sample too."""

    data: DataSettings = DataSettings()
    epochs: int = 100
    loss: str = "article"
    init: str | tuple[float, ...] = "uniform"
    stop: StopRules = StopRules()
    sample_size: int = 10

    @property
    def recipe(self) -> Recipe:
        """How the first step is taken."""
        return Recipe(**{one.name: getattr(self, one.name) for one in fields(Recipe)}).settled(self.epochs)


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
        guest: whether it is shown to somebody who came by the web; see `gdtui.guests`.
        workers: who evaluates the rows: so many processes of this machine, or those that a Dask scheduler at this
            address has; None for this process.
    """

    speed: float | None = None
    fps: float | None = None
    calm: bool = False
    detach: bool = False
    theme: str | None = None
    every: int | None = None
    guest: bool = False
    workers: int | str | None = None

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The options that say so."""
        if self.workers is None:
            return ()
        return ("--workers" if isinstance(self.workers, int) else "--cluster", str(self.workers))


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

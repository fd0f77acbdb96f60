"""A session as it stands at one moment: all that is drawn of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gdtui.analysis.stability import Limits
from gdtui.data.dataset import Dataset
from gdtui.data.edits import EditedData
from gdtui.data.empty import lacks_points
from gdtui.learning.moment import Moment
from gdtui.learning.schedule import alpha_at
from gdtui.learning.stop import Stop
from gdtui.learning.weights import start_told
from gdtui.runs.curve import Curve
from gdtui.runs.lost import LostData
from gdtui.runs.race import Standing
from gdtui.runs.recipes import recipe_told
from gdtui.runs.run import Shown
from gdtui.session.line import Line
from gdtui.session.log import Entry
from gdtui.settings import Recipe
from gdtui.why.verdict import Verdict


class Phase(Enum):
    """What goes on; the values are what the screen says."""

    TRAINING = "training"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    PAST = "past"
    REPLAY = "replay"
    HELD = "held"
    WAITING = "waiting"
    FOLLOWING = "following"
    STALLED = "stalled"

    @property
    def is_past(self) -> bool:
        """Whether an epoch of the past is shown."""
        return self in (Phase.PAST, Phase.REPLAY)

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self in (Phase.DONE, Phase.STOPPED, Phase.DIVERGED)

    @property
    def moves(self) -> bool:
        """Whether it goes on by itself."""
        return self in (Phase.TRAINING, Phase.REPLAY)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a front end shows. Of `run` it may read its data and its settings at any time, and draw its history
    between two turns.

    Attributes:
        data: what that moment was measured on.
        shown: the moment in front.
        past: the epoch shown, where that is not the newest.
        epochs: wanted of this branch; `most_epochs` of any.
        recipe: of the next step: that of a fork, where one looks at the past.
        names: of all branches; `curves` are theirs.
        log: of this branch; `logged` entries were ever added to it.
        speed: in words; `rate` is in epochs a second, 0 where it is not known yet; `is_max` is as fast as it goes.
        watched: the file that is only looked at, if any.
        saved_in: the file that the run is being written into.
        left_behind: the file of a run before this.
        failure: why what was to be saved is in no file, or not all of it.
        asked: how many commands have been carried out.
        race: how those stand who race, in their order; empty where nobody does.
        verdict: on what is shown; None where there is nothing to judge. While something moves, it is of a moment ago.
        limits: of alpha there; None until they are known.
        line: what is said of it.
        is_judging: whether limits are being computed.
        waiting: what training waits for, in words; else empty.
        reading: how far other data is read, in words, while the run stands still for it; else empty.
    """

    phase: Phase
    run: Shown
    data: Dataset
    shown: Moment
    past: int | None
    done: int
    epochs: int
    most_epochs: int
    recipe: Recipe
    stop: Stop | None
    names: tuple[str, ...]
    curves: tuple[Curve, ...]
    log: tuple[Entry, ...]
    logged: int
    speed: str
    rate: float
    is_max: bool
    watched: str | None
    saved_in: str | None
    left_behind: str | None
    failure: str | None
    asked: int
    is_leaving: bool
    reading: str
    race: tuple[Standing, ...] = ()
    verdict: Verdict | None = None
    limits: Limits | None = None
    line: Line = Line()  # noqa: RUF009 - frozen
    is_judging: bool = False
    waiting: str = ""

    @property
    def front(self) -> int:
        """The number of the branch shown."""
        return next(number for number, curve in enumerate(self.curves) if curve is self.run.history)

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, and all that race with it."""
        return self.stop is not None and all(racer.stop is not None for racer in self.race)

    @property
    def is_diverged(self) -> bool:
        """Whether it has diverged, and all that race with it."""
        return self.stop is not None and self.stop.diverged and all(racer.is_diverged for racer in self.race)

    @property
    def alpha(self) -> float:
        """That of the recipe, before its schedule."""
        return self.recipe.alpha

    @property
    def effective_alpha(self) -> float:
        """What the schedule makes of alpha for the step of the epoch shown."""
        return alpha_at(self.recipe, max(1, self.shown.epoch))

    @property
    def title(self) -> str:
        """What is trained on what, in a line."""
        data, count = self.data, len(self.data.feature_names)
        features = "1 feature" if count == 1 else f"{count} features"
        features += "" if len(data.class_names) == 2 else f", {len(data.class_names)} classes"
        scaled = "standardised" if data.standardized else "not standardised"
        start = start_told(self.run.start, self.run.settings.seed)
        kept = "" if data.test is None else f" ({len(data.test):,} more for testing)"
        told = f"{data.name}  ·  {len(data):,} rows{kept}, {features}, {scaled}  ·  {start}"
        return f"{told}  ·  {how}" if (how := recipe_told(self.recipe)) else told

    @property
    def missing(self) -> str:
        """Why the rows of the data are not to be had, or are too few; empty where they are enough."""
        if isinstance(self.data, LostData):
            return self.data.why
        return NO_POINTS if lacks_points(self.data) else ""

    @property
    def is_edited(self) -> bool:
        """Whether the data that is shown was changed by hand."""
        return isinstance(self.data, EditedData)

    @property
    def unsaved(self) -> str:
        """What would be lost with this session, in words; empty where that is little, or in a file."""
        if self.saved_in is not None or self.watched is not None:
            return ""
        if len(self.names) > max(1, len(self.race)):  # one that was begun as a race is no more than its epochs
            return f"{len(self.names)} branches"
        return f"{self.done:,} epochs" if self.done > WORTH_ASKING else ""


NO_POINTS = "there are no points of two classes yet"
WORTH_ASKING = 1_000
"""Epochs of an unsaved run beyond which it is not dropped without a question."""

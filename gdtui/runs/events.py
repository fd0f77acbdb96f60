"""What happens in a run: each is told once, where it happens, and taken in by history, log and file.

All but `Batch` are lines of a run file too (see `gdtui.runs.reader`), as they are: msgspec writes and checks them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np

from gdtui.learning.descent import Batch
from gdtui.learning.moment import Moment
from gdtui.learning.stop import Best, Stop
from gdtui.runs import recipes
from gdtui.runs.recipes import Count, Finite, Natural, Recipes
from gdtui.settings import DataEdit, Recipe
from gdtui.types import Confusion

MOST_BRANCHES = 1000
"""Of a run: each takes up to 4 MB, and is drawn with each frame."""


class Measured(msgspec.Struct, frozen=True, omit_defaults=True):
    """A state of which all is known, as a file tells it. `confusion` is over all rows; what is named after tests is of
    the rows kept for testing."""

    loss: float
    weights: list[float]
    gradient: float
    confusion: Confusion
    test: float | None = None
    test_confusion: Confusion | None = None

    def __post_init__(self) -> None:
        for counts in (self.confusion, self.test_confusion or self.confusion):
            is_square = len(counts) >= 4 and math.isqrt(len(counts)) ** 2 == len(counts)
            if not is_square or min(counts) < 0 or not sum(counts):
                raise ValueError(f"{list(counts)} is no confusion matrix")


class Steered(msgspec.Struct, frozen=True, tag_field="kind", tag="steered", omit_defaults=True):
    """The step of epoch `since` is the first by a recipe with these parts changed, which were others before."""

    now: dict[str, Any]
    since: Count = msgspec.field(name="from")
    before: dict[str, Any] = msgspec.field(name="was", default_factory=dict)


class EpochsWanted(msgspec.Struct, frozen=True, tag_field="kind", tag="epochs", omit_defaults=True):
    """As many are wanted of this branch now."""

    epochs: Natural
    before: int | None = msgspec.field(name="was", default=None)


class RuleDropped(msgspec.Struct, frozen=True, tag_field="kind", tag="rule-dropped"):
    """Training goes on past the rule that had ended it (see `Stop.rule`), which does not count any more."""

    rule: str


class Forked(msgspec.Struct, frozen=True, tag_field="kind", tag="fork", omit_defaults=True):
    """A new branch, the current one from now on: its epochs before `epoch` are those of the branch numbered `of`."""

    epoch: int = msgspec.field(name="fork")
    of: int
    now: dict[str, Any]
    """What its recipe has changed, against that of the other branch at that epoch."""
    weights: list[Finite] | None = None
    """What that epoch begins with, where somebody has chosen it."""


class DataChanged(msgspec.Struct, frozen=True, tag_field="kind", tag="data", omit_defaults=True):
    """The branch, which has no epochs of its own yet, trains on other data: so many changes are taken back, those that
    were made last, and these are made."""

    edits: tuple[DataEdit, ...] = ()
    undone: Natural = 0


class Switched(msgspec.Struct, frozen=True, tag_field="kind", tag="branch"):
    """What follows belongs to the branch of this number."""

    branch: int


class Raced(msgspec.Struct, frozen=True, tag_field="kind", tag="race"):
    """The branches of these numbers descend together from here on, epoch by epoch."""

    branches: tuple[int, ...]


class Tried(msgspec.Struct, frozen=True, tag_field="kind", tag="tried", omit_defaults=True):
    """The branch, a new fork, tries what a verdict on the one it was forked from proposes."""

    until: Count
    """The epoch at which both are compared: that of the verdict."""
    verdict: str
    """What kind of verdict it was; see `gdtui.why.verdict.Kind`."""
    why: str
    """The verdict in words."""
    now: dict[str, Any]
    """What is tried: parts of its recipe, as they are."""
    against: float | None = None
    """What is compared, of the other; None where that is not finite."""
    measure: Literal["loss", "test_loss"] = "loss"
    """What it is that is compared."""


class Proved(msgspec.Struct, frozen=True, tag_field="kind", tag="proved"):
    """What came of what the branch tried, or that it was given up."""

    outcome: Literal["confirmed", "refuted", "off"]
    told: str
    """The same in words."""


class Stopped(msgspec.Struct, frozen=True, tag_field="kind", tag="stop", omit_defaults=True):
    """Training ended after that epoch; `end` is the state after its step, where it is finite."""

    rule: str = msgspec.field(name="stop")
    epoch: int = 0
    message: str = ""
    end: Measured | None = None


class Epoch(msgspec.Struct, omit_defaults=True, gc=False):
    """One epoch, as a file keeps it. Other programs write `epoch` and `loss` alone; `alpha` is theirs too."""

    epoch: int
    loss: float | None
    weights: list[float] | None = None
    gradient: Any = None
    confusion: Confusion | None = None
    best: tuple[float, int] | None = None
    """What the patience rule remembered before this epoch."""
    memory: list[float] | None = None
    """What the optimiser remembered; see `State`."""
    alpha: Any = None
    test: Any = None
    """The loss on the rows kept for testing."""
    test_confusion: Confusion | None = None


Event = Batch | Steered | EpochsWanted | RuleDropped | Forked | DataChanged | Switched | Raced | Tried | Proved


def changed(before: Sequence[DataEdit], after: Sequence[DataEdit]) -> list[Event]:
    """What makes of these changes of the data those."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    return [DataChanged((*after[same:],), len(before) - same)] if before != after else []


def in_turn(number: int, front: int, events: Iterable[Event]) -> Iterator[Event]:
    """What happened in the branch of that number, told where those lines are of the one in front."""
    events = [*events]
    if events and number != front:
        yield from (Switched(number), *events, Switched(front))
    else:
        yield from events


@dataclass
class Branch:
    """What the lines of a file come to: the records of one branch, in order."""

    epochs: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    weights: list[list[float] | None] = field(default_factory=list)
    bests: list[Best | None] = field(default_factory=list)
    """What the patience rule remembered before each epoch, where the file says it."""
    memories: list[list[float] | None] = field(default_factory=list)
    """What the optimiser remembered before each epoch, where it remembers anything."""
    tested: list[float | None] = field(default_factory=list)
    """The loss of each epoch on the rows kept for testing, where the file says it."""
    recipes: Recipes = field(default_factory=list)
    forked_at: int | None = None
    parent: int = 0
    """The number of the branch it was forked from, if it was."""
    wanted: int = 0
    """Epochs wanted; 0 where the file does not say."""
    stop: Stop | None = None
    dropped: list[str] = field(default_factory=list)
    """The rules that had ended it, and do not count any more."""
    end: Moment | None = None
    """The state after the last step of a run that ended, where the file says it."""
    measured: dict[int, Moment] = field(default_factory=dict)
    """By epoch, those of which the file says all."""
    race: tuple[int, ...] = ()
    """The numbers of the branches that descend together, this one's among them; empty where it is alone."""
    begun_with: list[float] | None = None
    """The weights that somebody has chosen for it to begin with."""
    edits: tuple[DataEdit, ...] = ()
    """All that was changed by hand of the data that its own epochs are trained on."""
    tried: Tried | None = None
    proved: Proved | None = None
    """What it tries, if it does, and what came of that, once something has."""

    def fork(self, number: int, forked: Forked) -> Branch:
        """A branch that shares the epochs before `epoch` with this one, which has that number."""
        epoch, now = forked.epoch, forked.now
        count = bisect_left(self.epochs, epoch)
        records = self.epochs[:count], self.losses[:count], self.weights[:count]
        states = self.bests[:count], self.memories[:count], self.tested[:count]
        measured = {at: value for at, value in self.measured.items() if at < epoch}
        wanted = max(self.wanted, epoch) if self.wanted else 0
        fork = Branch(*records, *states, list(self.recipes), epoch, number, wanted, measured=measured)
        fork.begun_with = forked.weights
        recipe = recipes.at(fork.recipes, epoch) or Recipe()
        recipes.steer(fork.recipes, epoch, recipes.changed(recipe, now))
        return fork

    def change(self, changed: DataChanged) -> None:
        """See `DataChanged`. Raises ValueError where the branch has epochs of its own."""
        if self.epochs and self.epochs[-1] >= (self.forked_at or 1):
            raise ValueError("the data is changed of a branch that has epochs")
        self.edits = (*self.edits[: max(0, len(self.edits) - changed.undone)], *changed.edits)

    def take(self, event: Tried | Proved) -> None:
        """See those. Raises ValueError where there is nothing to be compared with, or nothing that could come out."""
        if isinstance(event, Tried):
            if not (self.forked_at or math.inf) <= event.until:
                raise ValueError("a remedy is tried in a fork, up to an epoch of its own")
            recipes.changed(Recipe(), event.now)
            self.tried, self.proved = event, None
        elif self.tried is None:
            raise ValueError("nothing was tried")
        else:
            self.proved = event

    def steer(self, since: int, now: dict[str, Any]) -> None:
        """The step of epoch `since` is the first with these parts of the recipe changed."""
        last = self.recipes[-1][1] if self.recipes else Recipe()
        recipes.steer(self.recipes, since, recipes.changed(last, now))

    def last(self) -> Moment:
        """The state after the last step, or the last epoch, as far as the file tells it."""
        if self.end is not None:
            return self.end
        epoch = self.epochs[-1] if self.epochs else 0
        weights, loss = (self.weights[-1], self.losses[-1]) if self.epochs else (None, math.nan)
        test = self.tested[-1] if self.tested else None
        return self.measured.get(epoch) or Moment(epoch, np.array(weights or ()), loss, test_loss=test)

    def alpha_at(self, epoch: int) -> float | None:
        recipe = recipes.at(self.recipes, epoch)
        return None if recipe is None else recipe.alpha

    @property
    def alphas(self) -> list[tuple[int, float]]:
        """(first epoch, alpha) for each stretch of one alpha, ascending."""
        return recipes.alphas(self.recipes)

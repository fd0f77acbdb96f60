"""Races: runs that descend together, epoch by epoch, from the same weights on the same data, each by its own recipe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from gdtui.learning.moment import Moment
from gdtui.learning.stop import Stop
from gdtui.runs.curve import Curve, KnownLosses
from gdtui.runs.events import Branch
from gdtui.runs.recipes import NAMES, Recipes, at, short
from gdtui.runs.run import Run, Shown
from gdtui.settings import Recipe

UNTOLD = ("since", "seed")
"""What nobody chooses."""


def race_of(run: Run, recipes: Sequence[Recipe]) -> list[Run]:
    """A run that stands at its start, and its rivals, one a recipe, from the same weights: ready to race."""
    racers = [run, *(run.forked(1, recipe=recipe) for recipe in recipes)]
    if recipes:
        join(racers)
    return racers


def join(racers: Sequence[Shown]) -> None:
    """Let these descend together from now on."""
    for racer in racers:
        racer.join(tuple(racers))


@lru_cache
def names_of(recipes: tuple[Recipe, ...]) -> tuple[str, ...]:
    """The names of those who race by these recipes, for people: in what each differs from others. How often alpha falls
    is told where nothing else tells them apart: mostly nobody chose it, and it follows from schedule and epochs."""
    told = ["optimizer", *(name for name in NAMES if name not in (*UNTOLD, "optimizer", "decay_every"))]
    names = _names(recipes, told)
    if len({*names}) < len(names):
        names = _names(recipes, [*told, "decay_every"])
    return tuple(name if names.count(name) == 1 else f"{name} #{1 + place}".strip() for place, name in enumerate(names))


def _names(recipes: tuple[Recipe, ...], told: list[str]) -> list[str]:
    """What each differs in, among those parts."""
    differing = [name for name in told if len({getattr(recipe, name) for recipe in recipes}) > 1]
    plain, names = Recipe(), []
    for recipe in recipes:
        is_falling = recipe.schedule != "constant"
        parts = [(name, getattr(recipe, name)) for name in differing if is_falling or name != "decay_every"]
        least = [pair for pair in parts if pair[0] in ("optimizer", "alpha") or pair[1] != getattr(plain, pair[0])]
        names.append(" ".join(short(*pair) for pair in least or parts))
    return names


@dataclass(frozen=True, slots=True)
class Standing:
    """How one racer stands; a row of `gdtui.report.standings_table`.

    Attributes:
        number: of its branch.
        state: in a word.
        recipe: by which it goes on.
        curve: its losses.
        shown: the moment that is shown of it.
        stop: why it ended, if it has.
    """

    task: ClassVar = ("", "")

    number: int
    name: str
    state: str
    recipe: Recipe
    curve: Curve
    shown: Moment
    stop: Stop | None

    @property
    def loss(self) -> float:
        """At the moment shown."""
        return self.shown.loss

    @property
    def accuracy(self) -> float | None:
        """At the moment shown, as a share; None where it is not known."""
        return self.shown.accuracy

    @property
    def test_loss(self) -> float | None:
        """Of the rows that are kept for testing, where there are any."""
        return self.shown.test_loss

    @property
    def test_accuracy(self) -> float | None:
        """The same."""
        return self.shown.test_accuracy

    @property
    def is_diverged(self) -> bool:
        """Whether it has left the race for good."""
        return self.stop is not None and self.stop.diverged


def standings_in(branches: Sequence[Branch], numbers: Sequence[int], going: str) -> list[Standing]:
    """How those branches of a file stand which race, by their numbers; `going` is the state of one that has not
    ended."""
    found = []
    for number, name in zip(numbers, names_in(branches, numbers), strict=True):
        branch, curve, recipe = branches[number], KnownLosses(), recipe_of(branches[number])
        curve.extend(branch.epochs, branch.losses, branch.tested)
        curve.trained = branch.recipes
        found.append(Standing(number, name, state_of(branch.stop, going), recipe, curve, branch.last(), branch.stop))
    return found


def names_in(branches: Sequence[Branch], numbers: Sequence[int]) -> tuple[str, ...]:
    """The names of those branches of a file which race."""
    return names_of(tuple(recipe_of(branches[number]) for number in numbers))


def recipe_of(branch: Branch) -> Recipe:
    """The last that a file tells of a branch, and of one that has ended, that which it ended with."""
    ended = lasting(branch.stop, branch.recipes, branch.last().epoch)
    return ended or (branch.recipes[-1][1] if branch.recipes else Recipe())


def lasting(stop: Stop | None, trained: Recipes, done: int) -> Recipe | None:
    """The recipe that one who has ended is known by: what is chosen afterwards has done nothing yet. None where it goes
    on, or none is known."""
    return None if stop is None else at(trained, done)


def state_of(stop: Stop | None, going: str) -> str:
    """How one who races is, in a word: why it ended, if it has."""
    return going if stop is None else {"epochs": "done"}.get(stop.rule, stop.rule)


def by_place(standings: Sequence[Standing]) -> list[Standing]:
    """The first first: by the loss that is shown; those that diverged are last."""
    return sorted(standings, key=lambda one: (one.is_diverged, not math.isfinite(one.loss), one.loss))

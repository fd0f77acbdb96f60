"""The recipes of a run, as (first epoch, recipe) for each stretch of one recipe, ascending."""

from bisect import bisect_right
from dataclasses import fields, replace
from operator import itemgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gdtui.learning.schedule import is_constant
from gdtui.settings import MOST_EPOCHS, Recipe, Settings

Count = Annotated[int, Meta(ge=1, le=MOST_EPOCHS)]
Natural = Annotated[int, Meta(ge=0, le=MOST_EPOCHS)]
Seed = Annotated[int, Meta(ge=0, lt=2**32)]
NotNegative = Annotated[float, Meta(ge=0, le=1.7976931348623157e308)]
Positive = Annotated[float, Meta(gt=0, le=1.7976931348623157e308)]
Share = Annotated[float, Meta(ge=0, le=1)]
Finite = Annotated[float, Meta(ge=-1.7976931348623157e308, le=1.7976931348623157e308)]
Kept = Annotated[float, Meta(ge=0, lt=1)]

Recipes = list[tuple[int, Recipe]]
NAMES = tuple(one.name for one in fields(Recipe))
SCHEDULE = ("schedule", "decay", "decay_every", "warmup")
"""What, once it is changed, begins to count anew."""


class Allowed(msgspec.Struct):
    """What each part of a recipe may be; see `Recipe`."""

    alpha: Positive = 1.0
    optimizer: Literal["gd", "momentum", "nesterov", "rmsprop", "adam"] = "gd"
    momentum: Kept = 0.9
    beta2: Kept | None = None
    epsilon: Positive = 1e-8
    batch_size: Count | None = None
    schedule: Literal["constant", "step", "exponential", "cosine", "inverse"] = "constant"
    decay: Share = 0.5
    decay_every: Count | None = None
    warmup: Natural = 0
    since: Count = 1
    l2: NotNegative = 0.0
    l1: NotNegative = 0.0
    seed: Seed = 0


def changed(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """A recipe with some parts changed. Raises ValueError for a part that there is not, or that cannot be so."""
    for name in changes:
        if name not in Allowed.__struct_fields__:
            raise ValueError(f"a recipe has no {name!r}")
    known = msgspec.convert(changes, Allowed)
    return replace(recipe, **{name: getattr(known, name) for name in changes})


def difference(before: Recipe, after: Recipe) -> dict[str, Any]:
    """What is to be changed to make of one recipe the other."""
    return {name: getattr(after, name) for name in NAMES if getattr(after, name) != getattr(before, name)}


def recipe_in(told: dict[str, Any], epochs: int) -> Recipe:
    """The recipe in the first line of a run file, or in settings as they are written there, for so many epochs."""
    return changed(Recipe(), {name: told[name] for name in NAMES if name in told}).settled(epochs)


def steer(recipes: Recipes, since: int, recipe: Recipe) -> None:
    """Let the recipes say that one counts from epoch `since` on."""
    while recipes and recipes[-1][0] >= since:
        recipes.pop()
    if not recipes or recipes[-1][1] != recipe:
        recipes.append((since, recipe))


def at(recipes: Recipes, epoch: int) -> Recipe | None:
    """That of an epoch; None before the first."""
    place = bisect_right(recipes, epoch, key=itemgetter(0)) - 1
    return recipes[place][1] if place >= 0 else None


def alphas(recipes: Recipes) -> list[tuple[int, float]]:
    """(first epoch, alpha) for each stretch of one alpha."""
    found: list[tuple[int, float]] = []
    for since, recipe in recipes:
        if not found or found[-1][1] != recipe.alpha:
            found.append((since, recipe.alpha))
    return found


def mark(before: Recipe, after: Recipe) -> str:
    """What was changed, in few letters."""
    return ", ".join(short(name, value) for name, value in chosen(difference(before, after)))


def steered(recipe: Recipe, changes: dict[str, Any], since: int, left: int) -> Recipe:
    """A recipe with some parts changed from epoch `since` on, of a run that has so many epochs left: a schedule that is
    changed begins there. Raises ValueError as `changed`."""
    if any(changes.get(name, getattr(recipe, name)) != getattr(recipe, name) for name in SCHEDULE):
        changes = {"decay_every": None, **changes, "since": since}
    return changed(recipe, changes).settled(max(1, left))


def from_start(recipe: Recipe, begun: Settings, epochs: int) -> Recipe:
    """The recipe of a run that was begun so, for one of as many epochs as it wants now that begins anew. How often
    alpha falls is left open where nobody chose it: where it follows from the epochs that were wanted."""
    left_open = replace(recipe, decay_every=None)
    defaults = [left_open.settled(max(1, wanted - recipe.since + 1)).decay_every for wanted in (begun.epochs, epochs)]
    is_chosen = recipe.decay_every == begun.decay_every or recipe.decay_every not in defaults
    return replace(recipe if is_chosen else left_open, since=1)


def change_told(before: dict[str, Any], after: dict[str, Any], since: int) -> str:
    """A change in words, of the parts that were changed, as they were and as they are."""
    parts = [f"{_name(name)} {_value(before.get(name))} → {_value(value)}" for name, value in chosen(after)]
    return f"{', '.join(parts)} from epoch {since}"


def now_told(after: dict[str, Any], since: int) -> str:
    """The parts that were changed, as they are."""
    return f"{', '.join(f'{_name(name)} {_value(value)}' for name, value in chosen(after))} from epoch {since}"


def recipe_told(recipe: Recipe) -> str:
    """All but alpha that is not as in plain descent, in words; empty where it is."""
    o, words = recipe, [] if recipe.optimizer == "gd" else [recipe.optimizer]
    if o.batch_size is not None:
        words.append(f"batches of {o.batch_size}")
    if o.schedule != "constant":
        words.append(f"{o.schedule} schedule")
    elif not is_constant(o):
        words.append(f"warm-up {o.warmup}")
    words += [f"{name} {value:g}" for name, value in (("l2", o.l2), ("l1", o.l1)) if value]
    return ", ".join(words)


def chosen(changes: dict[str, Any]) -> list[tuple[str, Any]]:
    """The parts that a person has changed; none where a schedule was chosen and left again, and would begin later."""
    return [(name, value) for name, value in changes.items() if name not in ("since", "seed")]


def _name(part: str) -> str:
    return {"batch_size": "batch size", "decay_every": "decay every"}.get(part, part)


def _value(value: Any) -> str:
    return "all" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def short(part: str, value: Any) -> str:
    """A part of a recipe in few letters."""
    name = {"alpha": "α ", "optimizer": "", "schedule": "", "batch_size": "batch "}.get(part, f"{_name(part)} ")
    return name + _value(value)

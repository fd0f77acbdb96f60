"""Racers as people give them: on the command line with commas between them, in a dialog one at a time."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gdtui.recipe_options import RECIPE, Part
from gdtui.settings import MOST_RACERS, OPTIMIZERS, SCHEDULES, Recipe, Settings
from gdtui.values import a_positive

Parts = tuple[tuple[str, Any], ...]
"""What a racer's recipe has other than that of the run, by name."""
PARTS = (Part("alpha", a_positive, "A", "the learning rate", (1.0,)), *RECIPE)
GRAMMAR = "an optimiser, an alpha, or part=value, with colons between them"


def a_racer(text: str) -> Parts:
    """One racer, such as ``adam``, ``0.1`` or ``gd:0.1:batch=16``. Raises ArgumentTypeError, which names it."""
    found: dict[str, Any] = {}
    try:
        for word in text.strip().split(":"):
            name, value = _part(word.strip())
            if name in found:
                raise ArgumentTypeError(f"it has two of {name.replace('_', '-')}")
            found[name] = value
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"racer {text.strip()!r}: {error}") from None
    return tuple(found.items())


def a_race(text: str) -> tuple[Parts, ...]:
    """All of them. Raises ArgumentTypeError, which names the one that is wrong."""
    racers = tuple(map(a_racer, text.split(",")))
    if len(racers) > MOST_RACERS:
        raise ArgumentTypeError(f"{len(racers)} racers are too many; {MOST_RACERS} race at the most")
    return racers


def racers_of(settings: Settings, race: Sequence[Parts]) -> tuple[Settings, list[Recipe]]:
    """The run of the first, and the recipes of its rivals, each the one that is given but for what it says itself.
    Raises ValueError where two are the same, or no step would make use of what is given."""
    racers = [replace(settings, **dict(parts)) for parts in race or [()]]
    for part in RECIPE:
        is_given = any(getattr(racer, part.name) != part.default for racer in racers)
        if is_given and not any(map(part.is_used, racers)):
            option = "--schedule" if part.of[0] in SCHEDULES else "--optimizer"
            raise ValueError(f"{part.flag} does nothing without {option} {', '.join(part.of[:-1])} or {part.of[-1]}")
    for number, racer in enumerate(racers):
        if racer in racers[:number]:
            same = racers.index(racer) + 1
            raise ValueError(f"--race: the racers {same} and {number + 1} are the same; give each something of its own")
    return racers[0], [racer.recipe for racer in racers[1:]]


def _part(word: str) -> tuple[str, Any]:
    """The name of a part of a recipe, and its value."""
    if not word:
        raise ArgumentTypeError(f"something is missing; a racer is {GRAMMAR}")
    name, equals, value = word.partition("=")
    if not equals:
        if word in OPTIMIZERS:
            return "optimizer", word
        try:
            return "alpha", a_positive(word)
        except ArgumentTypeError:
            raise ArgumentTypeError(
                f"{word!r} is none of {', '.join(OPTIMIZERS)}, no alpha and no part=value"
            ) from None
    part = _named(name.strip().replace("-", "_"))
    if part.choices and value not in part.choices:
        raise ArgumentTypeError(f"{name}: {value!r} is none of {', '.join(part.choices)}")
    try:
        return part.name, part.read(value)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{name}: {error}") from None


def _named(name: str) -> Part:
    """The part of that name, or the one whose name begins so."""
    found = [part for part in PARTS if part.name == name] or [
        part for part in PARTS if name and part.name.startswith(name)
    ]
    if len(found) != 1:
        every = ", ".join(part.flag.removeprefix("--") for part in found or PARTS)
        raise ArgumentTypeError(f"{name!r} is {'more than one' if found else 'none'} of {every}")
    return found[0]

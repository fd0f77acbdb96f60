"""What all parts of the trial have in common: stories told from seeds, and the tally of what came of them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

DOCUMENTED = frozenset({0, 1, 2, 130, 141, 143})
"""The exit codes that there are, but for 70: gdtui itself has failed then."""


class BrokenPromiseError(AssertionError):
    """A promise was broken; the message is one line that says how, `detail` is what else is to be seen."""

    def __init__(self, what: str, detail: str = "") -> None:
        super().__init__(what)
        self.detail = detail


def promise(holds: object, what: str, detail: str = "") -> None:
    """Raises BrokenPromiseError unless this holds."""
    if not holds:
        raise BrokenPromiseError(what, detail)


@dataclass(frozen=True)
class Rules:
    """How a trial is held.

    Attributes:
        patience: seconds within which a key has to be answered; other limits are multiples of it.
        left_out: names of what is not tried.
        events: what a monkey does before it is looked at whether all is well.
        soak: seconds of training without a break.
        inputs: what the fuzz feeds to one process, but for those of which each takes seconds.
    """

    patience: float = 2.0
    left_out: frozenset[str] = frozenset()
    events: int = 150
    soak: float = 3.0
    inputs: int = 100

    def allowed(self, part: str, names: list[str]) -> list[str]:
        """Those of a part's names that are to be tried."""
        return [name for name in names if f"{part}.{name}" not in self.left_out]

    def allows(self, name: str) -> bool:
        return name not in self.left_out


class Failure(NamedTuple):
    seed: int
    what: str
    detail: str


@dataclass
class Tally:
    """What one part has tried, and what failed."""

    part: str
    unit: str
    tried: int = 0
    stories: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    notes: dict[str, float] = field(default_factory=dict)
    """Figures worth knowing, such as the longest that a key waited for its answer."""

    def failed(self, seed: int, what: str, detail: str = "") -> None:
        self.failures.append(Failure(seed, what, detail))

    def note(self, name: str, value: float) -> None:
        """Keep the largest."""
        self.notes[name] = max(value, self.notes.get(name, value))


Story = Callable[[int, Rules, Tally], None]
"""Does what its seed says, counts what it tried, and tells or raises what failed."""


class Part(NamedTuple):
    """A part of the trial: its name, what it counts, its stories, and the names of all that they do."""

    name: str
    unit: str
    story: Story
    names: list[str]


def tell(
    part: Part, seed: int, rules: Rules, goes_on: Callable[[Tally], bool], step: int = 1, tally: Tally | None = None
) -> Tally:
    """Tell stories, of seed, seed + step …, as long as this says so, and at least one."""
    tally, began = tally or Tally(part.name, part.unit), time.monotonic()
    while not tally.stories or goes_on(tally):
        try:
            part.story(seed, rules, tally)
        except (AssertionError, TimeoutError) as error:
            what = str(error).partition("\n")[0] or type(error).__name__
            notes = "\n".join(getattr(error, "__notes__", []))
            tally.failed(seed, what, "\n".join(filter(None, [getattr(error, "detail", ""), str(error), notes])))
        except Exception as error:  # the trial itself is wrong: that is told, and it goes on
            tally.failed(seed, f"the trial broke: {type(error).__name__}: {error}", traceback.format_exc())
        tally.stories += 1
        seed += step
    tally.seconds += time.monotonic() - began
    return tally

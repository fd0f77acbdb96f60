"""What is said of a run: a verdict, the remedy that it proposes, and how that stood the test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from gdtui.runs.recipes import chosen, short


class Kind(Enum):
    """What can be said of a run; the values are what files and tests call it."""

    BEGINNING = "beginning"
    """Too little is known yet."""
    FALLING = "falling"
    LEVELLING = "levelling"
    CRAWLING = "crawling"
    BOUNCING = "bouncing"
    DIVERGING = "diverging"
    PLATEAU = "plateau"
    SEPARABLE = "separable"
    """A line parts the classes: the weights grow for ever, and the loss goes to 0."""
    INSEPARABLE = "inseparable"
    """No line parts the classes, and the optimum is reached."""
    SCALES = "scales"
    """The features are of wildly different scale."""
    OVERFITTING = "overfitting"
    SPIKE = "spike"
    """The loss rose all at once, and came back."""
    DONE = "done"
    """There is nothing more to be had."""


Measure = Literal["loss", "test_loss"]
"""By what a remedy is judged: the smaller, the better."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What may help, from an epoch on, as a fork.

    Attributes:
        epoch: the first of the fork's own.
        parts: of the recipe, as they are to be.
    """

    epoch: int
    parts: tuple[tuple[str, Any], ...]
    measure: Measure = "loss"

    @property
    def told(self) -> str:
        """In words."""
        what = ", ".join(short(name, value).replace("α", "alpha") for name, value in chosen(dict(self.parts)))
        return f"{what} from epoch {self.epoch:,}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a run as of an epoch.

    Attributes:
        text: cause and figures, in one line.
        since: the first epoch of which it holds, where it is known.
        advice: what helps beside a remedy that can be tried, such as an option; in words.
    """

    kind: Kind
    epoch: int
    text: str
    since: int | None = None
    remedy: Remedy | None = None
    advice: str = ""

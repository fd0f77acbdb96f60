"""What a lesson is, once it is read and found good."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from gdtui.lessons.conditions import Conditions
from gdtui.settings import Recipe, Settings

KEYS = {
    "lesson": ("title", "about", "minutes", "settings", "step"),
    "step": ("text", "do", "until", "then", "view", "page", "settings", "waits", "question"),
    "question": ("ask", "answers", "right", "because", "shows"),
}
"""What stands in each table of a file."""


class LessonError(ValueError):
    """A lesson that cannot be used; the message names the file, the line and the step."""


def meant(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A question for the word that may have been meant, if one is near, or else another end of the sentence."""
    near = difflib.get_close_matches(word, [*known], 1)
    return f'; did you mean "{near[0]}"?' if near else otherwise


@dataclass(frozen=True, slots=True)
class Situation:
    """A run that a step begins.

    Attributes:
        arguments: the options of the command line that begin the same.
        rivals: the recipes of those who race with it.
        speed: epochs a second; None for one that can be watched.
    """

    arguments: tuple[str, ...]
    settings: Settings
    rivals: tuple[Recipe, ...] = ()
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before the run shows it.

    Attributes:
        right: the number of the right answer, from 1.
        because: why it is right.
        shows: what holds of the run that shows it; where it does not, nothing is said to be right.
    """

    ask: str
    answers: tuple[str, ...]
    right: int
    because: str
    shows: Conditions = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step. In texts, what stands between backquotes is a key.

    Attributes:
        do: what is to be done, where there is anything.
        until: what holds once it is done; without any, reading is all there is to do.
        then: what is said once it is done.
        views: the charts to be shown, that in front first; as they were where there are none.
        page: the page to be opened, if any.
        situation: the run that it begins; None goes on with the one before.
        waits: whether that run stands still at first.
    """

    text: str
    do: str = ""
    until: Conditions = ()
    then: str = ""
    views: tuple[str, ...] = ()
    page: str = ""
    question: Question | None = None
    situation: Situation | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson; its first step begins a run."""

    name: str
    title: str
    about: str
    minutes: int
    steps: tuple[Step, ...]

    @property
    def situation(self) -> Situation:
        """The run that it begins with."""
        assert self.steps[0].situation is not None
        return self.steps[0].situation

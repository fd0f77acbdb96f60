"""What is said of a run in one line, whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gdtui.runs.events import Proved, Tried
from gdtui.text import printable
from gdtui.why.verdict import Kind, Remedy, Verdict


class Mood(Enum):
    """How good or bad it is."""

    GOOD = "good"
    NEUTRAL = "neutral"
    ATTENTION = "attention"
    BAD = "bad"


MOODS = {
    **dict.fromkeys((Kind.FALLING, Kind.SEPARABLE, Kind.DONE), Mood.GOOD),
    **dict.fromkeys((Kind.BEGINNING, Kind.LEVELLING), Mood.NEUTRAL),
    Kind.DIVERGING: Mood.BAD,
}
"""All others want attention."""
PROVED = {"confirmed": Mood.GOOD, "refuted": Mood.BAD, "off": Mood.ATTENTION}


@dataclass(frozen=True, slots=True)
class Line:
    """The line.

    Attributes:
        text: what it says.
        briefs: the same in ever fewer words, where there is no room for so much of it.
        advice: what helps, where that cannot be tried; may be left out.
        remedy: what can be tried.
        is_news: whether what is said comes before the remedy, where there is no room for both.
    """

    mood: Mood = Mood.NEUTRAL
    text: str = ""
    briefs: tuple[str, ...] = ()
    advice: str = ""
    remedy: Remedy | None = None
    is_news: bool = False

    @property
    def whole(self) -> str:
        """All of it, for those who have no keys."""
        remedy = "" if self.remedy is None else f"try {self.remedy.told}"
        return "; ".join(filter(None, (self.text, self.advice, remedy)))


def judged(verdict: Verdict) -> Line:
    """A verdict."""
    text, advice = printable(verdict.text), printable(verdict.advice)
    return Line(MOODS.get(verdict.kind, Mood.ATTENTION), text, (verdict.kind.value,), advice, verdict.remedy)


def remedy_of(tried: Tried, forked_at: int | None) -> Remedy:
    """What a fork of that epoch tries."""
    return Remedy(forked_at or 1, (*tried.now.items(),), tried.measure)


def tried_told(tried: Tried, forked_at: int | None) -> str:
    """The same in words, with the reason."""
    return printable(f"trying {remedy_of(tried, forked_at).told}: {tried.why}")


def proved(outcome: Proved) -> Line:
    """What came of a remedy."""
    told = printable(outcome.told)
    return Line(PROVED[outcome.outcome], told, (told.partition(" at epoch ")[0], outcome.outcome), is_news=True)

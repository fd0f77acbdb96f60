"""The line that says why: the verdict on what is shown, and the key that tries its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.reactive import reactive

from gdtui.tui.styled import Pieces, Written

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.session.line import Line
    from gdtui.why.verdict import Remedy

SIGNS = {"good": "✓", "neutral": "·", "attention": "!", "bad": "✗"}
"""By which moods are told apart where there are no colours."""
PARTING = "; ", ": ", ", "
"""What stands between two parts of what is said, where it may be cut."""


class WhyLine(Written):
    """One line. What does not fit is left out part by part; the key that tries the remedy is the last to go."""

    COMPONENT_CLASSES = {"why--good", "why--neutral", "why--attention", "why--bad", "why--text", "why--key"}
    REST = "why--text"

    line: reactive[Line | None] = reactive(None, repaint=False)

    waiting: reactive[str] = reactive("", repaint=False)
    """What is waited for, as long as there is nothing to be said."""

    def watch_line(self) -> None:
        self.paint()

    def watch_waiting(self) -> None:
        self.paint()

    def lines(self, width: int, height: int) -> list[Pieces]:
        waiting: Pieces = [(f"{SIGNS['neutral']} {self.waiting}", "why--neutral")] if self.waiting else []
        return [waiting if self.line is None else pieces(self.line, width)][:height]


@lru_cache(maxsize=8)
def pieces(line: Line, width: int) -> Pieces:
    """What the line says in so many columns."""
    if not line.text:
        return []
    mood = line.mood.value
    text, offer = fitted(line, width - 2)
    said: Pieces = [(f"{SIGNS[mood]} {text}", f"why--{mood}")]
    if offer:
        key, _, what = offer.partition(" ")
        said += [("; " if text else "", "why--text"), (key, "why--key"), (f" {what}", "why--text")]
    return said


def fitted(line: Line, width: int) -> tuple[str, str]:
    """As much as there is room for of what the line says, and of what its key does."""
    offers = _offers(line.remedy) if line.remedy is not None else [""]
    if line.is_news:
        offers.append("")
    for text in _texts(line):
        for offer in offers:
            if cell_len(text) + (2 if text and offer else 0) + cell_len(offer) <= width:
                return text, offer
    return ("", offers[-1]) if line.remedy is not None else (line.briefs[-1] if line.briefs else "", "")


def _texts(line: Line) -> Iterator[str]:
    """What can be said, from all to nothing."""
    if line.advice:
        yield f"{line.text}; {line.advice}"
    said, text = [line.text], line.text
    while text:
        text = text[: max(text.rfind(parting) for parting in PARTING) + 1].rstrip(";:, ")
        said.append(text)
    yield from sorted((*said, *line.briefs), key=len, reverse=True)  # the last is nothing


def _offers(remedy: Remedy) -> list[str]:
    """What the key does, from all to a word."""
    what = remedy.told.partition(" from epoch ")[0]
    return [f"enter tries {remedy.told}", f"enter tries {what}", f"enter: {what}"]

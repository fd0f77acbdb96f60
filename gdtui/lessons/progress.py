"""How far a lesson is, and what is told of it: pure, so that the screen, lines and tests go through it alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from gdtui.encoding import named
from gdtui.lessons.conditions import Seen, hold
from gdtui.lessons.lesson import Lesson, Step

Kind = Literal["text", "ask", "answer", "do", "done", "right", "wrong", "note"]


class Told(NamedTuple):
    """A paragraph, and what it is. In texts, what stands between backquotes is a key."""

    kind: Kind
    text: str


def parted(text: str) -> list[tuple[str, bool]]:
    """A text in parts, each with whether it is a key; keys have names where the screen cannot show what they are."""
    parts = ((part, place % 2 == 1) for place, part in enumerate(text.split("`")) if part)
    return [(named(part) if is_key else part, is_key) for part, is_key in parts]


@dataclass(frozen=True, slots=True)
class Progress:
    """A lesson, and how far it is.

    Attributes:
        number: of the step, from 0.
        answer: the number of the answer that was given, from 1; None where none is.
        was_open: whether what is to be done was seen not to be done yet.
        is_done: whether it is done.
        shows: whether the run showed what is asked, once it is done.
        trouble: why the run of the step cannot begin; empty where nothing is wrong.
    """

    lesson: Lesson
    number: int = 0
    answer: int | None = None
    was_open: bool = False
    is_done: bool = False
    shows: bool = True
    trouble: str = ""

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.number]

    @property
    def is_last(self) -> bool:
        return self.number == len(self.lesson.steps) - 1

    @property
    def is_asking(self) -> bool:
        """Whether a question is open."""
        return self.step.question is not None and self.answer is None and not self.is_done and not self.trouble

    @property
    def has_moved(self) -> bool:
        """Whether something was done or answered in this step, or could not be."""
        return bool(self.trouble) or self.answer is not None or (self.is_done and bool(self.step.until))

    @property
    def goes_on(self) -> bool:
        """Whether it may go on by itself: somebody has done what was to be done, and there is nothing to read."""
        step = self.step
        return self.is_done and self.was_open and not self.is_last and not step.question and not step.then

    def at(self, number: int) -> Progress:
        """Another step, from its begin."""
        return Progress(self.lesson, max(0, min(number, len(self.lesson.steps) - 1)))

    def answered(self, answer: int) -> Progress:
        """The question is answered, if it is open and has that answer."""
        if (
            self.trouble
            or not self.is_asking
            or self.step.question is None
            or not 1 <= answer <= len(self.step.question.answers)
        ):
            return self
        return replace(self, answer=answer)

    def saw(self, seen: Seen) -> Progress:
        """This is to be seen now. What is done stays done."""
        step = self.step
        if self.is_done or (self.is_asking and not step.until):
            return self
        if not hold(step.until, seen):
            return self if self.was_open else replace(self, was_open=True)
        return replace(self, is_done=True, shows=step.question is None or hold(step.question.shows, seen))

    def told(self) -> list[Told]:
        """What is to be read now."""
        step, question = self.step, self.step.question
        if self.trouble:
            then = "leaves the lesson" if self.is_last else "goes on without it"
            wrong = f"The run of this step cannot begin: `H` tries again, `L` {then}."
            return [Told("wrong", wrong), Told("note", self.trouble.replace("`", "'"))]
        if self.is_done and question is not None:
            return self._outcome()
        told = [Told("text", step.text)]
        if question is not None and self.is_asking:
            return [*told, Told("ask", question.ask), *(Told("answer", answer) for answer in question.answers)]
        if question is not None and self.answer is not None:
            told.append(Told("note", f"You say: {question.answers[self.answer - 1]}."))
        if step.do:
            told.append(Told("done" if self.is_done else "do", step.do))
        return [*told, Told("note", step.then)] if self.is_done and step.then else told

    def _outcome(self) -> list[Told]:
        """Who was right, as far as the run has shown it."""
        step, question = self.step, self.step.question
        assert question is not None
        right = question.answers[question.right - 1]
        if not self.shows:
            outcome = Told("wrong", "This run was changed, and does not show it. `H` begins the step anew.")
        elif self.answer == question.right:
            outcome = Told("right", f"You were right: {right}.")
        elif self.answer is None:
            outcome = Told("right", f"The answer: {right}.")
        else:
            outcome = Told("wrong", f"You said: {question.answers[self.answer - 1]}. The run says: {right}.")
        told = [Told("ask", question.ask), outcome]
        if self.shows and question.because:
            told.append(Told("note", question.because))
        return [*told, Told("note", step.then)] if step.then else told

"""A lesson as lines: what each step says, and what its run comes to."""

import textwrap

from gdtui.lessons.lesson import Lesson
from gdtui.lessons.played import play, told_of
from gdtui.lessons.progress import parted
from gdtui.text import tell

WIDTH = 78


def print_lesson(lesson: Lesson) -> None:
    """Print it as it is played. Raises LessonError where it cannot be."""
    tell(f"{lesson.title} ({lesson.minutes} min)")
    for number, played in enumerate(play(lesson), 1):
        step, question = played.progress.step, played.progress.step.question
        tell("")
        _print(f"{number}. {step.text}")
        if question is not None:
            answers = "; ".join(f"{place}: {answer}" for place, answer in enumerate(question.answers, 1))
            _print(f"   {question.ask} {answers}")
        if step.do:
            _print(f"   → {step.do}")
        if step.until:
            tell(f"   [INFO] {told_of(played)}")
        if question is not None and played.progress.shows:
            _print(f"   ✓ {question.right}: {question.answers[question.right - 1]}. {question.because}")
        elif question is not None:
            _print("   ✗ This run does not show the answer.")
        if step.then:
            _print(f"   {step.then}")


def _print(text: str) -> None:
    """A paragraph, whose keys have their names."""
    told = "".join(part for part, _ in parted(text))
    for line in textwrap.wrap(told, WIDTH, subsequent_indent="   "):
        tell(line)

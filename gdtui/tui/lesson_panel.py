"""What a lesson says, in a few rows below the head: nothing there has the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len, chop_cells
from textual.events import Click
from textual.message import Message

from gdtui.lessons.progress import Progress, Told, parted
from gdtui.tui.styled import Pieces, Written

SIGNS = {"ask": "? ", "do": "→ ", "done": "✓ ", "right": "✓ ", "wrong": "✗ "}
"""What stands before a paragraph."""
BETWEEN = 3
"""Columns between two answers."""


class Target(NamedTuple):
    """Cells of a row that a click can be on.

    Attributes:
        action: what it does: that of a key, or the number of an answer.
    """

    row: int
    begin: int
    end: int
    action: str


class Laid(NamedTuple):
    """Rows of text, and what of them can be clicked."""

    rows: list[Pieces]
    targets: list[Target]


def laid_out(told: list[Told], width: int) -> Laid:
    """These paragraphs in so many columns."""
    rows: list[Pieces] = []
    targets: list[Target] = []
    answers = 0
    for kind, text in told:
        if kind == "answer":
            answers += 1
            _add_answer(rows, targets, f"`{answers}` {text}", answers, width)
        else:
            answers = 0
            rows += _wrapped(SIGNS.get(kind, "") + text, f"lesson--{kind}", width)
    return Laid(rows, targets)


def _add_answer(rows: list[Pieces], targets: list[Target], text: str, number: int, width: int) -> None:
    """Beside the answer before, where there is room."""
    first, *others = _wrapped(text, "lesson--answer", width)
    begin = _columns(rows[-1]) + BETWEEN if number > 1 and not others else width
    if begin + _columns(first) <= width:
        rows[-1] = [*rows[-1], (" " * BETWEEN, "lesson--text"), *first]
    else:
        begin = 0
        rows += [first, *others]
    for up, line in enumerate([*reversed(others), first]):
        targets.append(Target(len(rows) - 1 - up, begin, begin + _columns(line), str(number)))


def _wrapped(text: str, style: str, width: int) -> list[Pieces]:
    """A text in rows that end between words; what stands between backquotes is a key."""
    rows: list[Pieces] = [[]]
    for word in _words(text, width):
        pieces = [(part, "lesson--key" if is_key else style) for part, is_key in parted(word)]
        if rows[-1] and _columns(rows[-1]) + 1 + _columns(pieces) > width:
            rows.append([])
        rows[-1] += [(" ", style)] * bool(rows[-1]) + pieces
    return rows


def _words(text: str, width: int) -> Iterator[str]:
    """What stands between blanks, in parts where a row has no room for it: not all languages have blanks."""
    for word in text.split(" "):
        yield from chop_cells(word, width) if cell_len(word) > width > 1 and "`" not in word else [word]


def _columns(pieces: Pieces) -> int:
    return sum(cell_len(text) for text, _ in pieces)


class LessonPanel(Written):
    """The step of a lesson, its texts and its question; a click on an answer, or on a key, does what the key does."""

    COMPONENT_CLASSES = {
        *("lesson--title", "lesson--rule", "lesson--key", "lesson--text", "lesson--note", "lesson--do", "lesson--word"),
        *("lesson--done", "lesson--right", "lesson--wrong", "lesson--ask", "lesson--answer"),
    }
    REST = "lesson--text"

    class Clicked(Message):
        """A click on what does something."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, progress: Progress, *, id: str) -> None:
        super().__init__(id=id)
        self._progress, self._top = progress, 0
        self._targets: list[Target] = []

    def show(self, progress: Progress) -> None:
        """Show this from now on."""
        if progress.told() != self._progress.told():
            rows = laid_out(progress.told(), self.size.width - 2).rows
            signs = (place for place, row in enumerate(rows) if row and row[0][1] == "lesson--done")
            self._top = next(signs, 0)  # where there is little room, that it is done is to be seen
        self._progress = progress
        self.paint()

    @property
    def is_cut(self) -> bool:
        """Whether there is more to read than there is room for."""
        return self._hidden(self.size.height) > 0

    def scroll_lines(self, lines: int) -> None:
        """Show what is so much further down."""
        self._top = max(0, min(self._top + lines, self._hidden(self.size.height)))
        self.paint()

    def _hidden(self, height: int) -> int:
        """The rows that there is no room for in so many, of which one is the title's."""
        return len(laid_out(self._progress.told(), self.size.width - 2).rows) - (height - 1)

    def lines(self, width: int, height: int) -> list[Pieces]:
        rows, targets = laid_out(self._progress.told(), width - 2)
        top = max(0, min(self._top, len(rows) - (height - 1)))
        head, keys = title_row(self._progress, width, len(rows) - top > height - 1)
        moved = (Target(row - top + 1, begin + 1, end + 1, action) for row, begin, end, action in targets)
        self._targets = [*keys, *(target for target in moved if target.row > 0)]
        return [head, *([(" ", self.REST), *row] for row in rows[top : top + height - 1])]

    def on_click(self, event: Click) -> None:
        for row, begin, end, action in self._targets:
            if event.y == row and begin <= event.x < end:
                self.post_message(self.Clicked(action))


def title_row(progress: Progress, width: int, has_more: bool) -> tuple[Pieces, list[Target]]:
    """The lesson's name, the step, and its keys; what there is no room for is left out."""
    lesson = progress.lesson
    sign = "✓" if progress.has_moved and progress.is_done else "?" if progress.is_asking else " "
    step = f"{progress.number + 1}/{len(lesson.steps)} {sign}"
    keys = [("L", "Leave" if progress.is_last else "Next", "next_step"), ("H", "Back", "step_before")]
    if has_more:
        keys.insert(0, ("j", "More", "scroll(1)"))
    right = sum(len(key) + len(word) + 3 for key, word, _ in keys)
    while keys and len(step) + right + 8 > width:
        key, word, _ = keys.pop()
        right -= len(key) + len(word) + 3
    room = width - right - len(step) - 8
    title = lesson.title if cell_len(lesson.title) <= room else ""
    row: Pieces = [("── ", "lesson--rule"), (f"{title}  {step}".strip(), "lesson--title"), (" ", "lesson--rule")]
    row.append(("─" * (width - _columns(row) - right - 1), "lesson--rule"))
    targets = []
    for key, word, action in keys:
        row.append((" ", "lesson--rule"))
        begin = _columns(row)
        is_next = progress.is_done and action == "next_step"
        row += [
            (key, "lesson--key"),
            (f" {word}", "lesson--done" if is_next else "lesson--word"),
            (" ", "lesson--rule"),
        ]
        targets.append(Target(0, begin, begin + len(key) + 1 + len(word), action))
    row.append(("─" * (width - _columns(row)), "lesson--rule"))
    return row, targets

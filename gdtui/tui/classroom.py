"""The screen of a run on which a lesson is played."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from textual.widget import AwaitMount, Widget

from gdtui.lessons.lesson import Lesson
from gdtui.lessons.progress import Progress
from gdtui.session.commands import Command, Do
from gdtui.settings import Settings
from gdtui.tui.arrangement import CHARTS, Arrangement, Wish, arrange
from gdtui.tui.bindings import BINDINGS, LESSON, NUMBERS, Key, textual_bindings
from gdtui.tui.chart_view import ChartView
from gdtui.tui.lesson_panel import LessonPanel, laid_out
from gdtui.tui.workspace import Workspace

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.session.snapshot import Snapshot
    from gdtui.tui.workspace import Drawn

READ_AFTER = 2.0
"""Seconds for which it is to be seen that a step is done, before the next comes by itself."""
HASTY = 0.7
"""Seconds after that in which the key that goes on was meant for the step before, if it is the first."""


class Classroom(Workspace):
    """A run, and a lesson that goes along with it: it begins runs, shows views, and sees what is done. All keys do what
    they ever do, but for the digits of an answer while a question is open.

    Args:
        lesson: which is played from its begin.
        speed: of all its runs, in epochs a second; None for those that it gives them.
    """

    keys: Sequence[Key] = (*BINDINGS, *LESSON)
    BINDINGS = textual_bindings(LESSON)

    def __init__(self, lesson: Lesson, speed: float | None = None) -> None:
        self._lesson, self._speed = lesson, speed
        settings = lesson.situation.settings
        super().__init__(settings.data.source, settings.epochs, settings.alpha)
        self.progress: Progress | None = Progress(lesson)
        """None where the lesson has been left."""
        self._awaited: Settings | None = None
        """The settings of the run that is to be shown, those and no others like them: it was asked for just now."""
        self._is_read = False
        """Whether its data is being read."""
        self._begun = 0
        self._came = -HASTY
        """When the step came by itself."""
        self._turns = 0
        self._is_due = False
        self.wish, self.is_chosen = self._wished(self.progress), bool(self.progress.step.page)
        for slot, name in zip(CHARTS, self.wish.views, strict=True):
            self._titles[slot] = f"{NUMBERS[name]} {name.capitalize()}", "", False, ""

    def more_panes(self) -> Sequence[Widget]:
        self.lesson_view = LessonPanel(Progress(self._lesson), id="lesson")
        return [self.lesson_view]

    def arranged(self, width: int, height: int) -> Arrangement:
        rows = rows_of(self._lesson, width) if self.progress is not None else 0
        return arrange(width, height, self.wish._replace(lesson=rows))

    def show(self, snapshot: Snapshot, drawn: Drawn) -> None:
        super().show(snapshot, drawn)
        if self.progress is None or not self._has_begun(snapshot):
            return
        if self._is_due:
            self._is_due = False
            if snapshot.phase.value == "paused":
                self.gdtui.ask(Do.PAUSE)
        self._see(snapshot, self.progress)

    def hear(self, text: str, is_error: bool) -> None:
        if is_error and self._awaited is not None and self.progress is not None:
            self._tell(replace(self.progress, trouble=text))
            if "lesson" in self.arrangement.areas:  # which says it
                return
        super().hear(text, is_error)

    def _has_begun(self, snapshot: Snapshot) -> bool:
        """Whether the run that is shown is the one that the step is about."""
        if self._awaited is not None and snapshot.run.settings is not self._awaited:
            was_read, self._is_read = self._is_read, bool(snapshot.reading)
            if was_read and not self._is_read and self.progress is not None and not self.progress.trouble:
                self._tell(replace(self.progress, trouble="its data was not read to the end"))
            return False
        self._awaited, self._begun = None, min(self._begun, snapshot.done)
        return True

    def _see(self, snapshot: Snapshot, before: Progress) -> None:
        from gdtui.lessons.conditions import Seen

        areas = self.arrangement.areas
        views = tuple(name for slot, name in zip(CHARTS, self.wish.views, strict=True) if slot in areas)
        pages = tuple(name for name in self.pages if name in areas)
        now = before.saw(Seen(snapshot, self._begun, views, pages, self._turns))
        self._tell(now)
        if now.goes_on and not before.is_done:
            self.set_timer(READ_AFTER, partial(self._go_on_from, now))

    def _tell(self, progress: Progress) -> None:
        if progress != self.progress:
            self.progress = progress
            self.lesson_view.show(progress)

    def _go_on_from(self, done: Progress) -> None:
        if self.progress is done and self.dialog is None:
            self._begin(done.number + 1)
            self._came = time.monotonic()

    def _begin(self, number: int) -> None:
        """Begin that step."""
        from gdtui.lessons.played import begun

        if self.progress is None or self.snapshot is None:
            return
        self._tell(self.progress.at(number))
        self._begun, self._turns, self._is_due = self.snapshot.done, 0, False
        if self.progress.step.situation is not None:
            command = begun(self.progress.step, self._speed)
            self._awaited, self._begun, self._is_read = command.settings, 0, False
            self.gdtui.ask(command)
        self.is_chosen = self.is_chosen or bool(self.progress.step.page)
        self.show_wish(**self._wished(self.progress)._asdict())
        self.gdtui.redraw()

    def _wished(self, progress: Progress) -> Wish:
        """What is to be seen of what the step is about."""
        step, wish = progress.step, self.wish
        wish = wish._replace(covers=bool(step.page), page=step.page or wish.page, is_zoomed=False)
        match step.views:
            case (first, second):
                return wish._replace(views=(first, second), front=0)
            case (name,) if name in wish.views:
                return wish._replace(front=wish.views.index(name))
            case (name,):
                return wish._replace(views=(name, wish.views[1]) if wish.front == 0 else (wish.views[0], name))
        return wish

    def answer(self, number: int) -> None:
        """Answer the question that is open; the run that waits for that goes."""
        if self.progress is None:
            return
        step, before = self.progress.step, self.progress
        self._tell(before.answered(number))
        self._is_due = self.progress is not before and step.situation is not None and not step.waits
        self.gdtui.redraw()

    def ask(self, command: Command) -> AwaitMount | None:
        self._came = -HASTY  # who has done something in this step has seen it
        return super().ask(command)

    # Keys

    def action_next_step(self) -> None:
        if time.monotonic() - self._came < HASTY:
            return
        if self.progress is not None and self.progress.is_last:
            self.action_leave_lesson()
        elif self.progress is not None:
            left = self.progress
            self._begin(left.number + 1)
            # A run that has waited for an answer is what the next step is about, where that begins none.
            is_waiting = left.is_asking and left.step.situation is not None and not left.step.waits
            self._is_due = is_waiting and self.progress.step.situation is None

    def action_step_before(self) -> None:
        if self.progress is not None:
            self._begin(self.progress.number - (not self.progress.has_moved))

    def action_leave_lesson(self) -> None:
        if self.progress is not None:
            self.progress, self.keys = None, [key for key in self.keys if key not in LESSON]
            self.rearrange()
            self.call_after_refresh(self.on_resized)
            self.app.notify("the lesson is over, and the run goes on; gdtui learn lists the others")

    def action_show_view(self, number: str) -> None:
        question = self.progress.step.question if self.progress is not None and self.progress.is_asking else None
        if question is not None and int(number) <= len(question.answers):
            self.answer(int(number))
        else:
            super().action_show_view(number)

    def action_scroll(self, lines: int) -> None:
        if self.progress is not None and self.lesson_view.is_cut:
            self.lesson_view.scroll_lines(lines)
        else:
            super().action_scroll(lines)

    def action_turn(self, across: int, up: int) -> None:
        self._turns += 1
        super().action_turn(across, up)
        self.gdtui.redraw()

    def on_chart_view_touched(self, event: ChartView.Touched) -> None:
        self._turns += event.kind == "drag"
        super().on_chart_view_touched(event)

    async def on_lesson_panel_clicked(self, event: LessonPanel.Clicked) -> None:
        if event.action.isdigit():
            self.answer(int(event.action))
        else:
            await self.run_action(event.action)


@lru_cache
def rows_of(lesson: Lesson, width: int) -> int:
    """The rows that its longest step takes in so many columns, with that of its name."""
    return 1 + max(len(laid_out(one.told(), width - 2).rows) for one in states_of(lesson))


def states_of(lesson: Lesson) -> list[Progress]:
    """All that can be told of it."""
    begun = [Progress(lesson, number) for number in range(len(lesson.steps))]
    answers = range(1, 5)
    answered = [one.answered(answer) for one in begun for answer in answers]
    return [*begun, *answered, *(replace(one, is_done=True) for one in (*begun, *answered))]

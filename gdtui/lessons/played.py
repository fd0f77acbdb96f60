"""Plays a lesson without a screen: what is to be done is asked for as its keys would ask for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gdtui.lessons.conditions import Seen, hold
from gdtui.lessons.lesson import Lesson, LessonError, Step
from gdtui.lessons.progress import Progress
from gdtui.numbers import watchable_speed
from gdtui.session import commands as ask
from gdtui.session import opening
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import Display

FRAME = 0.05
"""Seconds between two frames, of a clock that waits for nobody."""
MOST_FRAMES = 100_000
"""In which a step is done, or never."""


@dataclass(frozen=True, slots=True)
class Played:
    """A step that was played to its end.

    Attributes:
        shown: what stood on the screen then.
    """

    progress: Progress
    shown: Snapshot


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def play(lesson: Lesson) -> Iterator[Played]:
    """Play a lesson step by step. Raises LessonError where what is to be done cannot be."""
    clock = _Clock()
    session = opened(lesson, Display(), clock)
    session.turn()
    views: tuple[str, ...] = ("loss", "data")
    for number, step in enumerate(lesson.steps):
        if number and step.situation is not None:
            _begin(session, step, f"{lesson.name}: step {number + 1}")
        views = step.views or views
        progress = Progress(lesson, number)
        if progress.is_asking and step.question is not None:
            progress = progress.answered(step.question.right)
        yield _done(session, clock, progress, Seen(session.snapshot(), session.run.done, views, (step.page,)))
    session.close()


def opened(lesson: Lesson, display: Display, clock: Callable[[], float] = time.perf_counter) -> Session:
    """The session that a lesson begins with; raises as `opening.begin` does."""
    first, rivals = lesson.steps[0], lesson.situation.rivals
    speed = display.speed or lesson.situation.speed
    session = opening.begin(lesson.situation.settings, replace(display, speed=speed), clock=clock, rivals=rivals)
    if begun(first).waits:
        session.do(ask.Do.PAUSE)
    return session


def begun(step: Step, speed: float | None = None) -> ask.Train:
    """What begins the run of a step, at that speed, or at its own."""
    assert step.situation is not None
    settings = replace(step.situation.settings)  # those of no other run
    waits = step.waits or step.question is not None
    speed = speed or step.situation.speed or watchable_speed(settings.epochs)
    return ask.Train(settings, step.situation.rivals, speed, waits)


def _begin(session: Session, step: Step, where: str) -> None:
    """Begin the run of a step. Raises LessonError where it cannot be had."""
    session.do(begun(step))
    happened = session.turn()
    while session.reading is not None:
        session.reading.run.exception()  # which waits for it
        happened = session.turn()
    for said in happened:
        if isinstance(said, Said) and said.is_error:
            raise LessonError(f"{where}: {said.text}")


def _done(session: Session, clock: _Clock, progress: Progress, seen: Seen) -> Played:
    """Play a step until it is done."""
    for _ in range(MOST_FRAMES):
        now = replace(seen, snapshot=session.snapshot())
        progress = progress.saw(now)
        if progress.is_done:
            return Played(progress, now.snapshot)
        name, value = next(pair for pair in progress.step.until if not hold((pair,), now))
        command, seen = _act(name, value, now)
        if command is not None:
            session.do(command)
        elif seen is now and not now.snapshot.phase.moves:
            break  # nothing that could be asked for brings it about
        clock.now += FRAME
        session.turn()
    told = ", ".join(f"{name} = {_toml(value)}" for name, value in progress.step.until)
    where = f"{progress.lesson.name}: step {progress.number + 1}"
    raise LessonError(f"{where}: {told} never comes about; after {session.run.done} epochs it is {session.phase.value}")


def _act(name: str, value: object, seen: Seen) -> tuple[ask.Command | None, Seen]:
    """What somebody would ask for to make a condition hold; and what is to be seen, where that changes."""
    shown = seen.snapshot
    match name:
        case "view":
            return None, replace(seen, views=(str(value), *seen.views[:1]))
        case "page":
            return None, replace(seen, pages=(str(value),))
        case "turns":
            return None, replace(seen, turns=seen.turns + 1)
        case "alpha_above" | "alpha_below":
            return ask.StepAlpha(up=name == "alpha_above"), seen
        case "epochs" if shown.phase.is_over:
            return ask.ScaleEpochs(up=True), seen
        case "steps":
            return ask.Do.STEP, seen
        case "past" if value:
            return ask.GoTo(max(1, shown.done // 2)), seen
        case "epoch_at_most":
            return ask.GoTo(int(str(value))), seen
        case "forked" if not shown.phase.is_past:
            return ask.GoTo(max(1, shown.done // 2)), seen
        case "forked":
            return ask.Do.FORK, seen
        case "paused" if value:
            return ask.Do.PAUSE, seen
    if shown.phase.is_past:
        return ask.GoTo(None), seen
    return ask.Do.PAUSE if shown.phase is Phase.PAUSED else None, seen


def _toml(value: object) -> object:
    """A value as its file has it."""
    return str(value).lower() if isinstance(value, bool) else value


def told_of(played: Played) -> str:
    """What stood on the screen when a step was done, in a line."""
    shown = played.shown.shown
    loss = "not finite" if not math.isfinite(shown.loss) else f"{shown.loss:.7g}"
    accuracy = "" if shown.accuracy is None else f", accuracy {shown.accuracy:.2%}"
    return f"epoch {shown.epoch:,}: loss {loss}{accuracy}, alpha {played.shown.alpha:g}"

"""A step taken apart, beat by beat: the article's lines of code with the numbers of today."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from gdtui.analysis.anatomy import SHOWN, Step, steps_of
from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.roles import Role
from gdtui.data.dataset import Dataset
from gdtui.learning.descent import State
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.objective import Objective
from gdtui.learning.optimizer import OPTIMIZERS
from gdtui.runs.run import Run
from gdtui.session.commands import Command, Do, GoTo
from gdtui.session.snapshot import Phase, Snapshot
from gdtui.settings import Recipe
from gdtui.views.beats import Beat, Telling, beats
from gdtui.views.curves import front_told
from gdtui.views.labels import words
from gdtui.views.later import Later
from gdtui.views.rows import class_told
from gdtui.views.track import RESTS
from gdtui.views.view import Titles, View
from gdtui.views.walks import AGAIN

COLUMN, NAME = 11, 20
"""Cells of a number, and of what is before the first."""
SHIFT = 3
"""Weights by which the columns move on."""
AT_ONCE = 2**18
"""Multiplications of a step that is taken apart while a frame is made: a few milliseconds."""
LAST = 99
"""A beat after all others."""


class Begins(NamedTuple):
    """Where a step begins, and how it is taken."""

    kernel: Kernel
    state: State
    recipe: Recipe


class Found(NamedTuple):
    """A step, and the data that it was taken with."""

    step: Step
    data: Dataset
    objective: Objective


class AnatomyView(View):
    """In the present the step that comes next, in the past that of the epoch shown; of batches the first of the
    epoch."""

    looks = (*View.looks, "_beat", "_page")

    def __init__(self) -> None:
        super().__init__()
        self._beat = self._page = self._beats = 0
        self._later: Later[Found] = Later(lambda: self.wake())
        self._key: object = None
        self._found: Found | None = None
        self._own: tuple[Dataset, Kernel] | None = None
        """The kernel of the other thread."""
        self._trouble = ""

    @property
    def is_busy(self) -> bool:
        return self._later.is_busy

    # What is shown

    def titles(self, snapshot: Snapshot) -> Titles:
        self._find(snapshot)
        found = self._found
        if self._trouble or found is None:
            return Titles(f"Step{front_told(snapshot)}")
        step, data = found.step, found.data
        unit, first = self._place(data)
        is_next = snapshot.past is None and not snapshot.phase.moves
        told = [f"{'Next step' if is_next else 'Step'}, epoch {step.epoch:,}"]
        if step.count > 1:
            told[0] += f", batch 1 of {step.count:,}"
        if data.units > 1:
            told.append(class_told(data.class_names[unit]))
        has_ended = snapshot.past is None and snapshot.stop is not None and snapshot.stop.diverged
        if has_ended or not np.isfinite(step.weights).all():
            told.append("diverged")
        size = data.X.shape[1]
        beat = "" if snapshot.phase.moves else f"[ ] beat {min(self._beat, self._beats - 1) + 1} of {self._beats}"
        page = f"{{ }} from weight {first + 1} of {size}" if size > SHIFT or data.units > 1 else ""
        return Titles("  ·  ".join(told) + front_told(snapshot), "  ·  ".join(filter(None, (beat, page))))

    def draw(self, snapshot: Snapshot, width: int, height: int) -> Chart:
        self._find(snapshot)
        if self._trouble or self._found is None:
            return words(self._trouble or "the step is taken apart", width, height)
        every = self._told(self._found, width - 1)  # beside it another chart may begin
        chart = Chart.blank(width, height)
        shown = every if snapshot.phase.moves else every[: self._beat + 1]
        room = sum(1 + len(beat.rows) for beat in every)
        gap = int(room + len(every) - 1 <= height)
        row, heads = 0, tuple[str, ...]()
        for beat in _fitting(shown, height):
            row = _write(chart, row, beat, not snapshot.phase.moves and beat is shown[-1], beat.heads != heads) + gap
            heads = beat.heads
        return chart

    def _told(self, found: Found, width: int) -> list[Beat]:
        """The beats, in so many columns."""
        unit, first = self._place(found.data)
        _, columns = _columns(width)
        last = min(first + columns, found.data.X.shape[1])
        return beats(Telling(*found, unit, range(first, last), min(columns, SHOWN)))

    def _place(self, data: Dataset) -> tuple[int, int]:
        """The class, and the first of its weights, that are shown."""
        pages = _pages(data)
        self._page %= data.units * pages
        unit, page = divmod(self._page, pages)
        return unit, page * SHIFT

    # The step

    def _find(self, snapshot: Snapshot) -> None:
        """Have what is to be shown: at once, or, where there are very many rows, later."""
        run, data = snapshot.run, snapshot.data
        self._trouble = snapshot.missing or ("" if len(data) else "there are no rows yet")
        if self._trouble:
            return
        weights, is_held = snapshot.shown.weights.tobytes(), snapshot.phase is Phase.HELD
        key = run, data, snapshot.past, snapshot.done, is_held, snapshot.stop, snapshot.recipe, weights
        is_large, moves = _is_large(data), snapshot.phase.moves
        if key != self._key and not (is_large and moves and self._later.is_busy):  # else no step would ever be ready
            begins = _begins(snapshot)
            if begins is None:
                self._trouble = "what the optimiser remembered then would take too long to compute again"
                return
            kernel, state, recipe = begins
            if not is_large:
                self._found = Found(next(steps_of(kernel, state, recipe)), data, run.objective)
            else:
                task = partial(self._slowly, data, run.objective, state, recipe)
                self._later.ask(key, lambda: iter([task()]), RESTS if moves else 0.0)
            self._key = key
        if is_large:
            self._found = self._later.found
        if self._found is not None:
            self._beats = len(self._told(self._found, NAME + COLUMN))

    def _slowly(self, data: Dataset, objective: Objective, state: State, recipe: Recipe) -> Found:
        if self._own is None or self._own[0] is not data or self._own[1].objective is not objective:
            self._own = data, kernel_for(data, objective)
        return Found(next(steps_of(self._own[1], state, recipe)), data, objective)

    # Going on

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool | Command:
        if up and self._found is not None:
            data = self._found.data
            pages = data.units * _pages(data)
            self._page = (self._page - up) % pages
            return pages > 1
        if not across or not self._beats:
            return False
        to = (LAST if snapshot.phase.moves else min(self._beat, self._beats - 1)) + across
        if 0 <= to < self._beats:
            self._beat = to
            return True
        return self._next_step(snapshot) if across > 0 else self._step_before(snapshot)

    def _next_step(self, snapshot: Snapshot) -> bool | Command:
        if snapshot.past is not None and snapshot.phase is not Phase.HELD:
            self._beat = 0
            return GoTo(snapshot.past + 1)
        if snapshot.watched is None and (not snapshot.is_over or snapshot.phase is Phase.HELD):
            self._beat = 0
            return Do.STEP
        return True

    def _step_before(self, snapshot: Snapshot) -> bool | Command:
        epoch = snapshot.done if snapshot.past is None else snapshot.past - 1
        if epoch < 1 or snapshot.phase.moves or snapshot.phase is Phase.HELD:
            return True
        self._beat = LAST
        return GoTo(epoch)


def _is_large(data: Dataset) -> bool:
    """Whether a step takes too long for a frame."""
    return data.units * data.X.size > AT_ONCE


def _pages(data: Dataset) -> int:
    """To go through the weights of a class."""
    return -(-int(data.X.shape[1]) // SHIFT)


def _begins(snapshot: Snapshot) -> Begins | None:
    """Where the step begins that is shown; None where to find that out takes too long."""
    run, past, weights = snapshot.run, snapshot.past, snapshot.shown.weights
    history = run.history
    if snapshot.phase is Phase.HELD:
        done = run.done if past is None else past - 1
        kernel = run.kernel if past is None else run.owner(past).kernel
        return Begins(kernel, State(weights, done), snapshot.recipe)
    if past is None:
        if isinstance(run, Run):
            return Begins(run.kernel, run.descent.state, run.recipe)
        state = history.next_state or State(run.start)
        return Begins(run.kernel, state, run.recipe)
    recipe = history.recipe_at(past)
    if not OPTIMIZERS[recipe.optimizer].slots:
        return Begins(history.kernel_at(past), State(weights, past - 1), recipe)
    if history.stride * snapshot.data.units * snapshot.data.X.size > AGAIN:
        return None
    return Begins(history.kernel_at(past), history.state_at(past), recipe)


# Drawing


def _columns(width: int) -> tuple[int, int]:
    """Cells for names, and columns of numbers beside them."""
    columns = max(1, (width - (NAME if width >= NAME + 2 * COLUMN else NAME // 2)) // COLUMN)
    return min(NAME, max(0, width - columns * COLUMN)), columns


def _fitting(shown: list[Beat], height: int) -> list[Beat]:
    """The last of these beats, as many as there is room for; of one that has none the last rows."""
    left = height
    for at in range(len(shown) - 1, -1, -1):
        left -= 1 + len(shown[at].rows)
        if left < 0:
            return shown[at + 1 :] or [shown[at]._replace(rows=shown[at].rows[-max(1, height - 1) :])]
    return shown


def _write(chart: Chart, row: int, beat: Beat, is_present: bool, has_heads: bool) -> int:
    """Write a beat from that row on, with the heads of its columns or without. Returns the row after it."""
    name, _ = _columns(chart.width - 1)
    chart.write(row, 0, beat.code, Role.NOTE if is_present else Role.LABEL)
    role = Role.TEXT if is_present else Role.LABEL
    begin = len(cells_of(beat.code)) + 1
    for at, head in enumerate(beat.heads if has_heads else ()):
        text = shortened(head, COLUMN - 1)
        column = name + (at + 1) * COLUMN - len(cells_of(text)) if text != "…" else name + at * COLUMN + 1
        if column >= begin:
            chart.write(row, column, text, Role.LABEL)
    for below, (label, values) in enumerate(beat.rows, row + 1):
        chart.write(below, 1, label if not values else shortened(label, name - 1), role)
        for at, value in enumerate(values):
            chart.write(below, name + (at + 1) * COLUMN - len(value), value, role)
    return row + 1 + len(beat.rows)

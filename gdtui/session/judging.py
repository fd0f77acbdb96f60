"""The verdict on what is shown, and the limits of alpha there: now and then while it moves, so that they cost next to
nothing, and exactly where it stands still."""

from __future__ import annotations

import math
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np

from gdtui.data.dataset import Dataset, some_rows
from gdtui.learning.stability import Limits, limits, unknown
from gdtui.runs.lost import LostData
from gdtui.session import trying
from gdtui.session.line import Line
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.why.judge import judge
from gdtui.why.verdict import Verdict

if TYPE_CHECKING:
    from gdtui.session.session import Session

EVERY = 0.25
"""Seconds between two verdicts while something moves, at the least."""
HELD = 1.0
"""Seconds for which a verdict stays while something moves, unless there is one of another kind: figures that change
with every frame cannot be read."""
REST = 100
"""How many times as long as it took each of them is left alone while something moves."""
MOST_ROWS = 2**16
"""Rows of which limits are computed at the most: others would tell hardly more."""
AT_ONCE = 2**18
"""Multiplications that limits may take in the thread that trains."""


class Judging:
    """Verdict, limits and line of what a session shows; see `look`."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        """None where there is nothing to judge."""
        self.limits: Limits | None = None
        """None until they are known for the first time."""
        self.line = Line()
        self._coming: Future[Limits] | None = None
        self._limits_of: object = None
        self._limits_due = self._due = self._said = -math.inf
        """When each may be computed again, and when the line was last another."""
        self._began = 0.0
        self._seen: object = None
        """What the line is of."""
        self._stage: object = None
        """What it is about; where that changes, it is told at once."""

    @property
    def is_busy(self) -> bool:
        """Whether limits are being computed."""
        return self._coming is not None

    def look(self, session: Session) -> None:
        """Have them of what is shown now, or, while something moves, of a moment ago. Called where the session does its
        turns."""
        is_moving, now = session.phase.moves, session.clock()
        self._weigh(session, is_moving, now)
        moment, run = session.moment(), session.run
        seen = (
            *(run, run.stop, moment, session.past, self.limits, session.hand is None, bool(session.reading)),
            *(len(session.runs), run.tried, run.proved, session.trials.is_fresh(session), session.recipe),
        )
        if seen == self._seen or (is_moving and now < self._due and run is self._stage_run):
            return
        has_verdict = session.hand is None and len(moment.weights) > 0 and run.done > 0
        verdict = judge(run, moment, self.limits) if has_verdict else None
        self._due = now + max(EVERY, REST * (session.clock() - now))
        stage = run, None if verdict is None else verdict.kind, run.tried, run.proved, session.trials.is_fresh(session)
        if is_moving and stage == self._stage and now - self._said < HELD:
            return
        self.verdict, self._stage, self._said, self._seen = verdict, stage, now, seen
        self.line = trying.line(session, verdict)

    @property
    def _stage_run(self) -> object:
        return self._stage[0] if isinstance(self._stage, tuple) else None

    def settle(self, session: Session) -> None:
        """Have them of what is shown now, however long that takes."""
        self.look(session)
        while self._coming is not None:
            wait([self._coming])
            self.look(session)

    def _weigh(self, session: Session, is_moving: bool, now: float) -> None:
        """Have the limits, which come from another thread where they take long."""
        if self._coming is not None and self._coming.done():
            self.limits, self._coming = self._coming.result(), None
            self._limits_due = now + REST * (now - self._began)
        run, past, moment = session.run, session.past, session.moment()
        data = (run if past is None else run.owner(past)).data
        recipe = run.recipe if past is None else run.history.recipe_at(past)
        task = data, run.settings.loss, recipe
        if isinstance(self._limits_of, tuple) and self._limits_of[:3] != task:
            self.limits, self._limits_of = None, None
        of = *task, moment
        is_due = not is_moving or now >= self._limits_due or self._limits_of is None
        if of == self._limits_of or self._coming is not None or not is_due:
            return
        self._limits_of, self._began = of, now
        loss, weights = run.settings.loss, moment.weights.copy()
        size = len(weights)
        if min(len(data), MOST_ROWS) * size * min(size, 64) <= AT_ONCE or unknown(loss, recipe, len(data)):
            self.limits = limits_at(data, loss, recipe, weights)
            self._limits_due = now + REST * (session.clock() - now)
        else:
            self._coming = Future()
            Thread(target=_found, args=(self._coming, data, loss, recipe, weights), daemon=True, name="limits").start()


def limits_at(data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> Limits:
    """See `gdtui.learning.stability.limits`; of many rows some stand for all."""
    if isinstance(data, LostData):
        return Limits(why_not=f"the data is not at hand: {data.why}")
    if not len(data.X) or len(weights) != data.X.shape[1] * data.units:
        return Limits(why_not="there are no rows to tell them from")
    if why_not := unknown(loss, recipe, len(data)):
        return Limits(why_not=why_not)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return limits(some_rows(data, MOST_ROWS), loss, recipe, weights)
    except (ArithmeticError, RuntimeError, ValueError):  # where numbers are beyond all bounds
        return Limits(why_not="the curvature could not be computed")


def _found(coming: Future[Limits], data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> None:
    try:
        coming.set_result(limits_at(data, loss, recipe, weights))
    except BaseException as error:
        coming.set_exception(error)

"""The verdict on what is shown, and the limits of alpha there: now and then while it moves, so that they cost next to
nothing, and exactly where it stands still."""

from __future__ import annotations

import math
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from gdtui.analysis.stability import Limits, limits, unknown
from gdtui.data.dataset import Dataset, some_rows
from gdtui.learning.moment import Moment
from gdtui.runs.lost import LostData
from gdtui.runs.run import Shown
from gdtui.session import trying
from gdtui.session.line import Line
from gdtui.session.snapshot import Phase
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.why.judge import judge
from gdtui.why.verdict import Kind, Verdict

if TYPE_CHECKING:
    from gdtui.session.session import Session

EVERY = 0.5
"""Seconds between two verdicts, and two looks for limits, while something moves, at the least."""
HELD = 1.0
"""Seconds for which a verdict stays while something moves, unless there is one of another kind: figures that change
with every frame cannot be read, nor can words where a loss is between falling, levelling out and crawling."""
CALM = Kind.FALLING, Kind.LEVELLING, Kind.CRAWLING
"""Kinds that are as one in this."""
REST = 250
"""How many times as long as it took each of them is left alone while something moves."""
MOST_ROWS = 2**16
"""Rows of which the limit at some weights is computed at the most: others would tell hardly more."""
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
        self._task: object = None
        """What the limits are of, but for the moment, which is the next."""
        self._weighed: Moment | None = None
        self._run: Shown | None = None
        self._seen: object = None
        """The run that the line is of, and what of it."""
        self._stage: object = None
        """What the line is about; where that changes, it is told at once."""
        self._limits_due = self._due = self._said = -math.inf
        """When each may be computed again, and when the line was last another."""
        self._began = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether limits are being computed."""
        return self._coming is not None

    def look(self, session: Session) -> None:
        """Have them of what is shown now, or, while something moves, of a moment ago. Called where the session does its
        turns."""
        is_moving = session.phase.moves or session.phase is Phase.FOLLOWING
        self._weigh(session, is_moving, session.clock())
        now = session.clock()
        moment, run, is_fresh = session.moment(), session.run, session.trials.is_fresh(session)
        seen = (
            *(run, run.stop, moment, session.past, self.limits, session.hand is None),
            *(len(session.runs), run.tried, run.proved, is_fresh, session.recipe),
        )
        if seen == self._seen or (is_moving and now < self._due and run is self._run):
            return
        has_verdict = session.hand is None and len(moment.weights) > 0 and run.done > 0
        verdict = judge(run, moment, self.limits) if has_verdict else None
        self._due = now + max(EVERY, REST * (session.clock() - now))
        kind = None if verdict is None else verdict.kind
        stage = run, Kind.FALLING if kind in CALM else kind, run.tried, run.proved, is_fresh
        if is_moving and stage == self._stage and now - self._said < HELD:
            return
        self.verdict, self._stage, self._said, self._seen, self._run = verdict, stage, now, seen, run
        self.line = trying.line(session, verdict)

    def _weigh(self, session: Session, is_moving: bool, now: float) -> None:
        """Have the limits, which come from another thread where they take long."""
        run, past, moment = session.run, session.past, session.moment()
        data = (run if past is None else run.owner(past)).data
        recipe = run.recipe if past is None else run.history.recipe_at(past)
        task = data, run.settings.loss, recipe
        if task != self._task:
            self.limits = self._coming = self._weighed = None  # what comes is of another, and nobody waits for it
            self._task, self._limits_due = task, -math.inf
        if self._coming is not None and self._coming.done():
            self.limits, self._coming = self._coming.result(), None
            self._limits_due = now + max(EVERY, REST * (now - self._began))
        if self._coming is not None or moment == self._weighed or (is_moving and now < self._limits_due):
            return
        self._weighed, self._began = moment, now
        weights = moment.weights.copy()
        size = len(weights)
        if min(len(data), MOST_ROWS) * size * min(size, 64) <= AT_ONCE or unknown(task[1], recipe, len(data)):
            self.limits = limits_at(*task, weights)
            self._limits_due = now + max(EVERY, REST * (session.clock() - now))
        else:
            self._coming = Future()
            Thread(target=_found, args=(self._coming, *task, weights), daemon=True, name="limits").start()


def limits_at(data: Dataset, loss: str, recipe: Recipe, weights: Floats, most: int = MOST_ROWS) -> Limits:
    """See `gdtui.analysis.stability.limits`; of many rows some stand for all where only these weights matter: what is
    stable for sure is so on every row."""
    if isinstance(data, LostData):
        return Limits(why_not=f"the data is not at hand: {data.why}")
    if not len(data.X) or len(weights) != data.X.shape[1] * data.units:
        return Limits(why_not="there are no rows to tell them from")
    if why_not := unknown(loss, recipe, len(data)):
        return Limits(why_not=why_not)
    try:
        return limits(data, loss, recipe, weights, some_rows(data, most))
    except MemoryError:
        return Limits(why_not="the curvature does not fit into memory")


def _found(coming: Future[Limits], data: Dataset, loss: str, recipe: Recipe, weights: Floats) -> None:
    try:
        coming.set_result(limits_at(data, loss, recipe, weights))
    except BaseException as error:
        coming.set_exception(error)

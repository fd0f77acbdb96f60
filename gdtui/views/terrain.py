"""What the landscape and the bowl show of a session, beside the surface itself: which plane of weights, the paths
through it, the epochs to come, and the next step. Both look at the same plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from weakref import WeakSet

import numpy as np

from gdtui.analysis.heading import SECONDS, Step, continuation, next_step
from gdtui.analysis.landscape import (
    Heights,
    Plane,
    finite,
    plane_of_two,
    principal_plane,
    sampled,
)
from gdtui.analysis.optimum import Optimum, optimum
from gdtui.data.dataset import names_of_weights, rows_told, weight_told
from gdtui.runs.run import Shown
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.views.later import Later
from gdtui.views.view import View
from gdtui.views.walks import Start, Walk, headings, in_hand, standing, starts, walks

LARGE, REST = 2**18, 14.0
"""Numbers in the data from which on a thread that computes beside training rests, for so many times as long as it
works."""
REACH = 2.5
"""An optimum further away than so many lengths of the whole path is left out: the path would be a dot."""
MOST_AWAY = 0.1
"""See `Plane.holds`."""
LATER = 1.5
"""While a run goes on, the epochs to come are computed again once it has done so many times as many epochs."""
WEIGHTS = 4
"""The axes can be any two of so many of the largest weights, and the bias."""


class Coming(NamedTuple):
    """The epochs to come of a branch: the weights before each of them, shape (n, size), and the number of the first."""

    first: int
    weights: Floats


@dataclass(frozen=True)
class Survey:
    """A plane, and what it was chosen for.

    Attributes:
        asked: what it is the answer to.
        pair: the two weights whose plane it is, if it is.
        coming: by number of branch.
        until: the epoch from which on there is more to come than is in it.
        most_away: how far from the plane weights may be, see `Plane.holds`.
    """

    asked: object
    plane: Plane
    pair: tuple[int, int] | None
    coming: dict[int, Coming]
    until: float
    optimum: Optimum
    most_away: float

    @property
    def mark(self) -> Floats | None:
        """Where in the plane the optimum is, shape (2,); None where there is none, or it is elsewhere."""
        at = self.optimum.weights
        is_seen = at is not None and self.plane.holds(at[None], self.most_away)
        return self.plane.place(at[None])[0] if at is not None and is_seen else None


@dataclass(frozen=True)
class Scene:
    """All of it at one moment.

    Attributes:
        survey: None before it is known.
        walks: the paths of the branches that are shown; the one in front comes last.
        course: the weights of the epochs to come of the branch in front, shape (n, size), as they were computed once;
            of length 0 where it has ended, or where those epochs have been trained.
        passed: how many of those epochs have been trained since.
        step: the next step of that branch.
    """

    survey: Survey | None
    walks: tuple[Walk, ...]
    course: Floats
    passed: int
    step: Step | None

    @property
    def coming(self) -> Floats:
        """The part of the course that is still to come."""
        return self.course[self.passed :]

    @property
    def front(self) -> Walk:
        """The path of the branch in front."""
        return self.walks[-1]


class Terrain:
    """Keeps one plane until a path leaves it.

    Args:
        snapshot: whose data it is of.
        before: that of the data before, whose plane is kept if it can be.
    """

    def __init__(self, snapshot: Snapshot, before: Terrain | None = None) -> None:
        run = snapshot.run
        self.whole, self.loss, self.root = snapshot.data, run.settings.loss, root_of(run)
        self.data, self.objective = sampled(snapshot.data, run.objective)
        """What stands for the data, and its loss."""
        self.size = run.kernel.size
        self.pair: tuple[int, int] | None = (0, 1) if self.size == 2 else None
        """The two weights that are the axes; None for the principal directions of the path."""
        self.plane: Plane | None = None
        """That which was found last."""
        if before is not None and before.root is self.root:
            self.pair, self.plane = before.pair, before.plane
        self.rest = REST if self.whole.units * self.whole.X.size > LARGE else 0.0
        """See `surfaces`."""
        self.views: WeakSet[View] = WeakSet()
        """Those who look at it."""
        self._later: Later[Survey] = Later(self._wake)
        self._asked: tuple[object, int] = None, -1
        """What for, and at which epoch, the newest survey was asked for."""
        self._optima: dict[tuple[float, float], Optimum] = {}
        self._step: tuple[object, Step | None] = None, None

    def _wake(self) -> None:
        for view in [*self.views]:
            view.wake()

    @property
    def is_busy(self) -> bool:
        return self._later.is_busy

    @property
    def rows(self) -> str:
        """What stands for the data, in words; empty where that is all of it."""
        return rows_told(len(self.data), self.whole)

    def scene(self, snapshot: Snapshot) -> Scene:
        """What is to be seen of a snapshot whose data is at hand."""
        paths = walks(snapshot)
        survey = self._survey(snapshot, paths)
        course, passed = np.empty((0, self.size)), 0
        if survey is not None and survey.asked == self._asked[0] and snapshot.front in survey.coming:
            first, course = survey.coming[snapshot.front]
            passed = min(max(0, snapshot.shown.epoch - first), len(course))
        return Scene(survey, paths, course, passed, self._next_step(snapshot))

    def turn(self, snapshot: Snapshot, by: int) -> bool:
        """Go on to the plane of the next two weights, or back to that of the path. Returns whether there is another."""
        if self.size == 2:
            return False
        chosen = [*range(self.size)]
        if self.size > WEIGHTS + 1:
            largest = np.argsort(-np.abs(np.nan_to_num(snapshot.shown.weights)), kind="stable")
            chosen = sorted({0, *largest[:WEIGHTS].tolist()})
        planes = [None, *((one, other) for one in chosen for other in chosen if one < other)]
        here = planes.index(self.pair) if self.pair in planes else 0
        self.pair, self.plane = planes[(here + by) % len(planes)], None
        return True

    def _next_step(self, snapshot: Snapshot) -> Step | None:
        """That of the one in front; computed on the rows that stand for the data."""
        shown = snapshot.shown.epoch, snapshot.past, in_hand(snapshot)
        key = snapshot.run.history, snapshot.recipe, snapshot.stop, shown
        if key != self._step[0]:
            start, step = standing(snapshot), None
            if start is not None:
                kernel = Heights(self.data, self.objective, start.recipe).kernel
                step = next_step(kernel, start.state, start.then)
                step = step if len(finite(step.whole[None])) else None
            self._step = key, step
        return self._step[1]

    # What is computed beside the frames

    def _survey(self, snapshot: Snapshot, paths: tuple[Walk, ...]) -> Survey | None:
        """The newest survey. Another is asked for when a path has left the plane, or when other epochs are to come."""
        known = self._later.found
        places = np.array([walk.at for walk in paths if walk.at is not None and not walk.is_diverged])
        if not len(places) or not len(paths[-1].walked):
            return known
        plane = self.plane if known is None else known.plane if known.pair == self.pair else None
        # Weights held by hand are shown where they project to: the plane does not follow them.
        most_away = np.inf if in_hand(snapshot) else MOST_AWAY if known is None else known.most_away
        is_held = plane is not None and plane.holds(places, most_away)
        epoch, heading = snapshot.shown.epoch, (self.pair, snapshot.epochs, headings(snapshot))
        if heading == self._asked[0]:
            # However fast it goes, that is a few times in all.
            soonest = LATER * self._asked[1] if snapshot.phase.moves else 0
            is_spent = known is not None and epoch >= max(known.until, soonest)
            if self._later.is_busy or epoch == self._asked[1] or (is_held and not is_spent):
                return known
        self._asked = heading, epoch
        plane = plane if is_held else None
        work = partial(self._computed, heading, plane, self.pair, starts(snapshot), paths, snapshot.recipe)
        return self._later.ask(self._asked, work)

    def _computed(
        self,
        asked: object,
        plane: Plane | None,
        pair: tuple[int, int] | None,
        going: Sequence[Start],
        paths: Sequence[Walk],
        recipe: Recipe,
    ) -> Iterator[Survey]:
        """In a thread of its own: that plane, or another, and what is to come."""
        coming, until = {}, np.inf
        for start in going:
            kernel = Heights(self.data, self.objective, start.recipe).kernel
            path = continuation(kernel, start.state, start.recipe, start.epochs, start.then, SECONDS / len(going))
            coming[start.number] = Coming(start.state.done + 1, path)
            if len(path) <= start.epochs:
                until = min(until, start.state.done + 1 + len(path) / 2)

        def survey(plane: Plane, best: Optimum) -> Survey:
            points = np.concatenate(whole)
            away = np.linalg.norm(points - plane.weights(plane.place(points)), axis=1).max() / plane.extent
            most_away = MOST_AWAY if pair is not None else max(MOST_AWAY, 1.5 * float(away))
            if pair == self.pair:  # else another has been chosen meanwhile
                self.plane = plane
            return Survey(asked, plane, pair, coming, until, best, most_away)

        front = paths[-1]
        whole = [self._whole(walk, coming) for walk in paths if not walk.is_diverged or walk is front]
        best = self._optima.get((recipe.l2, recipe.l1))
        if best is None:  # it takes longer, not least to import what finds it
            first = plane or self._plane(pair, whole, Optimum(), front)
            yield survey(first, Optimum())
            best = self._optima[recipe.l2, recipe.l1] = optimum(self.data, self.loss, recipe, whole[-1][-1], self.rest)
            plane = plane or (first if best.weights is None else None)
        plane = plane or self._plane(pair, whole, best, front)
        yield survey(plane, best)

    def _whole(self, walk: Walk, coming: dict[int, Coming]) -> Floats:
        """What was walked, and what is to come."""
        follows = [coming[walk.number].weights] if walk.number in coming else []
        return np.concatenate([walk.walked, walk.later, *follows])

    def _plane(self, pair: tuple[int, int] | None, whole: Sequence[Floats], best: Optimum, front: Walk) -> Plane:
        """That of two weights, or of these paths; the last is led on to the optimum, if that is not too
        far."""
        if best.weights is not None:
            extent = np.linalg.norm(np.ptp(np.concatenate(whole), axis=0))
            if np.linalg.norm(best.weights - whole[-1][-1]) <= REACH * extent:
                whole = [*whole[:-1], np.concatenate([whole[-1], best.weights[None]])]
        if pair is None:
            return principal_plane(whole)
        names = [weight_told(*name) for name in names_of_weights(self.data)]
        return plane_of_two(pair, names, whole, front.end)


def root_of(run: Shown) -> Shown:
    """The run that it was forked from, and that from another …"""
    return run if run.parent is None else root_of(run.parent)


_latest: WeakSet[Terrain] = WeakSet()
"""The newest, as long as a view looks at it."""


def terrain_of(snapshot: Snapshot, view: View) -> Terrain:
    """The terrain of a run's data, which all views look at that are shown; this one too from now on."""
    before = terrain = next(iter(_latest), None)
    if terrain is None or terrain.whole is not snapshot.data or terrain.root is not root_of(snapshot.run):
        terrain = Terrain(snapshot, before)
        _latest.clear()
        _latest.add(terrain)
    terrain.views.add(view)
    return terrain

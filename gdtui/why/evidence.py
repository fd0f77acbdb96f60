"""What is measured of a run as of a moment of it, for the rules to judge by; each measure only when it is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdtui.analysis.stability import Limits, curvature, unknown, widening
from gdtui.data.dataset import Dataset
from gdtui.data.rows import Rows
from gdtui.learning.kernel import Kernel
from gdtui.learning.moment import Moment
from gdtui.learning.schedule import alpha_at
from gdtui.learning.softmax import softmax
from gdtui.learning.weights import logits
from gdtui.runs.curve import KnownLosses
from gdtui.runs.run import Shown
from gdtui.settings import Recipe
from gdtui.types import Floats
from gdtui.why.course import RECENT, Course
from gdtui.why.nearness import PRODUCTS, left_to_gain

SAMPLE = 512
"""Rows by which shares of all rows are estimated, at the most."""
PASSED_ON = 0.01
"""The largest activation of its own class at which a row is stuck: the sigmoid passes no more of the error on."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """A run as of a moment: nothing of a later one is looked at.

    Attributes:
        limits: of alpha at that moment, where they are known.
    """

    run: Shown
    moment: Moment
    limits: Limits | None = None

    @property
    def epoch(self) -> int:
        """That of the moment."""
        return self.moment.epoch

    @cached_property
    def recipe(self) -> Recipe:
        """By which its step is taken, or the last was."""
        return self.run.history.recipe_at(max(1, self.epoch))

    @cached_property
    def begin(self) -> int:
        """The first epoch of those that go on as the last did: by the same recipe, on the same data."""
        steered = max((since for since, _ in self.run.history.steered if since <= max(1, self.epoch)), default=1)
        return max(steered, self.data_since)

    @cached_property
    def data_since(self) -> int:
        """The first epoch on the data of the last, or from weights that were chosen."""
        return max((at for at in self.run.history.breaks if at <= self.epoch), default=1)

    @cached_property
    def is_begun_anew(self) -> bool:
        """Whether the moment is the beginning of what comes next, and not how the last epoch was."""
        begun = self.run.history.breaks.get(self.epoch + 1)
        return begun is not None and np.array_equal(begun.state.weights, self.moment.weights)

    @cached_property
    def course(self) -> Course:
        """The losses since it began."""
        return Course(self.run.history, self.begin, min(self.epoch, self.run.done))

    @cached_property
    def late(self) -> Course:
        """The last of these losses, one by one: where some are left out, as in a long run file, they are computed
        again, if that is cheap. Losses that were thinned keep their smallest and largest, which tells enough."""
        course, last = self.course, self.course.last
        is_whole = course.recent[2] == 1 or self.run.history.envelope.stride > 1
        if is_whole or RECENT * self.design.size > PRODUCTS or not self._is_cheap:
            return course
        known, first = KnownLosses(), max(course.first, last - RECENT + 1)
        for batch, _ in self.run.history.redo(self.run.history.state_at(first), last):
            known.extend(range(batch.first, batch.first + len(batch)), batch.losses)
        return Course(known, first, last)

    @cached_property
    def tested(self) -> Course:
        """Those on the rows kept for testing, since the data or the penalties were last changed; empty where there are
        none."""
        begin, penalties, were = 1, (self.recipe.l1, self.recipe.l2), None
        for since, recipe in self.run.history.steered:
            if since <= max(1, self.epoch):
                now = recipe.l1, recipe.l2
                begin, were = (since if now == penalties != were else begin), now
        tested = self.run.history.tested
        return Course(tested, max(begin, self.data_since), min(self.epoch, len(tested)))

    @cached_property
    def lowest_of_late(self) -> int:
        """The epoch of the lowest of the last losses."""
        lows, _, step = self.course.recent
        return self.course.last - step * (len(lows) - 1 - int(np.argmin(lows))) if len(lows) else self.epoch

    @property
    def loss(self) -> str:
        """The name of what is descended."""
        return self.run.objective.name

    @property
    def alpha(self) -> float:
        """The learning rate of the step, by its schedule."""
        return alpha_at(self.recipe, max(1, self.epoch))

    @cached_property
    def _kernel(self) -> Kernel:
        return self.run.history.kernel_at(max(1, self.epoch))

    @property
    def design(self) -> Floats:
        """The design matrix of the time; of no rows where the data is not at hand."""
        return self._kernel.X

    @cached_property
    def _some(self) -> tuple[Floats, Floats]:
        """Some of its rows, evenly spread, and their labels."""
        X, y = self._kernel.X, self._kernel.y
        if isinstance(X, Rows):
            numbers, X = X.drawn
            y = y[numbers]
        step = -(-max(1, len(X)) // SAMPLE)
        return X[::step], y[::step]

    @property
    def _data(self) -> Dataset:
        return self.run.owner(max(1, self.epoch)).data

    @property
    def width(self) -> int:
        """Weights of a unit."""
        return int(self.design.shape[1])

    @property
    def is_batched(self) -> bool:
        """Whether steps are taken by some rows each."""
        size = self.recipe.batch_size
        return size is not None and size < len(self._data)

    @property
    def is_penalised(self) -> bool:
        """Whether large weights cost."""
        return bool(self.recipe.l1 or self.recipe.l2)

    @property
    def penalty_told(self) -> str:
        """What is to be said behind the loss, where they do."""
        return " and the penalty" if self.is_penalised else ""

    @cached_property
    def left(self) -> float:
        """Which share of the cross-entropy that is descended is left to gain; NaN where that is not cheap to know."""
        if self.loss not in ("article", "cross-entropy") or self.recipe.l1 or isinstance(self.design, Rows):
            return math.nan
        return left_to_gain(self.design, self._kernel.y, self.moment.weights, self.recipe.l2)

    @cached_property
    def majority(self) -> float:
        """The share of the most frequent class; NaN where it is not known."""
        confusion = self.moment.confusion
        if confusion is None:
            return math.nan
        classes = math.isqrt(len(confusion))
        return max(sum(confusion[at * classes : (at + 1) * classes]) for at in range(classes)) / sum(confusion)

    @cached_property
    def scales(self) -> tuple[float, int, int]:
        """How many times as large one feature is as another, by their root mean squares, and which these two are."""
        X, _ = self._some
        if X.shape[1] < 3 or not len(X):
            return 1.0, 0, 0
        some = np.abs(X[:, 1:])
        largest = some.max(axis=0)
        largest[largest == 0] = np.nan
        sizes = largest * np.sqrt(np.square(some / largest).mean(axis=0))  # the square of a large number may be none
        if np.isnan(sizes).all():
            return 1.0, 0, 0
        large, small = int(np.nanargmax(sizes)), int(np.nanargmin(sizes))
        return float(sizes[large] / sizes[small]), large, small

    @cached_property
    def stuck(self) -> float:
        """The share of the rows that are taken for another class so surely that the sigmoid is flat there."""
        X, y = self._some
        if not len(X) or not np.isfinite(self.moment.weights).all():
            return math.nan
        z = logits(X, self.moment.weights)
        with np.errstate(over="ignore"):
            if z.ndim == 1:
                own = 1 / (1 + np.exp(np.where(y > 0, -z, z)))
            else:
                own = softmax(z)[y.astype(np.intp), np.arange(len(y))]
        return float((own < PASSED_ON).mean())

    @property
    def has_gone_far(self) -> bool:
        """Whether its steps add up to a way to the floor of a valley as steep as there can be. Where they are too short
        for that, it means nothing that the loss does not fall."""
        some, _ = self._some
        if not len(some):
            return True
        largest = float(np.square(some).mean(axis=0).sum()) / 4
        if self.recipe.optimizer in ("rmsprop", "adam"):  # whose steps are as long as alpha
            largest = math.sqrt(largest)
        return len(self.course) * self.alpha * largest >= 1

    @cached_property
    def norms(self) -> tuple[int, float, float]:
        """An epoch about half way since it began, the norm of the weights then, and that of them now."""
        epochs, weights = self.run.history.keyframes
        place = int(np.searchsorted(epochs, (self.begin + self.epoch) // 2))
        now = float(np.linalg.norm(self.moment.weights))
        if place >= len(epochs) or epochs[place] > self.epoch:
            return self.epoch, now, now
        return int(epochs[place]), float(np.linalg.norm(weights[place])), now

    @cached_property
    def sure(self) -> float:
        """The alpha below which it is stable anywhere; NaN where there is none, or it is not known."""
        if self.limits is not None:
            return math.nan if self.limits.sure is None else self.limits.sure
        return self._bound if not unknown(self.loss, self.recipe, len(self.design)) else math.nan

    @property
    def measure(self) -> float:
        """The same, or that of the cross-entropy by plain descent, which is a measure for others too; infinite where it
        is not known."""
        known = self._bound if math.isnan(self.sure) else self.sure
        return math.inf if math.isnan(known) else known

    @cached_property
    def _bound(self) -> float:
        if not self._is_cheap:
            return math.nan
        plain = self.recipe if not unknown(self.loss, self.recipe, len(self.design)) else Recipe()
        return widening(plain) / curvature(self._data, self.recipe.l2)

    @property
    def _is_cheap(self) -> bool:
        """Whether curvatures take little time."""
        return 0 < len(self.design) * len(self.moment.weights) ** 2 <= PRODUCTS

    @cached_property
    def stable(self) -> float:
        """The largest stable alpha where it is now, half way between this state and the one before, since who bounces
        is to both sides of the valley; as it was given, where that is not cheap to know. NaN where it is not known."""
        given = math.nan if self.limits is None or self.limits.here is None else self.limits.here
        before = self._before(1)
        return given if before is None else self.stable_at((before + self.moment.weights) / 2, given)

    def stable_at(self, weights: Floats, otherwise: float = math.inf) -> float:
        """The largest stable alpha at these weights, or that, where it is not known, or not cheap to know."""
        if not self._is_cheap or unknown(self.loss, self.recipe, len(self.design)):
            return otherwise
        curved = curvature(self._data, self.recipe.l2, weights, self.recipe.l1)
        return widening(self.recipe) / curved if curved > 0 else otherwise

    @cached_property
    def turning(self) -> float:
        """How far the last step goes back along the one before, as a share of that: −1 where it undoes it. 0 where that
        is not known."""
        one, two = self._before(2), self._before(1)
        if one is None or two is None:
            return 0.0
        first, second = two - one, self.moment.weights - two
        along = float(first @ first)
        return float(first @ second) / along if along > 0 else 0.0

    def _before(self, epochs: int) -> Floats | None:
        """The weights so many epochs before the moment, where they are kept."""
        kept = self.weights_at(self.epoch)
        is_end = kept is not None and not np.array_equal(kept, self.moment.weights)  # the state after the last step
        return self.weights_at(self.epoch - epochs + is_end)

    def weights_at(self, epoch: int) -> Floats | None:
        """The weights at that epoch, where they are kept."""
        epochs, weights = self.run.history.keyframes
        place = int(np.searchsorted(epochs, epoch))
        return np.asarray(weights[place]) if place < len(epochs) and epochs[place] == epoch else None

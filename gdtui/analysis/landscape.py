"""The loss over a plane of weights: which plane, and how high it is at each of its places.

All of it is exact. Logits are affine in the weights, so on a plane W = origin + a·u + b·v they are z₀ + a·zᵤ + b·zᵥ:
the products with X are made once, and each place costs what the activations of the rows cost.

Sources: Li et al., "Visualizing the loss landscape of neural nets", 2018, whose section 7 has the plane of a path's
principal directions; Jolliffe, *Principal Component Analysis*, 2002.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gdtui.data.dataset import Dataset, some_rows
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.objective import Objective
from gdtui.learning.penalty import Penalty, loss_gradient_of
from gdtui.learning.weights import logits
from gdtui.numbers import next_on_ladder
from gdtui.settings import Recipe
from gdtui.types import Floats

MOST_ROWS = 4096
"""Of more data, evenly spaced rows, so many at the most, stand for all."""
LARGEST = 1e100
"""Larger weights are not drawn: squares and products of them would overflow."""
SMALLEST = 1e-100
"""A path that is shorter counts as a point: squares of its steps would be 0."""
EVENLY = 96
"""Points of a path that its principal directions are found from."""
PAD, NARROWEST = 0.2, 0.6
"""What is seen beyond the path on each side, as a share of its extent, and the narrower side as a share of the wider:
a path is often nearly straight, and alone would be seen through a slit."""
ROUNDING = 1e-12
"""Differences between weights, as a share of their size, that are only rounding."""
Limits = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Plane:
    """Weights W = origin + a · axes[0] + b · axes[1].

    Attributes:
        origin: shape (size,).
        axes: orthonormal, shape (2, size).
        limits: the smallest and the largest a, and b, that are shown.
        share: of the variance of the paths, what lies in the plane, 0 to 1.
        labels: what a and b are.
        is_principal: whether it is that of the paths' principal directions, else it is that of two weights.
    """

    origin: Floats = field(repr=False)
    axes: Floats = field(repr=False)
    limits: Limits
    share: float
    labels: tuple[str, str]
    is_principal: bool = True

    def place(self, weights: Floats) -> Floats:
        """Where weights, shape (n, size), project to: shape (n, 2)."""
        return (weights - self.origin) @ self.axes.T

    def weights(self, places: Floats) -> Floats:
        """The weights at places, shape (n, 2): shape (n, size)."""
        return self.origin + places @ self.axes

    def directions(self, steps: Floats) -> Floats:
        """The components of steps, shape (n, size), along both axes: shape (n, 2)."""
        return steps @ self.axes.T

    @property
    def extent(self) -> float:
        """The longer side."""
        return max(high - low for low, high in self.limits)

    def holds(self, weights: Floats, most_away: float = 0.1) -> bool:
        """Whether weights, shape (n, size), are within its limits, and not further away from it than that share of
        its extent."""
        places = self.place(weights)
        inside = all(
            bool(((low <= along) & (along <= high)).all())
            for along, (low, high) in zip(places.T, self.limits, strict=True)
        )
        away = np.linalg.norm(weights - self.weights(places), axis=1)
        return inside and bool((away <= most_away * self.extent).all())


def evenly(path: Floats, count: int = EVENLY) -> Floats:
    """Points of a path, shape (n, size), evenly spaced along its length, however fast it was walked: shape
    (count, size), the first and last of them its ends."""
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.linspace(0.0, along[-1], count)
    after = np.clip(np.searchsorted(along, at, side="left"), 1, max(len(path) - 1, 1))
    if len(path) < 2 or along[-1] == 0:
        return np.repeat(path[:1], count, axis=0)
    step = along[after] - along[after - 1]
    share = np.divide(at - along[after - 1], step, out=np.zeros(count), where=step > 0)[:, None]
    return np.asarray(path[after - 1] * (1 - share) + path[after] * share)


def finite(path: Floats) -> Floats:
    """The weights of a path that are small enough to be drawn, shape (m, size); see `LARGEST`."""
    with np.errstate(invalid="ignore"):
        return path[(np.abs(path) < LARGEST).all(axis=1)]


def principal_plane(paths: Sequence[Floats]) -> Plane:
    """That of the two principal directions of paths, each of shape (n, size) with n ≥ 1, taken evenly along their
    length. Where they are a straight line or a point, the weights that it leads along least give the rest."""
    points = np.concatenate([evenly(path, max(EVENLY // len(paths), 16)) for path in paths])
    origin = points.mean(axis=0)
    centred = points - origin
    known = _directions(centred, float(np.abs(points).max()))
    axes = _completed(known)
    # A direction's sign is arbitrary: let its largest entry be positive, so that pictures agree.
    axes *= np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])[:, None]
    return Plane(
        origin, axes, limits_of(centred @ axes.T, float(np.abs(points).max())), _share(centred, axes), ("PC 1", "PC 2")
    )


def plane_of_two(pair: tuple[int, int], names: Sequence[str], paths: Sequence[Floats], at: Floats) -> Plane:
    """That of two weights, by their places, through weights `at`, shape (size,), of which all others are kept. Names
    are those of all weights. Its a and b are the two weights themselves."""
    points = np.concatenate([evenly(path) for path in paths])
    axes, origin = np.zeros((2, len(at))), at.copy()
    axes[[0, 1], pair] = 1.0
    origin[[*pair]] = 0.0
    share = _share(points - points.mean(axis=0), axes)
    return Plane(
        origin,
        axes,
        limits_of(points[:, pair], float(np.abs(points).max())),
        share,
        (names[pair[0]], names[pair[1]]),
        False,
    )


def limits_of(places: Floats, size: float) -> Limits:
    """What is to be seen around places, shape (n, 2), of weights of that size. The limits are round numbers."""
    low, high = places.min(axis=0), places.max(axis=0)
    widest = float((high - low).max())
    if widest <= max(ROUNDING * size, SMALLEST):
        widest = size if size > SMALLEST else 1.0
    sides = np.maximum(high - low, NARROWEST * widest) * (1 + 2 * PAD)
    step = next_on_ladder(widest / 20)
    first, last = (
        np.floor((low + high - sides) / 2 / step) * step,
        np.ceil((low + high + sides) / 2 / step) * step,
    )
    (left, right), (bottom, top) = zip(first.tolist(), last.tolist(), strict=True)
    return (left, right), (bottom, top)


def _directions(centred: Floats, size: float) -> Floats:
    """The first two principal directions of points around their mean, shape (n, size), as far as they have any:
    orthonormal, shape (k, size). The points themselves are of that size, and as little rounded."""
    is_wide = centred.shape[1] > len(centred)  # a table of each pair of weights would be larger
    lengths, vectors = np.linalg.eigh(centred @ centred.T if is_wide else centred.T @ centred)
    least = max(1e-14 * float(lengths[-1]), len(centred) * (ROUNDING * size) ** 2)
    known = vectors.T[::-1][:2][lengths[::-1][:2] > least]
    if is_wide:
        known = known @ centred
        known = known / np.linalg.norm(known, axis=1)[:, None]
    return np.asarray(known)


def _completed(known: Floats) -> Floats:
    """Two orthonormal directions, shape (2, size), the first of them those that are known."""
    axes = np.zeros((2, known.shape[1]))
    axes[: len(known)] = known
    for number in range(len(known), 2):
        which = int((axes[:number] ** 2).sum(axis=0).argmin())
        axes[number, which] = 1.0
        axes[number] -= axes[:number].T @ axes[:number, which]
        axes[number] /= np.linalg.norm(axes[number])
    return axes


def _share(centred: Floats, axes: Floats) -> float:
    total = float((centred**2).sum())
    return float(((centred @ axes.T) ** 2).sum()) / total if total else 1.0


class Heights:
    """Evaluates a loss over planes. It belongs to one thread.

    Args:
        data: what the loss is of; of much data, see `sampled`.
        objective: the loss.
        recipe: whose penalties are added.
    """

    def __init__(self, data: Dataset, objective: Objective, recipe: Recipe) -> None:
        self.kernel: Kernel = kernel_for(data, objective)
        self.loss_gradient = loss_gradient_of(self.kernel, recipe)
        """Of weights, shape (size,), the loss, and its gradient into the second, as a descent has it."""
        self._penalty = Penalty(recipe, self.kernel) if recipe.l2 or recipe.l1 else None
        self._targets = self.kernel.targets.T
        self._rows = max(1, len(data)) if objective.is_mean else 1

    def loss(self, weights: Floats) -> float:
        """At weights, shape (size,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            loss = self.kernel.loss(weights)
            return loss + self._penalty.loss(weights) if self._penalty is not None else loss

    def over(self, plane: Plane, a: Floats, b: Floats) -> Iterator[Floats]:
        """The losses of the places with each b, one row after the other, each of shape (n,) for a of that shape."""
        whole, X = self.kernel.objective.loss_and_signal, self.kernel.X
        with np.errstate(over="ignore", invalid="ignore"):
            constant, across, up = (logits(X, weights) for weights in (plane.origin, *plane.axes))
        z, row, *buffers = np.empty((5, *constant.shape))
        for height in b.tolist():
            losses = np.empty(len(a))
            with np.errstate(over="ignore", invalid="ignore"):
                np.multiply(up, height, out=row)
                np.add(row, constant, out=row)
                for index, along in enumerate(a.tolist()):
                    np.multiply(across, along, out=z)
                    np.add(z, row, out=z)
                    losses[index] = whole(z, self._targets, *buffers)
                losses /= self._rows
                if self._penalty is not None:
                    places = np.column_stack([a, np.full(len(a), height)])
                    losses += [self._penalty.loss(weights) for weights in plane.weights(places)]
            yield losses


def sampled(data: Dataset, objective: Objective, most: int = MOST_ROWS) -> tuple[Dataset, Objective]:
    """Some of its rows (see `some_rows`), without a test set, and the loss of them: a sum is as that of all rows."""
    sample = some_rows(replace(data, test=None) if data.test is not None else data, most)
    return sample, objective if len(sample) == len(data) else objective.scaled(len(data) / len(sample))

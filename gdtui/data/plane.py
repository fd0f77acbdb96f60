"""The plane in which points of any number of features are drawn, and the line in which a boundary cuts it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gdtui.types import Floats

FARTHEST = np.finfo(float).max / 4
"""Beyond this a plane is not drawn: its width must be a float too."""
Span = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Coordinates (u, v) ↦ origin + u · axes[0] + v · axes[1] in the space of features.

    Two features are their own plane. One feature is u, and v is the label, so that the plot is the classic
    one of a logistic regression. More than two are seen in their first two principal components (Jolliffe,
    *Principal Component Analysis*, 2002).

    Attributes:
        points: shape (N, 2).
        labels: what u and v are.
        spans: the smallest and the largest u and v of the points.
        note: how the plane came about, for the screen; empty where it is the features themselves.
    """

    points: Floats
    origin: Floats
    axes: Floats
    labels: tuple[str, str]
    spans: tuple[Span, Span]
    note: str = ""

    @classmethod
    def of(
        cls, features: Floats, y: Floats, names: tuple[str, ...], moments: tuple[Floats, Floats] | None = None
    ) -> Plane:
        """Where points with these features, shape (N, d), and labels, shape (N,), are drawn.

        Args:
            moments: means, shape (d,), and covariances, shape (d, d), where these points stand for more.
        """
        count, note = features.shape[1], ""
        if count == 1:
            points, origin, axes = np.column_stack([features[:, 0], y]), np.zeros(1), np.array([[1.0], [0.0]])
            labels = names[0], "activation" if y.max(initial=0) <= 1 else "class"
        elif count == 2:
            points, origin, axes = features, np.zeros(2), np.eye(2)
            labels = names[0], names[1]
        else:
            points, origin, axes, share = _principal(features, moments)
            labels = "PC 1", "PC 2"
            note = f"principal components  ·  {share:.0%} of the variance"
        if np.abs(points).max() > FARTHEST:
            points = np.clip(points, -FARTHEST, FARTHEST)
        (left, low), (right, high) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return cls(points, origin, axes, labels, ((left, right), (low, high)), note)

    def places(self, features: Floats, y: Floats) -> Floats:
        """Where other points with these features, shape (N, d), and labels, shape (N,), are drawn, shape (N, 2)."""
        if self.is_line:
            return np.column_stack([features[:, 0], y])
        with np.errstate(over="ignore", invalid="ignore"):
            return np.clip(np.nan_to_num((features - self.origin) @ self.axes.T), -FARTHEST, FARTHEST)

    def holding(self, points: Floats) -> Plane:
        """The same plane with spans that hold these points too, shape (N, 2)."""
        lows, highs = points.min(axis=0), points.max(axis=0)
        (left, right), (low, high) = self.spans
        across = min(left, float(lows[0])), max(right, float(highs[0]))
        return replace(self, spans=(across, (min(low, float(lows[1])), max(high, float(highs[1])))))

    def with_points(self, points: Floats) -> Plane:
        """The same plane with these points, shape (N, 2). It is as wide as it was, unless some are out of view."""
        moved = replace(self, points=points)
        widened = moved.holding(points)
        pairs = zip(map(room, map(room, self.spans)), widened.spans, strict=True)  # in the last cell they are seen yet
        are_seen = all(low <= left and right <= high for (low, high), (left, right) in pairs)
        return moved if self.is_line or are_seen else widened

    @property
    def is_line(self) -> bool:
        """Whether there is one feature only, so that v says nothing of the boundary."""
        return len(self.origin) == 1

    def line(self, weights: Floats) -> tuple[float, float, float]:
        """(c0, cu, cv) such that the logit at (u, v) is c0 + cu·u + cv·v; the boundary is where that is 0.

        Args:
            weights: shape (d + 1,), the bias first.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = self.axes @ weights[1:]
            return float(weights[0] + self.origin @ weights[1:]), float(slopes[0]), float(slopes[1])


def room(span: Span) -> Span:
    """What is seen of an axis on which points are that far from each other."""
    low, high = span
    pad = 0.04 * (high - low) or max(abs(high), 1.0) * 0.5
    return low - pad, high + pad


def _principal(features: Floats, moments: tuple[Floats, Floats] | None) -> tuple[Floats, Floats, Floats, float]:
    """Points, origin and axes of the plane of the first two principal components, and their share of the variance."""
    # Squares of very large or very small numbers are beyond floats: such features are scaled for as long.
    largest = float(np.abs(features).max())
    scale = 1.0 if 1e-100 < largest < 1e100 else largest or 1.0
    scaled = features / scale if scale != 1.0 else features
    known = moments if scale == 1.0 else None
    mean = scaled.mean(axis=0) if known is None else known[0]
    centred = scaled - mean
    if known is not None:
        variances, columns = np.linalg.eigh(known[1])
        axes = columns[:, [-1, -2]].T
    elif features.shape[1] > len(features):  # a table of each pair of features would be larger than the data
        _, lengths, vectors = np.linalg.svd(centred, full_matrices=False)
        variances, axes = (lengths**2 / len(features))[::-1], vectors[:2]
    else:
        variances, columns = np.linalg.eigh(centred.T @ centred / len(features))
        axes = columns[:, [-1, -2]].T
    # An eigenvector's sign is arbitrary: let the largest entry be positive, so that pictures agree.
    axes = np.ascontiguousarray(axes * np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])[:, None])
    total = max(float(variances.sum()), np.finfo(float).tiny)
    with np.errstate(over="ignore"):
        points = centred @ axes.T * scale
    return points, mean * scale, axes, float(variances[-1] + variances[-2]) / total

"""Data sets of two classes or more."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtui.data.plane import Plane
from gdtui.data.rows import BLOCK, Rows
from gdtui.settings import PARTITIONS, DataSettings
from gdtui.types import Floats

WHOLE = 2**18
"""Numbers in X up to which it is taken whole (2 MiB); of several units, multiplications, which BLAS then does on one
core: it waits for others, be they busy or not."""
DIGESTED = 2**20
"""Labels that the digest takes at a time."""


class DataError(ValueError):
    """Data that cannot be learnt from; the message is one line for the person who gave it."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of d features, each of one of k classes.

    Attributes:
        name: what to call it on the screen.
        X: the design matrix, shape (N, d + 1), C order; its first column is ones. Of rows that do not live in an array
            it is a `Rows`, which has as much of an array as is asked of it here.
        y: labels, 0.0, 1.0 … k − 1, shape (N,); beside a `Rows` they may be of one byte each.
        feature_names: d names.
        class_names: what the labels stand for.
        standardized: whether each feature was brought to mean 0 and standard deviation 1.
        told: how it was read, in a line for the person who gave it; empty for the built-in sets.
        test: the rows kept for testing, which nothing is learnt from, if there are any.
        means, deviations: what was taken from each feature, and what that was divided by, when it was standardised,
            shape (d,), or numbers that change nothing.
        partitions: how many sums are made of its blocks' before these are added; see `DataSettings`.
    """

    name: str
    X: Floats
    y: Floats
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    standardized: bool = False
    told: str = ""
    test: Dataset | None = field(default=None, kw_only=True)
    means: Floats | float = field(default=0.0, kw_only=True)
    deviations: Floats | float = field(default=1.0, kw_only=True)
    partitions: int = field(default=PARTITIONS, kw_only=True)

    def __len__(self) -> int:
        return len(self.y)

    @property
    def units(self) -> int:
        """How many units tell its classes apart: one where there are two of them, else one for each."""
        return 1 if len(self.class_names) == 2 else len(self.class_names)

    @property
    def is_small(self) -> bool:
        """Whether it is taken whole, and not in blocks."""
        return self.units * self.X.size <= WHOLE

    @property
    def test_factor(self) -> float:
        """As how many rows each row of the test set counts, where losses are sums."""
        return len(self) / max(1, len(self.test or ()))

    @property
    def features(self) -> Floats:
        """The features alone, a view of shape (N, d); of a `Rows`, see `drawn`, there is none."""
        return self.X[:, 1:]

    @cached_property
    def plane(self) -> Plane:
        """Where the points of `drawn` are drawn; there is room in it for the test set's as well."""
        drawn, test = self.drawn, self.drawn.test
        moments = self.X.moments if isinstance(self.X, Rows) and len(drawn) < len(self) else None
        plane = Plane.of(drawn.features, drawn.y, self.feature_names, moments)
        return plane if test is None else plane.holding(plane.places(test.features, test.y))

    @property
    def drawn(self) -> Dataset:
        """The data itself; of rows that do not live in an array some that do, of the test set as well."""
        # What refers to itself is only freed when garbage is collected.
        return self if self._drawn is None else self._drawn

    @cached_property
    def _drawn(self) -> Dataset | None:
        """The same where it is not the data itself."""
        test = self.test and self.test.drawn
        if not isinstance(self.X, Rows):
            return None if test is self.test else replace(self, test=test)
        numbers, X = self.X.drawn
        return replace(self, X=X, y=self.y[numbers].astype(np.float64), test=test)

    @cached_property
    def blocks(self) -> Sequence[Floats]:
        """X again, see `blocks_of`."""
        return self.X.blocks if isinstance(self.X, Rows) else blocks_of(self.X)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the design matrix, the labels and the test set, in hexadecimal: two equal data sets train
        alike."""
        sha = self.X.hashed.copy() if isinstance(self.X, Rows) and self.X.hashed is not None else self._hashed()
        for at in range(0, len(self), DIGESTED):
            sha.update(np.ascontiguousarray(self.y[at : at + DIGESTED], dtype=np.float64).data)
        if self.test is not None:
            sha.update(self.test.digest.encode())
        return str(sha.hexdigest())

    def _hashed(self) -> Any:
        sha = hashlib.sha256()
        for rows in (block.T for block in self.blocks) if isinstance(self.X, Rows) else [self.X]:
            sha.update(np.ascontiguousarray(rows).data)
        return sha


def check_classes(class_names: tuple[str, ...], y: NDArray[Any], settings: DataSettings) -> None:
    """Raises DataError where there is a class without rows, which are labelled y."""
    empty = [name for label, name in enumerate(class_names) if not (y == label).any()]
    if empty:
        leaves = "rows of one class only" if len(class_names) == 2 else f"no rows of class {empty[0]}"
        raise DataError(f"--samples {settings.samples} leaves {leaves}; take more, or another --data-seed")


def dataset(
    name: str,
    features: Floats,
    labels: Floats,
    feature_names: tuple[str, ...] | None = None,
    class_names: tuple[str, ...] = ("0", "1"),
    told: str = "",
) -> Dataset:
    """A data set from features, shape (N, d), and labels 0, 1 … k − 1, shape (N,)."""
    names = feature_names or tuple(f"x{i + 1}" for i in range(features.shape[1]))
    X = np.ones((len(features), features.shape[1] + 1))
    X[:, 1:] = features
    return Dataset(name, X, np.ascontiguousarray(labels, dtype=np.float64), names, class_names, told=told)


def blocks_of(X: Floats, memory: Callable[[int], Floats] = np.empty) -> list[Floats]:
    """A design matrix as blocks of shape (d + 1, rows): features in rows, which both products read fastest. They lie in
    one piece of memory, of so many numbers: where that is large, its pages are, which are read faster yet."""
    left, blocks = memory(X.size), []
    for rows in (X[at : at + BLOCK] for at in range(0, len(X), BLOCK)):
        blocks.append(left[: rows.size].reshape(rows.T.shape))
        blocks[-1][:], left = rows.T, left[rows.size :]
    return blocks


def column_numbers(where: str, header: list[str], wanted: tuple[str, ...], option: str = "--features") -> list[int]:
    """The places in `header` of the columns that `option` names. Raises DataError where one is missing or named
    twice."""
    places = {name: place for place, name in reversed(list(enumerate(header)))}
    for name in wanted:
        if name not in places:
            shown = ", ".join(header[:12]) + (", …" if len(header) > 12 else "")
            raise DataError(f"{where}: no such column: {name!r}; there are {shown}")
    for twice, times in Counter(wanted).most_common(1):
        if times > 1:
            raise DataError(f"{option} names {twice!r} twice")
    return [places[name] for name in wanted]


def sampled(name: str, rows: int, samples: int | None, seed: int) -> NDArray[np.intp] | None:
    """`--samples` of a set that has its own rows: which of them, drawn by `--data-seed`, in their order; None for all.
    Raises DataError where there are fewer."""
    if samples is None or samples == rows:
        return None
    if samples > rows:
        raise DataError(f"--samples {samples} is more than the {rows} rows of {name}")
    chosen = np.random.default_rng(seed).permutation(rows)[:samples]
    chosen.sort()
    return chosen


def some_rows(data: Dataset, most: int) -> Dataset:
    """The data, or of more rows than that so many, evenly spread, which are always the same ones; and of its test set
    as many."""
    test = data.test and some_rows(data.test, most)
    data = data.drawn
    if len(data) <= most:
        return data if test is data.test else replace(data, test=test)
    rows = np.linspace(0, len(data) - 1, most).astype(np.intp)
    return replace(data, X=data.X[rows], y=data.y[rows], test=test)


def rows_told(rows: int, data: Dataset) -> str:
    """Of which rows of the data something is, in words; empty where it is of all."""
    return f"over {rows:,} of {len(data):,} rows" if rows < len(data) else ""


def names_of_weights(data: Dataset) -> list[tuple[str, str]]:
    """Of each weight the class that it is for, where there are more than two, else nothing, and what it is multiplied
    by; see `weight_told`."""
    units = data.class_names if data.units > 1 else ("",)
    return [(unit, name) for unit in units for name in ("bias", *data.feature_names)]


def weight_told(unit: str, name: str) -> str:
    """What a weight of that class is called."""
    return f"{unit}: {name}" if unit else name

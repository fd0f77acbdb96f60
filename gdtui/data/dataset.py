"""Data sets of two classes or more."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gdtui.data.plane import Plane
from gdtui.types import Floats

BLOCK = 2048
"""Rows in a block: with 30 features half a MiB, which a core's second-level cache holds."""


class DataError(ValueError):
    """Data that cannot be learnt from; the message is one line for the person who gave it."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of d features, each of one of k classes.

    Attributes:
        name: what to call it on the screen.
        X: the design matrix, shape (N, d + 1), C order; its first column is ones.
        y: labels, 0.0, 1.0 … k − 1, shape (N,).
        feature_names: d names.
        class_names: what the labels stand for.
        standardized: whether each feature was brought to mean 0 and standard deviation 1.
        told: how it was read, in a line for the person who gave it; empty for the built-in sets.
        test: the rows kept for testing, which nothing is learnt from, if there are any.
        means, deviations: what was taken from each feature, and what that was divided by, when it was standardised,
            shape (d,), or numbers that change nothing.
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

    def __len__(self) -> int:
        return len(self.y)

    @property
    def units(self) -> int:
        """How many units tell its classes apart: one where there are two of them, else one for each."""
        return 1 if len(self.class_names) == 2 else len(self.class_names)

    @property
    def features(self) -> Floats:
        """The features alone, a view of shape (N, d)."""
        return self.X[:, 1:]

    @cached_property
    def plane(self) -> Plane:
        """Where the points are drawn; there is room in it for the test set's as well."""
        plane = Plane.of(self.features, self.y, self.feature_names)
        return plane if self.test is None else plane.holding(plane.places(self.test.features, self.test.y))

    @cached_property
    def blocks(self) -> list[Floats]:
        """X again, as blocks of shape (d + 1, rows): features in rows, which both products read fastest."""
        return [np.ascontiguousarray(self.X[at : at + BLOCK].T) for at in range(0, len(self), BLOCK)]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the design matrix, the labels and the test set, in hexadecimal: two equal data sets train
        alike."""
        sha = hashlib.sha256(np.ascontiguousarray(self.X).data)
        sha.update(np.ascontiguousarray(self.y).data)
        if self.test is not None:
            sha.update(self.test.digest.encode())
        return sha.hexdigest()


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
    if len(data) <= most:
        return data if test is data.test else replace(data, test=test)
    rows = np.linspace(0, len(data) - 1, most).astype(np.intp)
    return replace(data, X=data.X[rows], y=data.y[rows], test=test)


def rows_told(rows: int, data: Dataset) -> str:
    """Of which rows of the data something is, in words; empty where it is of all."""
    return f"over {rows:,} of {len(data):,} rows" if rows < len(data) else ""

"""What the views have in common that show what each row comes to: which rows, which class, and what is said of both."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart, shortened
from gdtui.charts.roles import Role
from gdtui.charts.strokes import DOWN, stamp, straight
from gdtui.data.dataset import Dataset, rows_told, some_rows
from gdtui.learning.weights import logits
from gdtui.numbers import next_on_ladder
from gdtui.runs.lost import LostData
from gdtui.session.snapshot import Snapshot
from gdtui.types import Floats
from gdtui.views.view import View, role_of

MOST = 20_000
"""Rows that are looked at, the fewer the more units there are: of more, so many that are evenly spread, and always the
same ones."""


class Rows:
    """The rows of a data set that are looked at.

    Attributes:
        X: shape (n, d + 1).
        y: the numbers of their classes, shape (n,).
    """

    def __init__(self, data: Dataset) -> None:
        some = some_rows(data, MOST // data.units)
        self.X, self.y = some.X, some.y.astype(np.intp)

    def __len__(self) -> int:
        return len(self.y)

    def logits(self, weights: Floats) -> Floats:
        """As `gdtui.learning.weights.logits` has them, but for their rounding: without BLAS, whose threads would wait
        for the cores that train."""
        with np.errstate(all="ignore"):
            if len(weights) == self.X.shape[1]:
                return np.asarray(np.einsum("ij,j->i", self.X, weights))
            return logits(self.X, weights)


class Rung:
    """A limit of an axis that stands still: on a ladder, it grows at once, and shrinks only where a lower rung has room
    for a quarter more."""

    def __init__(self, least: float, steps: tuple[float, ...] = (1, 2, 5, 10)) -> None:
        self._least, self._steps = least, steps
        self._limit = 0.0

    def over(self, value: float) -> float:
        """The limit, which is not below `value`, from now on."""
        needed, roomy = (max(self._least, next_on_ladder(share * value, self._steps)) for share in (1, 1.25))
        self._limit = needed if needed > self._limit else min(self._limit, roomy)
        return self._limit

    def forget(self) -> None:
        """Stand where the next value wants it."""
        self._limit = 0.0


class RowsView(View):
    """A view of what each row comes to at the moment shown; of more than two classes, of one against the rest."""

    looks = (*View.looks, "_number")

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._data: Dataset | None = None
        self._rows: tuple[Rows, Rows | None]

    def turn(self, snapshot: Snapshot, across: int, up: int) -> bool:
        units = snapshot.data.units
        if units == 1 or not across:
            return False
        self._number = (self.number(snapshot) + across) % units
        return True

    def number(self, snapshot: Snapshot) -> int:
        """Of the class that is looked at: of two it is class 1, whose activation there is."""
        units = snapshot.data.units
        return 1 if units == 1 else self._number % units

    def rows(self, data: Dataset) -> tuple[Rows, Rows | None]:
        """Those of the data, and those kept for testing, where there are any."""
        if self._data is not data:
            tests = data.test
            self._rows = Rows(data), None if tests is None or not len(tests.y) else Rows(tests)
            self._data = data
        return self._rows

    def activations(self, snapshot: Snapshot, weights: Floats, most: int = 2) -> list[tuple[Rows, Floats]]:
        """The rows trained on, and those kept for testing, where there are any and `most` is 2, each with
        its activations at these weights, shape (n,), or (k, n) of k units; none where some are not numbers."""
        every = [rows for rows in self.rows(snapshot.data)[:most] if rows is not None]
        with np.errstate(all="ignore"):
            found = [snapshot.run.objective.activations(rows.logits(weights)) for rows in every]
        return [] if any(np.isnan(p).any() for p in found) else [*zip(every, found, strict=True)]

    def title(self, snapshot: Snapshot, what: str, names_class: bool = False) -> str:
        """What is shown, of which class (of two only where it is to be named), of which rows, and of whom."""
        data, told = snapshot.data, [what]
        if data.units > 1 or names_class:
            told[0] += f" of {class_told(data.class_names[self.number(snapshot)])}"
        if data.units > 1:
            told[0] += " vs rest [ ]"
        if snapshot.missing:
            return told[0] + "  ·  rows not at hand" * isinstance(data, LostData)
        if snapshot.race:
            told.append(snapshot.names[snapshot.front])
        if snapshot.past is None and snapshot.stop is not None and snapshot.stop.diverged:
            told.append("diverged")
        told.append(rows_told(len(self.rows(data)[0]), data))
        return "  ·  ".join(filter(None, told))

    def trouble(self, snapshot: Snapshot) -> str:
        """Why there is nothing to show of the rows, in words; empty where there is."""
        if snapshot.missing:
            return snapshot.missing
        if not len(snapshot.data.y):
            return "there are no rows yet"
        return "" if np.isfinite(snapshot.shown.weights).all() else "diverged: the weights are not finite"


def class_told(name: str) -> str:
    """A class where a number would be read as that many."""
    return shortened(f"class {name}" if name.isdecimal() else name, 16)


def by_column(y: NDArray[np.intp], columns: NDArray[np.intp], classes: int, width: int) -> NDArray[np.intp]:
    """How many rows of each class there are in each column, shape (classes, width), from labels and columns, shape
    (n,)."""
    return np.bincount(y * width + columns, minlength=classes * width).reshape(classes, width)


def of_class(each: NDArray[np.intp], number: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Such counts of that class alone, and of all others."""
    is_it = (np.arange(len(each)) == number)[:, None]
    return each * is_it, each * ~is_it


def put(chart: Chart, canvas: Canvas, place: tuple[float, float], marker: str, role: int) -> None:
    """A marker at a place within the axes; none where that is not known."""
    if not any(map(math.isnan, place)):
        column, row = canvas.columns(np.array(place[:1]))[0], canvas.rows(np.array(place[1:]))[0]
        chart.write(canvas.top + int(row), canvas.left + int(column), marker, role)


def stamp_diagonal(chart: Chart, canvas: Canvas) -> None:
    """Dots where both axes have the same, behind all else."""
    dots = straight(canvas, (0.0, 1.0, -1.0), DOWN)
    dots[:, 1::2] = False
    stamp(chart, canvas, dots, Role.AXIS)


def role_in_front(snapshot: Snapshot) -> Role:
    """The role of the curve of the run shown."""
    racers = (racer for racer in snapshot.race if racer.curve is snapshot.run.history)
    return next(map(role_of, racers), Role.CURVE)

"""The records of a run: what its metrics tell of one place along the training, though it may have been told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdtui.logs.metric import Metric
from gdtui.logs.places_along import Along

COUNTS = Along.STEP, Along.EPOCH, Along.RECORD
"""What tells the place of a record, the best first; the last is always there."""


def along_of(*metrics: Metric) -> Along:
    """By what all of these metrics tell places, the best of it."""
    return next(along for along in COUNTS if all(along in metric.along for metric in metrics))


def place_of(metric: Metric, number: int) -> tuple[Along, float]:
    """By what the place of a value is told, and where it is; the first value has number 1."""
    known = ((along, float(metric.at(along)[number - 1])) for along in COUNTS if along in metric.along)
    return next((along, place) for along, place in known if place == place)  # NaN where it is not told


class NewRecords(Sequence[tuple[tuple[Along, float], dict[str, float]]]):
    """The newest values of metrics as records, in the order of their places: of each its place, and its values by their
    names. A record is put together when it is asked for, since of many only some are.

    Args:
        metrics: by their names.
        counts: how many of the last values of each are taken.
    """

    def __init__(self, metrics: Mapping[str, Metric], counts: Mapping[str, int]) -> None:
        taken = {name: count for name, count in counts.items() if count}
        parts = [_places(metrics[name], count) for name, count in taken.items()] or [np.empty((2, 0))]
        self._kinds, self._places = np.concatenate(parts, axis=1)
        self._values = np.concatenate([np.empty(0), *(metrics[name].values[-n:] for name, n in taken.items())])
        self._names, self._whose = [*taken], np.repeat(np.arange(len(taken)), [*taken.values()])
        self._order = np.lexsort((self._kinds, self._places))
        kinds, places = self._kinds[self._order], self._places[self._order]
        is_other = (np.diff(kinds) != 0) | (np.diff(places) != 0)
        self._cuts = np.flatnonzero(np.concatenate([[True], is_other, [True]])) if len(kinds) else np.zeros(1, np.intp)

    def __len__(self) -> int:
        return len(self._cuts) - 1

    def __getitem__(self, number):  # type: ignore[no-untyped-def]
        number = range(len(self))[number]
        told = self._order[self._cuts[number] : self._cuts[number + 1]]
        values = {self._names[self._whose[at]]: float(self._values[at]) for at in told}
        return (COUNTS[int(self._kinds[told[0]])], float(self._places[told[0]])), values


def _places(metric: Metric, count: int) -> np.ndarray:
    """By which of COUNTS the places of the last values are told, and where those are; shape (2, count)."""
    found = np.full((2, count), np.nan)
    for kind, along in enumerate(COUNTS):
        untold = np.isnan(found[1])
        if not untold.any():
            break
        if along in metric.along:
            found[1, untold] = metric.at(along)[-count:][untold]
            found[0, untold] = kind
    return found

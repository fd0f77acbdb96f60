"""Data that is gone: what a run file says of it, all but the points."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.plane import Plane
from gdtui.runs.header import Described
from gdtui.settings import DataSettings
from gdtui.text import printable


@dataclass(frozen=True, eq=False)
class LostData(Dataset):
    """What is left of data that is not to be had: all but its rows, of which there are none.

    Attributes:
        rows: how many there were.
        why: what became of it, in a line.
        seen_in: the plane in which its points were drawn.
    """

    rows: int = 0
    why: str = ""
    seen_in: Plane = field(kw_only=True)

    def __len__(self) -> int:
        return self.rows

    @property
    def plane(self) -> Plane:
        return self.seen_in

    @classmethod
    def described(cls, header: dict[str, Any], asked_for: DataSettings, why: str) -> LostData | None:
        """What a run file's first line says of its data; None where that is too little.

        Args:
            header: the first line.
            asked_for: the settings in it.
            why: why the data cannot be had.
        """
        try:
            told = msgspec.convert(header, Described)
            plane = plane_in(told.plane, len(told.features))
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        name, names, classes = printable(told.name), _texts(told.features), _texts(told.class_names)
        X = np.empty((0, len(names) + 1))
        is_standardized = asked_for.is_standardized
        lost = cls(name, X, np.empty(0), names, classes, is_standardized, "", told.rows, why, seen_in=plane)
        return replace(lost, test=replace(lost, rows=told.test_rows)) if told.test_rows else lost


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(printable(str(value)) for value in values)


def plane_in(told: dict[str, Any], features: int) -> Plane:
    """The plane that a run file's first line tells, without its points. Raises KeyError, TypeError or ValueError
    where it is none."""
    origin, axes, spans = (np.array(told[name], dtype=np.float64) for name in ("origin", "axes", "spans"))
    if origin.shape != (features,) or (axes.shape != (2, features) and features > 1) or spans.shape != (2, 2):
        raise ValueError("the plane is not one of these features")
    if not all(np.isfinite(numbers).all() for numbers in (origin, axes, spans)) or (spans[:, 0] > spans[:, 1]).any():
        raise ValueError("the plane is not finite")
    u, v = _texts(told["labels"])
    (left, right), (low, high) = spans.tolist()
    return Plane(np.empty((0, 2)), origin, axes, (u, v), ((left, right), (low, high)), printable(str(told["note"])))

"""An empty plane, to be filled with points by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.edits import base_of
from gdtui.data.plane import Plane
from gdtui.settings import EMPTY, DataSettings

SPAN = -10.0, 10.0
"""What is seen of both features."""
NAME = "points by hand"
"""What the data is called."""


@dataclass(frozen=True, eq=False)
class EmptyData(Dataset):
    """Two features, some classes, and no rows."""

    @cached_property
    def plane(self) -> Plane:
        labels = self.feature_names[0], self.feature_names[1]
        return Plane(np.empty((0, 2)), np.zeros(2), np.eye(2), labels, (SPAN, SPAN))


def empty_plane(settings: DataSettings) -> Dataset:
    """An empty plane of `settings.centers` classes. Raises DataError for what would say something of rows."""
    ignored = {"seed": DataSettings().seed, "centers": None, "test_size": 0.0, "edits": ()}
    asked = replace(settings, **ignored, standardize=settings.standardize or None)  # type: ignore[arg-type]
    if asked != DataSettings(EMPTY):
        raise DataError(f"{EMPTY} begins without points: of the options that tell of data only --centers applies to it")
    classes = tuple(map(str, range(settings.centers or 2)))
    return EmptyData(NAME, np.empty((0, 3)), np.empty(0), ("x1", "x2"), classes)


def lacks_points(data: Dataset) -> bool:
    """Whether there are not two classes yet in what began as an empty plane."""
    return isinstance(base_of(data), EmptyData) and len(np.unique(data.y)) < 2

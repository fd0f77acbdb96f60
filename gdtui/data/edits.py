"""Data that is changed by hand: points are added, and rows become of another class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from gdtui.data.dataset import DataError, Dataset
from gdtui.data.plane import Plane
from gdtui.data.rows import Rows
from gdtui.settings import DataEdit
from gdtui.types import Floats

MOST = 2**18
"""Numbers in the data that can be changed: each change makes another data set, and the past keeps its own."""


@dataclass(frozen=True, eq=False)
class EditedData(Dataset):
    """A data set that was changed.

    Attributes:
        base: as it was before.
    """

    base: Dataset = field(kw_only=True)

    @cached_property
    def plane(self) -> Plane:
        """That of the data as it was, so that no point moves when another is added."""
        plane = self.base.plane
        return plane.with_points(plane.places(self.features, self.y))


def base_of(data: Dataset) -> Dataset:
    """The data as it was before it was changed."""
    return data.base if isinstance(data, EditedData) else data


def edited(base: Dataset, edits: Sequence[DataEdit]) -> Dataset:
    """The data with these changes, one after the other. Raises DataError where one cannot be."""
    if not edits:
        return base
    if base.X.size > MOST:
        raise DataError(f"{base.name}: {len(base):,} rows are too many to be changed by hand")
    if isinstance(base.X, Rows):
        raise DataError(f"{base.name}: its rows are not in memory, and cannot be changed by hand")
    labels, points = base.y.tolist(), []
    for edit in edits:
        if not 0 <= edit.label < len(base.class_names):
            raise DataError(f"{base.name}: there is no class {edit.label}")
        if edit.row is not None:
            if not 0 <= edit.row < len(labels):
                raise DataError(f"{base.name}: there is no row {edit.row}")
            labels[edit.row] = float(edit.label)
        else:
            labels.append(float(edit.label))
            points.append(_scaled(base, edit))
    X = np.concatenate([base.X, np.reshape(points, (-1, base.X.shape[1]))])
    kept = {one.name: getattr(base, one.name) for one in fields(Dataset)}
    return EditedData(**{**kept, "X": X, "y": np.array(labels)}, base=base)


def added(before: Sequence[DataEdit], after: Sequence[DataEdit]) -> int:
    """How many more rows the data has with those changes than with these."""
    return sum(edit.row is None for edit in after) - sum(edit.row is None for edit in before)


def _scaled(data: Dataset, edit: DataEdit) -> Floats:
    """The row of a new point in the design matrix: standardised, where the others are, by what they were."""
    features = np.array(edit.features, dtype=np.float64)
    if features.shape != (len(data.feature_names),):
        raise DataError(f"{data.name}: a point has {len(data.feature_names)} features, not {len(features)}")
    with np.errstate(over="ignore", invalid="ignore"):
        row = np.append(1.0, (features - data.means) / data.deviations)
    if not np.isfinite(row).all():
        raise DataError(f"{data.name}: a point must have finite features")
    return row


def told(edit: DataEdit, data: Dataset) -> str:
    """A change in words."""
    name = data.class_names[edit.label]
    if edit.row is not None:
        return f"row {edit.row} is of class {name} now"
    values = zip(data.feature_names[:2], edit.features, strict=False)
    more = ", …" if len(data.feature_names) > 2 else ""
    return f"a point of class {name} at {', '.join(f'{feature} {value:.4g}' for feature, value in values)}{more}"

"""Rows that are kept for testing: they are drawn from each class, and nothing is learnt from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtui.data.dataset import DataError, Dataset


def split(data: Dataset, share: float, seed: int) -> Dataset:
    """The data without the rows of `kept_rows`: these are its test set. All keep their order. Raises DataError."""
    is_kept = kept_rows(data.name, data.y, data.class_names, share, seed)
    test = replace(data, X=data.X[is_kept], y=data.y[is_kept])
    return replace(data, X=data.X[~is_kept], y=data.y[~is_kept], test=test)


def kept_rows(where: str, y: NDArray[Any], class_names: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """Whether each row is kept for testing: that share of each class's rows, rounded, but one at the least, drawn by a
    seed. Raises DataError where a class has one row only."""
    generator = np.random.default_rng(seed)
    is_kept = np.zeros(len(y), dtype=bool)
    for label, name in enumerate(class_names):
        rows = np.flatnonzero(y == label)
        if len(rows) < 2:
            what = f"class {name} has one row, and none can be kept for testing"
            raise DataError(f"{where}: {what}; leave out --test-size, or take more rows")
        count = min(max(1, round(share * len(rows))), len(rows) - 1)
        is_kept[generator.permutation(rows)[:count]] = True
    return is_kept

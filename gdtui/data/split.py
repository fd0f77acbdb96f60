"""Rows that are kept for testing: they are drawn from each class, and nothing is learnt from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdtui.data.dataset import DataError, Dataset


def split(data: Dataset, share: float, seed: int) -> Dataset:
    """The data without that share of each class's rows, rounded, but one at the least: these are its test set, drawn by
    a seed. All keep their order. Raises DataError where a class has one row only."""
    generator = np.random.default_rng(seed)
    is_kept = np.zeros(len(data), dtype=bool)
    for label, name in enumerate(data.class_names):
        rows = np.flatnonzero(data.y == label)
        if len(rows) < 2:
            what = f"class {name} has one row, and none can be kept for testing"
            raise DataError(f"{data.name}: {what}; leave out --test-size, or take more rows")
        count = min(max(1, round(share * len(rows))), len(rows) - 1)
        is_kept[generator.permutation(rows)[:count]] = True
    test = replace(data, X=data.X[is_kept], y=data.y[is_kept])
    return replace(data, X=data.X[~is_kept], y=data.y[~is_kept], test=test)

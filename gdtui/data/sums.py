"""Sums over rows that come part by part, to the bit as NumPy has those of an array that is there as a whole.

Of several columns it adds row after row; of one it halves it until it is short, and adds up what comes of the halves.
"""

from collections.abc import Iterator

import numpy as np

from gdtui.types import Floats

LEAF = 2**13
"""Rows of one column that are left to NumPy at a time."""


def column_sums(parts: Iterator[Floats], rows: int, width: int) -> Floats:
    """Those of parts of shape (n, width), which have so many rows in all, as `array.sum(axis=0)`."""
    if width == 1:
        return halved_sums(parts, rows, width)
    found = np.zeros(width)
    for part in parts:
        found = np.add.reduce(np.concatenate([found[None], part]), axis=0)
    return found


def halved_sums(parts: Iterator[Floats], rows: int, width: int) -> Floats:
    """The same, as `array[:, column].copy().sum()` for each column."""
    rest = np.empty((0, width))

    def taken(count: int) -> Floats:
        nonlocal rest
        have = [rest]
        missing = count - len(rest)
        while missing > 0:
            have.append(next(parts).copy())
            missing -= len(have[-1])
        whole = np.concatenate(have)
        rest = whole[count:]
        return whole[:count]

    def total(count: int) -> Floats:
        if count <= LEAF:
            return np.array([np.add.reduce(np.ascontiguousarray(column)) for column in taken(count).T])
        half = count // 2
        half -= half % 8
        first = total(half)
        return np.asarray(first + total(count - half))

    return total(rows)

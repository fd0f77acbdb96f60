"""Lines of equal height over a field of tones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdtui.charts.axes import Canvas
from gdtui.charts.strokes import ACROSS, DOWN, Dots
from gdtui.types import Floats

Labels = list[tuple[int, int, str]]
"""Row, first column and text of each, inside the axes."""


def finer(field: Floats) -> Floats:
    """A field with two values to a cell, shape (2 · height, width), at each dot: shape (4 · height, 2 · width)."""
    for axis in (0, 1):
        field = np.repeat(field, 2, axis=axis)
        before, after = (np.take(field, _shifted(field.shape[axis], by), axis=axis) for by in (-1, 1))
        # Each value is that of the middle of two new places, which are a quarter of a step from it.
        odd = np.arange(field.shape[axis]) % 2 == 1
        other = np.where(odd[:, None] if axis == 0 else odd[None, :], after, before)
        field = 0.75 * field + 0.25 * other
    return field


def _shifted(count: int, by: int) -> NDArray[np.intp]:
    return np.clip(np.arange(count) + by, 0, count - 1)


def contours(levels: NDArray[np.intp] | Dots) -> Dots:
    """Where one level borders on the next, of a level at each dot."""
    dots = np.zeros(levels.shape, dtype=bool)
    dots[:-1] |= levels[:-1] != levels[1:]
    dots[:, :-1] |= levels[:, :-1] != levels[:, 1:]
    return dots


def place_labels(canvas: Canvas, levels: NDArray[np.intp], texts: Sequence[str], taken: Dots, most: int) -> Labels:
    """Where to write on each line how high it is: where nothing is in the way, in the middle rather than at an edge,
    and as far from the others as can be.

    Args:
        levels: at each dot; line i is between the levels i and i + 1.
        taken: cells that are to stay free, shape (height, width); also those that are written on, afterwards.
    """
    found: Labels = []
    for number, text in enumerate(texts):
        length = len(text) + 2
        if len(found) >= most or length > canvas.width:
            continue
        line = contours(levels > number).reshape(canvas.height, DOWN, canvas.width, ACROSS)
        crossed = np.asarray(line.any(axis=(1, 3)))
        free = ~np.lib.stride_tricks.sliding_window_view(taken, length, axis=1).any(axis=2)
        rows, columns = np.nonzero(free & crossed[:, length // 2 : length // 2 + free.shape[1]])
        if not len(rows):
            continue
        others = [np.hypot(2 * (rows - row), columns - column) for row, column, _ in found]
        off = np.abs(columns + length / 2 - canvas.width / 2)
        best = int((np.min([*others, np.full(len(rows), float(canvas.width))], axis=0) - 0.3 * off).argmax())
        row, column = int(rows[best]), int(columns[best])
        found.append((row, column + 1, text))
        taken[max(row - 1, 0) : row + 2, max(column - 2, 0) : column + length + 2] = True
    return found

"""Words and figures where a drawing has room for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from gdtui.analysis.measures import quality_of
from gdtui.charts.axes import Canvas
from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.roles import CLASSES, Role
from gdtui.learning.moment import accuracy_of
from gdtui.types import Confusion

Line = list[tuple[str, int]]
"""Texts beside one another, each with a role."""
FREE = (Role.BLANK, Role.AXIS)
"""What a text may cover."""
NAMES = ("AUC", "precision", "recall", "F1", "accuracy")


class Column(NamedTuple):
    """Figures below one another, in the order of `NAMES`; None where one is not known. The last may be left out."""

    head: str
    role: int
    values: Sequence[float | None]


def tables(
    class_names: Sequence[str],
    number: int,
    sets: Sequence[tuple[Confusion | None, list[float]]],
    each: Sequence[tuple[str, int]] = (),
) -> Iterator[list[Line]]:
    """All figures, in fewer and fewer cells.

    Args:
        number: of the class whose own they are; of more than two classes there are the means too.
        sets: the confusion, and the areas below the ROC of each class, or of class 1 of two: of the rows trained on
            and, where there are any, of those kept for testing.
        each: what stands above the figures, where that has room: one text for each of several curves.
    """
    is_one = len(class_names) == 2
    own, means = [], []
    for at, (confusion, areas) in enumerate(sets):
        quality = None if confusion is None else quality_of(confusion)
        accuracy = None if confusion is None else accuracy_of(confusion)
        shares = [None] * 3 if quality is None else [float(share[number]) for share in quality[:3]]
        role = Role.TEST if at else Role.LABEL
        if is_one:
            own.append(Column(("train" * (len(sets) > 1), "test")[at], role, [areas[0], *shares, accuracy]))
        else:
            head = ("test", Role.TEST) if at else (shortened(class_names[number], 10), CLASSES[number])
            own.append(Column(head[0], head[1], [areas[number], *shares]))
            every = [None] * 3 if quality is None else quality.means
            means.append(Column(("mean", "test")[at], role, [sum(areas) / len(areas), *every, accuracy]))
    for shown in [own] if is_one else ([*own, *means], [own[0], means[0]]):
        lines = table(shown)
        if each:
            yield [*in_columns(each, columns(lines[0])), [], *lines]
        yield lines
    yield from (table(own if is_one else means[:1], NAMES[:rows]) for rows in (3, 1))


def figure(value: float | None) -> str:
    """Four digits, so that a share of nearly 1 is seldom shown as 1; a line where it is not known."""
    return f"{value:.4f}" if value is not None and math.isfinite(value) else "–"


def table(shown: Sequence[Column], names: Sequence[str] = NAMES) -> list[Line]:
    """The figures of these names, with their names before them, and with heads above, where there are any."""
    width = max([6, *(len(cells_of(column.head)) for column in shown)])
    first = max(map(len, names))
    lines: list[Line] = [[(f"{name:<{first}}", Role.LABEL)] for name in names]
    for column in shown:
        texts = [*map(figure, column.values), *[""] * len(names)]
        for line, text in zip(lines, texts, strict=False):
            line.append((f"  {text:>{width}}", column.role))
    if any(column.head for column in shown):
        heads = [(" " * (2 + width - len(cells_of(column.head))) + column.head, column.role) for column in shown]
        lines.insert(0, [(" " * first, Role.LABEL), *heads])
    return lines


def in_columns(cells: Sequence[tuple[str, int]], room: int) -> list[Line]:
    """Texts in as many columns of one width as there is room for, from left to right."""
    width = max(len(cells_of(text)) for text, _ in cells)
    each = max(1, (room + 2) // (width + 2))
    padded = [(text + " " * (width - len(cells_of(text)) + 2), role) for text, role in cells]
    return [padded[at : at + each] for at in range(0, len(padded), each)]


def place(chart: Chart, canvas: Canvas, blocks: Iterable[list[Line]], is_above: bool = False) -> None:
    """Write the first of these blocks that has room where nothing is drawn: below on the right, or above on the left,
    which comes first where it is to be above."""
    free = np.isin(chart.roles[canvas.area], FREE)
    for lines in blocks:
        height, width = len(lines), max(map(columns, lines), default=0)
        below, right = canvas.height - height, canvas.width - width - 1
        if below < 1 or right < 1:
            continue
        lower, upper = [(below, right), (below, right - 3)], [*product((0, 1, 2), (1, 2, 4))]
        for top, left in upper + lower if is_above else lower + upper:
            if top <= below and 1 <= left <= right and free[top : top + height, left - 1 : left + width + 1].all():
                _write(chart, canvas.top + top, canvas.left + left, lines)
                return


def _write(chart: Chart, top: int, left: int, lines: list[Line]) -> None:
    for row, line in enumerate(lines, top):
        begin = left
        for text, role in line:
            chart.write(row, begin, text, role)
            begin += len(cells_of(text))


def columns(line: Line) -> int:
    """That a line takes."""
    return sum(len(cells_of(text)) for text, _ in line)


def beside(chart: Chart, canvas: Canvas, rows: range, begin: int, text: str, role: int) -> bool:
    """Write a text from that column of the chart on into the first of these rows of the canvas in which it covers
    nothing. Returns whether there is one."""
    end = begin + len(cells_of(text))
    if end > canvas.left + canvas.width:
        return False
    for row in rows:
        if np.isin(chart.roles[canvas.top + row, max(begin - 1, canvas.left) : end + 1], FREE).all():
            chart.write(canvas.top + row, begin, text, role)
            return True
    return False

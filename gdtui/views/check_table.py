"""The gradients by differences and by formula as a table, a weight a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gdtui.analysis.differences import Compared, errors, largest, time_told
from gdtui.charts.chart import Chart, cells_of, shortened
from gdtui.charts.roles import RUNS, Role
from gdtui.views.beats import figure

FORWARD, CENTRAL = RUNS[0], RUNS[1]
"""The roles of the differences."""
NAME, NUMBER, OFF = 12, 10, 6
"""Columns of a name, of a number, and of an error or a factor."""


class Column(NamedTuple):
    """Of the table.

    Attributes:
        width: with a blank before it.
        head: what stands above it.
        cells: of the weights chosen, and then how long it takes.
    """

    width: int
    role: Role
    head: str
    cells: list[str]


def write_table(chart: Chart, names: Sequence[str], checked: Sequence[tuple[str, Compared]], rows: int) -> None:
    """Write as much of the table as has room in so many rows from the first on.

    Args:
        names: of the weights.
        checked: of each function its title and its gradients.
    """
    lead = 1 + (len(checked) > 1)
    chosen = largest(checked[-1][1], max(0, rows - lead - 1))
    name, groups = _fitting(checked, chosen, chart.width - 1)  # beside it another chart may begin
    begin = name
    for title, columns in groups:
        end = begin + sum(column.width for column in columns)
        text = shortened(title, end - begin - 1)
        if len(checked) > 1:
            chart.write(0, end - len(cells_of(text)), text, Role.TEXT)
        for column in columns:
            begin += column.width
            for row, cell in enumerate([column.head, *column.cells], lead - 1):
                if row < rows:
                    chart.write(row, begin - len(cell), cell, Role.LABEL if row < lead else column.role)
    for row, label in enumerate([*(names[number] for number in chosen), "time"], lead):
        if row < rows:
            chart.write(row, 0, shortened(label, name - 1), Role.LABEL)


def _fitting(
    checked: Sequence[tuple[str, Compared]], chosen: list[int], width: int
) -> tuple[int, list[tuple[str, list[Column]]]]:
    """How many columns names have, and the columns of each function, as many as have room; of the last at least."""
    for functions, has_numbers, has_forward in (
        *((checked, has, True) for has in (len(checked) == 1, False)),
        (checked, False, False),
        *((checked[-1:], False, has) for has in (True, False)),
    ):
        groups = [(title, _columns(found, chosen, has_numbers, has_forward)) for title, found in functions]
        room = width - sum(column.width for _, columns in groups for column in columns)
        if room >= NAME:
            break
    if room < NAME // 2:  # at least how far off each is
        groups = [(title, columns[1:]) for title, columns in groups]
        room += NUMBER
    return max(0, min(room, NAME + 7)), groups


def _columns(found: Compared, chosen: list[int], has_numbers: bool, has_forward: bool) -> list[Column]:
    first, *seconds = found.seconds

    def numbers(head: str, role: Role, of: Sequence[float], time: str) -> Column:
        return Column(NUMBER, role, head, [*(number_told(of[number]) for number in chosen), time])

    columns = [numbers("formula", Role.TEXT, found.analytic.tolist(), time_told(first))]
    for head, role, numeric, took in zip(
        ("forward", "central"), (FORWARD, CENTRAL), (found.forward, found.central), seconds, strict=True
    ):
        off = errors(numeric, found.analytic).tolist()
        if has_numbers:
            columns.append(numbers(head, role, numeric.tolist(), time_told(took)))
        if has_forward or head == "central":
            factor = f"{times_told(took / first)}×" if first else ""
            cells = [*(power(off[number]) for number in chosen), factor]
            columns.append(Column(OFF, role, "off" if has_numbers else f"{head[:4]}.", cells))
    return columns


def number_told(value: float) -> str:
    """A number with a blank before it in its column."""
    text = figure(value, 4)
    mantissa, e, exponent = text.partition("e")
    return text if len(text) < NUMBER or not e else f"{float(mantissa):.2f}e{exponent}"


def times_told(value: float) -> str:
    """How many times as long, in at most four characters."""
    if 1 <= value < 9999.5:
        return f"{value:.3g}" if value < 99.95 else f"{value:.0f}"
    return power(value)


def power(value: float) -> str:
    """One digit and the exponent: 3e-8."""
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent and value else "0" if value == 0 else mantissa

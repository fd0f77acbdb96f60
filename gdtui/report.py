"""What is printed on the normal screen: the table of samples, the confusion matrix, the summary."""

import io
import math
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.style import Style
from rich.table import Table
from rich.text import Text

from gdtui.encoding import can_show
from gdtui.learning.moment import Moment
from gdtui.runs.compare import Entrant, Row, fair_target, tasks_differ
from gdtui.runs.curve import first_at_most, loss_at
from gdtui.runs.lost import LostData
from gdtui.runs.recipes import alphas, recipe_told
from gdtui.runs.run import Shown
from gdtui.runs.samples import Sample, samples, summary
from gdtui.types import Confusion

SHOWN_FEATURES = 3
"""Columns of features in a table; the others are counted in its caption."""
SHORTER, GAP = 70, 2
"""Columns below which a table has a shorter title in its head, and those between two columns."""
PLAIN_WIDTH = 200
"""Columns of a table that goes into a file or a pipe."""
TEST_ROW = "○"
"""What marks a row that is kept for testing, here as among the points."""
COLOURS = {"right": "green", "wrong": "red", "unknown": ""}


def samples_table(
    rows: list[Sample],
    feature_names: tuple[str, ...],
    shown: int = SHOWN_FEATURES,
    labels: tuple[str, str, str] = ("activation", "predicted", "true"),
    styles: Mapping[str, Style | str] = COLOURS,
    widest: int = 12,
    **look: Any,
) -> Table:
    """The sampled activations, one row each.

    Args:
        shown: how many features have a column.
        labels: of the columns that every row has.
        styles: of the verdicts right, wrong and unknown.
        widest: columns that a feature's name takes at the most.
        look: as `rich.table.Table` takes it.
    """
    table = Table(**look)
    table.add_column("row", justify="right", no_wrap=True)
    for name in feature_names[:shown]:
        table.add_column(Text(name), justify="right", no_wrap=True, max_width=widest)
    for label in labels:
        table.add_column(label, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_row(
            f"{TEST_ROW} {row.index}" if row.is_test else str(row.index),
            *(f"{value:.4g}" for value in row.features[:shown]),
            f"{row.activation:.4f}",
            "–" if row.predicted is None else str(row.predicted),
            str(row.true),
            Text(row.verdict, styles[row.verdict.split()[1]]),
        )
    if (hidden := len(feature_names) - shown) > 0:
        table.caption = f"{hidden} more feature{'s' * (hidden > 1)} not shown"
    return table


def matrices(known: Moment, corner: str = "true \\ predicted") -> dict[str, Confusion]:
    """The confusion matrices of a state, by what stands in their corners: of two it says which is which."""
    if known.confusion is None or known.test_confusion is None:
        return {} if known.confusion is None else {corner: known.confusion}
    return {"trained on": known.confusion, "tested on ": known.test_confusion}  # of one width


def confusion_table(
    confusion: Confusion, class_names: tuple[str, ...], corner: str = "true \\ predicted", room: int = 80, **look: Any
) -> Table:
    """Counts by true class (rows) and predicted class (columns), over all rows of the data.

    Args:
        room: the columns that there are, without frames. Where they are too few for the names of many classes, their
            numbers are above the columns; where they are too few for all columns, a mark stands for the last of them.
    """
    table = Table(**look)
    classes, width = math.isqrt(len(confusion)), len(str(max(confusion)))  # a count is shown whole, or tells a lie
    if len(class_names) != classes:  # a file may have others
        class_names = tuple(map(str, range(classes)))
    names, heads, widest, shown = class_names, class_names, max(12, width), classes
    if classes > 2:
        longest, gap = max(map(cell_len, class_names)), sum(table.padding[1::2]) or 1
        room -= min(16, max(longest + 2, len(corner))) + gap
        widest = max(width, min(longest, room // classes - gap))
        if longest > widest:
            heads = tuple(map(str, range(classes)))
            names = tuple(f"{number} {name}" for number, name in enumerate(class_names))
        if classes * (width + gap) > room:
            shown = max(1, (room - 1 - gap) // (width + gap))
    table.add_column(corner, no_wrap=True, max_width=16)
    for head in heads[:shown]:
        table.add_column(Text(head), justify="right", no_wrap=True, min_width=width, max_width=widest)
    if shown < classes:
        table.add_column("…")
    for number, name in enumerate(names):
        counts = confusion[number * classes :][:shown]
        table.add_row(Text(name), *(Text(str(count), "bold" * (at == number)) for at, count in enumerate(counts)))
    return table


def standings_table(
    entrants: Sequence[Row],
    target: float | None = None,
    epoch: int | None = None,
    room: int | None = None,
    marks: Sequence[Text] = (),
    losses: str = "last loss",
) -> Table:
    """Runs side by side. It says when each reached the target, a loss, or, without one, the lowest that all have
    been down to; and its loss at `epoch`, where one is looked at. Where objectives or data differ, it says so instead
    of a loss for all. Where there is `room` for so many columns of text, the least important ones are left out. Each
    may have a mark; `losses` is the title of what is known last of each."""
    differ = tasks_differ([entrant for entrant in entrants if isinstance(entrant, Entrant)])
    columns = _columns(entrants, target, epoch, differ, room is not None and room < SHORTER, losses)
    table = Table(box=None, padding=(0, GAP, 0, 0))
    if differ:
        table.caption, table.caption_justify = "other data or another objective: these losses do not compare", "left"
    if marks:
        table.add_column("", no_wrap=True)
    columns[0] = (*columns[0][:3], [_cut(run.name, room) for run in entrants])
    shown = _fitting(columns, room)
    for _, title, justify, _ in shown:
        table.add_column(title, justify=justify, no_wrap=True)
    for number, row in enumerate(zip(*(cells for *_, cells in shown), strict=True)):
        table.add_row(*marks[number : number + 1], *map(Text, row))
    return table


def _columns(
    entrants: Sequence[Row], target: float | None, epoch: int | None, differ: bool, is_short: bool, losses: str
) -> list[tuple[int | None, str, JustifyMethod, list[str]]]:
    """The columns of such a table, each with its rank: the lowest is the last to be left out, and None is not to be had
    at all."""
    steps = [recipe_told(run.curve.trained[-1][1]) if run.curve.trained else "" for run in entrants]
    has_tests = any(run.test_loss is not None for run in entrants)
    compares = target is not None or not differ
    target = fair_target(entrants) if target is None else target
    most = "≤" if can_show("≤") else "<="  # what stands for it elsewhere is one column wide, and another sign
    wanted = f"{most} {target:.3g}" if is_short else f"loss {most} {target:.6g} at"
    reached = wanted if math.isfinite(target) else "reached"
    return [
        (0, "run", "left", [run.name for run in entrants]),
        (5, "state", "left", [run.state for run in entrants]),
        (4, "epochs", "right", [f"{len(run.curve):,}" for run in entrants]),
        (1, losses, "right", [_told(run.loss, ".7g") for run in entrants]),
        (6, "accuracy", "right", [_told(run.accuracy, ".2%") for run in entrants]),
        (6 if has_tests else None, "test accuracy", "right", [_told(run.test_accuracy, ".2%") for run in entrants]),
        (7 if has_tests else None, "test loss", "right", [_told(run.test_loss, ".7g") for run in entrants]),
        (3 if compares else None, reached, "right", [_told(first_at_most(run.curve, target), ",") for run in entrants]),
        (
            None if epoch is None else 2,
            f"loss at {epoch or 0:,}",
            "right",
            [_told(loss_at(run.curve, epoch or 0), ".7g") for run in entrants],
        ),
        (7, "alpha", "left", [" → ".join(f"{a:g}" for _, a in alphas(run.curve.trained)) or "–" for run in entrants]),
        (8 if any(steps) else None, "steps", "left", [told or "plain" for told in steps]),
        (8 if differ else None, "objective", "left", [run.task[0] for run in entrants]),
        (9 if differ else None, "data", "left", [run.task[1] for run in entrants]),
    ]


def _cut(name: str, room: int | None) -> str:
    """A name that leaves two thirds of the room to the numbers: names mostly differ at their ends, so those stay."""
    most = len(name) if room is None else max(12, room // 3)
    return name if len(name) <= most else f"{name[: most // 2]}…{name[most // 2 + 1 - most :]}"


def _fitting(columns: list[tuple[int | None, str, JustifyMethod, list[str]]], room: int | None) -> list[Any]:
    """Those columns that there is room for."""
    fitting: set[str] = set()
    for rank, title, _, cells in sorted((column for column in columns if column[0] is not None), key=itemgetter(0)):
        if room is not None:
            room -= max(map(cell_len, (title, *cells))) + GAP
            if room < 0 and rank:
                break
        fitting.add(title)
    return [column for column in columns if column[1] in fitting]


def _told(value: float | None, spec: str) -> str:
    return f"{value:{spec}}" if value is not None and math.isfinite(value) else "–"


def print_report(run: Shown, console: Console | None = None) -> None:
    """Print table, confusion matrix and summary on the normal screen, so that they stay in the scrollback: all at the
    weights after the last step."""
    console, end = console or Console(highlight=False), run.end()
    look: dict[str, Any] = {"title_justify": "left", "title_style": "bold"}
    if not isinstance(run.data, LostData):
        rows, names, unit = samples(run, end.weights), run.data.class_names, run.objective.unit
        title = f"Sampled {unit}s" + ("" if run.data.test is None else f", {TEST_ROW} kept for testing")
        look_of_samples = {"labels": (unit, "predicted", "true"), "title": title, **look}
        anywhere = console.options.update(width=2 * SHORTER)
        for features in range(SHOWN_FEATURES, -1, -1):
            table = samples_table(rows, run.data.feature_names, features, **look_of_samples)
            if console.measure(table, options=anywhere).maximum <= console.width:
                break
        console.print(table)
        room = console.width - 2 - len(names)  # the rest is frames
        for corner, counts in matrices(end).items():
            console.print(confusion_table(counts, names, corner, room, title="Confusion matrix", **look))
    console.print(Text(summary(run, end), "bold"))


def print_plain(table: Table, out: TextIO) -> None:
    """Print a table where there is no screen. Rich itself would exit with 1 where the reader of a pipe has gone."""
    drawn = io.StringIO()
    Console(file=drawn, highlight=False, width=None if out.isatty() else PLAIN_WIDTH).print(table)
    out.write(drawn.getvalue())
    out.flush()


def print_standings(entrants: Sequence[Row], target: float | None = None) -> None:
    """Print the comparison on the normal screen."""
    Console(highlight=False).print(standings_table(entrants, target))


def print_cells(rows: Sequence[Mapping[str, str]]) -> None:
    """Print a table of texts, by the titles of their columns, of which the first is of names, on the normal screen."""
    table = Table(box=None, padding=(0, GAP, 0, 0))
    for number, title in enumerate(dict.fromkeys(title for row in rows for title in row)):
        table.add_column(Text(title), justify="right" if number > 1 else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(row.get(str(column.header), "")) for column in table.columns))
    Console(highlight=False).print(table)

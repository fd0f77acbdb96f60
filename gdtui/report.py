"""What is printed on the normal screen: the table of samples, the confusion matrix, the summary."""

import math
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from gdtui.runs.compare import Entrant, fair_target, tasks_differ
from gdtui.runs.lost import LostData
from gdtui.runs.run import Shown
from gdtui.runs.samples import Sample, samples, summary
from gdtui.types import Confusion

SHOWN_FEATURES = 3
"""Columns of features in a table; the others are counted in its caption."""
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
            str(row.index),
            *(f"{value:.4g}" for value in row.features[:shown]),
            f"{row.activation:.4f}",
            "–" if row.predicted is None else str(row.predicted),
            str(row.true),
            Text(row.verdict, styles[row.verdict.split()[1]]),
        )
    if (hidden := len(feature_names) - shown) > 0:
        table.caption = f"{hidden} more feature{'s' * (hidden > 1)} not shown"
    return table


def confusion_table(
    confusion: Confusion, class_names: tuple[str, str], corner: str = "true \\ predicted", **look: Any
) -> Table:
    """Counts by true class (rows) and predicted class (columns), over all rows of the data."""
    true_negative, false_positive, false_negative, true_positive = confusion
    table = Table(**look)
    table.add_column(corner, no_wrap=True, max_width=16)
    width = len(str(max(confusion)))  # a count is shown whole, or it says something else
    for name in class_names:
        table.add_column(Text(name), justify="right", no_wrap=True, min_width=width, max_width=max(12, width))
    table.add_row(Text(class_names[0]), Text(str(true_negative), "bold"), str(false_positive))
    table.add_row(Text(class_names[1]), str(false_negative), Text(str(true_positive), "bold"))
    return table


def standings_table(
    entrants: list[Entrant], target: float | None, epoch: int | None = None, is_narrow: bool = False
) -> Table:
    """Runs side by side. It says when each reached the target, a loss, or, without one, the lowest that all have
    been down to; and its loss at `epoch`, where one is looked at. A narrow one leaves out state, accuracy and alpha.
    Where objectives or data differ, it says so instead of a loss for all."""
    differ, is_asked = tasks_differ(entrants), target is not None
    target = fair_target(entrants) if target is None else target
    losses_at = [None if epoch is None else entrant.curve.at(epoch) for entrant in entrants]
    firsts = [entrant.curve.first_at_most(target) for entrant in entrants]
    wanted = f"≤ {target:.3g}" if is_narrow else f"loss ≤ {target:.6g} at"
    reached, looked_at = wanted if math.isfinite(target) else "reached", f"loss at {epoch}"
    columns = {
        "run": [entrant.name for entrant in entrants],
        "state": [entrant.state for entrant in entrants],
        "epochs": [f"{len(entrant.curve):,}" for entrant in entrants],
        "last loss": [_loss(entrant.loss) for entrant in entrants],
        "accuracy": ["–" if entrant.accuracy is None else f"{entrant.accuracy:.2%}" for entrant in entrants],
        reached: ["–" if first is None else f"{first:,}" for first in firsts],
        looked_at: [_loss(loss) for loss in losses_at],
        "alpha": [" → ".join(f"{alpha:g}" for _, alpha in entrant.curve.alphas) or "–" for entrant in entrants],
        "objective": [entrant.task[0] for entrant in entrants],
        "data": [entrant.task[1] for entrant in entrants],
    }
    left_out = {"state", "accuracy", "alpha", "objective", "data"} if is_narrow else set()
    left_out |= {"objective", "data"} if not differ else set() if is_asked else {reached}
    left_out |= {looked_at} if epoch is None else set()
    table = Table(box=None, padding=(0, 2, 0, 0))
    if differ:
        table.caption, table.caption_justify = "other data or another objective: these losses do not compare", "left"
    shown = {name: cells for name, cells in columns.items() if name not in left_out}
    for name in shown:
        is_text = name in ("run", "state", "alpha", "objective", "data")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True)
    for row in zip(*shown.values(), strict=True):
        table.add_row(*map(Text, row))
    return table


def _loss(loss: float | None) -> str:
    return f"{loss:.7g}" if loss is not None and math.isfinite(loss) else "–"


def _titled(table: Table, title: str) -> Table:
    table.title, table.title_justify, table.title_style = title, "left", "bold"
    return table


def print_report(run: Shown, console: Console | None = None) -> None:
    """Print table, confusion matrix and summary on the normal screen, so that they stay in the scrollback: all at the
    weights after the last step."""
    console, end = console or Console(highlight=False), run.end()
    if not isinstance(run.data, LostData):
        rows, names = samples(run, end.weights), run.data.class_names
        console.print(_titled(samples_table(rows, run.data.feature_names), "Sampled activations"))
        if end.confusion is not None:
            console.print(_titled(confusion_table(end.confusion, names), "Confusion matrix"))
    console.print(Text(summary(run, end), "bold"))


def print_standings(entrants: list[Entrant], target: float | None, console: Console | None = None) -> None:
    """Print the comparison on the normal screen."""
    (console or Console(highlight=False)).print(standings_table(entrants, target))

"""What is printed on the normal screen: the table of samples, the confusion matrix, the summary."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gdtui.runs.compare import Entrant, fair_target, tasks_differ
from gdtui.runs.lost import LostData
from gdtui.runs.run import Shown
from gdtui.runs.samples import Sample, samples, summary
from gdtui.types import Confusion

SHOWN_FEATURES = 3
"""Columns of features in a table; the others are counted in its caption."""


def samples_table(rows: list[Sample], feature_names: tuple[str, ...]) -> Table:
    """The sampled activations, one row each."""
    table = Table(title="Sampled activations", title_justify="left", title_style="bold")
    table.add_column("row", justify="right")
    for name in feature_names[:SHOWN_FEATURES]:
        table.add_column(Text(name), justify="right", no_wrap=True, max_width=12)
    for name in ("activation", "predicted", "true"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for sample in rows:
        verdict = Text(sample.verdict, "" if sample.predicted is None else "green" if sample.is_right else "red")
        table.add_row(
            str(sample.index),
            *(f"{value:.4g}" for value in sample.features[:SHOWN_FEATURES]),
            f"{sample.activation:.4f}",
            "–" if sample.predicted is None else str(sample.predicted),
            str(sample.true),
            verdict,
        )
    hidden = len(feature_names) - SHOWN_FEATURES
    if hidden > 0:
        table.caption = f"{hidden} more feature{'s' * (hidden > 1)} not shown"
    return table


def confusion_table(confusion: Confusion, class_names: tuple[str, str]) -> Table:
    """Counts by true class (rows) and predicted class (columns), over all rows of the data."""
    true_negative, false_positive, false_negative, true_positive = confusion
    table = Table(title="Confusion matrix", title_justify="left", title_style="bold")
    table.add_column("true \\ predicted")
    for name in class_names:
        table.add_column(Text(name), justify="right", no_wrap=True, max_width=14)
    zero, one = map(Text, class_names)
    table.add_row(zero, Text(str(true_negative), "green"), str(false_positive))
    table.add_row(one, str(false_negative), Text(str(true_positive), "green"))
    return table


def standings_table(
    entrants: list[Entrant], target: float | None, epoch: int | None = None, is_narrow: bool = False
) -> Table:
    """Runs side by side. It says when each reached the target, a loss, or, without one, the lowest that all have
    been down to; and its loss at `epoch`, where one is looked at. A narrow one leaves out state, accuracy and alpha.
    Where objectives or data differ, it says so instead of a loss for all."""
    differ, is_asked = tasks_differ(entrants), target is not None
    target = fair_target(entrants) if target is None else target
    standings = [entrant.standing(target, epoch) for entrant in entrants]
    wanted = f"≤ {target:.3g}" if is_narrow else f"loss ≤ {target:.6g} at"
    reached, looked_at = wanted if math.isfinite(target) else "reached", f"loss at {epoch}"
    columns = {
        "run": [one.name for one in standings],
        "state": [one.state for one in standings],
        "epochs": [f"{one.epochs:,}" for one in standings],
        "last loss": [_loss(one.loss) for one in standings],
        "accuracy": ["–" if one.accuracy is None else f"{one.accuracy:.2%}" for one in standings],
        reached: ["–" if one.reached is None else f"{one.reached:,}" for one in standings],
        looked_at: [_loss(one.at) for one in standings],
        "alpha": [one.alpha or "–" for one in standings],
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


def print_report(run: Shown, console: Console | None = None) -> None:
    """Print table, confusion matrix and summary on the normal screen, so that they stay in the scrollback: all at the
    weights after the last step."""
    console, end = console or Console(highlight=False), run.end()
    if not isinstance(run.data, LostData):
        console.print(samples_table(samples(run, end.weights), run.data.feature_names))
        if end.confusion is not None:
            console.print(confusion_table(end.confusion, run.data.class_names))
    console.print(Text(summary(run, end), "bold"))


def print_standings(entrants: list[Entrant], target: float | None, console: Console | None = None) -> None:
    """Print the comparison on the normal screen."""
    (console or Console(highlight=False)).print(standings_table(entrants, target))

"""`gdtui range`: alpha is raised step by step, and what becomes of the loss is printed."""

from __future__ import annotations

import math
import shutil
import sys
from typing import TYPE_CHECKING

from gdtui.commands.asked import asked_of, in_columns
from gdtui.numbers import nearest_rung
from gdtui.options import Parser
from gdtui.text import tell

if TYPE_CHECKING:
    # These bring NumPy with them.
    from gdtui.analysis.range_test import RangeTest
    from gdtui.analysis.stability import Limits

ABOUT = """Raise alpha from step to step, from the weights that a run begins with or a saved one ended with, until the
loss blows up, and print loss against alpha. The run itself is not changed, and nothing is saved."""
EPILOG = """\
On a terminal there is a chart too. See gdtui/analysis/README.md.
exit codes: 0 printed, 2 bad usage or data."""
WIDEST, HEIGHT = 100, 18
"""Of the chart, in cells."""


def run(arguments: list[str]) -> int:
    asked = asked_of(Parser("gdtui range", ABOUT, EPILOG), arguments)
    from gdtui.analysis.range_test import range_test
    from gdtui.analysis.stability import limits
    from gdtui.data.dataset import rows_told
    from gdtui.learning.objective import objective_named
    from gdtui.views.track import sample_of

    data = asked.data
    some, found = sample_of(data), None
    for more in range_test(some, objective_named(asked.loss, len(data.class_names)), asked.recipe, asked.weights):
        found = more
    if found is None or not len(found.alphas):
        raise ValueError("there is no range test from weights that are not finite; lower --alpha, or --standardize")
    known = limits(data, asked.loss, asked.recipe, asked.weights, some)
    begun = ", ".join(filter(None, [asked.at, rows_told(len(some), data)]))
    for line in in_columns([*asked.told, ("begun", begun), ("loss", f"{found.first:.7g} before the first step")]):
        tell(line)
    if sys.stdout is not None and sys.stdout.isatty():
        for line in ["", *chart(found, known, min(shutil.get_terminal_size().columns, WIDEST))]:
            tell(line)
    for line in ["", *table(found, known), "", suggestion(found, known)]:
        tell(line)
    return 0


def table(found: RangeTest, known: Limits) -> list[str]:
    """Alpha and the loss after its step, on the ladder of alphas and where there is something to be seen."""
    losses = dict(zip(found.alphas.tolist(), found.losses.tolist(), strict=True))
    notes: dict[float, str] = {}
    for rung in sorted({nearest_rung(alpha) for alpha in losses}):
        notes[min(losses, key=lambda alpha, rung=rung: abs(math.log(alpha / rung)))] = ""  # type: ignore[misc]
    marks = ((found.steepest, "falls fastest"), (found.smallest, "smallest"), (found.blow_up, "blows up"))
    notes |= {alpha: note for alpha, note in marks if alpha is not None}
    limits = ((known.sure, "limit at any weights"), (known.here, "limit at the first weights"))
    notes |= {alpha: note for alpha, note in limits if alpha is not None and min(losses) <= alpha <= max(losses)}
    rows = [f"{'alpha':>12}  {'loss':>14}"]
    for alpha in sorted(notes):
        loss = f"{losses[alpha]:>14.7g}" if alpha in losses else " " * 14
        rows.append(f"{alpha:>12.4g}  {loss}  {notes[alpha]}".rstrip())
    return rows


def suggestion(found: RangeTest, known: Limits) -> str:
    """The alpha to take, and why there are no limits, in a line."""
    why = f"; no limit is known: {known.why_not}" if known.why_not else ""
    if found.suggested is None:
        return f"suggested: none, since no step made the loss smaller{why}"
    where = "a tenth of that with the smallest loss"
    if found.blow_up is None:
        where = "where the loss falls fastest, since it never blew up"
    from gdtui.views.alphas import limit_passed

    if (limit := limit_passed(found, known)) is not None:
        why = f"; beyond the limit at the first weights, {limit:.3g}, since the loss fell there all the same"
    return f"suggested: --alpha {found.suggested:g}, {where}, rounded down{why}"


def chart(found: RangeTest, known: Limits, width: int) -> list[str]:
    """The losses over alpha, with the limits, in lines."""
    from gdtui.charts.field import Shading
    from gdtui.charts.roles import Role
    from gdtui.views.alphas import Mark, Span
    from gdtui.views.scale import framed, up_of

    ends = found.alphas[[0, -1]].tolist()
    scale = framed(width, HEIGHT, Span().holding(None, ends, []), up_of(found, None), known.sure is not None)
    if scale is None:
        return []
    drawn = scale.empty.copy()
    if known.sure is not None:
        scale.draw_zones(drawn, known, Shading.HATCHED)
    scale.draw_test(drawn, found)
    if found.suggested is not None:
        name = f"suggested {found.suggested:g}"
        scale.draw_marks(drawn, [Mark(name, found.suggested, found.suggested, Role.NOTE)])
    scale.label_test(drawn, found)
    scale.label_limits(drawn, known)
    return [line.rstrip() for line in drawn.lines()]

"""The screen of run files side by side: their loss curves on one chart and a table; also one file that holds only
losses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.widgets import Static

from gdtui.charts.roles import RUNS
from gdtui.session.commands import GoTo
from gdtui.tui.arrangement import Arrangement, arrange_comparison
from gdtui.tui.bindings import COMPARING, textual_bindings
from gdtui.tui.board import Board, entitle, panel
from gdtui.tui.chart_view import ChartView
from gdtui.tui.log_view import LogView
from gdtui.tui.panes import Panes
from gdtui.tui.why_line import WhyLine

if TYPE_CHECKING:
    # These bring NumPy with them: imported after the first paint.
    from gdtui.charts.chart import Chart
    from gdtui.session.comparison import Standings
    from gdtui.views.loss_axes import Look

MARKS = 5
"""Columns beside the table: for each run's colour, and for a bar that scrolls."""


class ComparisonBoard(Board):
    """Looks at run files."""

    keys = COMPARING
    BINDINGS = textual_bindings(COMPARING)

    snapshot: Standings | None

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self._log: bool | None = None
        """Whether the loss is on a logarithmic scale, where somebody has chosen."""
        self._across = 0
        self.add_class("compare")
        self._loss_view, self._log_view = ChartView(id="loss"), LogView(id="log")
        self._rows_view = Static("reading …", markup=False)
        self._table_view = VerticalScroll(self._rows_view, id="standings", can_focus=False)
        panels = (self._loss_view, "Loss"), (self._table_view, "Runs"), (self._log_view, "Log")
        parts = [panel(view, title) for view, title in panels]
        self._table_view.add_class("page")
        self._log_view.add_class("page")
        self._rows = 2, 9
        """Of the table, and of the log with its frame."""
        self._why_line = WhyLine(id="why")
        self.panes = Panes(self.head(), *parts, self._why_line, self.key_bar, areas=self.areas)

    def arranged(self, width: int, height: int) -> Arrangement:
        return arrange_comparison(width, height, *self._rows)

    # Drawing

    def draw(self, snapshot: Standings) -> tuple[str, Chart] | None:
        from gdtui.views.loss import loss_chart, title
        from gdtui.views.loss_axes import scales_of

        if not self._loss_view.size.area:
            return None
        curve, look = snapshot.entrants[snapshot.front].curve, self._look(snapshot)
        named = f"  ·  {look.name}" if look.name else ""
        return title(scales_of(curve, look)) + named, loss_chart(curve, look, *self._loss_view.size)

    def show(self, snapshot: Standings, drawn: tuple[str, Chart] | None) -> None:
        from gdtui.runs.compare import tasks_differ

        self.snapshot = snapshot
        if drawn is not None:
            entitle(self._loss_view, drawn[0])
            self._loss_view.show(drawn[1])
        runs, before = snapshot.entrants, self._rows
        # A table that cannot compare all says so below; of several runs there may be nothing to log.
        self._rows = len(runs) + 1 + tasks_differ(runs), 9 if len(runs) == 1 else 4 * bool(snapshot.log)
        if self._rows != before:
            self.rearrange()
        if self.shows_link:
            self.show_title(self.headline)
        self._why_line.line = snapshot.line
        self._log_view.show(snapshot.log, snapshot.logged, snapshot.at)
        self.key_bar.show(snapshot)
        self.draw_table(snapshot)

    def _look(self, shown: Standings) -> Look:
        from gdtui.runs.curve import loss_at
        from gdtui.views.loss import run_roles
        from gdtui.views.loss_axes import Across, Look

        runs, front = shown.entrants, shown.entrants[shown.front]
        order = [shown.front, *(number for number in range(len(runs)) if number != shown.front)]
        at = front.loss if shown.at is None else loss_at(front.curve, shown.at)
        return Look(
            max(run.wanted for run in runs),
            self._log,
            shown.at,
            tuple((runs[number].curve, runs[number].name) for number in order[1:]),
            run_roles(order),
            list(Across)[self._across],
            math.nan if at is None else at,
            front.name if len(runs) > 1 else "",
        )

    def draw_table(self, snapshot: Standings) -> None:
        if not self._loss_view.is_attached:  # being taken down, it has no styles
            return
        from gdtui.report import standings_table

        room = self._table_view.scrollable_content_region.width - MARKS
        marks = []
        for number in range(len(snapshot.entrants)):
            style = self._loss_view.look(RUNS[number % len(RUNS)])
            marks.append(Text("▶━" if number == snapshot.front and len(snapshot.entrants) > 1 else " ━", style))
        self._rows_view.update(standings_table(snapshot.entrants, snapshot.target, snapshot.at, room, marks))
        self._table_view.scroll_to_region(Region(0, snapshot.front + 1, 1, 1), animate=False, force=True)

    def on_chart_view_touched(self, event: ChartView.Touched) -> None:
        if self.snapshot is None or event.kind == "release":
            return
        from gdtui.views.loss import epoch_at

        runs, front = self.snapshot.entrants, self.snapshot.entrants[self.snapshot.front]
        last = max(len(run.curve) for run in runs)
        epoch = epoch_at(event.column, *self._loss_view.size, front.curve, self._look(self.snapshot), last)
        if epoch is not None:
            self.ask(GoTo(epoch))

    def action_scroll(self, lines: int) -> None:
        if "log" in self.arrangement.areas:
            self._log_view.scroll_lines(lines)
        else:
            self._table_view.scroll_relative(y=lines, animate=False)

    def action_log_scale(self) -> None:
        if self.snapshot is not None:
            from gdtui.views.loss_axes import scales_of

            curve = self.snapshot.entrants[self.snapshot.front].curve
            self._log = not scales_of(curve, self._look(self.snapshot)).ylog
            self.gdtui.redraw()

    def action_epoch_axis(self) -> None:
        self._across = (self._across + 1) % 3
        self.gdtui.redraw()

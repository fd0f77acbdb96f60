"""The screen of other people's runs: their metrics in charts, a table where there are several, and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.widget import AwaitMount

from gdtui.session.commands import Command, GoTo, NextBranch
from gdtui.text import printable
from gdtui.tui.arrangement import FRAME, Arrangement
from gdtui.tui.bindings import LOOKING, textual_bindings
from gdtui.tui.board import entitle, literal, panel
from gdtui.tui.chart_view import ChartView
from gdtui.tui.legend import fitted
from gdtui.tui.log_arrangement import SLOTS, LogWish, arrange_logs, page_of
from gdtui.tui.log_view import LogView
from gdtui.tui.panes import Panes
from gdtui.tui.runs_table import RunsTable
from gdtui.tui.wheel_board import WheelBoard
from gdtui.tui.why_line import WhyLine

if TYPE_CHECKING:
    # These bring NumPy with them: imported after the first paint.
    from gdtui.session.logs import LogsShown
    from gdtui.types import Floats
    from gdtui.views.metric_axes import Across
    from gdtui.views.metrics import Drawn, Metrics, Seen
    from gdtui.views.standings import Standing

WEIGHTS = 0.0, 0.6, 0.9, 0.99
"""Of the smoothing, in the order in which a key goes through them."""
STANDARD_INPUT = "-"
"""What is looked at, where that is no file."""
AROUND = 6
"""Columns of a frame that are not its title's."""


class Drawing(NamedTuple):
    """What is to be shown.

    Attributes:
        charts: those of the page, by the names of their groups.
        runs: the table.
        order, sorted_by: the numbers of the runs, as it has them, and what that order is called.
        title: of the screen.
        across, ways: the axis along the training, and all that there are.
        records: where those of the run in front are.
    """

    wish: LogWish
    charts: list[tuple[str, Drawn]]
    runs: list[Standing]
    order: list[int]
    sorted_by: str
    title: str
    across: Across
    ways: list[Across]
    records: Floats


class LogsBoard(WheelBoard):
    """Looks at other people's runs."""

    keys = LOOKING
    BINDINGS = textual_bindings(LOOKING)

    snapshot: LogsShown | None

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.add_class("compare")
        self.wish = LogWish()
        self.front = ""
        """The name of the group in front."""
        self._names: list[str] = []
        """Of all groups that there are."""
        self._metrics: Metrics | None = None
        self._seen: Seen | None = None
        self._drawn: list[tuple[str, Drawn]] = []
        self._seeks = ""
        """The order of which the first run is to come to the front; empty for none."""
        self._drawing: Drawing | None = None
        """What is shown: what keys and the mouse are about, since the runs may be read on meanwhile."""
        self.slots = [ChartView(id=name) for name in SLOTS]
        self.runs_table, self.log_view, self.why_line = RunsTable(id="runs"), LogView(id="log"), WhyLine(id="why")
        waiting = "waiting for standard input" if what == STANDARD_INPUT else f"reading {printable(what)}"
        self.why_line.waiting = f"{waiting} …"
        self.title_view.update(f"gdtui  {waiting} …")
        for view, title in ((self.runs_table, "Runs"), (self.log_view, "Log")):
            panel(view, title).add_class("page")
        charts = [panel(slot, "") for slot in self.slots]
        parts = *charts, self.runs_table, self.log_view, self.why_line, self.key_bar
        self.panes = Panes(self.head(), *parts, areas=self.areas)

    def arranged(self, width: int, height: int) -> Arrangement:
        return arrange_logs(width, height, self.wish)

    # Drawing

    def draw(self, snapshot: LogsShown) -> Drawing:
        from gdtui.views.metrics import Metrics, Seen

        if self._metrics is None or self._seen is None:
            self._metrics, self._seen = Metrics(), self._seen or Seen()
        metrics, seen = self._metrics, self._seen
        groups = metrics.groups(snapshot, seen.wanted)
        names = [group.name for group in groups]
        front = names.index(self.front) if self.front in names else 0
        wish = LogWish(
            max(1, len(groups)),
            front,
            self.wish.is_zoomed,
            len(snapshot.runs) + 1 if len(snapshot.runs) > 1 else 0,
            len(snapshot.log),
            any(entry.epoch is not None for entry in snapshot.log[-1:]),
        )
        width, height = self.size
        arranged, (first, last) = arrange_logs(width, height, wish), page_of(width, height, wish)
        around, charts = FRAME[arranged.charts], []
        slots = [arranged.areas[slot] for slot in SLOTS if slot in arranged.areas]
        for group, area in zip(groups[first:last], slots, strict=False):
            size = max(0, area.width - around[0]), max(0, area.height - around[1])
            drawn = metrics.draw(group, snapshot, seen, *size, arranged.charts == "none")
            if seen.weight and "head" not in arranged.areas:  # which says it for all
                drawn = drawn._replace(title=f"{drawn.title}, smoothed by {seen.weight:g}")
            charts.append((group.name, drawn))
        if not groups and slots:
            size = slots[0].width - around[0], slots[0].height - around[1]
            charts = [("", metrics.blank(snapshot, seen, *size))]
        has_table = "runs" in arranged.areas
        main = groups[front] if groups else None
        runs = metrics.table(main, snapshot, seen) if has_table else []
        order = [run.number for run in runs] or metrics.order(main, snapshot, seen)
        self._names = names
        across, ways, title = metrics.across(snapshot, seen), metrics.ways(snapshot), metrics.title
        records = metrics.records(snapshot, across.along)
        told = title(snapshot, seen, self.what, _page_told(first, last, len(groups)))
        return Drawing(wish, charts, runs, order, seen.order.value, told, across, ways, records)

    def show(self, snapshot: LogsShown, drawn: Drawing) -> None:
        self.snapshot, before = snapshot, self.wish
        self.wish = drawn.wish._replace(is_zoomed=before.is_zoomed)  # a key may have come while it was drawn
        if self.wish != before:
            self.rearrange()
        self.show_title(drawn.title)
        self._drawing, self._drawn = drawn, drawn.charts
        front = self._in_front
        for slot, (name, chart) in zip(self.slots, drawn.charts, strict=False):
            is_front = name == front
            slot.set_class(is_front, "front")
            slot.is_marked = is_front and self.arrangement.charts == "none" and len(drawn.charts) > 1
            self._entitle(slot, chart, is_front and len(self._names) > 1)
            slot.show(chart.chart)
        self.runs_table.show(drawn.runs, drawn.sorted_by)
        if self._seeks and self._seeks == drawn.sorted_by and drawn.order:
            self._seeks = ""
            self.ask(NextBranch(0, (drawn.order[0],)))
        self.why_line.line = snapshot.line
        self.log_view.show(snapshot.log, snapshot.logged, None)
        self.key_bar.is_zoomed = self.wish.is_zoomed
        self.key_bar.show(snapshot)

    def _entitle(self, slot: ChartView, drawn: Drawn, is_front: bool) -> None:
        """The name of what is measured, and behind it the values of the run in front."""
        area = self.arrangement.areas.get(str(slot.id))
        room = (area.width if area else 0) - AROUND
        title = f"▸ {drawn.title}" if is_front else drawn.title
        title, legend = fitted(title, drawn.legends, room)
        told = literal(title)
        for text, role in legend:
            colour = slot.look(role).color
            told += Content.styled(f"  {text}", "" if colour is None else colour.get_truecolor().hex)
        entitle(slot, told)

    @property
    def headline(self) -> str:
        return super().headline if self._drawing is None else self._drawing.title

    @property
    def _in_front(self) -> str:
        """The name of the group in front; empty where there is none."""
        return self.front if self.front in self._names else self._names[0] if self._names else ""

    # The mouse

    def on_chart_view_touched(self, event: ChartView.Touched) -> None:
        number = self.slots.index(event.view)
        if self._drawing is None or event.kind == "release" or number >= len(self._drawn):
            return
        name, drawn = self._drawn[number]
        if name != self.front:
            self.front = name
            self.gdtui.redraw()
        from gdtui.views.metrics import record_at

        record = record_at(self._drawing.records, drawn, event.column)
        if record is not None:
            self.ask(GoTo(record))

    def on_runs_table_chosen(self, event: RunsTable.Chosen) -> None:
        self.ask(NextBranch(0, (event.number,)))

    # Keys

    def ask(self, command: Command) -> AwaitMount | None:
        """From run to run one goes as the table has them."""
        if isinstance(command, NextBranch) and not command.among and self._drawing is not None:
            command = command._replace(among=tuple(self._drawing.order))
        return super().ask(command)

    def _see(self, **changes: object) -> None:
        """Look in another way."""
        from dataclasses import replace

        from gdtui.views.metrics import Seen

        self._seen = replace(self._seen or Seen(), **changes)  # type: ignore[arg-type]
        self.gdtui.redraw()

    def action_chart(self, step: int) -> None:
        if self._names:
            self.front = self._names[(self._names.index(self._in_front) + step) % len(self._names)]
            self.gdtui.redraw()

    def action_page(self, step: int) -> None:
        if count := len(self._names):
            wish = self.wish._replace(front=self._names.index(self._in_front), is_zoomed=False)
            first, last = page_of(*self.size, wish)
            self.front = self._names[(last if step > 0 else first - 1) % count]
            self.gdtui.redraw()

    def action_zoom(self) -> None:
        self.wish = self.wish._replace(is_zoomed=not self.wish.is_zoomed)
        self.rearrange()
        self.gdtui.redraw()

    def action_back(self) -> None:
        if self.wish.is_zoomed:
            self.action_zoom()
        elif self._seen is not None and self._seen.wanted:
            self._see(wanted="")

    def action_filter(self) -> AwaitMount | None:
        wanted = "" if self._seen is None else self._seen.wanted

        def typed(text: str) -> None:
            self._see(wanted=text.strip())

        return self.open("FilterLine", wanted, typed, then=typed)

    def action_smooth(self) -> None:
        now = 0.0 if self._seen is None else self._seen.weight
        weight = WEIGHTS[(WEIGHTS.index(now) + 1) % len(WEIGHTS)]
        self._see(weight=weight)
        if "head" not in self.arrangement.areas:  # which says it
            self.app.notify(f"smoothed by {weight:g}" if weight else "not smoothed", timeout=2)

    def action_log_scale(self) -> None:
        front = self._in_front
        drawn = next((drawn for name, drawn in self._drawn if name == front), None)
        if drawn is not None:
            logs = dict(() if self._seen is None else self._seen.logs)
            self._see(logs=(*(logs | {front: not drawn.is_log}).items(),))

    def action_order(self) -> None:
        from gdtui.views.standings import Order

        if self.snapshot is None or len(self.snapshot.runs) < 2:
            return
        order = (Order.NEWEST if self._seen is None else self._seen.order).next
        self._see(order=order)
        self._seeks = order.value if order is Order.BEST else ""
        if "runs" not in self.arrangement.areas:  # which says it
            self.app.notify(f"runs {order.value or 'as they were found'}", timeout=2)

    def action_epoch_axis(self) -> None:
        if self._drawing is not None and (every := self._drawing.ways):
            self._see(across=every[(every.index(self._drawing.across) + 1) % len(every)])

    def action_scroll(self, lines: int) -> None:
        self.log_view.scroll_lines(lines)


def _page_told(first: int, last: int, count: int) -> str:
    """Which of so many charts are shown, after the first so many up to the last; nothing where it is all of them."""
    shown = f"chart {last}" if last == first + 1 else f"charts {first + 1}–{last}"
    return f"{shown} of {count} (tab)" if last - first < count else ""

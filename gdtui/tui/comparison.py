"""Run files side by side: their loss curves on one chart and a table; also one file that holds only losses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.geometry import Region
from textual.widgets import Static

from gdtui.charts.roles import RUNS
from gdtui.tui.bindings import COMPARING, textual_bindings
from gdtui.tui.chart_view import ChartView
from gdtui.tui.filming import Filming, rec_view
from gdtui.tui.key_bar import KeyBar
from gdtui.tui.log_view import LogView
from gdtui.tui.saving import POLL

if TYPE_CHECKING:
    # This brings NumPy with it: imported after the first paint.
    from gdtui.charts.loss import LossView
    from gdtui.learning.descent import Stop
    from gdtui.runs.compare import Entrant

NARROW, SHORT = 70, 20
"""Columns and rows below which there is no room for all columns of the table, and for the log of several runs."""
LINES_AT_ONCE = 200
"""Epochs of a file that are logged at a time, at the most; those before them are left out."""


class CompareApp(Filming):
    """Looks at run files.

    Args:
        paths: the files.
        target: the loss of which the table says when it was reached; None for one that all have reached.
        clock: seconds, for the link.
    """

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "gdtui"
    BINDINGS: ClassVar[list[BindingType]] = [*textual_bindings(COMPARING)]

    def __init__(
        self, paths: list[str], target: float | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(clock)
        self.entrants: list[Entrant] = []
        self.failure: str | None = None
        """Why it could not begin."""
        self.front = 0
        """The number of the run whose curve is in front."""
        self.epoch: int | None = None
        """The epoch looked at, where that is not each run's last."""
        self.log_scale = False
        self.target = target
        self._paths = paths
        self._logged = 0
        """Epochs of a single file that the log has."""
        self._told: dict[str, str | None] = {}
        """The errors that the log has, by file."""
        self._told_stop: Stop | None = None

    def compose(self) -> ComposeResult:
        what = self._paths[0] if len(self._paths) == 1 else f"comparing {len(self._paths)} runs"
        self._title_view = Static(f"gdtui  {what}", id="title", markup=False)
        self._loss_view, self._log_view = ChartView(id="loss"), LogView(id="compare-log")
        self._rows_view = Static("reading …", markup=False)
        self._table_view = VerticalScroll(self._rows_view, id="standings", can_focus=False)
        with Horizontal(id="head"):
            yield self._title_view
            yield rec_view()
        for view, title in ((self._loss_view, "Loss"), (self._table_view, "Runs"), (self._log_view, "Log")):
            view.border_title = title
            yield view.add_class("panel")
        yield KeyBar(COMPARING)

    def on_mount(self) -> None:
        self.screen.add_class("compare", *(["several"] if len(self._paths) > 1 else []))
        self.theme_changed_signal.subscribe(self, lambda _: self._draw_table())
        self.call_after_refresh(lambda: self.run_worker(self._begin(), exclusive=True))

    async def _begin(self) -> None:
        """Read the files, and read on."""
        try:
            self.entrants = await asyncio.to_thread(self._read)
        except (ValueError, MemoryError) as error:
            self.failure = str(error) or "the files do not fit into memory"
            self.exit(2)
            return
        self._log_view.display = len(self.entrants) == 1 or any(entrant.note for entrant in self.entrants)
        for entrant in self.entrants:
            if entrant.note is not None:
                self._log_view.add([f"{entrant.file.path}: not all can be shown: {entrant.note}"], event=True)
        while True:
            self._log_news()
            self._draw()
            self.frame_due = True
            await self._news()

    def _read(self) -> list[Entrant]:
        from gdtui.runs.compare import entrants_of

        return entrants_of(self._paths)

    async def _news(self) -> None:
        """Wait until there is something new to be seen."""
        states = [entrant.state for entrant in self.entrants]
        while True:
            await asyncio.sleep(POLL)
            await self.link.wait()
            found = await asyncio.to_thread(lambda: [entrant.poll() for entrant in self.entrants])
            if any(found) or states != [entrant.state for entrant in self.entrants]:
                return

    # Drawing

    def _log_news(self) -> None:
        """What cannot be read any more; and of a single file, what is new: of several, their curves tell it better."""
        for entrant in self.entrants:
            if entrant.error not in (None, self._told.get(entrant.file.path)):
                self._log_view.display = True
                self._log_view.add([str(entrant.error)], event=True)
            self._told[entrant.file.path] = entrant.error
        if len(self.entrants) == 1:
            self._log_epochs(self.entrants[0])

    def _log_epochs(self, entrant: Entrant) -> None:
        epochs, losses = entrant.curve.known()
        begin = max(self._logged, len(epochs) - LINES_AT_ONCE)
        known = zip(epochs[begin:].tolist(), losses[begin:].tolist(), strict=True)
        self._log_view.add([f"[INFO] epoch #{int(epoch)}, loss={loss:.7f}" for epoch, loss in known])
        self._logged = len(epochs)
        stop = entrant.file.stop
        if stop is not None and stop is not self._told_stop:
            self._log_view.add([stop.message], event=True)
        self._told_stop = stop

    def _draw(self) -> None:
        self._draw_chart()
        self._draw_table()

    def _draw_chart(self) -> None:
        if not self.entrants or not self._loss_view.size.area:
            return
        from gdtui.charts.loss import loss_chart

        front = self.entrants[self.front].curve
        self._loss_view.show(loss_chart(front, self._view(), *self._loss_view.size))

    def _view(self) -> LossView:
        from gdtui.charts.loss import LossView

        order = [self.front, *(number for number in range(len(self.entrants)) if number != self.front)]
        others = tuple((self.entrants[number].curve, self.entrants[number].name) for number in order[1:])
        roles = tuple(RUNS[number % len(RUNS)] for number in order)
        return LossView(max(entrant.wanted for entrant in self.entrants), self.log_scale, self.epoch, others, roles)

    def _draw_table(self) -> None:
        if not self.entrants:
            return
        from gdtui.report import standings_table

        table = standings_table(self.entrants, self.target, self.epoch, is_narrow=self.size.width < NARROW)
        marked = Table.grid(padding=(0, 1, 0, 0))
        keys = [Text(" ")]
        for number in range(len(self.entrants)):
            style = self._loss_view.get_component_rich_style(RUNS[number % len(RUNS)].css)
            keys.append(Text("▶━" if number == self.front and len(self.entrants) > 1 else " ━", style))
        marked.add_row(Text("\n").join(keys), table)
        self._rows_view.update(marked)
        self._table_view.scroll_to_region(Region(0, self.front + 1, 1, 1), animate=False, force=True)

    def on_resize(self, event: Resize) -> None:
        self.screen_stack[0].set_class(event.size.height < SHORT, "short")
        self._draw_table()

    def on_chart_view_resized(self) -> None:
        self._draw_chart()

    # The keys of gdtui.tui.bindings.COMPARING

    @property
    def last_epoch(self) -> int:
        """The last epoch of the longest run."""
        return max((len(entrant.curve) for entrant in self.entrants), default=0)

    def _go(self, epoch: int) -> None:
        """Look at that epoch of all runs; beyond the last, at each run's last."""
        if self.last_epoch:
            self.epoch = None if epoch > self.last_epoch else max(1, epoch)
            self._draw()
            self._log_view.find(self.epoch)

    def action_travel(self, epochs: int) -> None:
        here = self.last_epoch + (epochs > 0) if self.epoch is None else self.epoch
        self._go(here + epochs)

    def action_travel_part(self, tenths: int) -> None:
        self.action_travel(tenths * max(1, self.last_epoch // 10))

    def action_travel_to_start(self) -> None:
        self._go(1)

    def action_travel_to_end(self) -> None:
        self._go(self.last_epoch + 1)

    def on_chart_view_touched(self, event: ChartView.Touched) -> None:
        if not self.entrants:
            return
        from gdtui.charts.loss import epoch_at

        curves = sorted((entrant.curve for entrant in self.entrants), key=len)
        epoch = epoch_at(event.column, *self._loss_view.size, curves[-1], self._view())
        if epoch is not None:
            self._go(epoch)

    def action_next_run(self, step: int) -> None:
        if self.entrants:
            self.front = (self.front + step) % len(self.entrants)
            self._draw()

    def action_log_scale(self) -> None:
        self.log_scale = not self.log_scale
        self._draw_chart()

    def action_help(self) -> None:
        from gdtui.tui.screens import Help

        self.push_screen(Help(COMPARING))

    async def action_quit(self) -> None:
        self.exit(0)

    def action_interrupt(self) -> None:
        self.exit(130)

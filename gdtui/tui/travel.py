"""Time travel, replay and forks: the part of the app that looks at the past."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gdtui.tui.board import Board
from gdtui.tui.chart_view import ChartView

if TYPE_CHECKING:
    from gdtui.tui.stage import Stage


class Travel(Board):
    """The part of the app that travels."""

    def _go(self, epoch: int) -> None:
        """Show that epoch of the past, standing still, or the present, if it is beyond the last. Whoever is in the
        present and goes further is there already: training goes on."""
        if self.stage is not None and not (self.stage.past is None and epoch > self.stage.run.done):
            self._training = False
            self._tell(self.stage.go(epoch))
            if self.base_screen.has_class("narrow"):  # where the table has the place of the log with its mark
                self._show_table(self.stage.past is None and self.stage.run.stop is not None)
            self._redraw()

    def _here(self) -> int:
        """The epoch shown; one beyond the last in the present."""
        assert self.stage is not None
        return self.stage.run.done + 1 if self.stage.past is None else self.stage.past

    def action_travel(self, epochs: int) -> None:
        if self.stage is not None and self.stage.run.done:
            # The present shows the last epoch too, unless the run has ended: then what came after its step.
            skip = self.stage.past is None and self.stage.run.stop is None and epochs < 0
            self._replaying = False
            self._go(max(1, self._here() + epochs - skip))

    def action_travel_part(self, tenths: int) -> None:
        if self.stage is not None:
            self.action_travel(tenths * max(1, self.stage.run.done // 10))

    def action_travel_to_start(self) -> None:
        self._replaying = False
        self._go(1)

    def action_travel_to_end(self) -> None:
        if self.stage is not None:
            self._replaying = False
            self._go(self.stage.run.done + 1)

    def on_chart_view_touched(self, event: ChartView.Touched) -> None:
        if self.stage is None or event.view is not self._loss_view:
            return
        epoch = self.stage.epoch_at(event.column, *self._loss_view.size, self.log_scale)
        if epoch is not None and epoch != self.stage.past:
            self._replaying = False
            self._go(epoch)

    def action_replay(self) -> None:
        if self.stage is None or not self.stage.run.done:
            return
        self._replaying = not self._replaying
        if self._replaying:
            self._replay_due = 0
            self._go(1 if self.stage.past is None else self.stage.past)
        self._wake.set()
        self._draw_status()

    async def _replay(self, stage: Stage) -> None:
        """One frame of a replay."""
        began = self._clock()
        count, _ = self.pace.due(began)
        if self.pace.is_max:
            count = max(1, stage.run.done // 50)
        self._replay_due += count  # what a slow link could not show is skipped, not shown late
        if self._replay_due and stage.past is not None and self.link.is_ready:
            self._tell(stage.go(stage.past + self._replay_due))
            self._replay_due = 0
            if stage.past is None:
                self._replaying = False
            self._redraw()
            self.frame_due = True
        await asyncio.sleep(max(0.1 if self.pace.is_max else 0.0, self.pace.wait() - (self._clock() - began)))

    def action_fork(self) -> None:
        if self.stage is not None and self.stage.past is not None:
            self._replaying = False
            self._tell(self.stage.fork())
            self._show_table(False)
            self._training = True
            self._wake.set()
            self._redraw()

    def action_next_branch(self) -> None:
        if self.stage is not None and len(self.stage.branches) > 1:
            self._training = self._replaying = False
            self._tell(self.stage.next_branch())
            self._redraw()

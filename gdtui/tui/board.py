"""The board: the app's panels, and what they show of a stage. The keys' parts of the app are made on it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from gdtui.numbers import watchable_speed
from gdtui.session.pace import Pace
from gdtui.settings import Settings
from gdtui.tui.bindings import BINDINGS, textual_bindings
from gdtui.tui.chart_view import ChartView
from gdtui.tui.filming import Filming, rec_view
from gdtui.tui.key_bar import Doing, KeyBar
from gdtui.tui.log_view import LogView
from gdtui.tui.status import Status, StatusLines
from gdtui.tui.tables import ConfusionPanel, SamplesPanel

if TYPE_CHECKING:
    # These bring NumPy, plotext and scikit-learn with them: imported after the first paint, off the UI thread.
    from gdtui.runs.run import Run
    from gdtui.tui.stage import Loader, Stage


class Board(Filming):
    """gdtui in a terminal.

    Args:
        settings: the run to begin with.
        paused: whether it waits for a key to begin.
        loader: where data comes from; called outside the screen's thread.
        begin: what makes the first stage instead of settings and loader; called there too.
        clock: seconds, for the pace.
    """

    CSS_PATH = Path(__file__).with_name("app.tcss")  # also for subclasses that live elsewhere
    TITLE = "gdtui"
    BINDINGS: ClassVar[list[BindingType]] = [*textual_bindings()]

    def __init__(
        self,
        settings: Settings,
        paused: bool = False,
        loader: Loader | None = None,
        begin: Callable[[], Stage] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(clock)
        if settings.calm or os.environ.get("NO_MOTION"):
            self.animation_level = "none"
        self.settings = settings
        self.stage: Stage | None = None
        self.pace = Pace(settings.speed or watchable_speed(settings.epochs), settings.fps)
        self.log_scale = False
        self.failure: str | None = None
        """Why it could not begin."""
        self.left_behind: str | None = None
        """The file of a run before the one shown."""
        self.has_only_losses = False
        """Whether that was a run file's having no more."""
        self._doing = Doing()
        """What the keys at the foot and the sign of saving are drawn for."""
        self._loader, self._begin_with, self._clock = loader, begin, clock
        self._training = not paused
        self._replaying = False
        self._replay_due = 0
        self._steps = 0
        self.pulling = asyncio.Lock()
        """Held while epochs are pulled, and whenever none may be."""
        self._wake = asyncio.Event()
        self._shows_link = False
        self._fresh_seed = settings.seed

    def compose(self) -> ComposeResult:
        # Kept at hand: a frame must find them also while the screen is being taken down.
        self._title_view = Static(f"gdtui  {self.settings.data.source}", id="title", markup=False)
        self._saved_view = Static("", id="saved", markup=False)
        self._small_view = Static("", id="small", markup=False)
        self._loss_view, self._scatter_view = ChartView(id="loss"), ChartView(id="scatter")
        self._samples_views = SamplesPanel(id="samples"), SamplesPanel(id="samples-below")
        self._confusion_view = ConfusionPanel(id="confusion")
        self._status_lines, self._log_view = StatusLines(id="status"), LogView(id="log")
        self.base_screen = self.screen
        with Horizontal(id="head"):
            yield self._title_view
            yield self._saved_view
            yield rec_view()
        yield self._small_view
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield _panel(self._loss_view, "Loss")
                yield _panel(self._samples_views[0], "Sampled activations")
            with Vertical(id="right"):
                yield _panel(self._scatter_view, "Data")
        yield self._status_lines
        with Horizontal(id="bottom"):
            yield _panel(self._log_view, "Log")
            yield _panel(self._samples_views[1], "Sampled activations")
            yield _panel(self._confusion_view, "Confusion matrix")
        self._key_bar = KeyBar(BINDINGS, lambda key: self._doing.footer(key))
        yield self._key_bar

    @property
    def run_shown(self) -> Run | None:
        """The run on show; None while the data is loading."""
        return None if self.stage is None else self.stage.run

    def _put_on(self, stage: Stage) -> None:
        """Show this from now on."""
        if self.stage is not None:
            self.left_behind = self.stage.saved_in or self.left_behind
            self.stage.close()
        self.stage = stage
        self._title_view.update(f"gdtui  {stage.title()}")
        self._loss_view.border_title = f"Loss  {stage.run.objective.title}"
        self._scatter_view.border_title, self._scatter_view.border_subtitle = stage.scatter_title(), stage.legend()
        self._log_view.clear()
        self._log_view.add(["[INFO] starting training..."])
        if self.left_behind is not None and stage.saved_in is None:
            self.say(f"{self.left_behind} holds the run before; w saves this one")
        self._tell(stage.recalled(), is_news=False)
        if stage.missing:
            self._log_view.add([f"all but the points can be shown: {stage.missing}"], event=True)
        if stage.run.done and stage.watched is None:
            self._log_view.add([f"going on after epoch {stage.run.done}"], event=True)
        self._show_table(False)
        self._redraw()

    def _start(self, stage: Stage) -> None:
        self._put_on(stage)
        self._training = True
        self._steps = 0
        self._wake.set()
        self._draw_status()

    # Drawing

    def _redraw(self) -> None:
        """Show the state as it is now, in all panels."""
        self._draw_charts()
        self._draw_status()
        self._draw_table()
        shown = None if self.stage is None or self.stage.past is None else self.stage.shown
        if shown is None:
            self._log_view.find(None)
        else:
            self._log_view.find(shown.epoch, shown.loss)

    def _tell(self, lines: list[tuple[str, bool]], is_news: bool = True) -> None:
        for is_event, group in groupby(lines, key=itemgetter(1)):
            texts = [text for text, _ in group]
            self._log_view.add(texts, is_event)
            if is_event and is_news:
                for text in texts:
                    self.mark(text)

    def say(self, text: str) -> None:
        self._log_view.add([text], event=True)
        if self.stage is not None and self.stage.past is not None:  # where the log shows that epoch's lines
            self.notify(text)

    def _draw_charts(self) -> None:
        if self.stage is None:
            return
        if self._loss_view.size.area:
            self._loss_view.show(self.stage.loss_chart(*self._loss_view.size, self.log_scale))
        if self._scatter_view.size.area:
            self._scatter_view.show(self.stage.scatter_chart(*self._scatter_view.size))

    def _draw_status(self) -> None:
        status = self._status()
        self._status_lines.show(status)
        stage = self.stage
        if stage is None:
            doing = Doing()
        else:
            doing = Doing(status.state, self._replaying, stage.watched is not None, len(stage.branches), stage.saved_in)
        if doing != self._doing:
            self._doing = doing
            self._key_bar.refresh()
            self._show_saving()

    def _show_saving(self) -> None:
        """Say in the corner which file holds the run, or that none does, where one held the run before."""
        path, text = self._doing.saved_in, ""
        if path is not None:
            name = os.path.basename(path)
            text = f"saved in {name if len(name) <= 24 else '…' + name[-23:]}"
        elif self.left_behind is not None:
            text = "not saved"
        self._saved_view.update(text)
        self._saved_view.set_class(bool(text), "told")
        self._saved_view.set_class(path is None, "unsaved")

    def _status(self) -> Status:
        if self.stage is None:
            return Status(epochs=self.settings.epochs, alpha=self.settings.alpha, note="loading the data …")
        run, shown = self.stage.run, self.stage.shown
        status = Status(self._state(run), 0, run.epochs, alpha=self.stage.alpha, speed=self.pace.text())
        if shown is not None:
            status = replace(
                status,
                epoch=shown.epoch,
                loss=shown.loss,
                accuracy=shown.accuracy,
                gradient_norm=shown.gradient_norm,
            )
        if self._shows_link:
            status = replace(status, link=self.link.text())
        if self.stage.past is not None:
            note = "End returns" if self.stage.watched is not None else "f trains on from here, End returns"
            return replace(status, note=note)
        if run.stop is not None:
            return replace(status, note=run.stop.message)
        if self.stage.watched is not None:
            return replace(status, note=self.stage.watched.file.path)
        rate = self.pace.measured if self.pace.is_max else self.pace.speed
        return replace(status, seconds_left=(run.epochs - status.epoch) / rate) if rate else status

    def _state(self, run: Run) -> str:
        if self.stage is not None and self.stage.past is not None:
            return "replay" if self._replaying else "past"
        if self.stage is not None and self.stage.watched is not None and run.stop is None:
            return self.stage.watched.state
        if run.stop is not None:
            return {"epochs": "done", "diverged": "diverged"}.get(run.stop.rule, "stopped")
        return "training" if self._training else "paused"

    def _draw_table(self) -> None:
        if self.stage is None or not self.base_screen.has_class("results"):
            return
        data = self.stage.run.data
        rows, is_narrow = self.stage.samples(), self.base_screen.has_class("narrow")
        self._samples_views[is_narrow].show(rows, data.feature_names, self.stage.missing)
        self._confusion_view.show(self.stage.confusion(), data.class_names)

    def _show_table(self, shown: bool) -> None:
        self.base_screen.set_class(shown, "results")

    def on_chart_view_resized(self) -> None:
        self._draw_charts()

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        tiny = width < 60 or height < 16
        self.base_screen.set_class(not tiny and (width < 100 or height < 36), "narrow")
        self.base_screen.set_class(tiny, "tiny")
        small = f"{width}×{height} is small for charts; ? for keys" if tiny else ""
        self._small_view.update(small)
        self._draw_table()

    # What is shown

    def action_log_scale(self) -> None:
        self.log_scale = not self.log_scale
        self._draw_charts()

    def action_table(self) -> None:
        self._show_table(not self.base_screen.has_class("results"))
        self._draw_table()

    def action_link(self) -> None:
        self._shows_link = not self._shows_link
        self._draw_status()

    def action_help(self) -> None:
        from gdtui.tui.screens import Help

        self.push_screen(Help())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for key in BINDINGS:
            yield SystemCommand(key.help, f"key {key.shown}", partial(self.run_action, key.action))
        yield SystemCommand("Change theme", "dark, light and others", self.action_change_theme)


def _panel(widget: Widget, title: str) -> Widget:
    widget.border_title = title
    return widget.add_class("panel")

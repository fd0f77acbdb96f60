"""The app: pulls epochs, shows them, and lets the keyboard steer."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np
from rich.console import RenderableType
from rich.control import Control
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from gdtui.charts.loss import LossView, loss_chart
from gdtui.charts.scatter import MARKERS, ScatterChart
from gdtui.learning.data import Dataset, load
from gdtui.learning.descent import Batch, Measurement
from gdtui.learning.objective import Floats
from gdtui.runs.result import samples
from gdtui.runs.run import Run
from gdtui.settings import DataSettings, Settings, ladder_step, watchable_speed
from gdtui.tui.bindings import BINDINGS, textual_bindings
from gdtui.tui.cells import Cells
from gdtui.tui.chart_view import ChartView
from gdtui.tui.log_view import LogView
from gdtui.tui.pacing import REQUEST, Link
from gdtui.tui.results import ConfusionPanel, SamplesPanel
from gdtui.tui.screens import DataChoice, Help, Question
from gdtui.tui.status import Status, StatusLines
from gdtui.tui.trainer import Pace

LINES_A_FRAME = 50
"""Where a pull brings more epochs than this, the log shows its last only."""


class GdtuiApp(App[int]):
    """gdtui in a terminal.

    Args:
        settings: the run to begin with.
        paused: whether it waits for a key to begin.
        loader: where data comes from; called outside the screen's thread.
        clock: seconds, for the pace.
    """

    CSS_PATH = "app.tcss"
    TITLE = "gdtui"
    BINDINGS: ClassVar[list[BindingType]] = [*textual_bindings()]
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        settings: Settings,
        paused: bool = False,
        loader: Callable[[DataSettings], Dataset] = load,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        if settings.calm or os.environ.get("NO_MOTION"):
            self.animation_level = "none"
        self.settings = settings
        self.run_shown: Run | None = None
        self.pace = Pace(settings.speed or watchable_speed(settings.epochs), settings.fps)
        self.log_scale = False
        self.failure: str | None = None
        self._loader, self._clock = loader, clock
        self._training = not paused
        self._steps = 0
        self._wake = asyncio.Event()
        self._scatter: ScatterChart | None = None
        self._last: tuple[int, Measurement, Floats] | None = None
        self._unshown: list[Batch] = []
        self.link = Link(clock)
        self._cells = Cells()
        self._frame_due = False
        self._shows_link = False
        self._alpha_logged = settings.alpha
        self._fresh_seed = settings.seed

    def compose(self) -> ComposeResult:
        yield Static("gdtui", id="title", markup=False)
        yield Static("", id="small", markup=False)
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield _panel(ChartView(id="loss"), "Loss")
                yield _panel(SamplesPanel(id="samples"), "Sampled activations")
            with Vertical(id="right"):
                yield _panel(ChartView(id="scatter"), "Data")
        yield StatusLines(id="status")
        with Horizontal(id="bottom"):
            yield _panel(LogView(id="log"), "Log")
            yield _panel(ConfusionPanel(id="confusion"), "Confusion matrix")
        yield Footer(compact=True, show_command_palette=False)

    # Loading

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())
        self._wake.set()
        self._show_title()
        self.run_worker(self._begin(), exclusive=True, group="training")

    async def _begin(self) -> None:
        """Load the data, then train until there is no more to do, and again whenever there is."""
        try:
            run = await asyncio.to_thread(lambda: Run(self.settings, self._loader(self.settings.data)))
        except (ValueError, MemoryError) as error:
            self.failure = str(error) or "the data does not fit into memory; take fewer rows with --samples"
            self.exit(2)
            return
        self._take(run)
        await self._train()

    def _take(self, run: Run) -> None:
        """Show this run from now on."""
        is_other_data = self.run_shown is None or self.run_shown.data is not run.data
        self.run_shown = run
        self._alpha_logged = run.alpha
        self._last = None
        self._unshown.clear()
        if is_other_data:
            self._scatter = ScatterChart(run.data)
            self._name_scatter(run.data)
        log = self.query_one("#log", LogView)
        log.clear()
        log.add(["[INFO] starting training..."])
        self._show_table(False)
        self._show_title()
        self._redraw()

    # Training

    async def _train(self) -> None:
        while True:
            await self._wake.wait()
            run = self.run_shown
            if run is None or run.stop is not None or not (self._training or self._steps):
                self.pace.rest()
                self._wake.clear()
                continue
            began = self._clock()
            if self._steps:
                count, seconds = self._steps, 10.0
                self._steps = 0
            else:
                count, seconds = self.pace.due(began)
            if count:
                batch = await asyncio.to_thread(run.descent.advance, count, seconds)
                if run is self.run_shown:
                    self.pace.saw(len(batch), self._clock() - began)
                    await self._take_in(run, batch)
            if self._training:
                await asyncio.sleep(max(0.0, self.pace.wait() - (self._clock() - began)))

    async def _take_in(self, run: Run, batch: Batch) -> None:
        """Remember what a pull brought, and show it once the terminal is ready for another frame. Until then
        training goes on, unless it stands still anyway."""
        run.remember(batch)
        self._unshown.append(batch)
        if run.stop is not None or not self._training:
            await self.link.wait()
        if self.link.is_ready and run is self.run_shown:
            self._show_unshown(run)

    def _show_unshown(self, run: Run) -> None:
        """Show the newest state, with the log lines of all that led there."""
        log = self.query_one("#log", LogView)
        for batch in self._unshown:
            if not len(batch):
                continue
            if batch.alpha != self._alpha_logged:
                log.add([f"alpha {self._alpha_logged:g} → {batch.alpha:g} from epoch {batch.first}"], event=True)
                self._alpha_logged = batch.alpha
            log.add(_log_lines(batch))
            assert batch.last is not None
            self._last = (batch.first + len(batch) - 1, batch.last, batch.weights[-1])
        self._unshown.clear()
        if run.stop is not None:
            self._finish(run)
        self._redraw()
        self._frame_due = True

    def _finish(self, run: Run) -> None:
        assert run.stop is not None
        weights = run.weights
        self._last = (run.done, run.measure(weights), weights)
        self.query_one("#log", LogView).add([run.stop.message], event=True)
        self._show_table(True)

    def _resume(self) -> None:
        self._wake.set()

    # Drawing

    def _redraw(self) -> None:
        """Show the state as it is now, in all panels."""
        self._draw_loss()
        self._draw_scatter()
        self._draw_status()
        self._draw_table()

    def _draw_loss(self) -> None:
        run, view = self.run_shown, self.query_one("#loss", ChartView)
        if run is not None and view.size.area:
            view.show(loss_chart(run.history, LossView(run.epochs, self.log_scale), *view.size))

    def _draw_scatter(self) -> None:
        view = self.query_one("#scatter", ChartView)
        if self._scatter is not None and self.run_shown is not None and view.size.area:
            weights = self.run_shown.weights if self._last is None else self._last[2]
            view.show(self._scatter.draw(weights, *view.size))

    def _draw_status(self) -> None:
        self.query_one(StatusLines).show(self._status())

    def _status(self) -> Status:
        run = self.run_shown
        if run is None:
            return Status(epochs=self.settings.epochs, alpha=self.settings.alpha, note="loading the data …")
        shown = run.done if self._last is None else self._last[0]
        status = Status(self._state(run), shown, run.epochs, alpha=run.alpha, speed=self.pace.text())
        if self._last is not None:
            _, measured, _ = self._last
            status = replace(
                status, loss=measured.loss, accuracy=measured.accuracy, gradient_norm=measured.gradient_norm
            )
        if self._shows_link:
            status = replace(status, link=self.link.text())
        if run.stop is not None:
            return replace(status, note=run.stop.message)
        rate = self.pace.measured if self.pace.is_max else self.pace.speed
        return replace(status, seconds_left=(run.epochs - run.done) / rate) if rate else status

    def _state(self, run: Run) -> str:
        if run.stop is not None:
            return {"epochs": "done", "diverged": "diverged"}.get(run.stop.rule, "stopped")
        return "training" if self._training else "paused"

    def _draw_table(self) -> None:
        run = self.run_shown
        if run is None or not self.screen_stack[0].has_class("results"):
            return
        weights = run.weights if self._last is None else self._last[2]
        measured = run.measure(weights) if self._last is None else self._last[1]
        self.query_one(SamplesPanel).show(samples(run, weights), run.data.feature_names)
        self.query_one(ConfusionPanel).show(measured.confusion, run.data.class_names)

    def _show_table(self, shown: bool) -> None:
        self.screen_stack[0].set_class(shown, "results")

    def _show_title(self) -> None:
        run = self.run_shown
        if run is None:
            self.query_one("#title", Static).update(f"gdtui  {self.settings.data.source}")
            return
        data = run.data
        scaled = "standardised" if data.standardized else "not standardised"
        start = f"seed {run.settings.seed}" if run.settings.init == "uniform" else "given weights"
        start = run.settings.init if run.settings.init in ("zeros", "ones") else start
        self.query_one("#title", Static).update(
            f"gdtui  {data.name}  ·  {len(data)} rows, {len(data.feature_names)} "
            f"{'feature' if len(data.feature_names) == 1 else 'features'}, {scaled}  ·  {start}"
        )
        self.query_one("#loss").border_title = f"Loss  {run.objective.title}"

    def _name_scatter(self, data: Dataset) -> None:
        panel = self.query_one("#scatter", ChartView)
        panel.border_title = data.plane.note or f"{data.name} and boundary"
        legend = "  ".join(f"{marker} {name}" for (marker, _), name in zip(MARKERS, data.class_names, strict=True))
        panel.border_subtitle = legend

    def on_chart_view_resized(self) -> None:
        self._draw_loss()
        self._draw_scatter()

    def on_resize(self) -> None:
        base = self.screen_stack[0]
        width, height = self.size
        tiny = width < 60 or height < 16
        base.set_class(not tiny and (width < 100 or height < 30), "narrow")
        base.set_class(tiny, "tiny")
        self.query_one("#small", Static).update(f"{width}×{height} is small for charts; ? for keys" if tiny else "")

    # The terminal

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send only the cells that differ from what the terminal shows (see `gdtui.tui.cells`)."""
        driver = self._driver
        if (
            driver is None
            or self.is_headless
            or driver.is_inline
            or not isinstance(renderable, CompositorUpdate)
            or self._batch_count
            or self._closed
        ):
            super()._display(screen, renderable)
            return
        try:
            text = self._cells.update(renderable, tuple(self.size), self.console._color_system)
            if text:
                self._send(text)
        finally:
            self.post_display_hook()

    def _send(self, text: str) -> None:
        is_frame, self._frame_due = self._frame_due, False
        if self.cursor_position != (0, 0):
            text += Control.move_to(*self.cursor_position).segment.text
        if self._sync_available:
            text = f"{SYNC_START}{text}{SYNC_END}"
        if is_frame:
            text += REQUEST
        self.link.wrote(len(text.encode()), is_frame)
        assert self._driver is not None
        self._driver.write(text)
        self._driver.flush()

    def on_cursor_position(self) -> None:
        """The terminal has drawn a frame."""
        self.link.answered()

    def action_link(self) -> None:
        self._shows_link = not self._shows_link
        self._draw_status()

    def action_repaint(self) -> None:
        """What the terminal shows was spoilt by something else: write it anew."""
        self._cells.forget()
        self.refresh(layout=True)

    # Steering: the keys of gdtui.tui.bindings

    def action_pause(self) -> None:
        self._training = not self._training
        self._resume()
        self._draw_status()

    def action_step(self) -> None:
        self._training = False
        self._steps += 1
        self._resume()

    def _set_alpha(self, alpha: float | None) -> None:
        if alpha is not None and self.run_shown is not None:
            self.run_shown.set_alpha(alpha)
            self._draw_status()

    def action_alpha_up(self) -> None:
        if self.run_shown is not None:
            self._set_alpha(ladder_step(self.run_shown.alpha, up=True))

    def action_alpha_down(self) -> None:
        if self.run_shown is not None:
            self._set_alpha(ladder_step(self.run_shown.alpha, up=False))

    def action_ask_alpha(self) -> None:
        if self.run_shown is not None:
            self.push_screen(Question("alpha, the learning rate", f"{self.run_shown.alpha:g}", _alpha), self._set_alpha)

    def _set_epochs(self, epochs: float | None) -> None:
        run = self.run_shown
        if epochs is None or run is None:
            return
        before, was_stopped = run.epochs, run.stop is not None
        run.set_epochs(int(epochs))
        if run.epochs != before:
            self.query_one("#log", LogView).add([f"epochs {before} → {run.epochs}"], event=True)
        if was_stopped and run.stop is None:
            self._training = True
            self._show_table(False)
        self._resume()
        self._redraw()

    def action_ask_epochs(self) -> None:
        if self.run_shown is not None:
            self.push_screen(Question("epochs in all", str(self.run_shown.epochs), _epochs), self._set_epochs)

    def action_more_epochs(self) -> None:
        if self.run_shown is not None:
            self._set_epochs(self.run_shown.epochs + max(1, self.run_shown.epochs // 2))

    def action_fewer_epochs(self) -> None:
        if self.run_shown is not None:
            self._set_epochs(max(1, round(self.run_shown.epochs / 1.5)))

    def action_faster(self) -> None:
        self.pace.faster()
        self._draw_status()

    def action_slower(self) -> None:
        self.pace.slower()
        self._draw_status()

    def action_max_speed(self) -> None:
        self.pace.toggle_max()
        self._draw_status()

    def action_restart(self) -> None:
        if self.run_shown is not None:
            self._restart(self.run_shown.restarted())

    def action_restart_fresh(self) -> None:
        if self.run_shown is not None:
            self._fresh_seed += 1
            self._restart(self.run_shown.restarted(self._fresh_seed))

    def _restart(self, run: Run) -> None:
        self._take(run)
        self._training = True
        self._steps = 0
        self._resume()

    def action_choose_data(self) -> None:
        self.push_screen(DataChoice(self.settings.data.source), self._choose_data)

    def _choose_data(self, source: str | None) -> None:
        if source is not None:
            self.run_worker(self._load_other(source), exclusive=True, group="loading")

    async def _load_other(self, source: str) -> None:
        """Train on another set; what was given for the first, columns and noise, does not apply to it."""
        began_with = self.settings.data
        wanted = began_with if source == began_with.source else DataSettings(source, seed=began_with.seed)
        run = self.run_shown
        settings = self.settings if run is None else replace(run.settings, alpha=run.alpha, epochs=run.epochs)
        init = settings.init if isinstance(settings.init, str) else "uniform"
        try:
            settings = replace(settings, data=wanted, init=init)
            new = await asyncio.to_thread(lambda: Run(settings, self._loader(wanted)))
        except ValueError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        self._restart(new)

    def action_log_scale(self) -> None:
        self.log_scale = not self.log_scale
        self._draw_loss()

    def action_table(self) -> None:
        self._show_table(not self.screen_stack[0].has_class("results"))
        self._draw_table()

    def action_help(self) -> None:
        self.push_screen(Help())

    async def action_quit(self) -> None:
        run = self.run_shown
        self.exit(1 if run is not None and run.stop is not None and run.stop.diverged else 0)

    def action_interrupt(self) -> None:
        self.exit(130)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for key in BINDINGS:
            method = getattr(self, f"action_{key.action}")
            yield SystemCommand(f"{key.help}", f"key {key.shown}", method)
        yield SystemCommand("Change theme", "dark, light and others", self.action_change_theme)


def _panel(widget: Widget, title: str) -> Widget:
    widget.border_title = title
    return widget.add_class("panel")


def _log_lines(batch: Batch) -> list[str]:
    numbered = list(enumerate(batch.losses.tolist(), batch.first)) if len(batch) <= LINES_A_FRAME else []
    numbered = numbered or [(batch.first + len(batch) - 1, float(batch.losses[-1]))]
    return [f"[INFO] epoch #{number}, loss={loss:.7f}" for number, loss in numbered]


def _alpha(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (value > 0 and np.isfinite(value)):
        raise ValueError(f"{text!r} is not a number greater than 0")
    return value


def _epochs(text: str) -> float:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def train(settings: Settings) -> int:
    """Train in the terminal; returns the exit code. What was learnt stays on the normal screen."""
    app = GdtuiApp(settings)
    code = app.run()
    if app.failure is not None:
        print(f"gdtui: {app.failure}", file=sys.stderr)
        return 2
    if app.run_shown is not None:
        from gdtui.report import print_report

        print_report(app.run_shown)
    return app.return_code or 0 if code is None else code

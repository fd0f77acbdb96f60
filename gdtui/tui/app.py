"""The app: pulls epochs, shows them, and lets the keyboard steer."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from gdtui.settings import DataSettings, Settings, ladder_step, watchable_speed
from gdtui.tui.bindings import BINDINGS, textual_bindings
from gdtui.tui.chart_view import ChartView
from gdtui.tui.log_view import LogView
from gdtui.tui.results import ConfusionPanel, SamplesPanel
from gdtui.tui.status import Status, StatusLines
from gdtui.tui.terminal import TerseApp
from gdtui.tui.trainer import Pace
from gdtui.tui.travel import Travel

if TYPE_CHECKING:
    # These bring NumPy, plotext and scikit-learn with them: imported after the first paint, off the UI thread.
    from gdtui.runs.run import Run
    from gdtui.tui.stage import Loader, Stage


POLL = 0.2
"""Seconds between two looks at a file that is watched."""
STEERING = {
    "step",
    "alpha_up",
    "alpha_down",
    "ask_alpha",
    "ask_epochs",
    "more_epochs",
    "fewer_epochs",
    "restart",
    "restart_fresh",
    "choose_data",
    "fork",
    "save",
}


class GdtuiApp(Travel, TerseApp):
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
        self._loader, self._begin_with, self._clock = loader, begin, clock
        self._training = not paused
        self._replaying = False
        self._replay_due = 0
        self._steps = 0
        self._wake = asyncio.Event()
        self._shows_link = False
        self._fresh_seed = settings.seed

    def compose(self) -> ComposeResult:
        # Kept at hand: a frame must find them also while the screen is being taken down.
        self._title_view = Static(f"gdtui  {self.settings.data.source}", id="title", markup=False)
        self._small_view = Static("", id="small", markup=False)
        self._loss_view, self._scatter_view = ChartView(id="loss"), ChartView(id="scatter")
        self._samples_view, self._confusion_view = SamplesPanel(id="samples"), ConfusionPanel(id="confusion")
        self._status_lines, self._log_view = StatusLines(id="status"), LogView(id="log")
        self.base_screen = self.screen
        yield self._title_view
        yield self._small_view
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield _panel(self._loss_view, "Loss")
                yield _panel(self._samples_view, "Sampled activations")
            with Vertical(id="right"):
                yield _panel(self._scatter_view, "Data")
        yield self._status_lines
        with Horizontal(id="bottom"):
            yield _panel(self._log_view, "Log")
            yield _panel(self._confusion_view, "Confusion matrix")
        yield Footer(compact=True, show_command_palette=False)

    @property
    def run_shown(self) -> Run | None:
        """The run on show; None while the data is loading."""
        return None if self.stage is None else self.stage.run

    # Loading

    def on_mount(self) -> None:
        self._wake.set()
        self._draw_status()
        # Not before the first paint: an import holds the interpreter, whichever thread it is in.
        self.call_after_refresh(lambda: self.run_worker(self._begin(), exclusive=True, group="training"))

    async def _begin(self) -> None:
        """Load the data, then train until there is no more to do, and again whenever there is."""
        try:
            stage = await asyncio.to_thread(self._load)
        except (ValueError, MemoryError) as error:
            self.failure = str(error) or "the data does not fit into memory; take fewer rows with --samples"
            self.exit(2)
            return
        self._put_on(stage)
        if stage.watched is not None:
            self._training = False
            self.refresh_bindings()
            self.run_worker(self._follow(stage), group="following")
        await self._train()

    async def _follow(self, stage: Stage) -> None:
        """Show what is appended to the file that is watched, until the run has ended."""
        watched = stage.watched
        assert watched is not None
        lines: list[tuple[str, bool]] | None = [(f"{watched.file.path}: {watched.state}", True)]
        while True:
            if lines is not None:
                self._tell(lines)
                self._show_table(watched.state == "ended" and stage.past is None)
                self._redraw()
                self.frame_due = True
            else:
                self._draw_status()
            await asyncio.sleep(POLL)
            await self.link.wait()
            try:
                lines = stage.poll()
            except ValueError as error:
                lines = [(str(error), True)]

    def _load(self) -> Stage:
        if self._begin_with is not None:
            return self._begin_with()
        from gdtui.tui.stage import Stage

        return Stage.load(self.settings, self._loader)

    def _put_on(self, stage: Stage) -> None:
        """Show this from now on."""
        saved = None if self.stage is None or self.stage.recorder is None else self.stage.recorder.path
        if self.stage is not None:
            self.stage.close()
        self.stage = stage
        self._title_view.update(f"gdtui  {stage.title()}")
        self._loss_view.border_title = f"Loss  {stage.run.objective.title}"
        self._scatter_view.border_title, self._scatter_view.border_subtitle = stage.scatter_title(), stage.legend()
        self._log_view.clear()
        self._log_view.add(["[INFO] starting training..."])
        if saved is not None:
            self._log_view.add([f"{saved} holds the run before; w saves this one"], event=True)
        if stage.run.done:
            self._log_view.add([f"going on after epoch {stage.run.done}"], event=True)
        self._show_table(False)
        self._redraw()

    # Training

    async def _train(self) -> None:
        while True:
            await self._wake.wait()
            stage = self.stage
            if stage is not None and self._replaying and stage.past is not None:
                await self._replay(stage)
                continue
            stands = stage is None or stage.watched is not None or stage.run.stop is not None
            if stage is None or stands or not (self._training or self._steps):
                self.pace.rest()
                self._wake.clear()
                if stage is not None and stage.has_unshown and stage.past is None:
                    await self._show_when_ready(stage)
                continue
            began = self._clock()
            if self._steps:
                count, seconds = self._steps, 10.0
                self._steps = 0
            else:
                count, seconds = self.pace.due(began)
            if count:
                run = stage.run
                batch = await asyncio.to_thread(run.descent.advance, count, seconds)
                self.pace.saw(len(batch), self._clock() - began)
                stage.take_in(run, batch)
                await self._show_when_ready(stage)
            if self._training:
                await asyncio.sleep(max(0.0, self.pace.wait() - (self._clock() - began)))

    async def _show_when_ready(self, stage: Stage) -> None:
        """Show the newest state, if the terminal is ready for another frame. If it is not, training goes on,
        unless it stands still anyway."""
        if stage.run.stop is not None or not self._training:
            await self.link.wait()
        if not self.link.is_ready or stage is not self.stage or stage.past is not None:
            return
        self._tell(stage.show_newest())
        if stage.run.stop is not None:
            self._show_table(True)
        self._redraw()
        self.frame_due = True

    # Drawing

    def _redraw(self) -> None:
        """Show the state as it is now, in all panels."""
        self._draw_charts()
        self._draw_status()
        self._draw_table()
        shown = None if self.stage is None or self.stage.past is None else self.stage.shown
        # With its loss: another branch may have a line of the same epoch.
        self._log_view.find(None if shown is None else f"epoch #{shown.epoch}, loss={shown.measured.loss:.7f}")

    def _draw_charts(self) -> None:
        if self.stage is None:
            return
        if self._loss_view.size.area:
            self._loss_view.show(self.stage.loss_chart(*self._loss_view.size, self.log_scale))
        if self._scatter_view.size.area:
            self._scatter_view.show(self.stage.scatter_chart(*self._scatter_view.size))

    def _draw_status(self) -> None:
        self._status_lines.show(self._status())

    def _status(self) -> Status:
        if self.stage is None:
            return Status(epochs=self.settings.epochs, alpha=self.settings.alpha, note="loading the data …")
        run, shown = self.stage.run, self.stage.shown
        status = Status(self._state(run), 0, run.epochs, alpha=self.stage.alpha, speed=self.pace.text())
        if shown is not None:
            status = replace(
                status,
                epoch=shown.epoch,
                loss=shown.measured.loss,
                accuracy=shown.measured.accuracy,
                gradient_norm=shown.measured.gradient_norm,
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What trains or steers is not to be had where a file is only watched."""
        is_watched = self.stage is not None and self.stage.watched is not None
        return not (is_watched and action in STEERING)

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
        self._samples_view.show(self.stage.samples(), data.feature_names)
        self._confusion_view.show(self.stage.confusion(), data.class_names)

    def _show_table(self, shown: bool) -> None:
        self.base_screen.set_class(shown, "results")

    def on_chart_view_resized(self) -> None:
        self._draw_charts()

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        tiny = width < 60 or height < 16
        self.base_screen.set_class(not tiny and (width < 100 or height < 30), "narrow")
        self.base_screen.set_class(tiny, "tiny")
        small = f"{width}×{height} is small for charts; ? for keys" if tiny else ""
        self._small_view.update(small)

    # Steering: the keys of gdtui.tui.bindings

    def action_pause(self) -> None:
        if self.stage is not None and (self.stage.past is not None or self.stage.watched is not None):
            self.action_replay()
            return
        self._training = not self._training
        self._wake.set()
        self._draw_status()

    def action_step(self) -> None:
        if self.stage is not None and self.stage.past is not None:
            self.action_travel_to_end()
        self._training = False
        if self.stage is not None and self.stage.run.stop is None:
            self._steps += 1
        self._wake.set()

    def _set_alpha(self, alpha: float | None) -> None:
        if alpha is not None and self.stage is not None:
            self.stage.set_alpha(alpha)
            self._draw_status()

    def action_alpha_up(self) -> None:
        if self.stage is not None:
            self._set_alpha(ladder_step(self.stage.alpha, up=True))

    def action_alpha_down(self) -> None:
        if self.stage is not None:
            self._set_alpha(ladder_step(self.stage.alpha, up=False))

    def action_ask_alpha(self) -> None:
        from gdtui.tui.screens import Question, read_alpha

        if self.stage is not None:
            question = Question("alpha, the learning rate", f"{self.stage.alpha:g}", read_alpha)
            self.push_screen(question, self._set_alpha)

    def _set_epochs(self, epochs: float | None) -> None:
        if epochs is None or self.stage is None:
            return
        run = self.stage.run
        before, was_stopped = run.epochs, run.stop is not None
        run.set_epochs(int(epochs))
        if run.epochs != before:
            self._log_view.add([f"epochs {before} → {run.epochs}"], event=True)
        if was_stopped and run.stop is None and self.stage.past is None:
            self._training = True
            self._show_table(False)
        self._wake.set()
        self._redraw()

    def action_ask_epochs(self) -> None:
        from gdtui.tui.screens import Question, read_epochs

        if self.stage is not None:
            question = Question("epochs in all", str(self.stage.run.epochs), read_epochs)
            self.push_screen(question, self._set_epochs)

    def action_more_epochs(self) -> None:
        if self.stage is not None:
            self._set_epochs(self.stage.run.epochs + max(1, self.stage.run.epochs // 2))

    def action_fewer_epochs(self) -> None:
        if self.stage is not None:
            self._set_epochs(max(1, round(self.stage.run.epochs / 1.5)))

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
        if self.stage is not None:
            self._start(self.stage.restarted())

    def action_restart_fresh(self) -> None:
        if self.stage is not None:
            self._fresh_seed += 1
            self._start(self.stage.restarted(self._fresh_seed))

    def _start(self, stage: Stage) -> None:
        self._put_on(stage)
        self._training = True
        self._steps = 0
        self._wake.set()
        self._draw_status()

    def action_choose_data(self) -> None:
        from gdtui.tui.screens import DataChoice

        shown = self.settings if self.stage is None else self.stage.run.settings
        self.push_screen(DataChoice(shown.data.source, self.settings.data.source), self._choose_data)

    def _choose_data(self, source: str | None) -> None:
        if source is not None:
            self.run_worker(self._load_other(source), exclusive=True, group="loading")

    async def _load_other(self, source: str) -> None:
        """Train on another set; what was given for the first, columns and noise, does not apply to it."""
        began_with, stage = self.settings.data, self.stage
        if stage is None:
            return
        wanted = began_with if source == began_with.source else DataSettings(source, seed=began_with.seed)
        try:
            new = await asyncio.to_thread(stage.with_data, wanted, self._loader)
        except ValueError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        self._start(new)

    def action_save(self) -> None:
        from gdtui.tui.screens import Question

        if self.stage is None:
            return
        stage = self.stage
        if stage.recorder is not None:
            self.notify(f"is being saved in {stage.recorder.path}")
            return
        name = f"{stage.run.data.name.removesuffix('.csv')}-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
        self.push_screen(Question("save the run as", name, partial(_save, stage)), self._tell_saved)

    def _tell_saved(self, path: str | None) -> None:
        if path is not None:
            self._log_view.add([f"saved in {path}, and goes on being saved"], event=True)

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

    async def action_quit(self) -> None:
        stop = None if self.stage is None else self.stage.run.stop
        self.exit(1 if stop is not None and stop.diverged else 0)

    def action_interrupt(self) -> None:
        self.exit(130)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for key in BINDINGS:
            yield SystemCommand(key.help, f"key {key.shown}", partial(self.run_action, key.action))
        yield SystemCommand("Change theme", "dark, light and others", self.action_change_theme)


def _panel(widget: Widget, title: str) -> Widget:
    widget.border_title = title
    return widget.add_class("panel")


def _save(stage: Stage, path: str) -> str:
    if not path:
        raise ValueError("a file name is needed")
    stage.save(path)
    return path


def train(settings: Settings, save: str | None = None, force: bool = False) -> int:
    """Train in the terminal; returns the exit code. What was learnt stays on the normal screen."""

    def begin() -> Stage:
        from gdtui.tui.stage import Stage

        return Stage.load(settings, save=save, force=force)

    return _run(GdtuiApp(settings, begin=begin))


def resume(path: str, epochs: int | None, alpha: float | None, speed: float | None) -> int:
    """Go on with a saved run in the terminal; returns the exit code."""

    def begin() -> Stage:
        from gdtui.tui.stage import Stage

        return Stage.resume(path, epochs, alpha)

    return _run(GdtuiApp(Settings(DataSettings(path), speed=speed), begin=begin))


def watch(path: str) -> int:
    """Look at a run file in the terminal; returns the exit code."""

    def begin() -> Stage:
        from gdtui.tui.stage import Stage

        return Stage.watch(path)

    return _run(GdtuiApp(Settings(DataSettings(path)), begin=begin))


def _run(app: GdtuiApp) -> int:
    code = app.run()
    if app.failure is not None:
        print(f"gdtui: {app.failure}", file=sys.stderr)
        return 2
    if app.stage is not None:
        app.stage.close()
        from gdtui.report import print_report

        print_report(app.stage.run)
    return app.return_code or 0 if code is None else code

"""The app: pulls epochs, shows them, and lets the keyboard steer."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from gdtui.settings import CastSettings, DataSettings, Settings
from gdtui.tui.saving import Saving
from gdtui.tui.steering import Steering
from gdtui.tui.travel import Travel

if TYPE_CHECKING:
    # These bring NumPy, plotext and scikit-learn with them: imported after the first paint, off the UI thread.
    from gdtui.tui.comparison import CompareApp
    from gdtui.tui.filming import Filming
    from gdtui.tui.stage import Stage

NOT_FILMED = CastSettings()


class GdtuiApp(Steering, Travel, Saving):
    """gdtui in a terminal; see `Board` for the arguments."""

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
            self.has_only_losses = getattr(error, "has_losses", False)
            self.failure = str(error) or "the data does not fit into memory; take fewer rows with --samples"
            self.exit(2)
            return
        self._put_on(stage)
        if stage.watched is not None:
            self._training = False
            self.refresh_bindings()
            self.run_worker(self._follow(stage), group="following")
        await self._train()

    def _load(self) -> Stage:
        if self._begin_with is not None:
            return self._begin_with()
        from gdtui.tui.stage import Stage

        return Stage.load(self.settings, self._loader)

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
                async with self.pulling:
                    run = stage.run
                    began = self._clock()
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

    # Keys

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

    async def action_quit(self) -> None:
        stop = None if self.stage is None else self.stage.run.stop
        self.exit(1 if stop is not None and stop.diverged else 0)

    def action_interrupt(self) -> None:
        self.exit(130)


def train(settings: Settings, save: str | None = None, force: bool = False, film: CastSettings = NOT_FILMED) -> int:
    """Train in the terminal; returns the exit code. What was learnt stays on the normal screen.

    Raises:
        CastError: what is asked to be recorded cannot be.
    """

    def begin() -> Stage:
        from gdtui.tui.stage import Stage

        return Stage.load(settings, save=save, force=force)

    app = GdtuiApp(settings, begin=begin)
    _run(app, film)
    return _finish(app)


def resume(
    path: str,
    epochs: int | None,
    alpha: float | None,
    speed: float | None,
    detach: bool = False,
    film: CastSettings = NOT_FILMED,
) -> int:
    """Go on with a saved run in the terminal; returns and raises as `train`."""

    def begin() -> Stage:
        from gdtui.tui.stage import Stage

        return Stage.resume(path, epochs, alpha)

    app = GdtuiApp(Settings(DataSettings(path), speed=speed, detach=detach), begin=begin)
    _run(app, film)
    return _finish(app)


def watch(paths: list[str], target: float | None = None, film: CastSettings = NOT_FILMED) -> int:
    """Look at run files in the terminal; returns and raises as `train`. One file is shown with all that it holds,
    several are compared; `target` is the loss of which the comparison says when it was reached."""

    def begin() -> Stage:
        from gdtui.tui.stage import Stage

        return Stage.watch(paths[0])

    if len(paths) == 1 and target is None:
        app = GdtuiApp(Settings(DataSettings(paths[0])), begin=begin)
        _run(app, film)
        if not app.has_only_losses:
            return _finish(app)
    from gdtui.tui.comparison import CompareApp

    comparison = CompareApp(paths, target)
    _run(comparison, film)
    return _finish_comparison(comparison)


def _run(app: GdtuiApp | CompareApp, film: CastSettings) -> None:
    app.film = film
    app.begin_film()
    try:
        app.run()
    finally:
        app.end_film(discard=app.failure is not None)  # nothing was to be seen


def _finish(app: GdtuiApp) -> int:
    """Say on the normal screen what there is to say; returns the exit code."""
    if app.failure is not None:
        print(f"gdtui: {app.failure}", file=sys.stderr)
        return 2
    if app.stage is not None:
        recorder = app.stage.recorder
        app.stage.close()
        from gdtui.report import print_report

        print_report(app.stage.run)
        if recorder is not None and recorder.failure is not None:
            print(f"gdtui: {recorder.failure}", file=sys.stderr)
        elif recorder is not None:
            print(f"saved in {recorder.path}")
        elif app.left_behind is not None:
            print(f"not saved; {app.left_behind} holds the run before")
    return _exit_code(app)


def _finish_comparison(app: CompareApp) -> int:
    if app.failure is not None:
        print(f"gdtui: {app.failure}", file=sys.stderr)
        return 2
    if app.entrants:
        from gdtui.report import print_standings

        print_standings(app.entrants, app.target)
    return _exit_code(app)


def _exit_code(app: Filming) -> int:
    """What the app was left with."""
    return app.return_code or 0 if app.return_value is None else app.return_value

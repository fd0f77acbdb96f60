"""Steering: the keys that change alpha, the epochs, the speed, the start and the data."""

from __future__ import annotations

import asyncio

from gdtui.numbers import ladder_step
from gdtui.settings import MOST_EPOCHS, DataSettings
from gdtui.tui.board import Board

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


class Steering(Board):
    """The part of the app that steers."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What trains or steers is not to be had where a file is only watched."""
        is_watched = self.stage is not None and self.stage.watched is not None
        return not (is_watched and action in STEERING)

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
        run.set_epochs(min(int(epochs), MOST_EPOCHS))
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

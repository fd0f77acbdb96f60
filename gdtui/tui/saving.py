"""Runs and files: the part of the app that saves the run shown, and follows one that others write."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from gdtui.tui.board import Board

if TYPE_CHECKING:
    # These bring NumPy, plotext and scikit-learn with them: imported after the first paint, off the UI thread.
    from gdtui.tui.stage import Stage

POLL = 0.2
"""Seconds between two looks at a file that is watched."""


class Saving(Board):
    """The part of the app that knows of run files."""

    _outlives_hangup = False
    _saving: str | None = None
    """The file that the past is being written into."""

    def on_load(self) -> None:
        if sys.platform == "win32":
            return
        self._outlives_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # begun with nohup
        if self.settings.detach and not self._outlives_hangup:
            self._outlives_hangup = True
            with suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.hung_up)

    def hung_up(self) -> None:
        """Train on without a screen, if that was asked for and the run is in a file: as another program in this
        process, which goes on from the file as any `gdtui resume` does."""
        stage = self.stage
        if stage is None or stage.recorder is None or not self._outlives_hangup or stage.run.stop is not None:
            super().hung_up()
            return
        speed = "max" if self.pace.is_max else repr(self.pace.speed)
        steered = ["--speed", speed, "--epochs", str(stage.run.epochs), "--alpha", repr(stage.run.alpha)]
        stage.recorder.turn_to(stage.run)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        command = [sys.executable, "-m", "gdtui", "resume", stage.recorder.path, "--plain", *steered]
        os.execv(sys.executable, command)

    async def _follow(self, stage: Stage) -> None:
        """Show what is appended to the file that is watched, until the run has ended."""
        watched = stage.watched
        assert watched is not None
        lines: list[tuple[str, bool]] | None = [(f"{watched.file.path}: {watched.state}", True)]
        failure: str | None = None
        while True:
            if lines is not None:
                self._tell(lines)
                self._show_table(watched.state == "ended" and stage.past is None and not stage.missing)
                self._redraw()
                self.frame_due = True
            else:
                self._draw_status()
            await asyncio.sleep(POLL)
            await self.link.wait()
            try:
                lines, failure = stage.poll(), None
            except ValueError as error:
                lines = None if str(error) == failure else [(str(error), True)]
                failure = str(error)

    def action_save(self) -> None:
        from gdtui.tui.screens import Question

        if self.stage is None:
            return
        stage = self.stage
        path = self._saving if stage.recorder is None else stage.recorder.path
        if path is not None:
            self.notify(f"is being saved in {path}")
            return
        name = f"{stage.run.data.name.removesuffix('.csv')}-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
        self.push_screen(Question("save the run as", name, _new_path), partial(self._save_as, stage))

    def _save_as(self, stage: Stage, path: str | None) -> None:
        if path is not None:
            self.run_worker(self._save(stage, path), group="saving")

    async def _save(self, stage: Stage, path: str) -> None:
        """Write what has been; training waits for it, since what is trained meanwhile would be missing."""
        self._saving = path
        try:
            async with self.pulling:
                await asyncio.to_thread(stage.save, path)
        except ValueError as error:
            self.notify(str(error), severity="error", timeout=10)
            return
        finally:
            self._saving = None
        self.say(f"saved in {path}, as is what is still to come")
        self._draw_status()


def _new_path(text: str) -> str:
    """The name of a file that can be made. Raises ValueError with what is wrong."""
    if not text:
        raise ValueError("a file name is needed")
    text = os.path.expanduser(text)
    if os.path.lexists(text):
        raise ValueError(f"{text} is there already; give another name")
    folder = os.path.dirname(text) or "."
    if not os.path.isdir(folder):
        raise ValueError(f"there is no folder {folder}")
    return text

"""Runs and files: the part of the app that saves the run shown, and follows one that others write."""

from __future__ import annotations

import asyncio
import time
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


def _save(stage: Stage, path: str) -> str:
    if not path:
        raise ValueError("a file name is needed")
    stage.save(path)
    return path

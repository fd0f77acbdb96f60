"""What would hold the screen up, done at times of its own."""

from __future__ import annotations

import asyncio
import gc
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

DIALOGS_AFTER = 1.0
"""Seconds after the data is there: imported with the first dialog, they would hold up all that is drawn."""
COLLECTS_EVERY, THOROUGHLY = 5.0, 30.0
"""Seconds: of what is new, and of all."""


def keep_smooth(app: App[int]) -> None:
    """A collection of garbage through all objects holds the screen up for 50 ms: it leaves out what is there to stay,
    and comes at a time of its own, not in the midst of a frame. Imports come before they are needed."""
    gc.freeze()
    gc.set_threshold(700, 10, 1_000_000)
    for share in (0.9, 1.8):  # before it is collected: modules and views have come
        app.set_timer(share * COLLECTS_EVERY, gc.freeze)
    app.set_interval(COLLECTS_EVERY, lambda: gc.collect(1))
    app.set_interval(THOROUGHLY, lambda: gc.collect())
    for name in ("gdtui.tui.data_choice", "gdtui.tui.recipe_choice", "gdtui.tui.palette"):
        dialogs = partial(asyncio.to_thread, import_module, name)
        app.set_timer(DIALOGS_AFTER, partial(app.run_worker, dialogs, group="imports"))  # type: ignore[arg-type]

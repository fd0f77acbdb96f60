"""Driving the app under Textual's pilot: no sleeps, each wait ends when what is awaited holds."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from gdtui.settings import Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.bindings import BINDINGS
from gdtui.tui.log_view import LogView
from gdtui.tui.status import Status, StatusLines

START = (0.5, 0.5, 0.5)
FIVE = Settings(epochs=5, init=START)
"""Five epochs from given weights: over at once, or step by step."""
LONG = Settings(epochs=10**9, init=START, speed=20)
"""A run that does not end while a test looks at it."""

pressed: set[str] = set()
"""The actions whose keys some test presses."""


def keys(action: str) -> list[str]:
    """All keys that do this, for a test's parameters; such a test presses each of them."""
    pressed.add(action)
    return next(key.keys for key in BINDINGS if key.action == action).split(",")


async def until(pilot: Pilot[Any], holds: Callable[[], bool], seconds: float = 10, about: object = "") -> None:
    """Let the app run until this holds; `about` is said where it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it never held {about}; the screen:\n{screen(pilot.app)}"
        await pilot.pause()


@asynccontextmanager
async def running(
    settings: Settings = FIVE, size: tuple[int, int] = (120, 40), paused: bool = True, **others: Any
) -> AsyncIterator[tuple[GdtuiApp, Pilot[int]]]:
    """The app with its data loaded; it stands still unless told otherwise."""
    app = GdtuiApp(settings, paused=paused, **others)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.run_shown is not None)
        await pilot.pause()
        yield app, pilot


async def step(app: GdtuiApp, pilot: Pilot[int], times: int = 1) -> None:
    """Train so many epochs, one key press each, and see each of them shown."""
    for _ in range(times):
        wanted = status(app).epoch + 1
        await pilot.press("n")
        await until(pilot, lambda wanted=wanted: status(app).epoch == wanted)


async def finish(app: GdtuiApp, pilot: Pilot[int]) -> None:
    """Train flat out to the end."""
    app.pace.speed = float("inf")
    await pilot.press("space")
    await until(pilot, lambda: status(app).state in ("done", "stopped", "diverged"))
    await pilot.pause()


def base(app: GdtuiApp) -> Screen[Any]:
    """The screen under all dialogs."""
    return app.screen_stack[0]


def status(app: GdtuiApp) -> Status:
    """What the status lines say."""
    return base(app).query_one(StatusLines).status


def log(app: GdtuiApp) -> list[str]:
    """All lines of the log."""
    return [line for line, _ in base(app).query_one(LogView).lines]


def marked(app: GdtuiApp) -> list[str]:
    """The epochs' lines of the log that can be seen and are marked."""
    view = base(app).query_one(LogView)
    strips = [view.render_line(y) for y in range(view.size.height)]
    event = view.get_component_rich_style("log--event")
    return [strip.text.strip() for strip in strips if "epoch #" in strip.text and next(iter(strip)).style == event]


def screen(app: Any) -> str:
    """The text of the whole screen, dialogs on top."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())

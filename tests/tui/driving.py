"""Driving the app under Textual's pilot: each wait ends when what is awaited holds.

The apps are those that `gdtui.tui.front` runs. One that is to stand still is told so by a command.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.runs.writer import RunWriter
from gdtui.session import opening
from gdtui.session.commands import Do
from gdtui.session.session import Session
from gdtui.session.snapshot import Snapshot
from gdtui.settings import Display, Settings
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.bindings import BINDINGS
from gdtui.tui.log_view import LogView
from gdtui.tui.status import Status, StatusLines

START = (0.5, 0.5, 0.5)
FIVE = Settings(epochs=5, init=START)
"""Five epochs from given weights: over at once, or step by step."""
LONG = Settings(epochs=10**9, init=START)
"""A run that does not end while a test looks at it."""
SOON, SLOWLY, FLAT_OUT = Display(speed=1000), Display(speed=20), Display(speed=math.inf)
"""Whoever goes on by the way has done so soon; what is seen while it trains is seen slowly."""

POLL = 0.005
"""Seconds between two looks: each takes the interpreter from the thread that trains."""

pressed: set[str] = set()
"""The actions whose keys some test presses."""


def keys(action: str) -> list[str]:
    """All keys that do this, for a test's parameters; such a test presses each of them."""
    pressed.add(action)
    return next(key.keys for key in BINDINGS if key.action == action).split(",")


async def until(pilot: Pilot[Any], holds: Callable[[], bool], seconds: float = 60, about: object = "") -> None:
    """Let the app run until this holds; `about` is said where it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it never held {about}; the screen:\n{screen(pilot.app)}"
        await asyncio.sleep(POLL)
        await pilot.pause()


async def idle(pilot: Pilot[Any]) -> None:
    """Let the app run until all that was asked for is done and shown, and it stands still."""
    for _ in range(2):  # what it shows may lay the screen out anew, and that is more to do
        await pilot.pause()
        await until(pilot, lambda: pilot.app.is_idle, about="that it was idle")
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys where nothing is trained or played, and see all of them done."""
    await pilot.press(*keys)
    await idle(pilot)


def standing_still(begin: Callable[[], Session]) -> Session:
    """The session that this makes, told to stand still from its start."""
    session = begin()
    session.do(Do.PAUSE)
    return session


@asynccontextmanager
async def running(
    what: Settings | GdtuiApp = FIVE,
    display: Display = Display(),  # noqa: B008 - frozen
    size: tuple[int, int] = (120, 40),
    paused: bool | None = None,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[tuple[GdtuiApp, Pilot[int]]]:
    """The app that trains with these settings, or another, with its data loaded. One that trains stands still unless
    told otherwise; others go on, unless told otherwise.

    Args:
        clock: that of the session which trains, where it is not the machine's.
    """
    app = front.training(what, display) if isinstance(what, Settings) else what
    if clock is not None:
        app.begin = partial(opening.begin, what, display, clock=clock)
    if paused or (paused is None and isinstance(what, Settings)):
        app.begin = partial(standing_still, app.begin)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.board.snapshot is not None)
        await pilot.pause()
        yield app, pilot


def resumed(path: object, epochs: int | None = None, alpha: float | None = None) -> GdtuiApp:
    """The app that goes on with a run file."""
    return front.resuming(str(path), epochs, alpha, Display())


def watching(*paths: object, target: float | None = None) -> GdtuiApp:
    """The app that looks at run files."""
    return front.watching([str(path) for path in paths], target, Display())


def saved(path: Path, settings: Settings = FIVE, done: int | None = None) -> Run:
    """A run in a file, so many of its epochs done, or all."""
    run = Run(settings, load(settings.data))
    writer = RunWriter(str(path), run)
    writer.take(run.advance(settings.epochs if done is None else done))
    writer.close()
    return run


async def step(pilot: Pilot[int], times: int = 1) -> None:
    """Train so many epochs, one key press each, and see each of them shown."""
    for _ in range(times):
        wanted = status(pilot.app).epoch + 1
        await press(pilot, "n")
        assert status(pilot.app).epoch == wanted


async def finish(pilot: Pilot[int]) -> None:
    """Train flat out to the end."""
    if not snapshot(pilot.app).is_max:
        await press(pilot, "m")
    await pilot.press("space")
    await until(pilot, lambda: status(pilot.app).state in ("done", "stopped", "diverged"))
    await idle(pilot)


def session(app: Any) -> Session:
    """The app's session; nobody looks into it while it works."""
    assert app.is_idle
    return app.session


def snapshot(app: Any) -> Snapshot:
    """What is shown."""
    return app.board.snapshot


def base(app: Any) -> Screen[Any]:
    """The screen under all dialogs."""
    return app.board


class Told(Status):
    """What the status lines say, and each thing that is measured."""

    def __getattr__(self, name: str) -> Any:
        return self.measured and getattr(self.measured, name)


def status(app: Any) -> Told:
    """What the status lines say."""
    return Told(*base(app).query_one(StatusLines).status)


def log(app: Any) -> list[str]:
    """All lines of the log."""
    return [entry.text for entry in base(app).query_one(LogView).entries]


def marked(app: Any) -> list[str]:
    """The epochs' lines of the log that can be seen and are marked, which is told by colour and by a sign; without that
    sign, and the one that epochs before them have none."""
    view = base(app).query_one(LogView)
    strips = [view.render_line(y) for y in range(view.size.height)]
    event = view.get_component_rich_style("log--event")
    coloured = [strip.text.strip() for strip in strips if "epoch #" in strip.text and next(iter(strip)).style == event]
    assert coloured == [strip.text.strip() for strip in strips if strip.text.startswith("▶ ")]
    return [text.removeprefix("▶ ").replace("… ", "", 1) for text in coloured]


def notices(app: Any) -> list[str]:
    """What was said in the corner, and is still to be seen."""
    return [notice.message for notice in app._notifications]


def screen(app: Any) -> str:
    """The text of the whole screen, dialogs on top."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())

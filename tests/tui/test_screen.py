"""What reaches the terminal bit by bit is at every moment what a full repaint would show."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from textual._styles_cache import StylesCache
from textual.app import App
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import CursorPosition
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from gdtui.recording.emulator import Emulator
from gdtui.session import opening
from gdtui.settings import CastSettings, Settings
from gdtui.tui.app import GdtuiApp
from gdtui.tui.workspace import Workspace
from tests.conftest import examples
from tests.tui.driving import FIVE, LONG, SLOWLY, running, step, until
from tests.wire.test_cells import seen, wanted

KEYS = (
    *("n", "n", "n", "n", "up", "down", "l", "t", "i", "left", "left", "shift+left", "right", "home", "end", "f", "b"),
    *("r", "plus", "m", "question_mark", "escape", "d", "a", "e", "ctrl+p"),
)
SIZES = ((120, 40), (100, 30), (80, 24), (61, 17), (40, 12), (150, 45))
THEMES = ("textual-dark", "textual-light", "nord", "solarized-light")


def story(seed: int) -> list[tuple[str, Any]]:
    """What a user and a window might do, one after the other."""
    chance = random.Random(seed)
    one_of = {"press": KEYS, "resize": SIZES, "theme": THEMES, "repaint": (None,)}
    kinds = chance.choices(list(one_of), (12, 3, 2, 1), k=25)
    return [(kind, chance.choice(one_of[kind])) for kind in kinds]


class EmulatedDriver(HeadlessDriver):
    """Not headless: what is written goes to an emulator, which answers."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.emulator = Emulator(*self._get_terminal_size(), lambda _: app.post_message(CursorPosition(0, 0)))

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        if self.emulator.size != self._get_terminal_size():
            self.emulator.resize(*self._get_terminal_size())
        self.emulator.feed(data.encode())


class EmulatedApp(GdtuiApp):
    """The app that trains, on an emulator."""

    def __init__(self, settings: Settings, film: CastSettings = CastSettings()) -> None:  # noqa: B008 - frozen
        board = Workspace(settings.data.source, settings.epochs, settings.alpha)
        super().__init__(partial(opening.begin, settings, SLOWLY), board, SLOWLY, film)

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:
        self._driver = EmulatedDriver(self, debug=False, mouse=mouse, size=size)
        return self._driver


def painted(app: EmulatedApp) -> list[Strip]:
    """The lines of the screen, all made anew, and in Textual's own way."""
    caches = {widget: widget._styles_cache for widget in app.screen.walk_children(Widget)}
    try:
        for widget in caches:
            widget._styles_cache = StylesCache()
        return app.screen._compositor.render_strips()
    finally:
        for widget, cache in caches.items():
            widget._styles_cache = cache


def differences(app: EmulatedApp) -> list[str]:
    """Cells that are not what the compositor would paint."""
    emulator = app._driver.emulator
    found = []
    for y, strip in enumerate(painted(app)):
        for x, cell in enumerate(wanted(strip)):
            if seen(emulator.cell(x, y)) != seen(cell):
                found.append(f"{x},{y}: {seen(emulator.cell(x, y))} should be {seen(cell)}")
    return found


async def act(app: EmulatedApp, pilot: Pilot[Any], what: str, value: Any) -> None:
    """One event of a story."""
    if what == "press":
        await pilot.press(value)
    elif what == "resize":
        await pilot.resize_terminal(*value)
    elif what == "theme":
        app.theme = value
    else:
        app.action_repaint()
    await pilot.pause()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(examples(3, 60)))
async def test_any_story_shows_what_a_full_repaint_would(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    so_far: list[tuple[str, Any]] = []
    async with running(EmulatedApp(replace(LONG, epochs=40)), paused=True) as (app, pilot):
        for what, value in story(seed):
            so_far.append((what, value))
            await act(app, pilot, what, value)
            await until(pilot, lambda: not app._batch_count and not differences(app), about=so_far)


async def test_only_what_changed_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands behind the charts, or beside what changed, is not asked for its lines."""
    drawn, render_lines = set(), Widget.render_lines

    def noted(widget: Widget, crop: Region) -> list[Strip]:
        drawn.add(widget.id or type(widget).__name__)
        return render_lines(widget, crop)

    async with running(EmulatedApp(FIVE), paused=True, size=(150, 45)) as (_, pilot):
        await step(pilot)
        monkeypatch.setattr(Widget, "render_lines", noted)
        await step(pilot)
    assert {"first", "second", "log", "band"} <= drawn <= {"first", "second", "log", "band", "foot", "Sheet"}

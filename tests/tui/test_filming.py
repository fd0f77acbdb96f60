"""Recording what the screen shows: a cast replayed shows what the terminal showed, from whatever moment on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gdtui.recording.cast import Cast, read_cast
from gdtui.recording.emulator import Emulator
from gdtui.settings import CastSettings
from gdtui.tui.front import NOT_FILMED
from tests.terminal.harness import GDTUI, Terminal
from tests.tui.driving import FIVE, LONG, base, idle, keys, log, press, running, status, step, until
from tests.tui.test_screen import EmulatedApp, act, story
from tests.wire.test_cells import seen

Screen = list[list[tuple[object, ...]]]


def shown(emulator: Emulator) -> Screen:
    columns, rows = emulator.size
    return [[seen(emulator.cell(x, y)) for x in range(columns)] for y in range(rows)]


def replayed(cast: Cast, events: int) -> Screen:
    """The screen after so many events."""
    emulator = Emulator(*cast.size)
    for event in cast.events[:events]:
        if event.kind == "r":
            emulator.resize(*map(int, event.data.split("x")))
        elif event.kind == "o":
            emulator.feed(event.data.encode())
    assert not emulator.unknown
    return shown(emulator)


@pytest.fixture
def emulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., EmulatedApp]:
    """Makes apps that draw on an emulator, in a folder of their own."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "40")
    monkeypatch.chdir(tmp_path)
    return lambda epochs=40, film=NOT_FILMED: EmulatedApp(replace(LONG, epochs=epochs), film)


def only_cast() -> Path:
    (path,) = Path.cwd().glob("*.cast")
    return path


async def follow(app: EmulatedApp, pilot: Any, seed: int, events: Callable[[], int]) -> list[tuple[int, Screen]]:
    """Drive the app; returns what the terminal showed after so many events of the cast."""
    moments = []
    for what, value in story(seed):
        await act(app, pilot, what, value)
        moments.append((events(), shown(app._driver.emulator)))
    return moments


def same_size(cast: Cast, events: int, screen: Screen) -> bool:
    """Whether the cast knows the terminal's size by then: it is told with the next thing drawn."""
    sizes = [event.data for event in cast.events[:events] if event.kind == "r"]
    known = tuple(map(int, sizes[-1].split("x"))) if sizes else cast.size
    return known == (len(screen[0]), len(screen))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("key", [None, *keys("app.record")])
async def test_a_cast_shows_what_the_terminal_showed(seed: int, key: str | None, emulated) -> None:
    film = CastSettings("start.cast", version=3, idle_limit=0.5) if key is None else NOT_FILMED
    app = emulated(film=film)
    async with running(app, paused=True) as (_, pilot):
        await step(pilot, 2)
        if key is not None:
            await pilot.press(key)
            await until(pilot, lambda: "recording into" in log(app)[-1])
        assert base(app).has_class("filming")
        path = only_cast()
        moments = await follow(app, pilot, seed, lambda: len(read_cast(path).events))
        app.film.end()
    cast = read_cast(path)
    assert cast.header["version"] == (3 if key is None else 2)
    compared = [(events, screen) for events, screen in moments if same_size(cast, events, screen)]
    assert len(compared) > 15
    for events, screen in compared:
        assert replayed(cast, events) == screen
    assert replayed(cast, len(cast.events)) == moments[-1][1]  # the end leaves the last screen


async def test_markers_stand_where_alpha_changed_where_a_fork_began_and_at_the_end(emulated) -> None:
    app = emulated(epochs=6)
    async with running(app, paused=True) as (_, pilot):
        await press(pilot, "ctrl+r")
        await step(pilot, 2)
        await press(pilot, "up")
        await step(pilot, 1)
        await press(pilot, "home")
        await pilot.press("f")
        await until(pilot, lambda: status(app).state == "done")
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: "recorded in" in log(app)[-1])
        assert not base(app).has_class("filming")
        labels = [event.data for event in read_cast(only_cast()).events if event.kind == "m"]
        before = only_cast().read_bytes()
        await pilot.press("l")
        await pilot.pause()
        assert only_cast().read_bytes() == before
    assert labels == ["alpha 0.01 → 0.02 from epoch 3", "fork 1 from epoch 1, alpha 0.01", "all 6 epochs done"]


async def test_asciinema_accepts_it(emulated) -> None:
    app = emulated(epochs=5)
    async with running(app, paused=True) as (_, pilot):
        await pilot.press("ctrl+r", "m", "space")
        await until(pilot, lambda: status(app).state == "done")
        await idle(pilot)
        wanted = shown(app._driver.emulator)
        await pilot.press("ctrl+r")
    command = [sys.executable, "-m", "asciinema", "cat", str(only_cast())]
    printed = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    emulator = Emulator(120, 41)  # with a line for the prompt
    emulator.feed(printed)
    assert shown(emulator)[:40] == wanted


async def test_a_failing_disk_is_told_and_training_goes_on(emulated) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    app = emulated(epochs=5)
    async with running(app, paused=True) as (_, pilot):
        await pilot.press("ctrl+r")
        os.dup2(os.open("/dev/full", os.O_WRONLY), app.film._cast._file.fileno())
        await step(pilot, 1)
        await until(pilot, lambda: any("recording ended: No space left" in line for line in log(app)))
        assert not base(app).has_class("filming")
        await step(pilot, 1)


@pytest.mark.parametrize("key", keys("app.still"))
async def test_a_still_is_the_screen_as_a_picture(key: str, emulated) -> None:
    app = emulated(epochs=5)
    async with running(app, paused=True) as (_, pilot):
        await step(pilot, 3)
        await pilot.press(key)
        await until(pilot, lambda: "saved a picture in" in log(app)[-1])
        await pilot.press(key)
        await until(pilot, lambda: len(list(Path.cwd().glob("*.svg"))) == 2)
    text = next(iter(sorted(Path.cwd().glob("*.svg")))).read_text()
    assert "loss=" in text
    assert "blobs" in text
    assert text.startswith("<svg")


def test_nothing_is_overwritten_and_a_pipe_has_no_screen(tmp_path: Path) -> None:
    path = tmp_path / "there.cast"
    path.write_text("precious")
    with pytest.raises(ValueError, match="is there already"):
        EmulatedApp(FIVE, CastSettings(str(path)))
    assert path.read_text() == "precious"
    command = [sys.executable, "-m", "gdtui", "--record", str(tmp_path / "new.cast")]
    found = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("gdtui: --record needs the screen")


def test_what_does_not_begin_leaves_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "new.cast"
    with Terminal([*GDTUI, "--data", str(tmp_path / "none.csv"), "--record", str(path)]) as terminal:
        assert terminal.wait_exit() == 2
    assert not path.exists()

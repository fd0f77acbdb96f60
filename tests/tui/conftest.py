"""What makes many apps one after the other quick to test."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual import app, constants, pilot
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.message_pump import MessagePump


async def _at_rest(_: float = 0) -> None:
    """Wait until the event loop has nothing to run; what a thread works on is for `idle` and `until` to wait for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 1  # an animation, say, may always have something
    await asyncio.sleep(0.001)
    while loop._ready and loop.time() < end:
        await asyncio.sleep(0.001)


_by_callbacks, _parse_rules = pilot.Pilot._wait_for_screen, Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _awaits_more(pump: MessagePump) -> bool:
    queue = pump._message_queue
    return pump._closing or (queue.empty() and bool(queue.ready_event._waiters))  # type: ignore[attr-defined]


async def _seen_to(pilot: pilot.Pilot[Any], timeout: float = 30.0) -> bool:
    """Wait until each widget has seen to the messages that it has; where that takes it more than a few turns of the
    loop, as Textual does, which sends each of them one more."""
    pumps = [pilot.app, *pilot.app.screen.walk_children(with_self=True)] if pilot.app.screen_stack else []
    for _ in range(20):
        pumps = [pump for pump in pumps if not _awaits_more(pump)]
        if not pumps:
            return True
        await asyncio.sleep(0)
    return await _by_callbacks(pilot, timeout)


def _parsed_once(sheet: Stylesheet, *about: object, **more: object) -> list[RuleSet]:
    """The rules of a style sheet: the next app, with the same colours, has the same."""
    key = *sheet._variables.items(), *about, *more.items()
    if key not in _parsed:
        _parsed[key] = _parse_rules(sheet, *about, **more)  # type: ignore[arg-type]
    return _parsed[key]


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits 20 ms at a time until the process has used hardly any CPU, several times a key, and for a
    second where a thread trains meanwhile. And what scrolls glides there, for a fifth of a second each time."""
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    for module in (app, pilot):
        monkeypatch.setattr(module, "wait_for_idle", _at_rest)
    monkeypatch.setattr(pilot.Pilot, "_wait_for_screen", _seen_to)
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parsed_once)


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some keys save files where the app was begun."""
    monkeypatch.chdir(tmp_path)

"""The help and the command palette, and what both and the foot hold possible."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from textual import events
from textual.pilot import Pilot

from gdtui.settings import Settings
from gdtui.tui.bindings import BINDINGS, COMPARING, MOUSE, Group
from gdtui.tui.dialogs import Help, key_table
from gdtui.tui.palette import COLUMN, entries
from gdtui.tui.possible import can_be_done
from tests.tui.driving import (
    FIVE,
    finish,
    idle,
    press,
    running,
    saved,
    screen,
    snapshot,
    step,
    until,
    watching,
)


async def test_the_palette_takes_no_more_than_names_are_long() -> None:
    async with running() as (app, pilot):
        await press(pilot, "ctrl+p")
        await pilot.press(*"x" * 100)
        await until(pilot, lambda: len(app.screen.query_one("Input").value) == 60)
        await press(pilot, "escape")


# The help


@pytest.mark.parametrize("columns", [24, 31, 60, 85, 86, 110])
@pytest.mark.parametrize("table", [BINDINGS, COMPARING])
def test_the_help_has_every_key_in_its_group_and_breaks_lines_at_words(table: Any, columns: int) -> None:
    lines = key_table([(key, True) for key in table], columns).plain.split("\n")
    assert max(map(len, lines)) <= columns
    side = (columns - 2) // 2 + 2 if columns >= 86 else columns
    parts = [line[:side].rstrip() for line in lines] + [line[side:].rstrip() for line in lines]
    margin = max(len(key.shown) for key in table) + 2
    found: dict[str, dict[str, str]] = {}
    for part in filter(None, parts):
        if part in get_args(Group):
            assert part not in found
            members = found.setdefault(part, {})
        elif not part.startswith(" "):
            name = part[:margin].rstrip()
            members[name] = part[margin:]
        else:
            assert part.startswith(" " * margin)
            members[name] += f" {part.strip()}"
    wanted = [group for group in get_args(Group) if any(key.group == group for key in table)]
    assert list(found) == wanted
    for group in wanted:
        assert found[group] == {key.shown: key.help for key in table if key.group == group}


@pytest.mark.parametrize(("size", "is_whole"), [((120, 50), True), ((80, 24), False), ((40, 12), False)])
async def test_the_help_is_seen_whole_or_scrolls_by_key_and_wheel(size: tuple[int, int], is_whole: bool) -> None:
    async with running(size=size) as (app, pilot):
        await press(pilot, "question_mark")
        help_of = app.board.dialog
        assert isinstance(help_of, Help)
        assert (help_of.max_scroll_y == 0) == is_whole
        last = MOUSE[-1].help.split()[-1]
        assert "Run" in screen(app)
        if is_whole:
            assert last in screen(app)
            return
        assert last not in screen(app)
        await press(pilot, "end")
        await until(pilot, lambda: last in screen(app))
        await press(pilot, "home")
        await until(pilot, lambda: last not in screen(app))
        while last not in screen(app):
            before = help_of.scroll_y
            help_of.post_message(events.MouseScrollDown(help_of, 1, 1, 0, 0, 0, False, False, False))
            await until(pilot, lambda before=before: help_of.scroll_y > before)


@pytest.mark.parametrize("key", ["?", "a"])
async def test_a_click_on_what_is_answered_and_about_to_go_takes_no_keys(key: str) -> None:
    async with running() as (app, pilot):
        await press(pilot, key)
        dialog = app.board.dialog
        x, y = app.screen.focused.region.offset
        dialog.action_answer()
        app.screen._forward_event(events.MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))
        assert app.screen.focused is None
        await press(pilot)
        await press(pilot, "?")
        assert isinstance(app.board.dialog, Help)


async def test_the_help_takes_the_room_that_there_is_after_a_change_of_size() -> None:
    async with running(size=(80, 24)) as (app, pilot):
        await press(pilot, "question_mark")
        side_by_side = re.compile("Run +(Time|Look)")
        assert not side_by_side.search(screen(app))
        await pilot.resize_terminal(120, 50)
        await until(pilot, lambda: bool(side_by_side.search(screen(app))))
        assert app.board.dialog.max_scroll_y == 0
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not side_by_side.search(screen(app)))


# What can be done now


async def in_the_past(pilot: Pilot[Any]) -> None:
    await step(pilot, 2)
    await press(pilot, "home")


async def after_the_end(pilot: Pilot[Any]) -> None:
    await finish(pilot)


async def after_diverging(pilot: Pilot[Any]) -> None:
    await finish(pilot)


async def at_the_start(pilot: Pilot[Any]) -> None:
    await idle(pilot)


STATES = {
    at_the_start: FIVE,
    in_the_past: FIVE,
    after_the_end: FIVE,
    after_diverging: Settings(alpha=1e308),
}


@pytest.mark.parametrize("reach", STATES)
async def test_what_cannot_be_done_now_does_nothing_and_is_not_offered(reach: Any) -> None:
    async with running(STATES[reach]) as (app, pilot):
        await reach(pilot)
        await does_nothing_else(app, pilot, BINDINGS)


@pytest.mark.parametrize("runs", [1, 2])
async def test_the_same_where_files_are_looked_at(tmp_path: Path, runs: int) -> None:
    paths = [tmp_path / f"{number}.jsonl" for number in range(runs)]
    for path in paths:
        saved(path)
    async with running(watching(*paths)) as (app, pilot):
        await does_nothing_else(app, pilot, BINDINGS if runs == 1 else COMPARING)


async def does_nothing_else(app: Any, pilot: Pilot[Any], table: Iterable[Any]) -> None:
    before = snapshot(app)
    idle_keys = [key for key in table if not can_be_done(key, before)]
    assert idle_keys
    offered = {entry.name for entry in entries(app.board)}
    for key in idle_keys:
        assert f"{key.group}: {key.help}" not in offered
        for name in key.keys.split(","):
            await press(pilot, name)
            assert app.board.dialog is None, key
        assert without_count(snapshot(app)) == without_count(before), key


def without_count(shown: Any) -> dict[str, Any]:
    """All of a snapshot, but how many commands were carried out."""
    return {field.name: getattr(shown, field.name) for field in fields(shown) if field.name != "asked"}


async def test_before_there_is_data_only_the_help_and_the_like_are_offered() -> None:
    async with running() as (app, _):
        app.board.snapshot = None
        names = {entry.name for entry in entries(app.board)}
        assert {"Look: Show this help", "Run: Leave, and print the table", "Look: Change the theme"} <= names
        assert not any(name.startswith(("Steer", "Time")) for name in names)


@pytest.mark.parametrize("key", ["question_mark", "ctrl+p"])
async def test_arrows_that_cannot_be_shown_have_names_in_the_help_and_the_palette(key: str, monkeypatch) -> None:
    monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(io.BytesIO(), "ascii"))
    async with running(size=(120, 60)) as (app, pilot):
        await press(pilot, key)
        await until(pilot, lambda: "(or shift+down)" in screen(app))
        assert not set("↑↓←→") & set(screen(app))


# The palette


@pytest.mark.parametrize("size", [(120, 40), (60, 20), (40, 12)])
async def test_the_palette_shows_each_name_with_its_key(size: tuple[int, int]) -> None:
    async with running(size=size) as (app, pilot):
        await press(pilot, "ctrl+p")
        between = " " * (COLUMN - len("Run: Go faster")) if size[0] >= 60 else "  "
        await until(pilot, lambda: f"  Run: Go faster{between}> " in screen(app), about=size)
        await pilot.press(*"axis")
        await until(pilot, lambda: "Look: Show a log axis" in screen(app) and "Go faster" not in screen(app))
        await press(pilot, "escape")
        assert app.screen is app.board


async def test_the_palette_waits_for_the_answer_to_a_question() -> None:
    async with running() as (app, pilot):
        await press(pilot, "a", "ctrl+p")
        assert app.screen is app.board
        await press(pilot, "escape", "ctrl+p")
        assert app.screen is not app.board

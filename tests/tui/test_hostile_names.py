"""Names from data, files and commands are shown as they are: they are no markup, and nothing that a terminal obeys."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rich.console
import rich.markup
import textual.markup
from textual.pilot import Pilot

from gdtui.settings import DataSettings, Display
from gdtui.text import printable
from gdtui.tui import front
from gdtui.tui.app import GdtuiApp
from gdtui.tui.chart_view import ChartView
from tests.conftest import examples
from tests.tui.driving import FIVE, finish, idle, notices, press, resumed, running, saved, screen, until, watching

KINDS = {
    "a link": "[@click=app.quit]zz[/]",
    "a closing tag": "[/zz]",
    "a colour": "zz[red]",
    "a backslash": "zz\\[b]",
    "an open tag": "zz[",
    "escape codes": "zz\x1b]0;x\x07\x1b[31m\x9b7m\x7f",
    "another direction": "zz\u202ex\u2066",
}
SOME = dict([*KINDS.items()][:: examples(3, 1)])
"""Enough where it has been seen that no such text is read as markup, whatever is in it."""
WIDE = 240, 50


@pytest.fixture(autouse=True)
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """All text from outside that is read as markup by Textual or rich, whichever widget it is in: there is none."""
    found: list[str] = []
    parsers = (textual.markup, "to_content"), (rich.markup, "render"), (rich.console, "render_markup")

    def spied_on(parse: Callable[..., Any]) -> Callable[..., Any]:
        def spy(markup: str, *arguments: Any, **options: Any) -> Any:
            if "zz" in markup:
                found.append(markup)
            return parse(markup, *arguments, **options)

        return spy

    for module, name in parsers:
        monkeypatch.setattr(module, name, spied_on(getattr(module, name)))
    yield found
    assert found == []


def named(name: str) -> str:
    """A file's name that is as bad."""
    return name.replace("/", "")


def table(name: str) -> tuple[DataSettings, Path]:
    """A table whose file, columns and classes have such a name."""
    path = Path(f"{named(name)}.csv").absolute()
    rows = [f"{x},{y},{label}" for x, y, label in ((1, 2, name), (2, 3, "[/zz]2"), (3, 1, name), (4, 6, "[/zz]2"))]
    path.write_text("\n".join([f"{name}1,{name}2,zz", *rows]) + "\n")
    return DataSettings(str(path)), path


def look(app: GdtuiApp, *names: str) -> None:
    """See these names on the screen, and nothing there that a terminal would obey, or that a click on a name does."""
    shown = screen(app)
    for name in names:
        assert printable(name) in shown
    assert all(line.isprintable() for line in shown.split("\n"))
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert "zz" not in segment.text or segment.style is None or "@click" not in segment.style.meta


async def see(app: GdtuiApp, pilot: Pilot[int], text: str) -> None:
    await until(pilot, lambda: printable(text) in screen(app))
    look(app)


@pytest.mark.parametrize("name", KINDS.values(), ids=KINDS)
async def test_names_are_shown_as_they_are_where_one_trains(name: str) -> None:
    data, path = table(name)
    async with running(replace(FIVE, data=data), size=WIDE) as (app, pilot):
        await finish(pilot)
        look(app, path.name, f" {name} ", "[/zz]2", f"{name}1"[:7])
        before = app.query_one("#second", ChartView)._border_title
        await press(pilot, "home", "right", "d")
        assert app.query_one("#second", ChartView)._border_title is before  # it would be laid out anew
        await see(app, pilot, f"{named(name)}.csv")
        await press(pilot, "escape", "a")
        app.screen.query_one("Input").value = named(name)
        await press(pilot, "enter")
        await see(app, pilot, "is not a number")
        await press(pilot, "escape", "w")
        app.screen.query_one("Input").value = f"{named(name)}/no/x.jsonl"
        await press(pilot, "enter")
        await see(app, pilot, f"there is no folder {named(name)}")
        app.screen.query_one("Input").value = f"{named(name)}.jsonl"
        await press(pilot, "enter")
        await see(app, pilot, f"saved in {named(name)}.jsonl")
        assert any(printable(named(name)) in notice for notice in notices(app))
        await press(pilot, "r")
        await see(app, pilot, f"{named(name)}.jsonl holds the run before")
        await pilot.press("ctrl+p", *"zz")
        await idle(pilot)
        look(app)


@pytest.mark.long
@pytest.mark.parametrize("name", SOME.values(), ids=SOME)
async def test_names_are_shown_as_they_are_where_a_file_is_looked_at(name: str) -> None:
    data, table_path = table(name)
    paths = [Path(folder, f"{named(name)}.jsonl").absolute() for folder in ("zz", "[zz]")]
    for path in paths:
        path.parent.mkdir()
        saved(path, replace(FIVE, data=data))
    async with running(resumed(paths[0], epochs=9), size=WIDE, paused=True) as (app, pilot):
        await idle(pilot)
        look(app, table_path.name, f" {name} ", "saved in ", paths[0].name[-9:])
    table_path.unlink()
    async with running(watching(paths[1]), size=WIDE) as (app, pilot):
        await idle(pilot)
        look(app, table_path.name, f" {name} ", "its data cannot be had")
        await press(pilot, "t")
        await see(app, pilot, "The rows are not at hand")
    foreign = Path(f"{named(name)}-2.jsonl")
    foreign.write_text(json.dumps({"epoch": 1, "loss": 2.0, "loss\x1b": name}) + "\n")
    for files in ([*paths, foreign], [foreign]):
        async with running(watching(*files), size=WIDE) as (app, pilot):
            await until(pilot, lambda app=app: app.board.query_one("#loss", ChartView).chart is not None)
            await idle(pilot)
            look(app, foreign.stem, *(f"{path.parent.name}/{path.stem}" for path in files[:-1]))


@pytest.mark.long
@pytest.mark.parametrize("name", SOME.values(), ids=SOME)
async def test_names_are_shown_as_they_are_where_logs_are_looked_at(name: str) -> None:
    paths = [Path(f"{named(name)}{number}.jsonl") for number in (1, 2)]
    for path in paths:
        record = {"step": 1, f"{name}loss": 2.0, f"{name}quality": 1.0, f"val_{name}loss": 2.0}
        path.write_text(json.dumps(record) + "\n" + json.dumps(record | {"step": 2}) + "\n" + name + "\n")
    for files in (paths, paths[:1]):
        app = front.looking([str(path) for path in files], None, (), Display())
        async with running(app, size=WIDE) as (app, pilot):
            await until(pilot, lambda app=app: app.board.query_one("#chart-1", ChartView).chart is not None)
            await idle(pilot)
            look(app, *(path.stem for path in files), f"{name}loss", f"{name}quality")
            await press(pilot, "slash", "z", "z")
            look(app, f"{name}loss")
            app.screen.query_one("Input").value = name
            await press(pilot, "enter")
            look(app, named(name))
            await press(pilot, "escape", "v", "z", "home")
            look(app)


async def test_bytes_of_a_path_that_are_no_text_are_shown_as_such() -> None:
    path = Path(os.fsdecode(b"zz\xff.jsonl")).absolute()
    saved(path)
    for app in (resumed(path, epochs=9), watching(path), watching(path, path)):
        async with running(app, size=WIDE) as (_, pilot):
            await idle(pilot)
            look(app, "zz�")

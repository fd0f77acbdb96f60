"""What somebody who came by the web has of the screen, and what not: under the pilot, key by key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gdtui.session import commands as ask
from gdtui.settings import DataSettings, Display
from gdtui.tui import front
from gdtui.tui.bindings import BINDINGS, NOT_FOR_GUESTS
from gdtui.tui.palette import entries
from tests.tui.driving import FIVE, base, finish, idle, notices, press, running, saved, screen, session, snapshot

GUEST = Display(guest=True)
LEAVING = "q", "ctrl+z", "ctrl+c", "ctrl+q"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is written without a path lands in one folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


async def test_no_key_of_a_guest_writes_anything(tmp_path: Path) -> None:
    letters = [f"ctrl+{letter}" for letter in "abdefghijklmnoprstuvwxy"]
    async with running(FIVE, GUEST) as (app, pilot):
        await finish(pilot)
        for key in [*(key for known in BINDINGS for key in known.keys.split(",")), *letters]:
            if key not in LEAVING:
                await pilot.press(key, "escape")
        assert app.is_running
    assert [*tmp_path.iterdir()] == []


async def test_what_a_guest_cannot_do_is_in_neither_foot_nor_help_nor_palette() -> None:
    async with running(FIVE, GUEST, size=(300, 70)) as (app, pilot):
        names = [key.help for key in BINDINGS if key.action in NOT_FOR_GUESTS]
        assert len(names) >= 5
        assert "w Save" not in screen(app)
        assert {name for name in names for entry in entries(base(app)) if name in entry.name} == set()
        await press(pilot, "question_mark")
        text = screen(app)
        assert "Raise alpha" in text
        assert [name for name in names if name in text] == []


async def test_a_guest_changes_the_theme_for_the_visit_alone(tmp_path: Path) -> None:
    async with running(FIVE, GUEST) as (app, pilot):
        await pilot.press("T")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.theme != "gdtui-dark"
        assert notices(app) == []
    assert [*tmp_path.iterdir()] == []


async def test_a_guest_chooses_built_in_data_and_types_no_path() -> None:
    async with running(FIVE, GUEST) as (app, pilot):
        await pilot.press("d")
        await pilot.pause()
        assert "path" not in screen(app)
        await press(pilot, "down", "enter")
        assert snapshot(app).data.name == "moons"


async def test_a_guest_is_not_asked_to_save_what_is_dropped() -> None:
    async with running(replace(FIVE, epochs=2_000), GUEST) as (app, pilot):
        await finish(pilot)
        assert snapshot(app).unsaved
        before = snapshot(app).run
        await press(pilot, "r")
        assert app.board.dialog is None
        assert snapshot(app).run is not before


@pytest.mark.parametrize(
    "command",
    [
        ask.Save("run.jsonl"),
        ask.ChooseData(DataSettings("table.csv")),
        ask.Train(replace(FIVE, data=DataSettings("table.csv"))),
    ],
)
async def test_the_session_refuses_what_no_key_of_a_guest_asks_for(command: ask.Command, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,kind\n1,p\n2,q\n")
    async with running(FIVE, GUEST) as (app, pilot):
        run = session(app).run
        app.ask(command)
        await idle(pilot)
        assert "for those who come by the web" in notices(app)[0]
        assert session(app).run is run
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


async def test_the_data_that_was_named_for_guests_can_be_come_back_to(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,kind\n1,2,p\n2,5,q\n3,1,p\n")
    async with running(replace(FIVE, data=DataSettings("table.csv")), GUEST) as (app, pilot):
        for source in ("moons", "table.csv"):
            app.ask(ask.ChooseData(DataSettings(source)))
            await idle(pilot)
            assert snapshot(app).data.name == source


async def test_a_guest_steers_no_run_that_is_watched(tmp_path: Path) -> None:
    saved(tmp_path / "run.jsonl")
    app = front.watching(["run.jsonl"], None, GUEST)
    async with running(app) as (app, pilot):
        app.ask(ask.SetAlpha(0.5))
        await idle(pilot)
        assert notices(app) == ["this run is only watched"]
        await press(pilot, "left", "question_mark")
        text = screen(app)
        assert "Back one epoch" in text
        assert "Raise alpha" not in text

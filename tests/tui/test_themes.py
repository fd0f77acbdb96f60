"""Which theme is shown, and that it is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from gdtui.options import THEMES
from gdtui.settings import Display
from gdtui.tui.dialogs import ThemeChoice
from gdtui.tui.themes import OWN, known_themes, remember, theme_to_show
from tests.command import gdtui
from tests.terminal.harness import GDTUI, Terminal, environment
from tests.tui.driving import FIVE, keys, press, running

KNOWN = {"gdtui-dark", "gdtui-light", "nord"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("GDTUI_THEME", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_what_is_asked_for_comes_before_the_environment_and_that_before_the_last_choice(monkeypatch) -> None:
    assert theme_to_show(None, KNOWN) == OWN[0].name
    remember("nord")
    assert theme_to_show(None, KNOWN) == "nord"
    monkeypatch.setenv("TEXTUAL_THEME", "gdtui-dark")
    assert theme_to_show(None, KNOWN) == "gdtui-dark"
    monkeypatch.setenv("GDTUI_THEME", "gdtui-light")
    assert theme_to_show(None, KNOWN) == "gdtui-light"
    assert theme_to_show("nord", KNOWN) == "nord"


@pytest.mark.parametrize("content", [b"none-such\n", b"\xff\xfe", b""])
def test_what_is_no_theme_any_more_is_passed_over(home: Path, content: bytes) -> None:
    (home / "gdtui").mkdir()
    (home / "gdtui" / "theme").write_bytes(content)
    assert theme_to_show(None, KNOWN) == OWN[0].name


def test_a_theme_that_there_is_not_is_refused_by_name() -> None:
    with Terminal([*GDTUI, "--theme", "pink"], env=environment()) as terminal:
        assert terminal.wait_exit() == 2
        said = " ".join(terminal.printed())
        assert "--theme: there is no theme 'pink'; there are ansi-dark, " in said
        assert "gdtui-light" in said


def test_it_is_refused_without_a_screen_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    run = "--plain", "--epochs", "1"
    assert gdtui(*run, "--theme", "nord").returncode == 0
    refused = gdtui(*run, "--theme", "pink")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith("gdtui: --theme: there is no theme 'pink'; there are ansi-dark, ")
    monkeypatch.setenv("GDTUI_THEME", "pink")
    refused = gdtui(*run)
    assert refused.returncode == 2
    assert refused.stderr.startswith("gdtui: $GDTUI_THEME: there is no theme 'pink'; ")


async def test_the_themes_that_a_shell_completes_are_those_that_there_are() -> None:
    async with running() as (app, _):
        assert set(THEMES) <= set(known_themes()) == set(app.available_themes)


@pytest.mark.parametrize("key", keys("app.choose_theme"))
async def test_each_theme_is_seen_while_one_chooses_and_the_choice_is_remembered(home: Path, key: str) -> None:
    async with running(FIVE, Display(theme="gdtui-light")) as (app, pilot):
        assert app.theme == "gdtui-light"
        await press(pilot, key)
        names = sorted(app.available_themes)
        shown = app.screen.query_one(OptionList)
        assert isinstance(app.board.dialog, ThemeChoice)
        assert names[shown.highlighted] == app.theme == "gdtui-light"
        await press(pilot, "down")
        assert app.theme == names[names.index("gdtui-light") + 1]
        await press(pilot, "escape")
        assert app.theme == "gdtui-light"
        assert not (home / "gdtui").exists()
        await press(pilot, key, "up", "enter")
        assert app.theme == "gdtui-dark"
        assert (home / "gdtui" / "theme").read_text() == "gdtui-dark\n"
    async with running(FIVE) as (app, _):
        assert app.theme == "gdtui-dark"

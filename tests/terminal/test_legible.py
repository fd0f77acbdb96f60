"""Every text on the screen stands out from what is behind it, in every theme, where a terminal has all colours."""

from __future__ import annotations

from functools import cache

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from gdtui.tui.colours import contrast
from gdtui.tui.themes import OWN
from tests.terminal.harness import GDTUI, Terminal

LEAST, OWN_LEAST = 3.0, 4.5
NAMES = sorted([theme.name for theme in OWN] + [theme.name for theme in BUILTIN_THEMES.values()])
CHOOSING = "Theme: enter keeps it"


@cache
def stands_out(front: str, behind: str) -> float:
    return contrast(Color.parse(f"#{front}"), Color.parse(f"#{behind}"))


def is_text(char: str) -> bool:
    """Not a stroke, a block or a marker of a drawing."""
    return char.isalnum() or ("!" <= char <= "~")


def hard_to_read(terminal: Terminal, least: float) -> dict[tuple[str, str], str]:
    """The texts that do not stand out so much, by their colours."""
    found: dict[tuple[str, str], str] = {}
    columns, rows = terminal.emulator.size
    for y in range(rows):
        for x in range(columns):
            cell = terminal.emulator.cell(x, y)
            front, behind = (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)
            if is_text(cell.data) and len(front) == len(behind) == 6 and stands_out(front, behind) < least:
                found[front, behind] = found.get((front, behind), "") + cell.data
    return found


@pytest.mark.parametrize("data", ["moons", "iris"])
def test_all_text_is_legible_in_every_theme(data: str) -> None:
    command = [*GDTUI, "--data", data, "--epochs", "60", "--alpha", "0.5", "--speed", "max", "--theme", NAMES[0]]
    with Terminal(command) as terminal:
        terminal.wait_for("all 60 epochs done")
        terminal.send("T")
        terminal.wait_for(CHOOSING)
        for number, name in enumerate(NAMES):
            if number:
                terminal.send("down")
            least = OWN_LEAST if name.startswith("gdtui") else LEAST
            looked: list[dict[tuple[str, str], str]] = [{}]

            def is_legible(terminal: Terminal, name: str = name, least: float = least, looked=looked) -> bool:
                columns, row = 0, next(y for y, line in enumerate(terminal.emulator.lines()) if f" {name} " in line)
                columns = terminal.emulator.lines()[row].index(name)
                looked[0] = hard_to_read(terminal, least)
                lit, other = terminal.emulator.cell(columns, row).bg, terminal.emulator.cell(columns, row - 1).bg
                return lit != other and not looked[0]

            try:
                terminal.wait_for(is_legible, 10)
            except TimeoutError as error:
                raise AssertionError(f"{name}: {looked[0]}\n{error}") from None

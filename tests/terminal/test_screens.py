"""The screen of the real program at every size, in a terminal of all colours: checked by rule, and some as pictures.

``GDTUI_PICTURES=write pytest -n 0 tests/terminal/test_screens.py`` writes the pictures anew; look at them before they
are committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from tests.terminal.harness import GDTUI, Terminal

SIZES = [(30, 40), (50, 30), (40, 12), (60, 20), (80, 24), (200, 10), (100, 30), (120, 40), (200, 60)]
KEPT = {(40, 12), (30, 40), (80, 24), (120, 40)}
PICTURES = Path(__file__).parents[1] / "files" / "screens"
BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
WHITE = "ffffff"


def boundary(terminal: Terminal) -> np.ndarray:
    """The quarters of cells that the boundary takes, by its colour: points and field have others."""
    columns, rows = terminal.emulator.size
    found = np.zeros((2 * rows, 2 * columns), dtype=bool)
    for y in range(rows):
        for x in range(columns):
            cell = terminal.emulator.cell(x, y)
            if cell.fg == WHITE and cell.data in BLOCKS:
                code = BLOCKS.index(cell.data)
                for bit in range(4):
                    found[2 * y + bit // 2, 2 * x + bit % 2] = code >> bit & 1
    return found


def broken_rules(terminal: Terminal) -> str:
    """What is wrong with the screen of a run that has ended; empty where nothing is."""
    lines = terminal.emulator.lines()
    text = "\n".join(lines)
    if "Quit" not in lines[-1]:
        return "the foot is not in the last row"
    if text.count("└") < 2:
        return "no two axes"
    _, parts = ndimage.label(boundary(terminal), structure=np.ones((3, 3)))
    if parts != 1:
        return f"the boundary has {parts} parts"
    for wanted in ("done", "60/60", "loss", "accuracy", "? Help"):
        if wanted not in text:
            return f"no {wanted!r}"
    if not set("●▲✗") <= set(text):
        return "a class has no points, or none is wrong"
    return ""


def test_the_screen_keeps_its_rules_at_every_size_and_the_same_pictures() -> None:
    command = [*GDTUI, "--data", "moons", "--epochs", "60", "--alpha", "0.5", "--speed", "max"]
    with Terminal(command) as terminal:
        terminal.wait_for("all 60 epochs done")
        for size in SIZES:
            terminal.resize(*size)
            if size in KEPT:  # charts are drawn anew a little later, and are there when a dialog has come and gone
                terminal.latency("?", "Keys")
                terminal.latency("?", lambda terminal: "Keys" not in terminal.emulator.text())
            picture = PICTURES / f"{size[0]}x{size[1]}.txt"
            is_written = size in KEPT and os.environ.get("GDTUI_PICTURES") == "write"
            wanted = picture.read_text("utf-8") if size in KEPT and not is_written else None

            def is_right(terminal: Terminal, wanted: str | None = wanted) -> bool:
                shown = "\n".join(line.rstrip() for line in terminal.emulator.lines()) + "\n"
                return not broken_rules(terminal) and wanted in (None, shown)

            try:
                terminal.wait_for(is_right, 10)
            except TimeoutError as error:
                with terminal._changed:
                    why = broken_rules(terminal) or f"it is not {picture.name}"
                pytest.fail(f"{size}: {why}\n{error}")
            if is_written:
                PICTURES.mkdir(exist_ok=True)
                picture.write_text("\n".join(line.rstrip() for line in terminal.lines()) + "\n", "utf-8")

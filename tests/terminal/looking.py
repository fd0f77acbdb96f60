"""What the tests of the real program look at on its screen, and do to it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.terminal.harness import Terminal

MODES = {1049, 1000, 1003, 1006, 2004, 1004}
"""What the app sets in the terminal and has to put back: full screen, mouse, paste, focus."""


def assert_restored(terminal: Terminal) -> None:
    """The program drew in full screen, and left the terminal as it had found it."""
    assert terminal.emulator.ever_set >= MODES
    assert terminal.leftovers() == []
    assert not terminal.emulator.is_alternate
    assert not terminal.emulator.unknown


def epoch(terminal: Terminal) -> int:
    """The epoch that the status line tells."""
    found = re.search(r"epoch +([\d,]+)/\d", terminal.screen_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def trained(epochs: int) -> Callable[[Terminal], bool]:
    """Whether so many epochs or more are in the log. On a busy machine none of them is sure to be seen by itself."""
    return lambda terminal: any(
        int(number) >= epochs for number in re.findall(r"epoch #(\d+), loss=", terminal.emulator.text())
    )


def cells(terminal: Terminal) -> list[list[tuple[object, ...]]]:
    """All that is to be seen on the screen; the foreground of a blank is not."""
    columns, rows = terminal.emulator.size
    look = [[terminal.cell(x, y) for x in range(columns)] for y in range(rows)]
    return [[(" ", cell.bg) if cell.data == " " else cell for cell in row] for row in look]


def come_to_rest(terminal: Terminal) -> None:
    """Whatever was still to be drawn has been drawn when the answers to two keys are there."""
    terminal.latency("i", "frames/s")
    terminal.latency("i", lambda terminal: "frames/s" not in terminal.emulator.text())


def spoil(terminal: Terminal) -> None:
    """Scroll the screen and write into it, as another program might; ours is told nothing of it."""
    lines = b"\r\n".join([b"\x1b[41mSomething else wrote here.\x1b[m"] * 5)
    with terminal._changed:
        terminal.emulator.feed(b"\x1b[3;9H\x1b[J\x1b[999;1H" + lines)

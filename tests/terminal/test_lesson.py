"""A lesson is played to its end in a real terminal, by the keys that it names."""

from __future__ import annotations

from tests.terminal.harness import GDTUI, KEYS, Terminal
from tests.terminal.looking import assert_restored
from tests.terminal.test_hands import mouse


def test_a_lesson_is_played_to_its_end() -> None:
    with Terminal([*GDTUI, "learn", "too-small", "--speed", "max"], columns=100, rows=30) as terminal:
        terminal.wait_for("? A hundredth of alpha: where will the loss be in the end?")
        terminal.wait_for("paused")
        row = next(y for y, line in enumerate(terminal.emulator.lines()) if "2 At about 74" in line)
        column = terminal.emulator.lines()[row].index("2 At about 74") + 5
        terminal.send(mouse(0, column, row), mouse(0, column, row, is_down=False))
        terminal.wait_for("✓ You were right: At about 74.")
        terminal.wait_for("loss 74.05169")
        terminal.send("L")
        terminal.wait_for("→ Raise alpha with ↑ to 0.01.")
        for rung in ("0.0002", "0.0005", "0.001", "0.002", "0.005", "0.01"):
            terminal.send(KEYS["up"])
            terminal.wait_for(f"(next {rung})")
        terminal.wait_for("Alpha too small  3/4")  # by itself
        terminal.send("+")
        terminal.wait_for("✓ Press +, which adds half of the epochs.")
        terminal.send("L")
        terminal.wait_for("Alpha too small  4/4")
        terminal.send("L")
        terminal.wait_for("the lesson is over")
        terminal.wait_for(lambda terminal: "Alpha too small" not in terminal.emulator.text())
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_restored(terminal)

"""The mouse of a real terminal changes the data and moves the boundary."""

from __future__ import annotations

from tests.terminal.harness import GDTUI, Terminal
from tests.terminal.looking import trained


def mouse(code: int, x: int, y: int, is_down: bool = True) -> str:
    """What a terminal sends of it: of a button (0 the left one, 2 the right one), with 32 where it was moved."""
    return f"\x1b[<{code};{x + 1};{y + 1}{'M' if is_down else 'm'}"


def test_clicks_add_points_and_the_boundary_is_drawn_along() -> None:
    start = ("--init=-1,1,-0.5", "--epochs", "20000", "--speed", "10")
    with Terminal([*GDTUI, *start], columns=120, rows=40) as terminal:
        terminal.wait_for(trained(2))
        terminal.send(" ", "v")
        terminal.wait_for("paused")
        terminal.wait_for("▸ 1 Data")
        for button, (x, y), told in ((0, (70, 15), "of class 0"), (2, (110, 3), "of class 1")):
            terminal.send(mouse(button, x, y), mouse(button, x, y, is_down=False))
            terminal.wait_for(f"a point {told} at")
        terminal.wait_for("252 rows")
        assert (terminal.cell(70, 15)[0], terminal.cell(110, 3)[0]) == ("●", "▲")
        terminal.send("u")
        terminal.wait_for("251 rows")
        row = 10
        boundary = next(x for x in range(70, 118) if terminal.cell(x, row)[0] in "▌▐▞▚▗▘▖▝▛▜▙▟█")
        terminal.send(mouse(0, boundary, row), mouse(32, boundary + 3, row), mouse(32, boundary + 8, row))
        terminal.wait_for("held")
        terminal.send(mouse(0, boundary + 8, row, is_down=False), " ")
        terminal.wait_for("from weights chosen by hand")
        terminal.wait_for("training")

"""A table that is drawn line by line looks as rich draws it."""

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.table import Table

from gdtui.report import confusion_table, samples_table
from gdtui.runs.samples import Sample
from gdtui.tui.sheet import lines_of

VERDICTS = {"right": Style(color="green"), "wrong": Style(color="red", bold=True), "unknown": Style(dim=True)}
NAMES = ("x", "漢字漢字漢字漢字", "a long name that is cut")
CONSOLE = Console(force_terminal=True, color_system="truecolor")


def sampled() -> Table:
    rows = [
        Sample(3, (1.5, -1.234e-200, 0.0), 0.25, 0, 0),
        Sample(1_234_567, (100.0, 2.0, -3.0), 0.75, 1, 0),
        Sample(12, (1.0, 2.0, 3.0), float("nan"), None, 1),
    ]
    look = {"box": None, "padding": (0, 1, 0, 0), "header_style": VERDICTS["unknown"]}
    return samples_table(rows, NAMES, 3, ("activ.", "pred", "true"), VERDICTS, widest=8, **look)


def without_caption() -> Table:
    table = sampled()
    table.caption = None
    return table


def confused() -> Table:
    return confusion_table((1, 20, 3, 400_000), ("a", "no short name"), "true ╲ pred", box=None, padding=(0, 2, 0, 0))


def seen(lines: list[list[Segment]]) -> list[list[tuple[str, Style | None]]]:
    """What can be seen of lines: characters and their styles, but for blanks, and for those at a line's end."""
    found = []
    for line in lines:
        cells = [(char, style or Style() if char != " " else None) for text, style, _ in line for char in text]
        while cells and cells[-1][0] == " ":
            cells.pop()
        found.append(cells)
    return found


@pytest.mark.parametrize("width", [80, 60, 50, 40, 20, 5])
@pytest.mark.parametrize("make", [sampled, without_caption, confused])
def test_a_table_looks_as_rich_draws_it(make, width):
    wanted = CONSOLE.render_lines(make(), CONSOLE.options.update(width=width), pad=False)
    assert seen(lines_of(make(), width, CONSOLE)) == seen(wanted)


def test_rich_is_asked_where_there_is_no_room_only(monkeypatch):
    table = without_caption()
    assert len(lines_of(table, 20, CONSOLE)) >= 4
    monkeypatch.delattr(Console, "render_lines")
    assert len(lines_of(table, 80, CONSOLE)) == 4
    assert len(lines_of(confused(), 80, CONSOLE)) == 3

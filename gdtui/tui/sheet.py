"""A text, or a table without a frame, drawn line by line: rich takes 10 ms for a table, and gdtui.report makes another
for each frame."""

from __future__ import annotations

from itertools import chain

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.table import Column, Table
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip

from gdtui.tui.styled import Styled

Line = list[Segment]


class Sheet(Styled):
    """As high as what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self._contents: tuple[Table | Text, ...] = ()
        self._lines: list[Line] = []
        """What is drawn."""

    def show(self, *contents: Table | Text) -> None:
        """Show these, one below the other; lines that are as before are not drawn anew."""
        self._contents, before = contents, self._lines
        self._lines = [line for one in contents for line in lines_of(one, self.size.width, self.app.console)]
        if len(before) != len(self._lines):
            self.styles.height = len(self._lines)
        elif rows := [y for y, (old, new) in enumerate(zip(before, self._lines, strict=True)) if old != new]:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))

    def on_resize(self) -> None:
        self.show(*self._contents)

    def render_line(self, y: int) -> Strip:
        line, base = self._lines[y] if y < len(self._lines) else [], self.rich_style
        segments = [Segment(text, base if style is None else base + style) for text, style, _ in line]
        return Strip(segments).adjust_cell_length(self.size.width, base)


def lines_of(content: Table | Text, width: int, console: Console) -> list[Line]:
    """The lines of a text or a table in so many columns."""
    if isinstance(content, Table) and (lines := _laid_out(content, width, console)) is not None:
        return lines
    return console.render_lines(content, console.options.update(width=max(width, 1), height=None), pad=False)


def _laid_out(table: Table, width: int, console: Console) -> list[Line] | None:
    """The lines of a table, each of whose cells is a line; None where rich must see to what there is no room for."""
    columns = [_cells(column) for column in table.columns]
    gap = table.padding[1]
    widths = [_width(column, cells) for column, cells in zip(table.columns, columns, strict=True)]
    if table.caption or sum(widths) + gap * len(widths) > width or any(c.overflow != "ellipsis" for c in table.columns):
        return None
    head, lines = console.get_style(table.header_style), list[Line]()
    for row, cells in enumerate(zip(*columns, strict=True)):
        lines.append(
            [
                _placed(text, room, column.justify == "right", gap, style if row else head + style)
                for (text, style), column, room in zip(cells, table.columns, widths, strict=True)
            ]
        )
    return lines


def _cells(column: Column) -> list[tuple[str, Style]]:
    """What is in a column, its head first, and how it looks."""
    return [
        (cell.plain, cell.style if isinstance(cell.style, Style) else Style.parse(cell.style))
        if isinstance(cell, Text)
        else (str(cell), Style.null())
        for cell in chain([column.header], column.cells)
    ]


def _width(column: Column, cells: list[tuple[str, Style]]) -> int:
    widest = max(cell_len(text) for text, _ in cells)
    return max(min(widest, column.max_width or widest), column.min_width or 0)


def _placed(text: str, room: int, is_right: bool, gap: int, style: Style) -> Segment:
    """A cell's text in its room, and the gap behind it."""
    columns = cell_len(text)
    if columns > room:
        text, columns = set_cell_size(text, room - 1) + "…", room
    blank = " " * (room - columns)
    return Segment(f"{blank}{text}{' ' * gap}" if is_right else f"{text}{blank}{' ' * gap}", style)

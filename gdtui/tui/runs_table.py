"""The table of other people's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from textual import events
from textual.message import Message

from gdtui.tui.board import entitle
from gdtui.tui.colours import chart_styles
from gdtui.tui.styled import Pieces, Written

if TYPE_CHECKING:
    from gdtui.views.standings import Standing

GAP = 2
LEFT = "run", "state"
"""The columns that begin at the left."""
LONG_NAME = 24
"""Columns that names have before other columns do."""
LAST = "state", "records"
"""The columns that are left out first."""


class RunsTable(Written):
    """A line each; that in front is always in sight."""

    COMPONENT_CLASSES = {"runs--head", "runs--run", "runs--front", "runs--hidden"}
    REST = "runs--run"

    class Chosen(Message):
        """A run was clicked, that of this number."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: list[Standing] = []
        self._top, self._order = 0, ""

    def show(self, runs: list[Standing], order: str) -> None:
        """Show these from now on, which are in an order that is called so; without a word as they were found."""
        if runs != self._runs or order != self._order:
            self._runs, self._order = runs, order
            self.paint()

    def style(self, name: str) -> Style:
        if not name.isdigit():
            return super().style(name)
        colours = self.background_colors[1], self.app.current_theme.dark, self.app.console.color_system
        return chart_styles(*colours)[0][int(name)] + Style(bold=True)

    def lines(self, width: int, height: int) -> list[Pieces]:
        if not self._runs:
            return [[] for _ in range(height)]
        titles = _fitting(self._runs, width - 3)
        widths = _widths(self._runs, titles, width - 3)
        head = "".join(_placed(title, room, title in LEFT) for title, room in zip(titles, widths, strict=True))
        room = max(1, height - 1)
        front = next((at for at, run in enumerate(self._runs) if run.is_front), 0)
        self._top = max(0, min(self._top, len(self._runs) - room))
        self._top = min(max(self._top, front - room + 1), front)
        shown = self._runs[self._top : self._top + room]
        return ([[("   " + head, "runs--head")]] if height > 1 else []) + [_line(run, titles, widths) for run in shown]

    def paint(self) -> None:
        """The title too. It is not written where lines are: these may be asked for while the frame is being drawn, and
        the title in it is drawn before."""
        super().paint()
        count = min(len(self._runs), max(1, self.size.height - 1))
        part = f" {self._top + 1}–{self._top + count} of {len(self._runs)}" if count < len(self._runs) else ""
        entitle(self, f"Runs{part}{self._order and f', {self._order}'}")

    def scroll_lines(self, lines: int) -> None:
        """Nothing: that in front says what is in sight."""

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and 0 <= (number := self._top + offset.y - 1) < len(self._runs) and offset.y > 0:
            self.post_message(self.Chosen(self._runs[number].number))


def _line(run: Standing, titles: list[str], widths: list[int]) -> Pieces:
    cells = [_placed(run.cells.get(title, ""), room, title in LEFT) for title, room in zip(titles, widths, strict=True)]
    look = "runs--front" if run.is_front else "runs--hidden" if run.is_hidden else "runs--run"
    mark = "▶━ " if run.is_front else " · " if run.is_hidden else " ━ "
    return [(mark, "runs--hidden" if run.is_hidden else str(int(run.role))), ("".join(cells), look)]


def _fitting(runs: list[Standing], width: int) -> list[str]:
    """The columns that there is room for."""
    titles = [*dict.fromkeys(title for run in runs for title in run.cells)]
    name = min(_wide(runs, titles[0]), LONG_NAME)
    for gone in (*LAST, *reversed([title for title in titles[1:] if title not in LAST])):
        if name + sum(_wide(runs, title) + GAP for title in titles[1:]) <= width or len(titles) <= 2:
            break
        titles = [title for title in titles if title != gone]
    return titles


def _wide(runs: list[Standing], title: str) -> int:
    return max(cell_len(text) for text in (title, *(run.cells.get(title, "") for run in runs)))


def _widths(runs: list[Standing], titles: list[str], width: int) -> list[int]:
    widths = [_wide(runs, title) for title in titles]
    left = width - sum(room + GAP for room in widths[1:])
    return [max(1, min(widths[0], left)), *widths[1:]]


def _placed(text: str, room: int, is_left: bool) -> str:
    """A cell and the gap behind it; of a name that is too long the end is kept, where names mostly differ."""
    if cell_len(text) > room:
        half = room // 2
        text = set_cell_size(text, half) + "…" + text[len(text) - max(0, room - half - 1) :]
    blank = " " * max(0, room - cell_len(text))
    return (text + blank if is_left else blank + text) + " " * GAP

"""The cells of a terminal's screen: pyte's, with what pyte has not."""

from __future__ import annotations

from typing import Any

import pyte
from pyte.screens import Char, StaticDefaultDict
from wcwidth import wcwidth


class Grid(pyte.Screen):
    """pyte's screen; draws faster, erases with the background only, scrolls and resizes as xterm does."""

    def __init__(self, columns: int, lines: int, keeps_scrollback: bool) -> None:
        self.scrollback: list[str] = []
        self._keeps_scrollback = keeps_scrollback
        self._cells: dict[Char, _Cells] = {}
        self._looks: dict[tuple[Char, tuple[int, ...]], Char] = {}
        self._rows: list[str] = []
        super().__init__(columns, lines)

    def rows(self) -> list[str]:
        """The text of each row, as wide as the screen."""
        if len(self._rows) != self.lines:
            self._rows = [""] * self.lines
            self.dirty.update(range(self.lines))
        for y in self.dirty:
            if y < self.lines:
                self._rows[y] = self.row(y)
        self.dirty.clear()
        return self._rows

    def row(self, y: int) -> str:
        line = self.buffer[y]
        return "".join(line[x].data for x in range(self.columns))

    def draw(self, data: str) -> None:
        x, y = self.cursor.x, self.cursor.y
        if x + len(data) > self.columns or pyte.modes.IRM in self.mode or not _is_narrow(data):
            super().draw(data)
            return
        attrs = self.cursor.attrs
        cells = self._cells.get(attrs)
        if cells is None:
            cells = self._cells[attrs] = _Cells(attrs)
        self.buffer[y].update(zip(range(x, x + len(data)), map(cells.__getitem__, data), strict=True))
        self.cursor.x = x + len(data)
        self.dirty.add(y)

    def select_graphic_rendition(self, *attrs: int) -> None:
        key = (self.cursor.attrs, attrs)
        look = self._looks.get(key)
        if look is None:
            super().select_graphic_rendition(*attrs)
            look = self._looks[key] = self.cursor.attrs
        self.cursor.attrs = look

    def index(self) -> None:
        top, bottom = self._margins()
        if self.cursor.y == bottom:
            self._scroll_up(top, bottom)
        else:
            self.cursor_down()

    def reverse_index(self) -> None:
        top, bottom = self._margins()
        if self.cursor.y == top:
            self._scroll_down(top, bottom)
        else:
            self.cursor_up()

    def scroll(self, lines: int) -> None:
        """Move what is within the margins up by so many lines, or down where negative."""
        top, bottom = self._margins()
        for _ in range(min(abs(lines), bottom - top + 1)):
            (self._scroll_up if lines > 0 else self._scroll_down)(top, bottom)

    def _margins(self) -> tuple[int, int]:
        return (0, self.lines - 1) if self.margins is None else (self.margins.top, self.margins.bottom)

    def _scroll_up(self, top: int, bottom: int) -> None:
        if self._keeps_scrollback and top == 0:
            self.scrollback.append(self.row(0).rstrip())
        for y in range(top, bottom):
            self.buffer[y] = self.buffer[y + 1]
        self.buffer[bottom] = self._blank_line()
        self.dirty.update(range(top, bottom + 1))

    def _scroll_down(self, top: int, bottom: int) -> None:
        for y in range(bottom, top, -1):
            self.buffer[y] = self.buffer[y - 1]
        self.buffer[top] = self._blank_line()
        self.dirty.update(range(top, bottom + 1))

    def _blank_line(self) -> StaticDefaultDict[int, Char]:
        line: StaticDefaultDict[int, Char] = StaticDefaultDict(self.default_char)
        if self.cursor.attrs.bg != "default":
            line.update(dict.fromkeys(range(self.columns), self._blank()))
        return line

    def _blank(self) -> Char:
        return self.default_char._replace(bg=self.cursor.attrs.bg)

    def _erase(self, y: int, begin: int, end: int) -> None:
        self.buffer[y].update(dict.fromkeys(range(begin, end), self._blank()))
        self.dirty.add(y)

    @property
    def at(self) -> int:
        """The cursor's column; after the last column was written, pyte's is one too far."""
        return min(self.cursor.x, self.columns - 1)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        begin, end = {0: (self.at, self.columns), 1: (0, self.at + 1)}.get(how, (0, self.columns))
        self._erase(self.cursor.y, begin, end)

    def erase_in_display(self, how: int = 0, *_: Any, **__: Any) -> None:
        if how in (0, 1):
            self.erase_in_line(how)
        whole = {0: range(self.cursor.y + 1, self.lines), 1: range(self.cursor.y)}.get(how, range(self.lines))
        for y in whole:
            self._erase(y, 0, self.columns)
        if how == 3:
            self.scrollback.clear()

    def erase_characters(self, count: int | None = None) -> None:
        self._erase(self.cursor.y, self.at, min(self.at + (count or 1), self.columns))

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """What does not fit goes from the bottom; on the main screen from the top, where the cursor is low."""
        lines, columns = lines or self.lines, columns or self.columns
        gone = max(0, self.cursor.y - lines + 1) if self._keeps_scrollback else 0
        self.margins = None
        for _ in range(gone):
            self._scroll_up(0, self.lines - 1)
        for y in [y for y in self.buffer if y >= lines]:
            del self.buffer[y]
        for line in self.buffer.values():
            for x in [x for x in line if x >= columns]:
                del line[x]
        self.lines, self.columns = lines, columns
        self.cursor.y = min(self.cursor.y - gone, lines - 1)
        self.cursor.x = min(self.cursor.x, columns - 1)
        self._rows = []
        self.dirty.update(range(lines))


class _Cells(dict[str, Char]):
    """The cell of each character in one look, made once."""

    def __init__(self, look: Char) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, char: str) -> Char:
        cell = self[char] = self._look._replace(data=char)
        return cell


def _is_narrow(text: str) -> bool:
    return text.isascii() or all(wcwidth(char) == 1 for char in text)

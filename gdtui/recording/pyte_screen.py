"""The cells of a terminal's screen: pyte's, with what pyte has not."""

from functools import lru_cache
from itertools import groupby, pairwise, repeat
from typing import Any

import pyte
from pyte.screens import Char, Margins
from wcwidth import wcwidth

pyte.graphics.BG_AIXTERM[105] = "brightmagenta"  # pyte 0.8.2 says bfightmagenta
_ATTRIBUTES = {"bold": 1, "italics": 3, "underscore": 4, "blink": 5, "reverse": 7, "strikethrough": 9}
_COLOURS = {name: code for code, name in (pyte.graphics.FG_ANSI | pyte.graphics.FG_AIXTERM).items()}


@lru_cache(1 << 16)
def _cell(look: Char, char: str) -> Char:
    return look._replace(data=char)


def look_codes(look: Char) -> str:
    """The codes for a cell's colours and attributes, from nothing."""
    codes = [0, *(code for name, code in _ATTRIBUTES.items() if getattr(look, name))]
    for name, shift in ((look.fg, 0), (look.bg, 10)):
        if name in _COLOURS:
            codes += [_COLOURS[name] + shift] * (name != "default")
        else:
            codes += [38 + shift, 2, *bytes.fromhex(name)]
    return f"\x1b[{';'.join(map(str, codes))}m"


class Grid(pyte.Screen):
    """pyte's screen; draws faster, erases with the background only, scrolls and resizes as xterm does."""

    def __init__(self, columns: int, lines: int, keeps_scrollback: bool) -> None:
        self.scrollback: list[str] = []
        self._keeps_scrollback = keeps_scrollback
        self._texts: dict[int, str] = {}
        """What the rows are that have not been written into since."""
        super().__init__(columns, lines)

    def rows(self) -> list[str]:
        """The text of each row, as wide as the screen."""
        for y in self.dirty:
            self._texts.pop(y, None)
        self.dirty.clear()
        for y in range(self.lines):
            if y not in self._texts:
                self._texts[y] = self.row(y)
        return [self._texts[y] for y in range(self.lines)]

    def clear(self) -> None:
        self.buffer.clear()
        self._texts.clear()

    def row(self, y: int) -> str:
        return "".join(cell.data for cell in self.cells(y))

    def cells(self, y: int) -> list[Char]:
        line = self.buffer[y]
        return [line[x] for x in range(self.columns)]

    def draw(self, data: str) -> None:
        x, y = self.cursor.x, self.cursor.y
        is_narrow = data.isascii() or all(wcwidth(char) == 1 for char in data)
        if x + len(data) > self.columns or pyte.modes.IRM in self.mode or not is_narrow:
            super().draw(data)
        else:
            cells = map(_cell, repeat(self.cursor.attrs), data)
            self.buffer[y].update(zip(range(x, x + len(data)), cells, strict=True))
            self.cursor.x = x + len(data)
        self._mend(y, x)
        self._mend(self.cursor.y, self.cursor.x)
        self.dirty.update((y - 1, y, self.cursor.y))  # what has no width joins the letter before, in the row above

    def _mend(self, y: int, x: int) -> None:
        """Of a wide character that was written over up to column x, or from there on, the other half is blank."""
        line = self.buffer[y]
        left, right = line[x - 1].data, line[x].data
        is_wide = left > "\u1100" and wcwidth(left[0]) == 2
        if is_wide and right:
            line[x - 1] = line[x - 1]._replace(data=" ")
        elif not is_wide and not right:
            line[x] = line[x]._replace(data=" ")

    def index(self) -> None:
        if self.cursor.y == self._margins().bottom:
            self.scroll(1)
        else:
            self.cursor_down()

    def reverse_index(self) -> None:
        if self.cursor.y == self._margins().top:
            self.scroll(-1)
        else:
            self.cursor_up()

    def _margins(self) -> Margins:
        return self.margins or Margins(0, self.lines - 1)

    def scroll(self, lines: int) -> None:
        """Move what is within the margins up by so many lines, or down where negative."""
        top, bottom = self._margins()
        rows = range(top, bottom + 1) if lines > 0 else range(bottom, top - 1, -1)
        self.dirty.update(rows)
        for _ in range(min(abs(lines), len(rows))):
            if self._keeps_scrollback and lines > 0 and top == 0:
                self.scrollback.append(self.row(0).rstrip())
            for row, following in pairwise(rows):
                self.buffer[row] = self.buffer[following]
            self.buffer.pop(rows[-1], None)  # which is the one before it now
            self._erase(rows[-1], 0, self.columns)

    def _erase(self, y: int, begin: int, end: int) -> None:
        blank = self.default_char._replace(bg=self.cursor.attrs.bg)
        self.buffer[y].update(dict.fromkeys(range(begin, end), blank))
        self._mend(y, begin)
        self._mend(y, end)
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
        self.scroll(gone)
        for y in [y for y in self.buffer if y >= lines]:
            del self.buffer[y]
        for line in self.buffer.values():
            for x in [x for x in line if x >= columns]:
                del line[x]
        self._texts.clear()
        self.lines, self.columns = lines, columns
        self.cursor.y = min(self.cursor.y - gone, lines - 1)
        self.cursor.x = min(self.cursor.x, columns - 1)

    def drawn(self) -> str:
        """What makes another grid of this size look like this one, whatever it shows."""
        parts = ["\x1b[m\x1b[r\x1b[H\x1b[2J"]
        for y in range(self.lines):
            cells = self.cells(y)
            while cells and cells[-1] == self.default_char:
                cells.pop()
            if cells:
                parts.append(f"\x1b[{y + 1}H")
            for look, run in groupby(cells, key=lambda cell: cell._replace(data="")):
                parts.append(look_codes(look) + "".join(cell.data for cell in run))
        if self.margins is not None:
            parts.append(f"\x1b[{self.margins.top + 1};{self.margins.bottom + 1}r")
        parts.append(f"\x1b[{self.cursor.y + 1};{self.at + 1}H")
        if self.cursor.x >= self.columns:  # the next character begins a new line, but only after one in the last column
            line = self.buffer[self.cursor.y]
            wide = not line[self.at].data  # its text is in its left half
            last = line[self.at - wide]
            parts.append("\b" * wide + look_codes(last) + last.data)
        parts.append(look_codes(self.cursor.attrs))
        return "".join(parts)

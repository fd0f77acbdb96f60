"""Writes to the terminal only the cells that differ from what it shows, as tersely as they can be written.

Textual repaints whole widgets, or whole runs, with each run's style spelt out in full. Over SSH that is most of
the traffic. Here a copy of what the terminal shows is kept; an update is laid over it, and what is sent is the
difference, in runs of cells that one pen writes. A colour's code is as long as a dozen characters and a move half
as long, so the runs are not written row by row: each time the nearest of the same pen comes next.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter

from rich.cells import cell_len
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from gdtui.text import printable
from gdtui.wire.pens import PLAIN, SEEN_ON_BLANKS, Pen, Pens, change
from gdtui.wire.strips import Drawn

RESET = "\x1b[m"

_CHOICE = 48
"""Runs among which the nearest that needs no other pen is looked for: more of them take longer and save little."""


Cell = tuple[str, Pen]
"""A character and its pen; the right half of a wide character is the empty string."""
UNKNOWN: Cell = ("\0", Pen("", "", -1))


class Cells:
    """What the terminal shows, cell by cell."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._rows: list[list[Cell]] = []
        self._pens = Pens(None)
        self._has_wide = False
        """Whether there ever was a wide character."""

    def forget(self) -> None:
        """What the terminal shows is not known any more: the next update is written in full."""
        width, height = self._size
        self._rows = [[UNKNOWN] * width for _ in range(height)]

    def whole(self) -> str:
        """What draws all that the terminal shows, on a blank screen."""
        width = self._size[0]
        nothing = [UNKNOWN] * width
        rows = (_differences(y, nothing, row, 0, width, self._has_wide) for y, row in enumerate(self._rows))
        return _written(list(chain.from_iterable(rows)), width)

    def update(self, update: CompositorUpdate, size: tuple[int, int], color_system: ColorSystem | None) -> str:
        """What to send to a terminal of (columns, rows) so that it shows the update."""
        if size != self._size:
            self._size = size
            self.forget()
        if color_system != self._pens.system:
            self._pens = Pens(color_system)
        touched: dict[int, list[Cell]] = {}
        spans: dict[int, tuple[int, int]] = {}  # how far into each row
        for x, y, strip in _pieces(update):
            if not 0 <= y < len(self._rows):
                continue
            if y not in touched:
                touched[y] = self._rows[y].copy()
            begin, end = spans.get(y, (max(0, x - 1), x))  # an accent may join the cell before
            spans[y] = min(begin, x), max(end, self._lay(touched[y], x, strip))
        runs: list[_Run] = []
        for y in sorted(touched):
            runs += _differences(y, self._rows[y], touched[y], *spans[y], self._has_wide)
            self._rows[y] = touched[y]
        return _written(runs, size[0])

    def _lay(self, row: list[Cell], x: int, strip: Strip) -> int:
        """Put a strip's cells into a row, from column x on; returns the column after the last."""
        width, begin = len(row), x
        cuts_before = 0 < x < width and not row[x][0]
        if isinstance(strip, Drawn) and 0 <= x <= width - strip.cell_length and (text := strip.single):
            x += len(text)
            pens = map(self._pens.of_palette(strip.palette).__getitem__, strip.numbers.tolist())
            row[begin:x] = zip(text, pens, strict=True)
        else:
            x = self._lay_each(row, x, strip)
        # Of a wide character that is written over in part, the rest is blank.
        if cuts_before and x > begin:
            row[begin - 1] = (" ", row[begin - 1][1])
        if begin < x < width and not row[x][0]:
            row[x] = (" ", row[x][1])
            x += 1
        return x

    def _lay_each(self, row: list[Cell], x: int, strip: Strip) -> int:
        """The same, one after the other, whatever they are."""
        width = len(row)
        for text, style, control in strip:
            if control:
                continue
            pen = self._pens.of(style)
            for char in text:
                if " " <= char <= "~" or "\u2500" <= char < "\u2900":
                    columns = 1
                else:  # it may be what a terminal would obey
                    columns = cell_len(char)
                    char = printable(char) if columns or char.isprintable() else ""
                if columns == 0:
                    if 0 < x <= width:
                        row[x - 1] = (row[x - 1][0] + char, row[x - 1][1])
                    continue
                if 0 <= x < width:
                    row[x] = (char, pen)
                    if columns == 2 and x + 1 < width:
                        row[x + 1], self._has_wide = ("", pen), True
                x += columns
        return x


def _pieces(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """(column, row, strip) for every part of an update."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if chop is None or x >= x2 or end <= x1:
                    continue
                begin = max(x1, x)
                yield begin, y, chop if x1 <= x and end <= x2 else chop.crop(begin - x, min(end, x2) - x)


def _looks_same(before: Cell, after: Cell) -> bool:
    """Whether two cells cannot be told apart; a blank's foreground is not seen."""
    if before == after:
        return True
    (char, pen), (other, others) = before, after
    return (
        char == other == " "
        and pen.behind == others.behind
        and not (pen.attributes | others.attributes) & SEEN_ON_BLANKS
    )


@dataclass(slots=True)
class _Run:
    """Cells beside one another that one pen writes, from column x of row y on."""

    x: int
    y: int
    text: str
    pen: Pen
    is_blank: bool  # so that its pen's colour is not seen, only what is behind
    end: int

    def takes(self, cells: list[Cell]) -> bool:
        """Go on with these cells, where the pen that writes them can be the same."""
        pen, is_blank = self.pen, self.is_blank
        for char, other in cells:
            suits = (
                other is pen or other == pen or ((is_blank or char == " ") and _looks_same((" ", pen), (" ", other)))
            )
            if not char or not suits:
                return False
            if is_blank:
                pen, is_blank = other, char == " "
        self.pen, self.is_blank = pen, is_blank
        self.text += "".join(char for char, _ in cells)
        self.end += sum(_columns(char) for char, _ in cells)
        return True


def _differences(y: int, shown: list[Cell], wanted: list[Cell], begin: int, end: int, has_wide: bool) -> list[_Run]:
    """What differs in row y from column `begin` to `end`; there may be wide characters, or not."""
    changed: Iterable[int] = [
        x
        for x, old, new in zip(range(begin, end), shown[begin:end], wanted[begin:end], strict=False)
        if old != new and not _looks_same(old, new)
    ]
    # Half a wide character cannot be written: a row that has any is written whole.
    if has_wide and changed and "" in map(itemgetter(0), chain(shown, wanted)):
        changed = (x for x, cell in enumerate(wanted) if cell is not UNKNOWN)
    runs: list[_Run] = []
    for x in changed:
        char, pen = wanted[x]
        # To move over one cell costs as much as to write it again.
        if not char or (runs and x - runs[-1].end <= 1 and runs[-1].takes(wanted[runs[-1].end : x + 1])):
            continue
        is_blank = char == " " and not pen.attributes & SEEN_ON_BLANKS
        runs.append(_Run(x, y, char, pen, is_blank, x + _columns(char)))
    return runs


def _columns(char: str) -> int:
    return 1 if (len(char) == 1 and char < "\u1100") or "\u2500" <= char[0] < "\u2900" else cell_len(char)


def _written(runs: list[_Run], width: int) -> str:
    """What writes these runs on a terminal of that many columns, and leaves its pen plain."""
    parts: list[str] = []
    x, y, pen = -1, -1, PLAIN
    while runs:
        is_plain, first, nearest = not pen.attributes & SEEN_ON_BLANKS, runs[0], 0
        chosen = Pen(pen.front, first.pen.behind, pen.attributes) if first.is_blank and is_plain else first.pen
        best = _move(x, y, first.x, first.y) + ("" if chosen == pen else change(pen, chosen))
        for index, run in enumerate(runs[1:_CHOICE], 1):
            if len(best) <= 4 and run.y > y + 1:  # no move of two rows or more is shorter
                break
            other = run.pen
            # Another colour's code is as long as most moves: then the first one will do.
            if other is pen or (other.behind == pen.behind if run.is_blank and is_plain else other == pen):
                code = _move(x, y, run.x, run.y)
                if len(code) < len(best):
                    best, nearest, chosen = code, index, pen
        run, pen = runs.pop(nearest), chosen
        parts += best, run.text
        x, y = (run.end, run.y) if run.end < width else (-1, -1)  # at the edge terminals disagree
    if pen != PLAIN:
        parts.append(RESET)
    return "".join(parts)


@lru_cache(maxsize=4096)
def _move(x: int, y: int, to_x: int, to_y: int) -> str:
    """The shortest way for the cursor; from (-1, -1) where it is not known where that is."""
    straight = f"\x1b[{to_y + 1};{to_x + 1}H" if to_x else f"\x1b[{to_y + 1}H"
    dx, dy = to_x - x, to_y - y
    # IND and RI, one row down and up, scroll only where there is no such row.
    down = {1: "\x1bD", -1: "\x1bM"}.get(dy) or _steps(dy, "B", "A")
    across = "\r" if dx and not to_x else "\b" * -dx if -4 < dx < 0 else _steps(dx, "C", "D")
    return straight if y < 0 else min(straight, down + across, key=len)


def _steps(count: int, onward: str, back: str) -> str:
    many = abs(count) if abs(count) > 1 else ""
    return f"\x1b[{many}{onward if count > 0 else back}" if count else ""

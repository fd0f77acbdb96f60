"""Lines of cells that know their styles by number. A chart has hundreds of stretches in as many looks; of each line a
few cells change from frame to frame, and no more than these are looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby
from typing import Any, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_SINGLE = re.compile("[ -~\u2500-\u28ff]*")


class Row(Protocol):
    """A line of an array of NumPy."""

    def __getitem__(self, part: Any) -> Any: ...
    def __len__(self) -> int: ...
    def tolist(self) -> list[Any]: ...


class Palette:
    """Styles by number.

    Args:
        make: makes the style of a number, where it is needed for the first time.
    """

    def __init__(self, make: Callable[[int], Style]) -> None:
        self.style = lru_cache(maxsize=None)(make)
        self.pens: dict[int, Any] = {}
        """What a terminal is told for them, as far as whoever tells it has asked."""
        self.asked_by: object = None


class Lazy(Strip):
    """A strip whose segments are made where Textual asks for any of what it keeps about them."""

    __slots__ = ()

    def segments(self) -> Iterable[Segment]:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        if name not in Strip.__slots__:
            raise AttributeError(name)
        super().__init__(self.segments(), self._cell_length)
        return getattr(self, name)


class Drawn(Lazy):
    """Cells of an array.

    Args:
        chars: one character a cell; a wide one has an empty cell behind it.
        numbers: of each cell's style in the palette.
    """

    __slots__ = "chars", "numbers", "palette"

    def __init__(self, chars: Row, numbers: Row, palette: Palette) -> None:
        self._cell_length = len(chars)
        self.chars, self.numbers, self.palette = chars, numbers, palette

    @property
    def single(self) -> str:
        """Its text, where every character has one column and does nothing else; else nothing."""
        text = "".join(self.chars.tolist())
        return text if _SINGLE.fullmatch(text) else ""

    def segments(self) -> Iterable[Segment]:
        cells = zip(self.chars.tolist(), self.numbers.tolist(), strict=True)
        for number, alike in groupby(cells, key=lambda cell: cell[1]):
            yield Segment("".join(char for char, _ in alike), self.palette.style(number))

    def part(self, start: int, end: int) -> Drawn | None:
        """The cells of these columns; None where a wide character is cut in two."""
        is_whole = self.chars[start] and (end == len(self.chars) or self.chars[end])
        return Drawn(self.chars[start:end], self.numbers[start:end], self.palette) if is_whole else None


class Framed(Lazy):
    """Cells of an array between two sides."""

    __slots__ = "inner", "left", "right"

    def __init__(self, left: Strip, inner: Drawn, right: Strip) -> None:
        self._cell_length = left.cell_length + inner.cell_length + right.cell_length
        self.left, self.inner, self.right = left, inner, right

    def segments(self) -> Iterable[Segment]:
        return [*self.left, *self.inner, *self.right]

    def crop(self, start: int, end: int | None = None) -> Strip:
        first = self.left.cell_length
        if end is not None and first <= start < end <= first + self.inner.cell_length:
            part = self.inner.part(start - first, end - first)
            if part is not None:
                return part
        return super().crop(start, end)

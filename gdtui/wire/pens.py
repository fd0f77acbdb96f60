"""Pens: how cells are drawn, as the codes that a terminal is told."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style

from gdtui.wire.strips import Palette

# Bits of a pen's attributes, with the codes that switch each on and off (ECMA-48, SGR).
_ATTRIBUTES = (
    (1, "bold", "1", "22"),
    (2, "dim", "2", "22"),
    (4, "italic", "3", "23"),
    (8, "underline", "4", "24"),
    (16, "blink", "5", "25"),
    (32, "reverse", "7", "27"),
    (64, "strike", "9", "29"),
)
SEEN_ON_BLANKS = 8 | 32 | 64


class Pen(NamedTuple):
    """How a cell is drawn: SGR codes of its colours, and the bits of its attributes."""

    front: str
    behind: str
    attributes: int


PLAIN = Pen("39", "49", 0)


def _pen(style: Style | None, color_system: ColorSystem | None) -> Pen:
    if style is None:
        return PLAIN
    front, behind = "39", "49"
    if style.color is not None and color_system is not None:
        front = ";".join(style.color.downgrade(color_system).get_ansi_codes(foreground=True))
    if style.bgcolor is not None and color_system is not None:
        behind = ";".join(style.bgcolor.downgrade(color_system).get_ansi_codes(foreground=False))
    return Pen(front, behind, sum(bit for bit, name, _, _ in _ATTRIBUTES if getattr(style, name)))


class _Numbered(dict[int, Pen]):
    """Pens by number, each found out where it is needed for the first time."""

    def __init__(self, find: Callable[[int], Pen]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, number: int) -> Pen:
        self[number] = pen = self._find(number)
        return pen


class Pens:
    """Those of styles, on a terminal of so many colours."""

    def __init__(self, system: ColorSystem | None) -> None:
        self.system = system
        self._known: dict[Style | None, Pen] = {}

    def of(self, style: Style | None) -> Pen:
        """That of a style."""
        pen = self._known.get(style)
        if pen is None:
            pen = self._known[style] = _pen(style, self.system)
        return pen

    def of_palette(self, palette: Palette) -> dict[int, Pen]:
        """Those of a palette's styles."""
        if palette.asked_by is not self:
            palette.asked_by = self
            palette.pens = _Numbered(lambda number: self.of(palette.style(number)))
        return palette.pens


@lru_cache(maxsize=20_000)
def change(before: Pen, after: Pen) -> str:
    """The shortest code that turns one pen into another, be it by way of the plain one."""
    codes = _codes(before, after), ["", *_codes(PLAIN, after)]
    return min((f"\x1b[{';'.join(code)}m" for code in codes), key=len)


def _codes(before: Pen, after: Pen) -> list[str]:
    codes = []
    removed = before.attributes & ~after.attributes
    if removed:
        offs = {off for bit, _, _, off in _ATTRIBUTES if removed & bit}
        codes.extend(sorted(offs))
        if "22" in offs:  # switches bold and dim off together
            before = before._replace(attributes=before.attributes & ~3)
    added = after.attributes & ~before.attributes
    codes.extend(on for bit, _, on, _ in _ATTRIBUTES if added & bit)
    if after.front != before.front:
        codes.append(after.front)
    if after.behind != before.behind:
        codes.append(after.behind)
    return codes

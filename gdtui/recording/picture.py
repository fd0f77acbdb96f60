"""Pictures of a terminal's screen: as text, SVG or PNG."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from pyte.screens import Char

from gdtui.outputs import put
from gdtui.recording.emulator import Emulator, repaint
from gdtui.recording.gif import png
from gdtui.recording.themes import Theme

SIZE = 14
WIDTH, HEIGHT = 0.602 * SIZE, 1.164 * SIZE
"""A cell of DejaVu Sans Mono, whose boxes and braille fill it."""
PAD, BAR = 10, 30
PIECE = 4
"""Cells drawn at a time where they may be of another font."""
_FONTS = "'DejaVu Sans Mono', 'JetBrains Mono', Menlo, Consolas, monospace"


def write_still(shown: Emulator, path: Path, theme: Theme, title: str, force: bool = False) -> None:
    """What the emulator's screen shows now, as the file's ending says: .txt, .svg or .png."""
    ending = path.suffix.lower()
    if ending == ".svg":
        data = svg(shown, theme, title).encode()
    elif ending == ".png":
        data = png(repaint(shown), shown.size, theme)
    else:
        data = f"{shown.text()}\n".encode()
    put(path, data, force)


def svg(shown: Emulator, theme: Theme, title: str) -> str:
    """The screen in a window with this title. Each word has its own place and length: columns line up in any font."""
    columns, rows = shown.size
    width, height = columns * WIDTH + 2 * PAD, rows * HEIGHT + BAR + PAD
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{theme.background}"/>\n'
        f'<text x="50%" y="20" text-anchor="middle" font-family="sans-serif" font-size="{SIZE}" '
        f'fill="{theme.palette[8]}">{escape(title)}</text>\n'
        f'<g font-family="{_FONTS}" font-size="{SIZE}">\n'
    )
    lines = (line for y in range(rows) for line in _row(shown.screen.cells(y), y, theme))
    return head + "".join(lines) + "</g>\n</svg>\n"


def _row(row: Sequence[Char], y: int, theme: Theme) -> Iterator[str]:
    """Backgrounds first: a character may reach into its neighbour's cell."""
    x, top = 0, BAR + y * HEIGHT
    texts: list[str] = []
    for look, run in groupby(row, key=lambda cell: cell._replace(data="")):
        data = [cell.data for cell in run]
        ink, ground = theme.colours(look)
        if ground != theme.background:
            yield (
                f'<rect x="{PAD + x * WIDTH:.1f}" y="{top:.1f}" width="{len(data) * WIDTH:.1f}" '
                f'height="{HEIGHT + 0.3:.1f}" fill="{ground}"/>\n'
            )
        texts.extend(_words(data, x, top, f'fill="{ink}"{_style(look)}'))
        x += len(data)
    yield from texts


def _words(data: list[str], x: int, top: float, style: str) -> Iterator[str]:
    """The words of a run, each at its place and stretched to its cells."""
    # The right half of a wide character has no text of its own, and belongs to its left one.
    for is_seen, word in groupby(enumerate(data, x), key=lambda at: at[1] != " "):
        cells = list(word)
        if not is_seen:
            continue
        # Braille may come from another font, and some viewers know of no textLength: short pieces cannot drift far.
        length = len(cells) if all(char.isascii() for _, char in cells) else PIECE
        while cells:
            end = length + (cells[length : length + 1] != [] and not cells[length][1])  # a wide character stays whole
            piece, cells = cells[:end], cells[end:]
            yield (
                f'<text x="{PAD + piece[0][0] * WIDTH:.1f}" y="{top + 0.93 * SIZE:.1f}" '
                f'textLength="{len(piece) * WIDTH:.1f}" {style}>{escape("".join(char for _, char in piece))}</text>\n'
            )


def _style(look: Char) -> str:
    lines = [name for name, on in (("underline", look.underscore), ("line-through", look.strikethrough)) if on]
    return (
        (' font-weight="bold"' if look.bold else "")
        + (' font-style="italic"' if look.italics else "")
        + (f' text-decoration="{" ".join(lines)}"' if lines else "")
    )

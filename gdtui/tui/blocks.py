"""Numbers in digits three rows high, for a projector. Imported when somebody asks for them."""

from __future__ import annotations

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

from gdtui.tui.status import Status
from gdtui.tui.styled import Pieces

ROWS = 3


def blocks(status: Status, width: int) -> list[Pieces]:
    """The names of the numbers in a row, and their digits below, as far as they fit into so many columns."""
    known = status.measured
    loss = "" if known is None else f"{known.loss:.5g}"
    accuracy = "" if known is None or known.accuracy is None else f"{known.accuracy:.1%}"
    of_tests = [] if known is None or known.test_accuracy is None else [f"{known.test_accuracy:<6.1%}"]
    of = len(f"{status.epochs:,}")
    fields = [
        ("epoch", f"{status.epoch:>{of},}", of),
        (f"loss {status.trend}", f"{loss:<8}", 8),
        ("accuracy", f"{accuracy:<6}", 6),
        *(("test accuracy", text, 6) for text in of_tests),
        ("alpha", f"{status.alpha if status.used is None else status.used:<5g}", 5),
    ]
    lines: list[Pieces] = [[] for _ in range(1 + ROWS)]
    used = 0
    for name, text, characters in fields:
        columns = max(3 * characters, len(name)) + 3
        drawn = _drawn(text)
        if used + max(map(len, drawn)) > width:
            continue
        used += columns
        lines[0].append((f"{name:<{columns}}", "status--name"))
        for line, row in zip(lines[1:], drawn, strict=True):
            line.append((f"{row:<{columns}}", "status--value"))
    return lines


def _drawn(text: str) -> list[str]:
    """The rows of a text in block digits; what has none stands in the lowest row as it is."""
    rows = [""] * ROWS
    for char in text.rstrip():
        place = DIGITS.find(char)
        glyph = DIGITS3X3_BOLD[place * ROWS : (place + 1) * ROWS] if place >= 0 else ["", "", char]
        rows = [row + part.ljust(3 if place >= 0 else 1) for row, part in zip(rows, glyph, strict=True)]
    return rows

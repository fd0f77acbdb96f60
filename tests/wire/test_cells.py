"""The writer of cell differences, against an emulator: the screen is always what a full repaint would show."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyte.screens import Char
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from gdtui.recording.emulator import Emulator
from gdtui.wire.cells import RESET, Cells
from tests.conftest import examples

COLOURS = (None, "#ff0000", "#00ff00", "#0000ff", "#808080")
styles = st.builds(
    Style,
    color=st.sampled_from(COLOURS),
    bgcolor=st.sampled_from(COLOURS),
    bold=st.booleans(),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
    dim=st.booleans(),
)
plain_styles = st.builds(Style, color=st.sampled_from(COLOURS), bgcolor=st.sampled_from(COLOURS))
narrow = st.text("ab  ●▲│⠹", min_size=1, max_size=6)
wide = st.text("a 漢字", min_size=1, max_size=4)


def segment(text: str, style: Style) -> Segment:
    return Segment(text, style)


segments = st.lists(st.builds(segment, narrow | wide, styles | plain_styles), min_size=1, max_size=5)
narrow_segments = st.lists(st.builds(segment, narrow, styles | plain_styles), min_size=1, max_size=5)


@dataclass
class Piece:
    """A part of a row, as Textual would send it."""

    x: int
    y: int
    strip: Strip


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[tuple[int, int], list[Piece]]]:
    """Screens one after the other: a size, and what is drawn anew on it."""
    story = []
    for _ in range(draw(st.integers(1, 3))):
        width, height = draw(st.integers(1, 14)), draw(st.integers(1, 4))
        whole = [Piece(0, y, row_of(draw(segments), width)) for y in range(height)]
        story.append(((width, height), whole))
        for _ in range(draw(st.integers(0, 4))):
            if draw(st.booleans()):
                whole = [Piece(0, y, retouched(draw, piece.strip)) for y, piece in enumerate(whole)]
                story.append(((width, height), whole))
                continue
            pieces = []
            for y in draw(st.sets(st.integers(0, height - 1), max_size=height)):
                x = draw(st.integers(0, width - 1))
                pieces.append(Piece(x, y, Strip(draw(segments)).crop(0, draw(st.integers(1, width - x)))))
            story.append(((width, height), pieces))
    return story


def retouched(draw: st.DrawFn, strip: Strip) -> Strip:
    """The row with a few of its cells drawn anew; sometimes as it was."""
    x = draw(st.integers(0, strip.cell_length - 1))
    new = Strip(draw(narrow_segments)).crop(0, draw(st.integers(0, min(3, strip.cell_length - x))))
    return Strip.join([strip.crop(0, x), new, strip.crop(x + new.cell_length)])


def row_of(parts: list[Segment], width: int) -> Strip:
    return Strip(parts).adjust_cell_length(width, Style(bgcolor="#0000ff"))


def updates(pieces: list[Piece], size: tuple[int, int]) -> list[LayoutUpdate]:
    """One update for a whole screen, else one for each piece."""
    if len(pieces) == size[1] and all(piece.strip.cell_length == size[0] for piece in pieces):
        ordered = sorted(pieces, key=lambda piece: piece.y)
        return [LayoutUpdate([[piece.strip] for piece in ordered], Region(0, 0, *size))]
    return [LayoutUpdate([[piece.strip]], Region(piece.x, piece.y, piece.strip.cell_length, 1)) for piece in pieces]


def put(row: list[Char], x: int, drawn: list[Char]) -> None:
    """Draw over cells of a row. Of a wide character that is drawn over in part, the rest is blank."""
    end = x + len(drawn)
    if x and drawn and not row[x].data:
        row[x - 1] = row[x - 1]._replace(data=" ")
    if drawn and end < len(row) and not row[end].data:
        row[end] = row[end]._replace(data=" ")
    row[x:end] = drawn


def seen(cell: Char) -> tuple[object, ...]:
    """What can be seen of a cell; the foreground of a blank cannot."""
    lines = (cell.underscore, cell.reverse, cell.strikethrough)
    if cell.data == " " and not any(lines):
        return " ", cell.bg
    return (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, *lines)


def wanted(strip: Strip) -> list[Char]:
    """The cells of a strip, as the emulator keeps them."""
    cells = []
    for text, style, _ in strip:
        style = style or Style()
        colours = [
            "default" if colour is None else colour.triplet.hex.lstrip("#") for colour in (style.color, style.bgcolor)
        ]
        bits = (style.bold, style.italic, style.underline, style.strike, style.reverse)
        for char in text:
            cells.append(Char(char, *colours, *map(bool, bits)))
            cells += [Char("", *colours, *map(bool, bits))] * (cell_len(char) - 1)
    return cells


@pytest.mark.long
@settings(max_examples=examples(60, 3000), deadline=None)
@given(stories())
def test_the_screen_is_always_what_was_drawn(story: list[tuple[tuple[int, int], list[Piece]]]) -> None:
    emulator, cells = Emulator(*story[0][0]), Cells()
    model: list[list[Char]] = []
    for size, pieces in story:
        if size != emulator.size or not model:
            emulator.resize(*size)
            model = [[Char(" ")] * size[0] for _ in range(size[1])]
        for piece in pieces:
            put(model[piece.y], piece.x, wanted(piece.strip))
        for update in updates(pieces, size):
            emulator.feed(cells.update(update, size, ColorSystem.TRUECOLOR).encode())
        for y, row in enumerate(model):
            assert [seen(emulator.cell(x, y)) for x in range(size[0])] == [seen(cell) for cell in row], (size, y)
    assert emulator.main.cursor.attrs == emulator.main.default_char
    assert not emulator.unknown


@pytest.mark.long
@settings(max_examples=examples(30, 1000), deadline=None)
@given(stories())
def test_what_is_already_shown_is_not_sent_again(story: list[tuple[tuple[int, int], list[Piece]]]) -> None:
    cells = Cells()
    for size, pieces in story:
        for update in updates(pieces, size):
            cells.update(update, size, ColorSystem.TRUECOLOR)
            assert cells.update(update, size, ColorSystem.TRUECOLOR) == ""


def test_one_changed_character_costs_a_move_and_itself() -> None:
    cells, style = Cells(), Style(color="#ff0000")
    for text, limit in (("aaaaaaaaaa", 100), ("aaaaabaaaa", 30)):
        update = LayoutUpdate([[Strip([Segment(text, style)])]], Region(0, 2, 10, 1))
        sent = cells.update(update, (10, 5), ColorSystem.TRUECOLOR)
        assert 0 < len(sent) <= limit
    assert sent.count("a") == 0


def test_columns_of_changes_cost_each_colour_once_and_three_bytes_a_move() -> None:
    cells, red, green = Cells(), "38;2;255;0;0", "38;2;0;255;0"
    styles = Style(color="#ff0000"), Style(color="#00ff00")
    for digits in ("1234567", "2345678"):
        strips = [[Strip([segment(f"{digit:=>21}", style) for style in styles])] for digit in digits]
        sent = cells.update(LayoutUpdate(strips, Region(0, 0, 42, 7)), (60, 9), ColorSystem.TRUECOLOR)
    assert sent.count(red) == sent.count(green) == 1
    columns = 2 * (len("\x1b[1;21H") + 7 + 6 * 3)
    assert len(sent) <= columns + len(f"\x1b[{red}m\x1b[{green}m{RESET}")


def test_after_forgetting_all_is_sent_again() -> None:
    cells = Cells()
    update = LayoutUpdate([[Strip([Segment("abc")])]], Region(0, 0, 3, 1))
    first = cells.update(update, (3, 1), ColorSystem.TRUECOLOR)
    cells.forget()
    assert cells.update(update, (3, 1), ColorSystem.TRUECOLOR) == first


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\t", "\x1b", "\x7f", "\x9b", "\u202e", "\udcff"])
def test_nothing_that_a_terminal_would_obey_is_sent_nor_what_cannot_be(letter: str) -> None:
    cells, strip = Cells(), Strip([Segment(f"a{letter}b", Style())])
    sent = cells.update(LayoutUpdate([[strip]], Region(0, 0, 3, 1)), (3, 1), None)
    assert letter not in sent.removeprefix("\x1b[1H")
    assert sent.encode()
    emulator = Emulator(3, 1)
    emulator.feed(sent.encode())
    assert emulator.text().replace("�", "").strip() == "ab"

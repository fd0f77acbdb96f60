"""Pictures of a screen: what draws it anew, and files that others can read."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdtui.recording import picture
from gdtui.recording.cast import CastWriter
from gdtui.recording.emulator import Emulator
from gdtui.recording.repaint import repaint
from gdtui.recording.svg import svg
from gdtui.recording.themes import DEFAULT

SVG = "{http://www.w3.org/2000/svg}"


def screen(text: str, columns: int = 20, rows: int = 5) -> Emulator:
    emulator = Emulator(columns, rows)
    emulator.feed(text.encode())
    return emulator


def cells(emulator: Emulator) -> list[list[object]]:
    columns, rows = emulator.size
    return [[emulator.cell(x, y) for x in range(columns)] for y in range(rows)]


PIECES = st.sampled_from(
    [
        "plain ",
        "⠿●╭─",
        "全角",
        "\r\n",
        "\t",
        "\x1b[H",
        "\x1b[3;7H",
        "\x1b[2J",
        "\x1b[K",
        "\x1b[1;31;47m",
        "\x1b[3;4;7;9m",
        "\x1b[93;105m",
        "\x1b[38;2;1;20;200;48;5;100m",
        "\x1b[m",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b[?25l",
        "\x1b[?25h",
        "\x1b[2;4r",
        "\x1b[r",
    ]
)


@given(st.lists(PIECES, max_size=30), st.lists(PIECES, max_size=10))
@example(["⠿●╭─"] * 5, [])  # the last column is full, and the next character wraps
@example(["\x1b[1;31;47m", *["⠿●╭─"] * 4, "全角", "\x1b[m"], ["全角"])
def test_a_screen_drawn_anew_is_the_same_whatever_was_there(pieces, before):
    emulator, again = screen("".join(pieces)), screen("".join(before))
    again.feed(repaint(emulator).encode())
    assert cells(again) == cells(emulator)
    assert again.is_alternate == emulator.is_alternate
    for one, other in ((again.screen, emulator.screen), (again.main, emulator.main)):
        assert (one.cursor.x, one.cursor.y, one.cursor.attrs) == (other.cursor.x, other.cursor.y, other.cursor.attrs)
        assert one.margins == other.margins
    assert again.screen.cursor.hidden == emulator.screen.cursor.hidden
    assert not again.unknown


def test_text_is_without_blanks_at_the_ends():
    assert picture.still(screen("one  \r\n\r\n  two\x1b[44m  \x1b[m\r\n")).text == "one\n\n  two"


def test_svg_puts_each_word_at_its_cell_in_its_colours():
    shown = picture.still(screen("a <b>  \x1b[31;1mred\x1b[m\r\n\x1b[7m⠿\x1b[m \x1b[48;2;1;2;3mx\x1b[m"))
    root = ElementTree.fromstring(svg(shown.rows, DEFAULT, "A & B"))
    title, *words = root.iter(f"{SVG}text")
    assert title.text == "A & B"
    assert [word.text for word in words] == ["a", "<b>", "red", "⠿", "x"]
    width = (float(words[1].get("x")) - float(words[0].get("x"))) / 2
    assert float(words[2].get("x")) == pytest.approx(float(words[0].get("x")) + 7 * width, abs=0.2)
    assert float(words[2].get("textLength")) == pytest.approx(3 * width, abs=0.2)
    assert [word.get("fill") for word in words[2:]] == [DEFAULT.palette[1], DEFAULT.background, DEFAULT.foreground]
    assert words[2].get("font-weight") == "bold"
    backgrounds = [ground.get("fill") for ground in root.iter(f"{SVG}rect")]
    assert backgrounds == [DEFAULT.background, DEFAULT.foreground, "#010203"]


def test_a_long_line_of_braille_cannot_drift_from_its_cells():
    root = ElementTree.fromstring(svg(picture.still(screen("⠤" * 18 + " word")).rows, DEFAULT, ""))
    _, *words = root.iter(f"{SVG}text")
    assert [word.text for word in words] == ["⠤" * 4] * 4 + ["⠤⠤", "w", "ord"]
    width = float(words[0].get("textLength")) / 4
    first = float(words[0].get("x"))
    assert [float(word.get("x")) for word in words[:5]] == pytest.approx(
        [first + 4 * at * width for at in range(5)], abs=0.2
    )


def test_wide_characters_have_both_their_cells_in_an_svg():
    root = ElementTree.fromstring(svg(picture.still(screen("日本 x")).rows, DEFAULT, ""))
    _, wide, narrow = root.iter(f"{SVG}text")
    assert (wide.text, narrow.text) == ("日本", "x")
    _, *odd = ElementTree.fromstring(svg(picture.still(screen("é日本語")).rows, DEFAULT, "")).iter(f"{SVG}text")
    assert [word.text for word in odd] == ["é日本", "語"]
    assert float(wide.get("textLength")) == pytest.approx(4 * float(narrow.get("textLength")), abs=0.2)


def test_png_is_what_the_terminal_shows_in_the_theme(tmp_path):
    image = pytest.importorskip("PIL.Image")
    theme = replace(DEFAULT, background="#102030")
    picture.write_still(picture.still(screen("\x1b[48;2;200;0;0m     ")), tmp_path / "a.png", theme, "")
    with image.open(tmp_path / "a.png") as found:
        colours = {colour for _, colour in found.getcolors(1 << 20)}
    assert (0x10, 0x20, 0x30) in colours
    assert any(red > 190 and green < 10 for red, green, _ in colours)


def test_a_gif_shows_the_cast_to_its_end(tmp_path):
    image = pytest.importorskip("PIL.Image")
    now = iter([0.0, 0.0, 1.0, 2.0])
    cast = CastWriter(tmp_path / "a.cast", 20, 5, clock=lambda: next(now))
    for code in ("41", "42", "44"):
        cast.output(f"\x1b[{code}m\x1b[2J")
    cast.close()
    picture.write_gif(tmp_path / "a.cast", tmp_path / "a.gif", DEFAULT)
    with image.open(tmp_path / "a.gif") as found:
        assert found.n_frames >= 3
        found.seek(found.n_frames - 1)
        width, height = found.size
        shown = found.convert("RGB").getpixel((width // 2, height // 2))
    assert shown == tuple(int(DEFAULT.palette[4][at : at + 2], 16) for at in (1, 3, 5))


def test_what_term2gif_cannot_do_is_one_line(tmp_path):
    (tmp_path / "bad.cast").write_text("nonsense\n")
    with pytest.raises(picture.PictureError, match=r"^term2gif could not make [^\n]+$"):
        picture.write_gif(tmp_path / "bad.cast", Path(tmp_path / "a.gif"), DEFAULT)

"""Pictures of a screen: what draws it anew, and files that others can read."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gdtui.recording import gif, picture
from gdtui.recording.cast import Cast, CastWriter, Event
from gdtui.recording.emulator import Emulator, repaint
from gdtui.recording.picture import svg
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
        "\x1b[?7l",
        "\x1b[?7h",
    ]
)


def can_be_drawn_again(text: str) -> bool:
    """A wide letter in the last column, after a tab, or where nothing wraps: pyte keeps half of it, which nothing can
    draw again."""
    return "\t全" not in text and not ("\x1b[?7l" in text and "全" in text)


@given(st.lists(PIECES, max_size=30), st.lists(PIECES, max_size=10))
@example(["plain plain ⠿●╭─全角", "\t", "plain "], [])  # written over the right half of a wide character
@example(["⠿●╭─"] * 5, [])  # the last column is full, and the next character wraps
@example(["\x1b[1;31;47m", *["⠿●╭─"] * 4, "全角", "\x1b[m"], ["全角"])
def test_a_screen_drawn_anew_is_the_same_whatever_was_there(pieces, before):
    assume(can_be_drawn_again("".join(pieces)))
    emulator, again = screen("".join(pieces)), screen("".join(before))
    again.feed(repaint(emulator).encode())
    assert cells(again) == cells(emulator)
    assert again.is_alternate == emulator.is_alternate
    for one, other in ((again.screen, emulator.screen), (again.main, emulator.main)):
        assert (one.cursor.x, one.cursor.y, one.cursor.attrs) == (other.cursor.x, other.cursor.y, other.cursor.attrs)
        assert one.margins == other.margins
    assert again.screen.cursor.hidden == emulator.screen.cursor.hidden
    assert again.modes.get(7, True) == emulator.modes.get(7, True)
    assert not again.unknown


def seen(emulator: Emulator) -> list[object]:
    """All that is to be seen now, or could be."""
    grids = [
        ([[grid.buffer[y][x] for x in range(grid.columns)] for y in range(grid.lines)], grid.margins)
        for grid in (emulator.main, emulator.alt)[: 1 + emulator.is_alternate]
    ]
    cursor = emulator.screen.cursor
    wraps = emulator.modes.get(7, True)
    return [emulator.size, grids, cursor.x, cursor.y, cursor.attrs, cursor.hidden, wraps]


SIZES = st.sampled_from(["20x5", "17x9", "30x3"])
EVENTS = st.one_of(st.tuples(st.just("r"), SIZES), st.tuples(st.just("o"), st.lists(PIECES, max_size=8).map("".join)))


MOVES = ("\u0301", "\x1b[2L", "\x1b[M", "\x1b[2@", "\x1b[P", "\x1b[3X", "\x1b[S", "\x1b[T", "\x1bM", "\x1bD", "\x1bc")
"""What changes rows without writing into them, and what goes with the letter before."""


@given(st.lists(st.one_of(PIECES, st.sampled_from(MOVES), st.sampled_from(((20, 5), (17, 9), (30, 3)))), max_size=30))
@example(["plain ", "\r\n", "\u0301"])  # which joins the last cell of the row above
def test_the_text_of_a_row_is_that_of_its_cells_whatever_has_changed(pieces):
    emulator = Emulator(20, 5)
    for piece in pieces:
        emulator.feed(piece.encode()) if isinstance(piece, str) else emulator.resize(*piece)
        for grid in (emulator.main, emulator.alt):
            assert grid.rows() == [grid.row(y) for y in range(grid.lines)]


@given(st.lists(EVENTS, max_size=8), st.integers(1, 40), st.sampled_from([0.03, 1.0]))
def test_a_cast_in_steps_shows_the_same_in_the_end(events, cut, apart):
    """Whatever is drawn in steps, and however sequences are cut in pieces."""
    assume(can_be_drawn_again("".join(data for kind, data in events if kind == "o")))
    events = [
        (kind, piece)
        for kind, data in events
        for piece in ([data] if kind == "r" else [data[at : at + cut] for at in range(0, len(data), cut)])
    ]
    header = {"version": 2, "width": 20, "height": 5}
    cast = Cast(header, tuple(Event(at * apart, *event) for at, event in enumerate(events)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gif, "MOST", 1)
        cut_up = list(gif.in_steps(cast, DEFAULT, {}, 10))
    whole, stepwise = Emulator(20, 5), Emulator(20, 5)
    for emulator, parts in ((whole, cast.events), (stepwise, cut_up)):
        for event in parts:
            if event.kind == "r":
                emulator.resize(*map(int, event.data.split("x")))
            else:
                emulator.feed(event.data.encode())
    assert seen(stepwise) == seen(whole)
    times = [event.time for event in cut_up]
    assert times == sorted(set(times))


def test_text_is_without_blanks_at_the_ends():
    assert screen("one  \r\n\r\n  two\x1b[44m  \x1b[m\r\n").text() == "one\n\n  two"


def test_svg_puts_each_word_at_its_cell_in_its_colours():
    shown = screen("a <b>  \x1b[31;1mred\x1b[m\r\n\x1b[7m⠿\x1b[m \x1b[48;2;1;2;3mx\x1b[m")
    root = ElementTree.fromstring(svg(shown, DEFAULT, "A & B"))
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
    root = ElementTree.fromstring(svg(screen("⠤" * 18 + " word"), DEFAULT, ""))
    _, *words = root.iter(f"{SVG}text")
    assert [word.text for word in words] == ["⠤" * 4] * 4 + ["⠤⠤", "w", "ord"]
    width = float(words[0].get("textLength")) / 4
    first = float(words[0].get("x"))
    assert [float(word.get("x")) for word in words[:5]] == pytest.approx(
        [first + 4 * at * width for at in range(5)], abs=0.2
    )


def test_wide_characters_have_both_their_cells_in_an_svg():
    root = ElementTree.fromstring(svg(screen("日本 x"), DEFAULT, ""))
    _, wide, narrow = root.iter(f"{SVG}text")
    assert (wide.text, narrow.text) == ("日本", "x")
    _, *odd = ElementTree.fromstring(svg(screen("é日本語"), DEFAULT, "")).iter(f"{SVG}text")
    assert [word.text for word in odd] == ["é日本", "語"]
    assert float(wide.get("textLength")) == pytest.approx(4 * float(narrow.get("textLength")), abs=0.2)


def test_png_is_what_the_terminal_shows_in_the_theme(tmp_path):
    image = pytest.importorskip("PIL.Image")
    theme = replace(DEFAULT, background="#102030")
    picture.write_still(screen("\x1b[48;2;200;0;0m     "), tmp_path / "a.png", theme, "")
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
    gif.write_gif(tmp_path / "a.cast", tmp_path / "a.gif", DEFAULT)
    with image.open(tmp_path / "a.gif") as found:
        assert found.n_frames >= 3
        found.seek(found.n_frames - 1)
        width, height = found.size
        shown = found.convert("RGB").getpixel((width // 2, height // 2))
    assert shown == tuple(int(DEFAULT.palette[4][at : at + 2], 16) for at in (1, 3, 5))


def crowded(columns: int, rows: int, green: str) -> str:
    """A screen of more colours than a frame of a GIF has, and a short curve of a colour that nothing else has."""
    letters = "".join(chr(33 + at % 94) for at in range(columns))
    inks = ["38;2;216;216;216", "38;2;230;159;0", "38;2;86;180;233", "1;38;2;150;150;150"]
    grounds = ["49", "48;2;40;32;10", "48;2;20;32;40", "48;2;60;0;60"]
    looks = [f"{ink};{ground}" for ink in inks for ground in grounds]
    lines = "".join(f"\x1b[{row + 1}H\x1b[0;{looks[row % 16]}m{letters}" for row in range(rows))
    return f"{lines}\x1b[0;38;2;{green}m\x1b[3;5H ⠤⠒⠉ \x1b[4;5H ⡇ \x1b[m"


def shown_by_a_gif(folder: Path, columns: int, rows: int, outputs: list[str]):
    """The outputs are a second apart; yields what the GIF shows just before the next."""
    image, now = pytest.importorskip("PIL.Image"), [0.0]
    cast = CastWriter(folder / "film.cast", columns, rows, clock=lambda: now[0])
    for at, output in enumerate(outputs):
        now[0] = float(at)
        cast.output(output)
    cast.close()
    gif.write_gif(folder / "film.cast", folder / "film.gif", DEFAULT)
    with image.open(folder / "film.gif") as found:
        ends = 0.0
        for at in range(found.n_frames):
            found.seek(at)
            begins, ends = ends, ends + found.info["duration"] / 1000
            for output in range(len(outputs)):
                if begins <= output + 0.9 < ends:
                    yield found.convert("RGB")


@lru_cache
def mixtures(ink: bytes, ground: bytes) -> set[tuple[int, ...]]:
    """The colours of pixels that are covered in part."""
    return {tuple(round((g * (255 - a) + i * a) / 255) for i, g in zip(ink, ground, strict=True)) for a in range(256)}


def near(colour: tuple[int, ...], others: set[tuple[int, ...]]) -> bool:
    return any(max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= 2 for other in others)


def strange_colours(image, emulator: Emulator) -> dict[tuple[int, int], set]:
    """The cells that show nothing, or pixels that are no mixture of the cell's ink and ground; and those pixels."""
    columns, rows = emulator.size
    width = image.width // (columns + 2)
    height = (image.height - 2 * width) // rows
    found = {}
    for x, y in ((x, y) for y in range(rows) for x in range(columns)):
        cell, box = emulator.cell(x, y), (width * (x + 1), width + height * y)
        ink, ground = (bytes.fromhex(colour[1:]) for colour in DEFAULT.colours(cell))
        colours = {pixel for _, pixel in image.crop((*box, box[0] + width, box[1] + height)).getcolors()}
        strange = {pixel for pixel in colours - mixtures(ink, ground) if not near(pixel, mixtures(ink, ground))}
        if strange or (cell.data.strip() and len(colours) == 1):
            found[x, y] = strange
    return found


def test_every_cell_of_a_gif_has_the_colours_that_the_terminal_shows(tmp_path):
    """A frame has 256 colours at the most, and those of what is small were given up."""
    pytest.importorskip("PIL.Image")
    outputs = [
        "\x1b[?25l\x1b[31m$\x1b[m gdtui",
        "\x1b[?1049h" + crowded(60, 20, "0;158;115"),
        crowded(60, 20, "213;94;0") + "\x1b[20H\x1b[K",
        "\x1b[20;",  # a sequence in two pieces
        "3Hlast row" + crowded(60, 19, "0;158;115").replace("38;2;216", "38;2;200"),
        "\x1b[?1049l\x1b[5Hthe end",
    ]
    screens = Emulator(60, 20)
    for output, image in zip(outputs, shown_by_a_gif(tmp_path, 60, 20, outputs), strict=True):
        screens.feed(output.encode())
        assert strange_colours(image, screens) == {}


def test_a_gif_takes_as_long_as_its_cast_and_has_no_more_frames_than_it_needs(tmp_path):
    image = pytest.importorskip("PIL.Image")
    outputs = ["\x1b[?25l", *(f"\x1b[H\x1b[3{colour}m{colour}" for colour in range(1, 7))]
    list(shown_by_a_gif(tmp_path, 20, 5, outputs))
    with image.open(tmp_path / "film.gif") as found:
        durations = [found.seek(at) or found.info["duration"] for at in range(found.n_frames)]
    assert durations == [1000] * 6 + [1000 * gif.LAST]


def test_what_cannot_be_drawn_is_one_line(tmp_path, monkeypatch):
    cast = tmp_path / "bad.cast"
    cast.write_text("nonsense\n")
    with pytest.raises(gif.PictureError, match=r"^cannot make \S+a\.gif: \S+bad\.cast:1: this is no cast[^\n]+$"):
        gif.write_gif(cast, tmp_path / "a.gif", DEFAULT)
    cast.write_text('{"version": 2, "width": 20, "height": 5}\n[0.5, "o", "text"]\n')
    with pytest.raises(FileNotFoundError):
        gif.write_gif(cast, tmp_path / "no folder" / "a.gif", DEFAULT)
    monkeypatch.setattr(gif, "_term2gif", lambda: "false")
    with pytest.raises(gif.PictureError, match=r"^term2gif could not make the picture: it did not say why$"):
        gif.write_gif(cast, tmp_path / "a.gif", DEFAULT)
    assert not (tmp_path / "a.gif").exists()

"""Pictures of a terminal: a still as text, SVG or PNG, and a cast as GIF."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyte.screens import Char
from wcwidth import wcwidth

from gdtui.recording.cast import CastError, CastWriter, Event, read_cast
from gdtui.recording.emulator import Emulator, repaint
from gdtui.recording.steps import RATE, Glyph, in_steps
from gdtui.recording.svg import svg
from gdtui.recording.themes import Theme

FONT_SIZE = 14
FRAMES = 10
"""A second, in a GIF."""
LAST = 3
"""Seconds for which a GIF shows its last frame."""
_HELP = "pip install 'gdtui[gif]' brings what is needed"


class PictureError(ValueError):
    """A picture that cannot be made; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Still:
    """What a screen showed."""

    rows: tuple[tuple[Char, ...], ...]
    drawing: str
    """The bytes that draw it."""

    @property
    def text(self) -> str:
        """Without blanks at the ends of lines, and without blank lines at the end."""
        lines = ["".join(cell.data for cell in row).rstrip() for row in self.rows]
        return "\n".join(lines).rstrip("\n")


def still(emulator: Emulator) -> Still:
    """What the emulator's screen shows now."""
    screen = emulator.screen
    rows = tuple(tuple(screen.buffer[y][x] for x in range(screen.columns)) for y in range(screen.lines))
    return Still(rows, repaint(emulator))


def write_still(shown: Still, path: Path, theme: Theme, title: str) -> None:
    """As the file's ending says: .txt, .svg or .png."""
    ending = path.suffix.lower()
    if ending == ".svg":
        path.write_text(svg(shown.rows, theme, title), encoding="utf-8")
    elif ending == ".png":
        write_png(shown, path, theme)
    else:
        path.write_text(f"{shown.text}\n", encoding="utf-8")


def check_drawing() -> None:
    """PictureError where no GIF and no PNG can be made here."""
    _term2gif()
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise PictureError(f"a .gif or .png needs Pillow; {_HELP}") from None


def write_gif(cast: Path, path: Path, theme: Theme, font_size: int = FONT_SIZE) -> None:
    """The cast as an animation, every frame in its own colours."""
    check_drawing()
    try:
        film = read_cast(cast)
    except CastError as error:
        raise PictureError(f"cannot make {path}: {error}") from None
    with tempfile.TemporaryDirectory() as folder:
        cut = Path(folder, "cut.cast")
        shades = _shades({char for event in film.events if event.kind == "o" for char in event.data}, font_size)
        _write_cast(cut, film.size, in_steps(film, theme, shades, FRAMES))
        _draw(cut, path, theme, font_size)


def _write_cast(path: Path, size: tuple[int, int], events: Iterable[Event]) -> None:
    times = [0.0]
    writer = CastWriter(path, *size, clock=lambda: times[-1])
    for event in events:
        times.append(event.time)
        if event.kind == "r":
            writer.resize(*map(int, event.data.split("x")))
        else:
            writer.output(event.data)
    writer.close()
    if writer.failure:
        raise PictureError(f"cannot write {path}: {writer.failure}")


def _shades(chars: set[str], font_size: int) -> dict[Glyph, frozenset[int]]:
    """How much of a pixel each character covers: white on black, that is the pixel's colour."""
    from PIL import Image

    seen = sorted(char for char in chars if wcwidth(char) > 0 and char != " ")
    glyphs = [(char, bold, italic) for bold in (False, True) for italic in (False, True) for char in seen]
    across, apart = 32, 4  # glyphs may reach beyond their cells
    places = [(row + 1, apart * column + 2) for row in range(-(-len(glyphs) // across)) for column in range(across)]
    drawing = "".join(
        f"\x1b[0{';1' * bold}{';3' * italic}m\x1b[{row};{column}H{char}"
        for (char, bold, italic), (row, column) in zip(glyphs, places, strict=False)
    )
    columns, rows = across * apart, len(places) // across + 1
    with tempfile.TemporaryDirectory() as folder:
        cast, gif = Path(folder, "glyphs.cast"), Path(folder, "glyphs.gif")
        _write_cast(cast, (columns, rows), [Event(0.1, "o", f"\x1b[?25l{drawing}")])
        _draw(cast, gif, Theme("#ffffff", "#000000", ("#ffffff",) * 16), font_size)
        with Image.open(gif) as frames:
            frames.seek(getattr(frames, "n_frames", 1) - 1)
            image = frames.convert("RGB").getchannel(0)
    width = image.width // (columns + 2)  # there is a margin as wide as a cell
    height = (image.height - 2 * width) // rows
    boxes = ((width * (x - 1), width + height * (y - 1), width * (x + 2), width + height * y) for y, x in places)
    shown = (frozenset(shade for shade, pixels in enumerate(image.crop(box).histogram()) if pixels) for box in boxes)
    return dict(zip(glyphs, shown, strict=False))


def _draw(cast: Path, path: Path, theme: Theme, font_size: int) -> None:
    colours = ",".join(colour[1:] for colour in (theme.background, theme.foreground, *theme.palette))
    options = {
        "--from-cast": str(cast),
        "--theme": colours,
        "--font-size": str(font_size),
        "--line-height": "1.2",
        "--idle-time-limit": "0",
        "--fps-cap": str(RATE),
        "--last-frame-duration": str(LAST),
    }
    command = [_term2gif(), "--quiet", "--no-font-detect", *(word for pair in options.items() for word in pair)]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines()[-1:] or ["it did not say why"]
        raise PictureError(f"term2gif could not make {path}: {told[0]}")


def write_png(shown: Still, path: Path, theme: Theme) -> None:
    """A still as the GIF would show it."""
    check_drawing()
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        cast, gif = Path(folder, "still.cast"), Path(folder, "still.gif")
        writer = CastWriter(cast, len(shown.rows[0]), len(shown.rows), theme=theme.header())
        writer.output(shown.drawing)
        writer.close()
        write_gif(cast, gif, theme)
        with Image.open(gif) as frames:
            frames.seek(getattr(frames, "n_frames", 1) - 1)
            frames.convert("RGB").save(path)


def _term2gif() -> str:
    """The program, beside this Python or on the PATH."""
    beside = shutil.which("term2gif", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("term2gif")
    if found is None:
        raise PictureError(f"a .gif or .png needs the program term2gif; {_HELP}")
    return found

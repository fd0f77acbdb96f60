"""Pictures of a terminal: a still as text, SVG or PNG, and a cast as GIF."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pyte.screens import Char

from gdtui.recording.cast import CastWriter
from gdtui.recording.emulator import Emulator
from gdtui.recording.repaint import repaint
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


def check_gif() -> None:
    """PictureError where no GIF can be made here."""
    _term2gif()


def check_png() -> None:
    """PictureError where no PNG can be made here."""
    _term2gif()
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise PictureError(f"a .png needs Pillow; {_HELP}") from None


def write_gif(cast: Path, path: Path, theme: Theme, font_size: int = FONT_SIZE) -> None:
    """The cast as an animation."""
    colours = ",".join(colour[1:] for colour in (theme.background, theme.foreground, *theme.palette))
    options = {
        "--from-cast": str(cast),
        "--theme": colours,
        "--font-size": str(font_size),
        "--line-height": "1.2",
        "--idle-time-limit": "0",
        "--fps-cap": str(FRAMES),
        "--last-frame-duration": str(LAST),
    }
    command = [_term2gif(), "--quiet", "--no-font-detect", *(word for pair in options.items() for word in pair)]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines()[-1:] or ["it did not say why"]
        raise PictureError(f"term2gif could not make {path}: {told[0]}")


def write_png(shown: Still, path: Path, theme: Theme) -> None:
    """A still as the GIF would show it."""
    check_png()
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

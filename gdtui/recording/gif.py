"""A cast as GIF, cut so that no frame has more colours than a frame of a GIF can have, which is 256.

term2gif keeps a frame's most frequent colours and takes the nearest of those for the others. What is smooth has many
colours, so those of a short curve in a full screen were given up, and it stayed in the colour of the points beside it.
Here such a frame is drawn in steps of a fiftieth of a second, each of a few of its colours; all else is as it was.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pyte.screens import Char
from wcwidth import wcwidth

from gdtui.outputs import put
from gdtui.recording.cast import Cast, CastError, Event, read_cast
from gdtui.recording.emulator import Emulator, repaint
from gdtui.recording.pyte_screen import look_codes
from gdtui.recording.themes import Theme

if TYPE_CHECKING:
    from PIL import Image

FONT_SIZE = 14
FRAMES = 10
"""A second, in a GIF."""
LAST = 3
"""Seconds for which a GIF shows its last frame."""
_HELP = "pip install 'gdtui[gif]' brings what is needed"
RATE = 50
"""Steps a second."""
_STEP = 1.05 / RATE
"""Times are rounded, and what is nearer than a step would be drawn with the one before."""
MOST = 240
"""Colours in a step; the others are for the cursor, and for characters that reach into their neighbours' cells."""
_ALL = frozenset(range(256))

Glyph = tuple[str, bool, bool]
"""A character, whether it is bold, and whether it is italic."""
Shades = Mapping[Glyph, frozenset[int]]
"""How much of a pixel each glyph covers, of 255: all that its pixels have."""
_Cells = list[tuple[int, int, str]]


class PictureError(ValueError):
    """A picture that cannot be made; the message is one line that says why."""


def check_drawing() -> None:
    """PictureError where no GIF and no PNG can be made here."""
    _term2gif()
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise PictureError(f"a .gif or .png needs Pillow; {_HELP}") from None


def _term2gif() -> str:
    """The program, beside this Python or on the PATH."""
    found = shutil.which("term2gif", path=str(Path(sys.executable).parent)) or shutil.which("term2gif")
    if found is None:
        raise PictureError(f"a .gif or .png needs the program term2gif; {_HELP}")
    return found


def write_gif(cast: Path, path: Path, theme: Theme, force: bool = False) -> None:
    """The cast as an animation, every frame in its own colours. Raises PictureError or OSError."""
    check_drawing()
    try:
        film = read_cast(cast)
    except CastError as error:
        raise PictureError(f"cannot make {path}: {error}") from None
    put(path, _draw(film.size, in_steps(film, theme, _shades(film), FRAMES), theme), force)


def png(drawing: str, size: tuple[int, int], theme: Theme) -> bytes:
    """What this draws on a screen of so many columns and rows, as the GIF would show it. Raises PictureError."""
    check_drawing()
    film = Cast({"version": 2, "width": size[0], "height": size[1]}, (Event(0.0, "o", drawing),))
    data = BytesIO()
    _last_frame(size, in_steps(film, theme, _shades(film), FRAMES), theme).save(data, "PNG")
    return data.getvalue()


def _last_frame(size: tuple[int, int], events: Iterable[Event], theme: Theme) -> Image.Image:
    from PIL import Image

    with Image.open(BytesIO(_draw(size, events, theme))) as frames:
        frames.seek(getattr(frames, "n_frames", 1) - 1)
        return frames.convert("RGB")


def _draw(size: tuple[int, int], events: Iterable[Event], theme: Theme) -> bytes:
    """The GIF that term2gif draws of these events."""
    colours = ",".join(colour[1:] for colour in (theme.background, theme.foreground, *theme.palette))
    options = {
        "--theme": colours,
        "--font-size": str(FONT_SIZE),
        "--line-height": "1.2",
        "--idle-time-limit": "0",
        "--fps-cap": str(RATE),
        "--last-frame-duration": str(LAST),
    }
    header = {"version": 2, "width": size[0], "height": size[1]}
    lines = [header, *([round(event.time, 6), event.kind, event.data] for event in events)]
    with tempfile.TemporaryDirectory() as folder:
        cast, gif = Path(folder, "events.cast"), Path(folder, "frames.gif")
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        cast.write_text(text, encoding="utf-8", errors="replace")
        command = [_term2gif(), "--quiet", "--no-font-detect", "--from-cast", str(cast), str(gif)]
        command += [word for pair in options.items() for word in pair]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            told = done.stderr.strip().splitlines()[-1:] or ["it did not say why"]
            raise PictureError(f"term2gif could not make the picture: {told[0]}")
        return gif.read_bytes()


def _shades(film: Cast) -> dict[Glyph, frozenset[int]]:
    """How much of a pixel each character covers: white on black, that is the pixel's colour."""
    chars = {char for event in film.events if event.kind == "o" for char in event.data}
    seen = sorted(char for char in chars if wcwidth(char) > 0 and char != " ")
    glyphs = [(char, bold, italic) for bold in (False, True) for italic in (False, True) for char in seen]
    across, apart = 32, 4  # glyphs may reach beyond their cells
    places = [(row + 1, apart * column + 2) for row in range(-(-len(glyphs) // across)) for column in range(across)]
    drawing = "".join(
        f"\x1b[0{';1' * bold}{';3' * italic}m\x1b[{row};{column}H{char}"
        for (char, bold, italic), (row, column) in zip(glyphs, places, strict=False)
    )
    columns, rows = across * apart, len(places) // across + 1
    white = Theme("#ffffff", "#000000", ("#ffffff",) * 16)
    image = _last_frame((columns, rows), [Event(0.1, "o", f"\x1b[?25l{drawing}")], white).getchannel(0)
    width = image.width // (columns + 2)  # there is a margin as wide as a cell
    height = (image.height - 2 * width) // rows
    boxes = ((width * (x - 1), width + height * (y - 1), width * (x + 2), width + height * y) for y, x in places)
    shown = (frozenset(shade for shade, pixels in enumerate(image.crop(box).histogram()) if pixels) for box in boxes)
    return dict(zip(glyphs, shown, strict=False))


def in_steps(cast: Cast, theme: Theme, shades: Shades, rate: float) -> Iterator[Event]:
    """The cast's output and sizes, joined into at most `rate` frames a second, each in as many steps as it needs."""
    past, now, free = Emulator(*cast.size), Emulator(*cast.size), 0.0
    for frame in _frames(cast.events, rate):
        time = max(frame.time, free)
        if frame.kind == "r":
            columns, rows = map(int, frame.data.split("x"))
            past.resize(columns, rows)
            now.resize(columns, rows)
            yield replace(frame, time=time)
        else:
            data = frame.data.encode(errors="replace")
            now.feed(data)
            steps = _steps(_changes(past, now), theme, shades)
            for step in steps[:-1]:
                yield Event(time, "o", f"\x1b[?25l{_painted(step)}")
                time += _STEP
            # The output is to find the screen that it was written for, in the midst of a sequence if need be.
            undone = repaint(past) + past.pending if steps[1:] else ""
            yield Event(time, "o", undone + frame.data)
            past.feed(data)
        free = time + _STEP


def _frames(events: Iterable[Event], rate: float) -> list[Event]:
    """Output that is less than a frame apart is one event, at the time of the first."""
    frames: list[Event] = []
    for event in events:
        if event.kind == "o" and frames and frames[-1].kind == "o" and event.time < frames[-1].time + 1 / rate:
            frames[-1] = replace(frames[-1], data=frames[-1].data + event.data)
        elif event.kind in ("o", "r"):
            frames.append(event)
    return frames


def _changes(past: Emulator, now: Emulator) -> dict[Char, _Cells]:
    """(row, column, character) of all cells that differ, by how they look now."""
    changes: dict[Char, _Cells] = {}
    for y in range(now.screen.lines):
        for x, (old, new) in enumerate(zip(past.screen.cells(y), now.screen.cells(y), strict=True)):
            if new != old:
                changes.setdefault(new._replace(data=""), []).append((y, x, new.data))
    return changes


def _steps(changes: Mapping[Char, _Cells], theme: Theme, shades: Shades) -> list[dict[Char, _Cells]]:
    """The changes in as few parts as will do."""
    found = {look: _colours(look, cells, theme, shades) for look, cells in changes.items()}
    steps: list[tuple[set[tuple[int, ...]], dict[Char, _Cells]]] = []
    for look in sorted(found, key=lambda look: -len(found[look])):
        fits = (step for step in steps if len(step[0] | found[look]) <= MOST)
        known, step = next(fits, (set(), {}))
        if not step:
            steps.append((known, step))
        known |= found[look]
        step[look] = changes[look]
    return [step for _, step in steps]


def _colours(look: Char, cells: _Cells, theme: Theme, shades: Shades) -> set[tuple[int, ...]]:
    """All colours of these cells' pixels."""
    glyphs = {(data, look.bold, look.italics) for _, _, data in cells if data.strip()}
    covered = frozenset({0, 255}).union(*(shades.get(glyph, _ALL) for glyph in glyphs))
    ink, ground = (bytes.fromhex(colour[1:]) for colour in theme.colours(look))
    pairs = tuple(zip(ground, ink, strict=True))
    return {tuple([(under * (255 - part) + over * part + 127) // 255 for under, over in pairs]) for part in covered}


def _painted(step: Mapping[Char, _Cells]) -> str:
    return "".join(
        look_codes(look) + "".join(f"\x1b[{y + 1};{x + 1}H{data}" for y, x, data in cells)
        for look, cells in step.items()
    )

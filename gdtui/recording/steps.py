"""A cast cut so that no frame of its GIF has more colours than a frame of a GIF can have, which is 256.

term2gif keeps a frame's most frequent colours and takes the nearest of those for the others. What is smooth has many
colours, so those of a short curve in a full screen were given up, and it stayed in the colour of the points beside it.
Here such a frame is drawn in steps of a fiftieth of a second, each of a few of its colours; all else is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pyte.screens import Char

from gdtui.recording.cast import Cast, Event
from gdtui.recording.emulator import Emulator, repaint
from gdtui.recording.pyte_screen import look_codes
from gdtui.recording.svg import colour
from gdtui.recording.themes import Theme

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
Rgb = tuple[int, ...]
_Cells = list[tuple[int, int, str]]


def in_steps(cast: Cast, theme: Theme, shades: Shades, rate: float) -> Iterator[Event]:
    """The cast's output and sizes, joined into at most `rate` frames a second, each in as many steps as it needs."""
    past, now, free = Emulator(*cast.size), Emulator(*cast.size), 0.0
    for frame in _frames(cast.events, rate):
        time = max(frame.time, free)
        if frame.kind == "r":
            columns, rows = map(int, frame.data.split("x"))
            past.resize(columns, rows)
            now.resize(columns, rows)
            yield Event(time, "r", frame.data)
        else:
            data = frame.data.encode(errors="replace")
            now.feed(data)
            steps = _steps(_changes(past, now), theme, shades)
            for step in steps[:-1]:
                yield Event(time, "o", f"\x1b[?25l{_painted(step)}")
                time += _STEP
            # The output is to find the screen that it was written for.
            undone = _undone(past) if steps[1:] else ""
            yield Event(time, "o", undone + frame.data)
            past.feed(data)
        free = time + _STEP


def _undone(past: Emulator) -> str:
    """What brings back the screen that was, with its line wrap (mode 7), in the midst of a sequence if need be."""
    return repaint(past) + ("" if past.modes.get(7, True) else "\x1b[?7l") + past.pending


def _frames(events: Sequence[Event], rate: float) -> Iterator[Event]:
    """Output that is less than a frame apart is one event, at the time of the first."""
    waiting: list[Event] = []
    for event in events:
        if waiting and (event.kind == "r" or event.time >= waiting[0].time + 1 / rate):
            yield Event(waiting[0].time, "o", "".join(part.data for part in waiting))
            waiting.clear()
        if event.kind == "r":
            yield event
        elif event.kind == "o":
            waiting.append(event)
    if waiting:
        yield Event(waiting[0].time, "o", "".join(part.data for part in waiting))


def _changes(past: Emulator, now: Emulator) -> dict[Char, _Cells]:
    """(row, column, character) of all cells that differ, by how they look now."""
    changes: dict[Char, _Cells] = {}
    columns, rows = now.size
    for y in range(rows):
        old, new = past.screen.buffer[y], now.screen.buffer[y]
        for x in range(columns):
            cell = new[x]
            if cell != old[x]:
                changes.setdefault(cell._replace(data=""), []).append((y, x, cell.data))
    return changes


def _steps(changes: Mapping[Char, _Cells], theme: Theme, shades: Shades) -> list[dict[Char, _Cells]]:
    """The changes in as few parts as will do."""
    found = {look: _colours(look, cells, theme, shades) for look, cells in changes.items()}
    steps: list[tuple[set[Rgb], dict[Char, _Cells]]] = []
    for look in sorted(found, key=lambda look: -len(found[look])):
        fits = (step for step in steps if len(step[0] | found[look]) <= MOST)
        known, step = next(fits, (set(), {}))
        if not step:
            steps.append((known, step))
        known |= found[look]
        step[look] = changes[look]
    return [step for _, step in steps]


def _colours(look: Char, cells: _Cells, theme: Theme, shades: Shades) -> set[Rgb]:
    """All colours of these cells' pixels."""
    ink, ground = _rgb(colour(look.fg, theme, theme.foreground)), _rgb(colour(look.bg, theme, theme.background))
    if look.reverse:
        ink, ground = ground, ink
    glyphs = {(data, look.bold, look.italics) for _, _, data in cells if data.strip()}
    covered = frozenset({0, 255}).union(*(shades.get(glyph, _ALL) for glyph in glyphs))
    pairs = tuple(zip(ground, ink, strict=True))
    return {tuple([(under * (255 - part) + over * part + 127) // 255 for under, over in pairs]) for part in covered}


def _rgb(text: str) -> Rgb:
    return tuple(bytes.fromhex(text[1:]))


def _painted(step: Mapping[Char, _Cells]) -> str:
    return "".join(
        look_codes(look) + "".join(f"\x1b[{y + 1};{x + 1}H{data}" for y, x, data in cells)
        for look, cells in step.items()
    )

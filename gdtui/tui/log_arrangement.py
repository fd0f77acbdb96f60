"""Where everything is on the screen of other people's runs: charts in a grid, the table of runs, and the log. Knows no
Textual."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from gdtui.tui.arrangement import FLAT, FRAME, LEAST_CHART, LOW, Area, Arrangement, around, frames_of, visible

LEAST_CELL = 38, 10
"""Columns and rows of a chart among others, with its frame, at the least."""
MOST = 4
"""Charts in a row, and rows of charts, at the most."""
GOOD_CELL = 48, 13
"""The same where there are as many as that: before, charts grow."""
SLOTS = tuple(f"chart-{number}" for number in range(1, MOST * MOST + 1))
"""The places of charts."""
BESIDE, LOWEST = 100, 18
"""Columns from which a table stands beside the charts, where these have fewer rows than that."""
BROAD = 110
"""Columns from which the log has room beside the table."""
HIGH = 30
"""Rows from which there is room for a log that only notes something now and then."""


class LogWish(NamedTuple):
    """What is to be seen.

    Attributes:
        charts: how many there are in all.
        front: the number of the one in front.
        is_zoomed: whether it has the screen to itself.
        runs: lines of the table; 0 for none.
        log: lines of the log.
        has_text: whether that is what the training prints, which one wants to read.
    """

    charts: int = 1
    front: int = 0
    is_zoomed: bool = False
    runs: int = 0
    log: int = 0
    has_text: bool = False


@lru_cache(maxsize=64)
def arrange_logs(width: int, height: int, wish: LogWish) -> Arrangement:
    """The screen in so many columns and rows; the charts of the page that the one in front is on are in `SLOTS`."""
    main, areas = around(width, height, has_head=height >= LOW and not wish.is_zoomed)
    whole, frames = main, frames_of(width, height)
    if not wish.is_zoomed:
        main, beside = _with_pages(main, height, wish, FRAME[frames][1])
        areas |= beside
    columns, rows = LEAST_CHART
    if main.height >= rows and width >= columns:
        count = 1 if wish.is_zoomed else min(_on_page(main, wish), wish.charts)
        areas |= dict(zip(SLOTS, _grid(main, max(1, count)), strict=False))
    else:
        areas["runs"] = whole
    return Arrangement(visible(areas), frames, frames)


def capacity(width: int, height: int) -> int:
    """How many charts have room beside and above each other."""
    columns, rows = _most(width, height)
    return columns * rows


def _most(width: int, height: int) -> tuple[int, int]:
    """Charts beside each other, and above each other, at the most."""
    columns, rows = (
        MOST if side >= MOST * good else max(1, min(MOST - 1, side // least))
        for side, least, good in zip((width, height), LEAST_CELL, GOOD_CELL, strict=True)
    )
    return columns, rows


def _on_page(main: Area, wish: LogWish) -> int:
    """How many charts the page has that the one in front is on."""
    room = capacity(main.width, main.height)
    return min(room, wish.charts - wish.front // room * room)


def page_of(width: int, height: int, wish: LogWish) -> tuple[int, int]:
    """The numbers of the first chart that is to be seen, and of the first that is not any more."""
    if wish.is_zoomed:
        return wish.front, wish.front + 1
    arranged = arrange_logs(width, height, wish)
    here = [area for name, area in arranged.areas.items() if name in SLOTS]
    if not here:
        return 0, 0
    right, bottom = max(area.x + area.width for area in here), max(area.y + area.height for area in here)
    room = capacity(right - min(area.x for area in here), bottom - min(area.y for area in here))
    first = wish.front // room * room
    return first, min(first + room, wish.charts)


def _with_pages(main: Area, height: int, wish: LogWish, frame: int) -> tuple[Area, dict[str, Area]]:
    """What is left for the charts, and where the table and the log are."""
    areas: dict[str, Area] = {}
    if wish.log and wish.runs and not wish.has_text and main.width >= BROAD and height >= HIGH:
        rows = min(max(wish.runs, min(wish.log, 3)) + frame, max(3 + frame, main.height // 3))
        top, left = main.y + main.height - rows, main.width * 3 // 5
        areas["runs"] = main._replace(y=top, width=left, height=rows)
        areas["log"] = main._replace(x=main.x + left, y=top, width=main.width - left, height=rows)
        return main._replace(height=main.height - rows), areas
    if wish.log and (height >= HIGH or (wish.has_text and height >= FLAT)):
        rows = min(wish.log + frame, main.height // 3 if wish.has_text else 5)
        areas["log"] = main._replace(y=main.y + main.height - rows, height=rows)
        main = main._replace(height=main.height - rows)
    if wish.runs and main.width >= BESIDE and main.height < LOWEST:
        wide = main.width // 3
        areas["runs"] = main._replace(x=main.x + main.width - wide, width=wide)
        main = main._replace(width=main.width - wide)
    elif wish.runs and main.height >= LEAST_CELL[1] + 3:
        rows = min(wish.runs + frame, max(3 + frame, main.height // 3), main.height - LEAST_CELL[1])
        areas["runs"] = main._replace(y=main.y + main.height - rows, height=rows)
        main = main._replace(height=main.height - rows)
    return main, areas


def _grid(main: Area, count: int) -> list[Area]:
    """So many charts; those in the first row are wider, where they are fewer than in the others."""
    most = _most(main.width, main.height)
    columns = min(most[0], next(side for side in range(1, count + 1) if side * side >= count))
    if -(-count // columns) > most[1]:
        columns = min(most[0], -(-count // most[1]))
    rows = -(-count // columns)
    counts = [count - columns * (rows - 1), *[columns] * (rows - 1)]
    found, top = [], main.y
    for row, across in enumerate(counts):
        bottom = main.y + main.height * (row + 1) // rows
        for at in range(across):
            left, right = main.width * at // across, main.width * (at + 1) // across
            found.append(Area(main.x + left, top, right - left, bottom - top))
        top = bottom
    return found

"""Where everything on a screen is: a pure function of the window's size and of what is to be seen. Knows no Textual."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

CHARTS = "first", "second"
"""The slots for charts."""
PAGES = ("log", "samples", "confusion")
LEAST_CHART = 20, 5
"""Columns and rows below which axes leave no room for a drawing."""
NARROW, ROOMY, WIDE = 60, 90, 150
"""Columns below which charts stand one above the other, from which the matrix has room beside the samples, and from
which all pages have room beside each other."""
LEAST, LOW, FLAT = 9, 14, 22
"""Rows below which a chart has the line's place that says why, below which there is no title, and below which there is
no drawer."""
MATRIX = 40
"""Columns of the confusion matrix, where it has neighbours; of many classes it has more: `matrix_columns`."""
BIG = 80, 30
"""The smallest window that has room for block digits."""
BLOCKS = 5
"""Rows of a band with block digits: progress, names, and digits."""

Frames = Literal["round", "rule", "none"]
"""A border all round, a line with the title above, or nothing."""
FRAME = {"round": (2, 2), "rule": (0, 1), "none": (0, 0)}
"""The columns and rows that each takes."""


class Area(NamedTuple):
    """Cells of the screen."""

    x: int
    y: int
    width: int
    height: int


class Wish(NamedTuple):
    """What is to be seen.

    Attributes:
        views: the names of those in the slots, see `gdtui.tui.bindings.VIEWS`.
        front: the number of the slot in front.
        is_zoomed: whether it has the screen to itself.
        page: the open one.
        covers: whether the page takes the charts' place, where there is no drawer for it.
        is_big: whether the numbers are in block digits.
        classes: of the data, which the confusion matrix has a row for each of.
        races: whether there is a race, which has a page.
        lesson: the rows that a lesson has use for.
    """

    views: tuple[str, str] = ("loss", "data")
    front: int = 0
    is_zoomed: bool = False
    page: str = "log"
    covers: bool = False
    is_big: bool = False
    classes: int = 2
    races: bool = False
    lesson: int = 0


class Arrangement(NamedTuple):
    """What is where.

    Attributes:
        areas: of each widget that is to be seen, by its id.
        charts, pages: how these are framed.
        stops: the pages that can be opened, one after the other.
        has_tabs: whether the open page names the others, which cannot be seen.
        has_drawer: whether the open page is always to be seen.
    """

    areas: dict[str, Area]
    charts: Frames
    pages: Frames
    stops: tuple[str, ...] = PAGES
    has_tabs: bool = True
    has_drawer: bool = False


@lru_cache(maxsize=64)
def arrange(width: int, height: int, wish: Wish = Wish()) -> Arrangement:  # noqa: B008 - frozen
    """The screen of a run, in so many columns and rows."""
    if rows := min(wish.lesson, height * 2 // 5):
        return _with_lesson(arrange(width, height - rows, wish._replace(lesson=0)), width, rows)
    if wish.page == "race" and not wish.races:
        wish = wish._replace(page="log")
    head, foot = int(height >= LOW and not wish.is_zoomed), int(height >= 2)
    band, why = _band_rows(width, height, wish.is_big), int(height >= LEAST)
    room = height - head - band - why - foot
    drawer, is_stacked = (0, False) if wish.is_zoomed else _drawer_rows(width, height, room)
    if drawer and _shows_matrix(width, wish.page):  # all of it, where charts can do with less
        wanted, most = wish.classes + 3, room - (LEAST_CHART[1] + 2) * (1 + is_stacked)
        if wanted > most and head:  # the title's row is of less use
            head, room, most = 0, room + 1, most + 1
        drawer = max(drawer, min(wanted, most))
    main = Area(0, head, width, room - drawer)
    areas = {
        "head": Area(0, 0, width, head),
        "band": Area(0, main.y + main.height, width, band),
        "why": Area(0, main.y + main.height + band, width, why),
        "foot": Area(0, height - foot, width, foot),
        **_charts(main, wish, is_stacked),
    }
    frames = frames_of(width, height)
    has_tabs, has_drawer = True, drawer > 0
    stops = _stops(wish)
    if has_drawer:
        pages, stops, has_tabs = _pages(Area(0, main.y + main.height + band + why, width, drawer), wish)
        areas |= pages
    elif not any(chart in areas for chart in CHARTS):
        areas[wish.page], has_drawer = main, True
    elif wish.covers and not wish.is_zoomed:
        front, back = CHARTS[wish.front], CHARTS[1 - wish.front]
        beside = back in areas and not is_stacked and width >= 80
        areas[wish.page] = areas.pop(back) if beside else main
        if not beside:
            areas.pop(front), areas.pop(back, None)
    page_frames: Frames = "rule" if frames == "none" and room >= LEAST_CHART[1] else frames
    return Arrangement(visible(areas), frames, page_frames, stops, has_tabs, has_drawer)


def _with_lesson(rest: Arrangement, width: int, rows: int) -> Arrangement:
    """A lesson below the head, in so many rows; the rest is as in a window that is so much lower."""
    top = rest.areas["head"].height if "head" in rest.areas else 0
    areas = {name: area._replace(y=area.y + rows * (name != "head")) for name, area in rest.areas.items()}
    return rest._replace(areas={"lesson": Area(0, top, width, rows), **areas})


def frames_of(width: int, height: int) -> Frames:
    """What is around charts and pages in such a window."""
    if width >= NARROW and height >= FLAT:
        return "round"
    return "rule" if height >= LOW else "none"


def _band_rows(width: int, height: int, is_big: bool) -> int:
    """In a narrow window that is high enough the numbers have more rows, in a flat one that is wide enough one."""
    if is_big and width >= BIG[0] and height >= BIG[1]:
        return BLOCKS
    if height < 3 or (height < LOW and width >= 120):
        return 1
    if width < NARROW and height >= 28:
        return 4 if width < 44 else 3
    return 2


def _drawer_rows(width: int, height: int, room: int) -> tuple[int, bool]:
    """The rows of the drawer, and whether the charts stand one above the other."""
    if width >= NARROW:
        return 13 if height >= 40 else 9 if height >= 30 else 7 if height >= FLAT else 0, False
    if width < LEAST_CHART[0]:
        return 0, False
    rows = 9 if height >= 36 else 7
    if (room - rows) // 2 >= 8:
        return rows, True
    if width >= 2 * LEAST_CHART[0]:
        return 7 if height >= FLAT else 0, False
    return 0, room // 2 >= 7


def _charts(main: Area, wish: Wish, is_stacked: bool) -> dict[str, Area]:
    """Both charts, or that in front where there is room for one only, or none."""
    columns, rows = LEAST_CHART
    if main.width < columns or main.height < rows:
        return {}
    if is_stacked and not wish.is_zoomed:
        upper = main.height - main.height // 2
        return {
            CHARTS[0]: main._replace(height=upper),
            CHARTS[1]: main._replace(y=main.y + upper, height=main.height - upper),
        }
    if wish.is_zoomed or main.width < 2 * columns or main.height <= rows:
        return {CHARTS[wish.front]: main}
    left = main.width // 2
    return {CHARTS[0]: main._replace(width=left), CHARTS[1]: main._replace(x=left, width=main.width - left)}


def _shows_matrix(width: int, page: str) -> bool:
    """Whether the open page is the confusion matrix, or has it beside it."""
    return page == "confusion" or (page == "samples" and ROOMY <= width < WIDE)


def matrix_columns(classes: int) -> int:
    """The columns of the confusion matrix, where it has neighbours."""
    return max(MATRIX, 16 + 4 * classes)


def _stops(wish: Wish) -> tuple[str, ...]:
    """All pages there are."""
    return ("log", "race", *PAGES[1:]) if wish.races else PAGES


def _pages(drawer: Area, wish: Wish) -> tuple[dict[str, Area], tuple[str, ...], bool]:
    """The pages that are to be seen in the drawer, those that can be opened, and whether they need tabs."""
    stops = _stops(wish)
    matrix = matrix_columns(wish.classes)
    samples = min(80, drawer.width - matrix - 52)
    if drawer.width >= WIDE:
        log = drawer.width - samples - matrix
        placed = {
            "log": drawer._replace(width=log),
            "samples": drawer._replace(x=log, width=samples),
            "confusion": drawer._replace(x=log + samples, width=matrix),
        }
        if wish.page == "race":
            placed = {"log": placed["log"], "race": drawer._replace(x=log, width=drawer.width - log)}
        return placed, stops, False
    if drawer.width < ROOMY or wish.page == "race":
        return {wish.page: drawer}, stops if drawer.width < ROOMY else stops[:-1], True
    left = drawer.width - matrix
    placed = {"samples": drawer._replace(width=left), "confusion": drawer._replace(x=left, width=matrix)}
    return ({"log": drawer} if wish.page == "log" else placed), stops[:-1], True


def around(width: int, height: int, has_head: bool) -> tuple[Area, dict[str, Area]]:
    """What is left of a window beside head, line and foot, and where those are."""
    head, why, foot = int(has_head), int(height >= LEAST), int(height >= 2)
    main = Area(0, head, width, height - head - why - foot)
    return main, {
        "head": Area(0, 0, width, head),
        "why": Area(0, main.y + main.height, width, why),
        "foot": Area(0, height - foot, width, foot),
    }


def visible(areas: dict[str, Area]) -> dict[str, Area]:
    """Those of which anything is to be seen."""
    return {name: area for name, area in areas.items() if area.width > 0 and area.height > 0}


@lru_cache(maxsize=64)
def arrange_comparison(width: int, height: int, rows: int, log: int) -> Arrangement:
    """The screen of runs side by side, whose table and log have so many rows, the log with its frame: in a flat window
    the table stands beside the chart, else below it."""
    main, areas = around(width, height, has_head=height >= LOW)
    frames = frames_of(width, height)
    if width >= 100 and LEAST_CHART[1] < main.height < 18:
        areas["loss"] = main._replace(width=width // 2)
        areas["standings"] = main._replace(x=width // 2, width=width - width // 2)
    else:
        log = 0 if height < FLAT else log
        table = min(rows + FRAME[frames][1], max(3, (main.height - log) * 2 // 5))
        chart = max(0, main.height - log - table)
        if chart < LEAST_CHART[1] or width < LEAST_CHART[0]:
            chart, table = 0, main.height - log
        areas["loss"] = main._replace(height=chart)
        areas["standings"] = main._replace(y=main.y + chart, height=table)
        areas["log"] = main._replace(y=main.y + chart + table, height=log)
    return Arrangement(visible(areas), frames, frames)

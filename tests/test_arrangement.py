"""Where everything is on a screen of each size: all of it to be seen, nothing over anything else."""

from itertools import combinations, product

import pytest

from gdtui.tui.arrangement import (
    CHARTS,
    LEAST_CHART,
    PAGES,
    WIDE,
    Area,
    Arrangement,
    Wish,
    arrange,
    arrange_comparison,
)
from tests.conftest import examples

SIZES = [*product(range(20, 221), range(8, 71))]
SOME = SIZES[:: examples(5, 1)]
"""With each width and each height."""


def faults(arranged: Arrangement, width: int, height: int) -> list[str]:
    """What is wrong with any screen."""
    areas = arranged.areas
    found = [
        f"{name} leaves the screen"
        for name, area in areas.items()
        if area.x < 0 or area.y < 0 or area.x + area.width > width or area.y + area.height > height
    ]
    found += [f"{one} is over {other}" for one, other in combinations(areas, 2) if overlap(areas[one], areas[other])]
    if sum(area.width * area.height for area in areas.values()) != width * height:
        found.append("some cells are nobody's")
    for name in filter(areas.__contains__, CHARTS):
        framed = {"round": (2, 2), "rule": (0, 1), "none": (0, 0)}[arranged.charts]
        room = areas[name].width - framed[0], areas[name].height - framed[1]
        if room[0] < LEAST_CHART[0] or room[1] < LEAST_CHART[1]:
            found.append(f"{name} has no room: {room}")
    return found


def overlap(one: Area, other: Area) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def test_both_charts_and_the_numbers_are_there_at_every_size() -> None:
    for width, height in SIZES:
        arranged = arrange(width, height)
        assert faults(arranged, width, height) == [], (width, height)
        assert {"band", "foot", "first"} <= set(arranged.areas), (width, height)
        if width >= 40 and height >= 12:
            assert "second" in arranged.areas, (width, height)
        if height >= 24 and width >= 60:
            assert arranged.has_drawer, (width, height)


@pytest.mark.long
def test_a_page_leaves_the_charts_where_they_are_wherever_there_is_a_drawer() -> None:
    for width, height in SOME:
        usual = arrange(width, height)
        for page in PAGES:
            arranged = arrange(width, height, Wish(page=page, covers=True))
            assert faults(arranged, width, height) == [], (width, height, page)
            assert page in arranged.areas or page not in arranged.stops, (width, height, page)
            if usual.has_drawer:
                assert [arranged.areas.get(name) for name in CHARTS] == [usual.areas.get(name) for name in CHARTS]
            if width >= WIDE and usual.has_drawer:
                assert set(PAGES) <= set(arranged.areas)


@pytest.mark.long
@pytest.mark.parametrize("page", [*PAGES, "race"])
def test_a_race_has_a_page_more_which_is_to_be_seen_once_it_is_open(page: str) -> None:
    for width, height in SOME:
        arranged = arrange(width, height, Wish(page=page, races=True, covers=True))
        assert faults(arranged, width, height) == [], (width, height)
        assert arranged.stops[:2] == ("log", "race")
        assert page in arranged.areas or page not in arranged.stops, (width, height)
        assert arrange(width, height, Wish(page="race", covers=True)) == arrange(width, height, Wish(covers=True))


@pytest.mark.parametrize("front", [0, 1])
def test_a_chart_that_is_zoomed_has_all_but_the_numbers_and_the_keys(front: int) -> None:
    for width, height in SIZES:
        arranged = arrange(width, height, Wish(front=front, is_zoomed=True, covers=True))
        assert faults(arranged, width, height) == [], (width, height)
        assert {*arranged.areas} - {"why"} == {CHARTS[front], "band", "foot"}


def test_the_line_that_says_why_is_there_at_every_size_from_9_rows_on() -> None:
    for width, height in product(range(1, 221, 3), range(1, 71)):
        for wish in (Wish(), Wish(is_zoomed=True), Wish(covers=True), Wish(page="confusion", classes=10)):
            for arranged in (arrange(width, height, wish), arrange_comparison(width, height, 3, 4)):
                assert ("why" in arranged.areas) == (height >= 9), (width, height)
                assert height < 9 or arranged.areas["why"][2:] == (width, 1)


def test_large_digits_are_nowhere_where_they_have_no_room() -> None:
    for width, height in SIZES:
        arranged = arrange(width, height, Wish(is_big=True))
        assert faults(arranged, width, height) == [], (width, height)
        assert (arranged.areas["band"].height == 5) is (width >= 80 and height >= 30)


@pytest.mark.parametrize(("runs", "log"), [(1, 9), (2, 0), (5, 4), (40, 4)])
def test_runs_that_are_compared_have_a_chart_and_a_table_at_every_size(runs: int, log: int) -> None:
    for width, height in SIZES:
        arranged = arrange_comparison(width, height, runs + 1, log)
        assert faults(arranged, width, height) == [], (width, height)
        assert {"standings", "foot"} <= set(arranged.areas)
        assert height < 12 or "loss" in arranged.areas


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (200, 3), (19, 30), (300, 7)])
def test_where_no_chart_fits_there_is_what_does(size: tuple[int, int]) -> None:
    for wish in (Wish(), Wish(is_zoomed=True), Wish(covers=True), Wish(is_big=True)):
        assert faults(arrange(*size, wish), *size) == []
        assert "band" in arrange(*size, wish).areas
    assert faults(arrange_comparison(*size, 3, 4), *size) == []


@pytest.mark.long
def test_the_matrix_of_ten_classes_is_to_be_seen_whole_from_80_by_24_on() -> None:
    for width, height in SOME:
        for page in PAGES:
            arranged = arrange(width, height, Wish(page=page, classes=10))
            assert faults(arranged, width, height) == [], (width, height, page)
            area, is_beside = arranged.areas.get("confusion"), page == "samples" and width < WIDE
            if area is not None and height >= 24 and width >= 80 and (page == "confusion" or is_beside):
                assert area.height >= 13, (width, height, page)
                assert area.width >= 2 + 9 + 1 + 10 * 4, (width, height, page)


def test_the_rest_of_the_screen_is_arranged_below_a_lesson() -> None:
    for width, height in SIZES[::7]:
        for wish in (Wish(lesson=7), Wish(lesson=4, page="samples", covers=True), Wish(lesson=9, is_zoomed=True)):
            arranged = arrange(width, height, wish)
            assert faults(arranged, width, height) == [], (width, height)
            assert arranged.areas["lesson"].height == min(wish.lesson, height * 2 // 5)
            if height >= 15 and not wish.covers:
                assert "first" in arranged.areas

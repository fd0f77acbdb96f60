"""Where charts, table and log are on the screen of other people's runs."""

from __future__ import annotations

import pytest

from gdtui.tui.log_arrangement import SLOTS, LogWish, arrange_logs, page_of


@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 12), (80, 24), (120, 40), (200, 60), (50, 100), (300, 12)])
@pytest.mark.parametrize("runs", [0, 3, 51])
def test_no_two_places_overlap_and_each_chart_has_its_page(width: int, height: int, runs: int) -> None:
    for charts in (1, 2, 3, 5, 7, 14):
        seen = []
        for at in range(charts):
            wish = LogWish(charts, at, runs=runs, log=5)
            areas = arrange_logs(width, height, wish).areas
            cells = [
                (x, y) for a in areas.values() for x in range(a.x, a.x + a.width) for y in range(a.y, a.y + a.height)
            ]
            assert len(cells) == len({*cells}) <= width * height
            first, last = page_of(width, height, wish)
            slots = [name for name in areas if name in SLOTS]
            if slots:
                assert first <= at < last
                assert len(slots) == last - first
            seen.append((first, last))
        assert len({*seen}) == len({first for first, _ in seen})


def test_there_are_as_many_charts_as_there_is_room_for() -> None:
    counts = {
        size: len([name for name in arrange_logs(*size, LogWish(20)).areas if name in SLOTS])
        for size in ((40, 12), (80, 24), (120, 40), (200, 60))
    }
    assert counts == {(40, 12): 1, (80, 24): 4, (120, 40): 9, (200, 60): 16}


def test_text_that_is_printed_has_room_where_notes_have_none() -> None:
    assert "log" in arrange_logs(80, 24, LogWish(3, log=50, has_text=True)).areas
    assert "log" not in arrange_logs(80, 24, LogWish(3, log=50)).areas
    assert "log" in arrange_logs(80, 40, LogWish(3, log=50)).areas


def test_one_chart_less_than_fills_the_rows_leaves_a_wider_one_for_the_loss() -> None:
    areas = arrange_logs(120, 40, LogWish(3)).areas
    assert areas["chart-1"].width == 120
    assert areas["chart-2"].width == areas["chart-3"].width == 60

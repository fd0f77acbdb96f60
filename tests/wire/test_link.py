"""When another frame may be sent, on a clock of the test's own."""

from __future__ import annotations

import asyncio

import pytest

from gdtui.wire.link import FAST, FIRST_PATIENCE, LIMIT, PATIENCE, SLOW, WINDOW, Link


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def link(clock: Clock) -> Link:
    return Link(clock)


def fill(link: Link) -> None:
    for _ in range(LIMIT):
        assert link.is_ready
        link.wrote(1000, is_frame=True)


def test_few_frames_are_on_their_way_and_each_answer_makes_room_for_one(link: Link) -> None:
    assert 1 <= LIMIT <= 2
    fill(link)
    assert not link.is_ready
    link.answered()
    assert link.is_ready
    link.wrote(1000, is_frame=True)
    assert not link.is_ready


def test_what_is_not_a_frame_takes_no_room(link: Link) -> None:
    for _ in range(10):
        link.wrote(100, is_frame=False)
    assert link.is_ready


def test_a_slow_way_is_known_and_is_slow_until_it_is_clearly_fast(link: Link, clock: Clock) -> None:
    def after(seconds: float) -> bool:
        for _ in range(30):
            link.wrote(1000, is_frame=True)
            clock.now += seconds
            link.answered()
        return link.is_slow

    between = (SLOW + FAST) / 2
    assert [after(seconds) for seconds in (0.05, between, 1.2 * SLOW, between, 0.8 * FAST)] == [
        *(False, False, True, True, False)
    ]


def test_the_round_trip_is_measured(link: Link, clock: Clock) -> None:
    assert link.round_trip is None
    for _ in range(30):
        link.wrote(1000, is_frame=True)
        clock.now += 0.25
        link.answered()
    assert link.round_trip == pytest.approx(0.25)
    assert "250 ms" in link.text()


def test_a_terminal_that_never_answers_is_sent_frames_all_the_same_in_the_end(link: Link, clock: Clock) -> None:
    fill(link)
    clock.now += FIRST_PATIENCE - 0.1
    assert not link.is_ready
    clock.now += 0.2
    for _ in range(20):
        assert link.is_ready
        link.wrote(1000, is_frame=True)
        clock.now += 0.1
    assert "no answer" in link.text()


def test_answers_that_were_lost_hold_up_frames_for_a_while_only(link: Link, clock: Clock) -> None:
    link.wrote(1000, is_frame=True)
    link.answered()
    for _ in range(3):  # again and again
        fill(link)
        assert not link.is_ready
        clock.now += PATIENCE + 0.1
        assert link.is_ready


def test_a_terminal_that_answers_after_all_is_paced_again(link: Link, clock: Clock) -> None:
    fill(link)
    clock.now += PATIENCE + 1
    assert link.is_ready
    link.answered()
    fill(link)
    assert not link.is_ready


def test_answers_nobody_asked_for_are_harmless(link: Link) -> None:
    for _ in range(5):
        link.answered()
    fill(link)
    assert not link.is_ready


async def test_waiting_ends_with_the_answer(link: Link) -> None:
    await asyncio.wait_for(link.wait(), 1)
    fill(link)
    waiting = asyncio.create_task(link.wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    link.answered()
    await asyncio.wait_for(waiting, 0.5)


async def test_waiting_ends_where_the_frames_on_their_way_are_given_up(link: Link) -> None:
    fill(link)
    waiting = asyncio.create_task(link.wait())
    await asyncio.sleep(0)
    link.forget()
    await asyncio.wait_for(waiting, 0.5)
    assert link.is_ready


def test_rates_are_those_of_the_last_seconds(link: Link, clock: Clock) -> None:
    assert link.rates() == (0, 0)
    for _ in range(100):
        clock.now += 0.1
        link.wrote(500, is_frame=True)
    frames, size = link.rates()
    assert frames == pytest.approx(10, rel=0.1)
    assert size == pytest.approx(5000, rel=0.1)
    assert link.total == 50_000
    clock.now += WINDOW + 1
    assert link.rates() == (0, 0)

"""What is computed outside the frames: the newest request counts, and failures are not lost."""

import threading
from collections.abc import Iterator

import pytest

from gdtui.views.later import Later

WAIT = 60.0


def numbers(*found: int) -> Iterator[int]:
    yield from found


def test_each_step_is_told_and_the_last_is_kept() -> None:
    woken = threading.Semaphore(0)
    later: Later[int] = Later(woken.release)
    assert later.ask("one", lambda: numbers(1, 2, 3)) is None
    while later.is_busy:
        assert woken.acquire(timeout=WAIT)
    assert later.ask("one", lambda: pytest.fail("it is there already")) == 3
    assert not later.is_busy


def test_what_is_asked_for_last_takes_the_place_of_what_is_under_way() -> None:
    goes_on, began = threading.Event(), threading.Event()

    def endless() -> Iterator[int]:
        yield 1
        began.set()
        assert goes_on.wait(WAIT)
        yield 2
        pytest.fail("nobody wants it any more")

    woken = threading.Semaphore(0)
    later: Later[int] = Later(woken.release)
    later.ask("old", endless)
    assert began.wait(WAIT)
    assert later.ask("new", lambda: numbers(7)) == 1  # until there is anything newer
    goes_on.set()
    while later.is_busy:
        assert woken.acquire(timeout=WAIT)
    assert later.ask("new", lambda: numbers()) == 7


def test_a_failure_comes_to_whoever_asks_next() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ArithmeticError("no")

    woken = threading.Semaphore(0)
    later: Later[int] = Later(woken.release)
    later.ask("bad", failing)
    while later.is_busy:
        assert woken.acquire(timeout=WAIT)
    with pytest.raises(ArithmeticError, match="no"):
        later.ask("bad", failing)


def test_what_is_asked_for_soon_after_is_done_in_the_same_thread() -> None:
    threads, woken = list[threading.Thread](), threading.Semaphore(0)
    later: Later[int] = Later(woken.release)

    def noting(number: int) -> Iterator[int]:
        threads.append(threading.current_thread())
        yield number

    for number in range(3):
        later.ask(number, lambda number=number: noting(number))
        while later.is_busy:
            assert woken.acquire(timeout=WAIT)
        assert later.found == number
    assert len({*threads}) == 1

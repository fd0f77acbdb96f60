"""The line that says why, on the screen: what it says in how many columns, and what its key does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len

from gdtui.runs.events import Proved
from gdtui.session.line import Line, Mood, judged, proved
from gdtui.settings import Settings
from gdtui.tui.why_line import SIGNS, pieces
from gdtui.why.verdict import Kind, Remedy, Verdict
from tests.tui.driving import SLOWLY, finish, keys, log, notices, press, running, screen, session, status, step, until

REMEDY = Remedy(36, (("alpha", 0.3),))
WHOLE = "bouncing since epoch 37: alpha is 1.4 × the stable limit"
BOUNCING = judged(Verdict(Kind.BOUNCING, 136, WHOLE, 37, REMEDY, "or --l2 0.1"))
CONFIRMED = proved(Proved("confirmed", "confirmed: loss 2.39 instead of 11.2 at epoch 136"))
START = Settings(epochs=60, alpha=0.01, init=(0.5, 0.5, 0.5))


def told(line: Line, width: int) -> str:
    return "".join(text for text, _ in pieces(line, width))


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (120, f"! {WHOLE}; or --l2 0.1; enter tries alpha 0.3 from epoch 36"),
        (98, f"! {WHOLE}; or --l2 0.1; enter tries alpha 0.3"),
        (78, f"! {WHOLE}; enter: alpha 0.3"),
        (60, "! bouncing since epoch 37; enter tries alpha 0.3"),
        (38, "! bouncing; enter tries alpha 0.3"),
        (20, "! enter: alpha 0.3"),
        (5, "! enter: alpha 0.3"),
    ],
)
def test_parts_are_left_out_whole_and_the_key_goes_last(width: int, text: str) -> None:
    assert told(BOUNCING, width) == text


def test_an_outcome_keeps_its_losses_as_long_as_can_be() -> None:
    assert told(CONFIRMED, 51) == "✓ confirmed: loss 2.39 instead of 11.2 at epoch 136"
    assert told(CONFIRMED, 50) == told(CONFIRMED, 38) == "✓ confirmed: loss 2.39 instead of 11.2"
    assert told(CONFIRMED, 20) == "✓ confirmed"


def test_nothing_is_wider_than_there_is_room_for_it_if_a_word_fits() -> None:
    for line in (BOUNCING, CONFIRMED, judged(Verdict(Kind.DONE, 9, "done, and more, and more; and: more"))):
        for width in range(20, 140):
            assert cell_len(told(line, width)) <= width


def test_moods_are_told_apart_without_colours() -> None:
    assert len({*SIGNS.values()}) == len(SIGNS) == len(Mood)
    assert told(Line(), 80) == ""


@pytest.fixture
def propose(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Has every verdict propose an alpha from epoch 2 on."""

    def so(alpha: float) -> None:
        remedy = Remedy(2, (("alpha", alpha),))
        monkeypatch.setattr(
            "gdtui.session.judging.judge",
            lambda run, moment, limits: Verdict(Kind.CRAWLING, moment.epoch, "crawling", remedy=remedy),
        )

    return so


@pytest.mark.parametrize("key", keys("try"))
@pytest.mark.parametrize(("alpha", "outcome"), [(0.05, "✓ confirmed: loss"), (0.001, "✗ refuted: loss")])
async def test_the_key_tries_the_remedy_and_the_line_says_what_came_of_it(
    propose: Callable[[float], None], key: str, alpha: float, outcome: str
) -> None:
    propose(alpha)
    async with running(START, SLOWLY, size=(80, 24)) as (app, pilot):
        await step(pilot, 5)
        assert f"! crawling; enter tries alpha {alpha:g} from epoch 2 " in screen(app)
        await pilot.press(key)
        await until(pilot, lambda: outcome in screen(app))
        await until(pilot, lambda: status(app).state == "paused")
        await press(pilot)
        assert (status(app).epoch, session(app).run.forked_at) == (5, 2)
        assert log(app)[-1] == session(app).run.proved.told
        await press(pilot, "b")
        assert f"! crawling ({outcome.split()[1].rstrip(chr(58))} in fork 1)" in screen(app)


async def test_the_line_is_there_at_the_smallest_size_and_with_a_zoom(propose: Callable[[float], None]) -> None:
    propose(0.5)
    async with running(START, size=(40, 12)) as (app, pilot):
        await step(pilot, 3)
        assert "! crawling; enter tries alpha 0.5 " in screen(app)
        await press(pilot, "z")
        assert "! crawling; enter tries alpha 0.5 " in screen(app)


async def test_what_cannot_be_tried_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdtui.session.judging.judge", lambda *_: Verdict(Kind.DONE, 60, "done: [red]nothing[/]"))
    async with running(START) as (app, pilot):
        await finish(pilot)
        assert "✓ done: [red]nothing[/]" in screen(app)
        await press(pilot, "enter")
        assert "there is no remedy to try" in notices(app)
        await press(pilot, "home", "enter")  # in the past it forks, as f does
        assert session(app).run.forked_at == 1

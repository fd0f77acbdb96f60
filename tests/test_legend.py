"""A title and the values behind it, in the room that there is."""

from __future__ import annotations

from gdtui.tui.legend import fitted

FULL = [("train 0.08309", 1), ("val 0.1234", 2)]
BRIEF = [("train 0.083", 1), ("val 0.12", 2)]


def told(title: str, room: int) -> str:
    short, legend = fitted(title, (FULL, BRIEF), room)
    return "  ".join([short, *(text for text, _ in legend)])


def test_numbers_then_the_title_are_shortened_before_a_value_is_left_out_and_that_is_seen() -> None:
    assert told("precision", 40) == "precision  train 0.08309  val 0.1234"
    assert told("precision", 33) == "precision  train 0.083  val 0.12"
    assert told("precision of it", 33) == "precision…  train 0.083  val 0.12"
    assert told("precision (log)", 32) == "precision  train 0.083  val 0.12"
    assert told("precision", 28) == "precision  train 0.083  …"
    assert told("precision", 12) == "precision  …"


def test_nothing_is_longer_than_its_room_but_the_least_title() -> None:
    for room in range(4, 60):
        assert len(told("a long name of a metric", room)) <= max(room, 11)

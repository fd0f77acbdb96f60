"""Logs as a session: what is said of them, and what keys ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gdtui.logs.places import LogPlaces
from gdtui.session import commands as ask
from gdtui.session.guide import fresh
from gdtui.session.logs import AT_ONCE, LogsSession


def log(path: Path, count: int = 10, **more: object) -> Path:
    path.write_text("".join(json.dumps({"step": at, "loss": 1 / at, **more}) + "\n" for at in range(1, count + 1)))
    return path


def session(*paths: Path, clock: list[float] | None = None) -> LogsSession:
    times = [0.0] if clock is None else clock
    found = LogsSession(LogPlaces([str(path) for path in paths]), clock=lambda: times[0])
    found.turn()
    return found


def texts(one: LogsSession) -> list[str]:
    return [entry.text for entry in one.snapshot().log]


def test_travel_is_by_records_and_stays_within_them(tmp_path: Path) -> None:
    one = session(log(tmp_path / "a.jsonl", 20))
    for command, record in (
        (ask.Travel(-1), 19),
        (ask.Travel(tenths=-1), 17),
        (ask.GoTo(1), 1),
        (ask.Travel(-5), 1),
        (ask.Travel(10), 11),
        (ask.GoTo(None), None),
        (ask.Travel(1), None),
        (ask.Travel(-100), 1),
        (ask.Travel(100), None),
    ):
        one.do(command)
        one.turn()
        assert one.snapshot().at == record, command
    assert one.snapshot().asked == 9


def test_what_is_asked_where_there_is_nothing_does_nothing(tmp_path: Path) -> None:
    one = session(tmp_path / "later.jsonl")
    for command in (ask.Travel(-1), ask.GoTo(1), ask.NextBranch(), ask.Hide(), ask.Hide(only=True), ask.Do.PAUSE):
        one.do(command)
    one.turn()
    assert (one.snapshot().at, one.snapshot().last, one.snapshot().front) == (None, 0, 0)
    assert one.snapshot().line.text == "waiting: later is not there yet"
    empty = session(tmp_path)
    empty.do(ask.NextBranch())
    empty.turn()
    assert empty.snapshot().seen == []
    assert "there is no log below it yet" in empty.snapshot().line.text


def test_the_last_run_that_is_seen_cannot_be_hidden(tmp_path: Path) -> None:
    one = session(*(log(tmp_path / f"{name}.jsonl") for name in "abc"))
    for _ in range(5):
        one.do(ask.Hide())
    one.turn()
    assert one.snapshot().hidden == {0, 1}
    assert one.snapshot().seen == [2]


def test_many_logs_are_shown_while_they_are_read(tmp_path: Path) -> None:
    times = [0.0]
    paths = [log(tmp_path / f"r{at}.jsonl") for at in range(4)]
    places = LogPlaces([str(path) for path in paths])
    for run in places.runs:
        run.poll = lambda poll=run.poll: times.__setitem__(0, times[0] + 0.6 * AT_ONCE) or poll()
    one = LogsSession(places, clock=lambda: times[0])
    one.turn()
    assert one.snapshot().states == ("at rest", "at rest", "reading", "reading") or one.snapshot().states == (
        *("following", "following", "reading", "reading"),
    )
    assert one.due() == 0
    one.turn()
    assert "reading" not in one.snapshot().states
    assert one.due() > 0


def test_how_logs_are_read_is_said_once_for_all_that_are_alike(tmp_path: Path) -> None:
    paths = [log(tmp_path / f"{name}.jsonl") for name in "abc"]
    (tmp_path / "bare.jsonl").write_text('{"loss": 1}\n{"loss": 2}\n')
    one = session(*paths, tmp_path / "bare.jsonl")
    assert texts(one) == [
        "a: read as JSON lines; 1 metric; places are told by step",
        "bare: read as JSON lines; 1 metric; nothing tells places (--x names what does), so records are counted",
    ]


def test_what_is_passed_over_is_said_once(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl")
    one = session(path)
    for _ in range(3):
        with path.open("a") as file:
            file.write("no JSON\n")
        one.turn()
    assert [text for text in texts(one) if "passed over" in text] == ["a: passed over: line 11 is no JSON object"]


def test_text_is_in_the_log_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("begin\nepoch 1 loss=0.5\nepoch 2 loss=0.4\n")
    one = session(path)
    assert texts(one)[-3:] == ["begin", "epoch 1 loss=0.5", "epoch 2 loss=0.4"]
    with path.open("a") as file:
        file.write("epoch 3 loss=0.3\nthe end\n")
    one.turn()
    assert texts(one)[-2:] == ["epoch 3 loss=0.3", "the end"]
    assert texts(one).count("begin") == 1
    news = one.snapshot().logged
    one.turn()
    assert one.snapshot().logged == news


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("", "ab", "ab"),
        ("ab", "abc", "c"),
        ("abc", "bcd", "d"),
        ("abc", "xyz", "xyz"),
        ("aab", "abab", "ab"),
        ("ab", "ab", ""),
        ("(1)ab", "(2)abc", "c"),
    ],
)
def test_new_lines_are_told_from_old_ones(before: str, after: str, wanted: str) -> None:
    def lines(text: str) -> tuple[str, ...]:
        return (text[:3], *text[3:]) if text.startswith("(") else (*text,)

    assert fresh(lines(before), lines(after)) == lines(wanted)


def test_what_stands_still_is_nothing_new(tmp_path: Path) -> None:
    one = session(log(tmp_path / "a.jsonl"))
    before = one.snapshot()
    one.turn()
    assert one.snapshot() == before

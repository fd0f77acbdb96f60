"""Steering a training script from where its log is watched: what is asked, taken, and said of it."""

from __future__ import annotations

import json
import math
import os
import threading

import pytest

from gdtui import log
from gdtui.logs.wheel import Wheel
from gdtui.script import control
from tests.script.both import Both
from tests.script.reading import lines_of, marks_of, read


@pytest.fixture
def both(tmp_path, monkeypatch) -> Both:
    return Both(tmp_path / "run.jsonl", monkeypatch, alpha=0.1, epochs=10)


def test_without_anybody_who_steers_there_is_no_file_and_no_change(both):
    for epoch in range(5):
        both.run(epoch=epoch, loss=1)
        both.run.wait()
        assert (both.run.alpha, both.run.epochs, both.run.paused, both.run.should_stop) == (0.1, 10, False, False)
        both.later()
    assert os.listdir(both.path.parent) == ["run.jsonl"]
    assert len(lines_of(both.path)) == 6


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("alpha", 0.5, "alpha 0.5"), ("epochs", 20, "epochs 20"), ("paused", True, "pause"), ("stop", True, "end")],
)
def test_what_is_asked_for_is_taken_and_stands_in_the_log(both, name, value, words):
    both.run(epoch=3, loss=1)
    assert both.wheel.ask(name, value) == ""
    assert words in both.wheel.asked
    both.later()
    assert getattr(both.run, {"stop": "should_stop"}.get(name, name)) == value
    (mark,) = marks_of(both.path, "steered")
    assert (mark["steered"], mark["epoch"], mark["by"], mark["number"]) == ({name: value}, 3, "one", 1)
    assert both.come_to_know() == []
    assert both.wheel.asked == ""
    assert both.wheel.value(name) == value
    assert both.told[0].endswith("(by one)")


@pytest.mark.parametrize(
    ("name", "value", "told", "uses"),
    [
        ("alpha", 0.5, "alpha 0.5", "alpha"),
        ("epochs", 7, "epochs 7", "epochs"),
        ("paused", True, "a pause", "wait()"),
        ("stop", True, "the end", "should_stop"),
    ],
)
def test_what_the_script_never_asks_for_is_not_said_to_be_taken(both, name, value, told, uses):
    for _ in range(5):
        both.run(loss=1)
        both.come_to_know()
        both.later()
    both.wheel.ask(name, value)
    for _ in range(5):
        both.run(loss=1)
        assert not (both.run.paused if name == "stop" else both.run.should_stop)
        both.later()
        assert both.come_to_know() == []
    both.later()
    assert both.come_to_know() == [f"{told}: not taken yet; does run.jsonl use run.{uses}?"]
    assert both.come_to_know() == []
    assert both.wheel.asked == told
    assert getattr(both.run, {"stop": "should_stop"}.get(name, name)) == value
    both.come_to_know()
    assert both.wheel.asked == ""


def test_a_wish_is_taken_once_also_where_the_file_says_it_again(both):
    for name, value in (("alpha", 0.5), ("epochs", 20), ("epochs", 30)):
        both.wheel.ask(name, value)
        both.later()
        assert both.run.alpha == 0.5
        assert both.run.epochs in (10, value)
    assert [mark["steered"] for mark in marks_of(both.path, "steered")] == [
        {"alpha": 0.5},
        {"epochs": 20},
        {"epochs": 30},
    ]


def test_the_control_file_is_looked_at_ten_times_a_second_at_the_most(both, monkeypatch):
    looks = []
    monkeypatch.setattr(control, "read", looks.append)
    for _ in range(100):
        assert both.run.alpha == 0.1
        both.later(0.01)
    assert 9 <= len(looks) <= 11


def test_the_contents_count_not_the_time_of_the_file(both):
    for alpha in (0.2, 0.3, 0.4):
        both.wheel.ask("alpha", alpha)
        os.utime(both.control, ns=(0, 0))
        both.later()
        assert both.run.alpha == alpha


def test_a_pause_holds_the_script_until_somebody_ends_it(both):
    both.wheel.ask("paused", True)
    both.later()
    thread = threading.Thread(target=both.run.wait)
    thread.start()
    while not marks_of(both.path, "steered"):
        assert thread.is_alive()
    both.come_to_know()
    assert both.watched.reader.is_paused
    both.wheel.ask("paused", False)
    both.later()
    thread.join()
    both.come_to_know()
    assert not both.watched.reader.is_paused
    assert [told.split(" (")[0] for told in both.told] == ["paused", "goes on"]


def test_a_script_that_stands_still_ends_when_it_is_asked_to(both):
    both.wheel.ask("paused", True)
    both.wheel.ask("stop", True)
    both.later()
    both.run.wait()
    assert both.run.should_stop


def test_a_log_is_steered_by_whatever_link_one_comes_to_it(both, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.jsonl"
    link.symlink_to(both.path)
    Wheel(read(link)).ask("alpha", 0.5)
    both.later()
    assert both.run.alpha == 0.5


def test_what_others_wrote_before_leaves_a_log_to_be_steered(both, tmp_path, monkeypatch):
    (tmp_path / "old.jsonl").write_text('{"epoch":1,"loss":3}\n')
    old = Both(tmp_path / "old.jsonl", monkeypatch, resume=True, alpha=0.5)
    old.run(epoch=2, loss=2)
    assert old.wheel.ask("alpha", 0.25) == ""
    old.watched.poll()
    assert old.watched.metrics["loss"].values.tolist() == [3, 2]


def test_taking_the_control_file_away_ends_a_pause(both):
    both.wheel.ask("paused", True)
    both.later()
    assert both.run.paused
    both.control.unlink()
    both.later()
    assert not both.run.paused
    assert both.told == ["paused (by one)", "goes on (by its control file is gone)"]


@pytest.mark.parametrize("alpha", [0, -1, math.nan, math.inf, "0.5", True, None, [1], 10**400])
def test_what_is_no_learning_rate_is_refused_by_both(both, alpha):
    assert "alpha is not a number greater than 0" in both.wheel.ask("alpha", alpha)
    assert not both.control.exists()
    wish = control.Wish(alpha, 1, "somebody")
    control.write(str(both.control), both.watched.reader.run_name, {"alpha": wish})
    both.later()
    assert both.run.alpha == 0.1
    assert both.told == ["alpha not taken: it is not a number greater than 0 (by somebody)"]


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"\xff", b"null", b'{"gdtui":"steer","asked":3}', b"[" * 4096, b"x" * 10**6]
    + [b'{"gdtui":"steer","run":"%s","asked":{"alpha":%s}}' % (b"RUN", asked) for asked in (b"1", b'{"to":1}', b"[]")],
)
def test_a_control_file_that_is_none_is_noted_once_and_not_obeyed(both, text):
    both.control.write_bytes(text.replace(b"RUN", both.watched.reader.run_name.encode()))
    for _ in range(3):
        both.later()
        assert both.run.alpha == 0.1
    assert len(marks_of(both.path, "note")) == 1
    assert both.wheel.ask("alpha", 0.5) == ""
    both.later()
    assert both.run.alpha == 0.5


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_waited_for(both, make):
    make(both.control)
    both.later()
    assert both.run.alpha == 0.1
    assert len(marks_of(both.path, "note")) == 1


def test_where_everybody_may_write_only_oneself_is_obeyed(both, monkeypatch):
    both.wheel.ask("stop", True)
    both.path.parent.chmod(0o1777)
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    monkeypatch.setattr(control.os, "fstat", lambda _: type("Owned", (), {"st_uid": own + 2}))
    both.later()
    assert not both.run.should_stop
    assert "it is another user's" in marks_of(both.path, "note")[0]["note"]
    assert "it is another user's" in both.wheel.ask("alpha", 0.5)
    both.path.parent.chmod(0o770)  # who is of the group is meant to
    control.write(both.control, both.wheel._reader.run_name, {"stop": control.Wish(True, 9, "two")})
    both.later()
    assert both.run.should_stop


def test_a_control_file_that_is_a_link_is_not_obeyed(both, tmp_path):
    both.wheel.ask("stop", True)
    os.rename(both.control, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", both.control)
    both.later()
    assert not both.run.should_stop
    assert "cannot be read" in marks_of(both.path, "note")[0]["note"]


def test_what_was_asked_of_an_earlier_run_is_not_obeyed(both):
    both.wheel.ask("alpha", 0.5)
    left = both.control.read_bytes()
    both.run.close()
    assert not both.control.exists() or both.control.read_bytes() == left
    both.control.write_bytes(left)  # as where it was killed
    both.run = log(both.path, resume=True, alpha=0.1)
    assert not both.control.exists()
    both.control.write_bytes(left)  # by who had not seen that
    both.later()
    assert both.run.alpha == 0.1
    both.come_to_know()
    assert both.wheel.ask("alpha", 0.7) == ""
    both.later()
    assert both.run.alpha == 0.7


def test_what_is_no_control_file_is_left_where_it_is(tmp_path):
    beside = tmp_path / "run.jsonl.steer"
    for content in ("mine", '{"gdtui": "log"}', "[]"):
        beside.write_text(content)
        log(tmp_path / "run.jsonl", resume=True, alpha=0.1).close()
        assert beside.read_text() == content


def test_the_control_file_goes_with_the_run(both):
    both.wheel.ask("alpha", 0.5)
    both.later()
    assert both.run.alpha == 0.5
    both.run.close()
    assert not both.control.exists()


def test_a_run_that_has_ended_is_not_steered(both):
    both.wheel.ask("epochs", 20)
    both.run.close()
    assert both.come_to_know() == ["epochs 20: run.jsonl has ended before it took that"]
    assert both.wheel.ask("alpha", 0.5) == "run.jsonl has ended"


def test_of_several_watchers_the_last_one_wins_and_the_other_hears_of_it(both):
    other = both.another("two")
    both.wheel.ask("alpha", 0.5)
    other.ask("alpha", 0.7)
    both.wheel.ask("epochs", 30)
    both.later()
    assert both.run.alpha == 0.7
    assert both.run.epochs == 30
    assert both.come_to_know() == ["alpha 0.5: overtaken by two"]
    assert other.poll() == []
    assert both.wheel.asked == other.asked == ""


def test_a_watcher_whose_wish_was_lost_asks_again(both):
    """Two who write at the same time, of which the second had not seen what the first one wrote."""
    both.wheel.ask("alpha", 0.5)
    control.write(str(both.control), both.watched.reader.run_name, {"epochs": control.Wish(30, 1, "two")})
    both.later()
    both.come_to_know()
    both.later()
    assert both.run.alpha == 0.5
    assert both.run.epochs == 30


def test_a_watcher_who_was_overtaken_hears_of_it_before_it_is_taken(both):
    both.wheel.ask("alpha", 0.5)
    control.write(str(both.control), both.watched.reader.run_name, {"alpha": control.Wish(0.7, 1, "two")})
    both.later()
    assert both.come_to_know() == ["alpha 0.5: overtaken by two"]


def test_where_the_control_file_cannot_be_written_it_is_said(both, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(control, "write", refuse)
    assert both.wheel.ask("alpha", 0.5) == f"run.jsonl cannot be steered: {both.control}: Permission denied"
    assert both.wheel.asked == ""


def test_whoever_reads_the_control_file_has_the_old_one_or_the_new_one(both):
    both.wheel.ask("alpha", 0.5)
    with both.control.open("rb") as file:
        before = both.control.read_bytes()
        both.wheel.ask("alpha", 0.7)
        assert file.read() == before != both.control.read_bytes()


def test_a_control_file_that_cannot_be_written_leaves_the_old_one(both, monkeypatch):
    both.wheel.ask("alpha", 0.5)
    before = both.control.read_bytes()

    def die(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", die)
    assert "No space left" in both.wheel.ask("alpha", 0.7)
    assert both.control.read_bytes() == before
    assert sorted(os.listdir(both.path.parent)) == ["run.jsonl", "run.jsonl.steer"]
    assert json.loads(before)["asked"]["alpha"]["number"] == 1

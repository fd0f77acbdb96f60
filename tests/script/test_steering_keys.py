"""The keys of one's own training, for somebody else's."""

from __future__ import annotations

import os

import pytest

from gdtui import log
from gdtui.logs.places import LogPlaces
from gdtui.session import commands as ask
from gdtui.session.logs import LogsSession
from gdtui.session.steering import Wheels
from tests.script.both import Both
from tests.script.reading import read


@pytest.fixture
def both(tmp_path, monkeypatch) -> Both:
    return Both(tmp_path / "run.jsonl", monkeypatch, alpha=0.1, epochs=10)


@pytest.mark.parametrize("first", ['{"epoch":1,"loss":2}', '{"gdtui":"log","run":"x","steering":false,"config":{}}'])
def test_a_log_that_takes_no_steering_says_so(tmp_path, first):
    path = tmp_path / "other.jsonl"
    path.write_text(first + "\n")
    for command in (ask.SetAlpha(0.5), ask.StepAlpha(True), ask.Do.PAUSE, ask.Do.STOP, ask.SetEpochs(3)):
        said = Wheels().steer(read(path), command)
        assert said is not None
        assert said.startswith("other.jsonl ")
    assert os.listdir(tmp_path) == ["other.jsonl"]


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        (ask.SetAlpha(0.3), "alpha", 0.3),
        (ask.StepAlpha(up=True), "alpha", 0.2),
        (ask.StepAlpha(up=False), "alpha", 0.05),
        (ask.SetEpochs(7), "epochs", 7),
        (ask.ScaleEpochs(up=True), "epochs", 15),
        (ask.ScaleEpochs(up=False), "epochs", 7),
        (ask.Do.PAUSE, "paused", True),
        (ask.Do.STOP, "should_stop", True),
    ],
)
def test_the_keys_of_ones_own_training_steer_theirs(both, command, name, value):
    wheels = Wheels(clock=lambda: both.now)
    if command is ask.Do.STOP:
        assert "again" in wheels.steer(both.watched, command)
        both.later()
        assert not both.run.should_stop
    assert wheels.steer(both.watched, command).startswith("asked for ")
    both.later()
    assert getattr(both.run, name) == value


def test_keys_pressed_again_go_on_from_what_is_asked_for(both):
    wheels = Wheels(clock=lambda: both.now)
    for _ in range(3):
        wheels.steer(both.watched, ask.StepAlpha(up=True))
    for said in ("the same key again asks run.jsonl to end", "asked for alpha 1, the end", "asked for alpha 1, no end"):
        assert said in wheels.steer(both.watched, ask.Do.STOP)
    both.later()
    assert both.run.alpha == 1.0
    assert not both.run.should_stop


def test_the_end_is_to_be_asked_for_twice_within_a_while(both):
    wheels = Wheels(clock=lambda: both.now)
    for _ in range(3):
        assert "again" in wheels.steer(both.watched, ask.Do.STOP)
        both.later(6.0)
    assert not both.run.should_stop


def test_what_is_not_known_is_to_be_typed(tmp_path):
    run, wheels = log(tmp_path / "run.jsonl"), Wheels()
    watched = read(tmp_path / "run.jsonl")
    assert wheels.steer(watched, ask.StepAlpha(up=True)) == "run.jsonl does not tell its alpha; a types one"
    assert wheels.steer(watched, ask.ScaleEpochs(up=True)) == "run.jsonl does not tell its epochs; e types one"
    assert wheels.steer(watched, ask.NextBranch()) is None
    wheels.steer(watched, ask.SetAlpha(0.5))
    assert run.alpha == 0.5


def test_guests_do_not_steer(both):
    places = LogPlaces([str(both.path)])
    session = LogsSession(places, steers=False)
    for command in (ask.SetAlpha(0.5), ask.StepAlpha(up=True), ask.Do.PAUSE, ask.Do.STOP, ask.SetEpochs(3)):
        session.do(command)
        assert [said.text for said in session.turn()] == ["nobody steers from here"]
    session.do(ask.GoTo(1))
    assert session.turn() == []
    assert session.now.wheel.state == ""
    assert os.listdir(both.path.parent) == ["run.jsonl"]


def test_an_arrow_that_is_pressed_before_anything_is_read_is_heeded(both):
    one = LogsSession(LogPlaces([str(both.path)]))
    one.do(ask.NextBranch(-1))  # as which the board asks, that knows of no run yet
    one.turn()
    assert both.run.alpha == 0.2

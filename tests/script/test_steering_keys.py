"""The keys of one's own training, for somebody else's."""

from __future__ import annotations

import os

import pytest

from gdtui import log
from gdtui.logs.wheel import Wheel
from gdtui.session import commands as ask
from gdtui.session.steering import steer
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
        said = steer(Wheel(read(path)), command)
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
    assert steer(both.wheel, command).startswith("asked: ")
    both.later()
    assert getattr(both.run, name) == value


def test_keys_pressed_again_go_on_from_what_is_asked_for(both):
    for _ in range(3):
        steer(both.wheel, ask.StepAlpha(up=True))
    steer(both.wheel, ask.Do.STOP)
    steer(both.wheel, ask.Do.STOP)
    both.later()
    assert both.run.alpha == 1.0
    assert not both.run.should_stop


def test_what_is_not_known_is_to_be_typed(tmp_path):
    run = log(tmp_path / "run.jsonl")
    wheel = Wheel(read(tmp_path / "run.jsonl"))
    assert steer(wheel, ask.StepAlpha(up=True)) == "run.jsonl does not tell its alpha; a types one"
    assert steer(wheel, ask.ScaleEpochs(up=True)) == "run.jsonl does not tell its epochs; e types one"
    assert steer(wheel, ask.NextBranch()) is None
    steer(wheel, ask.SetAlpha(0.5))
    assert run.alpha == 0.5

"""What is printed of a log by `gdtui.log` where there is no screen."""

from __future__ import annotations

import pytest

from gdtui.logs.script_log import Marks
from gdtui.session import commands as ask
from gdtui.session.steering import Wheels
from tests.command import gdtui
from tests.script.both import Both
from tests.script.reading import read


@pytest.fixture
def both(tmp_path, monkeypatch) -> Both:
    return Both(tmp_path / "run.jsonl", monkeypatch, alpha=0.1)


@pytest.mark.parametrize("follow", [True, False])
def test_what_was_steered_is_printed_too(both, follow):
    both.run(epoch=1, loss=2)
    for name, value in (("alpha", 0.5), ("paused", True), ("paused", False), ("stop", True)):
        both.wheel.ask(name, value)
        both.later()
        both.run.alpha, both.run.paused, both.run.should_stop  # noqa: B018 - so the script takes them
        both.come_to_know()
    both.run(step=40, loss=1)
    both.run.close()
    done = gdtui("watch", str(both.path), "--plain", *(["-f"] * follow))
    said = ["alpha 0.5 (by one)", "paused (by one)", "goes on (by one)", "is to end (by one)"]
    wanted = [f"[INFO] epoch 1: {text}" for text in said] + ["[INFO] step 40: ended: the script has ended"]
    assert [line for line in done.stdout.splitlines() if line in wanted] == wanted
    assert done.returncode == 0


def test_a_log_that_is_begun_anew_is_told_anew(both):
    both.run.close()
    marks, run = Marks(), read(both.path)
    assert [text for _, text in marks.news([run])] == ["ended: the script has ended"]
    assert [*marks.news([run])] == []
    both.path.write_text('{"gdtui":"log","run":"x","steering":true,"config":{}}\n{"gdtui":"note","note":"n\\u001b"}\n')
    run.poll()
    assert [text for _, text in marks.news([run])] == ["note: n�"]


def test_marks_between_many_lines_are_taken_in_their_turn(tmp_path):
    path = tmp_path / "run.jsonl"
    record = '{"epoch":%d,"loss":0.5,"note":"{\\"gdtui\\":"}\n'
    path.write_text(
        '{"gdtui":"log","run":"x","steering":true,"config":{"lr":0.25}}\n'
        + "".join(record % epoch for epoch in range(1, 501))
        + '{"gdtui":"steered","steered":{"alpha":0.5},"by":"b","number":1,"epoch":500}\n{"gdtui":"oh\n{"gdtui":"new"}\n'
        + "".join(record % epoch for epoch in range(501, 1001))
    )
    run = read(path)
    assert len(run.metrics["loss"]) == 1000
    assert run.reader.values == {"alpha": 0.5}
    assert (run.reader.skipped, run.reader.first_skipped) == (1, "line 503 is no JSON object")
    assert set(run.metrics) == {"loss"}


ODD = [
    "3",
    "null",
    "[]",
    "{}",
    '"x"',
    "true",
    "-1",
    "NaN",
    "1e999",
    "1" + 400 * "0",
    '{"alpha":[1]}',
    '{"a":{"b":null}}',
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "part", ["gdtui", "run", "steering", "config", "steered", "refused", "by", "number", "epoch", "why"]
)
def test_marks_that_say_nothing_of_sense_do_no_harm(both, part, odd):
    both.run.close()
    kinds = ["log", "config", "steered", "note", "ended"]
    values = [f'"alpha":{odd},"lr":{odd},"epochs":{odd},"paused":{odd},"stop":{odd}', '"alpha":0.25']
    with both.path.open("a") as file:
        for kind in kinds:
            for known in values:
                inner = f"{{{known}}}"
                mark = {
                    "gdtui": f'"{kind}"',
                    "config": inner,
                    "steered": inner,
                    "refused": inner,
                    "epoch": "2",
                    part: odd,
                }
                file.write("{" + ",".join(f'"{name}":{value}' for name, value in mark.items()) + "}\n")
    wheels = Wheels()
    assert [*wheels.news([both.watched])] == []
    both.watched.poll()
    assert all(text.isprintable() for _, text in wheels.news([both.watched]))
    wheels.shown(both.watched)
    for command in (ask.StepAlpha(up=True), ask.ScaleEpochs(up=True), ask.ScaleEpochs(up=False), ask.Do.PAUSE):
        assert wheels.steer(both.watched, command)


def test_a_log_that_is_cut_anywhere_is_read_on(both):
    for name, value in (("alpha", 0.5), ("paused", True), ("paused", False)):
        both.run(epoch=1, loss=1)
        both.wheel.ask(name, value)
        both.later()
        both.run.alpha, both.run.paused  # noqa: B018 - so the script takes them
        both.come_to_know()
    both.run.close()
    text = both.path.read_bytes()
    whole = read(both.path)
    for end in (*range(60), *range(len(text) - 240, len(text) + 1)):
        both.path.write_bytes(text[:end])
        run = read(both.path)
        both.path.write_bytes(text)
        run.poll()
        assert run.reader is not None
        assert (run.reader.told, run.reader.values, run.reader.skipped, run.error) == (
            *(whole.reader.told, whole.reader.values, 0, None),
        )
        assert len(run.metrics["loss"]) == 3


def test_what_is_written_after_the_end_begins_it_again(both):
    both.run(epoch=1, loss=1)
    both.run.close()
    assert read(both.path).state == "ended"
    with both.path.open("a") as file:
        file.write('{"epoch":2,"loss":1}\n')
    assert read(both.path).state == "following"

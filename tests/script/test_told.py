"""What is printed of a log by `gdtui.log` where there is no screen."""

from __future__ import annotations

import pytest

from gdtui.logs.script_log import Marks
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

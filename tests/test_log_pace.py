"""How far other people's runs are, how long they have taken, and what is left to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gdtui.logs.places import LogPlaces
from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from gdtui.session.log_pace import Paces
from gdtui.session.logs import LogsSession
from gdtui.views.log_title import far_told, pace_told, title_of
from tests.command import gdtui


def script_log(path: Path, count: int, seconds: float = 2.0, **config: object) -> Path:
    mark = {"gdtui": "log", "version": 1, "run": "a", "steering": False, "config": config}
    records = [{"epoch": at, "loss": 1 / at, "time": 1.7e9 + seconds * at} for at in range(1, count + 1)]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in (mark, *records)))
    return path


def read(path: Path) -> LogRun:
    run = LogRun(str(path), now=lambda: path.stat().st_mtime)
    run.poll()
    return run


def test_a_log_that_says_where_it_ends_tells_what_is_left_by_its_own_times(tmp_path: Path) -> None:
    progress = Paces().of(read(script_log(tmp_path / "run.jsonl", 100, epochs=300)))
    assert (progress.at, progress.end, progress.elapsed) == (100, 300, 198)
    assert (progress.rate, progress.left) == pytest.approx((0.5, 400))
    assert far_told(progress) == "epoch 100/300, 6.67 min left"
    assert pace_told(progress, goes_on=True) == "3.33 min so far, 2 s a record"


def test_a_pause_does_not_make_a_run_slow(tmp_path: Path) -> None:
    path = script_log(tmp_path / "run.jsonl", 60, 0.1, epochs=100)
    with path.open("a") as file:
        file.write(json.dumps({"epoch": 61, "loss": 0.1, "time": 1.7e9 + 5000}) + "\n")
    assert Paces().of(read(path)).rate == pytest.approx(10, rel=1e-3)


def test_times_that_are_told_in_steps_are_averaged(tmp_path: Path) -> None:
    path = script_log(tmp_path / "run.jsonl", 1, 0.0, epochs=100)
    with path.open("a") as file:
        for at in range(2, 40):
            file.write(json.dumps({"epoch": at, "loss": 0.1, "time": 1.7e9 + (at * 3 // 10) / 5}) + "\n")
    assert Paces().of(read(path)).rate == pytest.approx(1 / 0.06, rel=0.1)


def test_a_log_without_times_is_seen_to_grow(tmp_path: Path) -> None:
    path, now = tmp_path / "run.txt", [0.0]
    run, paces = LogRun(str(path), now=lambda: path.stat().st_mtime), Paces(clock=lambda: now[0])
    for at in range(1, 6):
        with path.open("a") as file:
            file.write(f"Epoch {at}/60\nloss: {1 / at} - accuracy: 0.{at}\n")
        now[0] = 10.0 * at
        run.poll()
        progress = paces.of(run)
    assert (progress.along, progress.at, progress.end) == (Along.EPOCH, 5, 60)
    assert (progress.rate, progress.left) == pytest.approx((0.1, 550))


def test_a_trainer_tells_its_last_step(tmp_path: Path) -> None:
    path, history = tmp_path / "trainer_state.json", [{"step": at, "loss": 1 / at} for at in (10, 20, 30)]
    path.write_text(json.dumps({"log_history": history, "max_steps": 2000, "global_step": 30}))
    assert far_told(Paces().of(read(path))) == "step 30/2,000"


def test_what_is_not_said_is_not_told(tmp_path: Path) -> None:
    progress = Paces().of(read(script_log(tmp_path / "run.jsonl", 1)))
    assert (far_told(progress), pace_told(progress, goes_on=True)) == ("", "")


def test_the_title_and_the_log_tell_how_far_it_is_and_what_it_was_set_to(tmp_path: Path) -> None:
    path = script_log(tmp_path / "run.jsonl", 100, epochs=300, batch_size=32)
    session = LogsSession(LogPlaces([str(path)]))
    session.turn()
    shown = session.snapshot()
    assert "epoch 100/300, 6.67 min left" in title_of(shown, "run.jsonl", "")
    assert "run: set to epochs=300, batch_size=32" in [entry.text for entry in shown.log if entry.is_quiet]
    assert "[INFO] run: set to epochs=300, batch_size=32\n" in gdtui("watch", str(path)).stdout
    session.turn()
    assert len(session.snapshot().log) == len(shown.log)

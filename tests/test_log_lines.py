"""The lines that are printed of the records of a log, of which there may be many."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from gdtui import plain_logs
from gdtui.logs import pipe as piped_by
from gdtui.logs.metric import Metric
from gdtui.logs.places import LogPlaces
from gdtui.logs.places_along import Along
from gdtui.logs.records import NewRecords
from gdtui.types import Floats


def metric(name: str, values: Floats, **places: Floats) -> Metric:
    made = Metric(name)
    made.extend({Along(along): np.asarray(at, float) for along, at in places.items()}, np.asarray(values, float))
    return made


def test_what_was_told_apart_of_one_place_is_one_record() -> None:
    metrics = [
        metric("loss", [3, 2, 1], step=[1, 2, 4]),
        metric("val", [6, 5], step=[np.nan, 4], epoch=[1, 2]),
        metric("late", [7, 8], step=[2, 3]),
    ]
    named = {one.name: one for one in metrics}
    records = NewRecords(named, {name: len(one) for name, one in named.items()})
    assert [*records] == [
        ((Along.STEP, 1), {"loss": 3}),
        ((Along.EPOCH, 1), {"val": 6}),
        ((Along.STEP, 2), {"loss": 2, "late": 7}),
        ((Along.STEP, 3), {"late": 8}),
        ((Along.STEP, 4), {"loss": 1, "val": 5}),
    ]
    assert [*NewRecords(named, {"loss": 1, "val": 0})] == [((Along.STEP, 4), {"loss": 1})]
    assert not NewRecords(named, {"loss": 0})


def test_of_many_records_those_alone_are_put_together_that_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, count, made = tmp_path / "a.csv", 50_000, [0]
    path.write_text("step,loss\n" + "".join(f"{step},{1 / (1 + step)}\n" for step in range(count)))
    one = NewRecords.__getitem__

    def counted(records: NewRecords, number: int) -> object:
        made[0] += 1
        return one(records, number)

    monkeypatch.setattr(NewRecords, "__getitem__", counted)
    assert plain_logs.watch([str(path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "step 0: loss 1"
    assert out[-5].split() == ["step", "49999:", "loss", "2e-05"]
    assert made[0] < 40


def test_places_beyond_all_measure_are_told_in_a_few_digits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("step,loss\n1e300,1\n")
    assert plain_logs.watch([str(tmp_path / "a.csv")]) == 0
    assert capsys.readouterr().out.startswith("step 1e+300: loss 1\n")


def test_what_came_too_fast_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    source, end = os.pipe()
    monkeypatch.setattr(piped_by, "ROOM", 1000)
    monkeypatch.setattr(piped_by, "AT_ONCE", 500)
    monkeypatch.setattr(piped_by, "current", None)
    os.write(end, b"".join(b"step=%d loss=0.5\n" % step for step in range(200)))
    os.close(end)
    piped_by.begin(source)._thread.join()
    os.close(source)
    assert plain_logs.watch(["-"]) == 0
    assert "[INFO] standard input: 2,500 bytes were passed over: they came too fast\n" in capsys.readouterr().out


def test_what_is_waited_for_may_come_to_be_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "later"

    def come() -> Iterator[None]:
        folder.mkdir()
        yield
        (folder / "a.csv").write_text("epoch,loss\n1,2\n")
        yield
        yield from [None] * 40
        raise KeyboardInterrupt

    steps, clock = come(), count(0, 0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_logs, "LogPlaces", partial(LogPlaces, clock=lambda: next(clock)))
        with pytest.raises(KeyboardInterrupt):
            plain_logs.watch([str(folder)], follow=True, sleep=lambda _: next(steps, None))
    assert capsys.readouterr().out.startswith("epoch 1: loss 2\n")


def test_a_log_that_is_gone_for_a_moment_is_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("step,loss\n0,3\n")

    def come() -> Iterator[None]:
        path.unlink()
        yield
        yield
        path.write_text("step,loss\n0,2\n1,1\n")
        yield from [None] * 3
        raise KeyboardInterrupt

    steps = come()
    with pytest.raises(KeyboardInterrupt):
        plain_logs.watch([str(path)], follow=True, sleep=lambda _: next(steps))
    assert capsys.readouterr().out.splitlines()[:3] == ["step 0: loss 3", "step 0: loss 2", "step 1: loss 1"]

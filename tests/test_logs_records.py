"""Where a log tells no step and no epoch, its metrics stand at its records, whichever of them say something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdtui.logs import blocks, lines
from gdtui.logs.metric import Metric
from gdtui.logs.mlflow import MLflow
from gdtui.logs.places_along import Along
from gdtui.logs.rows import Rows, joined
from gdtui.logs.run import LogRun
from gdtui.session.logged import losses_of
from tests.event_files import event
from tests.logs import places, read, values
from tests.stores import copied, reader_for

COUNT = 300


def loss(at: int) -> str:
    return f"{5 / at:.4f}"


def as_json(at: int) -> str:
    return f'{{"loss": {loss(at)}' + f', "val_loss": {at / 100}' * (at % 10 == 0) + "}\n"


def as_csv(at: int) -> str:
    return "loss,val_loss\n" * (at == 1) + f"{loss(at)}," + f"{at / 100}" * (at % 10 == 0) + "\n"


def as_text(at: int) -> str:
    return f"loss={loss(at)}" + f" val_loss={at / 100}" * (at % 10 == 0) + "\n"


@pytest.mark.parametrize("form", [as_json, as_csv, as_text])
@pytest.mark.parametrize(("bytes_at_once", "seconds_at_once"), [(50, -1.0), (50, np.inf), (2**20, -1.0)])
def test_what_is_said_now_and_then_stands_at_its_record(
    form: Callable[[int], str],
    bytes_at_once: int,
    seconds_at_once: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", seconds_at_once)
    monkeypatch.setattr(blocks, "AT_ONCE", bytes_at_once)
    path = tmp_path / "a.csv" if form is as_csv else tmp_path / "a.log"
    path.write_text("".join(map(form, range(1, COUNT + 1))))
    run = LogRun(str(path))
    while run.poll() or getattr(run.reader, "has_more", False):
        pass
    assert places(run, "loss", Along.RECORD) == [*range(1, COUNT + 1)]
    assert places(run, "val_loss", Along.RECORD) == [*range(10, COUNT + 1, 10)]
    losses = losses_of(run, len)
    assert losses is not None
    assert losses.before.tolist() == [*range(10, COUNT + 1, 10)]
    assert losses.tested_at(2) == "record 20"


def test_tables_are_joined_where_nothing_of_what_they_say_is_lost() -> None:
    one, said, where = np.ones((1, 1)), np.zeros((1, 1), dtype=bool), np.ones(1)
    parts = [Rows(("a",), one), Rows(("a",), one), Rows(("a",), one, said), Rows(("a",), one, said), Rows(("b",), one)]
    parts += [Rows(("b",), one, None, where), Rows(("b",), one, None, where + 1), Rows(("a",), one)]
    told = [(*rows.names, len(rows.table), rows.said is None, str(rows.records)) for rows in joined(parts)]
    apart = [("a", 2, True, "None"), ("a", 2, False, "None"), ("b", 1, True, "None"), ("b", 2, True, "[1. 2.]")]
    assert told == [*apart, ("a", 1, True, "None")]


def test_a_log_that_is_written_anew_is_counted_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(map(as_json, range(1, 21))))
    run = read(path)
    path.write_text("".join(map(as_json, range(6, 16))))
    run.poll()
    assert places(run, "val_loss", Along.RECORD) == [5]


def test_what_is_told_again_is_a_further_record() -> None:
    metric, steps = Metric("loss"), np.arange(1.0, 5)
    metric.extend({Along.STEP: steps}, steps)
    metric.extend({Along.STEP: steps[1:]}, steps[1:])
    assert metric.at(Along.RECORD).tolist() == [1, 5, 6, 7]


def test_text_that_is_no_record_is_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("lr=0.1\nhello\nloss: 0.5\nval: 3\nloss: 0.4\nval: 2\nloss: 0.3\n")
    assert places(read(path), "loss", Along.RECORD) == [1, 2, 4]
    assert places(read(path), "val", Along.RECORD) == [1, 3]


def test_the_records_of_event_files_go_on_from_one_file_to_the_next(tmp_path: Path) -> None:
    for name in "ab":
        told = [event(step, {"val": 1.0} if step % 3 == 0 else {"loss": 1.0}) for step in range(1, 7)]
        (tmp_path / f"events.out.tfevents.{name}").write_bytes(b"".join(told))
    run = read(tmp_path)
    assert places(run, "val", Along.RECORD) == [9, 12]  # the second file says again what the first had said
    assert len(values(run, "loss")) == 4
    assert places(run, "loss", Along.RECORD) == [7, 8, 10, 11]


def test_the_records_of_a_store_are_its_rows_of_that_run(tmp_path: Path) -> None:
    reader = reader_for(copied(MLflow, tmp_path))
    found = reader.read()
    numbers = sorted(number for rows in found for number in ([] if rows.records is None else rows.records))
    assert len(found) > 1
    assert numbers == [*range(1, len(numbers) + 1)]

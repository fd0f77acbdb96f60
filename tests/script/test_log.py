"""`gdtui.log` in somebody's training script: what it writes, and that it never gets into the training's way."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from gdtui import log
from gdtui.logs.places_along import Along
from tests.script.reading import lines_of, read, records_of
from tests.test_imports import loaded_after, under


class Tensor:
    """What PyTorch, JAX and TensorFlow have in a number's place, as far as a log sees it."""

    def __init__(self, *values: float) -> None:
        self.values = values

    def item(self) -> float:
        (value,) = self.values
        return value


def test_three_lines_make_a_log_that_is_read(tmp_path):
    path = tmp_path / "run.jsonl"
    run = log(path)
    for epoch in (1, 2):
        run(epoch=epoch, loss=1 / epoch)
    found = read(path)
    assert found.metrics["loss"].values.tolist() == [1.0, 0.5]
    assert {one.value for one in found.metrics["loss"].along} == {"epoch", "time", "record"}
    assert found.state == "following"
    run.close()
    found.poll()
    assert found.state == "ended"


def test_importing_it_loads_nothing_but_some_of_the_standard_library():
    loaded = loaded_after("from gdtui import log")
    assert "gdtui.script.log" in loaded
    for package in ("numpy", "msgspec", "textual", "rich", "typing", "json", "asyncio", "socket", "inspect"):
        assert not under(package, loaded)


def test_a_logging_script_loads_no_more_of_gdtui(tmp_path):
    loaded = loaded_after(
        f"from gdtui import log; run = log({str(tmp_path / 'r.jsonl')!r}, alpha=1); run(loss=run.alpha)"
    )
    assert {name for name in loaded if name.startswith("gdtui.") and not name.startswith("gdtui.script")} == set()
    assert not under("numpy", loaded)


def test_the_numbers_of_all_libraries_are_numbers(tmp_path):
    path = tmp_path / "run.jsonl"
    numbers = {"a": np.float32(0.5), "b": np.int64(3), "c": Tensor(2.5), "d": np.array(7.0), "e": True, "f": None}
    log(path)({"val/loss": 1.5, **numbers}, nested={"x": np.float64(1), "y": {"z": 2}}, phase="warm")
    (record,) = records_of(path)
    assert record == {
        **{"val/loss": 1.5, "a": 0.5, "b": 3, "c": 2.5, "d": 7.0, "e": True, "f": None},
        **{"nested": {"x": 1.0, "y": {"z": 2}}, "phase": "warm"},
    }
    assert set(read(path).metrics) == {"val/loss", "a", "b", "c", "d", "f", "nested/x", "nested/y/z"}


def test_what_is_no_number_is_a_gap_that_the_reader_takes(tmp_path):
    path = tmp_path / "run.jsonl"
    run = log(path)
    for loss in (math.nan, math.inf, -math.inf, np.float32("nan"), Tensor(math.inf), None):
        run(loss=loss)
    values = read(path).metrics["loss"].values
    np.testing.assert_equal(values, [math.nan, math.inf, -math.inf, math.nan, math.inf, math.nan])


class Hostile:
    def __float__(self) -> float:
        raise RuntimeError("no")

    __str__ = __repr__ = item = __float__


@pytest.mark.parametrize(
    "value",
    [object(), np.arange(3), Tensor(1, 2), Hostile(), {1, 2}, 10**5000, b"x", [[object()]], {"x": Hostile()}],
    ids=range(9),
)
def test_what_cannot_be_written_is_left_out_and_told_once(tmp_path, capsys, value):
    path = tmp_path / "run.jsonl"
    run = log(path, net=value)
    for epoch in (1, 2):
        run(epoch=epoch, odd=value, loss=0.5)
    assert records_of(path) == [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.5}]
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "odd, a" in told


def test_what_holds_itself_or_is_too_long_is_left_out_too(tmp_path, capsys):
    path = tmp_path / "run.jsonl"
    run, own = log(path), {}
    own["own"] = own
    run(epoch=1, own=own)
    run(epoch=2, text="x" * 2**21)
    run({3: 1.5, None: 2})
    assert records_of(path) == [{"epoch": 1}, {"3": 1.5, "null": 2}]
    assert capsys.readouterr().err.count("\n") == 1


def test_names_that_are_no_text_are_written_all_the_same(tmp_path):
    path = tmp_path / "run.jsonl"
    log(path)({(1, 2): 0.5, "\udcff\n": 1})
    assert records_of(path) == [{"(1, 2)": 0.5, "\udcff\n": 1}]


def test_settings_stand_in_the_first_line(tmp_path):
    path = tmp_path / "run.jsonl"
    run = log(path, alpha=np.float32(0.5), layers=[3, 4], net=Tensor, run="mine", resumed="x")
    first = lines_of(path)[0]
    assert first["config"] == {"alpha": 0.5, "layers": [3, 4], "net": str(Tensor), "run": "mine", "resumed": "x"}
    assert run.alpha == 0.5
    assert not read(path).metrics


def test_settings_beyond_measure_are_left_out(tmp_path, capsys):
    path = tmp_path / "run.jsonl"
    run = log(path, alpha=0.5, vocabulary=["word"] * 300_000)
    run(loss=1)
    assert lines_of(path)[0]["config"] == {}
    assert run.alpha == 0.5
    assert read(path).reader.takes_steering
    assert "bytes in one call, is left out" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["alpha", "lr", "learning_rate"])
def test_alpha_is_what_was_given_by_any_of_its_names(tmp_path, name):
    assert log(tmp_path / "run.jsonl", **{name: 0.25}).alpha == 0.25


def test_what_is_steered_without_having_been_given_is_told(capsys):
    run = log(None)
    assert math.isnan(run.alpha)
    assert run.epochs == 0
    assert not run.should_stop
    assert not run.paused
    assert "no log: alpha is not known" in capsys.readouterr().err


def test_names_that_are_the_logs_own_do_not_get_into_its_way(tmp_path):
    path = tmp_path / "run.jsonl"
    begun = time.time()
    run = log(path)
    run({"gdtui": "ended", "why": "no mark"}, loss=2, time=0.25)
    run(gdtui=0.5, loss=1, time="noon")
    found = read(path)
    assert (found.state, found.metrics["loss"].values.tolist()) == ("following", [2, 1])
    assert (found.metrics["loss"].at(Along.TIME) >= begun - 1).all()
    assert found.metrics["run/time"].values.tolist() == [0.25]
    assert found.metrics["run/gdtui"].values.tolist() == [0.5]


def test_a_metric_that_is_called_as_marks_are_is_none_in_older_logs_either(tmp_path):
    path = tmp_path / "run.jsonl"
    log(path)
    with open(path, "a") as file:
        file.write('{"gdtui":0.5,"loss":1,"time":3}\n')
    assert {name: metric.values.tolist() for name, metric in read(path).metrics.items()} == {
        "gdtui": [0.5],
        "loss": [1],
    }

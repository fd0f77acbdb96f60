"""The table of somebody else's runs, as far as it tells of a best."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from gdtui.logs.places import LogPlaces
from gdtui.session.commands import Hide
from gdtui.session.logs import LogsSession
from gdtui.views.metrics import Metrics, Seen


@pytest.mark.parametrize(("name", "column"), [("loss", "lowest"), ("accuracy", "highest"), ("Norm", "")])
def test_there_is_a_best_where_it_is_known_what_is_better(name: str, column: str, tmp_path: Path) -> None:
    for run in "ab":
        records = [{"epoch": at, name: at + (run == "b")} for at in (1, 2, 3)]
        (tmp_path / f"{run}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    session = LogsSession(LogPlaces([str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]))
    session.turn()
    shown, metrics = session.snapshot(), Metrics()
    rows = metrics.table(metrics.groups(shown)[0], shown, Seen())
    found = [row.cells.get(column, "") for row in rows]
    best = {"lowest": ["best 1", "2"], "highest": ["3", "best 4"], "": ["", ""]}
    assert found == best[column]
    assert ("at epoch" in rows[0].cells) == bool(column)
    assert [row.cells[name] for row in rows] == ["3", "4"]


def test_a_value_beyond_all_numbers_is_told_and_what_is_not_known_is_a_dash(tmp_path: Path) -> None:
    for run, last in (("a", math.inf), ("b", math.nan)):
        records = [{"epoch": 1, "loss": last}]
        (tmp_path / f"{run}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    session = LogsSession(LogPlaces([str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]))
    session.turn()
    shown, metrics = session.snapshot(), Metrics()
    rows = metrics.table(metrics.groups(shown)[0], shown, Seen())
    assert [(row.cells["loss"], row.cells["lowest"]) for row in rows] == [("inf", "–"), ("–", "–")]


def test_where_only_runs_are_shown_that_have_no_such_metric_it_is_said_so(tmp_path: Path) -> None:
    for run, name in (("a", "loss"), ("b", "accuracy")):
        (tmp_path / f"{run}.jsonl").write_text(json.dumps({"epoch": 1, name: 0.5}) + "\n")
    session = LogsSession(LogPlaces([str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]))
    session.do(Hide(only=True))
    session.turn()
    shown, metrics = session.snapshot(), Metrics()
    charts = [metrics.draw(group, shown, Seen(), 60, 9, False).chart for group in metrics.groups(shown)]
    told = "none of the runs that are shown has this"
    assert [told in "\n".join(chart.lines()) for chart in charts] == [False, True]


def test_a_run_that_lacks_the_first_metric_of_a_group_is_named_all_the_same(tmp_path: Path) -> None:
    for run, names in (("whole", ("train/loss", "val/loss")), ("half", ("val/loss",))):
        records = [{"epoch": at} | dict.fromkeys(names, 1 / at + len(names)) for at in range(1, 9)]
        (tmp_path / f"{run}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    session = LogsSession(LogPlaces([str(tmp_path / "whole.jsonl"), str(tmp_path / "half.jsonl")]))
    session.turn()
    shown, metrics = session.snapshot(), Metrics()
    (group,) = metrics.groups(shown)
    assert "half" in "\n".join(metrics.draw(group, shown, Seen(), 90, 20, False).chart.lines())

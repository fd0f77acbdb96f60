"""What was steered leaves a mark in the charts of somebody else's run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gdtui.charts.roles import Role
from gdtui.logs.places import LogPlaces
from gdtui.logs.places_along import Along
from gdtui.session.logs import LogsSession
from gdtui.views.metric_axes import Across
from gdtui.views.metrics import Metrics, Seen


def steered(path: Path, counts: str = "epoch") -> Path:
    head = {"gdtui": "log", "version": 1, "run": "a", "steering": True, "config": {"alpha": 0.1}}
    mark = {"gdtui": "steered", "steered": {"alpha": 0.5}, "number": 1, "by": "me", counts: 40}
    records = [{counts: at, "loss": 1 / at, "time": 2.0 * at} for at in range(1, 81)]
    lines = [head, *records[:40], mark, *records[40:]]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("counts", ["epoch", "step"])
@pytest.mark.parametrize("along", [None, Along.TIME, Along.RECORD])
def test_alpha_leaves_a_mark_where_it_was_changed(tmp_path: Path, counts: str, along: Along | None) -> None:
    session = LogsSession(LogPlaces([str(steered(tmp_path / "run.jsonl", counts))]))
    session.turn()
    shown, metrics = session.snapshot(), Metrics()
    seen = Seen(across=None if along is None else Across(along))
    drawn = metrics.draw(metrics.groups(shown)[0], shown, seen, 80, 20, False)
    assert drawn.canvas is not None
    marked = (drawn.chart.chars == "┊").any(axis=0).nonzero()[0]
    assert len(marked) == 1
    place = drawn.canvas.columns(np.array([80.0 if along is Along.TIME else 40.0]))[0]
    assert abs(marked[0] - drawn.canvas.left - place) <= 2
    assert "α 0.5" in "\n".join(drawn.chart.lines())
    assert (drawn.chart.roles == Role.MARK).any()


def test_what_this_watcher_has_asked_for_is_told_as_your_own(tmp_path: Path) -> None:
    path = steered(tmp_path / "run.jsonl")
    session = LogsSession(LogPlaces([str(path)]))
    wheel = session._wheels.of(session.now.runs[0])
    path.write_text(path.read_text().replace('"by":"me"', f'"by":"{wheel.by}"'))
    session.turn()
    assert "epoch 40: alpha 0.5 (by you)" in [entry.text for entry in session.snapshot().log]

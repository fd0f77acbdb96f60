"""Epochs in TensorBoard's event files, where programs write them as a scalar beside the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui.logs.places_along import Along
from gdtui.logs.run import LogRun
from tests.event_files import BEGIN, event


@pytest.mark.parametrize(("block", "is_first"), [(60, True), (2**22, True), (2**22, False)])
def test_a_tag_that_is_called_epoch_tells_the_epoch_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, is_first: bool
) -> None:
    monkeypatch.setattr("gdtui.logs.event_file.BLOCK", block)
    each = ([event(step, {"epoch": step // 20}), event(step, {"a": 1})] for step in range(0, 40, 10))
    events = [one for two in each for one in (two if is_first else reversed(two))]
    events += [event(step, {"b": 2}) for step in (5, 35)]
    (tmp_path / "tfevents.1").write_bytes(BEGIN + b"".join(events))
    run = LogRun(str(tmp_path))
    while run.poll():
        pass
    assert {name: [*metric.at(Along.EPOCH)] for name, metric in run.metrics.items()}["a"] == [0, 0, 1, 1]
    assert [*run.metrics] == ["a", "b"]
    # Begun again from step 20, within an epoch.
    (tmp_path / "tfevents.2").write_bytes(BEGIN + event(20, {"epoch": 1}) + event(20, {"a": 3}) + event(30, {"a": 4}))
    while run.poll():
        pass
    found = run.metrics["a"]
    told = zip(found.at(Along.STEP), found.at(Along.EPOCH), found.values, strict=True)
    assert [*told] == [(0, 0, 1), (10, 0, 1), (20, 1, 3), (30, 1, 4)]

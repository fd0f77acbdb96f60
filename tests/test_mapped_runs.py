"""Runs on rows that stay on the disk: training, files, time travel, races and all views are as in memory."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from gdtui import plain
from gdtui.commands import advise, check_gradient
from gdtui.commands import range as range_test
from gdtui.commands.asked import asked_of
from gdtui.data import dataset as datasets
from gdtui.data.mapped import MappedRows
from gdtui.learning.kernel import BlockedKernel
from gdtui.options import Parser
from gdtui.session import opening
from gdtui.session.commands import Edit, GoTo
from gdtui.session.snapshot import Snapshot
from gdtui.settings import DataEdit, DataSettings, Display, Recipe, Settings
from gdtui.tui.bindings import VIEWS
from gdtui.views.view import View
from tests.drawings import view_named
from tests.epochs import shown, text
from tests.test_edited import said
from tests.test_mapped import table

RECIPES = {
    "article": {},
    "adam": {"loss": "cross-entropy", "optimizer": "adam", "l2": 0.01, "l1": 0.001},
    "batches": {"loss": "hinge", "optimizer": "momentum", "batch_size": 300, "schedule": "cosine"},
}


@pytest.fixture(autouse=True)
def by_blocks(monkeypatch):
    """Small data is taken as large data is."""
    monkeypatch.setattr(datasets, "WHOLE", 2**10)


@pytest.fixture(params=[2, 3], ids=("two", "three"))
def path(request, tmp_path) -> Path:
    np.save(tmp_path / "t.npy", table(3, classes=request.param))
    return tmp_path / "t.npy"


def settings(path: Path, mapped: bool, **options) -> Settings:
    return Settings(DataSettings(str(path), mapped=mapped, test_size=0.2), **{"epochs": 4, "alpha": 0.3, **options})


def lines(path: Path) -> list[dict]:
    """Of a run file, without what says that rows were on the disk."""
    found = [line for line in map(json.loads, path.read_text().splitlines()) if line.get("kind") != "check"]
    found[0]["data"].pop("mapped", None)
    return found


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_run_files_are_the_same_and_go_on_alike(path, tmp_path, capsys, recipe):
    files = [tmp_path / name for name in ("here.jsonl", "there.jsonl")]
    for file, mapped in zip(files, (False, True), strict=True):
        assert plain.train(settings(path, mapped, **recipe), save=str(file)) == 0
        assert plain.resume(str(file), 7, 0.1, Display()) == 0
    assert lines(files[0]) == lines(files[1])
    assert "stay on the disk" in capsys.readouterr().err
    here, there = (opening.watch(str(file), Display()).run for file in files)
    assert isinstance(there.data.X, MappedRows)
    assert [here.moment(epoch) for epoch in (2, 5, 7)] == [there.moment(epoch) for epoch in (2, 5, 7)]


def settled(view: View, snapshot: Snapshot) -> str:
    """The drawing, once all is in it."""
    woken, deadline = threading.Semaphore(0), time.monotonic() + 60
    view.wake = woken.release
    while time.monotonic() < deadline:
        is_busy = view.is_busy
        view.titles(snapshot)
        chart = view.draw(snapshot, 100, 30)
        if not (is_busy or view.is_busy or woken.acquire(blocking=False)):
            return re.sub(r"\n(?:time|seconds) .*", "", text(chart))  # that is never the same
        woken.acquire(timeout=0.05)
    raise AssertionError("there was always more to come")


@pytest.mark.parametrize("path", [3], indirect=True)
@pytest.mark.parametrize("name", [name for names in VIEWS.values() for name in names])
def test_every_view_shows_the_same(path, name):
    charts = []
    for mapped in (False, True):
        session = shown(settings(path, mapped, loss="cross-entropy", epochs=30), Recipe(alpha=1.0, optimizer="adam"))
        assert isinstance(session.run.kernel, BlockedKernel)
        view, found = view_named(name), []
        for epoch in (None, 11):
            if epoch is not None:
                session.do(GoTo(epoch))
                session.turn()
            found.append(settled(view, session.snapshot()))
        charts.append(found)
    assert charts[0] == charts[1]


def test_what_is_asked_beside_training_is_answered_alike(path, capsys, monkeypatch):
    monkeypatch.setattr("gdtui.analysis.differences._timed", lambda call, clock: (call(), 1.0))
    for command in (advise, range_test, check_gradient):
        for loss in ("cross-entropy", "hinge"):
            told = []
            for mapped in ("--no-mapped", "--mapped"):
                assert command.run(["--data", str(path), mapped, "--loss", loss, "--test-size", "0.2"]) == 0
                told.append(capsys.readouterr().out)
            assert told[0] == told[1] != ""


def test_points_cannot_be_changed_by_hand(path):
    session = opening.begin(settings(path, True), Display(speed=1e-9))
    told = said(session, Edit((DataEdit(1, row=0),)))
    assert [one.text for one in told] == ["t.npy: its rows are not in memory, and cannot be changed by hand"]


def test_of_many_rows_the_views_say_how_many_they_show(path, monkeypatch):
    monkeypatch.setattr("gdtui.data.rows.DRAWN", 4 * 500)
    session = shown(settings(path, True, loss="cross-entropy"))
    assert "over 500 of 3,517 rows" in view_named("data").titles(session.snapshot()).above
    for name in (name for names in VIEWS.values() for name in names):
        settled(view_named(name), session.snapshot())
    told = advise.advice(asked_of(Parser("x", ""), ["--data", str(path), "--mapped"]))
    assert told[-1].endswith("all but the limit at any weights is over 500 of 4,396 rows")

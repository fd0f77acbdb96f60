"""An empty plane: nothing is trained before there are points of two classes, and all else holds without any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdtui import plain
from gdtui.data.dataset import DataError
from gdtui.data.empty import lacks_points
from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.reopen import reopen
from gdtui.runs.run import Run
from gdtui.runs.samples import samples
from gdtui.session import opening
from gdtui.session.commands import ChooseData, Do, Edit, GoTo, Hold, Race, Restart, SetEpochs
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import LOSSES, DataEdit, DataSettings, Settings
from tests.oracles import START
from tests.test_edited import said
from tests.test_session import SLOW, ask

NONE = DataSettings("none")
POINTS = tuple(DataEdit(label, features=at) for label, at in ((0, (-2.0, 1.0)), (1, (3.0, 1.5)), (1, (2.0, -4.0))))
TOLD = Said("there are no points of two classes yet: a click in the data adds one, or c and a digit")


def begun(path: Path | None = None, **options) -> Session:
    asked = Settings(NONE, **{"epochs": 30, "init": tuple(START), **options})
    return opening.begin(asked, SLOW, save=None if path is None else str(path))


def test_it_has_a_plane_and_classes_and_no_rows():
    data = load(NONE)
    assert (len(data), data.X.shape, data.class_names, data.standardized) == (0, (0, 3), ("0", "1"), False)
    assert data.plane.spans == ((-10.0, 10.0), (-10.0, 10.0))
    assert load(DataSettings("none", centers=4)).class_names == ("0", "1", "2", "3")
    assert load(NONE).digest == data.digest


@pytest.mark.parametrize("options", [{"samples": 9}, {"noise": 1.0}, {"standardize": True}, {"target": "y"}])
def test_what_would_say_something_of_rows_is_refused(options):
    with pytest.raises(DataError, match=r"none|--noise applies to"):
        load(DataSettings("none", **options))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("classes", [2, 3])
def test_nothing_is_trained_before_there_are_two_classes(loss, classes):
    asked = Settings(DataSettings("none", centers=classes), epochs=30, **({"loss": loss} if classes == 2 else {}))
    session = opening.begin(asked, SLOW)
    assert session.phase is Phase.PAUSED
    for command in (Do.PAUSE, Do.STEP):
        session.do(command)
        events = [*session.turn(), *session.turn()]
        assert TOLD in events
        assert (session.phase, session.run.done) == (Phase.PAUSED, 0)
    shown = session.snapshot().shown
    assert (np.isnan(shown.loss), shown.accuracy, shown.gradient_norm) == (True, None, None)
    ask(session, Edit(POINTS[1:]))
    assert (lacks_points(session.run.data), samples(session.run, session.run.weights) != []) == (True, True)
    session.pull(3)
    assert (session.run.done, session.snapshot().missing) == (0, "there are no points of two classes yet")
    ask(session, Edit(POINTS[:1]), Do.PAUSE)
    session.pull(3)
    assert (session.run.done, session.snapshot().missing, len(session.runs)) == (3, "", 1)
    ask(session, Do.PAUSE, Do.UNDO, Do.PAUSE)
    session.pull(3)
    assert session.run.done == 3  # in a branch that lacks points again


def test_filled_it_is_trained_as_a_file_with_those_points_is(tmp_path):
    session = begun()
    ask(session, Edit(POINTS[:2]), Edit(POINTS[2:]), Edit((DataEdit(0, row=2),)))
    session.pull(30)
    (tmp_path / "t.csv").write_text("x1,x2,y\n-2,1,0\n3,1.5,1\n2,-4,0\n")
    file = DataSettings(str(tmp_path / "t.csv"), standardize=False)
    fresh = Run(Settings(file, epochs=30, init=tuple(START)), load(file))
    fresh.advance(30)
    assert session.run.weights.tobytes() == fresh.weights.tobytes()
    assert session.run.history.losses.tobytes() == fresh.history.losses.tobytes()


@pytest.mark.parametrize("points", [0, 1, 3])
def test_it_is_saved_and_goes_on_and_can_be_watched_however_many_points_there_are(tmp_path, points):
    path = tmp_path / "run.jsonl"
    session = begun(path)
    if points:
        ask(session, Edit(POINTS[:points]))
    session.pull(5)
    (again,), watching = reopen(RunFile(str(path))), opening.watch(str(path), SLOW)
    assert (len(again.data), again.done) == (points, 5 if points == 3 else 0)
    assert len(watching.snapshot().data) == points
    assert watching.snapshot().shown.weights.tobytes() == session.snapshot().shown.weights.tobytes()
    session.close()
    session = opening.resume(str(path), None, None, SLOW)
    ask(session, Edit(POINTS[points:]), Do.PAUSE)
    session.pull(3)
    assert session.run.done == (8 if points == 3 else 3)


def test_what_else_can_be_asked_for_holds_without_points():
    session = begun()
    ask(session, Race((("alpha", 0.5),)), SetEpochs(9), Hold((1.0, 2.0, 3.0)), Hold(None), GoTo(1), Restart(), Do.FORK)
    assert [run.done for run in session.runs] == [0, 0]
    assert len(session.snapshot().race) == 2
    ask(session, Edit(POINTS))
    assert [len(run.data) for run in session.runs] == [3, 3]
    session.pull(4)
    assert [run.done for run in session.runs] == [4, 4]
    ask(session, ChooseData(NONE))
    assert said(session, Do.UNDO) == [Said("there is no change of the data to take back")]
    assert "0 rows" in session.snapshot().title


def test_without_a_screen_it_is_refused_in_one_line(tmp_path):
    path = tmp_path / "run.jsonl"
    with pytest.raises(DataError, match=r"^none is an empty plane, which is filled by hand: that needs the screen$"):
        plain.train(Settings(NONE), save=str(path))
    assert not path.exists()
    begun(path).close()
    with pytest.raises(DataError, match="there are no points of two classes yet: on a terminal they are added by hand"):
        plain.resume(str(path), None, None, SLOW)
    assert plain.watch(str(path), follow=False) == 0

"""A session that begins anew with other settings: all of them count, and nothing of the run before is left in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui.data.load import load
from gdtui.runs.reader import RunFile
from gdtui.runs.run import Run
from gdtui.session import opening
from gdtui.session.commands import Do, GoTo, Restart, Save, Train
from gdtui.session.log import Said
from gdtui.session.snapshot import Phase
from gdtui.settings import DataSettings, Recipe, Settings
from tests.test_session import SLOW, ask, table

START = (0.5, 0.5, 0.5)
OTHER = Settings(
    data=DataSettings(noise=3.0), loss="cross-entropy", init="zeros", seed=7, alpha=0.5, epochs=30, momentum=0.5
)


def test_all_settings_count_and_the_run_is_as_one_that_begins_with_them() -> None:
    session = opening.begin(Settings(init=START, epochs=20), SLOW)
    session.pull(20)
    ask(session, GoTo(5), Do.FORK)
    ask(session, Train(OTHER))
    shown = session.snapshot()
    assert (shown.phase, shown.done, shown.epochs, len(shown.names)) == (Phase.TRAINING, 0, 30, 1)
    assert shown.run.settings == OTHER
    session.pull(30)
    alone = Run(OTHER, load(OTHER.data))
    alone.advance(30)
    assert session.run.history.losses.tolist() == alone.history.losses.tolist()
    ask(session, Restart(fresh=True))
    assert session.run.settings.seed == 8


def test_it_may_wait_race_and_go_at_another_speed() -> None:
    session = opening.begin(Settings(init=START, epochs=20), SLOW, rivals=[Recipe(alpha=0.1)])
    ask(
        session, Train(OTHER, (Recipe(alpha=1.0).settled(30), Recipe(optimizer="adam").settled(30)), 1000.0, waits=True)
    )
    shown = session.snapshot()
    assert (shown.phase, shown.rate) == (Phase.PAUSED, 1000.0)
    assert [standing.recipe.alpha for standing in shown.race] == [0.5, 1.0, 0.01]
    ask(session, Train(OTHER))
    assert session.snapshot().race == ()
    assert session.snapshot().rate == 1000.0


def test_the_file_of_the_run_before_is_left_behind_and_whole(tmp_path: Path) -> None:
    path = str(tmp_path / "run.jsonl")
    session = opening.begin(Settings(init=START, epochs=20), SLOW, save=path)
    session.pull(20)
    session.do(Train(OTHER))
    assert Said(f"{path} holds the run before; w saves this one") in session.turn()
    assert (session.saved_in, session.left_behind) == (None, path)
    session.pull(3)
    ask(session, Save(str(tmp_path / "other.jsonl")))
    assert session.close() is None
    assert [RunFile(path).branch.last().epoch, RunFile(str(tmp_path / "other.jsonl")).branch.last().epoch] == [20, 3]


@pytest.mark.parametrize("settings", [Settings(data=DataSettings("none.csv")), Settings(init=(1.0,))])
def test_what_cannot_be_leaves_the_run_as_it_is(settings: Settings, tmp_path: Path) -> None:
    session = opening.begin(Settings(table(tmp_path / "t.csv"), epochs=20), SLOW)
    session.pull(5)
    before = session.run
    session.do(Train(settings))
    said = [event for event in session.turn() if isinstance(event, Said)]
    assert session.run is before
    assert len(said) == 1
    assert said[0].is_error


def test_what_is_asked_for_at_the_end_is_not_read_any_more() -> None:
    session = opening.begin(Settings(init=START, epochs=20), SLOW)
    before = session.run
    session.do(Train(OTHER))
    session.close()
    assert session.run is before

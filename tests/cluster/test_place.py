"""A session whose rows are with workers that are not there."""

from __future__ import annotations

from collections import deque

from gdtui.data.load import load
from gdtui.learning.kernel import kernel_for
from gdtui.runs.run import Run
from gdtui.session.commands import Do
from gdtui.session.elsewhere import Place
from gdtui.session.log import Said
from gdtui.session.session import Session
from gdtui.session.snapshot import Phase
from gdtui.settings import MAX_SPEED, Display, Settings
from gdtui.tui.status import status_of


class Nobody:
    """Workers of whom there are none, or some, as a test says."""

    def __init__(self) -> None:
        self.told, self.waiting, self.is_there, self.patience, self.is_closed = deque[str](), "", False, 2, False
        self.count, self.kernel = 0, kernel_for

    def is_ready(self) -> bool:
        self.waiting = "" if self.is_there else "waiting for a worker …"
        self.patience -= not self.is_there
        return self.is_there

    def gives_up(self) -> str | None:
        if self.patience:
            return None
        self.waiting, self.patience = "", 2
        return "no worker for 60 s"

    def close(self) -> None:
        self.is_closed = True


def waiting() -> tuple[Session, Nobody]:
    run, workers = Run(Settings(epochs=50), load("blobs")), Nobody()
    return Session([run], run, Display(speed=MAX_SPEED), place=Place(workers)), workers  # type: ignore[arg-type]


def test_the_band_says_what_is_waited_for_and_keys_are_heard():
    session, _ = waiting()
    session.turn()
    snapshot = session.snapshot()
    status = status_of(snapshot, "")
    assert (snapshot.done, snapshot.phase, status.state) == (0, Phase.TRAINING, "waiting")
    assert status.tail == "waiting for a worker …"
    session.do(Do.PAUSE)
    session.turn()
    assert session.snapshot().phase is Phase.PAUSED


def test_after_a_while_it_stands_still_with_one_error_and_can_wait_again():
    session, workers = waiting()
    session.turn()
    assert [*session.turn()] == [Said("no worker for 60 s", True)]
    assert (session.phase, session.place.stranded) == (Phase.PAUSED, "no worker for 60 s")
    session.do(Do.PAUSE)
    session.turn()
    assert session.phase is Phase.TRAINING
    session.turn()
    assert session.phase is Phase.TRAINING
    workers.is_there = True
    while not session.is_over:
        session.turn()
    assert (session.run.done, session.place.stranded) == (50, None)
    session.close()
    assert workers.is_closed


def test_who_comes_and_goes_is_told_and_logged():
    session, workers = waiting()
    workers.is_there = True
    workers.told.append("a worker was lost; its rows are on another now")
    assert Said("a worker was lost; its rows are on another now", False) in session.turn()
    assert any("a worker was lost" in entry.text for entry in session.snapshot().log)

"""What verdict and limits cost a session at full speed, beside the same session without them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from gdtui.data.dataset import Dataset
from gdtui.data.load import load
from gdtui.runs.run import Run
from gdtui.session.judging import Judging
from gdtui.session.session import Session
from gdtui.settings import Display, Settings
from tests.benchmarks.probe import wide
from tests.benchmarks.table import Row, alternate, row


class Unjudged(Judging):
    """Looks at nothing."""

    def look(self, session: Session) -> None:
        pass


def rate(data: Dataset, seconds: float, is_judged: bool) -> float:
    """Epochs a second of a session that is looked at with each turn, as the screen does."""
    run = Run(Settings(epochs=10**9, init="zeros", loss="article"), data)
    session = Session([run], run, Display(speed=math.inf))
    session.judging = Judging() if is_judged else Unjudged()
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        session.turn()
        session.snapshot()
    return run.done / (time.perf_counter() - begun)


def judged() -> Iterator[Row]:
    small = load("blobs")
    ours, theirs = alternate(lambda: rate(small, 1.5, True), lambda: rate(small, 1.5, False), 15)
    yield row("max with verdict and limits against without, 250×2", ours, theirs, "epochs/s", "≥ 0.97")
    large = wide()
    rate(large, 1, True)
    ours, theirs = alternate(lambda: rate(large, 10, True), lambda: rate(large, 10, False), 5)
    yield row("max with verdict and limits against without, 1,000,000×30", ours, theirs, "epochs/s", "≥ 0.99")

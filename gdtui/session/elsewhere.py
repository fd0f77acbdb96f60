"""Where the rows of a session are: in this process, or with workers. Of those it tells who comes and goes, and waits
while there is nobody."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gdtui.data.dataset import Dataset
from gdtui.learning.kernel import Kernel, kernel_for
from gdtui.learning.objective import Objective
from gdtui.session.snapshot import Phase
from gdtui.settings import Display

if TYPE_CHECKING:
    from gdtui.cluster.workers import Workers
    from gdtui.session.session import Session


class Place:
    """Where rows are.

    Args:
        workers: who has them, where that is not this process.
    """

    def __init__(self, workers: Workers | None = None) -> None:
        self.workers = workers
        self.stranded: str | None = None
        """Why nobody waits for workers any longer."""

    def kernel(self, data: Dataset, objective: Objective) -> Kernel:
        """As `kernel_for`, of rows that are there."""
        return (kernel_for if self.workers is None else self.workers.kernel)(data, objective)

    @property
    def workers_there(self) -> int:
        """How many have rows."""
        return 0 if self.workers is None else self.workers.count

    @property
    def waiting(self) -> str:
        """What is waited for, in words."""
        return "" if self.workers is None else self.workers.waiting

    def is_ready(self, session: Session) -> bool:
        """Whether the rows can be trained on. Where there is no worker, this waits a moment for one; after a while
        nobody waits any more, and the session stands still."""
        if self.workers is None or self.workers.is_ready():
            self.stranded = None
            return True
        if (why := self.workers.gives_up()) is not None:
            if session.saved_in is not None:
                why += f"; gdtui resume {shlex.quote(session.saved_in)} goes on, with other workers or none"
            self.stranded, session.phase = why, Phase.PAUSED
            session.say(why, is_error=True)
        return False

    def tell(self, session: Session) -> None:
        """Say who has come and gone."""
        while self.workers is not None and self.workers.told:
            session.say(self.workers.told.popleft())

    def close(self) -> None:
        """No more is evaluated there."""
        if self.workers is not None:
            self.workers.close()


@contextmanager
def place_for(display: Display) -> Iterator[Place]:
    """Begins the workers that are asked for; they end where what comes of it fails. Raises ClusterError."""
    if display.workers is None:
        yield Place()
        return
    from gdtui.cluster.workers import Workers

    place = Place(Workers(display.workers))
    try:
        yield place
    except BaseException:
        place.close()
        raise

"""Data that is read in a thread of its own, while the session stands still and answers."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from gdtui.data.progress import PROGRESS, Progress
from gdtui.runs.run import Run
from gdtui.session.commands import Train


class Reading:
    """What is being read.

    Args:
        name: of the data.
        make: reads it, and makes a run of it.
        asked: what the run is to begin with, but for what today's has; None where that is all it needs.
    """

    def __init__(self, name: str, make: Callable[[], Run], asked: Train | None = None) -> None:
        self.progress, self.asked = Progress(name), asked
        self.run: Future[Run] = Future()
        """What comes of it."""
        Thread(target=self._read, args=[make], daemon=True, name="reading").start()

    def give_up(self) -> None:
        """Read no further."""
        self.progress.is_given_up = True

    def _read(self, make: Callable[[], Run]) -> None:
        PROGRESS.set(self.progress)
        try:
            self.run.set_result(make())
        except Exception as error:
            self.run.set_exception(error)

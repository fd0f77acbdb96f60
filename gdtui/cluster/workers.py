"""Workers that hold rows, whoever of them comes and goes.

The rows stay in this process too, or in its file: where a worker is lost, the others get its rows from here, and what
was asked for is asked again. So nothing depends on who answers, how many there are, or when one is lost.
"""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from gdtui.cluster.holder import Question
from gdtui.cluster.kernel import ClusterKernel
from gdtui.cluster.link import LOST, ClusterError, Link
from gdtui.cluster.placed import Placed, evened
from gdtui.cluster.processes import Processes
from gdtui.data.dataset import Dataset
from gdtui.data.progress import PROGRESS
from gdtui.learning.kernel import Kernel
from gdtui.learning.objective import Objective
from gdtui.types import Floats

LOOKS_EVERY = 1.0
"""Seconds between two looks at who has come."""
ANSWERS_WITHIN, STARTS_WITHIN = 5.0, 60.0
"""Seconds in which a scheduler has to answer, and a worker to be there, before a run begins."""
PATIENCE = 60.0
"""Seconds for which a worker is waited for, where there is none."""
REST = 0.1
"""Seconds that such waiting takes at a time."""


class Workers:
    """Where rows live that are not in this process.

    Args:
        where: how many processes of this machine, or the address of a scheduler that has workers.
        patience: seconds for which a worker is waited for; None for `PATIENCE`.
        clock: seconds.

    Raises:
        ClusterError: Dask is not installed, or nobody answers there.
    """

    def __init__(
        self, where: int | str, patience: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if find_spec("distributed") is None:
            raise ClusterError("workers need Dask: pip install 'gdtui[cluster]'")
        self.where, self.told = where, deque[str]()
        """What people are to be told, in lines."""
        self.waiting = ""
        """What is waited for, in words; empty where there are workers."""
        self._patience, self._clock = PATIENCE if patience is None else patience, clock
        self._lock, self._closed = threading.RLock(), threading.Event()
        self._processes: Processes | None = None
        self._link: Link | None = None
        self._here: list[str] = []
        """The addresses of workers that can be asked."""
        self._known = 0
        """How many the scheduler knows of."""
        self._refused: dict[str, str] = {}
        """Those that cannot be, and why."""
        self._placed: dict[str, Placed] = {}
        self._unneeded = deque[str]()
        self._looked = self._alone_since = -math.inf
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    # What is evaluated

    def kernel(self, data: Dataset, objective: Objective) -> Kernel:
        """As `gdtui.learning.kernel.kernel_for`, of rows that workers hold."""
        kernel = self._kernel(data, objective, 1.0, data.partitions)
        if data.is_small:
            self.told.append(f"{len(data):,} rows are few: one worker has all of them, and without it is faster")
        if data.test is not None:
            kernel.held_out = self._kernel(data.test, objective, data.test_factor, data.partitions)
        return kernel

    def _kernel(self, data: Dataset, objective: Objective, factor: float, partitions: int) -> ClusterKernel:
        placed = Placed(data, objective, factor, partitions)
        kernel = ClusterKernel(data, objective.scaled(factor) if factor != 1 else objective, placed, self)
        with self._lock:
            self._placed[placed.key] = placed
            if self._link is not None:
                self._spread(placed, self._link)
        weakref.finalize(kernel, self._unneeded.append, placed.key)
        return kernel

    def ask(self, placed: Placed, function: str, weights: Floats) -> list[tuple[list[int], Any]] | None:
        """What `Holder` has of that name, of all stretches: each worker's numbers, and what it answers. None where
        there is no worker."""
        with self._lock:
            while (link := self._link) is not None and self._spread(placed, link):
                shares = placed.shares
                wanted = {
                    address: [Question(placed.key, tuple(numbers), weights)] for address, numbers in shares.items()
                }
                answers = link.ask(function, wanted)
                if not self._are_lost(answers):
                    return [(shares[address], answer) for address, answer in answers.items()]
            return None

    def _spread(self, placed: Placed, link: Link) -> bool:
        """Let every stretch be with a worker. Returns whether there is any."""
        while here := [*self._here]:
            goal = evened(placed.where, here)
            moves = [number for number, address in enumerate(goal) if placed.where[number] != address]
            if not moves:
                self._say("")
                return True
            self._say(f"rows to {_count(len(here))} …  {1 - len(moves) / len(placed.where):.0%}")
            now: dict[str, int] = {}
            for number in moves:
                now.setdefault(goal[number], number)
            wanted = {
                address: (placed.key, number, placed.task, *placed.rows(number)) for address, number in now.items()
            }
            answers = link.ask("hold", wanted)
            for address, number in now.items():
                if not isinstance(answers[address], BaseException):
                    if placed.where[number]:
                        link.ask("drop", {placed.where[number]: (placed.key, [number])})
                    placed.where[number] = address
            self._are_lost(answers)
        return False

    def _say(self, doing: str) -> None:
        """Tell whoever waits for the rows."""
        if (progress := PROGRESS.get()) is not None:
            progress.doing = doing

    # Who is there

    @property
    def count(self) -> int:
        """How many workers there are."""
        return len(self._here)

    def is_ready(self) -> bool:
        """Whether there are workers; where there are none, this waits a moment for one, and `waiting` says so."""
        with self._lock:
            while self._unneeded:
                self._drop(self._unneeded.popleft())
            if not self._here or self._clock() - self._looked >= LOOKS_EVERY:
                self._look()
            if self._here:
                self.waiting = ""
                return True
        if not self.waiting:
            self.waiting, self._alone_since = f"waiting for a worker{self._at} …", self._clock()
        self._closed.wait(REST)
        return False

    def gives_up(self) -> str | None:
        """Why nobody waits for workers any longer, if that is so; who asks again after that waits again."""
        if not self.waiting or self._clock() - self._alone_since < self._patience:
            return None
        self.waiting = ""
        return f"no worker{self._at} for {self._patience:g} s"

    @property
    def _at(self) -> str:
        return f" at {self.where}" if isinstance(self.where, str) else ""

    def _are_lost(self, answers: dict[str, Any]) -> bool:
        """Whether some of these are no answers: who gave none is lost."""
        lost = [address for address, answer in answers.items() if isinstance(answer, BaseException)]
        for address in lost:
            self._lose(address)
        if lost and not self._closed.is_set():
            what = "a worker was lost; its" if len(lost) == 1 else f"{len(lost)} workers were lost; their"
            them = "another" if len(self._here) == 1 else "others"
            self.told.append(
                f"{what} rows are on {them} now" if self._here else "all workers are lost; waiting for another"
            )
        return bool(lost)

    def _lose(self, address: str) -> None:
        self._here = [one for one in self._here if one != address]
        if self._link is not None:
            self._link.part_with(address)
        for placed in self._placed.values():
            placed.lose(address)
        self._looked = self._clock()  # the scheduler may not know yet

    def _drop(self, key: str) -> None:
        if self._placed.pop(key, None) is not None and self._link is not None and self._here:
            self._link.ask("drop", dict.fromkeys(self._here, (key,)))

    def _look(self) -> None:
        """Take in who has come and who has gone; those who are new are there once they have got ready."""
        self._looked = self._clock()
        try:
            if self._link is None:
                self._open(LOOKS_EVERY)
            assert self._link is not None
            known = self._link.workers()
        except (*LOST, ClusterError):
            self._unlink()
            return
        self._known = len(known)
        gone = [address for address in self._here if address not in known]
        self._are_lost(dict.fromkeys(gone, OSError()))
        before = len(self._here)
        for address in known:
            if address not in self._here and address not in self._refused:
                self._welcome(address)
        if before and len(self._here) > before:
            self.told.append(f"a worker has come; rows are on {_count(len(self._here))} now")

    def _welcome(self, address: str) -> None:
        """Take a worker once it has an actor, if it is as it has to be."""
        assert self._link is not None
        try:
            self._link.hire(address)
            if not self._link.is_hired(address):
                return
            self._link.meet(address)
        except LOST:
            self._link.part_with(address)
        except ClusterError as error:
            self._link.part_with(address)
            self._refused[address] = str(error)
            self.told.append(str(error))
        else:
            self._here.append(address)

    # Beginning and ending

    def _begin(self) -> None:
        """Wait until there are as many as were asked for, or those whom a scheduler has. Raises ClusterError."""
        until = self._clock() + STARTS_WITHIN
        self._say(f"starting {_count(self.where)} …" if isinstance(self.where, int) else f"calling {self.where} …")
        try:
            self._open(ANSWERS_WITHIN)
        except ClusterError:
            raise
        except (OSError, ValueError) as error:
            if isinstance(self.where, int):
                raise ClusterError(f"the workers cannot begin: {error}") from None
            raise ClusterError(f"no scheduler answers at {self.where}; dask scheduler begins one") from None
        while self._clock() < until and not self._closed.is_set():
            self._look()
            wanted = self.where if isinstance(self.where, int) else self._known
            if self._refused:
                raise ClusterError(next(iter(self._refused.values())))
            if self._here and len(self._here) >= wanted:
                break
            if not self._here and isinstance(self.where, str):
                self._say(f"waiting for a worker{self._at} …")
            self._closed.wait(REST / 10)
        if not self._here:
            raise ClusterError(f"no worker{self._at} for {STARTS_WITHIN:g} s; dask worker {self.where} begins one")
        self.told.clear()  # who was there from the beginning has not come
        self._say("")

    def _open(self, seconds: float) -> None:
        """Raises OSError, ValueError and ClusterError, where that cannot be."""
        if isinstance(self.where, str):
            self._link = Link(self.where, seconds)
            return
        if self._processes is not None and not self._processes.are_there:
            self._processes.end()
            self._processes = None
        self._processes = self._processes or Processes(self.where)
        self._link = Link(self._processes.address(), seconds)

    def _unlink(self) -> None:
        """The scheduler is gone, and all workers with it."""
        if self._link is not None:
            threading.Thread(target=self._link.close, daemon=True).start()
        if self._here:
            self.told.append("the scheduler is gone")
        for address in [*self._here]:
            self._lose(address)
        self._link = None

    def close(self) -> None:
        """No more is asked of workers; those that are processes of this machine end."""
        self._closed.set()
        if self._processes is not None:
            self._processes.end()
        link, self._link, self._here = self._link, None, []
        if link is not None:
            link.close()


def _count(workers: int) -> str:
    return "1 worker" if workers == 1 else f"{workers} workers"

"""Which worker holds which rows of a data set."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from gdtui.cluster.holder import Task
from gdtui.data.dataset import Dataset
from gdtui.data.rows import BLOCK, partitioned
from gdtui.learning.objective import Objective
from gdtui.types import Floats


class Placed:
    """The rows of a data set, in stretches, for one task.

    Args:
        data: the rows, which are read here each time that a worker is to have them.
        objective: what is evaluated of them.
        factor: see `Objective.scaled`.
        partitions: how many stretches there are to be; see `partitioned`.
    """

    def __init__(self, data: Dataset, objective: Objective, factor: float, partitions: int) -> None:
        self.key = uuid.uuid4().hex
        is_whole = data.is_small
        self.task = Task(objective.name, len(data.class_names), factor, is_whole)
        self._data = data
        blocks = -(-len(data) // BLOCK)
        self._cuts = partitioned(blocks, 1 if is_whole else partitions or blocks)
        self.where = [""] * len(self._cuts)
        """The worker that holds each stretch; empty where none does."""

    def rows(self, number: int) -> tuple[Floats, Floats]:
        """Of a stretch: rows of X, and their labels."""
        rows = slice(self._cuts[number].start * BLOCK, self._cuts[number].stop * BLOCK)
        return self._data.X[rows], self._data.y[rows]

    @property
    def shares(self) -> dict[str, list[int]]:
        """Which stretches each worker holds."""
        shares: dict[str, list[int]] = {}
        for number, address in enumerate(self.where):
            shares.setdefault(address, []).append(number)
        return shares

    def lose(self, address: str) -> None:
        """What that worker held is nowhere now."""
        self.where = ["" if one == address else one for one in self.where]


def evened(where: Sequence[str], workers: Sequence[str]) -> list[str]:
    """Where each stretch is to be, so that workers have as many each, or one more: as few as can be are moved."""
    least, more = divmod(len(where), len(workers))
    held = Counter(address for address in where if address in workers)
    room = dict.fromkeys(workers, least)
    for address in sorted(workers, key=lambda one: -held[one])[:more]:
        room[address] += 1
    goal = []
    for address in where:
        stays = room.get(address, 0) > 0
        goal.append(address if stays else "")
        if stays:
            room[address] -= 1
    spare = [address for address in workers for _ in range(room[address])]
    return [address or spare.pop() for address in goal]

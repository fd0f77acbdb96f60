"""The steps of an epoch, by a recipe: one along the gradient of all rows, or one for each batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdtui.learning.batches import Batches
from gdtui.learning.kernel import Kernel
from gdtui.learning.optimizer import Slots, optimizer_of
from gdtui.learning.parts import Part
from gdtui.learning.penalty import Penalty, held_out_loss_of, loss_gradient_of
from gdtui.learning.schedule import alpha_at, is_constant
from gdtui.settings import Recipe
from gdtui.types import Floats

NOTHING = np.empty(0)


class Steps:
    """Takes the steps that lead from one row of weights to the next.

    Args:
        kernel: of all rows of the data.
        recipe: how.
        rows: the weights before each epoch of a chunk, and after its last: views of shape (size,).
        memory: what the optimiser remembers, see `State`; of length 0 where it begins anew.

    Raises:
        ValueError: the recipe names an optimiser or a schedule that there is none of.
    """

    def __init__(self, kernel: Kernel, recipe: Recipe, rows: list[Floats], memory: Floats = NOTHING) -> None:
        size = kernel.size
        self.recipe = recipe
        self.loss_gradient = loss_gradient_of(kernel, recipe)
        self.held_out_loss = held_out_loss_of(kernel, recipe)
        self._rows, self._optimizer = rows, optimizer_of(recipe, size)
        alpha_at(recipe, 1)  # is there such a schedule?
        self.is_batched = recipe.batch_size is not None and recipe.batch_size < len(kernel.X)
        """Whether the steps of an epoch do without the gradient of all rows."""
        self._batches = Batches(kernel, recipe.batch_size or 1, recipe.seed) if self.is_batched else None
        self._each = self._batches.count if self._batches else 1
        """Steps an epoch."""
        self._penalty = Penalty(recipe, kernel) if recipe.l2 or recipe.l1 else None
        self._step = self._shrinking if recipe.l1 else self._optimizer.step
        self._walk = self._optimizer.walk if self._penalty is None else self._penalised
        self.gradient = np.empty(size) if self._batches else self._optimizer.gradient
        """Where the gradient of all rows is to be put before an epoch's step."""
        self._slots = np.zeros((len(rows), self._optimizer.slots, size))
        self._views = [self._optimizer.views(slots) for slots in self._slots]
        self._taken = 0
        self._begun = self._begun_row = 0
        """Groups of batches that have been taken of an epoch which has more of them, and its row; the steps so far have
        led to the row after it."""
        if len(memory):
            self._taken = int(memory[0])
            self._slots[0] = memory[1:].reshape(self._slots[0].shape)

    @property
    def memory(self) -> Floats:
        """What the optimiser remembers before the first row's step; see `State`."""
        return np.append(float(self._taken), self._slots[0]) if self._optimizer.slots else NOTHING

    def memories(self, count: int) -> Floats:
        """The same before each of the first rows' steps, shape (count, m)."""
        if not self._optimizer.slots:
            return np.empty((count, 0))
        taken = self._taken + self._each * np.arange(count, dtype=np.float64)
        return np.column_stack([taken, self._slots[:count].reshape(count, -1)])

    def taking(self, first: int, count: int, is_enough: Callable[[], bool]) -> Callable[[int], bool]:
        """What takes the steps of one epoch, from the row of that index to the next; epoch `first` has row 0, and there
        are `count` of them. Returns whether it took all: of an epoch of very many batches, the rest is left where
        somebody says that it `is_enough`. After `keep`, it is gone on with from there."""
        rows, views, step, taken = self._rows, self._views, self._step, self._taken
        recipe, batches, walk = self.recipe, self._batches, self._walk
        rates = [np.array(-recipe.alpha)] * count
        if not is_constant(recipe):
            rates = [np.array(-alpha_at(recipe, first + index)) for index in range(count)]

        def whole(index: int) -> bool:
            step(rows[index], rates[index], rows[index + 1], views[index], views[index + 1], taken + index)
            return True

        def in_batches(index: int) -> bool:
            assert batches is not None
            at, before, to, after = rows[index], views[index], rows[index + 1], views[index + 1]
            begun, number = self._begun, taken + index * self._each
            if begun:
                at, before, number = to, after, number + begun * batches.each
            for parts in batches.in_groups(first + index, begun):
                walk(parts, at, rates[index], to, before, after, number)
                at, before, number, begun = to, after, number + len(parts), begun + 1
                if begun < batches.groups and is_enough():
                    self._begun, self._begun_row = begun, index
                    return False
            self._begun = 0
            return True

        return whole if batches is None else in_batches

    def keep(self, index: int) -> None:
        """The next chunk begins with that row, whose weights are the first's then."""
        self._rows[0][:] = self._rows[index]
        self._slots[0] = self._slots[index]
        self._taken += index * self._each
        self._begun *= index == self._begun_row
        if self._begun:
            self._rows[1][:] = self._rows[index + 1]
            self._slots[1] = self._slots[index + 1]

    @property
    def is_midway(self) -> bool:
        """Whether some of the steps of the first row are taken, and some are not."""
        return self._begun > 0

    def _penalised(
        self, parts: list[Part], at: Floats, rate: Floats, to: Floats, before: Slots, after: Slots, taken: int
    ) -> None:
        """Steps along batches, with penalties; see `Optimizer.walk`."""
        assert self._penalty is not None
        for number, part in enumerate(parts, taken):
            part.gradient(at, self._optimizer.gradient)
            self._penalty.pull(at, self._optimizer.gradient)
            self._step(at, rate, to, before, after, number)
            at, before = to, after

    def _shrinking(self, at: Floats, rate: Floats, to: Floats, *slots_and_taken: object) -> None:
        """A step, and the proximal one that follows it."""
        assert self._penalty is not None
        self._optimizer.step(at, rate, to, *slots_and_taken)  # type: ignore[arg-type]
        self._penalty.shrink(to, -float(rate))

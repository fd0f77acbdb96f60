"""The parts of a step, one after the other, as the lines of code that they are, with their numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from gdtui.analysis.anatomy import Step
from gdtui.data.dataset import Dataset
from gdtui.learning.objective import Objective
from gdtui.types import Floats

DIGITS, LONG = 5, 7
"""Of a number, and of a weight, which a step may change but little."""
TINY, HUGE = 1e-3, 1e6
"""Numbers that are not between these have an exponent."""
LEAST_TERMS = 2
"""Features whose terms stand one by one in a logit; more are added up."""


class Row(NamedTuple):
    """A name, and numbers in columns; a text of its own where there are none."""

    name: str
    values: tuple[str, ...] = ()


class Beat(NamedTuple):
    """A line of code, the heads of the columns, and what stands in them."""

    code: str
    heads: tuple[str, ...]
    rows: list[Row]


def figure(value: float, digits: int = DIGITS) -> str:
    """A number in at most ten letters."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if TINY <= abs(value) < HUGE:
        return f"{value:.{min(7, max(0, digits - 1 - math.floor(math.log10(abs(value)))))}f}"
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


class Telling(NamedTuple):
    """How a step is told.

    Attributes:
        unit: the number of the class whose weights are shown, of more than two.
        columns: the places of these weights within the unit.
        rows: how many rows of the data are shown.
    """

    step: Step
    data: Dataset
    objective: Objective
    unit: int
    columns: range
    rows: int

    def vector(self, name: str, vector: Floats, digits: int = DIGITS) -> Row:
        """Of a vector, shape (size,), what belongs to the weights shown."""
        part = vector.reshape(self.data.units, -1)[self.unit, self.columns.start : self.columns.stop]
        return Row(name, tuple(figure(value, digits) for value in part.tolist()))

    def by_row(self, name: str, values: Floats) -> Row:
        """Of an array, shape (units, m), or (m,), what belongs to the rows shown."""
        part = np.atleast_2d(values)[self.unit if np.ndim(values) > 1 else 0, : self.rows]
        return Row(name, tuple(map(figure, part.tolist())))

    @property
    def of_rows(self) -> tuple[str, ...]:
        """The heads of rows."""
        heads = tuple(f"row {number}" for number in self.step.some.numbers[: self.rows].tolist())
        return (*heads, "…") if len(heads) < self.step.rows else heads

    @property
    def of_weights(self) -> tuple[str, ...]:
        """The heads of weights."""
        names = ("bias", *self.data.feature_names)
        heads = names[self.columns.start : self.columns.stop]
        return (*heads, "…") if self.columns.stop < len(names) else heads


def beats(telling: Telling) -> list[Beat]:
    """The beats of a step."""
    with np.errstate(all="ignore"):  # one that diverges is told as well
        return _beats(telling)


def _beats(telling: Telling) -> list[Beat]:
    step, recipe = telling.step, telling.step.recipe
    found = [_activations(telling), _errors(telling), _gradient(telling)]
    if recipe.l2:
        pull = telling.vector(f"{recipe.l2:g}·w", step.gradient - step.slope)
        found.append(_of(telling, f"g ← g + {recipe.l2:g}·w", [pull, telling.vector("g", step.gradient)]))
    found += _OPTIMIZERS[recipe.optimizer](telling)
    direction = _DIRECTIONS[recipe.optimizer]
    by = telling.vector(f"−α·{direction}", step.moved - step.weights)
    found.append(_of(telling, f"step = −α·{direction}", [Row(alpha_told(step)), by]))
    found.append(_of(telling, "W ← W + step", [
        telling.vector("W before", step.weights, LONG), by._replace(name="step"),
        telling.vector("W after", step.moved, LONG),
    ]))  # fmt: skip
    if recipe.l1:
        shrinks = Row(f"|w| shrinks by α·λ₁ = {step.alpha * recipe.l1:.4g}, not below 0")
        found.append(_of(telling, "W ← shrunk W", [shrinks, telling.vector("W after", step.result, LONG)]))
    return found


def _of(telling: Telling, code: str, rows: list[Row]) -> Beat:
    return Beat(code, telling.of_weights, rows)


def _activations(telling: Telling) -> Beat:
    step, some, data = telling.step, telling.step.some, telling.data
    weights = step.weights.reshape(data.units, -1)[telling.unit]
    terms = some.X * weights
    names = data.feature_names
    rows = [telling.by_row("bias", terms[:, 0])]
    if len(names) <= LEAST_TERMS:
        rows += [telling.by_row(f"w·{name}", terms[:, at]) for at, name in enumerate(names, 1)]
    else:
        rows.append(telling.by_row(f"Σ w·x of {len(names)}", terms[:, 1:].sum(axis=1)))
    rows.append(telling.by_row("z", some.z))
    if telling.objective.is_score:
        return Beat("z = X·W", telling.of_rows, rows)
    rows.append(telling.by_row("p", some.p))
    return Beat("p = σ(z), z = X·W" if data.units == 1 else "p = softmax(X·W)", telling.of_rows, rows)


def _errors(telling: Telling) -> Beat:
    some, step, name, units = telling.step.some, telling.step, telling.objective.name, telling.data.units
    code = "e = p − y"
    if name == "hinge":
        code = "e = −s if s·z < 1 else 0"
    elif name == "squared-error":
        code = "e = 2·(p − y)·p·(1 − p)" if units == 1 else "e = 2·p·(d − Σ d·p), d = p − y"
    wanted = 2 * some.y - 1 if name == "hinge" else some.y
    labels = tuple(f"{label:g}" for label in wanted[telling.unit, : telling.rows].tolist())
    whole = "" if step.count == 1 else ", of all rows"
    loss = Row(f"loss = {telling.objective.title} = {step.loss:.7g}{whole}")
    known = Row("s = 2·y − 1" if name == "hinge" else "y", labels)
    return Beat(code, telling.of_rows, [known, telling.by_row("e", some.errors), loss])


def _gradient(telling: Telling) -> Beat:
    step = telling.step
    rows = [telling.vector("Xᵀ·e", step.slope * step.rows), telling.vector("g", step.slope)]
    return _of(telling, f"g = Xᵀ·e / {step.rows:,}", rows)


def alpha_told(step: Step) -> str:
    """What alpha is, and what the schedule makes of it."""
    if step.alpha == step.recipe.alpha:
        return f"α = {step.alpha:g}"
    return f"α = {step.alpha:.4g}, of {step.recipe.alpha:g} by the schedule"


def _none(telling: Telling) -> Iterator[Beat]:
    """The gradient as it is."""
    yield from ()


def _velocity(telling: Telling) -> Iterator[Beat]:
    step, beta = telling.step, telling.step.recipe.momentum
    kept, v = telling.vector(f"{beta:g}·v", beta * step.before[0]), telling.vector("v", step.after[0])
    yield _of(telling, f"v ← {beta:g}·v + g", [kept, v])


def _ahead(telling: Telling) -> Iterator[Beat]:
    step, beta = telling.step, telling.step.recipe.momentum
    yield from _velocity(telling)
    yield _of(telling, f"d = {beta:g}·v + g", [telling.vector("d", beta * step.after[0] + step.gradient)])


def _squares(telling: Telling, beta2: float, slot: int) -> Beat:
    step = telling.step
    kept = telling.vector(f"{beta2:g}·s", beta2 * step.before[slot])
    return _of(telling, f"s ← {beta2:g}·s + {1 - beta2:.3g}·g²", [kept, telling.vector("s", step.after[slot])])


def _root(telling: Telling) -> Iterator[Beat]:
    step, recipe = telling.step, telling.step.recipe
    yield _squares(telling, 0.9 if recipe.beta2 is None else recipe.beta2, 0)
    d = step.gradient / (np.sqrt(step.after[0]) + recipe.epsilon)
    yield _of(telling, f"d = g / (√s + {recipe.epsilon:g})", [telling.vector("d", d)])


def _both(telling: Telling) -> Iterator[Beat]:
    step, recipe = telling.step, telling.step.recipe
    beta, beta2, t = recipe.momentum, 0.999 if recipe.beta2 is None else recipe.beta2, telling.step.taken + 1
    kept, m = telling.vector(f"{beta:g}·m", beta * step.before[0]), telling.vector("m", step.after[0])
    yield _of(telling, f"m ← {beta:g}·m + {1 - beta:.3g}·g", [kept, m])
    yield _squares(telling, beta2, 1)
    left, left2 = 1 - beta**t, 1 - beta2**t
    mean, square = step.after[0] / left, step.after[1] / left2
    yield _of(telling, f"m' = m / (1 − {beta:g}ᵗ), t = {t:,}", [telling.vector(f"m / {left:.4g}", mean)])
    yield _of(telling, f"s' = s / (1 − {beta2:g}ᵗ)", [telling.vector(f"s / {left2:.4g}", square)])
    d = mean / (np.sqrt(square) + recipe.epsilon)
    yield _of(telling, f"d = m' / (√s' + {recipe.epsilon:g})", [telling.vector("d", d)])


_OPTIMIZERS: dict[str, Callable[[Telling], Iterator[Beat]]] = {
    "gd": _none, "momentum": _velocity, "nesterov": _ahead, "rmsprop": _root, "adam": _both,
}  # fmt: skip
_DIRECTIONS = {"gd": "g", "momentum": "v", "nesterov": "d", "rmsprop": "d", "adam": "d"}

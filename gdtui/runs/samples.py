"""What a run comes to: sampled activations with their labels, and the verdict in one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from gdtui.data.dataset import Dataset
from gdtui.data.edits import base_of
from gdtui.data.rows import Rows
from gdtui.learning.moment import Moment
from gdtui.learning.objective import OBJECTIVES, THRESHOLD
from gdtui.learning.weights import logits
from gdtui.runs import recipes
from gdtui.runs.recipes import Recipes
from gdtui.runs.run import Shown
from gdtui.types import Confusion, Floats

_AT_HAND: WeakKeyDictionary[Rows, tuple[np.ndarray, Floats]] = WeakKeyDictionary()
"""Rows that were shown last, with their numbers."""
NAMED = 31
"""Weights that are printed at the most; an export has all of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the final table."""

    index: int
    """Its row in the data, or in the test set, from 0."""
    features: tuple[float, ...]
    activation: float
    """Of more than two classes that of the one that is predicted."""
    predicted: int | None
    """None where the activation is not a number."""
    true: int
    is_test: bool = False
    """Whether it is kept for testing."""

    @property
    def is_right(self) -> bool:
        return self.predicted == self.true

    @property
    def verdict(self) -> str:
        """Whether it is right, for a table."""
        return "– unknown" if self.predicted is None else "✓ right" if self.is_right else "✗ wrong"

    def line(self, unit: str = "activation") -> str:
        """As the article prints it; `unit` is what an activation is called."""
        label = "none" if self.predicted is None else self.predicted
        kept = " (test row)" if self.is_test else ""
        return f"{unit}={self.activation:.4f}; predicted_label={label}, true_label={self.true}{kept}"


def sampled_rows(run: Shown, are_tests: bool = False, data: Dataset | None = None) -> np.ndarray:
    """Which rows of the data, or of the test set, the table shows: `settings.sample_size` in all, of each its share,
    without repetition, by `settings.seed`, sorted. Points that were added by hand change nothing of that."""
    data = data or run.data
    data = base_of(data) if len(base_of(data)) else data
    size, rows, tests = run.settings.sample_size, len(data), len(data.test or ())
    of_tests = min(size, tests, max(1, round(size * tests / (rows + tests)))) if tests else 0
    every, count = (tests, of_tests) if are_tests else (rows, min(size - of_tests, rows))
    return _chosen(run.settings.seed, every, count)


@lru_cache(maxsize=16)
def _chosen(seed: int, rows: int, count: int) -> np.ndarray:
    """So many of these rows; remembered, since they are shown with each frame."""
    chosen = np.random.default_rng(seed).choice(rows, size=count, replace=False)
    chosen.sort()
    return chosen


def at_hand(run: Shown, data: Dataset) -> None:
    """Have the rows of the table in memory, since who shows them cannot wait for those that are on the disk, say."""
    for are_tests, part in ((False, data), (True, data.test)):
        if part is not None and isinstance(part.X, Rows):
            _rows_of(part, sampled_rows(run, are_tests, data))


def _rows_of(data: Dataset, rows: np.ndarray) -> Floats:
    known = _AT_HAND.get(data.X) if isinstance(data.X, Rows) else None
    if known is not None and np.array_equal(known[0], rows):
        return known[1]
    X: Floats = data.X[rows]
    if isinstance(data.X, Rows):
        _AT_HAND[data.X] = rows, X
    return X


def samples(run: Shown, weights: Floats, data: Dataset | None = None) -> list[Sample]:
    """The table at `weights`, shape (d + 1,), of the run's data or of that; what is kept for testing comes first."""
    data = data or run.data
    tests = [] if data.test is None else _samples(run, data.test, weights, sampled_rows(run, True, data), True)
    return tests + _samples(run, data, weights, sampled_rows(run, False, data), False)


def _samples(run: Shown, data: Dataset, weights: Floats, rows: np.ndarray, are_tests: bool) -> list[Sample]:
    with np.errstate(over="ignore", invalid="ignore"):
        X = _rows_of(data, rows)
        activations = run.objective.activations(logits(X, weights))
    labels = predictions(activations, run.objective.threshold)
    shown = activations if activations.ndim == 1 else activations.max(axis=0)
    return [
        Sample(
            int(row),
            tuple(features[1:]),
            float(activation),
            None if np.isnan(activation) else int(label),
            int(data.y[row]),
            are_tests,
        )
        for row, features, activation, label in zip(rows, X.tolist(), shown, labels, strict=True)
    ]


def summary(run: Shown, last: Moment) -> str:
    """The run in one line, measured at the weights after the last step."""
    why = "stopped early" if run.stop is None else run.stop.message
    return summed_up(run.data.name, run.done, run.history.trained or [(1, run.recipe)], last, why)


def summed_up(name: str, done: int, trained: Recipes, last: Moment, why: str) -> str:
    """A run in one line: its data's name, the epochs done, the recipes that they were trained with, what is known of
    the last state, and why there are no more."""
    epochs, alphas = "1 epoch" if done == 1 else f"{done} epochs", [alpha for _, alpha in recipes.alphas(trained)]
    how = f", {recipes.recipe_told(trained[-1][1])}" if trained and recipes.recipe_told(trained[-1][1]) else ""
    shown: list[float | None] = [*alphas] if len(alphas) <= 4 else [*alphas[:2], None, alphas[-1]]
    steered = " → ".join("…" if alpha is None else f"{alpha:g}" for alpha in shown)
    loss, accuracy = f"{last.loss:.7f}", _percent(last.accuracy)
    if last.test_loss is not None:
        accuracy += f", test loss {last.test_loss:.7f}, test accuracy {_percent(last.test_accuracy)}"
    return f"{name}: {epochs}, alpha {steered or 'not known'}{how}, loss {loss}, accuracy {accuracy} ({why})"


def _percent(accuracy: float | None) -> str:
    return "not known" if accuracy is None else f"{accuracy:.2%}"


def tests_told(rows: int, tests: int, loss: str) -> list[str]:
    """How so many rows are tested beside those that are trained on, in a line; none where there are none."""
    is_sum = loss in OBJECTIVES and not OBJECTIVES[loss].is_mean
    scaled = f"; test_loss is the sum as of {rows} rows" if is_sum else ""
    return [f"test: {tests} rows that nothing is learnt from, measured at each epoch{scaled}"] if tests else []


def details(last: Moment, class_names: Sequence[str], feature_names: Sequence[str]) -> list[str]:
    """What else is known of a state, in lines: true against predicted labels over all rows, with the names of their
    classes, the gradient's norm, and the weights."""
    lines = _predicted(last.confusion, class_names)
    lines += [f"test {line}" for line in _predicted(last.test_confusion, class_names)]
    if last.gradient_norm is not None:
        lines.append(f"gradient={last.gradient_norm:.7g}")
    return lines + _weights(last.weights.tolist(), class_names, ("bias", *feature_names))


def _weights(weights: list[float], class_names: Sequence[str], names: Sequence[str]) -> list[str]:
    """A line for each unit; of several, the fewer weights the more of them there are."""
    lines, count = [], max(1, round(len(weights) / len(names)))
    for unit in range(count if weights else 0):
        named = list(zip(names, weights[unit * len(names) : (unit + 1) * len(names)], strict=False))
        most = NAMED // count
        more = f", and {len(named) - most} more" if len(named) > most else ""
        of = f" of class {_called(unit, class_names)}" if count > 1 else ""
        lines.append(f"weights{of}: " + ", ".join(f"{name}={weight:.7g}" for name, weight in named[:most]) + more)
    return lines


def _called(label: int, class_names: Sequence[str]) -> str:
    """A label, with the name of its class where that is another."""
    name = class_names[label] if label < len(class_names) else str(label)
    return str(label) if name == str(label) else f"{label} ({name})"


def _predicted(confusion: Confusion | None, class_names: Sequence[str]) -> list[str]:
    """A line for each true class; none where nothing is known."""
    lines, classes = [], len(class_names)
    if confusion is not None and len(confusion) == classes**2:
        for label in range(classes):
            counts = confusion[label * classes : (label + 1) * classes]
            # Of many classes most are taken for none of the others.
            told = [f"{count} as {number}" for number, count in enumerate(counts) if count or classes == 2]
            predicted = ", ".join(told) or "none as any"
            lines.append(f"true_label={_called(label, class_names)}: {predicted.replace(' as', ' predicted as', 1)}")
    return lines


def predictions(activations: Floats, threshold: float = THRESHOLD) -> np.ndarray:
    """The class of each row. Of one unit, shape (n,): 1 where the activation is at least the threshold, else 0. Of
    several, shape (k, n): the one of the largest activation."""
    if activations.ndim > 1:
        largest: np.ndarray = activations.argmax(axis=0)
        return largest
    return (activations >= threshold).astype(np.int64)

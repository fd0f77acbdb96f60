"""What constructed runs are made of, and what is exactly known of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gdtui.analysis.optimum import optimum
from gdtui.analysis.stability import limits
from gdtui.data.dataset import Dataset, dataset
from gdtui.runs.run import Run
from gdtui.settings import Recipe, Settings
from gdtui.types import Floats


def trained(data: Dataset, epochs: int, loss: str, start: Floats, recipe: Recipe) -> Run:
    """A run of so many epochs."""
    known = {name: getattr(recipe, name) for name in recipe.__dataclass_fields__}
    run = Run(Settings(**{**known, "epochs": epochs, "loss": loss, "init": tuple(start.tolist())}), data)
    run.advance(epochs)
    return run


def clouds(rng: np.random.Generator, distance: float, rows: int | None = None, width: int | None = None,
           classes: int = 2) -> Dataset:  # fmt: skip
    """Clouds of deviation 1, about as far apart as that."""
    rows, width = rows or int(rng.integers(100, 400)), width or int(rng.integers(1, 6))
    centres = rng.normal(size=(classes, width))
    centres *= distance / np.linalg.norm(centres[0] - centres[1])
    labels = rng.integers(classes, size=rows)
    labels[:classes] = np.arange(classes)
    names = tuple(str(number) for number in range(classes))
    return dataset("clouds", rng.normal(size=(rows, width)) + centres[labels], labels, class_names=names)


def overlapping(rng: np.random.Generator) -> Dataset:
    """Clouds that no line parts."""
    return clouds(rng, rng.uniform(1, 2.5), classes=int(rng.choice([2, 2, 2, 3])))


def least(data: Dataset, recipe: Recipe) -> Floats | None:
    """The weights of the least cross-entropy, by L-BFGS; None where there is none."""
    size = data.units * data.X.shape[1]
    return optimum(data, "cross-entropy", replace(recipe, alpha=1.0), np.zeros(size)).weights


def entropies(data: Dataset, weights: Floats, l2: float = 0.0) -> Floats:
    """The mean cross-entropy at weights, shape (n, size), with the L2 penalty."""
    width, rows = data.X.shape[1], np.arange(len(data))
    units = weights.reshape(len(weights), -1, width)
    found = 0.5 * l2 * (units[:, :, 1:] ** 2).sum(axis=(1, 2))
    for begin in range(0, len(weights), 256):
        z = units[begin : begin + 256] @ data.X.T
        if data.units == 1:
            losses = np.logaddexp(0.0, (1 - 2 * data.y) * z[:, 0])
        else:
            z -= z.max(axis=1, keepdims=True)
            losses = np.log(np.exp(z).sum(axis=1)) - z[:, data.y.astype(int), rows]
        found[begin : begin + 256] += losses.mean(axis=1)
    return found


def spread_start(rng: np.random.Generator, data: Dataset, size: float = 2.0) -> Floats:
    return rng.normal(size=data.units * data.X.shape[1]) * size


def descended(rng: np.random.Generator) -> str:
    return str(rng.choice(["article", "cross-entropy"]))


def healthy(rng: np.random.Generator, data: Dataset, at: Floats, l2: bool = True) -> Recipe:
    """Plain or with momentum, at 0.15 to 0.9 of the least limit."""
    recipe = Recipe(
        optimizer=str(rng.choice(["gd", "gd", "momentum", "nesterov"])), l2=float(rng.choice([0, 0, 0.01])) if l2 else 0
    )
    sure = limits(data, "article", recipe, at).sure
    assert sure is not None
    share = rng.uniform(0.15, 0.9) if recipe.optimizer == "gd" else rng.uniform(0.02, 0.3)
    return replace(recipe, alpha=sure * share)


def way(run: Run, best: Floats, only_last: bool = False) -> Floats:
    """Which share of the way down to the least cross-entropy is left at each epoch, or at the first and last."""
    weights = run.history.keyframes[1]
    weights = weights[[0, -1]] if only_last else weights
    known = entropies(run.data, np.vstack([best, weights]), run.recipe.l2)
    return (known[1:] - known[0]) / (known[1] - known[0])


def held(losses: Floats, epoch: int) -> float:
    """What the last quarter of the epochs took off the loss, as a share of what the quarter before did."""
    before, middle, now = (losses[epoch - 1 - back * (epoch // 4)] for back in (2, 1, 0))
    return float((middle - now) / (before - middle)) if before > middle else math.nan


def down_to(run: Run, epochs: int) -> Run:
    """The same run, of fewer epochs."""
    return trained(run.data, epochs, run.settings.loss, run.start, run.settings.recipe)


def healthy_run(seed: int) -> Run:
    """400 epochs of one of the optimisers and losses, with and without batches, that go as they should: alpha is a
    sixth to four fifths of what is stable for sure, and less where a velocity or batches add to it, or where that says
    nothing."""
    rng = np.random.default_rng([seed, 77])
    data = overlapping(rng) if rng.random() < 0.7 else crossed(rng)
    even = (data.features - data.features.mean(axis=0)) / data.features.std(axis=0)
    data = dataset(data.name, even, data.y, class_names=data.class_names)
    loss = str(rng.choice(["article", "cross-entropy", "cross-entropy", "squared-error", "hinge"]))
    optimizer = str(rng.choice(["gd", "gd", "momentum", "nesterov", "rmsprop", "adam"]))
    l2, batch = float(rng.choice([0, 0, 0.01])), None if rng.random() < 0.7 else int(rng.integers(8, 64))
    sure = limits(data, "cross-entropy", Recipe(l2=l2), np.zeros(data.units * data.X.shape[1])).sure or 1
    alpha = sure * rng.uniform(0.15, 0.8) * (0.2 if optimizer in ("momentum", "nesterov") else 1)
    if optimizer in ("rmsprop", "adam"):
        alpha = rng.uniform(0.005, 0.1 if optimizer == "adam" else 0.03)
    elif loss == "hinge":  # which settles nowhere
        alpha = min(alpha, 0.03 if optimizer in ("momentum", "nesterov") else 0.3)
    recipe = Recipe(optimizer=optimizer, l2=l2, batch_size=batch, alpha=alpha * (0.2 if batch else 1))
    # Far out, the squared error begins on a plateau.
    return trained(data, 400, loss, spread_start(rng, data, 0.3 if loss == "squared-error" else 1), recipe)


def crossed(rng: np.random.Generator) -> Dataset:
    features = rng.uniform(-1, 1, size=(int(rng.integers(100, 400)), 2))
    return dataset("xor", features, (features[:, 0] > 0) ^ (features[:, 1] > 0))

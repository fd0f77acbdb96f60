"""Runs that are constructed so that it is known how they go.

What is true of a case follows from how it was made: from the exact limits of alpha, the exact minimum, a saturated
start, a margin between the classes, a penalty that no step can bear. The rules of `gdtui.why` were made with the cases
of even seeds; those of odd seeds were kept to hold them against.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gdtui.analysis.optimum import optimum
from gdtui.analysis.stability import limits
from gdtui.data.dataset import dataset
from gdtui.runs.run import Run
from gdtui.settings import Recipe
from gdtui.why.verdict import Kind
from tests.verdicts.making import (
    clouds,
    crossed,
    descended,
    down_to,
    entropies,
    healthy,
    held,
    least,
    overlapping,
    spread_start,
    trained,
    way,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A run that has been trained, and what is true of it at its last epoch.

    Attributes:
        kinds: those that are right; more than one where the truth is on the border between them.
    """

    name: str
    run: Run
    kinds: tuple[Kind, ...]


Family = Callable[[np.random.Generator], tuple[Run, tuple[Kind, ...]] | None]
"""Makes a run, or says that these random numbers make none of its kind."""


def made(name: str, seed: int) -> Case:
    """The case of that family and seed."""
    for attempt in range(50):
        found = FAMILIES[name](np.random.default_rng([seed, attempt, sum(map(ord, name))]))
        if found is not None:
            return Case(f"{name} {seed}", *found)
    raise AssertionError(f"no {name} with seed {seed}")


def falls(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """A healthy alpha, and a tenth to nine tenths of the way are left."""
    data = overlapping(rng)
    best = least(data, Recipe())
    if best is None:
        return None
    recipe = healthy(rng, data, best, l2=False)
    recipe = replace(recipe, alpha=recipe.alpha * rng.uniform(0.3, 1), optimizer="gd")
    run = trained(data, 300, descended(rng), spread_start(rng, data, 4), recipe)
    left = way(run, best)
    losses = run.history.losses
    epochs = [
        at
        for at in range(12, 300)
        if 0.15 < left[at - 1] < 0.9 and losses[at - 1] < 0.98 * losses[at - 11] and held(losses, at) > 0.6
    ]
    return (down_to(run, int(rng.choice(epochs))), (Kind.FALLING,)) if epochs else None


def levels(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """A healthy alpha; little of the way is left, and less than before was taken."""
    data = overlapping(rng)
    best = least(data, Recipe())
    if best is None:
        return None
    run = trained(data, 400, "cross-entropy", spread_start(rng, data), healthy(rng, data, best, l2=False))
    left = way(run, best)
    floor, begun = entropies(data, np.array([best, run.start]))
    gap = left * (begun - floor) / floor
    epochs = [
        at
        for at in range(20, 400)
        if left[at - 1] < 0.05
        and 0.04 > gap[at - 1] > 0.003
        and held(run.history.losses, at) < 0.5
        and left[at - 1] < left[at - 11]
        and gap[at - 11] < 0.06
    ]
    return (down_to(run, int(rng.choice(epochs))), (Kind.LEVELLING,)) if epochs else None


def is_done(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """A healthy alpha, down to a millionth of the way."""
    data = clouds(rng, rng.uniform(2, 3), classes=int(rng.choice([2, 3])))
    recipe = Recipe(l2=float(rng.choice([0, 0.01])))
    best = least(data, recipe)
    if best is None:
        return None
    found = limits(data, "article", recipe, best).here
    run = trained(data, 3000, descended(rng), spread_start(rng, data, 1), replace(recipe, alpha=0.5 * (found or 1)))
    return (
        (run, (Kind.DONE,)) if way(run, best, only_last=True)[-1] < 1e-6 and (run.end().accuracy or 0) > 0.8 else None
    )


def crawls(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Alpha is about a thousandth of what is stable, and most of the way is left."""
    data = overlapping(rng)
    best = least(data, Recipe())
    if best is None:
        return None
    recipe = Recipe(optimizer=str(rng.choice(["gd", "gd", "momentum"])))
    sure = limits(data, "article", recipe, best).sure or 1
    slower = 20 if recipe.optimizer == "momentum" else 1
    recipe = replace(recipe, alpha=sure / slower * 10 ** rng.uniform(-3.5, -2.7))
    run = trained(data, int(rng.integers(30, 200)), descended(rng), spread_start(rng, data), recipe)
    return (run, (Kind.CRAWLING,)) if way(run, best, only_last=True)[-1] > 0.5 else None


def crawls_unlimited(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """As above, of descents for which no limit is known: steps so small that a thousandth of the loss is taken."""
    data, loss = overlapping(rng), str(rng.choice(["article", "cross-entropy", "hinge", "squared-error"]))
    recipe = Recipe(optimizer=str(rng.choice(["rmsprop", "adam"])), alpha=10 ** rng.uniform(-6, -4.5))
    if loss in ("hinge", "squared-error") and rng.random() < 0.5:
        recipe = Recipe(alpha=10 ** rng.uniform(-6, -4.5), batch_size=int(rng.choice([16, 1000])))
    run = trained(data, int(rng.integers(30, 200)), loss, spread_start(rng, data, 0.5), recipe)
    return run, (Kind.CRAWLING,)


def bounces(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Alpha is 1.05 to 3 times what is stable at the minimum: it can come to rest nowhere."""
    data = overlapping(rng)
    recipe = Recipe(optimizer=str(rng.choice(["gd", "gd", "momentum", "nesterov"])), l2=float(rng.choice([0, 0, 0.01])))
    best = least(data, recipe)
    if best is None:
        return None
    here = limits(data, "article", recipe, best).here or 1
    recipe = replace(recipe, alpha=here * rng.uniform(1.05, 3))
    run = trained(data, int(rng.integers(60, 400)), descended(rng), spread_start(rng, data, 1), recipe)
    return run, (Kind.BOUNCING,)


def bounces_later(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """The same, by a hand that raises alpha half way."""
    data = overlapping(rng)
    best = least(data, Recipe())
    if best is None:
        return None
    here = limits(data, "article", Recipe(), best).here or 1
    run = trained(data, 400, descended(rng), spread_start(rng, data, 1), Recipe(alpha=0.4 * here))
    run = Run(run.settings, data)
    run.advance(int(rng.integers(20, 100)))
    run.set_alpha(here * rng.uniform(1.2, 3))
    run.advance(int(rng.integers(60, 200)))
    return run, (Kind.BOUNCING,)


def bounces_unlimited(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """RMSProp and hinge take steps of a size that is no less near the minimum: in the end the loss is still a tenth
    above the least."""
    data = overlapping(rng)
    if rng.random() < 0.5:
        recipe, loss = Recipe(optimizer="rmsprop", alpha=rng.uniform(1, 5)), descended(rng)
    else:
        recipe, loss = Recipe(alpha=rng.uniform(3, 10)), "hinge"
    run = trained(data, int(rng.integers(60, 400)), loss, spread_start(rng, data, 1), recipe)
    best = optimum(data, loss, Recipe(alpha=1.0), run.start).weights
    if best is None:
        return None
    floor, last = Run(replace(run.settings, init=tuple(best.tolist())), data).moment(0).loss, run.history.losses[-20:]
    return (run, (Kind.BOUNCING,)) if last.max() > 1.1 * floor and last[10:].max() > 1.1 * last.min() else None


def diverges(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Alpha times the L2 penalty is over 2: each step is longer than the one before, for ever."""
    data, l2 = overlapping(rng), float(10 ** rng.uniform(-2, 0))
    run = trained(
        data, 10_000, "cross-entropy", spread_start(rng, data, 1), Recipe(alpha=rng.uniform(2.1, 4) / l2, l2=l2)
    )
    if rng.random() < 0.5:
        losses = run.history.losses
        grown = np.flatnonzero(losses > 1000 * losses[0])
        run = down_to(run, max(12, int(grown[0]) + 1 + int(rng.integers(0, 30))))
    return run, (Kind.DIVERGING,)


def is_stuck(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """The squared error, from weights that are sure of the wrong class at most rows."""
    data = clouds(rng, rng.uniform(2, 5))
    best = least(data, Recipe(l2=0.01))
    if best is None:
        return None
    wrong = -best / np.linalg.norm(best[1:])
    z = np.abs(data.X @ wrong)
    start = wrong * rng.uniform(15, 40) / np.quantile(z, 0.3)
    run = trained(data, int(rng.integers(40, 400)), "squared-error", start, Recipe(alpha=rng.uniform(0.01, 1)))
    losses = run.history.losses
    return (run, (Kind.PLATEAU,)) if losses[-1] > 0.98 * losses[0] and losses[-1] > 0.5 else None


def is_separable(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """A margin is left free between the classes."""
    width = int(rng.integers(1, 6))
    normal = rng.normal(size=width)
    normal /= np.linalg.norm(normal)
    features = rng.normal(size=(int(rng.integers(60, 300)), width)) * 2
    side = features @ normal
    labels = side > 0
    features += np.outer(np.sign(side) * rng.uniform(0.3, 1), normal)
    if labels.mean() < 0.3 or labels.mean() > 0.7:
        return None
    data, recipe = dataset("margin", features, labels), Recipe(optimizer=str(rng.choice(["gd", "momentum"])))
    sure = limits(data, "article", recipe, np.zeros(width + 1)).sure or 1
    recipe = replace(recipe, alpha=sure * rng.uniform(0.3, 0.9) / (5 if recipe.optimizer == "momentum" else 1))
    run = trained(data, int(rng.integers(300, 2000)), descended(rng), spread_start(rng, data, 0.5), recipe)
    return (run, (Kind.SEPARABLE,)) if run.end().accuracy == 1 else None


def is_xor(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Two features whose signs differ in one class, or a ring around the other class; at the minimum."""
    data = crossed(rng)
    if rng.random() < 0.5:
        rows = len(data)
        labels, angle = rng.random(rows) < 0.5, rng.uniform(0, 2 * np.pi, rows)
        features = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.where(labels, 0.5, 1)[:, None]
        data = dataset("ring", features + rng.normal(size=features.shape) * 0.08, labels)
    best = least(data, Recipe())
    if best is None:
        return None
    sure = limits(data, "article", Recipe(), best).sure or 1
    recipe = Recipe(alpha=sure * rng.uniform(0.3, 0.9), optimizer=str(rng.choice(["gd", "adam"])))
    recipe = replace(recipe, alpha=0.05) if recipe.optimizer == "adam" else recipe
    run = trained(data, 2000, descended(rng), spread_start(rng, data, 0.5), recipe)
    return (run, (Kind.INSEPARABLE,)) if way(run, best, only_last=True)[-1] < 1e-6 else None


def has_scales(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Stable, with features of 300 to 30,000 times another's size, whose small ones tell the classes apart too."""
    data = clouds(rng, rng.uniform(1.5, 2.5), width=int(rng.integers(2, 6)))
    factors = np.ones(data.X.shape[1] - 1)
    factors[rng.integers(len(factors))] = 10 ** rng.uniform(2.5, 4.5)
    scaled = dataset("scaled", data.features * factors, data.y)
    sure = limits(scaled, "article", Recipe(), np.zeros(len(factors) + 1)).sure or 1
    start = np.append(0.0, 0.5 * rng.normal(size=len(factors)) / factors)
    run = trained(scaled, int(rng.integers(60, 600)), descended(rng), start, Recipe(alpha=sure * rng.uniform(0.3, 0.9)))
    best = least(scaled, Recipe())
    return (run, (Kind.SCALES,)) if best is not None and way(run, best, only_last=True)[-1] > 0.1 else None


def overfits(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Few rows of many features, some of the wrong class; the loss of 300 other rows has clearly risen."""
    width, rows = int(rng.integers(10, 30)), int(rng.integers(20, 40))
    data = clouds(rng, rng.uniform(1, 2.5), rows=rows + 300, width=width)
    y = data.y.copy()
    y[:rows] = np.where(rng.random(rows) < 0.1, 1 - y[:rows], y[:rows])
    few, test = (replace(data, X=data.X[part], y=y[part]) for part in (slice(rows), slice(rows, None)))
    data = replace(few, test=test)
    sure = limits(data, "article", Recipe(), np.zeros(width + 1)).sure or 1
    run = trained(data, int(rng.integers(300, 2000)), descended(rng), np.zeros(width + 1), Recipe(alpha=0.9 * sure))
    tested, losses = run.history.tested.values, run.history.losses
    at = int(tested.argmin())
    is_clear = tested[-1] > 1.15 * tested[at] and at < 0.6 * run.done and losses[-1] < 0.8 * losses[at]
    return (run, (Kind.OVERFITTING,)) if is_clear else None


def by_batches(rng: np.random.Generator) -> tuple[Run, tuple[Kind, ...]] | None:
    """Batches of few rows: what is up and down of it is noise."""
    data = overlapping(rng)
    best = least(data, Recipe())
    if best is None:
        return None
    sure = limits(data, "article", Recipe(), best).sure or 1
    recipe = Recipe(
        alpha=sure * rng.uniform(0.02, 0.2), batch_size=int(rng.integers(8, 64)), seed=int(rng.integers(99))
    )
    run = trained(data, int(rng.integers(30, 400)), descended(rng), spread_start(rng, data, 1), recipe)
    return run, (Kind.FALLING, Kind.LEVELLING, Kind.DONE, Kind.INSEPARABLE)


FAMILIES: dict[str, Family] = {
    "falls": falls, "levels": levels, "done": is_done, "crawls": crawls, "crawls unlimited": crawls_unlimited,
    "bounces": bounces, "bounces later": bounces_later, "bounces unlimited": bounces_unlimited, "diverges": diverges,
    "plateau": is_stuck, "separable": is_separable, "xor": is_xor, "scales": has_scales, "overfits": overfits,
    "batches": by_batches,
}  # fmt: skip
